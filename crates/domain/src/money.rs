//! Exact money, prices and share counts, and the border to `f64` analysis.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::number::OutOfRange;

/// A currency the product knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// United States dollar.
    Usd,
    /// Canadian dollar.
    Cad,
}

impl Currency {
    /// The three letters of ISO 4217.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Cad => "CAD",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_uppercase().as_str() {
            "USD" => Ok(Self::Usd),
            "CAD" => Ok(Self::Cad),
            _ => Err(format!("currency `{text}` is not known; USD and CAD are")),
        }
    }
}

/// An exact amount in the account's currency. Written to JSON as a decimal string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Rounded to hundredths, ties to even.
    #[must_use]
    pub fn to_cents(self) -> Self {
        Self(self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven))
    }

    /// So much for each unit of the amount, exact; most rates are nothing.
    #[inline]
    #[must_use]
    pub fn at_rate(self, rate: Decimal) -> Self {
        if rate.is_zero() {
            return Self::ZERO;
        }
        let scale = self.0.scale() + rate.scale();
        match short(self.0).zip(short(rate)).and_then(|(a, b)| a.checked_mul(b)) {
            Some(units) if units != 0 && scale <= Decimal::MAX_SCALE => {
                Self(Decimal::new(units, scale))
            }
            _ => Self(self.0 * rate),
        }
    }

    /// For analysis only; never to be turned back into money.
    #[inline]
    pub fn to_f64(self) -> f64 {
        to_f64(self.0)
    }

    /// An amount computed by analysis (a cost in basis points, say), rounded to `decimals`.
    ///
    /// # Errors
    /// [`OutOfRange`] when the value is not finite or beyond what a decimal holds.
    pub fn from_f64(value: f64, decimals: u32) -> Result<Self, OutOfRange> {
        Decimal::from_f64(value)
            .map(|d| {
                Self(d.round_dp_with_strategy(decimals, RoundingStrategy::MidpointNearestEven))
            })
            .ok_or(OutOfRange { what: "money", value, min: -7.9e28, max: 7.9e28 })
    }
}

impl Add for Money {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(sum(self.0, other.0))
    }
}
impl Sub for Money {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(difference(self.0, other.0))
    }
}
impl Neg for Money {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl AddAssign for Money {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.0 = sum(self.0, other.0);
    }
}
impl SubAssign for Money {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        self.0 = difference(self.0, other.0);
    }
}
impl PartialOrd for Money {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Money {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        order(self.0, other.0)
    }
}
impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A whole number of shares, zero or more.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Shares(pub u64);

impl Shares {
    /// None.
    pub const ZERO: Self = Self(0);

    /// Whole shares in a non-negative real number, rounded down; 0 for NaN and negatives.
    pub fn floor_of(value: f64) -> Self {
        // `as` saturates: NaN and negatives give 0, which is the smaller and safer size.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturating floor is meant"
        )]
        Self(value.floor() as u64)
    }

    /// For analysis only.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.0 as f64
    }
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The smallest price step of an instrument, as a number of decimals (2 for a cent).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Digits after the point, at most 8.
    pub decimals: u32,
}

impl Tick {
    /// One cent: US and Canadian listings at a dollar or more.
    pub const CENT: Self = Self { decimals: 2 };
    /// A hundredth of a cent: what executions and recorded bars are written in.
    pub const MIL: Self = Self { decimals: 4 };
}

/// Which way a price moves onto its tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero: stops of long positions (never closer than asked).
    Down,
    /// Away from zero.
    Up,
    /// To the nearest tick, ties to even: recorded prices.
    Nearest,
}

/// An exact price per share, above zero. Written to JSON as a decimal string, and read back only
/// if it is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Price(Decimal);

impl PartialOrd for Price {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Price {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        order(self.0, other.0)
    }
}

impl TryFrom<Decimal> for Price {
    type Error = OutOfRange;
    fn try_from(value: Decimal) -> Result<Self, OutOfRange> {
        Self::new(value)
    }
}

impl From<Price> for Decimal {
    fn from(price: Price) -> Self {
        price.0
    }
}

