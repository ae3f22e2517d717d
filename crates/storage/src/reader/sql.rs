//! The queries whose cost must not grow with the file: each is answered through an index. A test
//! holds them to it.

/// Newest run first.
pub(super) const RUNS: &str = "SELECT number, id, status, start, first_seq, started_at, resumed, ended_at, cycles, decisions, trades, final_equity, digest
     FROM runs ORDER BY number DESC";

pub(super) const EVENTS: &str = "SELECT seq, body FROM journal WHERE run = ?1 AND kind = ?2 AND seq >= ?3 ORDER BY seq LIMIT ?4";

/// Without a kind, in the order of the file: entries of a run stand together.
pub(super) const EVENTS_ALL: &str =
    "SELECT seq, body, run FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT ?2";

pub(super) const LAST_EVENT: &str =
    "SELECT seq, body FROM journal WHERE run = ?1 AND kind = ?2 ORDER BY seq DESC LIMIT 1";

pub(super) const DECISION: &str =
    "SELECT j.seq, j.body FROM decisions d JOIN journal j ON j.seq = d.seq
     WHERE d.run = ?1 AND d.session = ?3 AND d.symbol = ?2";

pub(super) const DECISIONS_BY_SESSION: &str = "SELECT seq, session, symbol, policy_row, verdict, reason, close, consensus, consensus_lo, equal_weight, row_rate, break_even
     FROM decisions
     WHERE run = ?1 AND session BETWEEN ?2 AND ?3 AND (?4 IS NULL OR verdict = ?4) AND (?5 IS NULL OR reason = ?5)
     ORDER BY session DESC, symbol DESC LIMIT ?6";

pub(super) const DECISIONS_BY_SYMBOL: &str = "SELECT seq, session, symbol, policy_row, verdict, reason, close, consensus, consensus_lo, equal_weight, row_rate, break_even
     FROM decisions
     WHERE run = ?1 AND symbol = ?7 AND session BETWEEN ?2 AND ?3 AND (?4 IS NULL OR verdict = ?4) AND (?5 IS NULL OR reason = ?5)
     ORDER BY session DESC LIMIT ?6";

pub(super) const CLOSES: &str = "SELECT d.symbol, d.session, d.close, p.adjustment
     FROM decisions d JOIN data_provenance p ON p.decision = d.seq
     WHERE d.run = ?1 AND d.close IS NOT NULL ORDER BY d.symbol, d.session";

pub(super) const REASONS: &str = "SELECT coalesce(reason, ''), count(*) FROM decisions
     WHERE run = ?1 AND verdict = 'no_trade' GROUP BY reason ORDER BY reason";

pub(super) const SYMBOLS_PER_SESSION: &str =
    "SELECT session, count(close) FROM decisions WHERE run = ?1 GROUP BY session ORDER BY session";

pub(super) const ORDERS: &str =
    "SELECT changed, order_id, intent_id, symbol, role, state, shares, price, note
     FROM orders WHERE run = ?1 ORDER BY order_id";

pub(super) const ORDERS_IN_STATE: &str =
    "SELECT changed, order_id, intent_id, symbol, role, state, shares, price, note
     FROM orders WHERE run = ?1 AND state = ?2";

pub(super) const INTENT_EVENTS: &str = "SELECT seq, session, event, note FROM intent_events WHERE run = ?1 AND intent_id = ?2 ORDER BY seq";

pub(super) const OPEN_POSITIONS: &str = "SELECT symbol, intent_id, entry_session, entry_price, shares, stop, target, mark, value, unrealised, sessions_held, basis
     FROM positions WHERE run = ?1 AND closed IS NULL ORDER BY symbol";

pub(super) const EQUITY: &str = "SELECT b.session, b.cash, b.equity, b.peak, m.drawdown, p.day_return, m.heat, p.gross, m.stopped, p.benchmark, p.positions
     FROM account_balance b
     JOIN portfolio_snapshots p ON p.run = b.run AND p.session = b.session
     JOIN risk_metrics m ON m.run = b.run AND m.session = b.session
     WHERE b.run = ?1 AND b.session BETWEEN ?2 AND ?3 ORDER BY b.session";

