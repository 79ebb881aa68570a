//! One wait for a task: the rests between its polls. Of everyone who waits for the same task, one polls at a time, and
//! all receive the answer.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    Js,
    bell::Bell,
    channel::{self, Listening},
    clock::{First, Timer, first},
    locks::{self, WebLock},
    standing::{self, PageWatch},
};
use crate::core::{poll::Woken, text::text};

thread_local! {
    static LAST: Cell<u64> = const { Cell::new(0) };
}

/// A wait, until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    wait: Rc<Wait>,
    _page_watch: PageWatch,
}

#[derive(Debug)]
struct Wait {
    /// The same in every tab.
    task: String,
    /// Tells it from other waits on this page.
    number: u64,
    answer: RefCell<Option<Js>>,
    /// The page's state has changed since the core was last told.
    is_stale: Cell<bool>,
    wake: RefCell<Bell>,
    /// Rings when nobody wants the outstanding answers any more.
    cancel: RefCell<Bell>,
    lock: RefCell<Option<WebLock>>,
    /// A page that has an open channel when it is left cannot be restored from the back/forward cache.
    listening: RefCell<Option<Listening>>,
}

impl Watch {
    pub(super) fn of(task: &str) -> Self {
        let number = LAST.get().wrapping_add(1);
        LAST.set(number);
        let wait = Rc::new(Wait {
            task: task.into(),
            number,
            answer: RefCell::new(None),
            is_stale: Cell::new(true),
            wake: RefCell::new(Bell::new()),
            cancel: RefCell::new(Bell::new()),
            lock: RefCell::new(None),
            listening: RefCell::new(None),
        });
        Wait::listen(&wait);
        let changed = Rc::downgrade(&wait);
        let page_watch = PageWatch::to_changes(number, move |event| Wait::on_event(&changed, event));
        Self { wait, _page_watch: page_watch }
    }

    /// Waits for that many milliseconds, unless something happens earlier. `Err` is what the page's timers throw.
    pub(super) async fn pause(&self, ms: u64) -> Result<(), JsValue> {
        if self.wait.is_news() {
            return Ok(());
        }
        let timer = Timer::start(ms);
        let bell = Bell::new();
        let woken = bell.rung();
        drop(self.wait.wake.replace(bell));
        match first(timer.over(), woken).await {
            First::One(over) => over,
            First::Other(_) => Ok(()),
        }
    }

    /// Takes the polling lock. Returns false if another tab is polling; its answer should come, but is not relied on:
    /// that tab may be asleep.
    pub(super) async fn take_turn(&self) -> bool {
        if self.wait.is_news() {
            return true;
        }
        // A poll that could not be sent has informed nobody.
        self.wait.release();
        match locks::try_take(&text!("imagine-x402/look/", self.wait.task)).await {
            Ok(lock) => {
                let has_turn = lock.is_some();
                drop(self.wait.lock.replace(lock));
                has_turn
            }
            Err(_) => true,
        }
    }

    /// The page's state, and what has happened.
    pub(super) fn woken(&self) -> Woken<Js> {
        let is_due = !self.wait.is_news();
        if !is_due {
            self.wait.release();
        }
        self.wait.is_stale.set(false);
        Woken { presence: standing::presence(), is_due, answer: self.wait.answer.take() }
    }

    /// Resolves once nobody wants the answer to a poll that begins now.
    pub(super) fn cancelled(&self) -> JsFuture {
        let bell = Bell::new();
        let cancelled = bell.rung();
        drop(self.wait.cancel.replace(bell));
        cancelled
    }

    /// The poll is over: with this answer, or without one.
    pub(super) fn looked(&self, answer: Option<&Js>) {
        if let Some(answer) = answer {
            channel::broadcast(&self.wait.task, answer, Some(self.wait.number));
            self.wait.answer.take();
        }
        self.wait.release();
    }
}

impl Wait {
    fn is_news(&self) -> bool {
        self.is_stale.get() || self.answer.borrow().is_some()
    }

    fn release(&self) {
        drop(self.lock.take());
    }

    fn listen(wait: &Rc<Self>) {
        drop(wait.listening.take());
        let waiting = Rc::downgrade(wait);
        let listening = Listening::of(&wait.task, wait.number, move |answer| {
            if let Some(wait) = waiting.upgrade() {
                wait.answer.replace(Some(answer.clone()));
                wait.cancel.borrow().ring();
                wait.wake.borrow().ring();
            }
        });
        wait.listening.replace(Some(listening));
    }

    fn on_event(wait: &Weak<Self>, event: &str) {
        let Some(wait) = wait.upgrade() else { return };
        wait.is_stale.set(true);
        if event == "pagehide" {
            wait.cancel.borrow().ring();
            drop(wait.listening.take());
        }
        if event == "pageshow" {
            Self::listen(&wait);
        }
        wait.wake.borrow().ring();
    }
}
