//! What the browser remembers of a purchase: one record each, written before anything that can move money.
//!
//! Writing merges: an [`Entry`] holds what has changed, and `null` takes a member out. A record goes
//! `signing` → `signed` → `accepted` → `done`, or from `signed` to `abandoned` once nothing can come of it any more.
//! While it says `signing`, nothing has left the page, so whoever finds it alone may forget it.

use std::rc::Rc;

use alloy_primitives::U256;

use super::{
    config::Config,
    error::{Code, Error, Paid, Stage, read_paid},
    http::{BaseUrl, is_own_id, is_task_id},
    json::Json,
    money::{Money, parse_atomic},
    payment::{Payment, Receipt},
    plain::object,
    poll::AcceptedTask,
    request::Request,
    settlement::Settlement,
    terms::{Offer, Version},
};

/// The form of the records that are written. All earlier ones are read.
const VERSION: u8 = 2;
/// The form in which a request was told by its whole body, and its id was sent as it is.
const FIRST_VERSION: u8 = 1;

/// An authorization used to be open for ten minutes, and up to five more on a chain whose last block was old.
const LONGEST_WINDOW_MS: u64 = 900_000;

/// A change of a record.
#[derive(Clone, Debug)]
pub enum Entry {
    /// The wallet is about to be asked for the signature.
    Signing {
        /// What is bought, from whom, for how much.
        order: Order,
        /// `no`: nothing has been signed.
        paid: Paid,
    },
    /// The signature is there; from now on it may be sent.
    Signed {
        /// `unknown`, or `yes` once the token itself says so.
        paid: Paid,
        /// What is sent.
        payment: Kept,
        /// What is known of the settlement.
        receipt: Option<Rc<Receipt>>,
    },
    /// The server has taken it.
    Accepted {
        /// Set when there was nothing to sign: the order is not in the journal yet.
        order: Option<Order>,
        /// `yes` with a receipt; `unknown` while the token has not taken what the service has worked for.
        paid: Paid,
        /// The server's id.
        task_id: String,
        /// What was paid.
        receipt: Option<Rc<Receipt>>,
        /// What is left of the signed payment: none once the receipt names its transaction.
        settlement: Option<Rc<Settlement>>,
    },
    /// The transaction is known that paid for an accepted task.
    Settled {
        /// What was paid.
        receipt: Rc<Receipt>,
    },
    /// It has come to nothing: no money moved, and none ever can.
    Abandoned {
        /// `no`.
        paid: Paid,
        /// Takes the signed payment out.
        payment: (),
    },
}

impl Entry {
    /// As it crosses to JavaScript.
    #[must_use]
    pub fn plain<J: Json>(&self) -> J {
        object(|members| {
            match self {
                Self::Signing { order, paid } => {
                    members.text("step", "signing").value("order", order.plain()).text("paid", &paid.name())
                }
                Self::Signed { paid, payment, receipt } => members
                    .text("step", "signed")
                    .text("paid", &paid.name())
                    .value("payment", payment.plain())
                    .optional("receipt", receipt.as_ref().map(|receipt| receipt.plain())),
                Self::Accepted { order, paid, task_id, receipt, settlement } => members
                    .text("step", "accepted")
                    .optional("order", order.as_ref().map(Order::plain))
                    .text("paid", &paid.name())
                    .text("taskId", task_id)
                    .value("receipt", receipt.as_ref().map_or_else(J::null, |receipt| receipt.plain()))
                    .value("payment", settlement.as_ref().map_or_else(J::null, |settlement| settlement.plain())),
                Self::Settled { receipt } => members
                    .text("paid", &Paid::Yes.name())
                    .value("receipt", receipt.plain())
                    .value("payment", J::null()),
                Self::Abandoned { paid, .. } => {
                    members.text("step", "abandoned").text("paid", &paid.name()).value("payment", J::null())
                }
            };
        })
    }
}

/// What a record is about.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // the fields are those of `TaskRecord` in the public types
pub struct Order {
    version: u8,
    base_url: String,
    prompt: String,
    created_at: u64,
    /// The id as it was sent.
    seed: String,
    /// The hash of the request: the same id cannot stand for two.
    fingerprint: String,
    price: Option<Money>,
    network: Option<&'static str>,
    /// A token that is not in the table, as JSON text.
    asset: Option<String>,
}

