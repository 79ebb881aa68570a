//! From the signed payment to its end, whatever becomes of the answer.
//!
//! The first sending usually ends it: a 202 with a task. When the answer is lost, or is any other, nothing is signed again.
//! In turn, until one of them tells how it ended:
//!
//! 1. the service is asked for the task by the id that was sent with the request;
//! 2. the token is asked, through the wallet, whether it has taken the payment;
//! 3. the very same payment is sent again, while it could still be settled. The token takes a nonce once, so this can
//!    never pay twice.
//!
//! Once the chain itself is past the window and the token has not taken it, nothing was paid and nothing ever will be.
//! The time of the chain decides, not the clock of this machine.

use std::{ops::Range, rc::Rc};

use super::{
    super::{
        chain::{self, Block, ChainClock},
        error::{Code, Detail, Error, Failure, Paid, Retry, Stage},
        http::{Answer, HttpFailure, HttpRequest, HttpResponse, Method, excerpt},
        journal::{Entry, Kept, Signed},
        json::Json,
        notice::Notice,
        payment::{Payment, Proof, Receipt},
        poll::AcceptedTask,
        task::TaskStatus,
        terms,
        text::{self, text},
        wallet::{self, Question, Reply},
    },
    Asked, Finding, Next, Sent, Step, Writing, claimed_task, read_task_id,
};

/// Chains and servers have clocks of their own: so long after the window a payment is surely settled or dead.
const SETTLE_MARGIN_MS: u64 = 30_000;
/// So much longer, the chain is asked again when it is behind.
const CHAIN_LAG_MS: u64 = 60_000;
/// A server that has answered so often means what it says.
const MOST_ANSWERS: u32 = 3;
/// Rounds in which the task of a settled payment is searched: about a minute.
const MOST_SEARCHES: u32 = 7;
/// The pauses between two rounds grow from here to there.
const FIRST_PAUSE_MS: u64 = 1_000;
const LONGEST_PAUSE_MS: u64 = 15_000;
/// How long the service is waited for at each look.
const LOOK_PATIENCE_MS: u64 = 10_000;

/// A payment that has been signed and has not ended.
#[derive(Clone, Debug)]
pub struct Underway<J> {
    signed: Signed,
    /// The wallets through which the chain may be read.
    readers: Range<usize>,
    clock: ChainClock,
    /// The task that an answer named, whatever else it said.
    claimed: Option<String>,
    /// Whether the service knows the task.
    found: bool,
    /// The token has taken the payment.
    taken: Option<Rc<Receipt>>,
    /// Answers to the payment that were no acceptance.
    answers: u32,
    rounds: u32,
    trouble: Trouble<J>,
}

/// Why the payment has not ended yet.
#[derive(Clone, Debug)]
struct Trouble<J> {
    reason: String,
    details: Vec<(&'static str, Detail)>,
    cause: Option<J>,
}

/// Waiting for the answer to the payment.
#[derive(Clone, Debug)]
pub struct Paying<J>(Box<Underway<J>>);

/// Waiting for wallets, for the service, or for time to pass.
#[derive(Clone, Debug)]
pub struct Recovering<J>(Box<Underway<J>>);

/// Waiting for what a wallet reads from the chain.
#[derive(Clone, Debug)]
pub struct Reading<J> {
    underway: Box<Underway<J>>,
    topic: Topic,
}

/// What is read, through the wallet at that place of the list.
#[derive(Clone, Copy, Debug)]
enum Topic {
    Chain(usize),
    Block(usize),
    State(usize, Block),
    Transaction,
}

/// What the token says of a payment that it has not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It still could.
    Open,
    /// It never will.
    Dead,
    /// It cannot be asked.
    Silent,
}

impl<J: Json> Underway<J> {
    /// A payment that was just signed with a wallet, or one of which the journal knows.
    pub(super) fn new(signed: Signed, readers: Range<usize>, clock: ChainClock) -> Self {
        let reason = "the page was left before the payment was answered".into();
        let trouble = Trouble { reason, details: Vec::new(), cause: None };
        Self { signed, readers, clock, claimed: None, found: false, taken: None, answers: 0, rounds: 0, trouble }
    }

    pub(super) fn nonce(&self) -> String {
        text::word(self.signed.authorization.transfer().nonce)
    }

