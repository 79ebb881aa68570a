//! From the page's yes to the signed payment in the journal.

use std::rc::Rc;

use alloy_primitives::{Address, B256};

use super::{
    super::{
        accepted::AcceptedTask,
        authorization::{Authorization, SETTLE_MS},
        budget::State,
        clock::{ChainClock, Stamp},
        defect::{self, Defect},
        error::{Code, Error, Paid, Retry, Stage},
        failure::Failure,
        journal::{self, Change, Claim, Kept, Life, Signed, Written},
        json::Json,
        money::Money,
        notice::{Display, Notice},
        payment::{HeldReceipt, Payment},
        place,
        settlement::Settlement,
        signature::{self, Signature},
        spending::LONGEST_OPEN_MS,
        terms::Version,
        text,
        undeployed::Undeployed,
        wallet::{self, Question, Reply},
        witness::Reader,
    },
    Asked, Next, Order, Step,
    order::Deal,
    talking::refused,
    underway::Underway,
};

/// `0x` and the 65 bytes of a key's signature.
const KEY_DIGITS: usize = 132;

/// Waiting for the page's own yes or no.
#[derive(Clone, Debug)]
pub struct Confirming(pub(super) DrawingNonce);

impl Confirming {
    /// The page answered, or its `confirm` threw.
    #[must_use]
    pub fn answered<J>(self, answer: Result<bool, J>, now: u64) -> Next<J> {
        let declined = |message: &str| Error::unpaid(Code::Declined, Stage::Wallet, message);
        match answer {
            Ok(true) => self.0.intend(now),
            Ok(false) => declined("the purchase was declined in `confirm`").into(),
            Err(thrown) => Next::failed(declined("`confirm` failed, so nothing was bought"), thrown),
        }
    }
}

/// Everything is agreed; waiting for the journal, then for randomness.
#[derive(Clone, Debug)]
pub struct DrawingNonce {
    pub(super) deal: Box<Deal>,
    pub(super) wallet: usize,
    pub(super) payer: Address,
    pub(super) clock: ChainClock,
    /// When the intent was written.
    pub(super) intended_at: u64,
}

impl DrawingNonce {
    /// Has the journal note that a signature is about to be requested.
    pub(super) fn intend<J>(mut self, now: u64) -> Next<J> {
        self.intended_at = now;
        let Deal { order, offer, .. } = &*self.deal;
        let claim = order.config.budget.clone().map(|budget| Claim { budget, offer: offer.clone() });
        let noted = journal::OrderRecord::of(&order.request, &order.config, Some(offer), now);
        let intent = journal::Intent { order: Rc::new(noted), owner: order.owner.clone(), claim };
        let change = Change::Intend(Box::new(intent));
        if defect::is_on(Defect::AskedBeforeWritten) {
            return Step::DrawNonce(self).into();
        }
        Step::Write(order.request.id().into(), Box::new(change), Writing::Intent(Box::new(self))).into()
    }

    /// The journal has noted it, or refused to.
    fn intended<J: Json>(mut self, written: Written<J>) -> Next<J> {
        match written {
            Written::Done(reached) => {
                self.deal.reached = reached;
                Step::DrawNonce(self).into()
            }
            Written::Refused(error) => error.into(),
            Written::Standing(record) if Life::read(&record) == Some(Life::Signing) => contested().into(),
            // Bought meanwhile, as by a page that the quote was handed to.
            Written::Standing(record) => self.deal.order.recalled(record),
        }
    }

    /// A nonce of 32 random bytes, or none where the browser has no secure randomness. The time is stamped now, right
    /// before the prompt, so that no second of the window is lost.
    #[must_use]
    pub fn drawn<J: Json>(self, nonce: Option<[u8; 32]>, now: u64) -> Next<J> {
        let Some(nonce) = nonce else {
            return Error::no_randomness(Stage::Wallet).into();
        };
        let stamp = self.clock.stamp(now);
        let authorization = Authorization::stamp(&self.deal.offer, self.payer, B256::from(nonce), stamp);
        let typed_data = authorization.typed_data();
        let document = typed_data.document();
        let question = Question::sign(self.payer, &document, time_left(&authorization, stamp));
        let Money { amount, atomic, .. } = authorization.amount();
        let notice = Notice::Signing {
            display: Display { amount, atomic, to: text::address(authorization.transfer().to) },
            typed_data: J::parse(&document),
            digest: text::word(typed_data.digest()),
            domain_hash: text::word(typed_data.domain.separator()),
            message_hash: text::word(typed_data.message_hash),
            valid_before: stamp.here(authorization.valid_before_ms()),
        };
        let closes_at = stamp.on_chain(authorization.valid_before_ms());
        let Self { deal, wallet, clock, intended_at, .. } = self;
        let signing = Box::new(Signing { deal, wallet, clock, intended_at, authorization, closes_at });
        Next::after(notice, Step::Ask(self.wallet, question, Asked::Signing(signing)))
    }
}

