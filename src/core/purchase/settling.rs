//! The states of a payment in progress: each passes the outcome it waited for to the [`Underway`].

use super::{
    super::{failure::Failure, http::Answer, json::Json, wallet::Reply, witness::Inquiry},
    Next,
    underway::Underway,
};

/// Waiting for the response to the payment.
#[derive(Clone, Debug)]
pub struct Paying<J>(pub(super) Box<Underway<J>>);

/// Waiting for wallets, for the service, or for time to pass.
#[derive(Clone, Debug)]
pub struct Settling<J>(pub(super) Box<Underway<J>>);

/// Waiting for what wallets read from the chain.
#[derive(Clone, Debug)]
pub struct ReadingChain<J> {
    pub(super) underway: Box<Underway<J>>,
    pub(super) inquiry: Box<Inquiry>,
}

impl<J: Json> Paying<J> {
    /// The service responded, or did not. Only a 202 with a task is an accepted payment; nothing else tells what became
    /// of it.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        self.0.answered(answer, now)
    }

    pub(super) fn given_up(&self) -> Failure<J> {
        self.0.given_up()
    }
}

impl<J: Json> Settling<J> {
    /// The response to the status request.
    #[must_use]
    pub fn looked(self, answer: Answer<J>, now: u64) -> Next<J> {
        self.0.looked(answer, now)
    }

    /// The pause is over.
    #[must_use]
    pub fn woke(self, now: u64) -> Next<J> {
        self.0.try_again(now)
    }

    /// The page or the browser threw instead of waiting. Trying again at once would loop for ever.
    #[must_use]
    pub fn broke(self, thrown: J) -> Next<J> {
        self.0.broke(thrown)
    }

    /// How many usable wallets there are. Reading moves no money.
    #[must_use]
    pub fn found(self, wallets: usize) -> Next<J> {
        self.0.found(wallets)
    }

    /// How many wallets are on the page, including those that were asked first.
    #[must_use]
    pub fn found_others(self, wallets: usize, now: u64) -> Next<J> {
        self.0.found_others(wallets, now)
    }

    pub(super) fn given_up(&self) -> Failure<J> {
        self.0.given_up()
    }
}

impl<J: Json> ReadingChain<J> {
    /// What the wallets read from the chain.
    #[must_use]
    pub fn answered(self, replies: Vec<Reply<J>>, now: u64) -> Next<J> {
        self.underway.read(self.inquiry.answered(replies, now), now)
    }

    pub(super) fn given_up(&self) -> Failure<J> {
        self.underway.given_up()
    }
}
