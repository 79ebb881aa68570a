//! A call's access to the storage: its lock on one purchase for the whole call, and its writes, one after the other.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::{
    Given, Js,
    bell::{begin, promise_of, quietly, settle},
    js::error,
    store::{Hold, Store, bound},
};
use crate::core::{
    journal::{Edit, Put},
    json::Json,
};

/// A call's access to the storage. Dropping it releases the lock, once writes that were begun are done.
#[derive(Debug)]
pub(super) struct Lease(Rc<Shared>);

/// State shared by a call and its writes, which may outlive it.
#[derive(Debug)]
struct Shared {
    store: Store,
    signal: JsValue,
    held: RefCell<Held>,
    /// The last write that was begun.
    last: RefCell<Promise>,
}

/// The purchase that the call holds.
#[derive(Debug)]
struct Held {
    /// The core moves on to another id when the generation of the first has failed.
    id: String,
    hold: Option<Hold>,
    /// A promise of the record. If it rejects, every write fails with the same error.
    recalled: Promise,
    /// The picture of the purchase, in the facade's form.
    picture: Option<Js>,
}

impl Lease {
    pub(super) fn of(given: &Given, signal: JsValue) -> Self {
        let nothing = || promise_of(Ok(JsValue::UNDEFINED));
        let store = given.object("storage").map_or(JsValue::UNDEFINED, |store| store.0);
        let held = Held { id: String::new(), hold: None, recalled: nothing(), picture: given.of_page("picture") };
        Self(Rc::new(Shared {
            store: store.unchecked_into(),
            signal,
            held: RefCell::new(held),
            last: RefCell::new(nothing()),
        }))
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    /// The id of the purchase.
    pub(super) fn id(&self) -> String {
        self.0.held.borrow().id.clone()
    }

    /// The picture of the purchase; for one that was resumed, that of its record.
    pub(super) fn picture(&self) -> Option<Js> {
        self.0.held.borrow().picture.clone()
    }

    /// Locks the purchase of that id, and releases the previous one. Returns a promise of whether the lock is exclusive
    /// across tabs, and one of the record.
    pub(super) fn recall(&self, id: &str) -> (Promise, Promise) {
        let (lease, wanted) = (self.0.clone(), String::from(id));
        let former = self.0.held.borrow_mut().hold.take();
        drop(former);
        let holding = begin(async move {
            let hold = lease.store.take_hold(&wanted, &lease.signal).await?;
            let is_alone = hold.is_alone;
            // A lock that is granted after the call has moved on is released at once.
            let mut held = lease.held.borrow_mut();
            let late = if held.id == wanted { held.hold.replace(hold) } else { Some(hold) };
            drop(held);
            drop(late);
            Ok(is_alone.into())
        });
        let (lease, wanted, held) = (self.0.clone(), String::from(id), holding.clone());
        let recalling = begin(async move {
            JsFuture::from(held).await?;
            let record = settle(lease.store.read(&wanted)).await?;
            let mut held = lease.held.borrow_mut();
            if held.picture.is_none() {
                held.picture = Js(record.clone()).get("payment").and_then(|payment| payment.get("picture"));
            }
            Ok(record)
        });
        quietly(Ok(recalling.clone().into()));
        let mut held = self.0.held.borrow_mut();
        held.id = id.into();
        held.recalled = recalling.clone();
        drop(held);
        (holding, recalling)
    }

    /// Writes, once the record has been read and earlier writes are done. Returns a promise; the write happens whether
    /// or not anyone waits for it.
    pub(super) fn write(&self, edit: &Rc<Edit<Js>>) -> Promise {
        let (lease, edit) = (self.0.clone(), edit.clone());
        let (recalled, before) = (lease.held.borrow().recalled.clone(), lease.last.borrow().clone());
        let writing = begin(async move {
            JsFuture::from(recalled).await?;
            let _ = JsFuture::from(before).await;
            lease.change(&edit).await
        });
        quietly(Ok(writing.clone().into()));
        *self.0.last.borrow_mut() = writing.clone();
        writing
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let lease = self.0.clone();
        let (recalled, last) = (lease.held.borrow().recalled.clone(), lease.last.borrow().clone());
        let _ = begin(async move {
            let _ = JsFuture::from(recalled).await;
            let _ = JsFuture::from(last).await;
            let hold = lease.held.borrow_mut().hold.take();
            drop(hold);
            Ok(JsValue::UNDEFINED)
        });
    }
}

impl Shared {
    /// The picture is kept with a payment that may be resent. WebKit's private windows store bytes, but no Blob.
    async fn change(&self, edit: &Rc<Edit<Js>>) -> Result<JsValue, JsValue> {
        let picture = self.held.borrow().picture.clone();
        let Some(picture) = picture else { return self.update(edit, None).await };
        let is_pictured = Rc::new(Cell::new(false));
        let (blob, digest) = (picture.get("blob").unwrap_or_else(Js::null), picture.get("digest"));
        let mut stored = Js::object();
        stored.set("digest", digest.unwrap_or_else(Js::null));
        let (mut as_blob, mut as_bytes) = (stored.copied(), stored);
        as_blob.set("blob", blob.clone());
        let written = self.update(edit, Some((as_blob, is_pictured.clone()))).await;
        if written.is_ok() || !is_pictured.get() {
            return written;
        }
        as_bytes.set("type", blob.get("type").unwrap_or_else(Js::null));
        let blob: Blob = blob.0.unchecked_into();
        as_bytes.set("bytes", Js(settle(blob.array_buffer()).await?));
        self.update(edit, Some((as_bytes, is_pictured))).await
    }

