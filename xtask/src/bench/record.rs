//! One measurement as another process prints it: a JSON line, ours or a peer's.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A line of a program that measures. Programs may print more keys than are read here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Id of the bench.
    pub(crate) bench: String,
    /// Who did it, or what was done by whom.
    pub(crate) system: String,
    /// What was done, where the program says it apart.
    #[serde(default, alias = "indicator")]
    pub(crate) task: Option<String>,
    /// Of a peer's package.
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// Units of work in one repetition.
    pub(crate) n: u64,
    /// What a unit per second is.
    pub(crate) unit: String,
    /// Units per second of CPU time.
    pub(crate) rate_cpu: f64,
    /// Peak memory of the process, MB.
    #[serde(default)]
    pub(crate) peak_rss_mb: Option<f64>,
    /// What came out, for a look whether both sides did the same work.
    #[serde(default)]
    pub(crate) check: Value,
}

impl Record {
    /// Whether this is the measurement called `name`, by task or by system.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.task.as_deref() == Some(name) || self.system == name
    }
}

/// What a program said.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// Its measurements, at least one.
    Measured(Vec<Record>),
    /// A module that the peer needs is not installed.
    Missing { module: String, reason: String },
}

/// The line that `need` of `bench/peers/harness.py` prints.
#[derive(Deserialize)]
struct MissingLine {
    missing: String,
    reason: String,
}

/// Reads what a program printed. Lines that are no JSON objects are its chatter; an object that names
/// no bench adds to the check of the measurement before it.
///
/// # Errors
/// When a line that names a bench has another shape, when a rate is not above 0, and when there is
/// no measurement at all.
pub(crate) fn read(printed: &str) -> anyhow::Result<Said> {
    let mut records: Vec<Record> = Vec::new();
    for line in printed.lines().filter(|line| line.starts_with('{')) {
        if let Ok(missing) = serde_json::from_str::<MissingLine>(line) {
            return Ok(Said::Missing { module: missing.missing, reason: missing.reason });
        }
        let told: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        if told.get("bench").is_none() {
            add_to_last(&mut records, told);
            continue;
        }
        let record: Record = serde_json::from_value(told)
            .with_context(|| format!("this is no measurement: {line}"))?;
        anyhow::ensure!(record.rate_cpu > 0.0, "a rate of {}: {line}", record.rate_cpu);
        records.push(record);
    }
    anyhow::ensure!(!records.is_empty(), "no measurement was printed");
    Ok(Said::Measured(records))
}

fn add_to_last(records: &mut [Record], told: Value) {
    let check = records.last_mut().and_then(|record| record.check.as_object_mut());
    if let (Some(check), Value::Object(told)) = (check, told) {
        check.extend(told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"bench":"B1","task":"sma-crossing","system":"x","version":"1.2","n":10,"unit":"bars/s","reps":3,"rate_cpu":2.5,"peak_rss_mb":7.5,"check":{"fills":4}}"#;

    #[test]
    fn measurements_are_read_between_other_lines_and_with_keys_of_their_own() {
        let printed = format!("warming up\n{LINE}\n\n{LINE}\ndone\n");
        let Said::Measured(records) = read(&printed).unwrap() else { panic!("measured") };
        assert_eq!(records.len(), 2);
        let record = &records[0];
        assert_eq!((record.n, record.rate_cpu, record.peak_rss_mb), (10, 2.5, Some(7.5)));
        assert_eq!(record.version.as_deref(), Some("1.2"));
        assert!(record.is("sma-crossing") && record.is("x") && !record.is("1.2"));
        assert_eq!(record.check["fills"], 4);
    }

    #[test]
    fn what_follows_a_measurement_adds_to_its_check_and_an_indicator_is_a_task() {
        let line = LINE.replace("task", "indicator");
        let Said::Measured(records) = read(&format!("{line}\n{{\"apart\":1e-15}}\n")).unwrap()
        else {
            panic!("measured")
        };
        assert!(records[0].is("sma-crossing"));
        assert_eq!(
            (&records[0].check["fills"], &records[0].check["apart"]),
            (&4.into(), &1e-15.into())
        );
    }

    #[test]
    fn a_missing_module_is_no_measurement() {
        let said = read(r#"{"missing":"numba","reason":"No module named 'numba'"}"#).unwrap();
        let reason = "No module named 'numba'".to_owned();
        assert_eq!(said, Said::Missing { module: "numba".to_owned(), reason });
    }

    #[test]
    fn silence_other_shapes_and_impossible_rates_are_refused() {
        for printed in [
            String::new(),
            "all went well\n".to_owned(),
            "{}".to_owned(),
            r#"{"bench":"B1","task":"a","system":"x","n":-1,"unit":"s","rate_cpu":1.0}"#.to_owned(),
            LINE.replace("2.5", "0.0"),
            LINE.replace("2.5", "-2.5"),
            LINE.replace("2.5", "null"),
            LINE.replace("\"n\":10,", ""),
        ] {
            assert!(read(&printed).is_err(), "{printed}");
        }
    }
}
