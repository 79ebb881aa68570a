//! The authorization of one transfer: the only thing that is ever signed.

use alloy_primitives::{Address, B256, U256};

use super::{
    assets::Asset, clock::Stamp, eip712::TypedData, json::Json, money::Money, scheme::Scheme, terms::Offer,
    transfer::Transfer,
};

/// Facilitators refuse an authorization that expires within 6 seconds (x402 `exact` scheme, `validBefore >= now + 6`).
pub const SETTLE_MS: u64 = 6_000;
/// The longest validity of an authorization, even if the seller asks for more: until it expires, the seller can cash
/// it.
pub const LONGEST_SECONDS: u64 = 600;

/// An authorization to pay exactly one offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    scheme: Scheme,
    asset: &'static Asset,
    transfer: Transfer,
    valid_before: u64,
}

impl Authorization {
    /// Stamps an authorization of exactly the offer's amount to its recipient, valid from now on for the offer's
    /// window.
    ///
    /// It is never valid for more than ten minutes by the chain's own clock. `validAfter` is 0, which every facilitator
    /// accepts and which works even if the clock is fast.
    #[must_use]
    pub fn stamp(offer: &Offer, payer: Address, nonce: B256, stamp: impl Into<Stamp>) -> Self {
        let stamp = stamp.into();
        let end_of = |from_ms: u64, seconds: u64| from_ms.saturating_div(1000).saturating_add(seconds);
        let valid_before =
            end_of(stamp.time_ms(), offer.max_timeout_seconds).min(end_of(stamp.chain_ms(), LONGEST_SECONDS));
        let transfer = Transfer {
            from: payer,
            to: offer.pay_to,
            value: offer.amount,
            valid_after: U256::ZERO,
            valid_before: U256::from(valid_before),
            nonce,
        };
        Self { scheme: offer.scheme, asset: offer.asset, transfer, valid_before }
    }

    /// Restores an authorization that was written down, from its scheme, its token and its message.
    #[must_use]
    pub fn read<J: Json>(scheme: Scheme, asset: &'static Asset, message: &J) -> Option<Self> {
        let transfer = Transfer::read(message)?;
        let valid_before = u64::try_from(transfer.valid_before).ok()?;
        Some(Self { scheme, asset, transfer, valid_before })
    }

    /// The message.
    #[must_use]
    pub const fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// The scheme of the payment.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The token.
    #[must_use]
    pub const fn asset(&self) -> &'static Asset {
        self.asset
    }

    /// The amount.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::of(self.asset, self.transfer.value)
    }

    /// When it expires, in milliseconds since the epoch.
    #[must_use]
    pub const fn valid_before_ms(&self) -> u64 {
        self.valid_before.saturating_mul(1000)
    }

    /// A time in seconds before which it was certainly not signed, even by a clock that is a little fast.
    #[must_use]
    pub const fn stamped_after(&self) -> u64 {
        self.valid_before.saturating_sub(LONGEST_SECONDS).saturating_sub(LONGEST_SECONDS)
    }

    /// The typed data that the wallet shows.
    #[must_use]
    pub fn typed_data(&self) -> TypedData<'static> {
        self.scheme.typed_data(self.asset, &self.transfer)
    }

    /// The digest that the wallet signs.
    #[must_use]
    pub fn digest(&self) -> B256 {
        self.typed_data().digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{assets::ASSETS, terms::tests::offer};
    use alloy_primitives::{address, b256, keccak256};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: u64 = 1_740_672_089_000;
    const PAYER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");

    fn stamped(seconds: u64, now_ms: u64) -> Authorization {
        Authorization::stamp(&offer(&ASSETS[0], 1_200_000, seconds), PAYER, B256::from([7; 32]), now_ms)
    }

    #[test]
    fn an_authorization_pays_one_offer_and_no_more() {
        let authorization = stamped(60, NOW + 999);
        let offer = offer(&ASSETS[0], 1_200_000, 60);
        let expected = Transfer {
            from: PAYER,
            to: offer.pay_to,
            value: offer.amount,
            valid_after: U256::ZERO,
            valid_before: U256::from(NOW / 1000 + 60),
            nonce: B256::from([7; 32]),
        };
        assert_eq!(authorization.transfer(), &expected);
        assert_eq!((authorization.asset(), authorization.amount().amount.as_str()), (&ASSETS[0], "1.20"));
        assert_eq!(authorization.valid_before_ms(), NOW + 60_000);
    }

    #[test]
    fn the_tokens_domain_and_the_message_are_signed() {
        let authorization = stamped(60, NOW);
        // `DOMAIN_SEPARATOR()` of USDC on Base.
        let domain = b256!("0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f");
        let typed_data = authorization.typed_data();
        assert_eq!(typed_data.domain.separator(), domain);
        let signed = [&[0x19, 0x01], domain.as_slice(), typed_data.message_hash.as_slice()].concat();
        assert_eq!(authorization.digest(), keccak256(signed));
        let typed: Value = Value::parse(&typed_data.document()).unwrap();
        assert_eq!(typed["message"], Value::parse(&authorization.transfer().to_json()).unwrap());
        assert_eq!(typed["domain"]["name"], "USD Coin");
    }

    #[test]
    fn a_message_is_read_as_it_was_written_or_not_at_all() {
        let authorization = stamped(60, NOW);
        let written: Value = Value::parse(&authorization.transfer().to_json()).unwrap();
        assert_eq!(Authorization::read(Scheme::Exact, &ASSETS[0], &written), Some(authorization));
        for (member, wrong) in [
            ("from", json!("0x12")),
            ("to", json!(5)),
            ("value", json!("-1")),
            ("validAfter", json!("")),
            ("validBefore", json!("1e9")),
            ("validBefore", json!("18446744073709551616")),
            ("nonce", json!("0x07")),
        ] {
            for value in [wrong, Value::Null] {
                let mut message = written.clone();
                message[member] = value;
                assert_eq!(Authorization::read(Scheme::Exact, &ASSETS[0], &message), None, "{message}");
            }
        }
    }

    proptest! {
        /// The search for the transaction begins at this time: early enough to find it, and no earlier than necessary.
        #[test]
        fn the_earliest_signing_time_is_neither_too_late_nor_too_early(seconds in 10u64..5_000, fast in 0u64..=600) {
            let machine = NOW / 1000;
            let authorization = stamped(seconds, NOW);
            prop_assert!(seconds < LONGEST_SECONDS || authorization.stamped_after() <= machine - fast);
            prop_assert!(authorization.stamped_after() <= machine);
            prop_assert!(authorization.stamped_after() + 2 * LONGEST_SECONDS >= machine);
        }

        /// An authorization is valid for ten minutes at most, even if the seller asks for more.
        #[test]
        fn a_window_is_the_sellers_up_to_ten_minutes(seconds in 10u64..5_000) {
            let open_for = stamped(seconds, NOW).valid_before_ms() - NOW;
            prop_assert_eq!(open_for, seconds.min(LONGEST_SECONDS) * 1000);
        }
    }
}
