//! The sink that places orders: for approved partner applications, and for nobody else.
//!
//! A personal token cannot place orders: the broker answers 403 with code 1016, and always will. So
//! there is no sink but one that has proven that it may:
//!
//! 1. the process has begun in live mode ([`Process`]): one that began in demo or paper cannot get
//!    that witness, and no sink can be made without it;
//! 2. the configuration names a written [`PermissionReference`];
//! 3. a probe that places nothing (`orders/impact`, one share far from the market) is answered
//!    with 200: [`PartnerSink::arm`].
//!
//! A 403 or 1016, then or later, locks every sink of the process until it ends.
//!
//! An order goes out in three steps: [`PartnerSink::prepare`] looks which orders there are and
//! builds the body once; the caller writes the [`Attempt`] down; [`PartnerSink::send`] spends it.
//! Nothing is ever sent twice. When no answer says what became of it, a [`Resolver`] looks at the
//! broker's orders until one of them is it, several may be it, or it is presumed absent.
//!
//! Demo and paper cannot make a sink; this does not compile:
//!
//! ```compile_fail,E0308
//! use tradebot_broker_questrade::client::Client;
//! use tradebot_broker_questrade::sink::{Paper, PartnerSink, PermissionReference, Probe, Process};
//! async fn paper(process: Process<Paper>, client: Client, right: PermissionReference, probe: Probe) {
//!     let _ = PartnerSink::arm(&process, right, client, &probe).await;
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use tradebot_broker_questrade::client::Client;
//! use tradebot_broker_questrade::sink::{Demo, PartnerSink, PermissionReference, Probe, Process};
//! async fn demo(process: Process<Demo>, client: Client, right: PermissionReference, probe: Probe) {
//!     let _ = PartnerSink::arm(&process, right, client, &probe).await;
//! }
//! ```
//!
//! The same with the live witness does:
//!
//! ```
//! use tradebot_broker_questrade::client::Client;
//! use tradebot_broker_questrade::sink::{Live, PartnerSink, PermissionReference, Probe, Process};
//! async fn live(process: Process<Live>, client: Client, right: PermissionReference, probe: Probe) {
//!     let _ = PartnerSink::arm(&process, right, client, &probe).await;
//! }
//! ```
//!
//! And neither the sink nor the witness can be made by hand:
//!
//! ```compile_fail,E0423
//! use tradebot_broker_questrade::sink::{Live, Process};
//! let forged: Process<Live> = Process(std::marker::PhantomData);
//! ```

mod mode;
mod order;
mod partner;
mod resolve;

pub use mode::{Demo, Live, Locked, Mode, OtherMode, Paper, PermissionReference, Process};
pub use order::{Action, Impact, NewOrder, Wanted};
pub use partner::{Attempt, NotArmed, PartnerSink, Probe, SinkError, Submitted};
pub use resolve::{Resolution, Resolver};
