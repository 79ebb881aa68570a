//! What is bought, within which limits, and how its purchase begins.

use std::rc::Rc;

use alloy_primitives::Address;

use super::{
    super::{
        accepted::AcceptedTask,
        budget::State,
        clock::Clocks,
        config::Config,
        error::{Code, Error, Paid, Retry, Stage},
        http_request::{HttpRequest, Method},
        journal::{self, Change, Owner},
        json::Json,
        notice::Notice,
        quote::{self, PricedQuote},
        request::Request,
        schema,
        terms::Offer,
        text::text,
    },
    Choosing, Finding, Next, Probing, Recalled, Step, Writing,
    pricing::Asking,
    recalling::{Recalling, Wanted},
};

/// Timeout of a price request. Uploading a picture takes time on a slow line.
const PATIENCE_MS: u64 = 300_000;

/// What a purchase is about; unchanged from beginning to end.
#[derive(Clone, Debug)]
pub struct Order {
    /// What is bought.
    pub request: Request,
    /// What the page allows.
    pub config: Config,
    /// Whether the page wants to confirm before the wallet opens.
    pub confirm: bool,
    /// The only account to pay from, if the page names one.
    pub payer: Option<Address>,
    /// The chain clocks that the wallet has shown to this page.
    pub clocks: Clocks,
    /// The call that holds the purchase.
    pub owner: Owner,
}

impl Order {
    /// Starts with the price request.
    #[must_use]
    pub fn begin<J>(self) -> Next<J> {
        self.recall(None)
    }

    /// First checks whether it was already bought.
    pub(super) fn recall<J>(self, quoted: Option<Quoted>) -> Next<J> {
        let id = String::from(self.request.id());
        Step::Recall(id.clone(), Box::new(Recalling { id, wanted: Some(Wanted { order: self, quoted }) })).into()
    }

    /// The journal has this record of it.
    pub(super) fn recalled<J: Json>(self, record: J) -> Next<J> {
        let is_alone = self.owner.is_alone;
        let recalled = Recalled { record: Some(record), is_alone };
        let id = self.request.id().into();
        Recalling { id, wanted: Some(Wanted { order: self, quoted: None }) }.recalled(Ok(recalled))
    }

    pub(super) fn ask_price<J>(self) -> Next<J> {
        Probing::begin(Asking::new(self))
    }

    /// The request without payment.
    pub(super) fn probe(&self) -> HttpRequest {
        let body = self.request.body();
        HttpRequest { url: self.config.base_url.create(), method: Method::Post { body }, patience: PATIENCE_MS }
    }

    /// Starts at the wallet, with a quote that the page already has.
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

    /// The service accepted the request without payment: a task like any other, only free.
    pub(super) fn free<J>(&self, task_id: String, takes_over: bool, now: u64) -> Change<J> {
        let order = Rc::new(journal::OrderRecord::of(&self.request, &self.config, None, now));
        Change::Free { order, task_id, takes_over }
    }

    pub(super) fn taken_free<J>(self, task_id: String, now: u64) -> Next<J> {
        let change = self.free(task_id.clone(), true, now);
        let outcome = Ok(AcceptedTask { task_id, receipt: None, paid: Paid::No, settlement: None });
        Step::Write(self.request.id().into(), Box::new(change), Writing::End(outcome)).into()
    }

    pub(super) fn quote<J: Json>(&self, Quoted { offer, at }: &Quoted) -> PricedQuote<J> {
        PricedQuote::of(&self.request, &self.config, offer, *at)
    }

    pub(super) fn quoted<J: Json>(self, quoted: Quoted, is_quoted: bool) -> Next<J> {
        let quote = Rc::new(self.quote(&quoted));
        if let Some(error) = unsupported(&quote) {
            return error.into();
        }
        let choosing = Choosing {
            deal: Box::new(Deal { order: self, offer: quoted.offer, is_quoted, reached: None }),
            quote: quote.clone(),
        };
        Next::after(Notice::Quoted { quote }, Step::FindWallets(Finding::Payer(choosing)))
    }
}

/// The error for a request that the seller's own words rule out.
fn unsupported<J>(quote: &PricedQuote<J>) -> Option<Error> {
    if quote.problems.is_empty() {
        return None;
    }
    let message = text!(
        "the seller does not take this request: ",
        schema::in_words(&quote.problems),
        ". Nothing was paid; if its list is out of date, pass `schema: \"ignore\"`"
    );
    let error = Error::unpaid(Code::RequestUnsupported, Stage::Quote, message).retry(Retry::Never);
    Some(error.detail("problems", quote.problems.clone()))
}

/// An order with the offer that has passed the policy.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) order: Order,
    pub(super) offer: Offer,
    /// The page has shown the price before, so this may run inside the click handler that accepted it.
    pub(super) is_quoted: bool,
    /// The budget, if this purchase takes it past the mark.
    pub(super) reached: Option<State>,
}

/// An offer, and when it was made.
#[derive(Clone, Debug)]
pub(super) struct Quoted {
    pub(super) offer: Offer,
    pub(super) at: u64,
}
