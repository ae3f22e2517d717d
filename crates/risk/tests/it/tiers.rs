//! What a size is earned by.

use tradebot_domain::Regime;
use tradebot_journal::SizeBasis;
use tradebot_policy::{Limits, UnskilledSize};
use tradebot_risk::{Belief, Hold, basis};

use crate::fixture::{drifting, exploring, row, skilled};

fn tier(belief: &Belief, limits: &Limits) -> Result<(SizeBasis, f64), Hold> {
    basis(belief, &row(Regime::TrendingLowVol), limits)
}

#[test]
fn skill_sizes_on_the_consensus_lower_bound() {
    let got = tier(&skilled(), &Limits::simulated());
    assert_eq!(got, Ok((SizeBasis::Skill, 0.42)));
    assert_eq!(tier(&skilled(), &Limits::live()), Ok((SizeBasis::Skill, 0.42)));
}

#[test]
fn skill_asks_for_the_edge_and_for_the_lower_bound() {
    let break_even = skilled().break_even();
    let thin = Belief { consensus_mean: break_even + 0.02, consensus_lo: 0.34, ..skilled() };
    assert_eq!(tier(&thin, &Limits::simulated()).unwrap().0, SizeBasis::Explore);
    let enough = Belief { consensus_mean: break_even + 0.021, ..thin };
    assert_eq!(tier(&enough, &Limits::simulated()), Ok((SizeBasis::Skill, 0.34)));
    let loose = Belief { consensus_lo: 0.33, ..skilled() };
    assert_eq!(tier(&loose, &Limits::simulated()).unwrap().0, SizeBasis::Explore);
}

#[test]
fn drift_sizes_on_the_smaller_of_row_bound_and_consensus() {
    assert_eq!(tier(&drifting(), &Limits::simulated()), Ok((SizeBasis::Drift, 0.38)));
    let doubting = Belief { consensus_mean: 0.36, ..drifting() };
    assert_eq!(tier(&doubting, &Limits::simulated()), Ok((SizeBasis::Drift, 0.36)));
}

#[test]
fn without_skill_or_drift_there_is_exploration() {
    assert_eq!(tier(&exploring(), &Limits::simulated()), Ok((SizeBasis::Explore, 0.45)));
    let explore = Limits { unskilled_size: UnskilledSize::Explore, ..Limits::simulated() };
    assert_eq!(tier(&drifting(), &explore), Ok((SizeBasis::Explore, 0.45)));
}

#[test]
fn a_row_with_too_few_outcomes_is_explored_only() {
    let limits = Limits::simulated();
    for belief in [skilled(), drifting()] {
        let new = Belief { row_n: 29.9, ..belief };
        assert_eq!(tier(&new, &limits).unwrap().0, SizeBasis::Explore);
        let known = Belief { row_n: 30.0, ..belief };
        assert_ne!(tier(&known, &limits).unwrap().0, SizeBasis::Explore);
    }
    let live = tier(&Belief { row_n: 29.9, ..skilled() }, &Limits::live());
    assert_eq!(live, Err(Hold::RowUnknown { outcomes: 29.9, wanted: 30.0 }));
}

#[test]
fn live_holds_without_skill_and_says_what_was_missing() {
    let hold = tier(&drifting(), &Limits::live()).unwrap_err();
    assert_eq!(hold.code(), "size_not_earned");
    assert!(hold.to_string().contains("skill shown: false"), "{hold}");
}

#[test]
fn a_consensus_at_break_even_earns_nothing_in_any_tier() {
    for belief in [skilled(), drifting(), exploring()] {
        let at = Belief { consensus_mean: belief.break_even(), ..belief };
        assert_eq!(tier(&at, &Limits::simulated()).unwrap_err().code(), "below_break_even");
    }
}

#[test]
fn a_number_that_cannot_be_used_is_named() {
    let wrong = [
        ("consensus mean", Belief { consensus_mean: f64::NAN, ..skilled() }),
        ("consensus mean", Belief { consensus_mean: 1.5, ..skilled() }),
        ("consensus lower bound", Belief { consensus_lo: -0.1, ..skilled() }),
        ("row rate", Belief { row_rate: f64::INFINITY, ..skilled() }),
        ("row rate's lower bound", Belief { row_lo: f64::NAN, ..skilled() }),
        ("row outcomes", Belief { row_n: f64::NAN, ..skilled() }),
        ("mean win", Belief { mean_win: 0.0, ..skilled() }),
        ("mean loss", Belief { mean_loss: f64::INFINITY, ..skilled() }),
    ];
    for (name, belief) in wrong {
        match tier(&belief, &Limits::simulated()) {
            Err(Hold::Unusable { what, .. }) => assert_eq!(what, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}
