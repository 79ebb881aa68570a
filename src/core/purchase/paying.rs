//! From the page's yes to the answer of the seller: the one signature and the one payment.

use alloy_primitives::{Address, B256};

use super::{
    super::{
        authorization::Authorization,
        error::{Code, Error, Failure, Paid, Retry, Stage},
        http::{Answer, HttpRequest, HttpResponse, Method, excerpt},
        json::Json,
        notice::Notice,
        payment::{self, Receipt},
        poll::AcceptedTask,
        signature::{Signature, Unusable},
        text::{self, text},
        wallet::{Question, Reply},
    },
    Deal, Next, Order, Step, claimed_task, read_task_id,
    talking::refused,
};

/// Waiting for the page's own yes or no.
#[derive(Clone, Debug)]
pub struct Confirming(pub(super) Drawing);

impl Confirming {
    /// The page answered, or its function threw.
    #[must_use]
    pub fn answered<J>(self, answer: Result<bool, J>) -> Next<J> {
        let declined = |message: &str| Error::unpaid(Code::Declined, Stage::Wallet, message);
        match answer {
            Ok(true) => Step::DrawNonce(self.0).into(),
            Ok(false) => declined("the purchase was declined in `confirm`").into(),
            Err(thrown) => Next::failed(declined("`confirm` failed, so nothing was bought"), thrown),
        }
    }
}

/// Waiting for randomness; everything else is agreed.
#[derive(Clone, Debug)]
pub struct Drawing {
    pub(super) deal: Deal,
    pub(super) wallet: usize,
    pub(super) payer: Address,
}

impl Drawing {
    /// A nonce of 32 random bytes, or none where the browser has no secure randomness. The time is stamped now, right
    /// before the prompt, so that no second of the window is lost.
    #[must_use]
    pub fn drawn<J: Json>(self, nonce: Option<[u8; 32]>, now: u64) -> Next<J> {
        let Some(nonce) = nonce else {
            let message = "this browser gives no secure random numbers, without which no payment is safe";
            return Error::unpaid(Code::UnsupportedEnvironment, Stage::Wallet, message).retry(Retry::Never).into();
        };
        let authorization = Authorization::stamp(&self.deal.offer, self.payer, B256::from(nonce), now);
        let typed_data = authorization.typed_data();
        let question = Question::sign(self.payer, &typed_data);
        let notice = Notice::Signing {
            typed_data: J::parse(&typed_data),
            digest: text::word(authorization.digest()),
            domain_hash: text::word(authorization.domain_hash()),
            message_hash: text::word(authorization.message_hash()),
            valid_before: authorization.valid_before_ms(),
        };
        Next::after(notice, Step::Sign(self.wallet, question, Signing { deal: self.deal, authorization }))
    }
}

/// Waiting for the one signature.
#[derive(Clone, Debug)]
pub struct Signing {
    deal: Deal,
    authorization: Authorization,
}

impl Signing {
    /// The wallet signed, or threw. What it signed is checked before anything leaves: the key must be the payer's, over
    /// exactly this authorization, and there must be time left to settle it.
    #[must_use]
    pub fn answered<J: Json>(self, answer: Reply<J>, now: u64) -> Next<J> {
        let signed = match answer {
            Ok(signed) => signed,
            Err(thrown) => return refused(thrown, "the signature"),
        };
        let signature = match self.check(signed.text().as_deref()) {
            Ok(signature) => signature,
            Err(message) => return Error::unpaid(Code::BadSignature, Stage::Wallet, message).into(),
        };
        if !self.authorization.is_usable(now) {
            let message = "the signature came too late to be used: the authorization has run out; nothing was sent";
            return Error::unpaid(Code::SignatureExpired, Stage::Wallet, message).into();
        }
        self.pay(&signature, now)
    }

