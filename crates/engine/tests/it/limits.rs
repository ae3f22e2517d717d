//! Limits of the account: the drawdown stop and what configuration may not do.

use tradebot_engine::{Engine, EngineConfig, EngineError};
use tradebot_journal::{DecisionRecord, Event, ExitReason, Verdict};
use tradebot_policy::{Control, UnskilledSize};

use crate::market::{Market, Outcome, config, run};

/// A market that rises until positions are open and then falls by half overnight.
fn crash() -> Market {
    let mut market = Market::random(&["AAA", "BBB", "CCC", "DDD"], 700, 0.0015, 11);
    for symbol in ["AAA", "BBB", "CCC", "DDD"] {
        market.shift(600, symbol, 0.5);
    }
    market
}

#[test]
fn a_drawdown_at_the_limit_sells_everything_and_stops_entries_until_re_armed() {
    let outcome = run(&crash(), |c| c.limits.drawdown_max = 0.01);
    let names: Vec<&str> = outcome.risks().map(|r| r.event.as_str()).collect();
    assert!(names.contains(&"drawdown_stop"), "{names:?}");
    let stop = outcome.risks().find(|r| r.event == "drawdown_stop").unwrap().session;
    let rearmed =
        outcome.risks().find(|r| r.event == "rearmed" && r.session > stop).map(|r| r.session);
    for event in &outcome.events {
        if let Event::Intent(intent) = event {
            let stopped = intent.session >= stop && rearmed.is_none_or(|r| intent.session < r);
            assert!(!stopped, "entry {} while stopped", intent.intent_id);
        }
    }
    let after_next_open = outcome.snapshots().filter(|s| s.session > stop).nth(1).unwrap();
    assert!(after_next_open.positions.is_empty(), "everything was sold at the next open");
}

#[test]
fn who_may_not_re_arm_stays_stopped() {
    let outcome = run(&crash(), |c| {
        c.limits.drawdown_max = 0.01;
        c.rearm_by_itself = false;
    });
    assert!(outcome.risks().any(|r| r.event == "drawdown_stop"));
    assert!(outcome.risks().all(|r| r.event != "rearmed"));
    assert!(outcome.snapshots().last().unwrap().stopped);
}

#[test]
fn without_unskilled_sizes_nothing_is_traded_before_skill_is_shown() {
    let outcome = run(&Market::random(&["AAA", "BBB"], 620, 0.001, 3), |c| {
        c.limits.unskilled_size = UnskilledSize::None;
        c.limits.explore_risk = 0.0;
    });
    assert_eq!(outcome.trades_decided(), 0);
    assert!(outcome.count("outcome") > 200, "it learns from shadows all the same");
}

#[test]
fn flattened_trades_say_so() {
    let outcome = run(&crash(), |c| c.limits.drawdown_max = 0.01);
    let reasons: Vec<ExitReason> = outcome
        .events
        .iter()
        .filter_map(|e| match e {
            Event::TradeClosed(t) => Some(t.reason),
            _ => None,
        })
        .collect();
    assert!(reasons.contains(&ExitReason::StopGap), "the crash gapped through stops: {reasons:?}");
}

/// Four symbols that rise and rest: entries on many sessions, several on some.
fn busy() -> Market {
    Market::random(&["AAA", "BBB", "CCC", "DDD"], 620, 0.0015, 11)
}

#[test]
fn no_more_orders_leave_in_a_cycle_than_the_throttle_allows() {
    let most_in_a_session = |outcome: &Outcome| {
        let mut counts = std::collections::BTreeMap::new();
        for event in &outcome.events {
            if let Event::Intent(intent) = event {
                *counts.entry(intent.session).or_insert(0) += 1;
            }
        }
        counts.into_values().max().unwrap_or(0)
    };
    let free = run(&busy(), |_| ());
    assert!(most_in_a_session(&free) > 1, "the market must make several entries at once");
    let throttled = run(&busy(), |c| c.limits.messages_per_minute = 1);
    assert_eq!(most_in_a_session(&throttled), 1);
    assert!(reasons(&throttled).contains(&"messages_per_minute".to_owned()));
}