    /// Sends the payment: for the first time, or again.
    pub(super) fn send(self: Box<Self>, payment: Rc<Payment>, now: u64) -> Next<J> {
        let patience = self.left(now);
        let url = self.signed.base_url.create();
        let request = HttpRequest { url, method: Method::Pay(payment), patience };
        Step::Send(request, Sent::Paying(Paying(self))).into()
    }

    /// From when on the chain should know what became of it, by this machine's clock.
    fn ends_at(&self) -> u64 {
        self.clock.here(self.signed.authorization.valid_before_ms().saturating_add(SETTLE_MARGIN_MS))
    }

    /// Milliseconds until then.
    fn left(&self, now: u64) -> u64 {
        self.ends_at().saturating_sub(now)
    }

    fn task_id(&self) -> &str {
        self.claimed.as_deref().unwrap_or(&self.signed.id)
    }

    /// Takes up a payment of which nobody knows how it ended.
    pub(super) fn recover(self: Box<Self>) -> Next<J> {
        Step::FindWallets(Finding::Readers(Recovering(self))).into()
    }

    /// 1. Asks the service for the task.
    fn look(self: Box<Self>) -> Next<J> {
        let url = self.signed.base_url.status(self.task_id());
        let request = HttpRequest { url, method: Method::Get, patience: LOOK_PATIENCE_MS };
        Step::Send(request, Sent::Looking(Recovering(self))).into()
    }

    fn looked(mut self: Box<Self>, answer: Answer<J>, now: u64) -> Next<J> {
        let status = answer.ok().and_then(|a| TaskStatus::<J>::read(&a, self.task_id()).ok());
        self.found = !matches!(status, None | Some(TaskStatus::NotFound { .. }));
        match self.taken.clone() {
            Some(receipt) if self.found => self.accepted(Some(receipt)),
            Some(receipt) => self.search_on(receipt, now),
            None => self.read_through(0, now),
        }
    }

    /// 2. Asks the token, through the first wallet from that place of the list on that is on its chain.
    fn read_through(self: Box<Self>, place: usize, now: u64) -> Next<J> {
        if place < self.readers.len() {
            self.ask(place, Question::chain_id(), Topic::Chain(place))
        } else {
            self.judge(Verdict::Silent, now)
        }
    }

    fn ask(self: Box<Self>, place: usize, question: Question, topic: Topic) -> Next<J> {
        let wallet = self.readers.start.saturating_add(place);
        Step::Ask(wallet, question, Asked::Reading(Reading { underway: self, topic })).into()
    }

    fn judge(self: Box<Self>, verdict: Verdict, now: u64) -> Next<J> {
        let waits = now < self.ends_at();
        match verdict {
            Verdict::Dead if self.found => self.accepted(None),
            Verdict::Dead => self.abandoned(),
            Verdict::Silent if self.found => {
                let receipt = Receipt::claimed::<J>(&self.signed.authorization, self.task_id(), None, now);
                self.accepted(Some(Rc::new(receipt)))
            }
            Verdict::Open if self.is_ahead_of_chain(now) => self.unsettled("the chain is behind"),
            Verdict::Silent if !waits => self.unsettled("no wallet on its network could be asked"),
            _ => self.pause(now),
        }
    }

    /// 3. The very same payment again, unless the service has the task or has refused it often enough.
    fn try_again(self: Box<Self>, now: u64) -> Next<J> {
        let is_worth_it =
            !self.found && self.answers < MOST_ANSWERS && self.signed.authorization.is_usable(self.clock.at(now));
        match self.signed.payment.clone() {
            Some(payment) if is_worth_it => self.send(payment, now),
            _ => self.look(),
        }
    }

    /// The chain shows too little of the time that has passed: what it says is old.
    fn is_ahead_of_chain(&self, now: u64) -> bool {
        let stamped_after = self.signed.authorization.stamped_after().saturating_mul(1000);
        now >= self.ends_at().saturating_add(CHAIN_LAG_MS) || self.clock.at(now) < stamped_after
    }

    fn pause(mut self: Box<Self>, now: u64) -> Next<J> {
        let growing = FIRST_PAUSE_MS.saturating_mul(1u64.checked_shl(self.rounds).unwrap_or(u64::MAX));
        self.rounds = self.rounds.saturating_add(1);
        // Not beyond the moment at which the chain knows.
        let left = self.left(now);
        let pause = growing.min(LONGEST_PAUSE_MS);
        let pause = if left > 0 { pause.min(left) } else { pause };
        Step::Sleep(pause, Recovering(self)).into()
    }