/// In the order in which outcomes were learned from.
pub(super) const RESOLVED: &str = "SELECT o.resolved, o.session, o.symbol, o.policy_row, o.won, o.net_r, o.uniqueness, o.reason, o.sessions, o.taken, o.ambiguous,
            d.seq, d.consensus, d.equal_weight, d.row_rate
     FROM outcomes o
     JOIN decisions d ON d.run = o.run AND d.session = o.session AND d.symbol = o.symbol
     WHERE o.run = ?1 ORDER BY o.resolved, o.session, o.symbol";

pub(super) const OPINIONS: &str =
    "SELECT member, raw, mean, weight FROM predictions WHERE decision = ?1 ORDER BY position";

pub(super) const MANIFEST: &str = "SELECT body FROM run_manifests WHERE run = ?1";

/// All of them: what luck could have done depends on every attempt. SQLite takes the other columns of
/// a group from the row with its greatest id.
pub(super) const TRIALS: &str =
    "SELECT data_digest, config_digest, sharpe, sessions, max(id) FROM trials
     GROUP BY data_digest, config_digest ORDER BY data_digest, config_digest";

pub(super) const BROKER_ACCOUNTS: &str = "SELECT seen_at, account, kind, status, snapshot
     FROM broker_accounts AS seen
     WHERE id = (SELECT max(id) FROM broker_accounts WHERE account = seen.account) ORDER BY account";

pub(super) const BODY: &str = "SELECT body FROM journal WHERE seq = ?1";

pub(super) const PHASES: &str = "SELECT phase, nanos FROM phase_execution_tracking WHERE run = ?1";

pub(super) const LOGS: &str = "SELECT at, level, target, message, fields FROM system_logs WHERE run = ?1 ORDER BY id DESC LIMIT ?2";

pub(super) const WEIGHTS: &str = "SELECT session, member, weight FROM ensemble_weights WHERE run = ?1 ORDER BY session, position";

pub(super) const BARS: &str = "SELECT session, open, high, low, close, volume FROM market_data
     WHERE symbol = ?1 AND session BETWEEN ?2 AND ?3 ORDER BY session";

pub(crate) const TICKET_EVENTS: &str =
    "SELECT seq, body FROM ticket_events WHERE seq > ?1 ORDER BY seq";

/// Every query above that reads a growing table.
pub(super) const API_USAGE: &str =
    "SELECT api, window_start, window_secs, calls, throttled, failed, cache_hits, cache_misses
     FROM api_usage_metrics";
/// The index on interface, question and id gives the last of each.
pub(super) const API_CHECKS: &str = "SELECT at, api, probe, passed, detail, remedy, millis
     FROM api_validation_log
     WHERE id IN (SELECT max(id) FROM api_validation_log GROUP BY api, probe) ORDER BY api, id";

#[cfg(test)]
pub(super) const HOT: &[&str] = &[
    EVENTS,
    EVENTS_ALL,
    LAST_EVENT,
    DECISION,
    DECISIONS_BY_SESSION,
    DECISIONS_BY_SYMBOL,
    CLOSES,
    SYMBOLS_PER_SESSION,
    ORDERS,
    ORDERS_IN_STATE,
    INTENT_EVENTS,
    OPEN_POSITIONS,
    EQUITY,
    RESOLVED,
    OPINIONS,
    MANIFEST,
    BODY,
    PHASES,
    LOGS,
    WEIGHTS,
    BARS,
    TICKET_EVENTS,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mode::Mode;
    use crate::store::Store;

    #[test]
    fn no_hot_query_scans_or_sorts_a_growing_table() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Mode::Demo).unwrap();
        for sql in HOT {
            let mut statement =
                store.db.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
            let plan: Vec<String> = statement
                .query_map(rusqlite::params_from_iter(nulls), |r| r.get(3))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            assert!(!plan.is_empty());
            for step in plan {
                assert!(step.starts_with("SEARCH"), "{step}\n{sql}");
            }
        }
    }

    #[test]
    fn the_scan_test_would_see_a_scan() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Mode::Demo).unwrap();
        let step: String = store
            .db
            .conn
            .query_row("EXPLAIN QUERY PLAN SELECT * FROM decisions WHERE reason = 'x'", [], |r| {
                r.get(3)
            })
            .unwrap();
        assert!(!step.starts_with("SEARCH"), "{step}");
    }
}
