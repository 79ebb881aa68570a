//! One wait for a task: the rests between its looks. Of all that wait for the same task, one looks at a time, and all hear what it hears.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    Js,
    bell::Bell,
    channel::{self, Hearing},
    clock::{First, Timer, first},
    locks::{self, WebLock},
    standing::{self, Attending},
};
use crate::core::{poll::Woken, text::text};

thread_local! {
    static LAST: Cell<u64> = const { Cell::new(0) };
}

/// A wait, until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    wait: Rc<Wait>,
    _attending: Attending,
}

#[derive(Debug)]
struct Wait {
    /// The same in every tab.
    task: String,
    /// Tells it from others on this page.
    number: u64,
    heard: RefCell<Option<Js>>,
    /// The core does not know yet how the page stands.
    is_untold: Cell<bool>,
    wake: RefCell<Bell>,
    /// Rings when nobody wants the answers any more that are still to come.
    calling_off: RefCell<Bell>,
    lock: RefCell<Option<WebLock>>,
    /// A page that hears something while it is left cannot come back as it is.
    hearing: RefCell<Option<Hearing>>,
}

impl Watch {
    pub(super) fn of(task: &str) -> Self {
        let number = LAST.get().wrapping_add(1);
        LAST.set(number);
        let wait = Rc::new(Wait {
            task: task.into(),
            number,
            heard: RefCell::new(None),
            is_untold: Cell::new(true),
            wake: RefCell::new(Bell::new()),
            calling_off: RefCell::new(Bell::new()),
            lock: RefCell::new(None),
            hearing: RefCell::new(None),
        });
        Wait::listen(&wait);
        let changed = Rc::downgrade(&wait);
        let attending = Attending::to_changes(number, move |event| Wait::heed(&changed, event));
        Self { wait, _attending: attending }
    }

    /// Lets so many milliseconds pass, unless something happens. `Err` is what the page's timers throw.
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

    /// Takes the lock of the looks. Returns false if another tab is looking; its answer should come, but is not relied on: that tab may sleep.
    pub(super) async fn take_turn(&self) -> bool {
        if self.wait.is_news() {
            return true;
        }
        // A look that could not be sent has told nobody.
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

    /// How the page stands, and what has happened.
    pub(super) fn woken(&self) -> Woken<Js> {
        let is_due = !self.wait.is_news();
        if !is_due {
            self.wait.release();
        }
        self.wait.is_untold.set(false);
        Woken { presence: standing::presence(), is_due, heard: self.wait.heard.take() }
    }

    /// Resolves once nobody wants the answer any more of a look that begins now.
    pub(super) fn called_off(&self) -> JsFuture {
        let bell = Bell::new();
        let called_off = bell.rung();
        drop(self.wait.calling_off.replace(bell));
        called_off
    }

    /// The look is over: with this answer, or without one.
    pub(super) fn looked(&self, answer: Option<&Js>) {
        if let Some(answer) = answer {
            channel::tell(&self.wait.task, answer, Some(self.wait.number));
            self.wait.heard.take();
        }
        self.wait.release();
    }
}

impl Wait {
    fn is_news(&self) -> bool {
        self.is_untold.get() || self.heard.borrow().is_some()
    }

    fn release(&self) {
        drop(self.lock.take());
    }

    fn listen(wait: &Rc<Self>) {
        drop(wait.hearing.take());
        let hearer = Rc::downgrade(wait);
        let hearing = Hearing::of(&wait.task, wait.number, move |heard| {
            if let Some(wait) = hearer.upgrade() {
                wait.heard.replace(Some(heard.clone()));
                wait.calling_off.borrow().ring();
                wait.wake.borrow().ring();
            }
        });
        wait.hearing.replace(Some(hearing));
    }

    fn heed(wait: &Weak<Self>, event: &str) {
        let Some(wait) = wait.upgrade() else { return };
        wait.is_untold.set(true);
        if event == "pagehide" {
            wait.calling_off.borrow().ring();
            drop(wait.hearing.take());
        }
        if event == "pageshow" {
            Self::listen(&wait);
        }
        wait.wake.borrow().ring();
    }
}
