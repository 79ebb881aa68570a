//! The purchase, from the first request to the accepted task, as a state machine without I/O.
//!
//! A [`Step`] pairs what is to be done with the state that takes its outcome. An outcome uses its state up, so no state
//! can be left twice. The shape carries the promises:
//!
//! - Only [`DrawingNonce`] leads to [`Asked::Signing`], and no state leads back to it: a purchase asks for one signature at most.
//! - A [`Signing`] holds the very authorization that the wallet was shown; what it signs is compared with it, and a
//!   [`Checking`] judges it as the token will.
//! - The wallet is asked only after the journal has it that it will be, and a payment leaves only after the journal has it.
//! - [`Sent::Paying`] is made in one place, of the payment in the journal: whatever is sent again is the same.
//! - Before that payment is written down, everything ends with `paid: no`; after it, `no` is only the token's own word.
//!
//! ```text
//! Recalling ► Probing ─ 402 ─► Choosing ► Talking ► Confirming ► (write) ► DrawingNonce ► Signing ► Checking ► (write) ► Paying ─ 202 ─► (write) ► Done
//!   │            └──── 202 ───────────────────────────────────────────────────────────────────────────────────────────────────────────►     │
//!   ├─ signed ─► Settling ◄──── any other answer, or none ──────────────────────────────────────────────────────────────┤                │
//!   │               └─ task, token, the same payment again ─────────────────────────────────────────────────────────────┴──────────────► │
//!   └─ accepted ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────► Done
//! ```

mod order;
mod pricing;
pub mod quoting;
mod recalling;
mod settling;
mod signing;
mod talking;
#[cfg(test)]
mod tests;
mod trouble;
mod underway;

pub use order::Order;
pub use pricing::{Probed, Probing, read_probe};
pub use recalling::{Recalled, Recalling, resume};
pub use settling::{Paying, ReadingChain, Settling};
pub use signing::{Checking, Confirming, DrawingNonce, Signing, Writing};
pub use talking::{Choosing, Counting, Talking};
pub use underway::Underway;

use std::{ops::ControlFlow, rc::Rc};

use super::{
    accepted::AcceptedTask,
    error::{Code, Error, Stage},
    failure::Failure,
    http::Answer,
    http_request::HttpRequest,
    journal::Change,
    json::Json,
    machine::{self, Machine},
    payment::HeldReceipt,
    quote::PricedQuote,
    wallet::{Question, Reply},
};

/// What to do next. Each state is used up by its outcome.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Step<J> {
    /// Take hold of the purchase of that id, and read what the journal has of it.
    Recall(String, Box<Recalling>),
    /// Send the request, and read the whole answer.
    Send(HttpRequest, Sent<J>),
    /// Look for the wallets that will do.
    FindWallets(Finding<J>),
    /// Ask the wallet at that place of the list.
    Ask(usize, Question, Asked<J>),
    /// Ask all at once, each the wallet at its place of the list.
    AskAll(Vec<(usize, Question)>, Gathered<J>),
    /// Ask the page.
    Confirm(Rc<PricedQuote<J>>, Confirming),
    /// Draw a random nonce.
    DrawNonce(DrawingNonce),
    /// Change the record of that purchase in the journal, for good.
    Write(String, Box<Change<J>>, Writing<J>),
    /// Let so many milliseconds pass.
    Sleep(u64, Settling<J>),
    /// It is over.
    Done(Result<AcceptedTask<HeldReceipt<J>>, Failure<J>>),
}

/// What waits for an answer of the service.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Sent<J> {
    /// To the request without payment.
    Probing(Box<Probing>),
    /// To the one payment. Made in one place.
    Paying(Paying<J>),
    /// To the question for the task.
    Looking(Settling<J>),
}

impl<J: Json> Sent<J> {
    /// The service answered, or did not.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        match self {
            Self::Probing(probing) => probing.answered(answer, now),
            Self::Paying(paying) => paying.answered(answer, now),
            Self::Looking(settling) => settling.looked(answer, now),
        }
    }
}

/// What waits for wallets.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Finding<J> {
    /// To pay with one.
    Payer(Choosing<J>),
    /// To read the chain: the one that the page has chosen, or any.
    Readers(Settling<J>),
    /// To read the chain through those that the page has not chosen, too.
    Others(Settling<J>),
}

impl<J: Json> Finding<J> {
    /// How many are there.
    #[must_use]
    pub fn found(self, wallets: usize, now: u64) -> Next<J> {
        match self {
            Self::Payer(choosing) => choosing.found(wallets),
            Self::Readers(settling) => settling.found(wallets),
            Self::Others(settling) => settling.found_others(wallets, now),
        }
    }
}

/// What waits for an answer of a wallet.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Asked<J> {
    /// To something that cannot move money.
    Talking(Talking<J>),
    /// The one signature. Made of a [`DrawingNonce`] alone.
    Signing(Box<Signing>),
    /// Whether the token would take the signature.
    Checking(Checking),
}

impl<J: Json> Asked<J> {
    /// The wallet answered, or threw.
    #[must_use]
    pub fn answered(self, reply: Reply<J>, now: u64) -> Next<J> {
        match self {
            Self::Talking(talking) => talking.answered(reply),
            Self::Signing(signing) => signing.answered(reply),
            Self::Checking(checking) => checking.answered(reply, now),
        }
    }
}

/// What waits for the answers to questions that were asked at once.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Gathered<J> {
    /// What the payer has, and the time of the chain.
    Counting(Counting<J>),
    /// What the chain knows of the payment.
    Reading(ReadingChain<J>),
}

impl<J: Json> Gathered<J> {
    /// The wallets answered, or threw, each question in its place.
    #[must_use]
    pub fn answered(self, replies: Vec<Reply<J>>, now: u64) -> Next<J> {
        match self {
            Self::Counting(counting) => counting.answered(replies, now),
            Self::Reading(reading) => reading.answered(replies, now),
        }
    }
}

/// A step, and what the page is told before it.
pub type Next<J> = machine::Next<Step<J>, J>;

impl<J> From<Error> for Next<J> {
    fn from(error: Error) -> Self {
        Step::Done(Err(error.into())).into()
    }
}

impl<J> Next<J> {
    fn failed(error: Error, cause: J) -> Self {
        Step::Done(Err(Failure::caused_by(error, cause))).into()
    }
}

impl<J: Json> Machine<J> for Step<J> {
    type Outcome = AcceptedTask<HeldReceipt<J>>;

    fn ended(self) -> ControlFlow<Result<Self::Outcome, Failure<J>>, Self> {
        match self {
            Self::Done(outcome) => ControlFlow::Break(outcome),
            step => ControlFlow::Continue(step),
        }
    }

    fn given_up(&self) -> Option<Failure<J>> {
        let stage = match self {
            Self::Write(_, _, Writing::End(_)) | Self::Done(_) => return None,
            Self::Write(_, _, Writing::Payment(underway, ..)) => return Some(underway.given_up()),
            Self::Send(_, Sent::Paying(paying)) => return Some(paying.given_up()),
            Self::FindWallets(Finding::Readers(settling) | Finding::Others(settling))
            | Self::Send(_, Sent::Looking(settling))
            | Self::Sleep(_, settling) => return Some(settling.given_up()),
            Self::AskAll(_, Gathered::Reading(reading)) => return Some(reading.given_up()),
            Self::Recall(_, recalling) => return Some(recalling.given_up().into()),
            Self::Send(_, Sent::Probing(_)) => Stage::Quote,
            _ => Stage::Wallet,
        };
        Some(Error::unpaid(Code::Aborted, stage, "aborted before anything was paid").into())
    }
}
