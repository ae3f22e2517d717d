//! Options of a policy row in the whole loop: positions and shadows end alike, money adds up.

use std::collections::BTreeMap;

use tradebot_domain::{Decimal, Money};
use tradebot_journal::{Event, ExitReason, TradeRecord};
use tradebot_policy::Policy;

use crate::market::{Market, Outcome, run};

/// The bundled rows with further keys in each.
fn policy(keys: &str) -> Policy {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/regimes.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let managed = text.replace("    kelly_multiplier:", &format!("{keys}    kelly_multiplier:"));
    Policy::parse("managed", &managed).unwrap()
}

fn managed(keys: &str) -> Outcome {
    let market = Market::random(&["AAA", "BBB", "CCC"], 700, 0.0012, 17);
    let policy = policy(keys);
    run(&market, |c| c.policy = policy)
}

fn trades(outcome: &Outcome) -> Vec<&TradeRecord> {
    let closed = outcome.events.iter().filter_map(|e| match e {
        Event::TradeClosed(t) if t.reason != ExitReason::EndOfData => Some(t),
        _ => None,
    });
    closed.collect()
}

/// Every trade that ended beside the shadow of its decision: reasons that differ.
fn unlike_their_shadows(outcome: &Outcome) -> Vec<String> {
    let shadows: BTreeMap<_, _> = outcome
        .events
        .iter()
        .filter_map(|e| match e {
            Event::Outcome(o) => Some((o.id, o.reason)),
            _ => None,
        })
        .collect();
    let unlike = |t: &&&TradeRecord| shadows.get(&t.decision).is_some_and(|r| *r != Some(t.reason));
    trades(outcome).iter().filter(unlike).map(|t| format!("{t:?}")).collect()
}

#[test]
fn a_position_is_left_when_the_consensus_turns_and_its_shadow_leaves_with_it() {
    let outcome = managed("    exit_on_reversal: yes\n");
    let reversed = trades(&outcome).iter().filter(|t| t.reason == ExitReason::Reversal).count();
    let shadows = outcome
        .events
        .iter()
        .filter(|e| matches!(e, Event::Outcome(o) if o.reason == Some(ExitReason::Reversal)));
    assert!(shadows.count() > 0, "no consensus ever turned");
    assert_eq!(unlike_their_shadows(&outcome), Vec::<String>::new());
    println!("{reversed} of {} trades left on a reversal", trades(&outcome).len());
}

#[test]
fn a_stop_at_break_even_ends_trades_as_it_ends_their_shadows() {
    let outcome = managed("    break_even_at_r: 0.4\n");
    assert!(trades(&outcome).len() > 20);
    assert_eq!(unlike_their_shadows(&outcome), Vec::<String>::new());
    // Stopped without a loss: what the option is for.
    let saved = trades(&outcome)
        .iter()
        .filter(|t| t.reason == ExitReason::Stop && t.r_multiple.abs() < 0.05)
        .count();
    assert!(saved > 0, "no stop was ever raised");
}

#[test]
fn a_part_is_sold_on_the_way_and_cash_adds_up() {
    let outcome = managed("    partial_exit_at_r: 0.5\n    partial_exit_share: 0.5\n");
    let fills = outcome.count("fill");
    let closed = trades(&outcome).len();
    assert!(fills > 2 * closed + 5, "{fills} fills of {closed} trades");
    // Whenever nothing is held, start and trades make the equity, to the last decimal.
    let mut expected = Money(Decimal::from(100_000));
    let mut checked = 0;
    for event in &outcome.events {
        match event {
            Event::TradeClosed(t) => expected += t.net,
            Event::Snapshot(s) if s.positions.is_empty() => {
                assert_eq!(s.equity, expected, "{}", s.session);
                checked += u32::from(expected != Money(Decimal::from(100_000)));
            }
            _ => {}
        }
    }
    assert!(checked > 0, "there is always something held");
}

#[test]
fn rows_without_options_write_records_without_them() {
    let plain = managed("");
    let json = |e: &Event| serde_json::to_string(e).unwrap();
    assert!(plain.events.iter().map(json).all(|j| !j.contains("management")));
    let stays = managed("    exit_on_reversal: no\n    break_even_at_r: none\n");
    assert_eq!(plain.digest, stays.digest);
}

#[test]
fn stops_follow_the_forecast_of_volatility_for_trades_and_shadows_alike() {
    let plain = managed("");
    let outcome = managed("    stop_follows_forecast: yes\n");
    let brackets = |o: &Outcome| -> BTreeMap<_, _> {
        o.decisions().filter_map(|d| Some((d.id, d.bracket?))).collect()
    };
    let (with, without) = (brackets(&outcome), brackets(&plain));
    assert_eq!(with.len(), without.len());
    let mut scales = Vec::new();
    for (id, bracket) in &with {
        let scale = bracket.stop_scale.expect("the row asks for it");
        assert!((0.5..=2.0).contains(&scale), "{scale}");
        assert_eq!(without[id].stop_scale, None);
        assert_eq!(bracket.atr, without[id].atr * scale, "{id:?}");
        scales.push(scale);
    }
    let moved = scales.iter().filter(|scale| **scale != 1.0).count();
    assert!(moved > 100, "{moved} of {} brackets knew a forecast", scales.len());
    assert!(scales.iter().any(|s| *s > 1.02) && scales.iter().any(|s| *s < 0.98), "both ways");
    assert_eq!(unlike_their_shadows(&outcome), Vec::<String>::new());
}