impl Price {
    /// # Errors
    /// [`OutOfRange`] when `value` is zero or negative.
    pub fn new(value: Decimal) -> Result<Self, OutOfRange> {
        if !value.is_zero() && value.is_sign_positive() {
            Ok(Self(value))
        } else {
            Err(OutOfRange {
                what: "price",
                value: value.to_f64().unwrap_or(f64::NAN),
                min: f64::MIN_POSITIVE,
                max: f64::MAX,
            })
        }
    }

    /// The border from analysis to money: onto the tick, in the direction asked for.
    ///
    /// The value is first rounded to 8 decimals, so that 0.1 + 0.2 becomes 0.3 and
    /// is not rounded up to 0.31.
    ///
    /// # Errors
    /// [`OutOfRange`] when the value is not finite or not above zero after rounding.
    pub fn from_f64(value: f64, tick: Tick, rounding: Rounding) -> Result<Self, OutOfRange> {
        if let Some(exact) = short_decimal(value, tick.decimals) {
            return Self::new(exact);
        }
        let exact = Decimal::from_f64(value)
            .ok_or(OutOfRange { what: "price", value, min: f64::MIN_POSITIVE, max: 7.9e28 })?
            .round_dp(8);
        let strategy = match rounding {
            Rounding::Down => RoundingStrategy::ToZero,
            Rounding::Up => RoundingStrategy::AwayFromZero,
            Rounding::Nearest => RoundingStrategy::MidpointNearestEven,
        };
        Self::new(exact.round_dp_with_strategy(tick.decimals, strategy))
    }

    /// The border back: for analysis only.
    #[inline]
    pub fn to_f64(self) -> f64 {
        to_f64(self.0)
    }

    /// The exact value.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Price times shares.
    #[inline]
    pub fn times(self, shares: Shares) -> Money {
        let product =
            short(self.0).zip(i64::try_from(shares.0).ok()).and_then(|(u, n)| u.checked_mul(n));
        match product {
            Some(units) if units != 0 => Money(Decimal::new(units, self.0.scale())),
            _ => Money(self.0 * Decimal::from(shares.0)),
        }
    }
}

/// The digits of a decimal as a whole number, where they fit. Amounts of every day do, and whole
/// numbers take a few instructions where decimals of any size take a hundred.
#[inline]
fn short(value: Decimal) -> Option<i64> {
    // Its parts instead of its mantissa, which is twice as wide as what comes of it.
    let parts = value.unpack();
    let size = i64::from(parts.mid) << 32 | i64::from(parts.lo);
    (parts.hi == 0 && size >= 0).then_some(if parts.negative { -size } else { size })
}

/// A whole number in units that are so many decimals smaller.
#[inline]
fn refined(units: i64, decimals: u32) -> Option<i64> {
    const POWERS: [i64; 9] =
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    units.checked_mul(*POWERS.get(decimals as usize)?)
}

/// Both in the units of the finer one, and how many decimals those are.
#[inline]
fn in_common(a: Decimal, b: Decimal) -> Option<(i64, i64, u32)> {
    let (ours, theirs) = (short(a)?, short(b)?);
    match (a.scale(), b.scale()) {
        (a, b) if a == b => Some((ours, theirs, a)),
        (a, b) if a < b => Some((refined(ours, b - a)?, theirs, b)),
        (a, b) => Some((ours, refined(theirs, a - b)?, a)),
    }
}

/// What adding them gives, digits and trailing zeros; most costs that are added are nothing.
#[inline]
fn sum(a: Decimal, b: Decimal) -> Decimal {
    match (a.is_zero(), b.is_zero()) {
        (false, true) => return a,
        (true, false) => return b,
        _ => {}
    }
    match in_common(a, b).and_then(|(a, b, scale)| Some((a.checked_add(b)?, scale))) {
        Some((units, scale)) if units != 0 => Decimal::new(units, scale),
        _ => a + b,
    }
}