    async fn update(&self, edit: &Rc<Edit<Js>>, picture: Option<(Js, Rc<Cell<bool>>)>) -> Result<JsValue, JsValue> {
        let change = edit.change();
        let durability = if change.is_relaxed() { "relaxed" } else { "strict" };
        let apply = applying(edit.clone(), picture);
        settle(self.store.update(edit.id(), bound(change.since()), &apply, durability)).await
    }
}

#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    type Blob;
    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    fn array_buffer(this: &Blob) -> Result<JsValue, JsValue>;
}

/// The change as a function for the store to call, even after the caller has stopped waiting, and again if a first try
/// failed.
fn applying(edit: Rc<Edit<Js>>, picture: Option<(Js, Rc<Cell<bool>>)>) -> JsValue {
    let apply = move |record: JsValue, since: JsValue| -> Result<JsValue, JsValue> {
        let found = Some(Js(record.clone())).filter(Json::is_object);
        let put = edit.apply(found, records_of(&since).as_deref()).map_err(|why| error(why).0)?;
        Ok(match (put, &picture) {
            (Put::Keep, _) => record,
            (Put::Record(record), None) => record.0,
            (Put::Record(record), Some((picture, is_pictured))) => pictured(record, picture, is_pictured).0,
            (Put::Remove, _) => JsValue::UNDEFINED,
        })
    };
    Closure::<dyn FnMut(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(apply).into_js_value()
}

/// Adds the picture to a record whose payment may be resent, if it has none yet.
fn pictured(record: Js, picture: &Js, is_pictured: &Cell<bool>) -> Js {
    let payment = record.get("payment").filter(|payment| payment.text_at("body").is_some_and(|body| !body.is_empty()));
    let Some(payment) = payment.filter(|payment| payment.get("picture").is_none()) else { return record };
    is_pictured.set(true);
    let (mut payment, mut record) = (payment.copied(), record.copied());
    payment.set("picture", picture.clone());
    record.set("payment", payment);
    record
}

/// The records of a list; none if it is not a list of records, since a budget would then count as unspent.
pub(super) fn records_of(list: &JsValue) -> Option<Vec<Js>> {
    Js(list.clone()).items().filter(|records| records.iter().all(Json::is_object))
}
