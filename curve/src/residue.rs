//! Numbers modulo an odd prime of 256 bits.

use alloy_primitives::U256;

/// The prime. The numbers that its methods take and return are below it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Residues(pub(crate) U256);

impl Residues {
    pub(crate) const fn plus(self, a: U256, b: U256) -> U256 {
        self.minus(a, self.minus(U256::ZERO, b))
    }

    pub(crate) const fn minus(self, a: U256, b: U256) -> U256 {
        match a.overflowing_sub(b) {
            (difference, false) => difference,
            (difference, true) => difference.wrapping_add(self.0),
        }
    }

    /// What, times `a`, is 1: by the binary form of Euclid's algorithm. 0 for 0.
    #[inline(never)]
    pub(crate) fn invert(self, a: U256) -> U256 {
        // All along, `a` times `x` is `u`, and `a` times `y` is `v`.
        let (mut u, mut x) = (a, U256::ONE);
        let (mut v, mut y) = (self.0, U256::ZERO);
        while u != U256::ZERO {
            while !u.bit(0) {
                (u, x) = (u.wrapping_shr(1), self.half(x));
            }
            if u < v {
                ((u, x), (v, y)) = ((v, y), (u, x));
            }
            (u, x) = (u.wrapping_sub(v), self.minus(x, y));
        }
        y
    }

    const fn half(self, a: U256) -> U256 {
        let half = a.wrapping_shr(1);
        if a.bit(0) { half.wrapping_add(self.0.wrapping_shr(1)).wrapping_add(U256::ONE) } else { half }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ORDER, coordinate::FIELD};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arithmetic_is_that_of_another_library(a: [u8; 32], b: [u8; 32]) {
            for prime in [ORDER, FIELD] {
                let residues = Residues(prime);
                let [a, b] = [a, b].map(|n| U256::from_be_bytes(n).reduce_mod(prime));
                let difference = residues.minus(a, b);
                prop_assert!(difference < prime && difference.add_mod(b, prime) == a);
                prop_assert_eq!(residues.plus(a, b), a.add_mod(b, prime));
                prop_assert_eq!(residues.half(a).add_mod(residues.half(a), prime), a);
                prop_assert_eq!(Some(residues.invert(a)), a.inv_mod(prime));
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_have_their_inverses() {
        for prime in [ORDER, FIELD] {
            for a in [U256::from(1), U256::from(2), prime >> 1_usize, prime - U256::from(2), prime - U256::from(1)] {
                let inverse = Residues(prime).invert(a);
                assert!(inverse < prime && a.mul_mod(inverse, prime) == U256::ONE, "{a}");
            }
            assert_eq!(Residues(prime).invert(U256::ZERO), U256::ZERO);
        }
    }
}
