//! Placing, changing and cancelling orders with a token that may.

use std::collections::BTreeSet;

use serde::Deserialize;
use tradebot_domain::{Price, Shares, Timestamp};

use super::mode::{self, Live, Locked, PermissionReference, Process};
use super::order::{Action, Impact, NewOrder, Wanted};
use super::resolve::Resolver;
use crate::client::{Client, ClientError, OrderFilter, Window, segment};
use crate::custody::hex;
use crate::order::Order;
use crate::transport::{Body, CallError, Fault, Route};
use crate::wire::integer;
use crate::words::{OrderType, TimeInForce};

/// Days of orders that the look before an order goes back: twins of the last 24 hours are in it.
const DAYS_BEFORE: i32 = 2;
/// Order calls that are refused with one of these have placed nothing: arguments, tokens, limits
/// and routes are checked before there is an order. Everything else is in doubt.
const NOTHING_PLACED: &[(u16, i64)] = &[
    (400, 1002),
    (400, 1003),
    (400, 1004),
    (413, 1005),
    (400, 1013),
    (400, 1015),
    (401, 1014),
    (401, 1017),
    (403, 1016),
    (404, 1018),
    (404, 1019),
    (400, 3139),
];

/// Places orders in one account.
pub struct PartnerSink {
    client: Client,
    account: String,
}

/// A question that places nothing and proves the right: what would one share at this limit do?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The account.
    pub account: String,
    /// A symbol that may be traded.
    pub symbol_id: i64,
    /// A limit far below the market.
    pub limit: Price,
}

/// Why there is no sink.
#[derive(Debug, thiserror::Error)]
pub enum NotArmed {
    /// Orders are locked in this process.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The probe gave no answer that proves anything; it may be asked again.
    #[error("whether this token may place orders is not known: {0}")]
    Unproven(#[source] ClientError),
}

/// Why an order call did not happen, or must not.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// Orders are locked in this process.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The call failed. For what changes orders the state is found by looking.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// An order like it was entered within a day; what becomes of one could not be told from the
    /// other.
    #[error("order {order} has the same symbol, side, shares and prices: change one of them")]
    Twin {
        /// The order there is.
        order: i64,
    },
}

/// An order about to be sent: looked around for, its body built. It is spent by being sent, and
/// cannot be copied. The caller writes it down first.
#[derive(Debug)]
#[must_use = "an attempt that is not sent is an order that does not exist"]
pub struct Attempt {
    wanted: Wanted,
    body: Vec<u8>,
    before: BTreeSet<i64>,
    begun: Timestamp,
}

impl Attempt {
    /// What is asked for.
    pub const fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Digest of the body, for the record.
    pub fn body_digest(&self) -> String {
        hex(blake3::hash(&self.body).as_bytes())
    }

    /// Orders there were before it.
    pub const fn before(&self) -> &BTreeSet<i64> {
        &self.before
    }

    /// When it was prepared, by the broker's clock.
    pub const fn begun(&self) -> Timestamp {
        self.begun
    }

    /// What looks for it after a restart that came between record and answer.
    pub fn resolver(self) -> Resolver {
        Resolver::new(self.wanted, self.before, self.begun)
    }
}

/// What became of an order that was sent.
#[derive(Debug)]
#[must_use = "an order in doubt must be looked for"]
pub enum Submitted {
    /// The broker has it, as asked for; of a bracket, the entry first.
    Bound {
        /// Ids of the orders.
        orders: Vec<i64>,
    },
    /// The broker has orders that are not what was asked for: they are to be cancelled, and a
    /// person is to look.
    Quarantined {
        /// Ids of the orders.
        orders: Vec<i64>,
    },
    /// The broker has nothing of it, and says why.
    Refused {
        /// What it says.
        why: String,
    },
    /// It never left this machine.
    NotSent {
        /// Why not.
        why: String,
    },
    /// No answer that says: look for it.
    Unknown {
        /// What came instead.
        why: String,
        /// Looks for it.
        resolver: Box<Resolver>,
    },
}

/// The reply to an order call.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Placed {
    #[serde(deserialize_with = "integer::deserialize")]
    order_id: i64,
    #[serde(default)]
    orders: Vec<Order>,
}

impl PartnerSink {
    /// Proves that the token may place orders, and gives the sink that does. Without the live
    /// witness, a written permission and the answer 200 to the probe there is none.
    ///
    /// # Errors
    /// [`NotArmed`]; after a 403 or a code 1016 for the life of the process.
    pub async fn arm(
        _process: &Process<Live>,
        permission: PermissionReference,
        client: Client,
        probe: &Probe,
    ) -> Result<Self, NotArmed> {
        mode::locked()?;
        let sink = Self { client, account: probe.account.clone() };
        let order = NewOrder {
            symbol_id: probe.symbol_id,
            action: Action::Buy,
            shares: Shares(1),
            order_type: OrderType::Limit,
            limit: Some(probe.limit),
            stop: None,
            time_in_force: TimeInForce::Day,
        };
        match sink.impact(&Wanted::Single(order)).await {
            Ok(_) => {
                tracing::warn!(
                    permission = permission.as_str(),
                    account = sink.account,
                    "this token places orders"
                );
                Ok(sink)
            }
            Err(SinkError::Locked(locked)) => Err(locked.into()),
            Err(SinkError::Client(error)) => Err(NotArmed::Unproven(error)),
            Err(SinkError::Twin { .. }) => unreachable!("a question about impact has no twin"),
        }
    }

    /// The account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What an order would do. Of a bracket, its entry.
    ///
    /// # Errors
    /// [`SinkError`].
    pub async fn impact(&self, wanted: &Wanted) -> Result<Impact, SinkError> {
        let single = Wanted::Single(wanted.entry().clone());
        let body = Body::Json(single.body(&self.account));
        self.call(Route::OrderImpact, "orders/impact", body).await
    }

