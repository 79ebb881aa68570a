//! The unpaid request: its answer is the price, or a task that the service began without payment.

use super::{
    super::{
        error::{Code, Error, Stage},
        failure::Failure,
        http::{Answer, HttpResponse, is_task_id},
        json::Json,
        reason::Refusal,
        terms,
        text::{self, text},
    },
    Next, Order, Step,
    order::Quoted,
};

/// Waiting for the price.
#[derive(Clone, Debug)]
pub struct Probing(Order);

/// The outcome of the unpaid request.
#[derive(Clone, Debug)]
pub enum Probed<J> {
    /// The service wants a payment by one of these offers.
    Terms(Vec<terms::Entry<J>>),
    /// The service accepted the request without payment: the task is real.
    Accepted(String),
    /// The service rejected a field that others know: the request has been rewritten for it.
    Reworded,
}

impl Order {
    /// Takes the response to the unpaid request.
    pub(super) fn probed<J: Json>(&mut self, answer: Answer<J>) -> Result<Probed<J>, Failure<J>> {
        let is_reworded = answer.as_ref().is_ok_and(|response| self.request.reword(response));
        if is_reworded { Ok(Probed::Reworded) } else { read_probe(answer) }
    }
}

/// Reads the response to the unpaid request. Nothing has been signed, so every failure is `paid: no`.
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
    Err(Refusal::read(&response).error(code, Stage::Quote, &what).into())
}

/// The task of a 202.
pub(super) fn read_task_id<J: Json>(response: &HttpResponse<J>) -> Option<String> {
    if response.status == 202 { claimed_task::<J>(response) } else { None }
}

/// The task that a response names, whatever its status code. Some servers use numeric ids.
pub(super) fn claimed_task<J: Json>(response: &HttpResponse<J>) -> Option<String> {
    let id = response.body.json.as_ref()?.get("taskId")?;
    id.as_text().or_else(|| id.as_number()).filter(|id| is_task_id(id))
}

impl Probing {
    pub(super) const fn new(order: Order) -> Self {
        Self(order)
    }

    /// The response to the unpaid request.
    #[must_use]
    pub fn answered<J: Json>(self, answer: Answer<J>, now: u64) -> Next<J> {
        let mut order = self.0;
        let entries = match order.probed(answer) {
            Ok(Probed::Terms(entries)) => entries,
            Ok(Probed::Accepted(task_id)) => return order.taken_free(task_id, now),
            Ok(Probed::Reworded) => return order.ask_price(),
            Err(failure) => return Step::Done(Err(failure)).into(),
        };
        match order.config.policy.choose(&entries) {
            Ok(offer) => order.quoted(Quoted { offer, at: now }, false),
            Err(error) => error.into(),
        }
    }
}
