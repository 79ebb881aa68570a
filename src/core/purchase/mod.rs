//! A purchase, from the first request to the accepted task, as a state machine without I/O.
//!
//! A [`Step`] pairs an action with the state that takes its outcome. The outcome consumes the state, so no state can be
//! left twice. The types enforce the promises:
//!
//! - Only [`DrawingNonce`] leads to [`Asked::Signing`], and no state leads back to it: a purchase requests one
//!   signature at most.
//! - A [`Signing`] holds the very authorization that the wallet was shown; the wallet's signature is checked against
//!   it, and [`Checking`] verifies it as the token will.
//! - Before the wallet is asked, and before a payment is sent, the journal has a record of it.
//! - [`Sent::Paying`] is constructed in one place, from the payment in the journal: every resend is the same payment.
//! - Before that payment is written down, every end has `paid: no`; after that, only the token itself can prove `no`.
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
pub use talking::{Choosing, Counting, Switching, Talking};
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

/// What to do next. Each state is consumed by its outcome.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Step<J> {
    /// Lock the purchase of that id, and read its record.
    Recall(String, Box<Recalling>),
    /// Send the request, and read the whole response.
    Send(HttpRequest, Sent<J>),
    /// Find the usable wallets.
    FindWallets(Finding<J>),
    /// Ask the wallet at that index of the list.
    Ask(usize, Question, Asked<J>),
    /// Ask all questions at once, each of the wallet at its index of the list.
    AskAll(Vec<(usize, Question)>, Gathered<J>),
    /// Ask the page to confirm.
    Confirm(Rc<PricedQuote<J>>, Confirming),
    /// Draw a random nonce.
    DrawNonce(DrawingNonce),
    /// Change the record of that purchase in the journal, durably.
    Write(String, Box<Change<J>>, Writing<J>),
    /// Wait for that many milliseconds.
    Sleep(u64, Sleeping<J>),
    /// The end.
    Done(Result<AcceptedTask<HeldReceipt<J>>, Failure<J>>),
}

/// States that wait for a response of the service.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Sent<J> {
    /// To the request without payment.
    Probing(Box<Probing>),
    /// To the only payment. Constructed in one place.
    Paying(Paying<J>),
    /// To the status request.
    Looking(Settling<J>),
}

impl<J: Json> Sent<J> {
    /// The service responded, or did not.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        match self {
            Self::Probing(probing) => probing.answered(answer, now),
            Self::Paying(paying) => paying.answered(answer, now),
            Self::Looking(settling) => settling.looked(answer, now),
        }
    }
}

/// States that wait for wallets.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Finding<J> {
    /// In order to pay with one.
    Payer(Choosing<J>),
    /// In order to read the chain, through the wallet that the page chose, or any.
    Readers(Settling<J>),
    /// In order to read the chain, including through wallets that the page did not choose.
    Others(Settling<J>),
}

impl<J: Json> Finding<J> {
    /// How many wallets there are.
    #[must_use]
    pub fn found(self, wallets: usize, now: u64) -> Next<J> {
        match self {
            Self::Payer(choosing) => choosing.found(wallets),
            Self::Readers(settling) => settling.found(wallets),
            Self::Others(settling) => settling.found_others(wallets, now),
        }
    }
}

/// States that wait for a wallet's answer.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Asked<J> {
    /// To a question that cannot move money.
    Talking(Talking<J>),
    /// To the only request for a signature. Constructed by [`DrawingNonce`] alone.
    Signing(Box<Signing>),
    /// To the question whether the token would accept the signature.
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

/// States that wait for the answers to several questions that were asked at once.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Gathered<J> {
    /// About the payer's balance and the chain's time.
    Counting(Counting<J>),
    /// About what the chain knows of the payment.
    Reading(ReadingChain<J>),
}

impl<J: Json> Gathered<J> {
    /// The wallets answered, or threw; the replies are in the order of the questions.
    #[must_use]
    pub fn answered(self, replies: Vec<Reply<J>>, now: u64) -> Next<J> {
        match self {
            Self::Counting(counting) => counting.answered(replies, now),
            Self::Reading(reading) => reading.answered(replies, now),
        }
    }
}

/// States that wait for a while.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Sleeping<J> {
    /// For the wallet to be on the network that it was switched to.
    Switching(Switching<J>),
    /// For the payment to end.
    Settling(Settling<J>),
}

impl<J: Json> Sleeping<J> {
    /// The time has passed.
    #[must_use]
    pub fn woke(self, now: u64) -> Next<J> {
        match self {
            Self::Switching(switching) => switching.woke(),
            Self::Settling(settling) => settling.woke(now),
        }
    }

    /// The page's timers failed with that.
    #[must_use]
    pub fn broke(self, thrown: J) -> Next<J> {
        match self {
            Self::Switching(switching) => switching.broke(thrown),
            Self::Settling(settling) => settling.broke(thrown),
        }
    }
}

/// A step, and the events that the page gets before it.
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
            | Self::Sleep(_, Sleeping::Settling(settling)) => return Some(settling.given_up()),
            Self::AskAll(_, Gathered::Reading(reading)) => return Some(reading.given_up()),
            Self::Recall(_, recalling) => return Some(recalling.given_up().into()),
            Self::Send(_, Sent::Probing(_)) => Stage::Quote,
            _ => Stage::Wallet,
        };
        Some(Error::unpaid(Code::Aborted, stage, "aborted before anything was paid").into())
    }
}
