//! The sections of runs on live data: which broker, and how much time things take.

use std::path::PathBuf;

use jiff::SignedDuration;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::cli::{KeyChoice, World};
use crate::live::schedule::Pace;

/// The `broker` section: which of the broker's worlds, and where the key of its token is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Broker {
    /// `live`, `practice` or `simulator`; live where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<World>,
    /// Address of the simulator, such as `http://127.0.0.1:8480`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simulator: Option<String>,
    /// `systemd`, `passphrase` or `keyring`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyChoice>,
    /// File with the passphrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase_file: Option<PathBuf>,
}

/// Where the history before a run on live data comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// The broker's candles.
    #[default]
    Broker,
    /// What `universe.data` names, continued with the broker's candles.
    Local,
}

/// The `paper` section: how a run on live data keeps time, and what its market is read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Paper {
    /// `broker` or `local`: where the history before the run comes from.
    pub opening: Opening,
    /// Years of history that are asked of the broker.
    pub opening_years: u8,
    /// The broker's name of the index that the regime is read from; the imported or bundled `^GSPC`
    /// where it is not given.
    pub index: Option<String>,
    /// The broker's name of the volatility index; the imported or bundled `^VIX` where it is not
    /// given.
    pub vix: Option<String>,
    /// Minutes from a close until the source has the session's bars.
    pub publication_minutes: u16,
    /// Minutes before an opening from which clock, token and listings are looked at.
    pub preparation_minutes: u16,
    /// Minutes before an opening until which decisions can become orders for it.
    pub margin_minutes: u16,
    /// Minutes after which a bar that does not come is given up.
    pub patience_minutes: u16,
    /// Seconds between two tries.
    pub retry_seconds: u16,
    /// Eastern times of every day at which the broker is not asked, such as `01:00-02:30`.
    pub maintenance: Vec<String>,
}

impl Default for Paper {
    fn default() -> Self {
        Self {
            opening: Opening::Broker,
            opening_years: 10,
            index: None,
            vix: None,
            publication_minutes: 20,
            preparation_minutes: 45,
            margin_minutes: 10,
            patience_minutes: 240,
            retry_seconds: 60,
            maintenance: Vec::new(),
        }
    }
}

impl Paper {
    /// All as by default.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The times as the schedule takes them.
    ///
    /// # Errors
    /// What is wrong, with the key and what is allowed.
    pub fn pace(&self) -> Result<Pace, String> {
        let ranges = [
            ("publication_minutes", self.publication_minutes, 0, 240),
            ("preparation_minutes", self.preparation_minutes, 1, 240),
            ("margin_minutes", self.margin_minutes, 1, 240),
            ("patience_minutes", self.patience_minutes, 0, 900),
            ("retry_seconds", self.retry_seconds, 5, 3_600),
            ("opening_years", u16::from(self.opening_years), 2, 20),
        ];
        if let Some((key, value, min, max)) = ranges.iter().find(|(_, v, a, b)| v < a || v > b) {
            return Err(format!("paper.{key} is {value}; {min} to {max} are allowed"));
        }
        let minutes = |m: u16| SignedDuration::from_mins(i64::from(m));
        Ok(Pace {
            publication: minutes(self.publication_minutes),
            preparation: minutes(self.preparation_minutes),
            margin: minutes(self.margin_minutes),
            maintenance: self
                .maintenance
                .iter()
                .map(|text| window(text))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn window(text: &str) -> Result<(Time, Time), String> {
    let time = |text: &str| Time::strptime("%H:%M", text.trim()).ok();
    let ends = text.split_once('-').and_then(|(from, to)| time(from).zip(time(to)));
    ends.filter(|(from, to)| from != to)
        .ok_or_else(|| format!("paper.maintenance: `{text}` is not like 01:00-02:30"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_read_and_everything_else_is_refused_by_its_text() {
        let paper = |text: &str| Paper { maintenance: vec![text.to_owned()], ..Paper::default() };
        let pace = paper("23:30-01:00").pace().unwrap();
        let clock = |h, m| jiff::civil::time(h, m, 0, 0);
        assert_eq!(pace.maintenance, [(clock(23, 30), clock(1, 0))]);
        for wrong in ["", "1", "01:00", "01:00-25:00", "01:00-01:00", "a-b"] {
            assert!(paper(wrong).pace().unwrap_err().contains(wrong), "{wrong}");
        }
    }

    #[test]
    fn times_out_of_range_are_named_with_what_is_allowed() {
        let wrong = Paper { retry_seconds: 1, ..Paper::default() };
        assert_eq!(wrong.pace().unwrap_err(), "paper.retry_seconds is 1; 5 to 3600 are allowed");
    }
}
