//! What a mode may hold. The types say it, so no setting can.
//!
//! - Demo and backtest hold nothing: there is no `Held` of them.
//! - Paper holds reads. The client has no method that places an order, and the one door to orders
//!   opens to [`Live`] alone.
//! - Live holds reads, and may open that door.
//!
//! A paper process cannot name what an order would need:
//!
//! ```compile_fail,E0277
//! use tradebot_app::live::credentials::{Held, OrderDoor, Paper};
//!
//! fn slip_through(held: Held<Paper>) {
//!     let _door = OrderDoor::of(held); // `Paper` may not place orders
//! }
//! ```
//!
//! and cannot turn what it holds into what live holds:
//!
//! ```compile_fail,E0308
//! use tradebot_app::live::credentials::{Held, Live, Paper};
//!
//! fn relabel(held: Held<Paper>) -> Held<Live> {
//!     held
//! }
//! ```
//!
//! Demo has no credential at all:
//!
//! ```compile_fail,E0412
//! fn demo() -> tradebot_app::live::credentials::Held<tradebot_app::live::credentials::Demo> {
//!     unimplemented!()
//! }
//! ```
//!
//! Live may:
//!
//! ```
//! use tradebot_app::live::credentials::{Held, Live, OrderDoor};
//!
//! fn open(held: Held<Live>) -> OrderDoor<Live> {
//!     OrderDoor::of(held)
//! }
//! ```

use std::marker::PhantomData;
use std::sync::Arc;

use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::custody::Custodian;
use tradebot_broker_questrade::transport::{Budget, Limits, Transport};

use crate::cli::TokenArgs;
use crate::commands::Context;
use crate::commands::token::place;
use crate::exit::Failure;

mod sealed {
    /// Nobody outside adds a mode.
    pub trait Sealed {}
}

/// A mode that reads the broker.
pub trait ReadsBroker: sealed::Sealed {}

/// A mode that may place orders at the broker.
pub trait PlacesOrders: ReadsBroker {}

/// Live data, simulated fills.
#[derive(Debug, Clone, Copy)]
pub enum Paper {}

/// Live data, a real account.
#[derive(Debug, Clone, Copy)]
pub enum Live {}

impl sealed::Sealed for Paper {}
impl sealed::Sealed for Live {}
impl ReadsBroker for Paper {}
impl ReadsBroker for Live {}
impl PlacesOrders for Live {}

/// The client of one mode.
pub struct Held<M: ReadsBroker> {
    client: Client,
    mode: PhantomData<M>,
}

impl<M: ReadsBroker> Held<M> {
    /// Reads with the token that the arguments name, within a budget of calls.
    ///
    /// # Errors
    /// A usage failure for a missing key or a wrong address. Whether there is a token shows with the
    /// first call.
    pub fn open(
        context: &Context,
        which: &TokenArgs,
        (limits, budget): (Limits, Arc<dyn Budget>),
    ) -> Result<Self, Failure> {
        let environment = place::environment(which)?;
        let store = place::store(context, &environment, place::key(which)?)?;
        let transport = Arc::new(Transport::new(environment, limits, budget)?);
        let custody = Custodian::new(store, Arc::clone(&transport));
        Ok(Self { client: Client::new(transport, custody), mode: PhantomData })
    }

    /// Its reads.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Name of the broker's world that it reads.
    pub fn environment(&self) -> &'static str {
        self.client.transport().environment().name()
    }
}

/// The one way to orders. What stands behind it (tickets for a person, or a partner's right) is
/// built on this type.
pub struct OrderDoor<M: PlacesOrders>(Held<M>);

impl<M: PlacesOrders> OrderDoor<M> {
    /// Opens it.
    pub const fn of(held: Held<M>) -> Self {
        Self(held)
    }

    /// What was brought to it.
    pub const fn held(&self) -> &Held<M> {
        &self.0
    }
}