    /// The token has taken it. Then there should be a task; it may take the service a moment to know it.
    fn taken(mut self: Box<Self>, transaction: Option<String>, now: u64) -> Next<J> {
        let receipt = Rc::new(Receipt::proven(&self.signed.authorization, self.task_id(), transaction, now));
        if self.found {
            return self.accepted(Some(receipt));
        }
        self.rounds = 0;
        self.taken = Some(receipt.clone());
        self.signed.payment = None;
        self.search_on(receipt, now)
    }

    fn search_on(self: Box<Self>, receipt: Rc<Receipt>, now: u64) -> Next<J> {
        if self.rounds < MOST_SEARCHES {
            return self.pause(now);
        }
        let message = "the payment was taken, but the service names no task for it: send it the receipt";
        let error = self.describe(Code::TaskNotFound, message);
        let payment = Kept::spent(&self.signed.authorization);
        let entry = Entry::Signed { paid: Paid::Yes, payment, receipt: Some(receipt.clone()) };
        let failure = Failure { receipt: Some(Proof::New(receipt)), ..error.into() };
        self.end(entry, Err(failure))
    }

    fn accepted(self, receipt: Option<Rc<Receipt>>) -> Next<J> {
        let task_id = String::from(self.task_id());
        let paid = if receipt.is_some() { Paid::Yes } else { Paid::No };
        let entry =
            Entry::Accepted { order: None, paid, task_id: task_id.clone(), receipt: receipt.clone(), payment: () };
        self.end(entry, Ok(AcceptedTask { task_id, receipt: receipt.map(Proof::New) }))
    }

    fn abandoned(self) -> Next<J> {
        let message = text!("nothing was paid, and nothing will be: ", self.trouble.reason);
        let error = self.describe(Code::PaymentRejected, &message).paid(Paid::No, Retry::Safe);
        let failure = Failure { cause: self.trouble.cause.clone(), ..error.into() };
        self.end(Entry::Abandoned { paid: Paid::No, payment: () }, Err(failure))
    }

    /// Leaves it to `resume()`.
    pub(super) fn unsettled(self, why: &str) -> Next<J> {
        let message = text!("it cannot be told yet whether the payment was taken; do not pay again: ", why);
        let error = self.describe(Code::PaymentUnknown, &message);
        Step::Done(Err(Failure { cause: self.trouble.cause, ..error.into() })).into()
    }

    fn end(self, entry: Entry, outcome: Result<AcceptedTask<Proof<J>>, Failure<J>>) -> Next<J> {
        Step::Write(self.signed.id, Box::new(entry), Writing::End(outcome)).into()
    }

    /// What the caller is told when it gives up now.
    pub(super) fn given_up(&self) -> Failure<J> {
        let message = "aborted while the payment was under way: it may still be taken; do not pay again";
        let receipt = self.taken.clone().map(Proof::New);
        Failure { receipt, ..self.describe(Code::Aborted, message).into() }
    }

    fn describe(&self, code: Code, message: &str) -> Error {
        let authorization = &self.signed.authorization;
        let transfer = authorization.transfer();
        let paid = if self.taken.is_some() { Paid::Yes } else { Paid::Unknown };
        let error = Error::unpaid(code, Stage::Payment, message)
            .paid(paid, Retry::Resume)
            .about(self.claimed.clone())
            .detail("id", self.signed.id.as_str())
            .detail("nonce", text::word(transfer.nonce))
            .detail("payer", text::address(transfer.from))
            .detail("payTo", text::address(transfer.to))
            .detail("amount", authorization.amount().amount)
            .detail("asset", text::address(authorization.asset().address))
            .detail("network", authorization.asset().chain.caip2)
            .detail("validBefore", authorization.valid_before_ms());
        self.trouble.details.iter().fold(error, |error, (name, value)| error.detail(name, value.clone()))
    }
}

impl<J: Json> Paying<J> {
    /// The server answered, or did not. A 202 with a task is an accepted payment; nothing else says what became of it.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        let mut underway = self.0;
        underway.trouble = match answer {
            Ok(response) => {
                if let Some(task_id) = read_task_id::<J>(&response) {
                    let header = response.receipt.as_deref();
                    let receipt = Receipt::claimed::<J>(&underway.signed.authorization, &task_id, header, now);
                    underway.claimed = Some(task_id);
                    return underway.accepted(Some(Rc::new(receipt)));
                }
                underway.answers = underway.answers.saturating_add(1);
                underway.claimed = claimed_task::<J>(&response).or(underway.claimed);
                Trouble::answered(&response, underway.signed.payment.as_deref())
            }
            Err(failure) => Trouble::lost(failure),
        };
        let notice =
            Notice::PaymentUnknown { reason: underway.trouble.reason.clone(), check_again_at: underway.ends_at() };
        Next { notices: vec![notice], ..underway.look() }
    }

    pub(super) fn given_up(&self) -> Failure<J> {
        self.0.given_up()
    }
}

