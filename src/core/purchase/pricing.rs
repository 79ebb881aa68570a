//! The unpaid request: its answer is the price, or a task that the service began without payment.

use super::{
    super::{
        error::{Code, Error, Stage},
        failure::Failure,
        http::{Answer, HttpResponse, is_task_id},
        http_request::HttpRequest,
        json::Json,
        place,
        reason::Refusal,
        request::Rewording,
        terms,
        text::{self, text},
    },
    Next, Order, Sent, Step,
    order::Quoted,
};

/// Waiting for the price.
#[derive(Clone, Debug)]
pub struct Probing(Asking);

/// The unpaid request, which may be asked again in other words.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    order: Order,
    /// Why the service refused its first words, if these are only a guess.
    refused: Option<Error>,
}

/// What came of asking.
#[derive(Debug)]
pub(super) enum Heard<J> {
    /// It is to be asked again: the request has been rewritten for the service.
    Again(Asking),
    /// This is the answer.
    Answer(Order, Result<Probed<J>, Failure<J>>),
}

/// The outcome of the unpaid request.
#[derive(Clone, Debug)]
pub enum Probed<J> {
    /// The service wants a payment by one of these offers.
    Terms(Vec<terms::Entry<J>>),
    /// The service accepted the request without payment: the task is real.
    Accepted(String),
}

impl Asking {
    pub(super) const fn new(order: Order) -> Self {
        Self { order, refused: None }
    }

    pub(super) fn request(&self) -> HttpRequest {
        self.order.probe()
    }

    /// Takes the response to the unpaid request. When a guess at other words does not help, what the service said to
    /// the first ones is reported.
    pub(super) fn heard<J: Json>(self, answer: Answer<J>) -> Heard<J> {
        let Self { mut order, refused } = self;
        let rewording = answer.as_ref().map_or(Rewording::None, |response| order.request.reword(response));
        let probed = read_probe(answer);
        match (rewording, probed) {
            (Rewording::None, Err(Failure { error, .. })) if error.code == Code::Http && refused.is_some() => {
                Heard::Answer(order, Err(refused.unwrap_or(error).into()))
            }
            (Rewording::None, probed) => Heard::Answer(order, probed),
            (Rewording::Named, _) => Heard::Again(Self { order, refused }),
            (Rewording::Guessed, probed) => {
                Heard::Again(Self { order, refused: probed.err().map(|failure| failure.error) })
            }
        }
    }
}

/// Reads the response to the unpaid request. Nothing has been signed, so every failure is `paid: no`.
///
/// # Errors
/// `network`, `http`, `bad_response`, or what the terms say.
pub fn read_probe<J: Json>(answer: Answer<J>) -> Result<Probed<J>, Failure<J>> {
    let response = answer.map_err(|failure| {
        let message = place::pick(
            "the service could not be reached from this page (offline, it redirects, or its CORS does not allow this \
             page, which `imagine-x402/proxy` would get around)",
            "the service could not be reached from this process (offline, another address, or it redirects)",
        );
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
    pub(super) fn begin<J>(asking: Asking) -> Next<J> {
        Step::Send(asking.request(), Sent::Probing(Box::new(Self(asking)))).into()
    }

    /// The response to the unpaid request.
    #[must_use]
    pub fn answered<J: Json>(self, answer: Answer<J>, now: u64) -> Next<J> {
        let (order, entries) = match self.0.heard(answer) {
            Heard::Again(asking) => return Self::begin(asking),
            Heard::Answer(order, Ok(Probed::Terms(entries))) => (order, entries),
            Heard::Answer(order, Ok(Probed::Accepted(task_id))) => return order.taken_free(task_id, now),
            Heard::Answer(_, Err(failure)) => return Step::Done(Err(failure)).into(),
        };
        match order.config.policy.choose(&entries) {
            Ok(offer) => order.quoted(Quoted { offer, at: now }, false),
            Err(error) => error.into(),
        }
    }
}
