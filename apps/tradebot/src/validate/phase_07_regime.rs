//! Phase 7, regimes and policy: which row is in force, and that no row is looser than the program.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_brackets::{Bracket, BracketSpec};
use tradebot_domain::{Moment, Regime, Tick};
use tradebot_engine::candidate::spec_of;
use tradebot_journal::{DecisionRecord, RegimeRecord};
use tradebot_policy::RowPolicy;
use tradebot_regime::severity::HIGH;
use tradebot_regime::{SecondOpinionConfig, SecondOpinionReading};

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::evidence::regimes::Outlook;
use super::measures::close;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p07-five-rows", 7), "all five regimes occur in 20 years", FAULTS, five_rows),
    Check::new(
        ("p07-transition-share", 7),
        "share of sessions in transition",
        (Bound::Between(0.05, 0.15), ""),
        transition_share,
    ),
    Check::new(
        ("p07-switches", 7),
        "switches of regime in a year",
        (Bound::Between(10.0, 20.0), "a year"),
        switches,
    ),
    Check::new(("p07-rise-at-once", 7), "a rise of volatility is never delayed", FAULTS, rise),
    Check::new(("p07-fall-dwells", 7), "a fall of volatility waits its sessions", FAULTS, fall),
    Check::new(("p07-confirmed", 7), "a new trend waits to be confirmed", FAULTS, confirmed),
    Check::new(("p07-row-in-force", 7), "decisions use the session's row", FAULTS, row_in_force),
    Check::new(("p07-proxy-marked", 7), "every record says where its VIX is from", FAULTS, proxy),
    Check::new(("p07-row-brackets", 7), "brackets are those of their row", FAULTS, row_brackets),
    Check::new(("p07-policy-table", 7), "the bundled rows are the published ones", FAULTS, table),
    Check::new(("p07-policy-reads", 7), "the bundled policy reads back the same", FAULTS, |e| {
        super::measures::holds(e.limits.unchanged_accepted, "the unchanged policy is refused")
    }),
    Check::new(("p07-policy-bounds", 7), "policies beyond hard bounds are refused", FAULTS, |e| {
        let accepted = e.limits.policies.iter().filter(|r| r.accepted);
        Measured::faults(e.limits.policies.len(), accepted.map(|r| r.what.clone()))
    }),
    Check::new(("p07-limit-bounds", 7), "limits beyond hard bounds are refused", FAULTS, |e| {
        let accepted = e.limits.limits.iter().filter(|r| r.accepted);
        Measured::faults(e.limits.limits.len(), accepted.map(|r| r.what.clone()))
    }),
    Check::new(("p07-second-opinions", 7), "second opinions are on record", FAULTS, opinions),
    Check::new(("p07-rule-chooses", 7), "the rule alone chooses the row", FAULTS, rule_chooses),
    Check::new(
        ("p07-outlook-right", 7),
        "5-day volatility above its median: share right",
        (Bound::AtLeast(0.70), ""),
        |e| outlook_right(e, 1.0),
    ),
    Check::new(
        ("p07-outlook-sure", 7),
        "the same, of the surest fifth",
        (Bound::AtLeast(0.85), ""),
        |e| outlook_right(e, 0.2),
    ),
    Check::new(
        ("p07-outlook-skill", 7),
        "its Brier skill over the HAR baseline",
        (Bound::AtLeast(0.02), ""),
        outlook_skill,
    ),
    Check::new(("p07-outlook-used", 7), "sizes shrink as the outlook says", FAULTS, outlook_used),
    Check::new(("p07-stops-may-slip", 7), "stressed sizes assume a slipping stop", FAULTS, slips),
];

