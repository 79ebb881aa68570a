//! The price alone: the unpaid request, for a page that shows the price before anything is bought.

use std::ops::ControlFlow;

use super::{
    super::{
        dialect::Shape,
        error::{Code, Error, Stage},
        failure::Failure,
        http::Answer,
        http_request::{HttpRequest, Method},
        journal::Change,
        json::Json,
        machine::{self, Machine},
        models,
        quote::{FreeQuote, PricedQuote, Quote},
    },
    order::Order,
    pricing::{Asking, Heard, Probed},
};

/// What to do next.
#[derive(Debug)]
pub enum Step<J> {
    /// Send the request, and read the whole response.
    Send(HttpRequest, Box<Quoting<J>>),
    /// Change the record of that purchase in the journal.
    Write(String, Box<Change<J>>, Noting<J>),
    /// The end.
    Done(Box<Result<Quote<J>, Failure<J>>>),
}

/// A step, and the events that the page gets before it.
pub type Next<J> = machine::Next<Step<J>, J>;

/// Waiting for a response.
#[derive(Clone, Debug)]
pub enum Quoting<J> {
    /// With the price.
    Price(Box<Pricing>),
    /// With the models of a service that does not list them with its price.
    Models(Box<PricedQuote<J>>),
}

/// The price request that was sent.
#[derive(Clone, Debug)]
pub struct Pricing(Asking);

/// Timeout of the request for the models. The price waits for them.
const MODELS_PATIENCE_MS: u64 = 3_000;

/// Waiting for the journal to store a task that the service began without payment.
#[derive(Debug)]
pub struct Noting<J>(Box<FreeQuote<J>>);

/// Starts the price request of an order.
#[must_use]
pub fn begin<J>(order: Order) -> Next<J> {
    ask(Asking::new(order))
}

fn ask<J>(asking: Asking) -> Next<J> {
    Step::Send(asking.request(), Box::new(Quoting::Price(Box::new(Pricing(asking))))).into()
}

impl<J: Json> Quoting<J> {
    /// The response.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        match self {
            Self::Price(pricing) => (*pricing).answered(answer, now),
            Self::Models(mut quote) => {
                quote.models = answer.as_ref().map(models::read).unwrap_or_default();
                Step::Done(Box::new(Ok(Quote::Priced(*quote)))).into()
            }
        }
    }
}

impl Pricing {
    /// The response to the unpaid request. Any price is fine here: the purchase enforces the cap.
    fn answered<J: Json>(self, answer: Answer<J>, now: u64) -> Next<J> {
        let (order, probed) = match self.0.heard(answer) {
            Heard::Again(asking) => return ask(asking),
            Heard::Answer(order, probed) => (order, probed),
        };
        let outcome = match probed {
            Ok(Probed::Accepted(task_id)) => return free(&order, task_id, now),
            Ok(Probed::Terms(entries)) => order.config.policy.prefer(&entries).map_err(Failure::from),
            Err(failure) => Err(failure),
        };
        let quote = outcome.map(|offer| PricedQuote::of(&order.request, &order.config, &offer, now));
        match quote {
            Ok(quote) if order.request.dialect().shape == Shape::Flat && quote.models.is_empty() => {
                let (url, patience) = (order.config.base_url.models(), MODELS_PATIENCE_MS);
                Step::Send(
                    HttpRequest { url, method: Method::Get, patience },
                    Box::new(Quoting::Models(Box::new(quote))),
                )
                .into()
            }
            quote => Step::Done(Box::new(quote.map(Quote::Priced))).into(),
        }
    }
}

/// The service accepted the request without payment: the task is recorded.
fn free<J: Json>(order: &Order, task_id: String, now: u64) -> Next<J> {
    let change = order.free(task_id.clone(), false, now);
    let quote = FreeQuote::of(&order.request, &order.config, task_id, now);
    Step::Write(quote.id.clone(), Box::new(change), Noting(Box::new(quote))).into()
}

impl<J: Json> Noting<J> {
    /// The page gets the task, whether or not it could be written down.
    #[must_use]
    pub fn written(self) -> Next<J> {
        Step::Done(Box::new(Ok(Quote::Free(*self.0)))).into()
    }
}

impl<J: Json> Machine<J> for Step<J> {
    type Outcome = Quote<J>;

    fn ended(self) -> ControlFlow<Result<Quote<J>, Failure<J>>, Self> {
        match self {
            Self::Done(outcome) => ControlFlow::Break(*outcome),
            step => ControlFlow::Continue(step),
        }
    }

    fn given_up(&self) -> Option<Failure<J>> {
        match self {
            Self::Send(..) => Some(Error::unpaid(Code::Aborted, Stage::Quote, "aborted; nothing was paid").into()),
            Self::Write(..) | Self::Done(_) => None,
        }
    }
}
