//! Reads records.

use std::rc::Rc;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    super::{
        accepted::AcceptedTask,
        config::Config,
        error::{Error, Paid, read_paid},
        http::{BaseUrl, is_own_id, is_task_id},
        json::Json,
        payment::{Payment, Receipt},
        request::Request,
        settlement::Settlement,
        spending::LONGEST_LIFE_MS,
        terms::Version,
    },
    life::Life,
    trouble::unreadable,
};

/// The format of the records that are written. All earlier ones can be read.
pub(super) const VERSION: u8 = 2;
/// The format in which a request was identified by its whole body, and its id was sent unchanged.
const FIRST_VERSION: u8 = 1;

/// Authorizations used to be valid for ten minutes, and up to five more on a chain whose last block was old.
const LONGEST_WINDOW_MS: u64 = 900_000;

/// A signed payment as it is stored.
#[derive(Clone, Debug)]
pub struct Kept {
    settlement: Rc<Settlement>,
    /// The payment to resend; removed once it can no longer matter.
    payment: Option<Rc<Payment>>,
}

impl Kept {
    /// A payment that may be resent.
    #[must_use]
    pub const fn whole(settlement: Rc<Settlement>, payment: Rc<Payment>) -> Self {
        Self { settlement, payment: Some(payment) }
    }

    /// What remains of a payment that has been taken.
    #[must_use]
    pub const fn spent(settlement: Rc<Settlement>) -> Self {
        Self { settlement, payment: None }
    }

    /// When its window closes, by this machine's clock.
    #[must_use]
    pub fn closes_at(&self) -> u64 {
        self.settlement.closes_at
    }

    /// The nonce of the authorization.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.settlement.nonce()
    }
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let payment = self.payment.as_deref();
        let mut members = serializer.serialize_struct("Kept", Settlement::MEMBERS.saturating_add(4))?;
        self.settlement.write(&mut members)?;
        members.serialize_field("version", &payment.map_or(1, |payment| payment.version.digit()))?;
        if let Some(Payment { header, body, demand, .. }) = payment {
            members.serialize_field("header", header)?;
            members.serialize_field("body", body)?;
            if let Some(demand) = demand {
                members.serialize_field("demand", demand)?;
            }
        }
        members.end()
    }
}

/// The state of a recorded purchase.
#[derive(Clone, Debug)]
pub enum Known<J> {
    /// Nothing was ever sent for it, or it can no longer make progress.
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
    /// The id that was sent with the request, by which the service may know the task.
    pub seed: String,
    /// Where it was sent.
    pub base_url: BaseUrl,
    /// The signed authorization.
    pub settlement: Rc<Settlement>,
    /// The payment that can be resent.
    pub payment: Option<Rc<Payment>>,
    /// The token has reported that it took the payment.
    pub taken: Option<Rc<Receipt>>,
}

impl<J: Json> Known<J> {
    /// Reads a record.
    ///
    /// # Errors
    /// `unsupported_environment` for a record that this version cannot read, since it may be about money.
    pub fn read(record: &J) -> Result<Self, Error> {
        let life = Life::named(record);
        life.and_then(|life| Self::at(record, life)).ok_or_else(|| unreadable(record))
    }

    /// Reads a record at its step; `None` if this version does not understand everything that matters in it.
    pub(super) fn at(record: &J, life: Life) -> Option<Self> {
        // A forgotten purchase is no longer one, whatever its format.
        if life == Life::Forgotten {
            return Some(Self::Nothing);
        }
        form(record).and(created_at(record))?;
        match life {
            Life::Signing | Life::Abandoned | Life::Forgotten => Some(Self::Nothing),
            Life::Signed => Signed::read(record).map(|signed| Self::Signed(Box::new(signed))),
            Life::Done if record.text_at("status").as_deref() == Some("failed") => accepted(record).map(Self::Failed),
            Life::Accepted | Life::Done => accepted(record).map(Self::Accepted),
        }
    }

    /// Whether the record is for exactly that request to that service.
    #[must_use]
    pub fn is_of(record: &J, request: &Request, config: &Config) -> bool {
        let said = |key| order(record, key).and_then(|value| value.as_text());
        let recorded = said("fingerprint").unwrap_or_default();
        let is_same = match form(record) {
            Some(FIRST_VERSION) => request.fingerprint().was(&recorded),
            _ => request.fingerprint().as_str() == recorded,
        };
        is_same && said("baseUrl").as_deref() == Some(config.base_url.as_str())
    }
}

