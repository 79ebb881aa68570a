//! The curve secp256k1 ([SEC 2](https://www.secg.org/sec2-v2.pdf), 2.4.1), as far as needed to recover who signed.
//!
//! Written by hand on alloy-primitives, and tested against k256, which itself would be a seventh of the module. All
//! numbers here are public, so none of this needs to run in constant time.

use std::ops::{Add, Mul, Sub};

use alloy_primitives::{U256, uint};

/// The order of the curve: r and s of a signature are below it.
pub(super) const ORDER: Prime = Prime {
    modulus: uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256),
    inverse: 0x4b0d_ff66_5588_b13f,
    square: uint!(0x9d671cd581c69bc5e697f5e45bcd07c6741496c20e7cf878896cf21467d7d140_U256),
};

/// The field's prime: the coordinates of the points are below it.
const FIELD: Prime = Prime {
    modulus: uint!(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f_U256),
    inverse: 0xd838_091d_d225_3531,
    square: uint!(0x1000007a2000e90a1_U256),
};

/// `(p + 1) / 4`: raising a square to this power yields its root.
const ROOT: U256 = uint!(0x3fffffffffffffffffffffffffffffffffffffffffffffffffffffffbfffff0c_U256);
/// The generator's x; its y is even.
const GENERATOR: U256 = uint!(0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798_U256);
/// The 7 of `y² = x³ + 7`, in Montgomery form.
const SEVEN: Coordinate = Coordinate(uint!(0x700001ab7_U256));
/// Three times 7, in Montgomery form.
const TWENTY_ONE: Coordinate = Coordinate(uint!(0x1500005025_U256));
const ZERO: Coordinate = Coordinate(U256::ZERO);

/// Arithmetic modulo a 256-bit prime. `times` is Montgomery multiplication: it divides by 2^256, so the product of two
/// numbers in Montgomery form (`enter`) is in that form too, and that of one in Montgomery form and a plain one is
/// plain.
#[derive(Debug)]
pub(super) struct Prime {
    pub(super) modulus: U256,
    /// The inverse of `-modulus`, modulo 2^64.
    inverse: u64,
    /// 2^512 modulo the prime.
    square: U256,
}

impl Prime {
    fn enter(&self, a: U256) -> U256 {
        self.times(a, self.square)
    }

    fn leave(&self, a: U256) -> U256 {
        self.times(a, U256::ONE)
    }

    fn times(&self, a: U256, b: U256) -> U256 {
        a.mul_redc(b, self.modulus, self.inverse)
    }

    const fn plus(&self, a: U256, b: U256) -> U256 {
        self.minus(a, self.minus(U256::ZERO, b))
    }

    const fn minus(&self, a: U256, b: U256) -> U256 {
        match a.overflowing_sub(b) {
            (difference, false) => difference,
            (difference, true) => difference.wrapping_add(self.modulus),
        }
    }

    /// The power, in Montgomery form like `base`.
    fn power(&self, base: U256, exponent: U256) -> U256 {
        (0..256).rev().fold(self.enter(U256::ONE), |power, bit| {
            let power = self.times(power, power);
            if exponent.bit(bit) { self.times(power, base) } else { power }
        })
    }

    fn invert(&self, a: U256) -> U256 {
        self.power(a, self.modulus.wrapping_sub(uint!(2_U256)))
    }
}

/// A number below the field's prime, in Montgomery form.
#[derive(Clone, Copy, PartialEq)]
struct Coordinate(U256);

impl Add for Coordinate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(FIELD.plus(self.0, other.0))
    }
}

impl Sub for Coordinate {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(FIELD.minus(self.0, other.0))
    }
}

impl Mul for Coordinate {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self(FIELD.times(self.0, other.0))
    }
}

/// A point `(x / z, y / z)`; if z is 0, the one at infinity.
#[derive(Clone, Copy)]
struct Point {
    x: Coordinate,
    y: Coordinate,
    z: Coordinate,
}

impl Point {
    const INFINITY: Self = Self { x: ZERO, y: SEVEN, z: ZERO };

