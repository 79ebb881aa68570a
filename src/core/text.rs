//! Builds text without the formatting machinery of `core::fmt`, which would be a tenth of the module. The build relies
//! on that (`xtask/src/panics.rs`), and clippy rejects `format!` and `to_string` outside of tests.

use alloy_primitives::{Address, B256, U256, hex};

/// Concatenates strings.
macro_rules! text {
    ($($part:expr),+ $(,)?) => {
        $crate::core::text::Text::default()$(.add(AsRef::<str>::as_ref(&$part)))+.finish()
    };
}
pub(crate) use text;

/// Text that grows.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// Separate, so that appending a part is one call everywhere.
    #[inline(never)]
    pub(crate) fn add(&mut self, part: &str) -> &mut Self {
        self.0.push_str(part);
        self
    }

    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

/// The first characters, at most that many.
#[must_use]
pub fn keep(text: &str, most: usize, fits: fn(char) -> bool) -> String {
    let mut kept = String::new();
    let mut count = 0;
    for letter in text.chars() {
        if count == most {
            break;
        }
        if fits(letter) {
            kept.push(letter);
            count = count.saturating_add(1);
        }
    }
    kept
}

/// The text before and after the first such ASCII character.
#[must_use]
pub fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

/// Where a phrase begins in a text. The standard library's search would add three kilobytes.
#[must_use]
pub fn find(text: &str, phrase: &str) -> Option<usize> {
    text.as_bytes().windows(phrase.len()).position(|part| part == phrase.as_bytes())
}

/// Strips every trailing `end`.
#[must_use]
pub fn trim_end<'a>(mut text: &'a str, end: &str) -> &'a str {
    while let Some(rest) = text.strip_suffix(end) {
        text = rest;
    }
    text
}

/// That many zeros, at most as many as a number has digits.
#[must_use]
pub fn zeros(count: usize) -> &'static str {
    const MOST: &str = "000000000000000000000000000000000000000000000000000000000000000000000000000000";
    MOST.get(..count).unwrap_or(MOST)
}

/// An address with its checksum ([EIP-55](https://eips.ethereum.org/EIPS/eip-55)).
#[must_use]
pub fn address(address: Address) -> String {
    address.to_checksum_buffer(None).as_str().into()
}

/// The bytes of `0x` and hex digits of any case.
#[must_use]
pub fn read_bytes(text: &str) -> Option<Vec<u8>> {
    text.starts_with("0x").then(|| hex::decode(text).ok()).flatten()
}

/// That exact number of bytes from `0x` and hex digits.
#[must_use]
pub fn read_exactly<const N: usize>(text: &str) -> Option<[u8; N]> {
    read_bytes(text)?.try_into().ok()
}

/// Bytes as hex digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

/// Bytes as `0x` and hex digits.
#[must_use]
pub fn bytes(bytes: &[u8]) -> String {
    text!("0x", hex(bytes))
}

/// 32 bytes as `0x` and 64 hex digits.
#[must_use]
pub fn word(word: B256) -> String {
    bytes(&word.0)
}

/// A JSON-RPC quantity: `0x` and hex digits without leading zeros.
#[must_use]
pub fn quantity(number: u64) -> String {
    let digits = hex(&number.to_be_bytes());
    let mut digits = digits.as_str();
    while let Some(rest) = digits.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        digits = rest;
    }
    text!("0x", digits)
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

/// Reads decimal digits: no sign, no space, at least one.
#[must_use]
pub fn read_decimal(text: &str) -> Option<U256> {
    let mut limbs = [0; 4];
    for byte in text.bytes() {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        if append(&mut limbs, digit.into()) != 0 {
            return None;
        }
    }
    (!text.is_empty()).then(|| U256::from_limbs(limbs))
}

/// Reads decimal digits: no sign, no space, at least one.
#[must_use]
pub fn read_number(text: &str) -> Option<u64> {
    read_decimal(text)?.try_into().ok()
}

/// Appends a decimal digit in place, half a limb at a time so that no step exceeds 64 bits. Returns the overflow.
fn append(limbs: &mut [u64; 4], digit: u64) -> u64 {
    let mut carry = digit;
    for limb in limbs {
        let low = (*limb & 0xffff_ffff).wrapping_mul(10).wrapping_add(carry);
        let high = (*limb >> 32).wrapping_mul(10).wrapping_add(low >> 32);
        *limb = (high << 32) | (low & 0xffff_ffff);
        carry = high >> 32;
    }
    carry
}

fn digits(mut limbs: [u64; 4]) -> String {
    let mut digits = Vec::new();
    while digits.is_empty() || limbs.iter().any(|limb| *limb != 0) {
        digits.push(char::from_digit(divide_by_ten(&mut limbs), 10).unwrap_or('0'));
    }
    let mut text = String::new();
    while let Some(digit) = digits.pop() {
        text.push(digit);
    }
    text
}

/// Divides in place, half a limb at a time so that no step exceeds 64 bits. Returns the remainder.
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
        fn decimals_match_those_of_ruint(limbs in any::<[u64; 4]>(), shift in 0usize..256) {
            let number = U256::from_limbs(limbs) >> shift;
            prop_assert_eq!(decimal(number), number.to_string());
            prop_assert_eq!(super::number(limbs[0]), limbs[0].to_string());
            prop_assert_eq!(read_decimal(&number.to_string()), Some(number));
            prop_assert_eq!(read_number(&number.to_string()), u64::try_from(number).ok());
        }

        #[test]
        fn numbers_are_read_as_by_ruint(text in "[0-9]{0,80}|[-+ 0-9a.]{1,5}") {
            let known = text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty();
            let known = known.then(|| text.parse::<U256>().ok()).flatten();
            prop_assert_eq!(read_decimal(&text), known);
        }

        #[test]
        fn addresses_match_those_of_alloy(bytes in any::<[u8; 20]>()) {
            prop_assert_eq!(address(bytes.into()), Address::from(bytes).to_string());
        }
    }
}