/// What subtracting gives, digits and trailing zeros.
#[inline]
fn difference(a: Decimal, b: Decimal) -> Decimal {
    match (a.is_zero(), b.is_zero()) {
        (false, true) => return a,
        (true, false) => return -b,
        _ => {}
    }
    match in_common(a, b).and_then(|(a, b, scale)| Some((a.checked_sub(b)?, scale))) {
        Some((units, scale)) if units != 0 => Decimal::new(units, scale),
        _ => a - b,
    }
}

/// How they compare by value, whatever zeros they end with.
#[inline]
fn order(a: Decimal, b: Decimal) -> Ordering {
    match in_common(a, b) {
        Some((a, b, _)) => a.cmp(&b),
        None => a.cmp(&b),
    }
}

/// What [`Decimal::to_f64`] gives, to the bit, without its wide division where the digits fit into
/// an integer that an `f64` holds exactly.
#[inline]
fn to_f64(value: Decimal) -> f64 {
    /// Multiplying a quotient by its divisor again comes within half a unit of such an integer.
    const EXACT: u64 = 1 << 50;
    const POWERS: [f64; 9] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
    match (short(value), POWERS.get(value.scale() as usize)) {
        (Some(0), _) if value.is_sign_positive() => 0.0,
        (Some(units), Some(power)) if units != 0 && units.unsigned_abs() < EXACT => {
            units as f64 / power
        }
        _ => value.to_f64().expect("a decimal always has a nearest f64"),
    }
}

