//! Phase 2: budgets, retries, caches.

use tradebot_app::validate::Evidence;
use tradebot_broker_questrade::Retry;
use tradebot_market_data::budget::Priority;

use crate::validate::Plant;

fn first_row(e: &mut Evidence) -> &mut tradebot_storage::ApiUsage {
    &mut e.budgets.usage.1[0]
}

pub(crate) const PLANTS: &[Plant] = &[
    ("p02-budgets", |e| e.budgets.refused = 1),
    ("p02-budgets", |e| {
        e.budgets.left.remove(&Priority::Research);
    }),
    ("p02-budgets", |e| e.budgets.left.clear()),
    ("p02-reserve", |e| e.budgets.reserve = 0.29),
    ("p02-reserve", |e| e.budgets.reserve = f64::NAN),
    ("p02-order-path", |e| e.budgets.behind_research = 1),
    ("p02-order-path", |e| {
        e.budgets.left.insert(Priority::Safety, 0);
    }),
    ("p02-backoff", |e| e.budgets.pauses = vec![0.5; 3]),
    ("p02-backoff", |e| e.budgets.retry_after = 0.5),
    ("p02-backoff", |e| e.budgets.final_tries = 4),
    ("p02-caching", |e| e.budgets.hits.misses *= 10),
    ("p02-caching", |e| e.budgets.stale = 1),
    ("p02-usage", |e| first_row(e).calls += 1),
    ("p02-usage", |e| first_row(e).failed += 1),
    ("p02-usage", |e| e.budgets.usage.1.clear()),
    ("p02-retry-classes", |e| e.edges.retries[5].1 = Retry::Never),
];
