//! A seeded world: a synthetic market with the habits of real ones, the same on every machine.
//!
//! How it works:
//! 1. [`WorldConfig`] says which world: a seed, how many symbols, which exchange, which sessions.
//! 2. `market` moves what all symbols share, day by day: the market's return with a volatility that
//!    clusters and rises after falls, eleven sectors, and what follows from them: an index, a series
//!    like the VIX, and US dollars in Canadian ones.
//! 3. `instrument` moves one symbol on its own stream of chance: fat tails, nights and days, splits,
//!    dividends, halts, a listing and perhaps an end.
//! 4. [`WorldFeed`] hands sessions out as they happen and keeps none; [`World::recorded`] gives one
//!    symbol's whole past, the same bars to the last bit.
//!
//! No forecast of a symbol's return is possible in it, unless an [`Edge`] is asked for: what a
//! strategy earns here beyond the drift of the market is luck, or a fault of the machinery.
//!
//! Nothing it makes is a record of a real market. Everything that stores or shows it says
//! [`SYNTHETIC`].
//!
//! The market is built; broker, network, disk and clock of the world have their place here.
//!
//! ```
//! use tradebot_domain::Feed;
//! use tradebot_simulator::{World, WorldConfig};
//!
//! let world = World::new(WorldConfig { symbols: 3, ..WorldConfig::default() })?;
//! let mut feed = world.feed();
//! let first = feed.next_session().expect("the world has sessions");
//! assert_eq!(first.session.date(), world.config().from);
//! assert!(first.bars.iter().all(|(symbol, bar)| {
//!     symbol.as_str().starts_with("SYN") && bar.low <= bar.close && bar.close <= bar.high
//! }));
//! # Ok::<(), tradebot_simulator::WorldError>(())
//! ```
//!
//! **Does not know:** real venues, and what anyone does with its prices.
//!
//! **Read next:** `tradebot-backtest`.

pub mod world;
mod chance;
mod market;
mod shape;
mod instrument;
pub mod recorded;
pub mod feed;

pub use feed::WorldFeed;
pub use recorded::{Backdrop, Recorded};
pub use tradebot_domain::SYNTHETIC;
pub use world::{Churn, Edge, World, WorldConfig, WorldError};
