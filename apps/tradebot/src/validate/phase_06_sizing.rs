//! Phase 6, sizing: Kelly with a cap, drawdown control, brackets within bounds, limits kept.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_brackets::adaptive::{Finding, Review};
use tradebot_domain::Regime;
use tradebot_journal::{CheckRecord, DecisionRecord, IntentRecord, SizeBasis, Verdict};
use tradebot_policy::{Limits, RowPolicy, bounds};

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::measures::close;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");
const OF_LIMIT: (Bound, &str) = (Bound::AtMost(1.0), "x limit");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(
        ("p06-stop-and-target", 6),
        "every order has its stop and target",
        FAULTS,
        stop_and_target,
    ),
    Check::new(
        ("p06-kelly-cap", 6),
        "the Kelly cap is never exceeded",
        (Bound::AtMost(1.0 + 1e-9), "x cap"),
        kelly_cap,
    ),
    Check::new(("p06-risk-row", 6), "risk of one position, of its row's limit", OF_LIMIT, |e| {
        of_limit(e, "risk_per_position")
    }),
    Check::new(
        ("p06-risk-hard", 6),
        "risk of one position, of equity",
        (Bound::AtMost(bounds::RISK_PER_POSITION_MAX), "equity"),
        |e| asked(e, "risk_per_position"),
    ),
    Check::new(("p06-heat-row", 6), "heat at each entry, of its limit", OF_LIMIT, |e| {
        of_limit(e, "portfolio_heat")
    }),
    Check::new(
        ("p06-heat-hard", 6),
        "heat at every close, of equity",
        (Bound::AtMost(bounds::HEAT_MAX), "equity"),
        |e| Measured::largest(e.run.snapshots.iter().map(|s| s.heat)),
    ),
    Check::new(
        ("p06-notional", 6),
        "notional of one position, of equity",
        (Bound::AtMost(0.20), "equity"),
        |e| asked(e, "notional"),
    ),
    Check::new(("p06-risk-again", 6), "risk computed again from the order", OF_LIMIT, risk_again),
    Check::new(("p06-positions", 6), "positions held, of the row's limit", OF_LIMIT, |e| {
        of_limit(e, "max_positions")
    }),
    Check::new(("p06-correlation", 6), "correlation with what is held", OF_LIMIT, correlation),
    Check::new(("p06-checks-made", 6), "every order passed every check", FAULTS, checks_made),
    Check::new(("p06-whole-shares", 6), "orders are for whole shares", FAULTS, whole_shares),
    Check::new(("p06-stop-bounds", 6), "stop distances keep the row's bounds", FAULTS, stop_bounds),
    Check::new(("p06-r-multiples", 6), "targets lie one to three risks away", FAULTS, r_multiples),
    Check::new(
        ("p06-drawdown-free", 6),
        "no drawdown, no reduction",
        (Bound::Exactly(1.0), "factor"),
        |e| at_drawdown(e, 0.0),
    ),
    Check::new(
        ("p06-drawdown-limit", 6),
        "nothing is risked at the drawdown limit",
        (Bound::Exactly(0.0), "factor"),
        |e| at_drawdown(e, e.sizes.drawdown_max),
    ),
    Check::new(
        ("p06-drawdown-falls", 6),
        "a deeper drawdown is sized less",
        FAULTS,
        drawdown_falls,
    ),
    Check::new(("p06-drawdown-used", 6), "recorded sizes use that factor", FAULTS, drawdown_used),
    Check::new(("p06-stopped", 6), "a stopped account enters nothing", FAULTS, stopped),
    Check::new(("p06-basis", 6), "each size says what it was earned by", FAULTS, basis),
    Check::new(("p06-adaptive-r", 6), "the R-multiple follows outcomes", FAULTS, adaptive),
    Check::new(
        ("p06-r-on-record", 6),
        "each bracket's R is its row's with the moves on record",
        FAULTS,
        r_on_record,
    ),
    Check::new(("p06-throttles", 6), "limits on messages, repeats and spread", FAULTS, throttles),
    Check::new(("p06-controls", 6), "controls warn, or refuse when told to", FAULTS, controls),
    Check::new(("p06-warnings", 6), "each warning is a risk event on record", FAULTS, warnings),
    Check::new(
        ("p06-turnover-again", 6),
        "turnover computed again from the orders",
        (Bound::AtMost(1e-9), "equity"),
        turnover_again,
    ),
];

