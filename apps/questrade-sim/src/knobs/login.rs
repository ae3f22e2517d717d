//! Settings of tokens and the login host.

use serde::{Deserialize, Serialize};

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A personal app: reads accounts and market data, places nothing.
    Retail,
    /// A personal app without the market-data box.
    RetailNoMd,
    /// An approved partner: reads and places orders.
    Partner,
}

impl Profile {
    /// The scopes as the broker names them.
    pub const fn scopes(self) -> &'static str {
        match self {
            Self::Retail => "read_acc read_md",
            Self::RetailNoMd => "read_acc",
            Self::Partner => "read_acc read_md trade",
        }
    }

    /// Quotes, candles and option quotes may be asked for.
    pub const fn reads_market_data(self) -> bool {
        !matches!(self, Self::RetailNoMd)
    }

    /// Orders may be placed.
    pub const fn trades(self) -> bool {
        matches!(self, Self::Partner)
    }
}

/// How the next exchange of a token fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginFault {
    /// 400 `Bad Request`, nothing spent.
    #[serde(rename = "400")]
    Http400,
    /// 500, nothing spent.
    #[serde(rename = "500")]
    Http500,
    /// The connection is accepted and never answered; nothing spent.
    Hang,
    /// The connection is closed before the exchange; nothing spent.
    DropBeforeCommit,
    /// The token is spent and its successor stored, then the connection is closed (Q20).
    DropAfterCommit,
    /// The token is spent, then never answered.
    HangAfterCommit,
    /// The token is spent, half of the reply is sent.
    PartialAfterCommit,
    /// An HTML page with status 200, nothing spent.
    Html,
}

/// One chain of refresh tokens: one device of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainKnobs {
    /// Its first refresh token; drawn from the seed and printed at start when empty.
    #[serde(default)]
    pub refresh_token: String,
    /// What its tokens may do; that of the user when absent.
    #[serde(default)]
    pub profile: Option<Profile>,
}

/// Tokens and the login host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct LoginKnobs {
    /// What tokens may do.
    pub profile: Profile,
    /// The chains.
    pub chains: Vec<ChainKnobs>,
    /// Life of an access token in seconds.
    pub expires_in_s: i64,
    /// Life of a refresh token that is not used, in seconds.
    pub refresh_ttl_s: i64,
    /// An exchange gives a new refresh token and ends the old one.
    pub rotate: bool,
    /// Seconds that an access token survives the exchange that replaces it.
    pub grace_s: i64,
    /// An exchange on one chain leaves the others alone.
    pub chains_independent: bool,
    /// Number of API hosts.
    pub api_hosts: usize,
    /// Every exchange names the next host.
    pub rotate_hosts: bool,
    /// Addresses to name instead of the real ones, one per host: for a client behind a proxy.
    pub advertise: Vec<String>,
    /// Slashes of `api_server` are written `\/`, as old replies had them.
    pub escape_slashes: bool,
    /// Tokens have `+`, `/` and `=` in them.
    pub awkward_tokens: bool,
    /// How the next exchanges fail, in order.
    pub fail_next: Vec<LoginFault>,
    /// Client id of the app for the grants with a browser.
    pub client_id: String,
}

impl Default for LoginKnobs {
    fn default() -> Self {
        Self {
            profile: Profile::Retail,
            chains: vec![ChainKnobs { refresh_token: String::new(), profile: None }],
            expires_in_s: 1_800,
            refresh_ttl_s: 7 * 86_400,
            rotate: true,
            grace_s: 0,
            chains_independent: true,
            api_hosts: 3,
            rotate_hosts: true,
            advertise: Vec::new(),
            escape_slashes: false,
            awkward_tokens: false,
            fail_next: Vec::new(),
            client_id: "simulated-app".to_owned(),
        }
    }
}