/// The format of a record, if this version can read it.
fn form<J: Json>(record: &J) -> Option<u8> {
    let version = u8::try_from(record.get("order")?.whole_at("version")?).ok()?;
    (FIRST_VERSION..=VERSION).contains(&version).then_some(version)
}

pub(super) fn order<J: Json>(record: &J, key: &str) -> Option<J> {
    record.get("order")?.get(key)
}

/// When the purchase was begun.
pub(super) fn created_at<J: Json>(record: &J) -> Option<u64> {
    record.get("order")?.whole_at("createdAt")
}

/// The signed authorization, while it is kept.
pub(super) fn authorization<J: Json>(record: &J) -> Option<J> {
    J::parse(&record.get("payment")?.text_at("authorization")?)
}

/// The nonce of a record's payment; `None` if the task cost nothing. Older records have it only in the signed
/// authorization.
pub(super) fn nonce<J: Json>(record: &J) -> Option<String> {
    let paid = authorization(record).or_else(|| record.get("receipt"));
    paid.and_then(|paid| paid.text_at("nonce")).or_else(|| record.text_at("nonce"))
}

/// The id that was sent with the request.
pub(super) fn seed<J: Json>(record: &J) -> Option<String> {
    let id = record.text_at("id").filter(|id| is_own_id(id))?;
    match form(record)? {
        FIRST_VERSION => Some(id),
        _ => order(record, "seed")?.as_text().filter(|seed| is_own_id(seed)),
    }
}

/// When the authorization's window closes, by this machine's clock. Older records only state when the purchase was
/// begun.
pub(super) fn closes_at<J: Json>(record: &J) -> Option<u64> {
    let begun = created_at(record)?;
    let named = record.get("payment").and_then(|payment| payment.whole_at("closesAt"));
    let named = named.or_else(|| record.whole_at("closesAt"));
    // No window is longer than this, even if the record says so.
    Some(named.map_or(begun.saturating_add(LONGEST_WINDOW_MS), |at| at.min(begun.saturating_add(LONGEST_LIFE_MS))))
}

fn accepted<J: Json>(record: &J) -> Option<AcceptedTask<J>> {
    let task_id = record.text_at("taskId").filter(|id| is_task_id(id))?;
    let settlement = record.get("payment").as_ref().and_then(Settlement::read).map(Rc::new);
    Some(AcceptedTask { task_id, receipt: record.get("receipt"), paid: read_paid(record), settlement })
}

/// The receipt of a payment that the token has taken while the service names no task yet.
fn proven<J: Json>(record: &J, settlement: &Settlement, seed: &str) -> Receipt {
    let kept = record.get("receipt");
    let shown = kept.as_ref().filter(|receipt| receipt.text_at("settled").as_deref() == Some("chain"));
    let transaction = shown.and_then(|receipt| receipt.text_at("transaction"));
    let at = kept.as_ref().and_then(|receipt| receipt.whole_at("at")).unwrap_or(settlement.closes_at);
    Receipt::proven(&settlement.authorization, seed, transaction, at)
}

impl Signed {
    fn read<J: Json>(record: &J) -> Option<Self> {
        let kept = record.get("payment")?;
        let settlement = Settlement::reread(&kept, order(record, "asset"), closes_at(record))?;
        let version = Version::read(&kept.get("version")?)?;
        let sealed = kept.text_at("header").zip(kept.text_at("body"));
        let demand = kept.text_at("demand");
        let seed = seed(record)?;
        let taken = (read_paid(record) == Paid::Yes).then(|| Rc::new(proven(record, &settlement, &seed)));
        Some(Self {
            id: record.text_at("id").filter(|id| is_own_id(id))?,
            seed,
            taken,
            base_url: BaseUrl::parse(&order(record, "baseUrl")?.as_text()?)?,
            settlement: Rc::new(settlement),
            payment: sealed.map(|(header, body)| Rc::new(Payment { version, header, body, demand })),
        })
    }
}
