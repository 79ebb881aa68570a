//! A queue per resource for the calls of this page.

use std::cell::RefCell;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::bell::{Bell, begin};

thread_local! {
    /// The last place in each queue, by resource, and its number.
    static LINES: RefCell<Vec<(String, u64, Promise)>> = const { RefCell::new(Vec::new()) };
    static LAST: RefCell<u64> = const { RefCell::new(0) };
}

/// A place in the queue. Dropping it does not let later callers pass earlier ones.
#[derive(Debug)]
pub(super) struct Turn {
    _through: Bell,
}

/// Waits until all earlier callers are done.
pub(super) async fn take(name: String) -> Turn {
    let turn = Bell::new();
    let (before, through) = (last(&name), turn.rung());
    let number = LAST.with_borrow_mut(|last| {
        *last = last.wrapping_add(1);
        *last
    });
    let (line, ahead) = (name.clone(), before.clone());
    let over = begin(async move {
        if let Some(ahead) = ahead {
            let _ = JsFuture::from(ahead).await;
        }
        let _ = through.await;
        LINES.with_borrow_mut(|lines| lines.retain(|(name, last, _)| (name, *last) != (&line, number)));
        Ok(JsValue::UNDEFINED)
    });
    LINES.with_borrow_mut(|lines| {
        lines.retain(|(other, ..)| *other != name);
        lines.push((name, number, over));
    });
    if let Some(before) = before {
        let _ = JsFuture::from(before).await;
    }
    Turn { _through: turn }
}

fn last(name: &str) -> Option<Promise> {
    LINES.with_borrow(|lines| lines.iter().find(|(other, ..)| other == name).map(|(.., over)| over.clone()))
}