/// What the run has on record of the hidden Markov model and the change points is what they say when
/// they are asked again about the index alone, alarms and warnings included.
fn opinions(e: &Evidence) -> Measured {
    let again: BTreeMap<Moment, &SecondOpinionReading> =
        e.regimes.opinions.iter().map(|(date, o)| (*date, o)).collect();
    let same = |r: &RegimeRecord| match (&r.second_opinion, again.get(&r.session)) {
        (Some(noted), Some(said)) => {
            noted.high_volatility == said.high_volatility
                && noted.high_volatility.is_some_and(|p| (0.0..=1.0).contains(&p))
                && (noted.changed, noted.run_length) == (said.changed, said.run_length)
                && (noted.alarm, noted.warning) == (said.alarm, said.warning)
                && noted.disagreement == said.disagreement
        }
        _ => false,
    };
    // Before the first fit, at 500 returns, the model has nothing to say.
    let first = e.regimes.opinions.iter().find(|(_, o)| o.high_volatility.is_some());
    let with_model = |r: &&RegimeRecord| first.is_some_and(|(date, _)| r.session >= *date);
    let records: Vec<&RegimeRecord> = e.run.regimes.iter().filter(with_model).collect();
    let other = records.iter().filter(|r| !same(r)).map(|r| r.session.to_string());
    let begun = records.iter().filter(|r| {
        r.second_opinion
            .is_some_and(|o| o.disagreement == SecondOpinionConfig::default().warn_sessions)
    });
    let told: BTreeSet<Moment> = e
        .run
        .risks
        .iter()
        .filter(|r| r.event == "regime_disagreement")
        .map(|r| r.session)
        .collect();
    let silent =
        begun.filter(|r| !told.contains(&r.session)).map(|r| format!("{}: silent", r.session));
    Measured::faults(records.len(), other.chain(silent))
}

/// Share right of the forecasts that are farthest from one half, out of sample over twenty years.
fn outlook_right(e: &Evidence, coverage: f64) -> Measured {
    let mut sure: Vec<_> = e.regimes.outlooks.iter().map(|o| ((o.p - 0.5).abs(), o)).collect();
    sure.sort_by(|a, b| b.0.total_cmp(&a.0));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let kept = (sure.len() as f64 * coverage).round() as usize;
    let right = sure.iter().take(kept).filter(|(_, o)| (o.p > 0.5) == o.above).count();
    Measured::over(right as f64 / kept as f64, kept)
}

fn outlook_skill(e: &Evidence) -> Measured {
    let outlooks = &e.regimes.outlooks;
    let brier = |p: &dyn Fn(&Outlook) -> f64| -> f64 {
        outlooks.iter().map(|o| (p(o) - f64::from(u8::from(o.above))).powi(2)).sum()
    };
    Measured::over(1.0 - brier(&|o| o.p) / brier(&|o| o.har), outlooks.len())
}

/// Each `volatility` step multiplies by the median over the expected volatility, at most by one.
fn outlook_used(e: &Evidence) -> Measured {
    let of = |date| e.run.regimes.binary_search_by_key(&date, |r| r.session).ok();
    let steps =
        e.run.decisions.iter().flat_map(|d| {
            d.sizing.iter().filter(|s| s.step == "volatility").map(move |s| (d.id, s))
        });
    let steps: Vec<_> = steps.collect();
    let other = steps.iter().filter(|(id, step)| {
        let outlook = of(id.session).and_then(|i| e.run.regimes[i].outlook);
        outlook.is_none_or(|o| {
            !close(step.after, step.before * (o.median / o.volatility).min(1.0), 1e-12)
        })
    });
    let lowered = steps.iter().filter(|(_, s)| s.after < s.before).count();
    Measured::faults(lowered, other.map(|(id, s)| format!("{id}: {} to {}", s.before, s.after)))
}

/// A detector that knows no second opinion names the same regimes.
fn rule_chooses(e: &Evidence) -> Measured {
    let alone: BTreeMap<Moment, Regime> =
        e.regimes.readings.iter().map(|(date, r)| (*date, r.regime)).collect();
    let other = e.run.regimes.iter().filter(|r| alone.get(&r.session) != Some(&r.regime));
    Measured::faults(e.run.regimes.len(), other.map(|r| format!("{}: {}", r.session, r.regime)))
}

/// Every size that reached its caps has a `gap` step exactly where volatility was stressed, and that
/// step never raises it.
fn slips(e: &Evidence) -> Measured {
    let of = |date| e.run.regimes.binary_search_by_key(&date, |r| r.session).ok();
    let step = |d: &DecisionRecord, name: &str| d.sizing.iter().find(|s| s.step == name).cloned();
    let capped: Vec<&DecisionRecord> =
        e.run.decisions.iter().filter(|d| step(d, "risk_cap").is_some()).collect();
    let stressed =
        |d: &DecisionRecord| of(d.id.session).is_some_and(|i| e.run.regimes[i].severity >= HIGH);
    let wrong = capped.iter().filter(|d| match step(d, "gap") {
        Some(gap) => !stressed(d) || gap.after > gap.before,
        None => stressed(d),
    });
    let judged = capped.iter().filter(|d| stressed(d)).count();
    Measured::faults(judged, wrong.map(|d| d.id.to_string()))
}

