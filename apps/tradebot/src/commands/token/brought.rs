//! The token as a person brings it: from standard input, or typed where nobody sees it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use tradebot_broker_questrade::Secret;

use crate::exit::Failure;

/// Reads one line.
pub(super) fn token() -> Result<Secret, Failure> {
    let asked = io::stdin().is_terminal();
    let hidden = asked.then(Hidden::new).flatten();
    if asked {
        let shown = if hidden.is_some() { "it is not shown" } else { "it WILL be shown" };
        write!(io::stderr(), "Paste the refresh token ({shown}) and press Enter: ")?;
    }
    let mut line = String::with_capacity(8 * 1024);
    io::stdin().lock().read_line(&mut line)?;
    if hidden.is_some() {
        writeln!(io::stderr())?;
    }
    Secret::new(&line).map_err(|error| {
        Failure::usage(format!("{error}. Copy it from the broker's App Hub, as one piece"))
    })
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden;

impl Hidden {
    fn new() -> Option<Self> {
        stty("-echo").then_some(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        stty("echo");
    }
}

/// The program that every Unix has for it; false where there is none.
fn stty(what: &str) -> bool {
    let status = Command::new("stty").arg(what).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