impl Order {
    /// As it crosses to JavaScript.
    #[must_use]
    pub fn plain<J: Json>(&self) -> J {
        object(|members| {
            members
                .number("version", self.version.into())
                .text("baseUrl", &self.base_url)
                .text("prompt", &self.prompt)
                .number("createdAt", self.created_at)
                .text("seed", &self.seed)
                .text("fingerprint", &self.fingerprint)
                .optional("price", self.price.as_ref().map(Money::plain))
                .optional_text("network", self.network)
                .optional_text("asset", self.asset.as_deref());
        })
    }
}

/// A signed payment as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    settlement: Rc<Settlement>,
    /// What is sent again; gone once it can no longer matter.
    payment: Option<Rc<Payment>>,
}

impl Kept {
    /// As it crosses to JavaScript.
    #[must_use]
    pub fn plain<J: Json>(&self) -> J {
        object(|members| {
            let payment = self.payment.as_deref();
            self.settlement.write(members);
            members
                .number("version", payment.map_or(1, |payment| payment.version.number()).into())
                .optional_text("header", payment.map(|payment| payment.header.as_str()))
                .optional_text("body", payment.map(|payment| payment.body.as_str()))
                .optional_text("demand", payment.and_then(|payment| payment.demand.as_deref()));
        })
    }
}

impl Order {
    /// A request and the offer that it is bought for; none for one that was taken without payment.
    #[must_use]
    pub fn of(request: &Request, config: &Config, offer: Option<&Offer>, now_ms: u64) -> Self {
        Self {
            version: VERSION,
            base_url: config.base_url.as_str().into(),
            prompt: request.prompt().into(),
            created_at: now_ms,
            seed: request.seed().into(),
            fingerprint: request.fingerprint().as_str().into(),
            price: offer.map(|offer| Money::of(offer.asset, offer.amount)),
            network: offer.map(|offer| offer.asset.chain.caip2),
            asset: offer.filter(|offer| !offer.asset.is_pinned()).map(|offer| offer.asset.to_json()),
        }
    }
}

impl Kept {
    /// A payment that may be sent again.
    #[must_use]
    pub const fn whole(settlement: Rc<Settlement>, payment: Rc<Payment>) -> Self {
        Self { settlement, payment: Some(payment) }
    }

    /// What is left of a payment that has been taken.
    #[must_use]
    pub const fn spent(settlement: Rc<Settlement>) -> Self {
        Self { settlement, payment: None }
    }
}

/// Where a recorded purchase stands.
#[derive(Clone, Debug)]
pub enum Known<J> {
    /// Nothing was ever sent for it, or nothing can come of it any more.
    Nothing,
    /// It may have been paid.
    Signed(Box<Signed>),
    /// There is a task.
    Accepted(AcceptedTask<J>),
    /// There was a task, and its generation failed.
    Failed(AcceptedTask<J>),
}

/// A purchase that was signed and has no task yet.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The id of the purchase.
    pub id: String,
    /// The id that the request was sent with, by which the service may know the task.
    pub seed: String,
    /// Where it was sent.
    pub base_url: BaseUrl,
    /// What was signed.
    pub settlement: Rc<Settlement>,
    /// What can be sent again.
    pub payment: Option<Rc<Payment>>,
}

impl<J: Json> Known<J> {
    /// Reads a record.
    ///
    /// # Errors
    /// `unsupported_environment` for a record that this version cannot read: it may stand for money.
    pub fn read(record: &J) -> Result<Self, Error> {
        let known = match record.text_at("step").as_deref() {
            Some("signing" | "abandoned") => Some(Self::Nothing),
            Some("signed") => Signed::read(record).map(|signed| Self::Signed(Box::new(signed))),
            Some("done") if record.text_at("status").as_deref() == Some("failed") => accepted(record).map(Self::Failed),
            Some("accepted" | "done") => accepted(record).map(Self::Accepted),
            _ => None,
        };
        known.filter(|_| is_readable(record)).ok_or_else(unreadable)
    }