    /// The point with that x whose y is odd or even as requested; for half of all numbers there is none.
    fn at(x: U256, odd: bool) -> Option<Self> {
        let x = Coordinate(FIELD.enter(x));
        let square = x * x * x + SEVEN;
        let root = Coordinate(FIELD.power(square.0, ROOT));
        let y = if FIELD.leave(root.0).bit(0) == odd { root } else { ZERO - root };
        (y * y == square).then(|| Self { x, y, z: Coordinate(FIELD.enter(U256::ONE)) })
    }
}

/// One formula for any two points ([Renes, Costello, Batina](https://eprint.iacr.org/2015/1060), algorithm 7).
impl Add for Point {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let xx = self.x * other.x;
        let yy = self.y * other.y;
        let zz = self.z * other.z * TWENTY_ONE;
        let xy = self.x * other.y + self.y * other.x;
        let yz = self.y * other.z + self.z * other.y;
        let xz = (self.x * other.z + self.z * other.x) * TWENTY_ONE;
        Self {
            x: xy * (yy - zz) - yz * xz,
            y: (yy - zz) * (yy + zz) + xz * (xx + xx + xx),
            z: (yy + zz) * yz + xy * (xx + xx + xx),
        }
    }
}

/// The public key behind a signature of `digest` ([SEC 1](https://www.secg.org/sec1-v2.pdf), 4.1.6), r and s being in
/// range.
pub(super) fn recover(digest: U256, r: U256, s: U256, odd: bool) -> Option<[U256; 2]> {
    let generator = Point::at(GENERATOR, false)?;
    let point = Point::at(r, odd)?;
    let message = ORDER.minus(digest, ORDER.modulus); // below the prime, since twice the prime is over 2^256
    let inverse = ORDER.invert(ORDER.enter(r));
    let generators = ORDER.minus(U256::ZERO, ORDER.times(inverse, message));
    let points = ORDER.times(inverse, s);
    let key = (0..256).rev().fold(Point::INFINITY, |sum, bit| {
        let sum = sum + sum;
        let sum = if generators.bit(bit) { sum + generator } else { sum };
        if points.bit(bit) { sum + point } else { sum }
    });
    let inverse = FIELD.invert(key.z.0);
    let key = [key.x, key.y].map(|coordinate| FIELD.leave(FIELD.times(coordinate.0, inverse)));
    (inverse != U256::ZERO).then_some(key)
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
    fn constants_are_what_they_say() {
        for prime in [ORDER, FIELD] {
            let modulus = prime.modulus;
            assert_eq!(prime.inverse.wrapping_mul(modulus.as_limbs()[0]), u64::MAX);
            assert_eq!(prime.square, U256::from(2).pow_mod(U256::from(512), modulus));
            assert!(modulus.bit(255));
        }
        assert_eq!(ROOT, FIELD.modulus.div_ceil(U256::from(4)));
        assert_eq!([SEVEN.0, TWENTY_ONE.0], [U256::from(7), U256::from(21)].map(|n| FIELD.enter(n)));
        assert_eq!((ORDER.modulus - U256::from(1)).to_be_bytes_vec(), (-k256::Scalar::ONE).to_bytes().to_vec());
    }

    #[test]
    fn no_key_signs_with_the_point_at_infinity() {
        let digest = U256::from(5);
        assert_eq!(recover(digest, GENERATOR, digest, false), None);
        assert!(recover(digest, GENERATOR, digest, true).is_some());
    }

    #[test]
    fn the_ends_of_the_range_have_the_same_result_as_with_k256() {
        let ends = [U256::from(1), U256::from(2), ORDER.modulus >> 1usize];
        for digest in [U256::ZERO, U256::from(1), ORDER.modulus - U256::from(1), ORDER.modulus, U256::MAX] {
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
            let [r, s] = [r, s].map(|n| U256::from_be_bytes(n) >> 1usize);
            prop_assume!(r != U256::ZERO && s != U256::ZERO && s <= ORDER.modulus >> 1usize);
            let found = recover(U256::from_be_bytes(digest), r, s, odd);
            prop_assert_eq!(found, expected(digest, r, s, odd));
        }
    }
}