/// For how many milliseconds it can still be settled.
const fn time_left(authorization: &Authorization, stamp: Stamp) -> u64 {
    authorization.valid_before_ms().saturating_sub(SETTLE_MS).saturating_sub(stamp.time_ms())
}

/// Waiting for the one signature.
#[derive(Clone, Debug)]
pub struct Signing {
    deal: Box<Deal>,
    wallet: usize,
    clock: ChainClock,
    intended_at: u64,
    authorization: Authorization,
    /// When its window closes, by this machine's clock.
    closes_at: u64,
}

impl Signing {
    /// The wallet signed, or threw. What it signed is checked before anything leaves.
    #[must_use]
    pub fn answered<J: Json>(self: Box<Self>, answer: Reply<J>) -> Next<J> {
        let signed = match answer {
            Ok(signed) => signed,
            Err(Some(thrown)) => return refused(thrown, "the signature"),
            Err(None) => return left_alone(),
        };
        let Some(given) = signed.as_text().as_deref().and_then(signature::read_bytes) else {
            return bad_signature("the wallet did not return a valid signature; nothing was sent");
        };
        let payer = self.authorization.transfer().from;
        let digest = self.authorization.digest();
        let by_key = Signature::read(&given)
            .filter(|signature| signature.signer(&digest) == Some(payer) || defect::is_on(Defect::SignerNotCompared));
        let check = Check::Code { by_key: by_key.is_some() };
        let signature = by_key.map_or_else(|| text::bytes(&given), |signature| signature.to_hex());
        let wallet = self.wallet;
        let checking = Checking { signing: self, signature, check };
        Step::Ask(wallet, Question::code_at(payer), Asked::Checking(checking)).into()
    }

    /// Has the signed payment written down before it is sent, if there is time left to settle it.
    fn seal<J: Json>(self, signature: &str, now: u64) -> Next<J> {
        // A page that was frozen may come back so late that budgets do not count the intent any more.
        let is_over =
            now.saturating_add(journal::WRITE_PATIENCE_MS) >= self.intended_at.saturating_add(LONGEST_OPEN_MS);
        if is_over || time_left(&self.authorization, self.clock.stamp(now)) == 0 {
            return too_late();
        }
        let Deal { order: Order { request, config, owner, .. }, offer, reached, .. } = *self.deal;
        let payment = Payment::of::<J>(&offer.echo, &self.authorization, signature, request.id(), &request.body());
        let payment = Rc::new(payment);
        let settlement = Rc::new(Settlement { authorization: self.authorization, closes_at: self.closes_at });
        let kept = Kept::whole(settlement.clone(), payment.clone());
        let noted = journal::OrderRecord::of(&request, &config, Some(&offer), now);
        let change = Change::Sign { owner: owner.token, payment: kept };
        let id = String::from(request.id());
        let signed = Signed {
            id: id.clone(),
            seed: request.seed().into(),
            base_url: config.base_url,
            settlement,
            payment: Some(payment.clone()),
            taken: None,
        };
        let readers = vec![Reader { wallet: self.wallet, has_signed: true }];
        let underway = Box::new(Underway::new(signed, Some(Rc::new(noted)), readers));
        if defect::is_on(Defect::SentBeforeWritten) {
            return underway.send(payment, now);
        }
        Step::Write(id, Box::new(change), Writing::Payment(underway, payment, reached)).into()
    }
}

/// Waiting for the code at the payer's address, and for that contract's opinion of the signature. The token does the
/// same: if there is no contract, it checks the key; if there is one (a smart account, or a plain account that
/// delegates to a contract by [EIP-7702](https://eips.ethereum.org/EIPS/eip-7702)), it asks the contract and nothing
/// else. If the smart account is not deployed yet and the page allows it, the contract is tried as it will be once it
/// is deployed.
#[derive(Clone, Debug)]
pub struct Checking {
    signing: Box<Signing>,
    /// In hex, as it would be sent.
    signature: String,
    check: Check,
}

#[derive(Clone, Copy, Debug)]
enum Check {
    /// The code at the address. `by_key` if the payer's own key signed exactly this authorization.
    Code { by_key: bool },
    /// Whether the contract accepts the signature.
    Word,
    /// Whether the contract will accept it once it is deployed.
    WordOnceDeployed,
}

impl Checking {
    /// The wallet answered, or threw. If the chain cannot be read, the key decides.
    #[must_use]
    pub fn answered<J: Json>(self, answer: Reply<J>, now: u64) -> Next<J> {
        let is_contract = || answer.as_ref().ok().and_then(Json::as_text).is_some_and(|code| code != "0x");
        let accepts = || answer.as_ref().is_ok_and(wallet::accepts_signature);
        match self.check {
            Check::Code { .. } if is_contract() => self.ask_contract(),
            Check::Code { by_key: true } => self.signing.seal(&self.signature, now),
            Check::Code { .. } if self.signature.len() > KEY_DIGITS => self.ask_once_deployed(),
            Check::Code { .. } => {
                bad_signature("the wallet signed with another account or signed something else; nothing was sent")
            }
            Check::Word | Check::WordOnceDeployed if accepts() => self.signing.seal(&self.signature, now),
            Check::WordOnceDeployed => bad_signature(
                "this smart account is not deployed, and once it is, it would not accept what it signed, or the wallet cannot \
                 tell: use the account once, so that it is deployed, or pay with a plain one; nothing was sent",
            ),
            Check::Word => bad_signature(
                "the contract at the payer's address does not accept the signature, so the token would refuse it: pay with \
                 another account, or, where a plain one hands over to a contract (EIP-7702), end that; nothing was sent",
            ),
        }
    }

