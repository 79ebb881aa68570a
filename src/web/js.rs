//! JavaScript values as the core's JSON, and core values as JavaScript.

use js_sys::{Array, JSON, JsString, Object, Reflect};
use serde::{Serialize, Serializer};
use serde_wasm_bindgen::{Serializer as ToJs, preserve};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use crate::core::{failure::Failure, json::Json};

// Like the js-sys bindings, except that text stays with the engine and throws by a Proxy or a getter are caught. A
// JavaScript error that unwinds through Rust would leave a caller's promise pending for ever.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON)]
    fn parse(text: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    /// A copy of a list, item by item.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = from)]
    fn items_of(list: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Object, js_name = entries)]
    fn entries_of(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn keys_of(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = get)]
    fn get_at(object: &JsValue, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = getOwnPropertyDescriptor)]
    fn own_at(object: &JsValue, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Object, js_name = assign)]
    fn assign(to: &JsValue, from: &JsValue) -> Result<JsValue, JsValue>;
}

/// A JavaScript value, passed on by identity.
#[derive(Clone, Debug)]
pub(crate) struct Js(pub(crate) JsValue);

impl Serialize for Js {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        preserve::serialize(&self.0, serializer)
    }
}

impl Json for Js {
    // As a float: serde-wasm-bindgen's handling of numbers that do not fit would bring in the formatting machinery.
    fn whole(number: u64) -> Self {
        Self::of(&float(number))
    }

    fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        Self(value.serialize(&ToJs::json_compatible()).unwrap_or(JsValue::NULL))
    }

    fn null() -> Self {
        Self(JsValue::NULL)
    }

    fn list(items: Vec<Self>) -> Self {
        let list = Array::new();
        for item in items {
            list.push(&item.0);
        }
        Self(list.into())
    }

    fn object() -> Self {
        Self(Object::new().into())
    }

    fn set(&mut self, key: &str, value: Self) {
        // A fresh plain object accepts any member.
        let _ = Reflect::set(&self.0, &key.into(), &value.0);
    }

    fn parse(text: &str) -> Option<Self> {
        JSON::parse(text).ok().map(Self)
    }

    fn parse_text(text: &Self) -> Option<Self> {
        let text: &JsString = text.0.dyn_ref()?;
        parse(text).ok().map(Self)
    }

    fn to_text(&self) -> String {
        JSON::stringify(&self.0).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "null".into())
    }

    fn get(&self, key: &str) -> Option<Self> {
        let member = self.member(key)?;
        (!member.is_null() && !member.is_undefined()).then_some(Self(member))
    }

    fn is_null_at(&self, key: &str) -> bool {
        self.member(key).is_some_and(|member| member.is_null())
    }

    fn entries(&self) -> Vec<(String, Self)> {
        if !self.is_object() {
            return Vec::new();
        }
        let mut members = Vec::new();
        for entry in entries_of(&self.0).unwrap_or_default().iter() {
            let entry: Array = entry.unchecked_into();
            members.extend(entry.get(0).as_string().map(|key| (key, Self(entry.get(1)))));
        }
        members
    }

    fn items(&self) -> Option<Vec<Self>> {
        if !is_list(&self.0) {
            return None;
        }
        let mut items = Vec::new();
        for item in items_of(&self.0).ok()?.iter() {
            items.push(Self(item));
        }
        Some(items)
    }

    fn items_start(&self, most: u32) -> Option<Vec<Self>> {
        let items: &Array = self.0.dyn_ref()?;
        Self(items.slice(0, most).into()).items()
    }

    fn as_text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn text_start(&self, most: u32) -> Option<String> {
        let text: &JsString = self.0.dyn_ref()?;
        Some(text.slice(0, most).into())
    }

    fn as_number(&self) -> Option<String> {
        self.0.as_f64().is_some().then(|| self.to_text())
    }

    fn as_float(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn is_object(&self) -> bool {
        self.0.is_object() && !is_list(&self.0)
    }
}

fn is_list(value: &JsValue) -> bool {
    is_array(value).unwrap_or_default()
}

/// A JavaScript error.
pub(super) fn error(message: &str) -> Js {
    Js(js_sys::Error::new(message).into())
}

/// No page has longer prototype chains.
const MOST_PROTOTYPES: usize = 16;

