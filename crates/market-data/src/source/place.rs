//! Where sources are: in the world, or all of them on one simulator of this machine.

use reqwest::Url;

/// Where sources are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At their own addresses, over HTTPS only.
    World,
    /// On a simulator: its root, on a loopback address.
    Simulator(Url),
}

/// An address that sources must not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// It does not read as an address.
    #[error("`{text}` is no address ({detail})")]
    Unreadable {
        /// As given.
        text: String,
        /// What the reader said.
        detail: String,
    },
    /// A simulator runs on this machine: keys go nowhere else.
    #[error("`{text}` is not on this machine; a simulator's address is like http://127.0.0.1:8490")]
    NotLoopback {
        /// As given.
        text: String,
    },
    /// Only encrypted addresses are used in the world.
    #[error("`{text}` is not an https address")]
    NotHttps {
        /// As given.
        text: String,
    },
}

impl Place {
    /// A simulator at this address.
    ///
    /// # Errors
    /// [`PlaceError`] for anything but `http` to a loopback address.
    pub fn simulator(text: &str) -> Result<Self, PlaceError> {
        let url = parsed(text)?;
        if is_loopback(&url) {
            Ok(Self::Simulator(url))
        } else {
            Err(PlaceError::NotLoopback { text: text.to_owned() })
        }
    }

    /// The root of a source. `real` is its address in the world, without a slash at its end.
    pub(super) fn root(&self, name: &str, real: &'static str) -> Url {
        match self {
            Self::World => Url::parse(real).expect("addresses of sources are constants"),
            Self::Simulator(url) => {
                let mut url = url.clone();
                url.set_path(name);
                url.set_query(None);
                url
            }
        }
    }

    /// An address that a user named, such as that of a feed.
    pub(super) fn named(&self, text: &str) -> Result<Url, PlaceError> {
        let url = parsed(text)?;
        match self {
            Self::World if url.scheme() == "https" && url.host().is_some() => Ok(url),
            Self::World => Err(PlaceError::NotHttps { text: text.to_owned() }),
            Self::Simulator(_) if is_loopback(&url) => Ok(url),
            Self::Simulator(_) => Err(PlaceError::NotLoopback { text: text.to_owned() }),
        }
    }
}

fn parsed(text: &str) -> Result<Url, PlaceError> {
    Url::parse(text)
        .map_err(|e| PlaceError::Unreadable { text: text.to_owned(), detail: e.to_string() })
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    url.scheme() == "http"
        && (loopback || host == "localhost")
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulator_is_on_this_machine_or_nowhere() {
        for good in ["http://127.0.0.1:8490", "http://localhost:1/", "http://[::1]:9"] {
            assert!(Place::simulator(good).is_ok(), "{good}");
        }
        for bad in [
            "https://127.0.0.1/",
            "http://example.com",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://a:b@127.0.0.1/",
            "ftp://127.0.0.1",
            "x",
        ] {
            assert!(Place::simulator(bad).is_err(), "{bad}");
        }
        let place = Place::simulator("http://127.0.0.1:8490/").unwrap();
        let root = place.root("cboe", "https://cdn.cboe.com/api");
        assert_eq!(root.as_str(), "http://127.0.0.1:8490/cboe");
    }

    #[test]
    fn feeds_of_the_world_are_encrypted() {
        assert!(Place::World.named("https://example.com/feed.xml").is_ok());
        assert!(Place::World.named("http://example.com/feed.xml").is_err());
        assert!(Place::World.named("file:///etc/passwd").is_err());
    }
}
