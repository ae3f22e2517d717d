//! What a person or a monitor sees of a running bot: logs, metrics, health, memory.
//!
//! Nothing here is on record for replays and nothing here decides: a run with all of it turned
//! off writes the same journal. Fields whose names say that they are secrets are never printed,
//! whatever is in them.
//!
//! **Does not know:** decisions.
//!
//! **Read next:** [`logging`], then [`metric`].

pub mod logging;
pub mod metric;
pub mod health;
pub mod memory;

pub use health::{ComponentHealth, Health, HealthState};
pub use logging::{LogConfig, LogError, LogFormat, LogGuard};
pub use memory::peak_rss_bytes;
pub use metric::{Metrics, MetricsError};