fn stop_and_target(e: &Evidence) -> Measured {
    let intents = &e.run.intents;
    let bare = intents.iter().filter(|i| {
        let b = &i.bracket;
        !(b.stop < b.entry_limit && b.entry_limit < b.target && b.max_holding_sessions > 0)
    });
    Measured::faults(intents.len(), bare.map(|i| format!("{}: {:?}", i.intent_id, i.bracket)))
}

/// The last fraction on record, over the most that Kelly and policy allow; explored sizes over
/// the exploration risk.
fn kelly_cap(e: &Evidence) -> Measured {
    let limits = Limits::simulated();
    let trades = e.run.decisions.iter().filter(|d| matches!(d.verdict, Verdict::Trade { .. }));
    Measured::largest(trades.map(|d| {
        let size = d.sizing.last().map_or(f64::NAN, |s| s.after);
        let kelly = d.sizing.iter().find(|s| s.step == "kelly");
        let cap = match (kelly, row(e, d.row)) {
            (Some(kelly), Some(row)) => kelly.after * limits.kelly_fraction * row.kelly_multiplier,
            (None, _) => limits.explore_risk,
            (Some(_), None) => f64::NAN,
        };
        size / cap
    }))
}

fn row(e: &Evidence, regime: Regime) -> Option<&RowPolicy> {
    e.limits.rows.iter().find(|(r, _)| *r == regime).map(|(_, row)| row)
}

/// Records of one check over all orders that were sent.
fn made<'a>(e: &'a Evidence, limit: &'a str) -> impl Iterator<Item = &'a CheckRecord> {
    let sent = e.run.decisions.iter().filter(|d| matches!(d.verdict, Verdict::Trade { .. }));
    sent.flat_map(|d| &d.checks).filter(move |c| c.limit == limit)
}

fn of_limit(e: &Evidence, limit: &str) -> Measured {
    Measured::largest(made(e, limit).map(|c| c.asked / c.allowed))
}

fn asked(e: &Evidence, limit: &str) -> Measured {
    Measured::largest(made(e, limit).map(|c| c.asked))
}

/// Of the row's limit, with every position that was held at an entry.
fn correlation(e: &Evidence) -> Measured {
    let sent = e.run.decisions.iter().filter(|d| matches!(d.verdict, Verdict::Trade { .. }));
    let checks = sent.flat_map(|d| &d.checks).filter(|c| c.limit.starts_with("correlation "));
    Measured::largest(checks.map(|c| c.asked / c.allowed))
}

/// (limit - stop) x shares over equity and the row's limit: from order and account, not from
/// what the review noted.
fn risk_again(e: &Evidence) -> Measured {
    let accounts = e.run.accounts();
    Measured::largest(e.run.intents.iter().map(|i| {
        let b = &i.bracket;
        let risk = (b.entry_limit.to_f64() - b.stop.to_f64()) * i.shares.to_f64();
        let equity = accounts.get(&i.session).map_or(f64::NAN, |s| s.equity.to_f64());
        risk / equity / row(e, i.row).map_or(f64::NAN, |row| row.max_risk_per_position)
    }))
}

/// Checks that every order must have gone through.
const CHECKS_MADE: [&str; 25] = [
    "equity",
    "shares",
    "bracket",
    "stopped",
    "drawdown_stop",
    "daily_loss",
    "max_positions",
    "already_held",
    "risk_per_position",
    "portfolio_heat",
    "notional",
    "participation",
    "cash",
    "price_collar",
    "spread",
    "messages_per_minute",
    "messages_per_session",
    "repeated_entry",
    "entry_interval",
    "self_trade",
    "duplicate",
    "order_value",
    "turnover",
    "sector",
    "loss_streak",
];

