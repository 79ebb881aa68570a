//! The x402 schemes in which an offer can be paid. [`Scheme`] knows how they differ: which offers can be signed for,
//! what is signed, how the payment is written, and how the chain shows that it was taken.
//!
//! To add one, add a variant here, and a module next to `exact`.

use alloy_primitives::B256;

use super::{
    assets::Asset,
    eip712::{Domain, TypedData},
    named::named,
    transfer::Transfer,
};

mod exact;

named! {
    /// How an offer is paid.
    pub enum Scheme {
        /// One transfer of exactly the price, by the token's own authorization (EIP-3009).
        Exact,
    }
}

impl Scheme {
    /// All schemes.
    pub const ALL: [Self; 1] = [Self::Exact];

    /// Reads a scheme by name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }

    /// What `extra` of an offer may say about the token, if anything: other values would make the user sign something
    /// worthless.
    #[must_use]
    pub const fn extra(self, asset: &Asset) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Exact => exact::extra(asset),
        }
    }

    /// What the payer's wallet signs.
    #[must_use]
    pub fn typed_data(self, asset: &'static Asset, transfer: &Transfer) -> TypedData<'static> {
        match self {
            Self::Exact => exact::typed_data(Domain::of(asset), transfer),
        }
    }

    /// The `payload` of the payment header, as JSON text. `signature` is hex.
    #[must_use]
    pub fn payload(self, transfer: &Transfer, signature: &str) -> String {
        match self {
            Self::Exact => exact::payload(transfer, signature),
        }
    }

    /// The calldata that asks the token whether it has taken the payment: the answer is a number, 0 for no.
    #[must_use]
    pub fn state_call(self, transfer: &Transfer) -> String {
        match self {
            Self::Exact => exact::state_call(transfer),
        }
    }

    /// The topics of the event that the token emits when it takes the payment, which carries no data.
    #[must_use]
    pub fn used_topics(self, transfer: &Transfer) -> [B256; 3] {
        match self {
            Self::Exact => exact::used_topics(transfer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_read_by_the_names_that_they_are_written_by() {
        for scheme in Scheme::ALL {
            assert_eq!(Scheme::read(&scheme.name()), Some(scheme));
        }
        assert_eq!(Scheme::Exact.name(), "exact");
        for other in ["", "Exact", "exact ", "upto", "batch-settlement"] {
            assert_eq!(Scheme::read(other), None, "{other:?}");
        }
    }
}
