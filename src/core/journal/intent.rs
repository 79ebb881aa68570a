//! The intent to have a purchase signed, and whether it may replace the current record.

use std::rc::Rc;

use super::{
    super::{
        budget::{self, Budget},
        defect::{self, Defect},
        error::{Error, Paid},
        json::Json,
        spending::LONGEST_OPEN_MS,
        terms::Offer,
    },
    change::{Put, Written},
    life::Life,
    order::OrderRecord,
    record::created_at,
    revised::{Revised, fresh},
    spent::{forgotten, spent},
};

/// The intent to have a purchase signed.
#[derive(Clone, Debug)]
pub struct Intent {
    /// What is bought, from whom, for how much.
    pub order: Rc<OrderRecord>,
    /// The call that owns it.
    pub owner: Owner,
    /// Its claim on a budget, if there is one.
    pub claim: Option<Claim>,
}

/// The call that holds a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// A random token, unique to this call.
    pub token: String,
    /// No other call, in any tab, can work on the purchase.
    pub is_alone: bool,
}

/// A claim on a budget.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The budget.
    pub budget: Budget,
    /// What is to be paid.
    pub offer: Offer,
}

impl Intent {
    pub(super) fn apply<J: Json>(
        &self,
        id: &str,
        record: Option<&J>,
        life: Option<Life>,
        since: &[J],
    ) -> (Put<J>, Written<J>) {
        if let Some(record) = record.filter(|record| !self.may_replace(*record, life)) {
            return (Put::Keep, Written::Standing(record.clone()));
        }
        let reached = match &self.claim {
            Some(claim) => claim.check(id, record, since, self.order.created_at()),
            None => Ok(None),
        };
        match reached {
            Err(error) => (Put::Keep, Written::Refused(error)),
            Ok(reached) => {
                let mut revised = Revised::of(&fresh(id, &self.order, record));
                revised.step(Life::Signing).paid(Paid::No).text("owner", &self.owner.token);
                (Put::Record(revised.finish()), Written::Done(reached))
            }
        }
    }

    /// The record is dead, or no call is left that could continue it.
    fn may_replace<J: Json>(&self, record: &J, life: Option<Life>) -> bool {
        match life {
            Some(Life::Abandoned | Life::Forgotten) => true,
            Some(Life::Signing) => {
                let is_over = |at: u64| at.saturating_add(LONGEST_OPEN_MS) <= self.order.created_at();
                self.owner.is_alone || is_of_owner(record, &self.owner.token) || created_at(record).is_none_or(is_over)
            }
            Some(Life::Signed) => defect::is_on(Defect::SignedReplaced),
            _ => false,
        }
    }
}

impl Claim {
    /// Whether the budget allows it besides all other purchases and those forgotten under this id.
    fn check<J: Json>(
        &self,
        id: &str,
        record: Option<&J>,
        since: &[J],
        now: u64,
    ) -> Result<Option<budget::State>, Error> {
        let mut spent = spent(since, Some(id))?;
        spent.extend(record.map(forgotten).unwrap_or_default());
        self.budget.check(&spent, &self.offer, now)
    }
}

pub(super) fn is_of_owner<J: Json>(record: &J, owner: &str) -> bool {
    record.text_at("owner").as_deref() == Some(owner)
}
