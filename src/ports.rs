//! What the driver needs from the world. The browser's side is `web`, one file per port; tests bring their own.

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
#[expect(async_fn_in_trait)] // one thread, no executor of others: futures need not be `Send`
pub trait Http<J> {
    /// Sends and reads the whole answer, within the request's patience. Follows no redirect. A payment, once sent, is not called back
    /// when it is late or the call ends. A look is called off once it is of no use: the page is left, or another tab has heard of the task.
    async fn send(&self, request: &HttpRequest) -> Answer<J>;
}

/// Finds wallets and talks with them.
#[expect(async_fn_in_trait)]
pub trait Wallets<J> {
    /// Has the wallet that the page has chosen, if it has, ask the visitor to connect, and waits for nothing: what comes of it is the
    /// answer to [`Question::connect`].
    fn invite(&self);
    /// Finds the wallets that will do: the one that the page has chosen, or else all on the page. Returns how many.
    async fn find(&self) -> usize;
    /// Adds the other wallets on the page to the list, behind those that [`Wallets::find`] found. Returns how many there are then.
    async fn find_others(&self) -> usize;
    /// Asks the wallet at that place of the list, and waits within the question's patience.
    async fn ask(&self, wallet: usize, question: &Question) -> Reply<J>;
}

/// Remembers purchases over reloads, for all tabs of this origin. `Err` is why it cannot.
#[expect(async_fn_in_trait)]
pub trait Journal<J> {
    /// Takes hold of the purchase of that id, until the call of the library ends, and reads its record. While another call holds it, this waits.
    /// Of a purchase that is `fresh` nothing can be known: this need not wait, and then the first change does, and says what this would have said.
    async fn recall(&self, id: &str, fresh: bool) -> Result<Recalled<J>, J>;
    /// Reads the record of that id.
    async fn read(&self, id: &str) -> Result<Option<J>, J>;
    /// Lists the records of purchases that were begun at that time or later, or all; with a limit, that many of the newest.
    async fn list(&self, since: Option<u64>, limit: Option<u64>) -> Result<Vec<J>, J>;
    /// Changes the record in one atomic step: reads it and the records that go with it, calls [`Edit::apply`], and writes what that says. Once this
    /// resolves, it survives a crash of the browser, and what is not relaxed a loss of power. What was begun is not called back when the future is
    /// dropped, and comes before every later change. `Err` is what the storage threw, or `None` when it did not say in time.
    async fn update(&self, edit: &Rc<Edit<J>>) -> Result<(), Option<J>>;
}

/// Tells the time and lets it pass.
#[expect(async_fn_in_trait)]
pub trait Clock<J> {
    /// Milliseconds since the epoch.
    fn now(&self) -> u64;
    /// Lets that many milliseconds pass. `Err` is what the page or the browser threw instead.
    async fn sleep(&self, ms: u64) -> Result<(), J>;
}

/// Rests between the looks at a task.
#[expect(async_fn_in_trait)]
pub trait Rests<J> {
    /// Rests until that time in milliseconds since the epoch, or until something happens before: the page's standing has changed since it was told, or
    /// another tab has heard of the task. When the time has come, other tabs are kept from looking at the same time.
    /// `Err` is what the page or the browser threw instead.
    async fn rest(&self, until: u64) -> Result<Woken<J>, J>;
}

/// Secure randomness.
pub trait Entropy {
    /// 32 bytes, or none where there is no secure source.
    fn draw(&self) -> Option<[u8; 32]>;
}

/// The page that called.
#[expect(async_fn_in_trait)]
pub trait Page<J> {
    /// Tells the page. Never fails, and the page may call the library again from it.
    fn notify(&self, notice: &Notice<J>);
    /// Reports the error of a caller that gives up from now on. The facade has it for the calls that joined this one.
    fn stands(&self, given_up: &Failure<J>);
    /// Asks the page whether to go on; `Err` is what its function threw.
    async fn confirm(&self, quote: &PricedQuote<J>) -> Result<bool, J>;
    /// The reason, when the caller has given up already.
    fn abort_reason(&self) -> Option<J>;
    /// Resolves with the reason once the caller gives up.
    async fn aborted(&self) -> J;
}
