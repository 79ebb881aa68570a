//! The purchase, from the first request to the accepted task, as a state machine without I/O.
//!
//! A [`Step`] pairs what is to be done with the state that takes its outcome. An outcome uses its state up, so no state
//! can be left twice. The shape carries the promises:
//!
//! - Only [`Drawing`] leads to [`Asked::Signing`], and no state leads back to it: a purchase asks for one signature at most.
//! - A [`Signing`] holds the very authorization that the wallet was shown; what it signs is compared with it, and a
//!   [`Checking`] judges it as the token will.
//! - The wallet is asked only after the journal has it that it will be, and a payment leaves only after the journal has it.
//! - [`Sent::Paying`] is made in one place, of the payment in the journal: whatever is sent again is the same.
//! - Before that payment is written down, everything ends with `paid: no`; after it, `no` is only the token's own word.
//!
//! ```text
//! Recalling ► Probing ─ 402 ─► Choosing ► Talking ► Confirming ► (write) ► Drawing ► Signing ► Checking ► (write) ► Paying ─ 202 ─► (write) ► Done
//!   │            └──── 202 ─────────────────────────────────────────────────────────────────────────────────────────────────────►     │
//!   ├─ signed ─► Recovering ◄── any other answer, or none ──────────────────────────────────────────────────────────┤                │
//!   │               └─ task, token, the same payment again ─────────────────────────────────────────────────────────┴──────────────► │
//!   └─ accepted ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────► Done
//! ```

mod paying;
mod recovering;
mod talking;
#[cfg(test)]
mod tests;

pub use paying::{Checking, Confirming, Drawing, Signing, Writing};
pub use recovering::{Paying, Reading, Recovering, Underway};
pub use talking::{Choosing, Counting, Talking};

use std::rc::Rc;

use alloy_primitives::Address;

use super::{
    accepted::AcceptedTask,
    budget::State,
    clock::Clocks,
    config::Config,
    error::{Code, Error, Paid, Retry, Stage},
    failure::Failure,
    http::{Answer, HttpResponse, is_task_id},
    http_request::{HttpRequest, Method},
    journal::{self, Change, Known, Life, Owner},
    json::Json,
    notice::Notice,
    payment::Proof,
    quote::{self, Quote},
    reason::Refusal,
    request::Request,
    terms::{self, Offer},
    text::{self, text},
    wallet::{Question, Reply},
};

/// A picture takes its time on a slow line; after so long nobody waits for a price any more.
const PATIENCE_MS: u64 = 300_000;

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
    Confirm(Rc<Quote<J>>, Confirming),
    /// Draw a random nonce.
    DrawNonce(Drawing),
    /// Change the record of that purchase in the journal, for good.
    Write(String, Box<Change<J>>, Writing<J>),
    /// Let so many milliseconds pass.
    Sleep(u64, Recovering<J>),
    /// It is over.
    Done(Result<AcceptedTask<Proof<J>>, Failure<J>>),
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
    Looking(Recovering<J>),
}

impl<J: Json> Sent<J> {
    /// The service answered, or did not.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        match self {
            Self::Probing(probing) => probing.answered(answer, now),
            Self::Paying(paying) => paying.answered(answer, now),
            Self::Looking(recovering) => recovering.looked(answer, now),
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
    Readers(Recovering<J>),
    /// To read the chain through those that the page has not chosen, too.
    Others(Recovering<J>),
}

impl<J: Json> Finding<J> {
    /// How many are there.
    #[must_use]
    pub fn found(self, wallets: usize, now: u64) -> Next<J> {
        match self {
            Self::Payer(choosing) => choosing.found(wallets),
            Self::Readers(recovering) => recovering.found(wallets),
            Self::Others(recovering) => recovering.found_others(wallets, now),
        }
    }
}

/// What waits for an answer of a wallet.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Asked<J> {
    /// To something that cannot move money.
    Talking(Talking<J>),
    /// The one signature. Made of a [`Drawing`] alone.
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
    Reading(Reading<J>),
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
#[derive(Debug)]
pub struct Next<J> {
    /// Told first, in order.
    pub notices: Vec<Notice<J>>,
    /// Done then.
    pub step: Step<J>,
}

impl<J> From<Step<J>> for Next<J> {
    fn from(step: Step<J>) -> Self {
        Self { notices: Vec::new(), step }
    }
}

impl<J> From<Error> for Next<J> {
    fn from(error: Error) -> Self {
        Step::Done(Err(error.into())).into()
    }
}

impl<J> Next<J> {
    fn after(notice: Notice<J>, step: Step<J>) -> Self {
        Self { notices: vec![notice], step }
    }