    fn ask_once_deployed<J>(self) -> Next<J> {
        let Signing { wallet, authorization, deal, .. } = &*self.signing;
        if !deal.order.config.sends_undeployed {
            return bad_signature(
                "this is the signature of a smart account, but no contract is found at its address, so the token would refuse \
                 it: use the account once, so that it is deployed, pay with a plain one, or see `undeployed`; nothing was sent",
            );
        }
        if deal.offer.echo.version != Version::Two {
            return bad_signature(
                "this smart account is not deployed, and a seller of version 1 of x402 cannot deploy it: use the account once, \
                 so that it is deployed, or pay with a plain one; nothing was sent",
            );
        }
        let signed = text::read_bytes(&self.signature).as_deref().and_then(Undeployed::read);
        let Some(undeployed) = signed else {
            return bad_signature(
                "no contract is found at the payer's address, and what the wallet signed does not say how to deploy one \
                 (ERC-6492); nothing was sent",
            );
        };
        let question = undeployed.question(authorization.transfer().from, authorization.digest());
        Step::Ask(*wallet, question, Asked::Checking(Self { check: Check::WordOnceDeployed, ..self })).into()
    }

    fn ask_contract<J>(self) -> Next<J> {
        let Signing { wallet, authorization, .. } = &*self.signing;
        let payer = authorization.transfer().from;
        let question = Question::is_valid_signature(payer, authorization.digest(), &self.signature);
        Step::Ask(*wallet, question, Asked::Checking(Self { check: Check::Word, ..self })).into()
    }
}

/// The prompt may still be open, hidden behind the page, or waiting for a locked wallet.
fn left_alone<J>() -> Next<J> {
    let message = "the wallet's prompt was not answered in time, so nothing was paid: unlock the wallet, and close a prompt \
                   that is still open; approving it pays nothing";
    Error::unpaid(Code::SignatureExpired, Stage::Wallet, message).detail("prompt", "open").into()
}

fn too_late<J>() -> Next<J> {
    let message =
        "the signature came when there was no time left to settle the payment: it was not sent, and never will be";
    Error::unpaid(Code::SignatureExpired, Stage::Wallet, message).detail("prompt", "answered").into()
}

fn bad_signature<J>(message: &str) -> Next<J> {
    Error::unpaid(Code::BadSignature, Stage::Wallet, message).into()
}

/// Waiting for the journal.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub enum Writing<J> {
    /// It notes that a signature is about to be requested.
    Intent(Box<DrawingNonce>),
    /// It writes the signed payment. With the budget, if the purchase takes it past the mark.
    Payment(Box<Underway<J>>, Rc<Payment>, Option<State>),
    /// It writes how the purchase ended.
    End(Result<AcceptedTask<HeldReceipt<J>>, Failure<J>>),
}

impl<J: Json> Writing<J> {
    /// The outcome of a durable write, or why it failed. A purchase that cannot be noted is not begun; but how it ended
    /// is reported even if it cannot be noted.
    #[must_use]
    pub fn written(self, outcome: Result<Written<J>, Option<J>>, now: u64) -> Next<J> {
        match (self, outcome) {
            (Self::Intent(drawing), Ok(written)) => drawing.intended(written),
            (Self::Payment(..), Ok(Written::Refused(error))) => error.into(),
            (Self::Payment(underway, payment, reached), Ok(_)) => {
                let mut notices = vec![Notice::Paying { nonce: underway.nonce() }];
                notices.extend(reached.map(|state| Notice::Budget(state)));
                Next { notices, ..underway.send(payment, now) }
            }
            (Self::End(outcome), _) => Step::Done(outcome).into(),
            // It may still be written later, and then be sent by whoever finds it.
            (Self::Payment(underway, ..), Err(None)) => underway.unsettled(place::pick(
                "the browser did not confirm that the payment was saved",
                "the storage did not confirm that the payment was saved",
            )),
            (_, Err(cause)) => Step::Done(Err(Failure { cause, ..journal::not_stored().into() })).into(),
        }
    }
}

/// Only without Web Locks: another tab has the wallet open for this very purchase.
fn contested() -> Error {
    let message = place::pick(
        "another tab is at this purchase, and this browser cannot keep tabs apart (no Web Locks): finish it there, or \
         `forget()` it; this call paid nothing",
        "another process is at this purchase, or was killed at it, and its storage cannot keep processes apart: finish it \
         there, or `forget()` it; this call paid nothing",
    );
    Error::unpaid(Code::UnsupportedEnvironment, Stage::Wallet, message).paid(Paid::Unknown, Retry::Resume)
}
