//! Numbers modulo the prime of the field, which the coordinates of points are.
//!
//! A browser multiplies 64 bits by 64 bits to 64 bits, so a number has ten limbs of 26 bits, whose products can be added
//! up without a thought of the carry.

use core::ops::{Add, Mul, Sub};

use alloy_primitives::{U256, uint};

use super::residue::Residues;

/// The field's prime: 2^256 - 2^32 - 977.
pub(crate) const FIELD: U256 = uint!(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f_U256);
const RESIDUES: Residues = Residues(FIELD);

const LIMBS: usize = 10;
const LIMB_BITS: u32 = 26;
const LIMB_MASK: u64 = 0x3ff_ffff;

/// 2^260 modulo the prime is `FOLD + (1 << NEXT_FOLD_BITS)·2^26`.
const FOLD: u64 = 0x3d10;
const NEXT_FOLD_BITS: u32 = 10;

/// 32 times the prime, in limbs of which each is larger than any of a coordinate.
const LARGE_ZERO: [u64; LIMBS] = [
    0xbff_85e0, 0xbff_f7fd, 0xbff_fffd, 0xbff_fffd, 0xbff_fffd, 0xbff_fffd, 0xbff_fffd, 0xbff_fffd, 0xbff_fffd,
    0x7ff_fffd,
];

/// A number modulo the prime: its limbs, the lowest first. Each is below `1.5 · 2^26`; the number need not be below the
/// prime.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coordinate([u64; LIMBS]);

