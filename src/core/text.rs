//! Text put together without the formatting machinery of `core::fmt`, which would be a tenth of the module. The build
//! counts on it (`xtask/src/panics.rs`), and clippy refuses `format!` and `to_string` outside of tests.

use alloy_primitives::{Address, B256, U256, hex};

/// Puts strings together, one after the other.
macro_rules! text {
    ($($part:expr),+ $(,)?) => {
        [$(AsRef::<str>::as_ref(&$part)),+].concat()
    };
}
pub(crate) use text;

/// An address with its checksum ([EIP-55](https://eips.ethereum.org/EIPS/eip-55)).
#[must_use]
pub fn address(address: Address) -> String {
    address.to_checksum_buffer(None).as_str().into()
}

/// Bytes as hex digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

/// Bytes as `0x` and hex digits.
#[must_use]
pub fn bytes(bytes: &[u8]) -> String {
    hex::encode_prefixed(bytes)
}

/// 32 bytes as `0x` and 64 hex digits.
#[must_use]
pub fn word(word: B256) -> String {
    bytes(&word.0)
}

/// A whole number as JSON-RPC has it: `0x` and hex digits without leading zeros.
#[must_use]
pub fn quantity(number: u64) -> String {
    let digits = hex(&number.to_be_bytes());
    let digits = digits.trim_start_matches('0');
    text!("0x", if digits.is_empty() { "0" } else { digits })
}

/// A small whole number in decimal digits.
#[must_use]
pub fn number(number: u64) -> String {
    digits([number, 0, 0, 0])
}

/// A whole number in decimal digits.
#[must_use]
pub fn decimal(number: U256) -> String {
    digits(number.into_limbs())
}

fn digits(mut limbs: [u64; 4]) -> String {
    let mut digits = Vec::new();
    while digits.is_empty() || limbs.iter().any(|limb| *limb != 0) {
        digits.push(char::from_digit(divide_by_ten(&mut limbs), 10).unwrap_or('0'));
    }
    digits.iter().rev().collect()
}

/// Divides in place, half a limb at a time so that no step leaves 64 bits, and gives the remainder.
fn divide_by_ten(limbs: &mut [u64; 4]) -> u32 {
    let mut rest = 0;
    for limb in limbs.iter_mut().rev() {
        let mut quotient = 0;
        for half in [*limb >> 32, *limb & 0xffff_ffff] {
            let part = (rest << 32) | half;
            quotient = (quotient << 32) | (part / 10);
            rest = part % 10;
        }
        *limb = quotient;
    }
    u32::try_from(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decimals_are_those_of_the_library(limbs in any::<[u64; 4]>(), shift in 0usize..256) {
            let number = U256::from_limbs(limbs) >> shift;
            prop_assert_eq!(decimal(number), number.to_string());
            prop_assert_eq!(super::number(limbs[0]), limbs[0].to_string());
        }

        #[test]
        fn addresses_are_those_of_the_library(bytes in any::<[u8; 20]>()) {
            prop_assert_eq!(address(bytes.into()), Address::from(bytes).to_string());
        }
    }
}
