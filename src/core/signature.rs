//! Wallets' signatures, converted into the one form that the token accepts.
//!
//! For a plain account, Circle's token takes r ‖ s ‖ v with s in the lower half and v 27 or 28. Hardware wallets return
//! v as 0 or 1, some wallets 64 bytes (EIP-2098). If the account is a contract, the token asks that contract
//! ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)), whose signatures may have any form.

use alloy_primitives::{Address, B256, U256, keccak256};
use imagine_x402_curve::{ORDER, recover};

use super::text;

/// A signature that the token would accept from the key that made it: s is in the lower half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    r: U256,
    s: U256,
    odd: bool,
}

/// The longest signature that fits into the headers that servers accept, and longer than those of known smart accounts.
const LONGEST: usize = 4096;

/// The bytes of a wallet's answer: `0x` and hex digits, at least one byte.
#[must_use]
pub fn read_bytes(given: &str) -> Option<Vec<u8>> {
    let bytes = text::read_bytes(given)?;
    (1..=LONGEST).contains(&bytes.len()).then_some(bytes)
}

impl Signature {
    /// Reads the signature of a key; `None` if it is not one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (r, rest) = bytes.split_first_chunk::<32>()?;
        let (s, v) = rest.split_first_chunk::<32>()?;
        match v {
            [] => Self::compact(*r, *s),
            [0 | 27] => Self::normalized(*r, *s, false),
            [1 | 28] => Self::normalized(*r, *s, true),
            _ => None,
        }
    }

    /// [EIP-2098](https://eips.ethereum.org/EIPS/eip-2098): the parity is the top bit of s.
    fn compact(r: [u8; 32], mut s: [u8; 32]) -> Option<Self> {
        let [top, ..] = &mut s;
        let odd = *top & 0x80 != 0;
        *top &= 0x7f;
        Self::normalized(r, s, odd)
    }

    /// Moves s to the lower half. Not named `new`, which cargo-mutants skips.
    fn normalized(r: [u8; 32], s: [u8; 32], odd: bool) -> Option<Self> {
        let (r, s) = (U256::from_be_bytes(r), U256::from_be_bytes(s));
        if [r, s].iter().any(|number| *number == U256::ZERO || *number >= ORDER) {
            return None;
        }
        let opposite = ORDER.wrapping_sub(s);
        let high = s > opposite;
        Some(Self { r, s: if high { opposite } else { s }, odd: odd ^ high })
    }

    /// The account whose key signed `digest`.
    #[must_use]
    pub fn signer(&self, digest: &B256) -> Option<Address> {
        let key = recover(U256::from_be_bytes(digest.0), self.r, self.s, self.odd)?;
        Some(Address::from_word(keccak256(key.map(|coordinate| coordinate.to_be_bytes::<32>()).concat())))
    }

    /// `0x` and 130 hex digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        let v = if self.odd { 28 } else { 27 };
        text::bytes(&[&self.r.to_be_bytes::<32>()[..], &self.s.to_be_bytes::<32>(), &[v]].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256};
    use k256::ecdsa::SigningKey;
    use proptest::prelude::*;

    // A settlement on Base: calldata of 0xd8a41fb865beba51d9e795f556dc3b77e6ce5bb20a0dceb2e0691aa791997531.
    const DIGEST: B256 = b256!("0x12fedf9dd2fbf9be56cffd125cd082bc4da832b52d13ed2cd1b3cb0719d65ec0");
    const SIGNER: Address = address!("0x9d24d267cf8d9a8b9ed104b4856cde8830c266ef");
    const R: &str = "b909a9345301f4942d14fc97f72306b8ae6e4077431cb8e950194196101b3458";
    const S: &str = "2f9cf1604c72db4a5a87ade62949449a2eff957f1d58a11954438dac229aa16f";
    fn parse(text: &str) -> Option<Signature> {
        Signature::read(&read_bytes(text)?)
    }

    const HIGH_S: &str = "d0630e9fb38d24b5a5785219d6b6bb648baf476791efff226b8ed0e0ad9b9fd2";

    #[test]
    fn every_form_becomes_the_one_that_the_token_takes() {
        let settled = format!("0x{R}{S}1c");
        let compact = format!("0x{R}a{}", &S[1..]); // EIP-2098: the parity is the top bit of s
        for form in [
            settled.clone(),
            format!("0x{R}{S}01"),
            format!("0x{R}{HIGH_S}1b"),
            compact,
            settled.to_uppercase().replace("0X", "0x"),
        ] {
            let signature = parse(&form).unwrap();
            assert_eq!(signature.to_hex(), settled, "{form}");
            assert_eq!(signature.signer(&DIGEST), Some(SIGNER), "{form}");
        }
    }

    proptest! {
        /// Any key and any digest, in every form that wallets use.
        #[test]
        fn every_form_of_a_signature_names_its_signer(secret in prop::array::uniform32(1u8..=254), digest: [u8; 32]) {
            let key = SigningKey::from_bytes(&secret.into()).unwrap();
            let (signature, id) = key.sign_prehash_recoverable(&digest).unwrap();
            let (r, s) = signature.split_bytes();
            let odd = id.is_y_odd();
            let low = U256::from_be_slice(&s);
            let high: [u8; 32] = (ORDER - low).to_be_bytes();
            let low: [u8; 32] = low.to_be_bytes();
            let mut compact = low;
            compact[0] |= u8::from(odd) << 7;
            let point = key.verifying_key().to_encoded_point(false);
            let signer = Address::from_raw_public_key(&point.as_bytes()[1..]);
            let whole = [&r[..], &low, &[27 + u8::from(odd)]].concat();
            let forms: [Vec<u8>; 5] = [
                whole.clone(),
                [&r[..], &low, &[u8::from(odd)]].concat(),
                [&r[..], &high, &[28 - u8::from(odd)]].concat(),
                [&r[..], &high, &[1 - u8::from(odd)]].concat(),
                [&r[..], &compact].concat(),
            ];
            for form in forms {
                let read = Signature::read(&form).unwrap();
                prop_assert_eq!(read.to_hex(), text::bytes(&whole));
                prop_assert_eq!(read.signer(&digest.into()), Some(signer));
            }
        }
    }

    #[test]
    fn numbers_of_the_curve_are_below_its_order() {
        let (one, last) = (U256::from(1), ORDER - U256::from(1));
        for (r, s, is_one) in [
            (one, one, true),
            (last, last, true),
            (ORDER, one, false),
            (one, ORDER, false),
            (U256::MAX, one, false),
            (U256::ZERO, one, false),
            (one, U256::ZERO, false),
        ] {
            let bytes = [r, s].map(|number| number.to_be_bytes::<32>()).concat();
            assert_eq!(Signature::read(&[&bytes[..], &[27]].concat()).is_some(), is_one, "{r} {s}");
        }
        assert_eq!(read_bytes(&format!("0x{}", "ab".repeat(LONGEST))).map(|bytes| bytes.len()), Some(LONGEST));
    }

    #[test]
    fn other_forms_of_a_signature_are_refused() {
        for (text, is_bytes) in [
            (String::new(), false),
            ("0x".into(), false),
            (format!("{R}{S}1c"), false),
            (format!("0x{R}{S}1"), false),
            (format!("0x{R}{S}zz"), false),
            (format!("0x{}", "00".repeat(LONGEST + 1)), false),
            (format!("0x{R}"), true),
            (format!("0x{R}{S}1c00"), true),
            (format!("0x{R}{S}05"), true),
            (format!("0x{R}{}1c", "0".repeat(64)), true),
            (format!("0x{}{S}1c", "f".repeat(64)), true),
        ] {
            assert_eq!((parse(&text), read_bytes(&text).is_some()), (None, is_bytes), "{text}");
        }
    }
}
