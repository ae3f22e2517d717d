//! A made-up decision for tests of what is printed.

use tradebot_domain::{Decimal, MemberId, Money, Price, Regime, Shares, Symbol};
use tradebot_journal::{
    BracketRecord, CheckRecord, ConsensusRecord, DecisionId, DecisionRecord, OpinionRecord,
    QualityRecord, SizeBasis, SizingStep, Verdict, ViolationRecord,
};

fn price(cents: i64) -> Price {
    Price::new(Decimal::new(cents, 2)).unwrap()
}

fn opinion(name: &str, raw: Option<f64>, weight: f64) -> OpinionRecord {
    let there = if raw.is_some() { 1.0 } else { 0.0 };
    OpinionRecord {
        member: MemberId::new(name).unwrap(),
        raw,
        mean: 0.51 * there,
        lo: 0.47 * there,
        hi: 0.55 * there,
        n: 132.0 * there,
        weight,
    }
}

/// A trade that was sized by drift and passed its checks.
pub(crate) fn trade() -> DecisionRecord {
    let step = |step: &str, before, after, note: &str| SizingStep {
        step: step.to_owned(),
        before,
        after,
        note: note.to_owned(),
    };
    let check = |limit: &str, asked, allowed| CheckRecord {
        limit: limit.to_owned(),
        asked,
        allowed,
        passed: true,
        warns: false,
    };
    DecisionRecord {
        id: DecisionId {
            session: "2005-03-01".parse().unwrap(),
            symbol: Symbol::new("AAPL").unwrap(),
        },
        close: Some(44.5),
        quality: QualityRecord {
            score: 0.98,
            level: "excellent".to_owned(),
            admitted: true,
            violations: vec![ViolationRecord {
                check: "outlier_return".to_owned(),
                detail: "a return of 9.1 % is 6.2 deviations from the mean; 6 are noted".to_owned(),
                refused: false,
            }],
            source: "bundled".to_owned(),
            bar_digest: "0123456789abcdef".to_owned(),
            adjustment: 2.0,
        },
        row: Regime::TrendingLowVol,
        vix_is_proxy: Some(true),
        features: Vec::new(),
        bracket: Some(BracketRecord {
            entry_limit: price(4_495),
            stop: price(4_225),
            target: price(4_788),
            max_holding_sessions: 20,
            atr: 1.125,
            atr_multiplier: 2.0,
            r_multiple: 1.5,
            trailing_atr: None,
            stop_scale: None,
            management: None,
        }),
        opinions: vec![
            opinion("trend", Some(0.62), 0.4),
            opinion("mean_reversion", Some(0.31), 0.6),
            opinion("forest", None, 0.0),
        ],
        consensus: Some(ConsensusRecord {
            mean: 0.52,
            lo: 0.48,
            hi: 0.56,
            equal_weight: 0.51,
            disagreement: 0.02,
            row_rate: 0.53,
            row_lo: 0.5,
            row_n: 213.0,
            mean_win: 1.22,
            mean_loss: 1.0,
            break_even: 0.45,
            edge_wanted: 0.03,
            skill_shown: false,
        }),
        sizing: vec![
            step("kelly", 0.0, 0.0421, "p 0.5000, W 1.220, L 1.000"),
            step("fraction", 0.0421, 0.0053, "0.25 of Kelly, times 0.5 for drift"),
            step("whole_shares", 0.0053, 0.00302, "112 shares, 2.7400 at risk for each"),
        ],
        checks: vec![
            check("shares", 112.0, 1.0),
            check("risk_per_position", 0.00302, 0.01),
            check("correlation MSFT", 0.31, 0.6),
            check("cash", 5_034.4, 80_000.0),
        ],
        verdict: Verdict::Trade {
            intent_id: "I000123".to_owned(),
            shares: Shares(112),
            basis: SizeBasis::Drift,
            risk: Money(Decimal::new(30_240, 2)),
        },
    }
}

/// The same decision with a consensus of .42 that came to nothing.
pub(crate) fn refused(reason: &str, detail: &str) -> DecisionRecord {
    let mut record = trade();
    record.sizing.clear();
    record.checks.clear();
    record.consensus.iter_mut().for_each(|c| c.mean = 0.42);
    record.verdict = Verdict::NoTrade { reason: reason.to_owned(), detail: detail.to_owned() };
    record
}
