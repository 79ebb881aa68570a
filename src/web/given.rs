//! The arguments of a call, read once when the call is made, whatever their prototype, realm or shape.

use js_sys::{Function, JSON, Reflect, global};
use wasm_bindgen::{JsCast, JsValue};

use super::{Js, standing};
use crate::core::{
    config::Config,
    error::Error,
    json::Json,
    names::{FIELDS, MEMBERS, OPTIONS, QUOTE},
    place,
    text::text,
};

/// Options that are used as they are. All others are copied, and checked by [`Config::read`].
const USED: [&str; 6] = ["signal", "wallet", "storage", "confirm", "onEvent", "onProgress"];

/// Those of them that are functions.
const FUNCTIONS: [&str; 3] = ["confirm", "onEvent", "onProgress"];

/// `assets` is a list of objects.
const DEEPEST: u32 = 2;

/// The options that apply to a call, and what the page supplies for it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// Those of the client, of the call and of the wait, in this order.
    layers: Result<Vec<Js>, Error>,
    page: Js,
}

impl Given {
    /// `options` is one object, or the list of those that apply, the client's first: what [`Config::read`] takes, plus
    /// a `signal`, a `wallet`, a `storage`, a `confirm` and an `onEvent`. `page` has what only the facade can supply.
    pub(crate) fn new(options: JsValue, page: JsValue) -> Self {
        place::set(standing::place());
        let options = Js(options);
        let layers = options.items().unwrap_or_else(|| vec![options]);
        let layers = layers.iter().map(layer).collect::<Result<_, _>>();
        Self { layers: layers.map_err(|_| unreadable("options")), page: Js(page) }
    }

    /// The options that the core decides by.
    pub(crate) fn config(&self) -> Result<Config, Error> {
        let layers = self.layers.clone()?;
        for name in FUNCTIONS {
            if self.option(name).is_some_and(|given| !given.0.is_function()) {
                return Err(Error::invalid(text!("`", name, "` takes a function")));
            }
        }
        let listens =
            |signal: Js| Reflect::get(&signal.0, &"addEventListener".into()).is_ok_and(|add| add.is_function());
        if self.option("signal").is_some_and(|signal| !listens(signal)) {
            return Err(Error::invalid("`signal` takes an AbortSignal"));
        }
        Config::read_on(origin().as_deref(), &Js::list(layers))
    }

    /// An option of a call: the last one given.
    pub(super) fn option(&self, name: &str) -> Option<Js> {
        self.options_of(name).next_back()
    }

    /// An option that is either a name or an object: the last object given, if any.
    pub(super) fn object(&self, name: &str) -> Option<Js> {
        self.options_of(name).rfind(Json::is_object)
    }

    fn options_of(&self, name: &str) -> impl DoubleEndedIterator<Item = Js> {
        self.layers.iter().flatten().filter_map(move |layer| layer.get(name))
    }

    /// An option that is a function.
    pub(super) fn callback(&self, name: &str) -> Option<Function> {
        self.option(name)?.0.dyn_into().ok()
    }

    /// A member of `page`.
    pub(crate) fn of_page(&self, name: &str) -> Option<Js> {
        self.page.get(name)
    }

    /// A member of `page` that is a function.
    pub(super) fn by_page(&self, name: &str) -> Option<Function> {
        self.of_page(name)?.0.dyn_into().ok()
    }
}

/// The origin of the page or worker, if there is one.
fn origin() -> Option<String> {
    Js(global().into()).get("location")?.text_at("origin")
}

fn layer(given: &Js) -> Result<Js, JsValue> {
    let mut layer = given.named(OPTIONS)?;
    for (name, value) in layer.entries() {
        if !USED.contains(&name.as_str()) {
            layer.set(&name, value.plain(MEMBERS, DEEPEST)?);
        }
    }
    Ok(layer)
}

/// What to buy: a request, and the quote that contained it, if any.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) request: Js,
    pub(crate) quote: Option<Js>,
}

impl Wanted {
    /// Reads a request, or a quote that contains one.
    pub(crate) fn read(given: JsValue) -> Result<Self, Error> {
        let names = [QUOTE, FIELDS].concat();
        let found = Js(given).named(&names).map_err(|_| unreadable("request"))?;
        let (request, quote) = match (found.get("price"), found.get("request")) {
            (Some(_), Some(request)) => (request.named(FIELDS).map_err(|_| unreadable("request"))?, Some(found)),
            _ => (found, None),
        };
        Ok(Self { request: with_plain_extra(request)?, quote })
    }
}

/// `extra` as a JSON copy, which the page can no longer change.
fn with_plain_extra(mut request: Js) -> Result<Js, Error> {
    if let Some(extra) = request.get("extra") {
        let copy = JSON::stringify(&extra.0).ok().and_then(|text| Js::parse_text(&Js(text.into())));
        request.set("extra", copy.ok_or_else(|| Error::invalid("`extra` takes what JSON can hold"))?);
    }
    Ok(request)
}

fn unreadable(what: &str) -> Error {
    Error::invalid(text!("the ", what, " could not be read; nothing was sent"))
}