fn checks_made(e: &Evidence) -> Measured {
    let decisions = e.run.by_id();
    let lacking = e.run.intents.iter().filter_map(|i| {
        let checks = decisions.get(&i.decision).map(|d| d.checks.as_slice()).unwrap_or_default();
        let missing = CHECKS_MADE.iter().find(|name| !checks.iter().any(|c| c.limit == **name));
        let failed = checks.iter().find(|c| c.refuses()).map(|c| c.limit.as_str());
        missing.copied().or(failed).map(|name| format!("{}: {name}", i.intent_id))
    });
    Measured::faults(e.run.intents.len(), lacking)
}

/// The order, its decision and its risk speak of one whole number of shares.
fn whole_shares(e: &Evidence) -> Measured {
    let decisions = e.run.by_id();
    let other = e.run.intents.iter().filter(|i| {
        let decided = decisions.get(&i.decision).and_then(|d| match &d.verdict {
            Verdict::Trade { shares, intent_id, .. } if *intent_id == i.intent_id => Some(*shares),
            _ => None,
        });
        let b = &i.bracket;
        let risk = b.entry_limit.times(i.shares) - b.stop.times(i.shares);
        let adds_up = risk == i.planned_risk && b.entry_limit.times(i.shares) == i.notional;
        i.shares.0 == 0 || decided != Some(i.shares) || !adds_up
    });
    Measured::faults(e.run.intents.len(), other.map(|i| format!("{i:?}")))
}

fn bracketed(e: &Evidence) -> Vec<(&DecisionRecord, f64, f64, f64)> {
    let with = e.run.decisions.iter().filter_map(|d| {
        let b = d.bracket.as_ref()?;
        Some((d, d.close?, b.stop.to_f64(), b.target.to_f64()))
    });
    with.collect()
}

/// A cent of rounding at either end.
const TICKS: f64 = 0.02;

fn stop_bounds(e: &Evidence) -> Measured {
    let with = bracketed(e);
    let outside = with.iter().filter(|(d, price, stop, _)| {
        let distance = price - stop;
        row(e, d.row).is_none_or(|row| {
            distance < row.stop_min * price - TICKS || distance > row.stop_max * price + TICKS
        })
    });
    Measured::faults(with.len(), outside.map(|(d, p, s, _)| format!("{}: {s} below {p}", d.id)))
}

fn r_multiples(e: &Evidence) -> Measured {
    let with = bracketed(e);
    let outside = with.iter().filter(|(_, price, stop, target)| {
        let (risk, reward) = (price - stop, target - price);
        reward < risk - TICKS || reward > 3.0 * risk + TICKS
    });
    Measured::faults(with.len(), outside.map(|(d, p, _, t)| format!("{}: {t} above {p}", d.id)))
}

fn at_drawdown(e: &Evidence, drawdown: f64) -> Measured {
    let point = e.sizes.drawdown_curve.iter().find(|(d, _)| close(*d, drawdown, 1e-12));
    point.map_or_else(|| Measured::nothing("not measured"), |(_, m)| Measured::value(*m))
}

/// Factor and shares fall from one drawdown to the next until both are zero.
fn drawdown_falls(e: &Evidence) -> Measured {
    let limit = e.sizes.drawdown_max;
    let factors = e.sizes.drawdown_curve.windows(2);
    let risen = factors.filter(|w| w[1].1 > w[0].1 || (w[1].0 < limit && w[1].1 >= w[0].1));
    let risen = risen.map(|w| format!("{w:?}"));
    let shares = e.sizes.drawdown_shares.windows(2).filter(|w| w[1].1 > w[0].1);
    let shares = shares.map(|w| format!("shares {w:?}"));
    let begun = e.sizes.drawdown_shares.first().is_none_or(|(_, n)| *n == 0);
    let begun = begun.then(|| "no shares without a drawdown".to_owned());
    let past = e.sizes.drawdown_shares.iter().find(|(d, n)| *d >= limit && *n > 0);
    let past = past.map(|p| format!("{p:?} beyond the limit"));
    Measured::faults(e.sizes.drawdown_curve.len(), risen.chain(shares).chain(begun).chain(past))
}

