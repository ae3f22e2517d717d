//! A local server of the Questrade API, to run any client against: by hand, or inside a test.
//!
//! How it works:
//! 1. [`world::World`] is the broker: clock, tokens, limits, accounts, orders, matching, streams
//!    and faults, one deterministic value without a socket in it. [`World::handle`] answers a call.
//! 2. [`server::SimServer`] puts sockets around it: a login host, several API hosts, four stream
//!    ports.
//! 3. [`knobs::Knobs`] are its settings, and [`world::Command`]s change it while it runs, from code
//!    or through `/_sim/do`.
//! 4. [`assumptions`] lists what nobody has published and the simulator decides.
//!
//! ```
//! use questrade_sim::http::{Host, Request};
//! use questrade_sim::knobs::Knobs;
//! use questrade_sim::library::Library;
//! use questrade_sim::world::World;
//!
//! let start = "2026-07-09T14:31:22Z".parse()?;
//! let mut world = World::new(Knobs::default(), &Library::default(), start);
//! let token = world.refresh_tokens()[0].clone().unwrap_or_default();
//! let target = format!("/oauth2/token?grant_type=refresh_token&refresh_token={token}");
//! let login = world.handle(&Request::new(Host::Login, "GET", &target)).value();
//! let access = login["access_token"].as_str().unwrap_or_default();
//! let time = world.handle(&Request::new(Host::Api(0), "GET", "/v1/time").with_bearer(access));
//! assert_eq!(time.value()["time"], "2026-07-09T10:31:22.000000-04:00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Does not know:** the real broker, or any secret of it; what a client is for.
//!
//! **Read next:** `tradebot-broker-questrade` for the reply types, whose serialisation is what is
//! sent here.
//!
//! [`World::handle`]: world::World::handle

pub mod assumptions;
pub mod http;
pub mod knobs;
pub mod library;
pub mod server;
pub mod world;

pub use knobs::Knobs;
pub use server::SimServer;
pub use world::{Command, World};
