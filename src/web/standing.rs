//! The page's visibility, connectivity and lifecycle, as far as waiting depends on them. Listens only while something
//! waits.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, Reflect, global};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::{Js, clock, listener::Listener};
use crate::core::{json::Json, pace::Presence, place::Place};

/// The page's events: those of `document` do not all reach `window`, and a worker has no `document`.
const OF_DOCUMENT: [&str; 3] = ["visibilitychange", "freeze", "resume"];
const OF_WINDOW: [&str; 5] = ["pageshow", "pagehide", "focus", "online", "offline"];

/// Events after which the page may have missed news.
const RETURNS: [&str; 4] = ["resume", "pageshow", "focus", "online"];

thread_local! {
    static PAGE_STATE: RefCell<PageState> = RefCell::new(PageState::default());
}

/// Called with the name of an event.
type Watcher = Rc<dyn Fn(&str)>;

#[derive(Default)]
struct PageState {
    watchers: Vec<(u64, Watcher)>,
    listeners: Vec<Listener>,
    presence: Presence,
}

/// Watches the page until it is dropped.
#[derive(Debug)]
pub(super) struct PageWatch {
    id: u64,
}

impl PageWatch {
    /// Reports every change by the name of its event.
    pub(super) fn to_changes(id: u64, changed: impl Fn(&str) + 'static) -> Self {
        let is_first = PAGE_STATE.with_borrow(|state| state.watchers.is_empty());
        if is_first {
            let (presence, listeners) = (presence_after("", Presence::default()), listen());
            PAGE_STATE.with_borrow_mut(|state| {
                state.presence = presence;
                state.listeners = listeners;
            });
        }
        PAGE_STATE.with_borrow_mut(|state| state.watchers.push((id, Rc::new(changed))));
        Self { id }
    }
}

impl Drop for PageWatch {
    fn drop(&mut self) {
        let unused = PAGE_STATE.with_borrow_mut(|state| {
            state.watchers.retain(|(id, _)| *id != self.id);
            if state.watchers.is_empty() { std::mem::take(&mut state.listeners) } else { Vec::new() }
        });
        drop(unused);
    }
}

/// The state of the page.
pub(super) fn presence() -> Presence {
    PAGE_STATE.with_borrow(|state| state.presence)
}

fn listen() -> Vec<Listener> {
    let on_event = |event: JsValue| on_event(&text_of(&event, "type").unwrap_or_default());
    let on_event: Function = Closure::<dyn FnMut(JsValue)>::new(on_event).into_js_value().unchecked_into();
    let window = JsValue::from(global());
    let document = Reflect::get(&window, &"document".into()).unwrap_or_default();
    let of = |target: &JsValue, names: &[&'static str]| -> Vec<Listener> {
        names.iter().filter_map(|name| Listener::to(target, name, &on_event)).collect()
    };
    let mut listeners = of(&document, &OF_DOCUMENT);
    listeners.extend(of(&window, &OF_WINDOW));
    listeners
}

fn on_event(event: &str) {
    let presence = presence_after(event, presence());
    let watchers: Vec<_> = PAGE_STATE.with_borrow_mut(|state| {
        state.presence = presence;
        state.watchers.iter().map(|(_, changed)| changed.clone()).collect()
    });
    for changed in watchers {
        changed(event);
    }
}

/// The state of the page after an event. Node 20 has no `onLine`.
fn presence_after(event: &str, before: Presence) -> Presence {
    let of_global = |name: &str| Reflect::get(&global(), &name.into()).unwrap_or_default();
    let is_hidden = text_of(&of_global("document"), "visibilityState").as_deref() == Some("hidden");
    let returns = RETURNS.contains(&event) || (event == "visibilitychange" && !is_hidden);
    let online = Reflect::get(&of_global("navigator"), &"onLine".into()).unwrap_or_default();
    Presence {
        hidden_since: is_hidden.then(|| before.hidden_since.unwrap_or_else(clock::now)),
        returned_at: if returns { clock::now() } else { before.returned_at },
        is_offline: Js(online).as_boolean() == Some(false),
        is_frozen: event == "freeze",
    }
}

/// Where the library runs: Node has no `document`, unless a test has made one.
pub(super) fn place() -> Place {
    let here = Js(global().into());
    let versions = here.get("process").and_then(|process| process.get("versions"));
    let is_node = versions.is_some_and(|versions| versions.text_at("node").is_some());
    let is_node = is_node && !here.get("document").is_some_and(|document| document.is_object());
    if is_node { Place::Process } else { Place::Page }
}

fn text_of(of: &JsValue, name: &str) -> Option<String> {
    Reflect::get(of, &name.into()).ok()?.as_string()
}