impl<J: Json> Trouble<J> {
    fn lost(failure: HttpFailure<J>) -> Self {
        let status = failure.status.map(|status| ("status", u64::from(status).into()));
        let reason = "the answer to the payment was lost".into();
        Self { reason, details: status.into_iter().collect(), cause: failure.cause }
    }

    fn answered(response: &HttpResponse, payment: Option<&Payment>) -> Self {
        let status = u64::from(response.status);
        let mut details = vec![("status", status.into()), ("body", excerpt(&response.body).into())];
        details.extend(response.receipt.as_ref().map(|receipt| ("paymentResponse", excerpt(receipt).into())));
        let refused = response.status == 402;
        // With a receipt, even one of a failure, the payment was seen.
        let is_unseen = |payment: &&Payment| {
            refused && response.receipt.is_none() && payment.demand == Some(terms::demand(response))
        };
        let reason = payment.filter(is_unseen).map(unseen).unwrap_or_else(|| {
            let words = terms::refusal::<J>(response).filter(|_| refused);
            let words = words.map_or_else(String::new, |words| text!(": \"", words, "\""));
            text!("the server answered ", text::number(status), " to the payment", words)
        });
        Self { reason, details, cause: None }
    }
}

/// The server answers as it did before it was paid.
fn unseen(payment: &Payment) -> String {
    text!(
        "the server asked for payment again, in the same words as before, as if it had seen none: check that a wrapped \
         `fetch` of this page, or a proxy, passes on the header `",
        payment.header_name(),
        "`"
    )
}

impl<J: Json> Recovering<J> {
    /// What the service says about the task.
    #[must_use]
    pub fn looked(self, answer: Answer<J>, now: u64) -> Next<J> {
        self.0.looked(answer, now)
    }

    /// The pause is over.
    #[must_use]
    pub fn woke(self, now: u64) -> Next<J> {
        self.0.try_again(now)
    }

    /// So many wallets are there. Any of them may read: that moves nothing.
    #[must_use]
    pub fn found(mut self, wallets: usize) -> Next<J> {
        self.0.readers = 0..wallets;
        self.0.look()
    }

    pub(super) fn given_up(&self) -> Failure<J> {
        self.0.given_up()
    }
}

impl<J: Json> Reading<J> {
    /// What the wallet read from the chain.
    #[must_use]
    pub fn answered(self, reply: Reply<J>, now: u64) -> Next<J> {
        let mut underway = self.underway;
        let authorization = &underway.signed.authorization;
        let heard = reply.ok();
        let heard = heard.as_ref();
        match self.topic {
            Topic::Chain(place) => {
                let is_home = |id: &u64| *id == authorization.asset().chain.id;
                match heard.and_then(wallet::read_chain_id).filter(is_home) {
                    Some(_) => underway.ask(place, chain::latest_block(), Topic::Block(place)),
                    None => underway.read_through(place.saturating_add(1), now),
                }
            }
            Topic::Block(place) => match heard.and_then(Block::read) {
                Some(block) => {
                    let question = chain::authorization_state(authorization, block);
                    underway.clock.learn(block, now);
                    underway.ask(place, question, Topic::State(place, block))
                }
                None => underway.read_through(place.saturating_add(1), now),
            },
            Topic::State(place, block) => match heard.and_then(chain::read_state) {
                Some(true) => {
                    let question = chain::authorization_used(authorization, block);
                    underway.ask(place, question, Topic::Transaction)
                }
                Some(false) if block.is_after(authorization) => underway.judge(Verdict::Dead, now),
                Some(false) => underway.judge(Verdict::Open, now),
                None => underway.read_through(place.saturating_add(1), now),
            },
            Topic::Transaction => underway.taken(heard.and_then(chain::read_transaction), now),
        }
    }

    pub(super) fn given_up(&self) -> Failure<J> {
        self.underway.given_up()
    }
}
