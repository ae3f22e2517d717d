//! The artefact format: little-endian numbers one after another, floats by their bits.
//!
//! Not JSON: a decimal text of an f64 has to be parsed back exactly, and maps of the fitted
//! linfa models are written in hash order, so that two equal fits would give different bytes.

use std::ops::RangeInclusive;

use tradebot_domain::Date;

#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    pub(crate) fn u8(&mut self, x: u8) {
        self.0.push(x);
    }
    pub(crate) fn u16(&mut self, x: u16) {
        self.raw(&x.to_le_bytes());
    }
    pub(crate) fn u64(&mut self, x: u64) {
        self.raw(&x.to_le_bytes());
    }
    pub(crate) fn f32(&mut self, x: f32) {
        self.raw(&x.to_bits().to_le_bytes());
    }
    pub(crate) fn f64(&mut self, x: f64) {
        self.u64(x.to_bits());
    }
    /// Without their number: the reader knows it.
    pub(crate) fn floats(&mut self, xs: &[f64]) {
        for x in xs {
            self.f64(*x);
        }
    }
    /// Up to 255 bytes of text.
    pub(crate) fn text(&mut self, text: &str) {
        self.u8(u8::try_from(text.len()).expect("names are short"));
        self.raw(text.as_bytes());
    }
    /// A yes or no.
    pub(crate) fn flag(&mut self, yes: bool) {
        self.u8(u8::from(yes));
    }
    pub(crate) fn date(&mut self, date: Date) {
        self.raw(&date.year().to_le_bytes());
        self.raw(&date.month().to_le_bytes());
        self.raw(&date.day().to_le_bytes());
    }
}

/// Reads what [`Writer`] wrote. Errors are sentences for [`crate::FitError::Artefact`].
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or("it ends too early")?;
        self.rest = rest;
        Ok(*head)
    }
    pub(crate) fn u8(&mut self) -> Result<u8, String> {
        self.take::<1>().map(|[b]| b)
    }
    pub(crate) fn u16(&mut self) -> Result<u16, String> {
        self.take().map(u16::from_le_bytes)
    }
    pub(crate) fn u64(&mut self) -> Result<u64, String> {
        self.take().map(u64::from_le_bytes)
    }

    /// Any finite number.
    pub(crate) fn f64(&mut self) -> Result<f64, String> {
        let x = f64::from_bits(self.u64()?);
        if x.is_finite() { Ok(x) } else { Err(format!("it holds {x}")) }
    }

    /// A probability.
    pub(crate) fn unit_f64(&mut self) -> Result<f64, String> {
        let x = self.f64()?;
        if (0.0..=1.0).contains(&x) { Ok(x) } else { Err(format!("{x} is no probability")) }
    }

    /// A number within a range.
    pub(crate) fn f32_in(&mut self, range: &RangeInclusive<f32>) -> Result<f32, String> {
        let x = f32::from_bits(self.take().map(u32::from_le_bytes)?);
        if range.contains(&x) { Ok(x) } else { Err(format!("{x} is not in {range:?}")) }
    }

    /// `count` finite numbers; nothing is reserved for numbers that are not there.
    pub(crate) fn floats(&mut self, count: usize) -> Result<Vec<f64>, String> {
        if count > self.rest.len() / 8 {
            return Err("it ends too early".to_owned());
        }
        (0..count).map(|_| self.f64()).collect()
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, String> {
        let length = usize::from(self.u8()?);
        let (text, rest) = self.rest.split_at_checked(length).ok_or("it ends too early")?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|e| e.to_string())
    }

    pub(crate) fn flag(&mut self) -> Result<bool, String> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("{other} is neither yes nor no")),
        }
    }

    pub(crate) fn date(&mut self) -> Result<Date, String> {
        let year = i16::from_le_bytes(self.take()?);
        let [month] = self.take::<1>()?.map(|b| i8::from_le_bytes([b]));
        let [day] = self.take::<1>()?.map(|b| i8::from_le_bytes([b]));
        Date::new(year, month, day).map_err(|e| e.to_string())
    }

    /// Nothing may follow.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.rest.len() {
            0 => Ok(()),
            more => Err(format!("{more} bytes too many")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_with_the_same_bits() {
        let date = Date::constant(2010, 12, 31);
        let mut writer = Writer::default();
        writer.u8(1);
        writer.u16(2);
        writer.u64(u64::MAX);
        writer.floats(&[-0.0, 5e-324, 0.1 + 0.2]);
        writer.f32(0.1);
        writer.text("GOOG");
        writer.flag(true);
        writer.date(date);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!((reader.u8(), reader.u16()), (Ok(1), Ok(2)));
        assert_eq!(reader.u64(), Ok(u64::MAX));
        let floats: Vec<u64> = reader.floats(3).unwrap().iter().map(|x| x.to_bits()).collect();
        assert_eq!(floats, [-0.0, 5e-324, 0.1 + 0.2_f64].map(f64::to_bits));
        assert_eq!(reader.f32_in(&(0.0..=1.0)), Ok(0.1));
        assert_eq!((reader.text(), reader.flag()), (Ok("GOOG"), Ok(true)));
        assert_eq!(reader.date(), Ok(date));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn what_is_short_long_or_no_number_is_refused() {
        assert!(Reader::new(&[1]).u16().is_err());
        assert!(Reader::new(&[0; 16]).floats(usize::MAX).is_err());
        assert!(Reader::new(&f64::NAN.to_le_bytes()).f64().is_err());
        assert!(Reader::new(&1.5_f64.to_le_bytes()).unit_f64().is_err());
        assert!(Reader::new(&2.5_f32.to_le_bytes()).f32_in(&(-2.0..=2.0)).is_err());
        assert!(Reader::new(&f32::NAN.to_le_bytes()).f32_in(&(-2.0..=2.0)).is_err());
        assert_eq!(Reader::new(&(-2.0_f32).to_le_bytes()).f32_in(&(-2.0..=2.0)), Ok(-2.0));
        assert!(Reader::new(&[0, 0, 13, 1]).date().is_err());
        assert!(Reader::new(&[2, b'a']).text().is_err() && Reader::new(&[1, 0xFF]).text().is_err());
        assert!(Reader::new(&[2]).flag().is_err());
        assert_eq!(Reader::new(&[0]).finish(), Err("1 bytes too many".to_owned()));
    }
}
