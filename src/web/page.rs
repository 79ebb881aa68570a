//! The page that called: its callbacks and its signal.

use std::{cell::RefCell, future::poll_fn, rc::Rc, task::Poll};

use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

use super::{Browser, Js, fetch::settle, js::out, listener::Listener};
use crate::{
    core::{notice::Notice, quote::Quote},
    ports::Page,
};

impl Page<Js> for Browser {
    fn notify(&self, notice: &Notice<Js>) {
        if let Some(notify) = self.call.notify() {
            // The facade's function reports what a page's callback throws; it never throws itself.
            let _ = notify.call1(&JsValue::UNDEFINED, &out(notice));
        }
    }

    async fn confirm(&self, quote: &Quote<Js>) -> Result<bool, Js> {
        let Some(confirm) = self.call.confirm() else {
            return Ok(true);
        };
        let answer = settle(confirm.call1(&JsValue::UNDEFINED, &out(quote))).await;
        answer.map(|value| value.as_bool() == Some(true)).map_err(Js)
    }

    fn abort_reason(&self) -> Option<Js> {
        self.call.signal().filter(AbortSignal::aborted).map(|signal| Js(signal.reason()))
    }

    async fn aborted(&self) -> Js {
        let waker = Rc::new(RefCell::new(None));
        let woken = Rc::clone(&waker);
        let wake = move |_| {
            if let Some(waker) = woken.take() {
                std::task::Waker::wake(waker);
            }
        };
        let _listener = self.call.signal().map(|signal| Listener::new(&signal, "abort", wake));
        let reason = poll_fn(|context| {
            if let Some(reason) = self.abort_reason() {
                return Poll::Ready(reason);
            }
            waker.replace(Some(context.waker().clone()));
            Poll::Pending
        });
        reason.await
    }
}
