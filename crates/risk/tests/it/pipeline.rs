//! Laws of sizing as a whole: its record, its gates, and the one step between its tiers.

use proptest::prelude::*;
use tradebot_journal::SizeBasis;

use crate::fixture::{Case, skilled};
use crate::laws::any_case;

/// Steps of a size that skill or drift has earned.
const EARNED: [&str; 12] = [
    "kelly",
    "fraction",
    "risk_constrained",
    "drawdown",
    "regime",
    "row_drawdown",
    "risk_cap",
    "notional_cap",
    "heat_cap",
    "participation_cap",
    "cash_cap",
    "whole_shares",
];
/// Steps of an exploratory size.
const EXPLORED: [&str; 8] = [
    "explore",
    "row_drawdown",
    "risk_cap",
    "notional_cap",
    "heat_cap",
    "participation_cap",
    "cash_cap",
    "whole_shares",
];

/// Of [`GATES`], how many have to do with the Kelly fraction.
const KELLY_GATES: usize = 3;
/// Every factor and room that sizing multiplies with or fits into, at nothing.
const GATES: [fn(&mut Case<'static>); 12] = [
    |case| case.limits.kelly_fraction = 0.0,
    |case| case.row.kelly_multiplier = 0.0,
    |case| case.limits.rck_beta = 0.0,
    |case| case.view.drawdown = case.limits.drawdown_max,
    |case| case.limits.drawdown_max = 0.0,
    |case| case.row.max_risk_per_position = 0.0,
    |case| case.row.max_portfolio_risk = 0.0,
    |case| case.limits.heat_share = 0.0,
    |case| case.limits.notional_max = 0.0,
    |case| case.limits.participation_max = 0.0,
    |case| case.view.adv_20 = 0.0,
    |case| case.view.cash = 0.0,
];

proptest! {
    #[test]
    fn the_record_begins_at_nothing_chains_and_ends_at_the_size(case in any_case()) {
        let (steps, fraction) = match case.propose() {
            Ok(proposal) => (proposal.steps().to_vec(), Some(proposal.fraction())),
            Err((_, steps)) => (steps, None),
        };
        prop_assert!(steps.first().is_none_or(|first| first.before == 0.0));
        for pair in steps.windows(2) {
            prop_assert_eq!(pair[0].after, pair[1].before);
        }
        // In the pinned order, a hold stopping somewhere on the way.
        let names: Vec<&str> = steps.iter().map(|s| s.step.as_str()).collect();
        let pinned = if names.first() == Some(&"explore") { &EXPLORED[..] } else { &EARNED[..] };
        prop_assert!(pinned.starts_with(&names), "{:?}", names);
        if let Some(fraction) = fraction {
            prop_assert_eq!(names.len(), pinned.len());
            prop_assert_eq!(steps.last().map(|s| s.after), Some(fraction));
        }
        // After the first of them only the row's multiplier may enlarge.
        for step in steps.iter().skip(1).filter(|s| s.step != "regime") {
            prop_assert!(step.after <= step.before, "{:?}", step);
        }
    }

    #[test]
    fn any_gate_at_zero_is_no_order(case in any_case(), gate in 0_usize..GATES.len()) {
        let mut closed = case.clone();
        GATES[gate](&mut closed);
        let size = closed.propose().map(|p| (p.basis(), p.shares()));
        // Exploration asks neither Kelly nor the row's multiplier.
        let asks_kelly = gate < KELLY_GATES;
        let explores = matches!(size, Ok((SizeBasis::Explore, _)));
        prop_assert!(size.is_err() || asks_kelly && explores, "gate {}: {:?}", gate, size);
    }
}

/// What is bought to keep learning has a fixed risk, and a size that is barely earned is smaller:
/// the one place where a better probability gives fewer shares.
#[test]
fn exploration_may_be_larger_than_a_size_that_is_barely_earned() {
    let mut case = Case::new(skilled());
    let break_even = case.belief.break_even();
    case.belief.consensus_lo = break_even - 0.001;
    assert_eq!(case.propose().unwrap().basis(), SizeBasis::Explore);
    let explored = case.shares();
    case.belief.consensus_lo = break_even + 0.001;
    assert_eq!(case.propose().unwrap().basis(), SizeBasis::Skill);
    assert!((1..explored).contains(&case.shares()), "{} of {explored}", case.shares());
}
