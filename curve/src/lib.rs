//! The curve secp256k1 ([SEC 2](https://www.secg.org/sec2-v2.pdf), 2.4.1), as far as needed to recover who signed.
//!
//! Written by hand on alloy-primitives, and tested against k256, which itself would be a tenth of the module. All
//! numbers here are public, so none of this needs to run in constant time. It is a crate of its own since it is the one
//! part of the library that is compiled for speed, and not for size.

#![no_std]
#![cfg_attr(test, expect(clippy::arithmetic_side_effects, clippy::disallowed_macros))]

mod coordinate;
mod order;
mod point;
mod residue;

use alloy_primitives::U256;

pub use order::ORDER;
use point::Point;

/// Bits of a number that are taken at a time.
const WINDOW: usize = 2;

/// The public key behind a signature of `digest`: x and y. `odd` is whether the y of the signature's own point is
/// ([SEC 1](https://www.secg.org/sec1-v2.pdf), 4.1.6).
///
/// `r` and `s` are at least 1 and below [`ORDER`]. `None` if there is no such point, or no key.
#[must_use]
pub fn recover(digest: U256, r: U256, s: U256, odd: bool) -> Option<[U256; 2]> {
    let point = Point::at(r, odd)?;
    let inverse = order::RESIDUES.invert(r);
    let message = order::RESIDUES.minus(U256::ZERO, order::times(inverse, order::below(digest)));
    sum_of_multiples((message, Point::generator()?), (order::times(inverse, s), point)).affine()
}

/// `a · A + b · B`, both at once: two bits of each number at a time.
fn sum_of_multiples((a, first): (U256, Point), (b, second): (U256, Point)) -> Point {
    let sums = few_multiples(first).map(|first| few_multiples(second).map(|second| first + second));
    let digit = |number: U256, at: usize| {
        let at = at.wrapping_mul(WINDOW);
        usize::from(number.bit(at)) | usize::from(number.bit(at.wrapping_add(1))) << 1_u32
    };
    (0..U256::BITS / WINDOW).rev().fold(Point::INFINITY, |sum, at| {
        let sum = (0..WINDOW).fold(sum, |sum, _| sum.doubled());
        let next = sums.get(digit(a, at)).and_then(|row| row.get(digit(b, at)));
        next.map_or(sum, |next| sum + *next)
    })
}

/// A point times 0, 1, 2 and 3.
fn few_multiples(point: Point) -> [Point; 4] {
    let two = point.doubled();
    [Point::INFINITY, point, two, two + point]
}

#[cfg(test)]
mod tests {
    use super::*;
    use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
    use proptest::prelude::*;

    fn bytes(number: U256) -> [u8; 32] {
        number.to_be_bytes()
    }

    fn coordinates(key: &VerifyingKey) -> [U256; 2] {
        let point = key.to_encoded_point(false);
        [point.x(), point.y()].map(|coordinate| U256::from_be_slice(coordinate.unwrap()))
    }

    /// What k256 computes for the same numbers.
    fn expected(digest: [u8; 32], r: U256, s: U256, odd: bool) -> Option<[U256; 2]> {
        let signature = Signature::from_scalars(bytes(r), bytes(s)).unwrap();
        let key = VerifyingKey::recover_from_prehash(&digest, &signature, RecoveryId::new(odd, false));
        key.ok().map(|key| coordinates(&key))
    }

    #[test]
    fn no_key_signs_with_the_point_at_infinity() {
        let digest = U256::from(5);
        assert_eq!(recover(digest, point::GENERATOR, digest, false), None);
        assert!(recover(digest, point::GENERATOR, digest, true).is_some());
    }

    #[test]
    fn the_ends_of_the_range_have_the_same_result_as_with_k256() {
        let ends = [U256::from(1), U256::from(2), ORDER >> 1_usize];
        for digest in [U256::ZERO, U256::from(1), ORDER - U256::from(1), ORDER, U256::MAX] {
            for (r, s, odd) in
                ends.iter().flat_map(|r| ends.iter().flat_map(move |s| [(*r, *s, false), (*r, *s, true)]))
            {
                assert_eq!(recover(digest, r, s, odd), expected(bytes(digest), r, s, odd), "{digest} {r} {s} {odd}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_signer_is_recovered(secret in prop::array::uniform32(1u8..=254), digest: [u8; 32]) {
            let key = SigningKey::from_bytes(&secret.into()).unwrap();
            let (signature, id) = key.sign_prehash_recoverable(&digest).unwrap();
            let [r, s] = [signature.r(), signature.s()].map(|n| U256::from_be_slice(&n.to_bytes()));
            let found = recover(U256::from_be_bytes(digest), r, s, id.is_y_odd());
            prop_assert_eq!(found, Some(coordinates(key.verifying_key())));
        }

        #[test]
        fn any_numbers_have_the_same_result_as_with_k256(digest: [u8; 32], r: [u8; 32], s: [u8; 32], odd: bool) {
            let [r, s] = [r, s].map(|n| U256::from_be_bytes(n) >> 1_usize);
            prop_assume!(r != U256::ZERO && s != U256::ZERO && s <= ORDER >> 1_usize);
            let found = recover(U256::from_be_bytes(digest), r, s, odd);
            prop_assert_eq!(found, expected(digest, r, s, odd));
        }
    }
}
