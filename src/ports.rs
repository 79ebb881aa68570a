//! The traits through which the driver reaches the outside world. `web` implements them for the browser, one file per
//! port; tests have their own.

use std::rc::Rc;

use crate::core::{
    failure::Failure,
    http::Answer,
    http_request::HttpRequest,
    journal::Edit,
    notice::Notice,
    poll::Woken,
    purchase::Recalled,
    quote::PricedQuote,
    wallet::{Question, Reply},
};

/// Sends requests.
#[expect(async_fn_in_trait)] // single-threaded without a foreign executor: futures need not be `Send`
pub trait Http<J> {
    /// Sends a request and reads the whole response, within the request's timeout. Follows no redirect. A payment, once
    /// sent, is never cancelled, even if it is late or the call ends. A status request is cancelled once it is of no
    /// use: when the page is left, or another tab has the answer.
    async fn send(&self, request: &HttpRequest) -> Answer<J>;
}

/// Finds wallets and talks to them.
#[expect(async_fn_in_trait)]
pub trait Wallets<J> {
    /// Has the wallet that the page chose, if any, ask the visitor to connect, and returns at once. The result is the
    /// answer to [`Question::connect`].
    fn invite(&self);
    /// Finds the usable wallets: the one that the page chose, or else all on the page. Returns how many.
    async fn find(&self) -> usize;
    /// Appends the other wallets on the page to those that [`Wallets::find`] found. Returns the new total.
    async fn find_others(&self) -> usize;
    /// Asks the wallet at that index of the list, and waits up to the question's timeout.
    async fn ask(&self, wallet: usize, question: &Question) -> Reply<J>;
}

/// Remembers purchases across reloads, for all tabs of this origin. `Err` is the reason why it cannot.
#[expect(async_fn_in_trait)]
pub trait Journal<J> {
    /// Locks the purchase of that id until the library call ends, and reads its record. Waits while another call holds
    /// the lock. A `fresh` purchase can have no record, so this need not wait: the first change then waits instead, and
    /// reports what this would have reported.
    async fn recall(&self, id: &str, fresh: bool) -> Result<Recalled<J>, J>;
    /// Reads the record of that id.
    async fn read(&self, id: &str) -> Result<Option<J>, J>;
    /// Lists the records of purchases begun at or after `since`, or all; with a limit, only that many of the newest.
    async fn list(&self, since: Option<u64>, limit: Option<u64>) -> Result<Vec<J>, J>;
    /// Changes the record in one atomic step: reads it and the records that go with it, calls [`Edit::apply`], and
    /// writes what that returns. Once this resolves, the write survives a crash of the browser and, unless it is
    /// relaxed, a power cut. A write that was begun is not cancelled if the future is dropped, and precedes every later
    /// change. `Err` is what the storage threw, or `None` if it did not respond in time.
    async fn update(&self, edit: &Rc<Edit<J>>) -> Result<(), Option<J>>;
}

/// Tells the time, and waits.
#[expect(async_fn_in_trait)]
pub trait Clock<J> {
    /// Milliseconds since the epoch.
    fn now(&self) -> u64;
    /// Waits for that many milliseconds. `Err` is what the page or the browser threw instead.
    async fn sleep(&self, ms: u64) -> Result<(), J>;
}

/// Rests between the polls of a task.
#[expect(async_fn_in_trait)]
pub trait Rests<J> {
    /// Rests until that time (milliseconds since the epoch), or until something happens earlier: the page's state has
    /// changed since it was last reported, or another tab has an answer about the task. When the time has come, other
    /// tabs are kept from polling at the same time. `Err` is what the page or the browser threw instead.
    async fn rest(&self, until: u64) -> Result<Woken<J>, J>;
}

/// Secure randomness.
pub trait Entropy {
    /// 32 random bytes, or `None` if there is no secure source.
    fn draw(&self) -> Option<[u8; 32]>;
}

/// The page that called the library.
#[expect(async_fn_in_trait)]
pub trait Page<J> {
    /// Sends the page an event. Never fails; the page may call the library again from its callback.
    fn notify(&self, notice: &Notice<J>);
    /// Reports the error of a caller that would abort from now on, for the facade's calls that joined this one.
    fn keep_abort_error(&self, given_up: &Failure<J>);
    /// Asks the page whether to go on. `Err` is what its function threw.
    async fn confirm(&self, quote: &PricedQuote<J>) -> Result<bool, J>;
    /// The abort reason, if the caller has already aborted.
    fn abort_reason(&self) -> Option<J>;
    /// Resolves with the reason once the caller aborts.
    async fn aborted(&self) -> J;
}