fn regimes(e: &Evidence) -> impl Iterator<Item = Regime> {
    e.regimes.readings.iter().map(|(_, r)| r.regime)
}

fn five_rows(e: &Evidence) -> Measured {
    let missing = Regime::ALL.into_iter().filter(|row| !regimes(e).any(|r| r == *row));
    Measured::faults(Regime::ALL.len(), missing.map(|row| format!("{row} never occurred")))
}

fn transition_share(e: &Evidence) -> Measured {
    let sessions = e.regimes.readings.len();
    let in_transition = regimes(e).filter(|r| *r == Regime::Transition).count();
    Measured::over(in_transition as f64 / sessions as f64, sessions)
}

fn switches(e: &Evidence) -> Measured {
    let sessions = e.regimes.readings.len();
    let switches = regimes(e).zip(regimes(e).skip(1)).filter(|(a, b)| a != b).count();
    Measured::over(252.0 * switches as f64 / sessions as f64, sessions)
}

const fn is_high(regime: Regime) -> bool {
    matches!(regime, Regime::TrendingHighVol | Regime::ChoppyHighVol)
}

/// In the session in which severity becomes HIGH, a confirmed trend has the HIGH row.
fn rise(e: &Evidence) -> Measured {
    let pairs = e.regimes.readings.windows(2);
    let rises: Vec<_> = pairs
        .filter(|w| w[0].1.severity < HIGH && w[1].1.severity >= HIGH)
        .map(|w| w[1])
        .filter(|(_, r)| r.regime != Regime::Transition)
        .collect();
    let late = rises.iter().filter(|(_, r)| !is_high(r.regime));
    Measured::faults(rises.len(), late.map(|(date, r)| format!("{date}: {}", r.regime)))
}

/// Between a change of severity and the next fall lie at least the sessions of the dwell.
fn fall(e: &Evidence) -> Measured {
    let dwell = e.regimes.dwell_sessions as usize;
    let readings = &e.regimes.readings;
    let mut last_change: Option<usize> = None;
    let (mut falls, mut early) = (0, Vec::new());
    for at in 1..readings.len() {
        let (before, now) = (readings[at - 1].1.severity, readings[at].1.severity);
        if now < before {
            falls += 1;
            if last_change.is_some_and(|change| at - change < dwell) {
                early.push(format!("{} after {:?}", readings[at].0, last_change));
            }
        }
        if now != before {
            last_change = Some(at);
        }
    }
    Measured::faults(falls, early)
}

/// In TRANSITION for the sessions before a flip is believed, and not after.
fn confirmed(e: &Evidence) -> Measured {
    let readings = &e.regimes.readings;
    let (mut since_flip, mut looked_at, mut wrong) = (None, 0, Vec::new());
    for at in 1..readings.len() {
        let (date, now) = readings[at];
        since_flip = if now.trending == readings[at - 1].1.trending {
            since_flip.map(|n: u32| n + 1)
        } else {
            Some(1)
        };
        let Some(sessions) = since_flip else { continue };
        looked_at += 1;
        let in_transition = now.regime == Regime::Transition;
        if in_transition != (sessions < e.regimes.confirm_sessions) {
            wrong.push(format!("{date}: {} in session {sessions} of its trend", now.regime));
        }
    }
    Measured::faults(looked_at, wrong)
}

/// Decisions carry the mark of their session's regime, and the mark is the market's: the proxy
/// stands in exactly where the bundle has no VIX of the session before.
fn proxy(e: &Evidence) -> Measured {
    let of = |date| e.run.regimes.binary_search_by_key(&date, |r| r.session).ok();
    let decisions = &e.run.decisions;
    let other = decisions.iter().filter(|d| {
        let regime = of(d.id.session).map(|i| &e.run.regimes[i]);
        d.vix_is_proxy != regime.map(|r| r.vix_is_proxy)
    });
    let published = |session: &Moment| e.regimes.vix_published.binary_search(session).is_ok();
    let pairs = e.regimes.readings.windows(2);
    let wrong = pairs.filter(|w| w[1].1.vix_is_proxy == published(&w[0].0));
    let other = other.map(|d| format!("{}: {:?}", d.id, d.vix_is_proxy));
    let wrong = wrong.map(|w| format!("regime of {}: proxy {}", w[1].0, w[1].1.vix_is_proxy));
    Measured::faults(decisions.len(), other.chain(wrong))
}