/// Each `drawdown` step multiplied by (D - d) / ((1 - d) D) of the session's drawdown.
fn drawdown_used(e: &Evidence) -> Measured {
    let accounts: BTreeMap<_, _> = e.run.accounts();
    let limit = e.sizes.drawdown_max;
    let steps = e
        .run
        .decisions
        .iter()
        .flat_map(|d| d.sizing.iter().filter(|s| s.step == "drawdown").map(move |s| (d.id, s)));
    let steps: Vec<_> = steps.collect();
    let other = steps.iter().filter(|(id, step)| {
        let d = accounts.get(&id.session).map_or(f64::NAN, |s| s.drawdown);
        let factor = (limit - d) / ((1.0 - d) * limit);
        !close(step.after, step.before * factor, 1e-9)
    });
    Measured::faults(steps.len(), other.map(|(id, s)| format!("{id}: {} to {}", s.before, s.after)))
}

fn stopped(e: &Evidence) -> Measured {
    let accounts = e.run.accounts();
    let limit = e.sizes.drawdown_max;
    let entered = e
        .run
        .intents
        .iter()
        .filter(|i| accounts.get(&i.session).is_none_or(|s| s.stopped || s.drawdown >= limit));
    Measured::faults(
        e.run.intents.len(),
        entered.map(|i| format!("{} on {}", i.intent_id, i.session)),
    )
}

/// Explored sizes have no Kelly step, others have one; skill is claimed only where it was shown.
fn basis(e: &Evidence) -> Measured {
    let decisions = e.run.by_id();
    let wrong = |i: &&IntentRecord| {
        decisions.get(&i.decision).is_none_or(|d| {
            let kelly = d.sizing.iter().any(|s| s.step == "kelly");
            let shown = d.consensus.as_ref().is_some_and(|c| c.skill_shown);
            match i.basis {
                SizeBasis::Skill => !kelly || !shown,
                SizeBasis::Drift => !kelly || shown,
                SizeBasis::Explore => kelly,
            }
        })
    };
    let claimed = e.run.intents.iter().filter(wrong);
    Measured::faults(
        e.run.intents.len(),
        claimed.map(|i| format!("{}: {:?}", i.intent_id, i.basis)),
    )
}

/// The clean order passes without a warning; each broken limit refuses by its own name.
fn throttles(e: &Evidence) -> Measured {
    let (clean, probes) = (&e.review.clean, &e.review.throttles);
    let untouched = clean.refused.is_some() || !clean.warned.is_empty();
    let untouched = untouched.then(|| format!("the clean order: {clean:?}"));
    let through = probes.iter().filter(|p| p.refused != Some(p.breaks)).map(|p| format!("{p:?}"));
    Measured::faults(probes.len(), untouched.into_iter().chain(through))
}

fn controls(e: &Evidence) -> Measured {
    let (warning, refusing) = (&e.review.warning, &e.review.refusing);
    let silent = warning.iter().filter(|p| p.refused.is_some() || p.warned != [p.breaks]);
    let through = refusing.iter().filter(|p| p.refused != Some(p.breaks));
    Measured::faults(
        warning.len().min(refusing.len()),
        silent.chain(through).map(|p| format!("{p:?}")),
    )
}

/// Failed checks that warn, and `..._warning` events: the same symbols on the same sessions.
fn warnings(e: &Evidence) -> Measured {
    let sent = e.run.decisions.iter().filter(|d| matches!(d.verdict, Verdict::Trade { .. }));
    let noted = sent.flat_map(|d| {
        d.checks.iter().filter(|c| c.is_warning()).map(|c| {
            (d.id.session, Some(d.id.symbol), format!("{}_warning", c.limit), c.asked.to_bits())
        })
    });
    let noted: BTreeSet<_> = noted.collect();
    let events = e.run.risks.iter().filter(|r| r.event.ends_with("_warning"));
    let told: BTreeSet<_> =
        events.map(|r| (r.session, r.symbol, r.event.clone(), r.value.to_bits())).collect();
    let other = noted.symmetric_difference(&told).map(|w| format!("{w:?}"));
    Measured::faults(noted.len(), other)
}

