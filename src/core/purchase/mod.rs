//! The purchase, from the first request to the accepted task, as a state machine without I/O.
//!
//! A [`Step`] pairs what is to be done with the state that takes its outcome. An outcome uses its state up, so no state
//! can be left twice. The shape carries the promises:
//!
//! - Only [`Drawing`] leads to [`Step::Sign`], and only [`Signing`] to [`Step::Pay`]; no state leads back to them.
//!   So a purchase asks for one signature at most, and posts one payment at most.
//! - A [`Signing`] holds the very authorization that the wallet was shown; what it signs is compared with it.
//! - Everything before [`Paying`] ends with `paid: no`, everything in it with `unknown` or an accepted task.
//!
//! ```text
//! Probing ─ 402 ─► Choosing ─► Talking (connect, chain, balance) ─► Confirming ─► Drawing ─► Signing ─► Paying ─► Done
//!    └──── 202 ────────────────────────────────────────────────────────────────────────────────────────────────► Done
//! ```

mod paying;
mod talking;
#[cfg(test)]
mod tests;

pub use paying::{Confirming, Drawing, Paying, Signing};
pub use talking::{Choosing, Talking};

use super::{
    config::Config,
    error::{Code, Error, Failure, Stage},
    http::{Answer, HttpRequest, HttpResponse, Method, excerpt, is_task_id},
    json::Json,
    notice::Notice,
    payment::Receipt,
    poll::AcceptedTask,
    quote::{self, Quote},
    request::Request,
    terms::{self, Offer},
    text::{self, text},
    wallet::Question,
};

/// A picture takes its time on a slow line; after so long nobody waits for a price any more.
const PATIENCE_MS: u64 = 300_000;

/// What to do next. Each state is used up by its outcome.
#[derive(Debug)]
pub enum Step<J> {
    /// Post the request without payment.
    Probe(HttpRequest, Probing),
    /// Look for wallets on the page.
    FindWallets(Choosing<J>),
    /// Ask the wallet something that cannot move money.
    Ask(usize, Question, Talking<J>),
    /// Ask the page.
    Confirm(Box<Quote<J>>, Confirming),
    /// Draw a random nonce.
    DrawNonce(Drawing),
    /// Ask the wallet for the one signature.
    Sign(usize, Question, Signing),
    /// Post the request with the one payment.
    Pay(HttpRequest, Paying),
    /// It is over.
    Done(Result<AcceptedTask<Receipt>, Failure<J>>),
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

/// What a purchase is about; the same from beginning to end.
#[derive(Clone, Debug)]
pub struct Order {
    /// What is bought.
    pub request: Request,
    /// What the page allows.
    pub config: Config,
    /// Whether the page wants to be asked before the wallet opens.
    pub confirm: bool,
    /// The wallet wanted, by its `rdns`.
    pub wallet: Option<String>,
}

/// An order with the offer that has passed the policy.
#[derive(Clone, Debug)]
struct Deal {
    order: Order,
    offer: Offer,
}

impl Order {
    /// Begins with the price.
    #[must_use]
    pub fn begin<J>(self) -> Next<J> {
        Step::Probe(self.probe(), Probing(self)).into()
    }

    /// The request without payment.
    #[must_use]
    pub fn probe(&self) -> HttpRequest {
        let body = self.request.body().into();
        HttpRequest { url: self.config.base_url.create(), method: Method::Post { body }, patience: PATIENCE_MS }
    }

    /// The price, from the answer to [`Order::probe`], whatever it is: the cap is for the purchase to keep.
    ///
    /// # Errors
    /// What [`read_probe`] and the policy say.
    pub fn quote<J: Json>(&self, answer: Answer<J>, now: u64) -> Result<Quote<J>, Failure<J>> {
        let entries = match read_probe(answer)? {
            Probed::Terms(entries) => entries,
            Probed::Accepted(task_id) => return Ok(Quote::free(&self.request, &self.config, task_id, now)),
        };
        let (offer, raw) = self.config.policy.prefer(&entries)?;
        Ok(Quote::of(&self.request, &self.config, &offer, raw, now))
    }

    /// Begins at the wallet, with a quote that the page has from before.
    #[must_use]
    pub fn begin_with<J: Json>(self, given: &J, now: u64) -> Next<J> {
        match quote::reopen(given, &self.request, &self.config) {
            Ok((offer, raw)) => self.quoted(offer, raw, given.whole_at("quotedAt").unwrap_or(now)),
            Err(error) => error.into(),
        }
    }

    fn quoted<J: Json>(self, offer: Offer, raw: J, now: u64) -> Next<J> {
        let quote = Box::new(Quote::of(&self.request, &self.config, &offer, raw, now));
        let choosing = Choosing { deal: Deal { order: self, offer }, quote: quote.clone() };
        Next::after(Notice::Quoted { quote }, Step::FindWallets(choosing))
    }
}

impl<J> Step<J> {
    /// What the caller is told when it gives up before this step was begun.
    #[must_use]
    pub fn not_begun(&self) -> Error {
        let stage = match self {
            Self::Probe(..) => Stage::Quote,
            Self::Pay(..) | Self::Done(_) => Stage::Payment,
            _ => Stage::Wallet,
        };
        Error::unpaid(Code::Aborted, stage, "aborted before anything was paid")
    }

    /// What the caller is told when it gives up in the middle of this step.
    #[must_use]
    pub fn abandoned(&self) -> Error {
        match self {
            Self::Pay(_, paying) => {
                let message = "aborted while the payment was under way: it may still be taken; do not pay again";
                paying.unknown(Code::Aborted, message)
            }
            _ => self.not_begun(),
        }
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
        return Ok(Probed::Terms(terms::read(&response.body)?));
    }
    if let Some(task_id) = read_task_id::<J>(&response) {
        return Ok(Probed::Accepted(task_id));
    }
    let (code, message) = match response.status {
        200..=299 => (Code::BadResponse, "the server's answer is neither a price nor a task".into()),
        status => (Code::Http, text!("the server answered ", text::number(status.into()), " instead of a price")),
    };
    let error = Error::unpaid(code, Stage::Quote, message)
        .detail("status", u64::from(response.status))
        .detail("body", excerpt(&response.body));
    Err(error.into())
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
        let entries = match read_probe(answer) {
            Ok(Probed::Terms(entries)) => entries,
            Ok(Probed::Accepted(task_id)) => return Step::Done(Ok(AcceptedTask { task_id, receipt: None })).into(),
            Err(failure) => return Step::Done(Err(failure)).into(),
        };
        match self.0.config.policy.choose(&entries) {
            Ok((offer, raw)) => self.0.quoted(offer, raw, now),
            Err(error) => error.into(),
        }
    }
}
