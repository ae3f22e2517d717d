//! Numbers in as few bytes as they take without losing a bit.
//!
//! A page repeats itself: all symbols of a session share the row's rate and, where their scores
//! fall into the same bin, a member's calibrated probability; uniqueness is a mean of unit
//! fractions. So a float that the page has held before is written as its number.

use std::collections::BTreeMap;

/// Floats that a page can name; a further one is written out.
const NAMED_MAX: usize = 1 << 14;

/// Writes a page.
#[derive(Debug, Clone, Default)]
pub(super) struct Packer {
    bytes: Vec<u8>,
    named: BTreeMap<u64, u32>,
}

impl Packer {
    /// Bytes so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Seven bits to a byte, the low ones first.
    pub(super) fn count(&mut self, value: u32) {
        let mut left = value;
        while left >= 0x80 {
            self.bytes.push(left.to_le_bytes()[0] | 0x80);
            left >>= 7;
        }
        self.bytes.push(left.to_le_bytes()[0]);
    }

    /// Its number in the page, from 1; or 0 and its bits.
    pub(super) fn float(&mut self, value: f64) {
        let bits = value.to_bits();
        if let Some(number) = self.named.get(&bits) {
            return self.count(*number);
        }
        self.byte(0);
        self.bytes.extend_from_slice(&bits.to_le_bytes());
        if self.named.len() < NAMED_MAX {
            let number = u32::try_from(self.named.len()).expect("so many have a number");
            self.named.insert(bits, number + 1);
        }
    }

    /// Values in runs of equal ones.
    pub(super) fn runs(&mut self, values: &[f64]) {
        for run in values.chunk_by(|a, b| a.to_bits() == b.to_bits()) {
            self.byte(u8::try_from(run.len()).expect("there are 21 candidates"));
            self.float(run[0]);
        }
    }

    /// Up to 255 bytes of text.
    pub(super) fn text(&mut self, text: &str) {
        self.byte(u8::try_from(text.len()).expect("a symbol has at most 23 bytes"));
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Reads what a [`Packer`] wrote, in the same order. Errors are sentences: a page that does not
/// say what was written is damaged.
#[derive(Debug)]
pub(super) struct Unpacker<'a> {
    rest: &'a [u8],
    named: Vec<f64>,
}

impl<'a> Unpacker<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, named: Vec::new() }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, String> {
        let (first, rest) = self.rest.split_first().ok_or("a page ends too early")?;
        self.rest = rest;
        Ok(*first)
    }

    pub(super) fn count(&mut self) -> Result<u32, String> {
        let mut value = 0_u32;
        for shift in (0..u32::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a page holds a number without an end".to_owned())
    }

    pub(super) fn float(&mut self) -> Result<f64, String> {
        let number = self.count()?;
        if number > 0 {
            let named = self.named.get(number as usize - 1).copied();
            return named.ok_or_else(|| format!("a page names its value {number} before it came"));
        }
        let (bits, rest) = self.rest.split_first_chunk().ok_or("a page ends too early")?;
        self.rest = rest;
        let value = f64::from_bits(u64::from_le_bytes(*bits));
        if self.named.len() < NAMED_MAX {
            self.named.push(value);
        }
        Ok(value)
    }

    pub(super) fn runs<const N: usize>(&mut self) -> Result<[f64; N], String> {
        let mut values = [0.0; N];
        let mut filled = 0;
        while filled < N {
            let end = filled + usize::from(self.byte()?);
            let run = values.get_mut(filled..end).filter(|run| !run.is_empty());
            run.ok_or("a page holds a run that does not fit")?.fill(self.float()?);
            filled = end;
        }
        Ok(values)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, String> {
        let len = usize::from(self.byte()?);
        let (text, rest) = self.rest.split_at_checked(len).ok_or("a page ends too early")?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|e| format!("a page holds a text that is none: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_to_the_last_bit(
            floats in prop::collection::vec(
                prop_oneof![Just(0.25), Just(-0.0), Just(f64::NAN), any::<f64>()], 0..300),
            counts in prop::collection::vec(any::<u32>(), 0..20),
            runs in prop::array::uniform21(prop_oneof![Just(-1.02), Just(0.5), -1.0..3.0]),
        ) {
            let mut packer = Packer::default();
            for x in &floats {
                packer.float(*x);
            }
            for n in &counts {
                packer.count(*n);
            }
            packer.runs(&runs);
            packer.text("RY.TO");
            let mut page = Unpacker::new(packer.bytes());
            for x in &floats {
                prop_assert_eq!(page.float().unwrap().to_bits(), x.to_bits());
            }
            for n in &counts {
                prop_assert_eq!(page.count().unwrap(), *n);
            }
            prop_assert_eq!(page.runs::<21>().unwrap(), runs);
            prop_assert_eq!(page.text().unwrap(), "RY.TO");
            prop_assert!(page.is_done());
        }

        #[test]
        fn a_damaged_page_is_an_error_or_other_values_but_never_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut page = Unpacker::new(&bytes);
            while page.float().is_ok() {}
            let _ = (page.runs::<21>(), page.text(), page.count());
        }
    }

    #[test]
    fn a_value_that_comes_again_takes_a_byte() {
        let mut packer = Packer::default();
        packer.float(0.531);
        let first = packer.bytes().len();
        packer.float(0.531);
        assert_eq!((first, packer.bytes().len()), (9, 10));
        packer.runs(&[0.531; 21]);
        assert_eq!(packer.bytes().len(), 12);
    }
}