/// The decimal of a number that has at most `decimals` (and 4) digits after the point and is
/// written with at most 15: what most recorded prices are. Same digits as [`Decimal::from_f64`]
/// gives, at a tenth of the time; none for every other number.
fn short_decimal(value: f64, decimals: u32) -> Option<Decimal> {
    /// Below this every multiple of a hundredth of a cent has 15 digits or fewer. Above 2^32 the
    /// library keeps digits that are not of the number but of its binary form.
    const MOST: f64 = 1e9;
    if !(value > 0.0 && value < MOST) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 1e13")]
    let mut units = (value * 1e4 + 0.5) as i64;
    // A quotient is rounded correctly, so it is the f64 nearest to that decimal.
    if units as f64 / 1e4 != value {
        return None;
    }
    let mut digits = 4;
    while digits > 0 && units % 10 == 0 {
        units /= 10;
        digits -= 1;
    }
    (digits <= decimals).then(|| Decimal::new(units, digits))
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_price_that_is_a_tick_already_stays_where_it_is() {
        for cents in [1_u32, 29, 30, 101, 4_999, 70_113] {
            let x = f64::from(cents) / 100.0;
            for r in [Rounding::Down, Rounding::Up, Rounding::Nearest] {
                let p = Price::from_f64(x, Tick::CENT, r).unwrap();
                assert_eq!(p.decimal(), Decimal::new(i64::from(cents), 2), "{x} {r:?}");
            }
        }
    }

    #[test]
    fn nan_zero_and_negative_are_no_prices() {
        for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0, 0.001] {
            assert!(Price::from_f64(bad, Tick::CENT, Rounding::Down).is_err(), "{bad}");
        }
    }

    #[test]
    fn money_in_json_is_a_decimal_string() {
        let m = Money(Decimal::new(1_000_050, 2));
        assert_eq!(serde_json::to_string(&m).unwrap(), "\"10000.50\"");
        assert_eq!(serde_json::from_str::<Money>("\"10000.50\"").unwrap(), m);
    }

    #[test]
    fn a_price_in_json_is_a_decimal_string_above_zero() {
        let price = Price::new(Decimal::new(12_340, 2)).unwrap();
        assert_eq!(serde_json::to_string(&price).unwrap(), "\"123.40\"");
        assert_eq!(serde_json::from_str::<Price>("\"123.40\"").unwrap(), price);
        for bad in ["\"0\"", "\"-1.00\"", "\"x\"", "null"] {
            assert!(serde_json::from_str::<Price>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nan_and_negative_floor_to_no_shares() {
        assert_eq!(Shares::floor_of(f64::NAN), Shares(0));
        assert_eq!(Shares::floor_of(-3.0), Shares(0));
        assert_eq!(Shares::floor_of(3.99), Shares(3));
    }

    /// [`Price::from_f64`] without its short way.
    fn by_the_long_way(value: f64, tick: Tick, rounding: RoundingStrategy) -> Decimal {
        let exact = Decimal::from_f64(value).unwrap().round_dp(8);
        exact.round_dp_with_strategy(tick.decimals, rounding)
    }

    proptest! {
        #[test]
        fn the_way_back_gives_the_bits_of_the_library(
            units in any::<i64>(), shift in 0_u32..64, scale in 0_u32..12,
        ) {
            let value = Decimal::new(units >> shift, scale);
            let expected = value.to_f64().unwrap();
            prop_assert_eq!(Money(value).to_f64().to_bits(), expected.to_bits(), "{}", value);
        }

        #[test]
        fn sums_and_products_have_the_digits_of_the_library(
            a in any::<i64>(), b in any::<i64>(), shifts in (0_u32..64, 0_u32..64),
            scales in (0_u32..12, 0_u32..12), shares in any::<u64>(),
        ) {
            let (a, b) = (Decimal::new(a >> shifts.0, scales.0), Decimal::new(b >> shifts.1, scales.1));
            let bytes = |value: Money| value.0.serialize();
            let nothing = Decimal::new(0, scales.1);
            for (a, b) in [(a, b), (a, -a), (a, nothing), (nothing, a), (Decimal::ZERO, b), (nothing, nothing)] {
                prop_assert_eq!(Money(a).cmp(&Money(b)), a.cmp(&b), "{} and {}", a, b);
                prop_assert_eq!(bytes(Money(a) + Money(b)), (a + b).serialize(), "{} + {}", a, b);
                prop_assert_eq!(bytes(Money(a) - Money(b)), (a - b).serialize(), "{} - {}", a, b);
                let (mut more, mut less) = (Money(a), Money(a));
                more += Money(b);
                less -= Money(b);
                prop_assert_eq!((bytes(more), bytes(less)), ((a + b).serialize(), (a - b).serialize()));
            }
            if let Some(product) = a.checked_mul(b) && !b.is_zero() {
                prop_assert_eq!(bytes(Money(a).at_rate(b)), product.serialize(), "{} x {}", a, b);
            }
            let shares = shares >> shifts.1;
            if let Ok(price) = Price::new(a)
                && let Some(value) = a.checked_mul(Decimal::from(shares))
            {
                prop_assert_eq!(bytes(price.times(Shares(shares))), value.serialize());
            }
        }

        #[test]
        fn the_short_way_gives_the_digits_of_the_long_one(
            units in 1_u64..2_000_000_000_000, scale in 0_u32..7, tick in 0_u32..5,
        ) {
            let value = units as f64 / 10_f64.powi(i32::try_from(scale).unwrap());
            let tick = Tick { decimals: tick };
            for (rounding, strategy) in [
                (Rounding::Down, RoundingStrategy::ToZero),
                (Rounding::Up, RoundingStrategy::AwayFromZero),
                (Rounding::Nearest, RoundingStrategy::MidpointNearestEven),
            ] {
                let long = by_the_long_way(value, tick, strategy);
                match Price::from_f64(value, tick, rounding) {
                    Ok(price) => prop_assert_eq!(price.to_string(), long.to_string(), "{}", value),
                    Err(_) => prop_assert!(long <= Decimal::ZERO),
                }
            }
        }

        #[test]
        fn above_four_thousand_million_too(cents in 429_496_729_600_u64..1_000_000_000_000) {
            let value = cents as f64 / 100.0;
            let long = by_the_long_way(value, Tick::CENT, RoundingStrategy::AwayFromZero);
            let price = Price::from_f64(value, Tick::CENT, Rounding::Up).unwrap();
            prop_assert_eq!(price.to_string(), long.to_string(), "{}", value);
        }

        #[test]
        fn rounding_down_never_raises_and_moves_less_than_a_tick(x in 0.02_f64..10_000.0) {
            let p = Price::from_f64(x, Tick::CENT, Rounding::Down).unwrap().to_f64();
            prop_assert!(p <= x + 1e-8 && x - p < 0.01 + 1e-8);
        }
    }
}
