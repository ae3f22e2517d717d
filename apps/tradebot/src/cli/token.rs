//! Arguments of `token`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// The broker's token. It is never an argument: other users of the machine can read those.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Bring in the token that you generated at the broker
    #[command(
        after_help = "Examples:\n  tradebot token add --passphrase-file ~/.config/tradebot/passphrase\n  tradebot token add --environment practice < token.txt\n\nThe token is asked for, or read from standard input. It is exchanged at once, which shows that it works; what is kept\nis its successor, sealed."
    )]
    Add {
        /// Which token.
        #[command(flatten)]
        which: TokenArgs,
        /// Keep it without exchanging it now
        #[arg(long)]
        unchecked: bool,
    },
    /// How old the token is, when it lapses, and what to do
    #[command(
        after_help = "Examples:\n  tradebot token status\n  tradebot token status --check --json\n\nWithout --check nothing is sent, and without the key the sealed part is left out."
    )]
    Status {
        /// Which token.
        #[command(flatten)]
        which: TokenArgs,
        /// Ask the broker: does it work, and what may it read?
        #[arg(long)]
        check: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Exchange the token now
    #[command(
        after_help = "Examples:\n  tradebot token rotate\n  tradebot token rotate --environment practice\n\nA running bot finds the new one by itself."
    )]
    Rotate {
        /// Which token.
        #[command(flatten)]
        which: TokenArgs,
    },
    /// Practise what to do when a token has leaked
    #[command(
        name = "revoke-drill",
        after_help = "Examples:\n  tradebot token revoke-drill              what to do, step by step\n  tradebot token revoke-drill --revoked    after you revoked it: is it really dead?\n\nDo it once a quarter, outside market hours. Exit code 1 when the token still works."
    )]
    RevokeDrill {
        /// Which token.
        #[command(flatten)]
        which: TokenArgs,
        /// I have revoked it at the broker: check that it is dead
        #[arg(long)]
        revoked: bool,
    },
}

/// Which token, and where its key is.
#[derive(Debug, Clone, Args)]
pub struct TokenArgs {
    /// Which of the broker's worlds
    #[arg(long, default_value = "live")]
    pub environment: World,
    /// Address of the simulator, such as http://127.0.0.1:4010
    #[arg(long, value_name = "URL", required_if_eq("environment", "simulator"))]
    pub simulator: Option<String>,
    /// Where the sealing key comes from [default: the systemd credential if there is one, else the passphrase file if one
    /// is named]
    #[arg(long, value_name = "SOURCE")]
    pub key: Option<KeyChoice>,
    /// File with the passphrase, closed to other users (chmod 600)
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// One of the broker's worlds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum World {
    /// Real accounts
    Live,
    /// Practice accounts
    Practice,
    /// A simulator on this machine
    Simulator,
}

/// Where the sealing key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyChoice {
    /// The credential tradebot-token-key of the systemd unit
    Systemd,
    /// A passphrase in a file
    Passphrase,
    /// The keyring of the desktop, through the program secret-tool
    Keyring,
}