    fn failed(error: Error, cause: J) -> Self {
        Step::Done(Err(Failure::caused_by(error, cause))).into()
    }
}

/// A quote, and what is to be remembered of it.
pub type Noted<J> = (Quote<J>, Option<Change<J>>);

/// What a purchase is about; the same from beginning to end.
#[derive(Clone, Debug)]
pub struct Order {
    /// What is bought.
    pub request: Request,
    /// What the page allows.
    pub config: Config,
    /// Whether the page wants to be asked before the wallet opens.
    pub confirm: bool,
    /// The only account to pay from, if the page names one.
    pub payer: Option<Address>,
    /// The clocks of chains that the wallet has shown to this page.
    pub clocks: Clocks,
    /// Who has hold of the purchase: this call.
    pub owner: Owner,
}

/// An order with the offer that has passed the policy.
#[derive(Clone, Debug)]
struct Deal {
    order: Order,
    offer: Offer,
    /// The page has shown the price before, so this may be within the click that accepted it.
    is_quoted: bool,
    /// The budget, if this takes it past the mark.
    reached: Option<State>,
}

impl Order {
    /// Begins with the price.
    #[must_use]
    pub fn begin<J>(self) -> Next<J> {
        self.recall(None)
    }

    /// Whatever is to be bought: first of all, whether it has been.
    fn recall<J>(self, quoted: Option<Quoted>) -> Next<J> {
        let id = self.request.id().into();
        Step::Recall(id, Box::new(Recalling { intent: Some(Intent { order: self, quoted }) })).into()
    }

    /// The journal has this of it.
    fn recalled<J: Json>(self, record: J) -> Next<J> {
        let is_alone = self.owner.is_alone;
        let recalled = Recalled { record: Some(record), is_alone };
        Recalling { intent: Some(Intent { order: self, quoted: None }) }.recalled(Ok(recalled))
    }

    fn ask_price<J>(self) -> Next<J> {
        Step::Send(self.probe(), Sent::Probing(Box::new(Probing(self)))).into()
    }

    /// The request without payment.
    #[must_use]
    pub fn probe(&self) -> HttpRequest {
        let body = self.request.body();
        HttpRequest { url: self.config.base_url.create(), method: Method::Post { body }, patience: PATIENCE_MS }
    }

    /// The price, from the answer to [`Order::probe`], whatever it is: the cap is for the purchase to keep. Beside it what is
    /// to be remembered, when the server took the request as it is.
    ///
    /// # Errors
    /// What [`read_probe`] and the policy say.
    pub fn quote<J: Json>(&self, answer: Answer<J>, now: u64) -> Result<Noted<J>, Failure<J>> {
        let entries = match read_probe(answer)? {
            Probed::Terms(entries) => entries,
            Probed::Accepted(task_id) => {
                let change = self.free(task_id.clone(), false, now);
                return Ok((Quote::free(&self.request, &self.config, task_id, now), Some(change)));
            }
        };
        let offer = self.config.policy.prefer(&entries)?;
        Ok((Quote::of(&self.request, &self.config, &offer, now), None))
    }

    /// Puts the request into the words that this server takes, when it refuses a field that others know. Says whether that
    /// changed anything.
    pub fn reword<J>(&mut self, answer: &Answer<J>) -> bool {
        answer.as_ref().is_ok_and(|response| self.request.reword(response))
    }

    /// Begins at the wallet, with a quote that the page has from before.
    #[must_use]
    pub fn begin_with<J: Json>(mut self, given: &J, now: u64) -> Next<J> {
        if !self.request.is_fresh() && quote::drew(given, self.request.id()) {
            self.request = self.request.drawn();
        }
        match quote::reopen(given, &self.request, &self.config) {
            Ok((offer, dialect)) => {
                self.request.speak(dialect);
                let at = given.whole_at("quotedAt").unwrap_or(now);
                self.recall(Some(Quoted { offer, at }))
            }
            Err(error) => error.into(),
        }
    }

    /// The server took it as it is: a task like any other, but for the payment.
    fn free<J>(&self, task_id: String, takes_over: bool, now: u64) -> Change<J> {
        let order = Rc::new(journal::Order::of(&self.request, &self.config, None, now));
        Change::Free { order, task_id, takes_over }
    }

    fn taken_free<J>(self, task_id: String, now: u64) -> Next<J> {
        let change = self.free(task_id.clone(), true, now);
        let outcome = Ok(AcceptedTask { task_id, receipt: None, paid: Paid::No, settlement: None });
        Step::Write(self.request.id().into(), Box::new(change), Writing::End(outcome)).into()
    }

