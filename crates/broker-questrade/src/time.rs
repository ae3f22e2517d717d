//! Moments as the broker writes them: ISO 8601 with an offset.

use std::fmt;

use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tradebot_domain::{Date, Timestamp};

/// A moment with the offset it was written in: `2026-07-09T10:31:22.417000-04:00`.
///
/// Eastern offsets change with the season, so the offset travels along and nothing is assumed
/// about it. `Z` is read as +00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokerTime {
    instant: Timestamp,
    offset: Offset,
}

impl BrokerTime {
    /// A moment as it is written at an offset.
    pub const fn new(instant: Timestamp, offset: Offset) -> Self {
        Self { instant, offset }
    }

    /// The moment itself.
    pub const fn instant(&self) -> Timestamp {
        self.instant
    }

    /// The date on the clock of the exchanges in New York and Toronto: the key of a daily bar.
    pub fn eastern_date(&self) -> Date {
        let eastern = TimeZone::get("America/New_York")
            .expect("the time zone database is compiled in, and New York is in it");
        self.instant.to_zoned(eastern).date()
    }
}

impl std::str::FromStr for BrokerTime {
    type Err = String;
    /// Reads a date, a time and an offset; a moment without an offset is refused.
    fn from_str(text: &str) -> Result<Self, String> {
        let pieces = Pieces::parse(text).map_err(|e| format!("time `{text}`: {e}"))?;
        let offset =
            pieces.to_numeric_offset().ok_or_else(|| format!("time `{text}`: no offset"))?;
        let clock = pieces.time().ok_or_else(|| format!("time `{text}`: a date alone"))?;
        let instant = offset
            .to_timestamp(pieces.date().to_datetime(clock))
            .map_err(|e| format!("time `{text}`: {e}"))?;
        Ok(Self { instant, offset })
    }
}

impl fmt::Display for BrokerTime {
    /// Six fractional digits and an offset, as the broker writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = self.offset.to_datetime(self.instant);
        let (sign, seconds) = match self.offset.seconds() {
            s if s < 0 => ('-', s.unsigned_abs()),
            s => ('+', s.unsigned_abs()),
        };
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        write!(f, "{}{sign}{hours:02}:{minutes:02}", clock.strftime("%Y-%m-%dT%H:%M:%S.%6f"))
    }
}

impl Serialize for BrokerTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BrokerTime {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A moment that may be absent, null or an empty text.
pub(crate) mod optional {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::BrokerTime;

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<BrokerTime>, D::Error> {
        match Option::<String>::deserialize(d)? {
            Some(text) if !text.is_empty() => {
                text.parse().map(Some).map_err(serde::de::Error::custom)
            }
            _ => Ok(None),
        }
    }

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<BrokerTime>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> BrokerTime {
        text.parse().unwrap()
    }

    #[test]
    fn summer_winter_and_zulu_are_the_moments_they_say() {
        let summer = time("2026-07-09T10:31:22.417000-04:00");
        assert_eq!(summer.instant().to_string(), "2026-07-09T14:31:22.417Z");
        let winter = time("2027-01-15T00:00:00.000000-05:00");
        assert_eq!(winter.instant().to_string(), "2027-01-15T05:00:00Z");
        assert_eq!(time("2026-07-09T14:31:22.417Z").instant(), summer.instant());
    }

    #[test]
    fn a_date_is_eastern_whatever_the_offset() {
        assert_eq!(
            time("2026-07-08T00:00:00.000000-04:00").eastern_date().to_string(),
            "2026-07-08"
        );
        // A fixed winter offset in summer still names the same session.
        assert_eq!(
            time("2026-07-07T23:00:00.000000-05:00").eastern_date().to_string(),
            "2026-07-08"
        );
        assert_eq!(time("2026-07-08T04:00:00Z").eastern_date().to_string(), "2026-07-08");
        assert_eq!(time("2026-01-08T04:00:00Z").eastern_date().to_string(), "2026-01-07");
    }

    #[test]
    fn a_moment_without_an_offset_or_a_clock_is_refused() {
        for bad in
            ["", "2026-07-09", "2026-07-09T10:00:00", "yesterday", "2026-13-09T10:00:00-04:00"]
        {
            assert!(bad.parse::<BrokerTime>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            micros in 0_i64..4_000_000_000_000_000,
            minutes in -14_i32 * 60..14 * 60,
        ) {
            let instant = Timestamp::from_microsecond(micros).unwrap();
            let offset = Offset::from_seconds(minutes * 60).unwrap();
            let written = BrokerTime::new(instant, offset);
            prop_assert_eq!(written.to_string().parse::<BrokerTime>(), Ok(written));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<BrokerTime>();
        }
    }
}
