//! All entries of a run as JSON lines.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use serde::Serialize;
use tradebot_journal::Event;

use crate::exit::Failure;
use crate::progress::say;
use crate::reading::Found;

/// One line: the event with its sequence. The names are a contract.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    #[serde(flatten)]
    event: &'a Event,
}

/// Writes the entries to a file or to stdout.
///
/// # Errors
/// When the file cannot be written, or the database not be read.
pub(super) fn run(found: &Found, to: Option<&Path>, quiet: bool) -> Result<(), Failure> {
    let Some(path) = to else {
        let result = write(found, BufWriter::new(io::stdout().lock()));
        return match result {
            // Whoever read it had enough.
            Err(Stop::Io(e)) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other.map(|_| ()).map_err(|stop| stop.at("standard output")),
        };
    };
    let place = path.display().to_string();
    let file = File::create(path).map_err(|e| Stop::Io(e).at(&place))?;
    let count = write(found, BufWriter::new(file)).map_err(|stop| stop.at(&place))?;
    if !quiet {
        say(&format!("{count} entries of {} are in {place}", found.info.id));
    }
    Ok(())
}

fn write(found: &Found, mut to: impl Write) -> Result<u64, Stop> {
    let mut count = 0;
    found.reader.for_each_event(found.info.key, |seq, event| -> Result<(), Stop> {
        count += 1;
        serde_json::to_writer(&mut to, &Line { seq, event: &event })
            .map_err(|e| Stop::Io(e.into()))?;
        to.write_all(b"\n").map_err(Stop::Io)
    })?;
    to.flush().map_err(Stop::Io)?;
    Ok(count)
}

/// Why it stopped.
enum Stop {
    Io(io::Error),
    Store(tradebot_storage::StoreError),
}

impl From<tradebot_storage::StoreError> for Stop {
    fn from(error: tradebot_storage::StoreError) -> Self {
        Self::Store(error)
    }
}

impl Stop {
    fn at(self, place: &str) -> Failure {
        match self {
            Self::Io(e) => Failure::work(format!(
                "cannot write to {place}: {e}; name another file with --output FILE"
            )),
            Self::Store(e) => e.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Money;
    use tradebot_journal::RunFinished;

    #[test]
    fn a_line_has_sequence_and_kind_beside_the_record() {
        let event = Event::RunFinished(RunFinished {
            cycles: 3,
            decisions: 15,
            trades: 0,
            final_equity: Money::ZERO,
            digest: "ab".to_owned(),
        });
        let text = serde_json::to_string(&Line { seq: 7, event: &event }).unwrap();
        assert_eq!(
            text,
            r#"{"seq":7,"kind":"run_finished","cycles":3,"decisions":15,"trades":0,"final_equity":"0","digest":"ab"}"#
        );
    }
}