impl Js {
    /// A copy of an object, as far as it can be read.
    pub(super) fn copied(&self) -> Self {
        let copy = Self::object();
        let _ = assign(&copy.0, &self.0);
        copy
    }

    /// An object without a prototype.
    pub(super) fn bare() -> Self {
        Self(Object::<JsValue>::create(JsValue::NULL.unchecked_ref()).into())
    }

    /// A member, own or inherited, but not from an `Object.prototype`, where it would be on every object. `Err` is what
    /// a getter or a Proxy throws.
    pub(super) fn read(&self, key: &str) -> Result<JsValue, JsValue> {
        let value = get_at(&self.0, key)?;
        let is_own = value.is_undefined() || !own_at(&self.0, key)?.is_undefined();
        Ok(if is_own || self.inherits(key)? { value } else { JsValue::UNDEFINED })
    }

    /// Whether a member that is not its own comes from elsewhere than an `Object.prototype`. A Proxy may return a value
    /// for one that nothing in its prototype chain has.
    fn inherits(&self, key: &str) -> Result<bool, JsValue> {
        let mut holder = JsValue::from(Reflect::get_prototype_of(&self.0)?);
        for _ in 1..MOST_PROTOTYPES {
            if holder.is_null() {
                return Ok(true);
            }
            let above = JsValue::from(Reflect::get_prototype_of(&holder)?);
            if !own_at(&holder, key)?.is_undefined() {
                return Ok(!above.is_null());
            }
            holder = above;
        }
        Ok(false)
    }

    /// Most of what is asked for is not there, so that is found out first.
    fn member(&self, key: &str) -> Option<JsValue> {
        let value = self.0.is_object().then(|| self.read(key).ok())??;
        (value.is_undefined() || !is_list(&self.0)).then_some(value)
    }

    /// Copies the members of these names, and all own members, into an object without a prototype.
    pub(super) fn named(&self, names: &[&str]) -> Result<Self, JsValue> {
        let mut found = Self::bare();
        if self.0.is_null_or_undefined() {
            return Ok(found);
        }
        if !self.is_object() {
            return Err(error("it is not an object").0);
        }
        let own = keys_of(&self.0)?;
        let own = own.iter().filter_map(|key| key.as_string()).filter(|key| !names.contains(&key.as_str()));
        for name in names.iter().map(|name| String::from(*name)).chain(own) {
            let value = self.read(&name)?;
            if !value.is_undefined() {
                found.set(&name, Self(value));
            }
        }
        Ok(found)
    }

    /// A JSON copy, which the page can no longer change: of objects, the members of these names, down to a depth. What
    /// no option accepts, such as a function, becomes an empty object, which the core rejects by the option's name.
    pub(super) fn plain(&self, names: &[&str], depth: u32) -> Result<Self, JsValue> {
        let is_simple =
            self.0.is_null() || self.0.is_string() || self.0.as_f64().is_some() || self.0.as_bool().is_some();
        if is_simple {
            return Ok(self.clone());
        }
        let Some(depth) = depth.checked_sub(1).filter(|_| self.0.is_object()) else { return Ok(Self::object()) };
        if is_list(&self.0) {
            let copies: Result<Vec<Self>, _> =
                items_of(&self.0)?.iter().map(|item| Self(item).plain(names, depth)).collect();
            return Ok(Self::list(copies?));
        }
        let mut copy = Self::object();
        for name in names {
            let value = self.read(name)?;
            if !value.is_undefined() {
                copy.set(name, Self(value).plain(names, depth)?);
            }
        }
        Ok(copy)
    }
}

/// Milliseconds as a JavaScript number.
#[expect(clippy::as_conversions, clippy::cast_precision_loss)] // exact for the next 285,000 years
pub(crate) const fn float(ms: u64) -> f64 {
    ms as f64
}

/// A failure as a plain object with the members of `ImagineError`; the facade turns it into a real error.
pub(crate) fn thrown(failure: &Failure<Js>) -> JsValue {
    let mut error = Js::of(&failure.error);
    if let Some(cause) = &failure.cause {
        error.set("cause", cause.clone());
    }
    if let Some(receipt) = &failure.receipt {
        error.set("receipt", Js::of(receipt));
    }
    error.0
}