    fn quoted<J: Json>(self, Quoted { offer, at }: Quoted, is_quoted: bool) -> Next<J> {
        let quote = Rc::new(Quote::of(&self.request, &self.config, &offer, at));
        let choosing =
            Choosing { deal: Box::new(Deal { order: self, offer, is_quoted, reached: None }), quote: quote.clone() };
        Next::after(Notice::Quoted { quote }, Step::FindWallets(Finding::Payer(choosing)))
    }
}

/// An offer, and since when it stands.
#[derive(Clone, Debug)]
struct Quoted {
    offer: Offer,
    at: u64,
}

/// Takes up a purchase from the journal, wherever it was interrupted. Never signs.
#[must_use]
pub fn resume<J: Json>(id: String) -> Next<J> {
    Step::Recall(id, Box::new(Recalling { intent: None })).into()
}

/// What the journal has of a purchase that a call has taken hold of.
#[derive(Clone, Debug)]
pub struct Recalled<J> {
    /// Its record.
    pub record: Option<J>,
    /// Whether the hold keeps everybody else away, in other tabs, too.
    pub is_alone: bool,
}

/// Waiting for what the journal has of this purchase.
#[derive(Clone, Debug)]
pub struct Recalling {
    /// What is bought if it has not been; none for whoever only resumes.
    intent: Option<Intent>,
}

#[derive(Clone, Debug)]
struct Intent {
    order: Order,
    quoted: Option<Quoted>,
}

impl Recalling {
    /// Whether the wallet may be asked to connect meanwhile: what it is to pay has been agreed before. A wallet that opens a window of
    /// its own may only do so within the visitor's click.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.intent.as_ref().is_some_and(|intent| intent.quoted.is_some())
    }

    /// The id was drawn for it: nobody else knows it, and nothing is recorded under it.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.intent.as_ref().is_some_and(|intent| intent.order.request.is_fresh())
    }

    /// What the journal has of that id, or why it could not be read.
    #[must_use]
    pub fn recalled<J: Json>(mut self, recalled: Result<Recalled<J>, J>) -> Next<J> {
        let Recalled { record, is_alone } = match recalled {
            Ok(recalled) => recalled,
            Err(thrown) => return Next::failed(self.unread(journal::not_stored()), thrown),
        };
        if let Some(intent) = &mut self.intent {
            intent.order.owner.is_alone = is_alone;
        }
        // What was forgotten is not there.
        let record = record.filter(|record| Life::read(record) != Some(Life::Forgotten));
        let stands_for =
            |record: &J| self.intent.as_ref().is_none_or(|i| Known::is_of(record, &i.order.request, &i.order.config));
        match record.as_ref().map(Known::read) {
            Some(Err(error)) => error.paid(Paid::Unknown, Retry::Resume).into(),
            Some(Ok(_)) if !record.as_ref().is_some_and(stands_for) => {
                Error::invalid("this `id` stands for another purchase already: take a new one").into()
            }
            Some(Ok(Known::Signed(signed))) => Box::new(Underway::new(*signed, None, Vec::new())).recover(),
            Some(Ok(Known::Accepted(task))) => Step::Done(Ok(task.kept())).into(),
            Some(Ok(Known::Failed(task))) => match self.intent {
                Some(intent) => intent.begin_anew(task.kept()),
                None => Step::Done(Ok(task.kept())).into(),
            },
            Some(Ok(Known::Nothing)) | None => self.intent.map_or_else(|| nothing_to_resume().into(), Intent::begin),
        }
    }
}

impl Recalling {
    /// As long as the journal has not been read, a purchase that the caller has named may have been paid before.
    fn unread(&self, error: Error) -> Error {
        if self.is_fresh() { error } else { error.paid(Paid::Unknown, Retry::Resume) }
    }

    fn given_up(&self) -> Error {
        let message = "aborted before the purchase was begun or taken up";
        self.unread(Error::unpaid(Code::Aborted, Stage::Quote, message))
    }
}

impl Intent {
    fn begin<J: Json>(self) -> Next<J> {
        match self.quoted {
            Some(quoted) => self.order.quoted(quoted, true),
            None => self.order.ask_price(),
        }
    }

    /// Begins the next purchase after the generation of this one has failed. An id of the page's own names the purchase that
    /// has ended; an id that the library drew for a quote does not, so the quote buys again.
    fn begin_anew<J: Json>(self, task: AcceptedTask<Proof<J>>) -> Next<J> {
        let Self { order, quoted } = self;
        if order.request.is_drawn() {
            return Order { request: order.request.anew(), ..order }.recall(quoted);
        }
        Step::Done(Err(ended(task))).into()
    }
}

