//! What one tab hears of a task, all that wait for it hear.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};

use super::Js;
use crate::core::json::Json;

/// Longer results are not passed on: each tab looks itself.
const LONGEST: u32 = 1_000_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = BroadcastChannel)]
    #[derive(Clone)]
    type Channel;
    #[wasm_bindgen(constructor, catch, js_class = "BroadcastChannel")]
    fn new(name: &str) -> Result<Channel, JsValue>;
    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post(this: &Channel, message: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &Channel) -> Result<(), JsValue>;
}

/// The browser's channel, until it is dropped. Some browsers have none, and Firefox throws where cookies are blocked: then each tab looks by itself.
struct Open(Channel);

impl Open {
    fn new() -> Option<Self> {
        let channel = Channel::new("imagine-x402").ok()?;
        let hear = move |event: JsValue| {
            let message = Js(Reflect::get(&event, &"data".into()).unwrap_or_default());
            if let Some((task, heard)) = message.text_at("task").zip(message.get("heard")) {
                pass(&task, &heard, None);
            }
        };
        let hear: Function = Closure::<dyn FnMut(JsValue)>::new(hear).into_js_value().unchecked_into();
        Reflect::set(&channel, &"onmessage".into(), &hear).ok()?;
        Some(Self(channel))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.0.close();
    }
}

thread_local! {
    static HEARERS: RefCell<Vec<Hearer>> = const { RefCell::new(Vec::new()) };
    /// Open while somebody hears.
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

#[derive(Clone)]
struct Hearer {
    task: String,
    /// Nobody hears himself.
    who: u64,
    hear: Rc<dyn Fn(&Js)>,
}

/// Hears until it is dropped.
#[derive(Debug)]
pub(super) struct Hearing {
    who: u64,
}

impl Hearing {
    /// Hears what other tabs, and others on this page, are answered about that task.
    pub(super) fn of(task: &str, who: u64, hear: impl Fn(&Js) + 'static) -> Self {
        HEARERS.with_borrow_mut(|hearers| hearers.push(Hearer { task: task.into(), who, hear: Rc::new(hear) }));
        OPEN.with_borrow_mut(|open| {
            if open.is_none() {
                *open = Open::new();
            }
        });
        Self { who }
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        let is_last = HEARERS.with_borrow_mut(|hearers| {
            hearers.retain(|hearer| hearer.who != self.who);
            hearers.is_empty()
        });
        if is_last {
            drop(OPEN.take());
        }
    }
}

/// Tells all others that wait for the task what came of a look at it.
pub(super) fn tell(task: &str, heard: &Js, who: Option<u64>) {
    pass(task, heard, who);
    let body = heard.get("body").and_then(|body| body.0.dyn_into::<JsString>().ok());
    if body.is_some_and(|body| body.length() > LONGEST) {
        return;
    }
    let mut message = Js::object();
    message.set("task", Js::of(task));
    message.set("heard", heard.clone());
    let channel = OPEN.with_borrow(|open| open.as_ref().map(|open| open.0.clone()));
    let open = if channel.is_none() { Open::new() } else { None };
    if let Some(channel) = channel.as_ref().or(open.as_ref().map(|open| &open.0)) {
        let _ = channel.post(&message.0);
    }
}

fn pass(task: &str, heard: &Js, who: Option<u64>) {
    let is_for = |hearer: &&Hearer| hearer.task == task && Some(hearer.who) != who;
    let hearers: Vec<_> = HEARERS.with_borrow(|hearers| hearers.iter().filter(is_for).cloned().collect());
    for hearer in hearers {
        (hearer.hear)(heard);
    }
}
