//! Where the broker is, and which hosts a token may be sent to.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// Login host of real accounts.
const LIVE: &str = "https://login.questrade.com/";
/// Login host of practice accounts.
const PRACTICE: &str = "https://practicelogin.questrade.com/";
/// Every host of the broker ends in this.
const BROKER: &str = ".questrade.com";

/// One of the broker's worlds. Tokens, symbol ids and accounts of one mean nothing in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Environment {
    /// Real accounts.
    Live,
    /// Practice accounts.
    Practice,
    /// A simulator on this machine, at this base address.
    Simulator(Url),
}

/// A host that nothing is sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{address}` is refused: {why}")]
pub struct ForeignHost {
    /// Scheme, host and port of the address; never its path or query.
    pub address: String,
    /// Which rule it breaks.
    pub why: &'static str,
}

impl Environment {
    /// The simulator at `address`, such as `http://127.0.0.1:4010`.
    ///
    /// # Errors
    /// [`ForeignHost`] when the address is not `http` on a loopback host: plain text never leaves
    /// the machine.
    pub fn simulator(address: &str) -> Result<Self, ForeignHost> {
        let url = parse(address)?;
        loopback(&url)?;
        Ok(Self::Simulator(url))
    }

    /// A word for files and tables: `live`, `practice` or `simulator`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Practice => "practice",
            Self::Simulator(_) => "simulator",
        }
    }

    /// Base address of the login host.
    pub fn login(&self) -> Url {
        match self {
            Self::Live => Url::parse(LIVE).expect("the constant is an address"),
            Self::Practice => Url::parse(PRACTICE).expect("the constant is an address"),
            Self::Simulator(base) => base.clone(),
        }
    }

    /// Whether a request, and the token in it, may go to this address: https on a host of the
    /// broker, or plain http on a loopback host when a simulator is configured. A simulator never
    /// lets a token out to the broker, nor the broker one to a simulator.
    ///
    /// # Errors
    /// [`ForeignHost`] with the rule that is broken.
    pub fn admits(&self, url: &Url) -> Result<(), ForeignHost> {
        match self {
            Self::Live | Self::Practice => of_the_broker(url),
            Self::Simulator(_) => loopback(url),
        }
    }

    /// Base address of version 1 of the API at a server that the login host named, ending in
    /// `/v1/`.
    ///
    /// # Errors
    /// [`ForeignHost`] when it is no address, or not one that [`Environment::admits`].
    pub fn api_base(&self, api_server: &str) -> Result<Url, ForeignHost> {
        let url = parse(api_server)?;
        self.admits(&url)?;
        if url.path() != "/" || url.query().is_some() {
            return Err(foreign(&url, "a server has no path"));
        }
        url.join("v1/").map_err(|_| foreign(&url, "it is no base address"))
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn parse(address: &str) -> Result<Url, ForeignHost> {
    Url::parse(address)
        .map_err(|_| ForeignHost { address: "(unreadable)".into(), why: "it is no address" })
}

fn of_the_broker(url: &Url) -> Result<(), ForeignHost> {
    clean(url)?;
    if url.scheme() != "https" && url.scheme() != "wss" {
        return Err(foreign(url, "only https reaches the broker"));
    }
    match url.host_str() {
        Some(host) if host.ends_with(BROKER) => Ok(()),
        _ => Err(foreign(url, "it is no host of questrade.com")),
    }
}

fn loopback(url: &Url) -> Result<(), ForeignHost> {
    clean(url)?;
    if url.scheme() != "http" && url.scheme() != "ws" {
        return Err(foreign(url, "a simulator speaks plain http"));
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if local { Ok(()) } else { Err(foreign(url, "a simulator lives on a loopback address")) }
}

/// Names and passwords in an address are a way to make one host look like another.
fn clean(url: &Url) -> Result<(), ForeignHost> {
    if url.username().is_empty() && url.password().is_none() {
        Ok(())
    } else {
        Err(foreign(url, "it carries a user name"))
    }
}

fn foreign(url: &Url, why: &'static str) -> ForeignHost {
    ForeignHost { address: url.origin().ascii_serialization(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_token_goes_to_the_broker_over_https_alone() {
        let live = Environment::Live;
        for good in ["https://api03.iq.questrade.com/", "https://login.questrade.com/oauth2/token"]
        {
            assert_eq!(live.admits(&url(good)), Ok(()), "{good}");
        }
        for bad in [
            "http://api03.iq.questrade.com/",
            "https://api03.iq.questrade.com.example.org/",
            "https://api.questrade.com@example.org/",
            "https://someone@api.questrade.com/",
            "https://evilquestrade.com/",
            "https://example.org/questrade.com",
            "https://127.0.0.1/",
            "http://127.0.0.1:4010/",
        ] {
            assert!(live.admits(&url(bad)).is_err(), "{bad}");
            assert!(Environment::Practice.admits(&url(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_simulator_keeps_to_loopback() {
        let simulator = Environment::simulator("http://127.0.0.1:4010").unwrap();
        assert_eq!(simulator.admits(&url("http://localhost:9/x")), Ok(()));
        assert_eq!(simulator.admits(&url("http://[::1]:9/x")), Ok(()));
        for bad in ["https://api03.iq.questrade.com/", "http://192.168.1.2/", "https://127.0.0.1/"]
        {
            assert!(simulator.admits(&url(bad)).is_err(), "{bad}");
        }
        for bad in ["http://example.org", "https://127.0.0.1", "not an address", ""] {
            assert!(Environment::simulator(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_api_server_is_a_bare_host_of_its_environment() {
        let base = Environment::Live.api_base("https://api03.iq.questrade.com/").unwrap();
        assert_eq!(base.as_str(), "https://api03.iq.questrade.com/v1/");
        assert!(Environment::Live.api_base("https://api03.iq.questrade.com/x?y=z").is_err());
        assert!(Environment::Live.api_base("").is_err());
        let base = Environment::simulator("http://127.0.0.1:1/").unwrap();
        assert!(base.api_base("http://127.0.0.1:2/").is_ok());
    }

    proptest! {
        #[test]
        fn no_api_server_panics_or_leaves_the_broker(text in "\\PC{0,60}") {
            if let Ok(url) = Environment::Live.api_base(&text) {
                prop_assert!(url.host_str().unwrap().ends_with(".questrade.com"));
                prop_assert_eq!(url.scheme(), "https");
            }
        }
    }
}