impl Coordinate {
    pub(crate) const ZERO: Self = Self([0; LIMBS]);
    pub(crate) const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    /// The 7 of `y² = x³ + 7`.
    pub(crate) const SEVEN: Self = Self([7, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    pub(crate) fn of(number: U256) -> Self {
        let mut rest = number;
        Self([(); LIMBS].map(|()| {
            let limb = rest.as_limbs().first().map_or(0, |lowest| lowest & LIMB_MASK);
            rest = rest.wrapping_shr(26);
            limb
        }))
    }

    /// The number, below the prime.
    #[inline(never)]
    pub(crate) fn number(self) -> U256 {
        self.0.iter().rev().fold(U256::ZERO, |number, limb| {
            let shifted = (0..LIMB_BITS).fold(number, |number, _| RESIDUES.plus(number, number));
            RESIDUES.plus(shifted, U256::from(*limb))
        })
    }

    /// The product with a number up to 21.
    pub(crate) fn times(self, few: u64) -> Self {
        Self::carried(self.0.map(|limb| limb.wrapping_mul(few)), 0)
    }

    /// The square root, or any number if there is none: the power of `(p + 1) / 4`, which has 223 ones, a zero, 22 ones,
    /// four zeros, two ones and two zeros.
    pub(crate) fn root(self) -> Self {
        let two = self.squared(1) * self;
        let three = two.squared(1) * self;
        let six = three.squared(3) * three;
        let nine = six.squared(3) * three;
        let eleven = nine.squared(2) * two;
        let ones_22 = eleven.squared(11) * eleven;
        let ones_44 = ones_22.squared(22) * ones_22;
        let ones_88 = ones_44.squared(44) * ones_44;
        let ones_176 = ones_88.squared(88) * ones_88;
        let ones_220 = ones_176.squared(44) * ones_44;
        let ones_223 = ones_220.squared(3) * three;
        ((ones_223.squared(23) * ones_22).squared(6) * two).squared(2)
    }

    pub(crate) fn inverse(self) -> Self {
        Self::of(RESIDUES.invert(self.number()))
    }

    #[inline(never)]
    fn squared(self, times: u32) -> Self {
        (0..times).fold(self, |square, _| square * square)
    }

    /// A number from limbs of any size, and what is above them.
    #[inline(never)]
    fn carried(mut limbs: [u64; LIMBS], above: u64) -> Self {
        let above = carry(&mut limbs).wrapping_add(above);
        let [first, second, ..] = &mut limbs;
        *first = first.wrapping_add(above.wrapping_mul(FOLD));
        *second = second.wrapping_add(above << NEXT_FOLD_BITS);
        Self(limbs)
    }
}

/// Reduces limbs to 26 bits. Returns what is above them.
fn carry(limbs: &mut [u64]) -> u64 {
    limbs.iter_mut().fold(0, |carry, limb| {
        let sum = limb.wrapping_add(carry);
        *limb = sum & LIMB_MASK;
        sum >> LIMB_BITS
    })
}

impl Add for Coordinate {
    type Output = Self;

    #[inline(never)]
    fn add(mut self, other: Self) -> Self {
        for (limb, other) in self.0.iter_mut().zip(other.0) {
            *limb = limb.wrapping_add(other);
        }
        Self::carried(self.0, 0)
    }
}

impl Sub for Coordinate {
    type Output = Self;

    #[inline(never)]
    fn sub(mut self, other: Self) -> Self {
        for ((limb, other), zero) in self.0.iter_mut().zip(other.0).zip(LARGE_ZERO) {
            *limb = limb.wrapping_add(zero).wrapping_sub(other);
        }
        Self::carried(self.0, 0)
    }
}

impl Mul for Coordinate {
    type Output = Self;

    #[inline(never)]
    fn mul(self, other: Self) -> Self {
        let mut columns = [0; 2 * LIMBS];
        for (at, limb) in self.0.iter().enumerate() {
            for (column, other) in columns.iter_mut().skip(at).zip(other.0) {
                *column = limb.wrapping_mul(other).wrapping_add(*column);
            }
        }
        let above = carry(&mut columns);
        if let Some(last) = columns.last_mut() {
            *last |= above << LIMB_BITS;
        }
        // What is above 2^260 comes down, most of it.
        let (low, high) = columns.split_at(LIMBS);
        let mut limbs = [0; LIMBS];
        let mut before = 0;
        for ((limb, low), high) in limbs.iter_mut().zip(low).zip(high) {
            *limb = high.wrapping_mul(FOLD).wrapping_add(before << NEXT_FOLD_BITS).wrapping_add(*low);
            before = *high;
        }
        let Self(limbs) = Self::carried(limbs, before << NEXT_FOLD_BITS);
        Self::carried(limbs, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The largest that a limb may be.
    const LARGEST: u64 = (1 << LIMB_BITS) + (1 << (LIMB_BITS - 1));

    fn value(limbs: [u64; LIMBS]) -> U256 {
        let base = U256::from(1_u64 << LIMB_BITS);
        limbs.iter().rev().fold(U256::ZERO, |n, limb| n.mul_mod(base, FIELD).add_mod(U256::from(*limb), FIELD))
    }

    /// Any coordinate: with limbs as large as they may be, too.
    fn any_coordinate() -> impl Strategy<Value = Coordinate> {
        let limb = prop_oneof![0..LARGEST, Just(0), Just(LARGEST - 1), Just(LIMB_MASK)];
        prop::array::uniform10(limb).prop_map(Coordinate)
    }

    fn is_one(found: Coordinate) -> bool {
        found.0.iter().all(|limb| *limb < LARGEST)
    }

    #[test]
    fn constants_are_what_they_say() {
        assert_eq!(FIELD, U256::ZERO.wrapping_sub(U256::from((1_u64 << 32) + 977)));
        assert_eq!(value(LARGE_ZERO), U256::ZERO);
        assert!(LARGE_ZERO.iter().all(|limb| *limb >= LARGEST));
        let fold = U256::from(FOLD) + (U256::from(1_u64 << NEXT_FOLD_BITS) << 26_usize);
        assert_eq!(fold, U256::from(2).pow_mod(U256::from(260), FIELD));
        assert_eq!(
            [Coordinate::ZERO, Coordinate::ONE, Coordinate::SEVEN].map(|n| n.number()),
            [0, 1, 7].map(U256::from)
        );
    }

    proptest! {
        #[test]
        fn arithmetic_is_that_of_another_library(a in any_coordinate(), b in any_coordinate(), few in 0u64..=21) {
            let [x, y] = [a, b].map(|n| value(n.0));
            let results = [
                (a + b, x.add_mod(y, FIELD)),
                (a - b, x.add_mod(FIELD - y, FIELD)),
                (a * b, x.mul_mod(y, FIELD)),
                (a.times(few), x.mul_mod(U256::from(few), FIELD)),
                (a.squared(3), x.pow_mod(U256::from(8), FIELD)),
                (a.root(), x.pow_mod((FIELD >> 2_usize) + U256::from(1), FIELD)),
                (a.inverse(), x.inv_mod(FIELD).unwrap_or_default()),
            ];
            for (at, (found, expected)) in results.into_iter().enumerate() {
                prop_assert_eq!(found.number(), expected, "{}", at);
                prop_assert!(is_one(found), "{}: {:?}", at, found);
            }
        }

        #[test]
        fn a_number_comes_back_below_the_prime(number: [u8; 32], high: bool) {
            let number = U256::from_be_bytes(number) | if high { U256::MAX << 40_usize } else { U256::ZERO };
            let found = Coordinate::of(number);
            prop_assert!(is_one(found));
            prop_assert_eq!(found.number(), number.reduce_mod(FIELD));
        }
    }
}
