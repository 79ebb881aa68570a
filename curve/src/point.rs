//! Points of the curve.

use core::ops::Add;

use alloy_primitives::{U256, uint};

use super::coordinate::Coordinate;

/// The generator's x; its y is even.
pub(crate) const GENERATOR: U256 = uint!(0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798_U256);

/// A point `(x / z, y / z)`; if z is 0, the one at infinity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    x: Coordinate,
    y: Coordinate,
    z: Coordinate,
}

impl Point {
    pub(crate) const INFINITY: Self = Self { x: Coordinate::ZERO, y: Coordinate::ONE, z: Coordinate::ZERO };

    pub(crate) fn generator() -> Option<Self> {
        Self::at(GENERATOR, false)
    }

    /// The point with that x whose y is odd or even as requested; for half of all numbers there is none.
    #[inline(never)]
    pub(crate) fn at(x: U256, odd: bool) -> Option<Self> {
        let x = Coordinate::of(x);
        let square = x * x * x + Coordinate::SEVEN;
        let root = square.root();
        let y = if root.number().bit(0) == odd { root } else { Coordinate::ZERO - root };
        ((y * y).number() == square.number()).then_some(Self { x, y, z: Coordinate::ONE })
    }

    /// Its x and y; the one at infinity has none.
    pub(crate) fn affine(self) -> Option<[U256; 2]> {
        let inverse = self.z.inverse();
        let is_finite = self.z.number() != U256::ZERO;
        is_finite.then(|| [self.x * inverse, self.y * inverse].map(Coordinate::number))
    }

    /// Twice the point ([Renes, Costello, Batina](https://eprint.iacr.org/2015/1060), algorithm 9).
    #[inline(never)]
    pub(crate) fn doubled(self) -> Self {
        let yy = self.y * self.y;
        let zz = (self.z * self.z).times(21);
        let eight = yy.times(8);
        let less = yy - zz.times(3);
        Self { x: (less * (self.x * self.y)).times(2), y: less * (yy + zz) + zz * eight, z: self.y * self.z * eight }
    }
}

/// One formula for any two points ([Renes, Costello, Batina](https://eprint.iacr.org/2015/1060), algorithm 7).
impl Add for Point {
    type Output = Self;

    #[inline(never)]
    fn add(self, other: Self) -> Self {
        let (xx, yy, zz) = (self.x * other.x, self.y * other.y, self.z * other.z);
        let xy = (self.x + self.y) * (other.x + other.y) - (xx + yy);
        let yz = (self.y + self.z) * (other.y + other.z) - (yy + zz);
        let xz = ((self.x + self.z) * (other.x + other.z) - (xx + zz)).times(21);
        let (xx, zz) = (xx.times(3), zz.times(21));
        let (less, more) = (yy - zz, yy + zz);
        Self { x: xy * less - yz * xz, y: less * more + xz * xx, z: more * yz + xy * xx }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_is_a_point_also_of_equal_and_of_opposite_ones() {
        let one = Point::generator().unwrap();
        let minus = Point::at(GENERATOR, true).unwrap();
        let affine = |point: Point| point.affine();
        assert_eq!(affine(one + minus), None);
        assert_eq!(affine(Point::INFINITY.doubled()), None);
        assert_eq!(affine(Point::INFINITY + Point::INFINITY), None);
        assert_eq!(affine(one + Point::INFINITY), affine(one));
        assert_eq!(affine(Point::INFINITY + minus), affine(minus));
        assert_eq!(affine(one + one), affine(one.doubled()));
        let three = one.doubled() + one;
        assert_eq!(affine(three.doubled()), affine(three + three));
        assert_eq!(affine(three.doubled()), affine(one.doubled().doubled() + one.doubled()));
        assert_eq!(affine(three + minus), affine(one.doubled()));
    }

    #[test]
    fn half_of_all_numbers_have_no_point() {
        let found = (1..200_u32).filter(|x| Point::at(U256::from(*x), false).is_some()).count();
        assert!((70..130).contains(&found), "{found}");
        assert!(Point::at(U256::from(5), true).is_none());
    }
}
