//! `token revoke-drill`: what to do when a token has leaked, and a check that it was done.

use std::process::ExitCode;

use super::{Context, is_lost, place};
use crate::cli::TokenArgs;
use crate::exit::{FAILED, Failure};
use crate::output;

/// The steps, for a person in a hurry.
const STEPS: &str = "\
When a token may have leaked, do this, in this order:

1. Log in to the broker, open App Hub, choose your personal application.
2. Delete the token's device, or press \"Generate new token\": either ends every session of the old one.
3. Run: tradebot token revoke-drill --revoked
   It sends the old token once and must be refused. If it is not, go back to step 2.
4. Look at the broker's own pages for orders that are not yours.
5. Generate a new token and run: tradebot token add
   A bot that is running goes on by itself; nothing needs a restart.
6. Make a new sealing key too if the file was readable for others (tradebot doctor), then step 5 again.

Stops that rest at the broker are not touched by any of this. Practise it once a quarter, outside market hours: steps 1, 2,
3 and 5 should take less than ten minutes.";

/// Explains, or checks.
pub(super) async fn run(
    context: &Context,
    which: &TokenArgs,
    revoked: bool,
) -> Result<ExitCode, Failure> {
    if !revoked {
        output::line(STEPS)?;
        return Ok(ExitCode::SUCCESS);
    }
    let owner = place::owner(context, which)?;
    match owner.rotate().await {
        Ok(session) => {
            output::line(&format!(
                "STILL ALIVE: the broker took the token and gave generation {} for it, which is stored. Delete it in the \
                 App Hub and check again.",
                session.generation
            ))?;
            Ok(ExitCode::from(FAILED))
        }
        Err(error) if is_lost(&error) => {
            output::line("dead: the broker refuses the token, and this program knows it")?;
            output::line("next: generate a new token in the App Hub and run `tradebot token add`")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(error.into()),
    }
}
