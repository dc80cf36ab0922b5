//! Whole numbers of any size: just what exact conversions need.

use alloc::vec::Vec;

/// A whole number of at least 0 in limbs of 32 bits, the lowest first, without zeros at the end.
pub(super) struct Big(Vec<u32>);

impl Big {
    /// The number that `digits` spell in ASCII.
    pub(super) fn from_digits(digits: &[u8]) -> Self {
        let mut big = Big(Vec::new());
        for chunk in digits.chunks(9) {
            let (mut unit, mut value) = (1_u32, 0_u32);
            for digit in chunk {
                unit = unit.wrapping_mul(10);
                value = value.wrapping_mul(10).wrapping_add(u32::from(digit & 0x0F));
            }
            big.multiply_add(unit, value);
        }
        big
    }

    /// Multiplies by 2^`two` × 10^`ten` and drops the fraction; says whether there was none.
    pub(super) fn scale(&mut self, two: i32, ten: i32) -> bool {
        self.grow(2, 31, two);
        self.grow(10, 9, ten);
        let exact = self.shrink(10, 9, ten.wrapping_neg());
        self.shrink(2, 31, two.wrapping_neg()) && exact
    }

    /// `self` × `factor` + `addend`.
    pub(super) fn multiply_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for limb in &mut self.0 {
            // The largest product and carry fit: (2³² - 1)² + 2³² - 1 < 2⁶⁴.
            let product =
                u64::from(*limb).wrapping_mul(u64::from(factor)).wrapping_add(carry);
            (*limb, carry) = (low(product), product >> 32);
        }
        if carry != 0 {
            self.0.push(low(carry));
        }
    }

    /// Divides and gives the remainder; by 0 it gives nothing sensible.
    pub(super) fn divide(&mut self, divisor: u32) -> u32 {
        let divisor = u64::from(divisor);
        let mut rest = 0_u64;
        for limb in self.0.iter_mut().rev() {
            let dividend = rest << 32 | u64::from(*limb);
            let quotient = dividend.checked_div(divisor).unwrap_or(0);
            rest = dividend.wrapping_sub(quotient.wrapping_mul(divisor));
            *limb = low(quotient);
        }
        self.trim();
        low(rest)
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// How many bits the number has.
    pub(super) fn bits(&self) -> i32 {
        let unused = self.0.last().map_or(0, |limb| limb.leading_zeros());
        let bits = u32::try_from(self.0.len()).unwrap_or(0).wrapping_mul(32);
        i32::try_from(bits.wrapping_sub(unused)).unwrap_or(i32::MAX)
    }

    /// The lower 64 bits.
    pub(super) fn low(&self) -> u64 {
        let limb = |at| u64::from(self.0.get(at).copied().unwrap_or(0));
        limb(1) << 32 | limb(0)
    }

    /// Multiplies by `base`^`count`, by at most `base`^`chunk` at once.
    fn grow(&mut self, base: u32, chunk: i32, mut count: i32) {
        while count > 0 {
            self.multiply_add(power(base, count.min(chunk)), 0);
            count = count.wrapping_sub(chunk);
        }
    }

    /// Divides by `base`^`count`; says whether nothing was left over.
    fn shrink(&mut self, base: u32, chunk: i32, mut count: i32) -> bool {
        let mut left_over = 0;
        while count > 0 {
            left_over |= self.divide(power(base, count.min(chunk)));
            count = count.wrapping_sub(chunk);
        }
        left_over == 0
    }
}

impl From<u64> for Big {
    fn from(value: u64) -> Self {
        let mut big = Big(alloc::vec![low(value), low(value >> 32)]);
        big.trim();
        big
    }
}

fn power(base: u32, exponent: i32) -> u32 {
    base.wrapping_pow(exponent.unsigned_abs())
}

/// The lower half, which is what the cast keeps.
fn low(value: u64) -> u32 {
    value as u32
}