    /// Whether the record stands for that very request to that service.
    #[must_use]
    pub fn is_of(record: &J, request: &Request, config: &Config) -> bool {
        let said = |key| order(record, key).and_then(|value| value.text());
        let recorded = said("fingerprint").unwrap_or_default();
        let is_same = match form(record) {
            Some(FIRST_VERSION) => request.fingerprint().was(&recorded),
            _ => request.fingerprint().as_str() == recorded,
        };
        is_same && said("baseUrl").as_deref() == Some(config.base_url.as_str())
    }
}

/// Whether a signature is being asked for.
#[must_use]
pub fn is_asking<J: Json>(record: &J) -> bool {
    record.text_at("step").as_deref() == Some("signing")
}

/// Whether nothing can come of the purchase any more, so that another one may take its place.
#[must_use]
pub fn is_abandoned<J: Json>(record: &J) -> bool {
    record.text_at("step").as_deref() == Some("abandoned")
}

/// A record may stand for money, so what cannot be read is not passed over.
#[must_use]
pub fn unreadable() -> Error {
    let message = "the journal of this page holds a purchase in a form that this version cannot read";
    Error::unpaid(Code::UnsupportedEnvironment, Stage::Request, message)
}

/// When the purchase of a record was begun, and for how many atomic units of USDC: none of it, if it was another token.
#[must_use]
pub fn cost<J: Json>(record: &J) -> Option<(u64, U256)> {
    let atomic = parse_atomic(&order(record, "price").filter(|_| is_readable(record))?.text_at("atomic")?)?;
    let usdc = if order(record, "asset").is_some() { U256::ZERO } else { atomic };
    Some((record.get("order")?.whole_at("createdAt")?, usdc))
}

fn is_readable<J: Json>(record: &J) -> bool {
    form(record).is_some()
}

/// The form of a record, if this version can read it.
fn form<J: Json>(record: &J) -> Option<u8> {
    let version = u8::try_from(record.get("order")?.whole_at("version")?).ok()?;
    (FIRST_VERSION..=VERSION).contains(&version).then_some(version)
}

fn order<J: Json>(record: &J, key: &str) -> Option<J> {
    record.get("order")?.get(key)
}

fn accepted<J: Json>(record: &J) -> Option<AcceptedTask<J>> {
    let task_id = record.text_at("taskId").filter(|id| is_task_id(id))?;
    let settlement = record.get("payment").as_ref().and_then(Settlement::read).map(Rc::new);
    Some(AcceptedTask { task_id, receipt: record.get("receipt"), paid: read_paid(record), settlement })
}

/// Until a record named the end of the window, it only said when the purchase was begun.
fn closes_at_the_latest<J: Json>(record: &J) -> Option<u64> {
    Some(record.get("order")?.whole_at("createdAt")?.saturating_add(LONGEST_WINDOW_MS))
}

