//! Numbers modulo the order of the curve, which points are multiplied by.

use alloy_primitives::{U256, uint};

use super::residue::Residues;

/// The order of the curve: r and s of a signature are below it.
pub const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

pub(crate) const RESIDUES: Residues = Residues(ORDER);

/// The inverse of `-ORDER`, modulo 2^64.
const INVERSE: u64 = 0x4b0d_ff66_5588_b13f;
/// 2^512 modulo the order.
const SQUARE: U256 = uint!(0x9d671cd581c69bc5e697f5e45bcd07c6741496c20e7cf878896cf21467d7d140_U256);

/// The remainder of any number: below the order, since twice the order is over 2^256.
pub(crate) const fn below(number: U256) -> U256 {
    RESIDUES.minus(number, ORDER)
}

/// The product. Montgomery's multiplication divides by 2^256, twice here.
pub(crate) fn times(a: U256, b: U256) -> U256 {
    a.mul_redc(SQUARE, ORDER, INVERSE).mul_redc(b, ORDER, INVERSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn constants_are_what_they_say() {
        assert_eq!(INVERSE.wrapping_mul(ORDER.as_limbs()[0]), u64::MAX);
        assert_eq!(SQUARE, U256::from(2).pow_mod(U256::from(512), ORDER));
        assert_eq!((ORDER - U256::from(1)).to_be_bytes_vec(), (-k256::Scalar::ONE).to_bytes().to_vec());
        assert!(ORDER.bit(255));
    }

    proptest! {
        #[test]
        fn products_are_those_of_another_library(a: [u8; 32], b: [u8; 32]) {
            let [a, b] = [a, b].map(U256::from_be_bytes);
            prop_assert_eq!(below(a), a.reduce_mod(ORDER));
            prop_assert_eq!(times(below(a), below(b)), a.mul_mod(b, ORDER));
        }
    }
}
