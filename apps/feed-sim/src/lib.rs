//! A local server of market-data providers, to run sources against: by hand, or inside a test.
//!
//! How it works:
//! 1. [`feeds::Feeds`] are all providers in one deterministic value without a socket in it, each
//!    under its own name as first part of the path: `/cboe/...`, `/alpha_vantage/...`.
//!    [`feeds::Feeds::answer`] answers a call in the provider's recorded shape, from the bundled bars
//!    or from seeded made-up numbers.
//! 2. Limits are kept as the providers keep them: status 429, or an apology under status 200.
//! 3. [`server::FeedServer`] puts a socket around it; [`feeds::Command`]s change it while it runs,
//!    from code or through `POST /_sim/do`; `GET /_sim/calls` lists what was asked.
//!
//! ```
//! use feed_sim::call::Request;
//! use feed_sim::{Feeds, Knobs};
//!
//! let mut feeds = Feeds::new(Knobs::default())?;
//! let now = "2013-03-01T22:00:00Z".parse()?;
//! let reply = feeds.answer(&Request::new("/cboe/VIX_History.csv"), now);
//! assert!(reply.text().starts_with("DATE,OPEN,HIGH,LOW,CLOSE\n"));
//! let reply = feeds.answer(&Request::new("/finnhub/quote?symbol=AAPL"), now);
//! assert_eq!(reply.status, 401); // no key
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Does not know:** the real providers, or any key of them; what a client is for.
//!
//! **Read next:** `tradebot-market-data`, module `source`, which reads what is sent here.

pub mod call;
pub mod feeds;
pub mod server;

pub use feeds::{Command, Effect, Feeds, Knobs};
pub use server::FeedServer;