fn row_in_force(e: &Evidence) -> Measured {
    let of = |date| e.run.regimes.binary_search_by_key(&date, |r| r.session).ok();
    let with_row: Vec<_> = e
        .run
        .decisions
        .iter()
        .filter_map(|d| Some((d, &e.run.regimes[of(d.id.session)?])))
        .collect();
    let other = with_row.iter().filter(|(d, r)| d.row != r.regime);
    Measured::faults(
        with_row.len(),
        other.map(|(d, r)| format!("{}: {} in {}", d.id, d.row, r.regime)),
    )
}

fn row(e: &Evidence, regime: Regime) -> Option<&RowPolicy> {
    e.limits.rows.iter().find(|(r, _)| *r == regime).map(|(_, row)| row)
}

/// Every recorded bracket, made again from close, ATR and row.
fn row_brackets(e: &Evidence) -> Measured {
    let with: Vec<_> =
        e.run.decisions.iter().filter_map(|d| Some((d, d.bracket.as_ref()?, d.close?))).collect();
    let other = with.iter().filter(|(d, b, price)| {
        // R may have followed outcomes since; that it did so on record is a check of its own.
        let spec = |row| BracketSpec { r_multiple: b.r_multiple, ..spec_of(row) };
        let made = row(e, d.row)
            .and_then(|row| Bracket::around_close(*price, b.atr, &spec(row), Tick::CENT).ok());
        made.is_none_or(|made| {
            (made.entry_limit, made.stop, made.target, made.max_holding_sessions)
                != (b.entry_limit, b.stop, b.target, b.max_holding_sessions)
        })
    });
    Measured::faults(with.len(), other.map(|(d, b, _)| format!("{}: {b:?}", d.id)))
}

/// One line of the published table, in the order of the regimes.
type Line = (&'static str, [f64; 5], fn(&RowPolicy) -> f64);

const TABLE: [Line; 13] = [
    ("Kelly multiplier", [1.2, 0.8, 1.0, 0.6, 0.5], |r| r.kelly_multiplier),
    ("risk per position", [0.025, 0.015, 0.02, 0.01, 0.008], |r| r.max_risk_per_position),
    ("edge", [0.02, 0.04, 0.03, 0.06, 0.08], |r| r.edge),
    ("ATR multiplier", [1.5, 2.5, 2.0, 3.0, 2.5], |r| r.atr_multiplier),
    ("R-multiple", [2.0, 1.5, 1.5, 1.2, 1.3], |r| r.r_multiple),
    ("least stop", [0.015, 0.02, 0.018, 0.025, 0.02], |r| r.stop_min),
    ("greatest stop", [0.08, 0.12, 0.10, 0.15, 0.12], |r| r.stop_max),
    ("positions", [12.0, 8.0, 10.0, 6.0, 4.0], |r| f64::from(r.max_positions)),
    ("holding", [30.0, 20.0, 25.0, 15.0, 10.0], |r| f64::from(r.max_holding_sessions)),
    ("portfolio risk", [0.20, 0.15, 0.18, 0.12, 0.10], |r| r.max_portfolio_risk),
    ("daily loss", [0.03, 0.025, 0.025, 0.02, 0.015], |r| r.daily_loss_limit),
    ("drawdown", [0.05, 0.04, 0.045, 0.035, 0.03], |r| r.drawdown_threshold),
    ("correlation", [0.70, 0.60, 0.65, 0.50, 0.40], |r| r.correlation_limit),
];

fn table(e: &Evidence) -> Measured {
    let differ = TABLE.iter().flat_map(|(what, wanted, of)| {
        let rows = e.limits.rows.iter().zip(wanted);
        let other = rows.filter(|((_, row), wanted)| !close(of(row), **wanted, 1e-12));
        other.map(move |((regime, row), w)| format!("{regime} {what}: {} instead of {w}", of(row)))
    });
    Measured::faults(TABLE.len() * e.limits.rows.len(), differ)
}