    /// Looks which orders there are, and builds the body of this one.
    ///
    /// # Errors
    /// [`SinkError::Twin`] when one of them could not be told from it; a read that failed.
    pub async fn prepare(&self, wanted: Wanted) -> Result<Attempt, SinkError> {
        mode::locked()?;
        let begun = self.client.time().await?.instant();
        let orders = self.look(begun).await?;
        let day =
            |order: &&Order| begun.duration_since(order.creation_time.instant()).as_hours() < 24;
        let mut recent = orders.iter().filter(day);
        if let Some(twin) = recent.find(|order| wanted.entry().is(order)) {
            return Err(SinkError::Twin { order: twin.id });
        }
        let before = orders.iter().map(|order| order.id).collect();
        let body = wanted.body(&self.account);
        Ok(Attempt { wanted, body, before, begun })
    }

    /// Sends an order, once. To be called after the attempt is durable on record.
    pub async fn send(&self, attempt: Attempt) -> Submitted {
        if let Err(locked) = mode::locked() {
            return Submitted::NotSent { why: locked.to_string() };
        }
        let body = Body::Json(attempt.body.clone());
        let reply: Result<Placed, ClientError> =
            match self.call(Route::OrderPlace, attempt.wanted.path(), body).await {
                Ok(reply) => Ok(reply),
                Err(SinkError::Client(error)) => Err(error),
                Err(other) => return Submitted::Refused { why: other.to_string() },
            };
        match reply {
            Ok(placed) => echoed(&attempt.wanted, &placed),
            Err(error) => judged(attempt, &error),
        }
    }

    /// Changes price, shares, type or duration of an order. The broker may give it a new id. What
    /// became of it when no answer came is found by looking at the order.
    ///
    /// # Errors
    /// [`SinkError`].
    pub async fn replace(&self, order: i64, by: &NewOrder) -> Result<i64, SinkError> {
        let body = Body::Json(by.replacement(&self.account, order));
        let placed: Placed =
            self.call(Route::OrderReplace, &format!("orders/{order}"), body).await?;
        Ok(placed.order_id)
    }

    /// Asks for the end of an order. That is a wish: whether it ended says a look at it.
    ///
    /// # Errors
    /// [`SinkError`]; asking again does no harm, the wish is about one order.
    pub async fn cancel(&self, order: i64) -> Result<(), SinkError> {
        let path = format!("orders/{order}");
        let asked: Result<CancelReply, SinkError> =
            self.call(Route::OrderCancel, &path, Body::Delete).await;
        asked.map(|_| ())
    }

    /// All orders, as a [`Resolver`] wants them.
    ///
    /// # Errors
    /// [`ClientError`]: a part of a look is no look.
    pub async fn look(&self, now: Timestamp) -> Result<Vec<Order>, ClientError> {
        let window = Window::last_days(DAYS_BEFORE, now);
        self.client.orders(&self.account, OrderFilter::All, window).await
    }

    /// One order call: once, and never again after a 403 or 1016.
    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        route: Route,
        path: &str,
        body: Body<'_>,
    ) -> Result<T, SinkError> {
        mode::locked()?;
        let account = segment("account", &self.account)?;
        let path = format!("accounts/{account}/{path}");
        self.client.once(route, &path, body).await.map_err(|error| match error.fault() {
            Some(Fault::Scope { status, code, .. }) => {
                mode::lock(&format!(
                    "the broker answered {route} with HTTP {status}, code {code}: this token may not place orders"
                ))
                .into()
            }
            Some(fault) if forbidden(fault) => {
                mode::lock(&format!("the broker answered {route} with HTTP 403 ({fault})")).into()
            }
            _ => error.into(),
        })
    }
}

/// The reply to a cancel; its id says nothing new.
#[derive(Debug, Deserialize)]
struct CancelReply {}

const fn forbidden(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Broker { status: 403, .. }
            | Fault::Html { status: 403, .. }
            | Fault::Malformed { status: 403, .. }
    )
}

/// An answer that names orders: are they what was asked for?
fn echoed(wanted: &Wanted, placed: &Placed) -> Submitted {
    let parts = wanted.parts();
    let mut orders = vec![placed.order_id];
    orders.extend(placed.orders.iter().map(|order| order.id).filter(|id| *id != placed.order_id));
    let same = parts.len() == placed.orders.len()
        && parts.iter().all(|(class, part)| {
            placed.orders.iter().any(|order| part.is(order) && order.order_class == *class)
        });
    // An answer without rows names the order, and the next look shows the rest.
    if same || (placed.orders.is_empty() && parts.len() == 1) {
        Submitted::Bound { orders }
    } else {
        Submitted::Quarantined { orders }
    }
}

/// No order was named: is it certain that there is none?
fn judged(attempt: Attempt, error: &ClientError) -> Submitted {
    let why = error.to_string();
    let ClientError::Call(CallError { fault, .. }) = error else {
        // Without a session nothing is sent.
        return Submitted::NotSent { why };
    };
    if fault.was_not_sent() {
        return Submitted::NotSent { why };
    }
    let refused = match fault {
        Fault::Limit { .. } => true,
        Fault::Auth { status, code } => NOTHING_PLACED.contains(&(*status, *code)),
        Fault::Broker { status, code, .. } => NOTHING_PLACED.contains(&(*status, code.0)),
        _ => false,
    };
    if refused {
        return Submitted::Refused { why };
    }
    Submitted::Unknown { why, resolver: Box::new(attempt.resolver()) }
}