fn ended<J>(task: AcceptedTask<Proof<J>>) -> Failure<J> {
    let (money, retry) = match task.paid {
        Paid::No => ("it cost nothing", Retry::Safe),
        _ => ("it was paid, and buying again pays again", Retry::PaysAgain),
    };
    let message = text!(
        "the purchase of this `id` has ended, since its generation failed (",
        money,
        "): take another `id` to buy again"
    );
    let error =
        Error::unpaid(Code::GenerationFailed, Stage::Wait, message).paid(task.paid, retry).about(Some(task.task_id));
    Failure { receipt: task.receipt, ..error.into() }
}

fn nothing_to_resume() -> Error {
    let message = "nothing was paid for this purchase, so there is nothing to resume";
    Error::unpaid(Code::TaskNotFound, Stage::Request, message)
}

impl<J: Json> Step<J> {
    /// What the caller is told when it gives up, before this step or in the middle of it; none when it is over anyway.
    #[must_use]
    pub fn given_up(&self) -> Option<Failure<J>> {
        let stage = match self {
            Self::Write(_, _, Writing::End(_)) | Self::Done(_) => return None,
            Self::Write(_, _, Writing::Payment(underway, ..)) => return Some(underway.given_up()),
            Self::Send(_, Sent::Paying(paying)) => return Some(paying.given_up()),
            Self::FindWallets(Finding::Readers(recovering) | Finding::Others(recovering))
            | Self::Send(_, Sent::Looking(recovering))
            | Self::Sleep(_, recovering) => return Some(recovering.given_up()),
            Self::AskAll(_, Gathered::Reading(reading)) => return Some(reading.given_up()),
            Self::Recall(_, recalling) => return Some(recalling.given_up().into()),
            Self::Send(_, Sent::Probing(_)) => Stage::Quote,
            _ => Stage::Wallet,
        };
        Some(Error::unpaid(Code::Aborted, stage, "aborted before anything was paid").into())
    }
}

/// Waiting for the price.
#[derive(Clone, Debug)]
pub struct Probing(Order);

/// What the unpaid request comes to.
#[derive(Clone, Debug)]
pub enum Probed<J> {
    /// The server wants to be paid by one of these.
    Terms(Vec<terms::Entry<J>>),
    /// The server took the request as it is: the task is real.
    Accepted(String),
}

/// Reads the answer to the unpaid request. Nothing has been signed, so every failure is `paid: no`.
///
/// # Errors
/// `network`, `http`, `bad_response`, or what the terms say.
pub fn read_probe<J: Json>(answer: Answer<J>) -> Result<Probed<J>, Failure<J>> {
    let response = answer.map_err(|failure| {
        let message = "the service could not be reached from this page (offline, blocked by CORS, or it redirects)";
        Failure { cause: failure.cause, ..Error::unpaid(Code::Network, Stage::Quote, message).into() }
    })?;
    if response.status == 402 {
        return Ok(Probed::Terms(terms::read(&response)?));
    }
    if let Some(task_id) = read_task_id::<J>(&response) {
        return Ok(Probed::Accepted(task_id));
    }
    let (code, what) = match response.status {
        200..=299 => (Code::BadResponse, "the server's answer is neither a price nor a task".into()),
        status => (Code::Http, text!("the server answered ", text::number(status.into()), " instead of a price")),
    };
    Err(Refusal::read::<J>(&response).error(code, Stage::Quote, &what).into())
}

/// The task of a 202.
fn read_task_id<J: Json>(response: &HttpResponse) -> Option<String> {
    if response.status == 202 { claimed_task::<J>(response) } else { None }
}

/// The task that an answer names, whatever its status. Some servers count their tasks.
fn claimed_task<J: Json>(response: &HttpResponse) -> Option<String> {
    let id = J::parse(&response.body)?.get("taskId")?;
    id.text().or_else(|| id.number()).filter(|id| is_task_id(id))
}

impl Probing {
    /// The answer to the unpaid request.
    #[must_use]
    pub fn answered<J: Json>(self, answer: Answer<J>, now: u64) -> Next<J> {
        let mut order = self.0;
        if order.reword(&answer) {
            return order.ask_price();
        }
        let entries = match read_probe(answer) {
            Ok(Probed::Terms(entries)) => entries,
            Ok(Probed::Accepted(task_id)) => return order.taken_free(task_id, now),
            Err(failure) => return Step::Done(Err(failure)).into(),
        };
        match order.config.policy.choose(&entries) {
            Ok(offer) => order.quoted(Quoted { offer, at: now }, false),
            Err(error) => error.into(),
        }
    }
}