/// Greatest distance between the turnover that the last order of a session was reviewed with, and
/// the value of the session's orders over equity.
fn turnover_again(e: &Evidence) -> Measured {
    let accounts = e.run.accounts();
    let mut entered: BTreeMap<_, f64> = BTreeMap::new();
    for intent in &e.run.intents {
        *entered.entry(intent.session).or_default() += intent.notional.to_f64();
    }
    let mut reviewed: BTreeMap<_, f64> = BTreeMap::new();
    for d in e.run.decisions.iter().filter(|d| matches!(d.verdict, Verdict::Trade { .. })) {
        for c in d.checks.iter().filter(|c| c.limit == "turnover") {
            let most = reviewed.entry(d.id.session).or_insert(0.0);
            *most = most.max(c.asked);
        }
    }
    Measured::largest(entered.iter().map(|(session, value)| {
        let equity = accounts.get(session).map_or(f64::NAN, |s| s.equity.to_f64());
        (reviewed.get(session).copied().unwrap_or(f64::NAN) - value / equity).abs()
    }))
}

/// In a market that only climbs R rises, by a tenth a month at most and never outside 1 to 3; in one
/// that goes nowhere it stays within two tenths of its own.
fn adaptive(e: &Evidence) -> Measured {
    let facts = &e.adaptive;
    let mut faults = Vec::new();
    for review in facts.climbing.iter().chain(&facts.nowhere) {
        let step = (review.to_r - review.from_r).abs();
        let moved = review.finding == Finding::Moved;
        if step > 0.1 + 1e-9 || (step > 1e-9) != moved || !(1.0..=3.0).contains(&review.to_r) {
            faults.push(format!("{}: {} to {}", review.session, review.from_r, review.to_r));
        }
    }
    let months = |reviews: &[Review]| {
        let twice = reviews.windows(2).filter(|w| {
            (w[0].session.year(), w[0].session.month())
                == (w[1].session.year(), w[1].session.month())
        });
        twice.count()
    };
    if months(&facts.climbing) + months(&facts.nowhere) > 0 {
        faults.push("two reviews in a month".to_owned());
    }
    let end = |reviews: &[Review]| reviews.last().map_or(f64::NAN, |r| r.to_r);
    let (climbed, stayed) = (end(&facts.climbing), end(&facts.nowhere));
    if climbed.is_nan() || climbed < facts.own_r + 0.5 {
        faults.push(format!("a climb moved it from {} to {climbed} only", facts.own_r));
    }
    if stayed.is_nan() || (stayed - facts.own_r).abs() > 0.2 + 1e-9 {
        faults.push(format!("nothing moved it from {} to {stayed}", facts.own_r));
    }
    Measured::faults(facts.climbing.len(), faults)
}

/// R of every bracket: the policy's, or where the last `r_adapted` before it left the row.
fn r_on_record(e: &Evidence) -> Measured {
    let moves: Vec<_> = e.run.risks.iter().filter(|r| r.event == "r_adapted").collect();
    let of = |d: &DecisionRecord| {
        let mine = moves
            .iter()
            .rev()
            .find(|m| m.session <= d.id.session && m.detail.starts_with(&format!("{}:", d.row)));
        mine.map(|m| m.value).or(row(e, d.row).map(|r| r.r_multiple))
    };
    let with: Vec<_> = e.run.decisions.iter().filter_map(|d| Some((d, d.bracket?))).collect();
    let other = with.iter().filter(|(d, b)| of(d) != Some(b.r_multiple));
    Measured::faults(with.len(), other.map(|(d, b)| format!("{}: {}", d.id, b.r_multiple)))
}