impl Signed {
    fn read<J: Json>(record: &J) -> Option<Self> {
        let kept = record.get("payment")?;
        let settlement = Settlement::reread(&kept, order(record, "asset"), closes_at_the_latest(record))?;
        let version = Version::read(&kept.get("version")?)?;
        let sealed = kept.text_at("header").zip(kept.text_at("body"));
        let demand = kept.text_at("demand");
        let id = record.text_at("id").filter(|id| is_own_id(id))?;
        let seed = match form(record)? {
            FIRST_VERSION => id.clone(),
            _ => order(record, "seed")?.text().filter(|seed| is_own_id(seed))?,
        };
        Some(Self {
            id,
            seed,
            base_url: BaseUrl::parse(&order(record, "baseUrl")?.text()?)?,
            settlement: Rc::new(settlement),
            payment: sealed.map(|(header, body)| Rc::new(Payment { version, header, body, demand })),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{assets::ASSETS, authorization::Authorization, error::Retry, terms::tests::offer, uuid};
    use alloy_primitives::{B256, address};
    use serde_json::{Value, json};

    fn payment() -> Payment {
        let (header, body) = ("aGVhZGVy".into(), "{\"prompt\":\"a boat\"}".into());
        Payment { version: Version::Two, header, body, demand: Some("Payment required".into()) }
    }

    fn authorization() -> Authorization {
        let offer = offer(&ASSETS[1], 1_200_000, 60);
        let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        Authorization::stamp(&offer, payer, B256::from([7; 32]), 1_740_672_089_000)
    }

    fn settlement() -> Rc<Settlement> {
        Rc::new(Settlement { authorization: authorization(), closes_at: 1_740_672_149_000 })
    }

    fn record(entry: &Entry) -> Value {
        let request = Request::read(&json!({"prompt": "a boat"}), "id-1".into()).unwrap();
        let config = Config::read(&json!({})).unwrap();
        let mut record = json!({"id": "id-1", "order": Order::of(&request, &config, None, 5).plain::<Value>()});
        for (key, value) in entry.plain::<Value>().as_object().unwrap() {
            record[key] = value.clone();
        }
        record
    }

    #[test]
    fn a_signed_payment_comes_back_as_it_was() {
        let entry =
            Entry::Signed { paid: Paid::Unknown, payment: Kept::whole(settlement(), payment().into()), receipt: None };
        let Known::Signed(signed) = Known::read(&record(&entry)).unwrap() else { panic!() };
        assert_eq!((signed.id.as_str(), signed.base_url.as_str()), ("id-1", "https://eliza.getimagine.club"));
        assert_eq!((&signed.settlement, signed.payment), (&settlement(), Some(Rc::new(payment()))));
    }

    #[test]
    fn a_payment_is_asked_for_by_what_was_sent() {
        let kept = Kept::whole(settlement(), payment().into());
        let mut record = record(&Entry::Signed { paid: Paid::Unknown, payment: kept, receipt: None });
        let seed = |record: &Value| match Known::read(record) {
            Ok(Known::Signed(signed)) => signed.seed,
            other => panic!("{other:?}"),
        };
        assert_eq!(json!(seed(&record)), record["order"]["seed"]);
        assert_eq!(seed(&record), uuid::derived("id-1"));
        // Version 1 sent the id as it is, and wrote no other.
        record["order"]["version"] = 1.into();
        record["order"].as_object_mut().unwrap().remove("seed");
        assert_eq!(seed(&record), "id-1");
    }

    #[test]
    fn a_task_that_failed_is_told_from_others() {
        let accepted =
            Entry::Accepted { order: None, paid: Paid::Yes, task_id: "_xK3".into(), receipt: None, settlement: None };
        let mut record = record(&accepted);
        assert!(matches!(Known::read(&record), Ok(Known::Accepted(_))));
        record["step"] = "done".into();
        record["status"] = "completed".into();
        assert!(matches!(Known::read(&record), Ok(Known::Accepted(_))));
        record["status"] = "failed".into();
        for (said, paid) in [("yes", Paid::Yes), ("no", Paid::No), ("perhaps", Paid::Unknown)] {
            record["paid"] = said.into();
            let Ok(Known::Failed(task)) = Known::read(&record) else { panic!() };
            assert_eq!((task.task_id.as_str(), task.paid), ("_xK3", paid));
        }
    }

    #[test]
    fn a_payment_that_was_taken_cannot_be_sent_again() {
        let kept = Kept::spent(settlement());
        let record = record(&Entry::Signed { paid: Paid::Yes, payment: kept, receipt: None });
        assert!(!record.to_string().contains("aGVhZGVy"));
        let Known::Signed(signed) = Known::read(&record).unwrap() else { panic!() };
        assert_eq!((signed.settlement, signed.payment), (settlement(), None));
    }

    #[test]
    fn what_cannot_be_read_is_never_taken_for_nothing() {
        let whole = record(&Entry::Signed {
            paid: Paid::Unknown,
            payment: Kept::whole(settlement(), payment().into()),
            receipt: None,
        });
        for (pointer, value) in [
            ("/step", json!("of a later version")),
            ("/order/version", json!(3)),
            ("/order/version", json!(0)),
            ("/order/seed", json!("../x")),
            ("/order/seed", Value::Null),
            ("/order/baseUrl", json!("http://example.org")),
            ("/payment/network", json!("eip155:2")),
            ("/payment/authorization", json!("{}")),
            ("/id", json!("../x")),
        ] {
            let mut record = whole.clone();
            *record.pointer_mut(pointer).unwrap() = value;
            let error = Known::read(&record).unwrap_err();
            assert_eq!((error.code, error.retry), (Code::UnsupportedEnvironment, Retry::Safe), "{pointer}");
        }
    }
}
