//! Amounts: atomic units inside, decimal text outside, never floats.

use alloy_primitives::U256;
use serde::Serialize;

use super::{
    assets::Asset,
    text::{cut, decimal, read_decimal, text, trim_end, zeros},
};

/// An amount as it crosses to JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Money {
    /// Decimal text with at least two places: `"1.20"`.
    pub amount: String,
    /// The same in atomic units: `"1200000"`.
    pub atomic: String,
    /// `"USDC"`.
    pub symbol: &'static str,
    /// The number of decimals.
    pub decimals: u8,
}

impl Money {
    /// `atomic` units of `asset`.
    #[must_use]
    pub fn of(asset: &Asset, atomic: U256) -> Self {
        Self {
            amount: format_units(atomic, asset.decimals),
            atomic: decimal(atomic),
            symbol: asset.symbol,
            decimals: asset.decimals,
        }
    }
}

/// Reads atomic units: one to 78 decimal digits that fit into 256 bits. No sign, exponent, prefix or space.
#[must_use]
pub fn parse_atomic(text: &str) -> Option<U256> {
    if text.len() <= 78 { read_decimal(text) } else { None }
}

/// Reads a decimal amount such as `"5.00"` into atomic units. More decimal places than `decimals` are rejected, not
/// rounded.
#[must_use]
pub fn parse_units(text: &str, decimals: u8) -> Option<U256> {
    let (whole, fraction) = cut(text, b'.').unwrap_or((text, "0"));
    if whole.is_empty() || fraction.is_empty() {
        return None;
    }
    let fraction = trim_end(fraction, "0");
    let missing = usize::from(decimals).checked_sub(fraction.len())?;
    parse_atomic(&text!(whole, fraction, zeros(missing)))
}

/// Writes atomic units as a decimal with at least two places: `1200000` of 6 decimals is `"1.20"`.
#[must_use]
pub fn format_units(atomic: U256, decimals: u8) -> String {
    let places = usize::from(decimals);
    let mut text = decimal(atomic);
    if text.len() <= places {
        let missing = places.saturating_sub(text.len()).saturating_add(1);
        text = text!(zeros(missing), text);
    }
    let (whole, fraction) = text.split_at_checked(text.len().saturating_sub(places)).unwrap_or((&text, ""));
    let fraction = trim_end(fraction, "0");
    let missing = 2usize.saturating_sub(fraction.len());
    text!(whole, ".", fraction, zeros(missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn atomic_units_are_plain_digits() {
        assert_eq!(parse_atomic("1200000"), Some(U256::from(1_200_000)));
        assert_eq!(parse_atomic(&U256::MAX.to_string()), Some(U256::MAX));
        let too_big = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        for bad in ["", " 5", "5 ", "+5", "-1", "1e6", "0x10", "1.0", "1_000", "١", too_big] {
            assert_eq!(parse_atomic(bad), None, "{bad:?}");
        }
        assert_eq!(parse_atomic(&"0".repeat(79)), None);
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        for (text, atomic) in [("5.00", 5_000_000), ("0.000001", 1), ("1", 1_000_000), ("1.2000000", 1_200_000)] {
            assert_eq!(parse_units(text, 6), Some(U256::from(atomic)), "{text}");
        }
        for bad in [
            "",
            ".",
            "1.",
            ".5",
            "abc",
            "-1",
            "1e3",
            "1,5",
            "1.0000001",
            "0x1",
            " 1",
            "NaN",
            "Infinity",
            "1.2.3",
            "1.a",
            "1.-1",
            "1. 1",
            "+1.0",
            "١.0",
        ] {
            assert_eq!(parse_units(bad, 6), None, "{bad:?}");
        }
    }

    #[test]
    fn amounts_are_written_with_two_places_or_more() {
        for (atomic, text) in
            [(0, "0.00"), (1, "0.000001"), (5000, "0.005"), (1_000_000, "1.00"), (1_234_567, "1.234567")]
        {
            assert_eq!(format_units(U256::from(atomic), 6), text);
        }
        assert_eq!(format_units(U256::from(12), 0), "12.00");
    }

    proptest! {
        #[test]
        fn written_amounts_can_be_read_back(limbs in any::<[u64; 4]>(), decimals in 0u8..=18) {
            // Two bits are left free so that no written amount exceeds the 78 digits of a U256.
            let atomic = U256::from_limbs(limbs) >> 2;
            prop_assert_eq!(parse_units(&format_units(atomic, decimals), decimals), Some(atomic));
        }

        #[test]
        fn reading_any_text_never_panics(text in ".*", decimals in any::<u8>()) {
            let _ = (parse_atomic(&text), parse_units(&text, decimals));
        }
    }
}
