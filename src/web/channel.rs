//! Passes one tab's answer about a task on to everyone id waits for that task.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};

use super::Js;
use crate::core::json::Json;

/// Longer results are not passed on: each tab polls for itself.
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

/// The browser's channel, until it is dropped. Some browsers have none, and Firefox throws where cookies are blocked:
/// then each tab polls for itself.
struct Open(Channel);

impl Open {
    fn new() -> Option<Self> {
        let channel = Channel::new("imagine-x402").ok()?;
        let on_answer = move |event: JsValue| {
            let message = Js(Reflect::get(&event, &"data".into()).unwrap_or_default());
            if let Some((task, answer)) = message.text_at("task").zip(message.get("heard")) {
                pass(&task, &answer, None);
            }
        };
        let on_answer: Function = Closure::<dyn FnMut(JsValue)>::new(on_answer).into_js_value().unchecked_into();
        Reflect::set(&channel, &"onmessage".into(), &on_answer).ok()?;
        Some(Self(channel))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.0.close();
    }
}

thread_local! {
    static LISTENERS: RefCell<Vec<ChannelListener>> = const { RefCell::new(Vec::new()) };
    /// Open while there are listeners.
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

#[derive(Clone)]
struct ChannelListener {
    task: String,
    /// Listener identity; senders skip themselves.
    id: u64,
    on_answer: Rc<dyn Fn(&Js)>,
}

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Listening {
    id: u64,
}

impl Listening {
    /// Receives the answers that other tabs, and other calls on this page, get about that task.
    pub(super) fn of(task: &str, id: u64, on_answer: impl Fn(&Js) + 'static) -> Self {
        LISTENERS.with_borrow_mut(|listeners| {
            listeners.push(ChannelListener { task: task.into(), id, on_answer: Rc::new(on_answer) })
        });
        OPEN.with_borrow_mut(|open| {
            if open.is_none() {
                *open = Open::new();
            }
        });
        Self { id }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let is_last = LISTENERS.with_borrow_mut(|listeners| {
            listeners.retain(|listener| listener.id != self.id);
            listeners.is_empty()
        });
        if is_last {
            drop(OPEN.take());
        }
    }
}

/// Sends the answer to a poll to everyone else id waits for the task.
pub(super) fn broadcast(task: &str, answer: &Js, id: Option<u64>) {
    pass(task, answer, id);
    let body = answer.get("body").and_then(|body| body.0.dyn_into::<JsString>().ok());
    if body.is_some_and(|body| body.length() > LONGEST) {
        return;
    }
    let mut message = Js::object();
    message.set("task", Js::of(task));
    message.set("heard", answer.clone());
    let channel = OPEN.with_borrow(|open| open.as_ref().map(|open| open.0.clone()));
    let open = if channel.is_none() { Open::new() } else { None };
    if let Some(channel) = channel.as_ref().or(open.as_ref().map(|open| &open.0)) {
        let _ = channel.post(&message.0);
    }
}

fn pass(task: &str, answer: &Js, id: Option<u64>) {
    let is_for = |listener: &&ChannelListener| listener.task == task && Some(listener.id) != id;
    let listeners: Vec<_> = LISTENERS.with_borrow(|listeners| listeners.iter().filter(is_for).cloned().collect());
    for listener in listeners {
        (listener.on_answer)(answer);
    }
}
