//! How the page stands, as far as waiting depends on it. Nothing is listened to while nobody waits.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, Reflect, global};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::{Js, clock, listener::Listener};
use crate::core::{json::Json, pace::Presence};

/// The events of the page: those of `document` do not all reach `window`, and a worker has no `document`.
const OF_DOCUMENT: [&str; 3] = ["visibilitychange", "freeze", "resume"];
const OF_WINDOW: [&str; 5] = ["pageshow", "pagehide", "focus", "online", "offline"];

/// What may end a time in which nothing was heard.
const RETURNS: [&str; 4] = ["resume", "pageshow", "focus", "online"];

thread_local! {
    static ATTENDANCE: RefCell<Attendance> = RefCell::new(Attendance::default());
}

/// Is told of a change by the name of its event.
type Watcher = Rc<dyn Fn(&str)>;

#[derive(Default)]
struct Attendance {
    watchers: Vec<(u64, Watcher)>,
    listeners: Vec<Listener>,
    presence: Presence,
}

/// Attends to the page until it is dropped.
#[derive(Debug)]
pub(super) struct Attending {
    who: u64,
}

impl Attending {
    /// Tells of every change by the name of its event.
    pub(super) fn to_changes(who: u64, changed: impl Fn(&str) + 'static) -> Self {
        let is_first = ATTENDANCE.with_borrow(|attendance| attendance.watchers.is_empty());
        if is_first {
            let (presence, listeners) = (look("", Presence::default()), listen());
            ATTENDANCE.with_borrow_mut(|attendance| {
                attendance.presence = presence;
                attendance.listeners = listeners;
            });
        }
        ATTENDANCE.with_borrow_mut(|attendance| attendance.watchers.push((who, Rc::new(changed))));
        Self { who }
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        let unheard = ATTENDANCE.with_borrow_mut(|attendance| {
            attendance.watchers.retain(|(who, _)| *who != self.who);
            if attendance.watchers.is_empty() { std::mem::take(&mut attendance.listeners) } else { Vec::new() }
        });
        drop(unheard);
    }
}

/// How the page stands.
pub(super) fn presence() -> Presence {
    ATTENDANCE.with_borrow(|attendance| attendance.presence)
}

fn listen() -> Vec<Listener> {
    let heed = |event: JsValue| heed(&text_of(&event, "type").unwrap_or_default());
    let heed: Function = Closure::<dyn FnMut(JsValue)>::new(heed).into_js_value().unchecked_into();
    let window = JsValue::from(global());
    let document = Reflect::get(&window, &"document".into()).unwrap_or_default();
    let of = |target: &JsValue, names: &[&'static str]| -> Vec<Listener> {
        names.iter().filter_map(|name| Listener::to(target, name, &heed)).collect()
    };
    let mut listeners = of(&document, &OF_DOCUMENT);
    listeners.extend(of(&window, &OF_WINDOW));
    listeners
}

fn heed(event: &str) {
    let presence = look(event, presence());
    let watchers: Vec<_> = ATTENDANCE.with_borrow_mut(|attendance| {
        attendance.presence = presence;
        attendance.watchers.iter().map(|(_, changed)| changed.clone()).collect()
    });
    for changed in watchers {
        changed(event);
    }
}

/// How the page stands after an event. There is no `onLine` in Node 20.
fn look(event: &str, before: Presence) -> Presence {
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

fn text_of(of: &JsValue, name: &str) -> Option<String> {
    Reflect::get(of, &name.into()).ok()?.as_string()
}
