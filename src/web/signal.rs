//! The page's `AbortSignal`.

use wasm_bindgen::JsValue;

use super::{Js, bell::Bell, listener::Listener};
use crate::core::json::Json;

/// Whether the caller aborts.
#[derive(Debug)]
pub(super) struct Signal {
    signal: Option<Js>,
    fired: Bell,
    _listener: Option<Listener>,
}

impl Signal {
    pub(super) fn of(signal: Option<Js>) -> Self {
        let fired = Bell::new();
        let listener = signal.as_ref().and_then(|signal| Listener::to(&signal.0, "abort", fired.ringer()));
        Self { signal, fired, _listener: listener }
    }

    /// The signal itself, or `undefined`.
    pub(super) fn value(&self) -> JsValue {
        self.signal.as_ref().map_or(JsValue::UNDEFINED, |signal| signal.0.clone())
    }

    /// The abort reason, once it has fired.
    pub(super) fn reason(&self) -> Option<Js> {
        let signal = self.signal.as_ref().filter(|signal| signal.is_true_at("aborted"))?;
        Some(signal.get("reason").unwrap_or(Js(JsValue::UNDEFINED)))
    }

    /// Resolves with the reason once it fires.
    pub(super) async fn fired(&self) -> Js {
        if self.reason().is_none() {
            let _ = self.fired.rung().await;
        }
        match self.reason() {
            Some(reason) => reason,
            // The bell rang because nobody waits any more.
            None => std::future::pending().await,
        }
    }
}
