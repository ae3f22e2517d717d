//! `tradebot token`: the broker's single-use token, brought in, looked at, exchanged, revoked.

mod brought;
mod drill;
pub(crate) mod place;
mod status;

use std::process::ExitCode;

use tradebot_broker_questrade::custody::{CustodyError, Session};
use tradebot_domain::Timestamp;

use super::Context;
use crate::cli::{TokenArgs, TokenCommand};
use crate::exit::Failure;
use crate::output;

/// Runs one of the token commands.
///
/// # Errors
/// A usage failure without a key or with a wrong address, else what custody says, with the remedy.
pub fn run(context: &Context, command: &TokenCommand) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            TokenCommand::Add { which, unchecked } => add(context, which, *unchecked).await?,
            TokenCommand::Status { which, check, json } => {
                status::run(context, which, *check, *json).await?;
            }
            TokenCommand::Rotate { which } => rotate(context, which).await?,
            TokenCommand::RevokeDrill { which, revoked } => {
                return drill::run(context, which, *revoked).await;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn add(context: &Context, which: &TokenArgs, unchecked: bool) -> Result<(), Failure> {
    // The key before the token: nobody pastes a secret to hear that there is no place for it.
    let owner = place::owner(context, which)?;
    let token = brought::token()?;
    owner.add(token).await?;
    let folder = owner.store().folder().display().to_string();
    output::line(&format!("the token is sealed in {folder}"))?;
    if unchecked {
        return output::line("it was not exchanged yet: `tradebot token rotate` does that");
    }
    exchanged(&*owner.session().await?)?;
    output::line("delete the copy you pasted from: it is spent")
}

async fn rotate(context: &Context, which: &TokenArgs) -> Result<(), Failure> {
    let owner = place::owner(context, which)?;
    exchanged(&*owner.rotate().await?)
}

fn exchanged(session: &Session) -> Result<(), Failure> {
    output::line(&format!(
        "exchanged: generation {}, API server {}",
        session.generation,
        session.server()
    ))
}

/// Now; ages of tokens are told by it.
#[expect(clippy::disallowed_methods, reason = "an app tells ages by the clock of the machine")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// The token is dead, and custody knows.
const fn is_lost(error: &CustodyError) -> bool {
    matches!(error, CustodyError::Lost { .. })
}
