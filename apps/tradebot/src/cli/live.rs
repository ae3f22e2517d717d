//! Arguments of runs on live data.

use std::path::PathBuf;

use clap::Args;

use super::{KeyChoice, TokenArgs, World};
use crate::settings::Broker;

/// What `run --mode paper` is given, on top of the sections `broker` and `paper` of the
/// configuration.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "With --mode paper")]
pub struct LiveArgs {
    /// Which of the broker's worlds [default: live]
    #[arg(long, value_name = "WORLD")]
    pub environment: Option<World>,
    /// Address of the simulator, such as http://127.0.0.1:8480
    #[arg(long, value_name = "URL")]
    pub simulator: Option<String>,
    /// Where the token's sealing key comes from, as for `tradebot token`
    #[arg(long, value_name = "SOURCE")]
    pub key: Option<KeyChoice>,
    /// File with the passphrase
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Leave after so many sessions [default: never]
    #[arg(long, value_name = "N")]
    pub sessions: Option<u32>,
    /// Follow the simulator's clock and move it on instead of waiting; its control token stands in
    /// QUESTRADE_SIM_CONTROL
    #[arg(long)]
    pub simulator_clock: bool,
}

impl LiveArgs {
    /// Which token, from the flags and the configuration.
    pub fn token(&self, settings: &Broker) -> TokenArgs {
        TokenArgs {
            environment: self.environment.or(settings.environment).unwrap_or(World::Live),
            simulator: self.simulator.clone().or_else(|| settings.simulator.clone()),
            key: self.key.or(settings.key),
            passphrase_file: self
                .passphrase_file
                .clone()
                .or_else(|| settings.passphrase_file.clone()),
        }
    }
}