    fn check(&self, signed: Option<&str>) -> Result<Signature, &'static str> {
        let signature = Signature::parse(signed.unwrap_or_default()).map_err(|why| match why {
            Unusable::ContractSignature => {
                "the wallet gave a smart account's signature, which this version cannot check; use a plain account"
            }
            Unusable::Malformed | Unusable::OutOfRange => "the wallet's answer is no signature; nothing was sent",
        })?;
        let payer = self.authorization.transfer().from;
        if signature.signer(&self.authorization.digest()) == Some(payer) {
            Ok(signature)
        } else {
            Err("the wallet signed with another account or signed something else; nothing was sent")
        }
    }

    fn pay<J>(self, signature: &Signature, now: u64) -> Next<J> {
        let Order { request, config, .. } = self.deal.order;
        let method = Method::Pay {
            body: request.body().into(),
            payment: payment::header(&self.deal.offer.network, &self.authorization, signature),
        };
        let notice = Notice::Paying { nonce: text::word(self.authorization.transfer().nonce) };
        let patience = check_again_at(&self.authorization).saturating_sub(now);
        let paid = HttpRequest { url: config.base_url.create(), method, patience };
        Next::after(notice, Step::Pay(paid, Paying { id: request.id().into(), authorization: self.authorization }))
    }
}

/// Waiting for the answer to the one payment. From here on money may have moved.
#[derive(Clone, Debug)]
pub struct Paying {
    id: String,
    authorization: Authorization,
}

/// Chains and servers have clocks of their own: so long after the window a payment is surely settled or dead.
const SETTLE_MARGIN_MS: u64 = 30_000;

/// From when on the chain knows what became of it.
const fn check_again_at(authorization: &Authorization) -> u64 {
    authorization.valid_before_ms().saturating_add(SETTLE_MARGIN_MS)
}

impl Paying {
    /// The server answered, or did not. Only a 202 with a task is an accepted payment; nothing else says what became of it.
    #[must_use]
    pub fn answered<J: Json>(self, answer: Answer<J>, now: u64) -> Next<J> {
        let response = match answer {
            Ok(response) => response,
            Err(failure) => {
                let message = "the answer to the payment was lost: it may or may not have been taken; do not pay again";
                let mut error = self.unknown(Code::PaymentUnknown, message);
                if let Some(status) = failure.status {
                    error = error.detail("status", u64::from(status));
                }
                return self.told(error, failure.cause);
            }
        };
        let Some(task_id) = read_task_id::<J>(&response) else {
            let error = self.unanswered(&response).about(claimed_task::<J>(&response));
            return self.told::<J>(error, None);
        };
        let receipt = Receipt::of::<J>(&self.authorization, &task_id, response.receipt.as_deref(), now);
        Step::Done(Ok(AcceptedTask { task_id, receipt: Some(receipt) })).into()
    }

    fn unanswered(&self, response: &HttpResponse) -> Error {
        let message = text!(
            "the server answered ",
            text::number(response.status.into()),
            " to the payment: it may or may not have been taken; do not pay again"
        );
        let error = self
            .unknown(Code::PaymentUnknown, &message)
            .detail("status", u64::from(response.status))
            .detail("body", excerpt(&response.body));
        match &response.receipt {
            Some(receipt) => error.detail("paymentResponse", excerpt(receipt)),
            None => error,
        }
    }

    pub(super) fn unknown(&self, code: Code, message: &str) -> Error {
        let transfer = self.authorization.transfer();
        let amount = self.authorization.amount();
        Error::unpaid(code, Stage::Payment, message)
            .paid(Paid::Unknown, Retry::Resume)
            .detail("id", self.id.as_str())
            .detail("nonce", text::word(transfer.nonce))
            .detail("payer", text::address(transfer.from))
            .detail("payTo", text::address(transfer.to))
            .detail("amount", amount.amount)
            .detail("asset", text::address(self.authorization.asset().address))
            .detail("network", self.authorization.asset().chain.caip2)
            .detail("validBefore", self.authorization.valid_before_ms())
    }

    fn told<J>(&self, error: Error, cause: Option<J>) -> Next<J> {
        let check_again_at = check_again_at(&self.authorization);
        let notice = Notice::PaymentUnknown { reason: error.message.clone(), check_again_at };
        Next::after(notice, Step::Done(Err(Failure { cause, ..error.into() })))
    }
}
