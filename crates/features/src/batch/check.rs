//! What is asked of columns before their indicators count.

use std::hint::select_unpredictable;
use std::ops::Range;

use super::{BatchError, PriceColumns};

/// Values worked on together: few enough to stay in the nearest cache.
const CHUNK: usize = 256;

/// A column must have the length of the others.
pub(super) const fn length(
    column: &'static str,
    got: &[f64],
    expected: usize,
) -> Result<(), BatchError> {
    if got.len() == expected {
        Ok(())
    } else {
        Err(BatchError::Length { column, expected, got: got.len() })
    }
}

/// Calls `work` with one chunk of `0..length` after the other, and asks `is_sound` of each. Says
/// whether all were; ends with the first that is not, after the work on it.
pub(super) fn sweep(
    length: usize,
    is_sound: impl Fn(Range<usize>) -> bool,
    mut work: impl FnMut(Range<usize>),
) -> bool {
    (0..length).step_by(CHUNK).all(|start| {
        let chunk = start..length.min(start + CHUNK);
        work(chunk.clone());
        is_sound(chunk)
    })
}

/// The bits of a double are its sign, 11 bits of exponent (with 1,023 added) and the digits.
const EXPONENT: u32 = 52;
/// From this exponent on, 6e144, sums of squares could pass the largest number.
const LARGE: u64 = 0x5e0;
/// The exponents of prices begin here, 1e-163, half of all exponents below the large ones.
const SMALL: u64 = LARGE - 0x400;

/// No value is NaN, infinite or 6e144 or more in size.
pub(super) fn are_values(values: &[f64]) -> bool {
    // What is added takes the exponents from there on into the bit of the sign.
    let mark = |value: f64| value.abs().to_bits().wrapping_add((0x800 - LARGE) << EXPONENT);
    values.iter().fold(0, |marks, value| marks | mark(*value)) >> 63 == 0
}

/// All prices are finite, above zero and ones that a market could have: from 1e-163 to 6e144.
pub(super) fn are_prices(prices: &PriceColumns<'_>, bars: Range<usize>) -> bool {
    // With so much taken off, the sign and the first bit of the exponent are both zero for positive
    // numbers with the exponents of prices, and for nothing else: not for zero, infinity or NaN.
    let mark = |price: f64| price.to_bits().wrapping_sub(SMALL << EXPONENT);
    let [high, low, close] =
        [prices.high, prices.low, prices.close].map(|column| &column[bars.clone()]);
    let mut marks = 0;
    for ((high, low), close) in high.iter().zip(low).zip(close) {
        marks |= mark(*high) | mark(*low) | mark(*close);
    }
    marks >> 62 == 0
}

/// The smaller of two numbers, neither NaN. One instruction, which [`f64::min`] is not, and never
/// a jump, which would be a guess at the next price.
#[inline]
pub(super) fn lesser(a: f64, b: f64) -> f64 {
    select_unpredictable(a < b, a, b)
}

/// The larger of two numbers, neither NaN.
#[inline]
pub(super) fn greater(a: f64, b: f64) -> f64 {
    select_unpredictable(a > b, a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_that_is_no_number_is_found_wherever_it_stands() {
        for length in [1, 7, 8, 20] {
            for value in [0.0, -0.0, 1.5, -1e6, 5e-324, -5e144] {
                assert!(are_values(&vec![value; length]), "{value}");
            }
            for place in 0..length {
                for bad in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e145, -1e300] {
                    let mut values = vec![1.5; length];
                    values[place] = bad;
                    assert!(!are_values(&values), "{bad} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn one_price_that_is_none_is_found_in_any_column_and_others_pass() {
        let say = |columns: &[[f64; 11]; 3]| {
            let [high, low, close] = columns;
            are_prices(&PriceColumns { high, low, close }, 0..11)
        };
        for price in [1e-162, 1e-9, 0.5, 1.0, 3e5, 1e12, 5e144] {
            assert!(say(&[[price; 11]; 3]), "{price}");
        }
        let infinite = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN];
        let bad = [0.0, -0.0, -1e-300, -1.0, -1e200, 5e-324, 1e-164, 1e145, f64::MAX];
        for bad in bad.into_iter().chain(infinite) {
            for place in 0..33 {
                let mut columns = [[2.0; 11]; 3];
                columns[place / 11][place % 11] = bad;
                assert!(!say(&columns), "{bad} at {place}");
            }
        }
    }

    #[test]
    fn a_sweep_takes_each_value_once_and_ends_with_an_unsound_chunk() {
        let length = 3 * CHUNK + 7;
        let mut taken = Vec::new();
        assert!(sweep(length, |_| true, |chunk| taken.extend(chunk)));
        assert_eq!(taken, (0..length).collect::<Vec<_>>());
        let (bad, mut last) = (CHUNK + 1, 0);
        assert!(!sweep(length, |chunk| !chunk.contains(&bad), |chunk| last = chunk.end));
        assert_eq!(last, 2 * CHUNK);
        assert!(sweep(0, |_| false, |_| ()));
    }
}