#[test]
fn a_sector_can_be_limited_and_warns_while_it_is_not() {
    let one_sector = |c: &mut EngineConfig| {
        c.sectors = c.symbols.iter().map(|s| (*s, "shoes".to_owned())).collect();
    };
    let warned = run(&busy(), |c| {
        one_sector(c);
        c.limits.sector = Control::warning(0.25);
    });
    let told = warned.risks().filter(|r| r.event == "sector_warning").count();
    let checks = warned.decisions().flat_map(|d| &d.checks);
    let failed = checks.filter(|c| c.limit == "sector" && c.is_warning()).count();
    assert!(told > 0 && told == failed, "{told} events, {failed} failed checks");

    let limited = run(&busy(), |c| {
        one_sector(c);
        c.limits.sector = Control::refusing(0.25);
    });
    assert!(reasons(&limited).contains(&"sector".to_owned()));
    assert!(limited.risks().all(|r| r.event != "sector_warning"));

    // Four sectors are not one.
    let apart = run(&busy(), |c| {
        c.sectors = c.symbols.iter().map(|s| (*s, s.to_string())).collect();
        c.limits.sector = Control::refusing(0.25);
    });
    assert!(!reasons(&apart).contains(&"sector".to_owned()));
    assert!(apart.trades_decided() > limited.trades_decided());
}

#[test]
fn a_losing_streak_stops_entries_where_its_owner_wants_so() {
    let free = run(&busy(), |_| ());
    let refusing = |c: &mut EngineConfig| c.limits.loss_streak = Control::refusing(1.0);
    let stopped = run(&busy(), refusing);
    assert!(stopped.trades_decided() < free.trades_decided());
    let refused: Vec<_> = stopped.decisions().filter(|d| reason(d) == "loss_streak").collect();
    let last = refused.last().expect("two trades in a row lose").id.session;
    // It is no halt for ever: after a rest there are entries again.
    let entered = |d: &DecisionRecord| matches!(d.verdict, Verdict::Trade { .. });
    let again = stopped.decisions().any(|d| d.id.session > refused[0].id.session && entered(d));
    assert!(again, "entries stop from {} to {last}", refused[0].id.session);
}

fn reason(decision: &DecisionRecord) -> &str {
    match &decision.verdict {
        Verdict::NoTrade { reason, .. } => reason,
        Verdict::Trade { .. } => "",
    }
}

fn reasons(outcome: &Outcome) -> Vec<String> {
    outcome.decisions().map(|d| reason(d).to_owned()).collect()
}

#[test]
fn a_configuration_that_no_run_may_start_with_is_refused_by_name() {
    let market = Market::random(&["AAA"], 3, 0.0, 1);
    let refused =
        |change: fn(&mut tradebot_engine::EngineConfig)| match Engine::new(config(&market, change))
        {
            Err(EngineError::Config(text)) => text,
            Ok(_) => panic!("accepted"),
            Err(other) => panic!("{other}"),
        };
    assert!(refused(|c| c.symbols.clear()).contains("symbols"));
    assert!(refused(|c| c.cash = tradebot_domain::Money::ZERO).contains("cash"));
    assert!(refused(|c| c.costs.slippage_bps = f64::NAN).contains("slippage_bps"));
    assert!(refused(|c| c.costs.half_spread_bps = -1.0).contains("half_spread_bps"));
    assert!(refused(|c| c.limits.kelly_fraction = 0.9).contains("kelly_fraction"));
    assert!(refused(|c| c.limits.drawdown_max = f64::NAN).contains("drawdown_max"));
    assert!(refused(|c| c.training.every_months = 0).contains("every_months"));
}
