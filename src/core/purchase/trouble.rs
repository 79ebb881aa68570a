//! Why a payment has not ended yet.

use super::super::{
    error::Detail,
    http::{HttpFailure, HttpResponse, excerpt},
    json::Json,
    payment::Payment,
    place,
    reason::Refusal,
    terms,
    text::{self, text},
};

/// Why the payment has not ended yet.
#[derive(Clone, Debug)]
pub(super) struct Trouble<J> {
    pub(super) reason: String,
    pub(super) details: Vec<(&'static str, Detail)>,
    pub(super) cause: Option<J>,
}

impl<J: Json> Trouble<J> {
    pub(super) fn lost(failure: HttpFailure<J>) -> Self {
        let status = failure.status.map(|status| ("status", u64::from(status).into()));
        // To a page, a header that a preflight forbids looks the same.
        let hint = if failure.status.is_none() && failure.cause.is_some() {
            place::pick(
                ", or the payment never left this page: the server's CORS has to allow the header `X-PAYMENT` or \
                 `PAYMENT-SIGNATURE` (or use `imagine-x402/proxy`)",
                ", or the payment never left this process",
            )
        } else {
            ""
        };
        let reason = text!("the answer to the payment was lost", hint);
        Self { reason, details: status.into_iter().collect(), cause: failure.cause }
    }

    pub(super) fn answered(response: &HttpResponse<J>, payment: Option<&Payment>) -> Self {
        let Refusal { in_message, mut details } = Refusal::read(response);
        details.extend(response.receipt.as_ref().map(|receipt| ("paymentResponse", excerpt(receipt).into())));
        // With a receipt, even that of a failure, the payment was seen.
        let is_unseen = |payment: &&Payment| {
            response.status == 402 && response.receipt.is_none() && payment.demand == Some(terms::demand(response))
        };
        let reason = payment.filter(is_unseen).map(unseen).unwrap_or_else(|| {
            text!("the server answered ", text::number(response.status.into()), " to the payment", in_message)
        });
        Self { reason, details, cause: None }
    }
}

/// The service responds as it did before it was paid.
fn unseen(payment: &Payment) -> String {
    text!(
        "the server asked for payment again, in the same words as before, as if it had seen none: check that a wrapped \
         `fetch`, or a proxy, passes on the header `",
        payment.header_name(),
        "`"
    )
}
