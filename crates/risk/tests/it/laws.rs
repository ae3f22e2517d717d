//! Laws that hold for every input: monotone in what is good, never beyond a cap.

use proptest::prelude::*;
use tradebot_brackets::{CostModel, ExitKind};
use tradebot_domain::{Regime, Symbol};
use tradebot_journal::SizeBasis;
use tradebot_policy::{Limits, UnskilledSize};
use tradebot_risk::{
    Belief, BookView, drawdown_multiplier, kelly_fraction, review, risk_constrained,
};

use crate::fixture::{Case, bracket_of, quiet_book, row, symbol};

prop_compose! {
    fn any_belief()(
        row_lo in 0.2_f64..0.6,
        lo in 0.2_f64..0.8,
        above in 0.0_f64..0.2,
        row_n in prop::sample::select(vec![5.0, 29.0, 31.0, 500.0]),
        mean_win in 0.5_f64..3.0,
        mean_loss in 0.5_f64..1.5,
        skill_shown in any::<bool>(),
    ) -> Belief {
        Belief {
            consensus_mean: (lo + above).min(1.0),
            consensus_lo: lo,
            row_rate: row_lo + 0.02,
            row_lo,
            row_n,
            mean_win,
            mean_loss,
            skill_shown,
        }
    }
}

prop_compose! {
    pub(crate) fn any_costs()(
        commission_per_share in 0.0_f64..0.1,
        commission_min in prop::sample::select(vec![0.0, 1.0, 9.95]),
        half_spread_bps in 0.0_f64..50.0,
        slippage_bps in 0.0_f64..50.0,
    ) -> CostModel {
        CostModel { commission_per_share, commission_min, half_spread_bps, slippage_bps }
    }
}

prop_compose! {
    fn any_view()(
        equity in prop::sample::select(vec![1_000.0, 25_000.0, 100_000.0, 3e7]),
        cash_share in -0.1_f64..1.2,
        drawdown in 0.0_f64..0.12,
        drawdown_20 in 0.0_f64..0.08,
        day_return in -0.04_f64..0.04,
        heat in 0.0_f64..0.07,
        adv_20 in prop::sample::select(vec![0.0, 900.0, 50_000.0, 1e8]),
        positions in 0_usize..14,
    ) -> BookView<'static> {
        BookView {
            equity,
            cash: equity * cash_share,
            drawdown,
            drawdown_20,
            day_return,
            open_risk: heat * equity,
            adv_20,
            positions,
            ..quiet_book()
        }
    }
}

prop_compose! {
    pub(crate) fn any_case()(
        belief in any_belief(),
        costs in any_costs(),
        view in any_view(),
        regime in prop::sample::select(Regime::ALL.to_vec()),
        close in 2.0_f64..900.0,
        atr_share in 0.005_f64..0.08,
        unskilled_size in prop::sample::select(vec![
            UnskilledSize::Drift, UnskilledSize::Explore, UnskilledSize::None,
        ]),
    ) -> Case<'static> {
        Case {
            bracket: bracket_of(close, close * atr_share),
            belief,
            row: row(regime),
            limits: Limits { unskilled_size, ..Limits::simulated() },
            costs,
            view: BookView { close, ..view },
        }
    }
}

/// Like [`any_case`], but nearly always sized: skill is shown and the account is healthy.
pub(crate) fn sized_case() -> impl Strategy<Value = Case<'static>> {
    any_case().prop_map(|mut case| {
        case.belief.skill_shown = true;
        case.belief.row_n = 500.0;
        case.belief.consensus_lo = case.belief.consensus_lo.max(case.belief.break_even() + 0.01);
        case.belief.consensus_mean =
            (case.belief.consensus_lo + case.row.edge).min(1.0).max(case.belief.consensus_mean);
        case.view.equity = case.view.equity.max(25_000.0);
        case.view.cash = case.view.equity;
        case.view.open_risk = 0.0;
        case.view.adv_20 = 1e8;
        case
    })
}

proptest! {
    #[test]
    fn never_beyond_any_cap(case in any_case()) {
        let Ok(proposal) = case.propose() else { return Ok(()) };
        let (limits, row, view) = (&case.limits, &case.row, &case.view);
        let shares = proposal.shares().to_f64();
        let (limit, stop) = (case.bracket.entry_limit.to_f64(), case.bracket.stop.to_f64());
        let loss = shares * (limit - stop
            + case.costs.entry_per_share(limit)
            + case.costs.exit_per_share(stop, ExitKind::Stop))
            + 2.0 * case.costs.commission_min;
        let heat_part = if proposal.basis() == SizeBasis::Drift { 0.5 } else { 1.0 };
        let slack = 1.0 + 1e-12;
        prop_assert!(shares >= 1.0);
        prop_assert!(loss <= row.max_risk_per_position * view.equity * slack);
        prop_assert!(
            view.open_risk + loss
                <= heat_part * limits.heat_share * row.max_portfolio_risk * view.equity * slack
        );
        prop_assert!(shares * limit <= limits.notional_max * view.equity * slack);
        prop_assert!(shares <= limits.participation_max * view.adv_20);
        prop_assert!(shares * limit <= view.cash);
        if proposal.basis() == SizeBasis::Explore {
            prop_assert!(loss <= limits.explore_risk * view.equity * slack);
        } else {
            let p = case.belief.consensus_mean;
            let kelly = kelly_fraction(p, case.belief.mean_win, case.belief.mean_loss);
            prop_assert!(loss <= 0.25 * kelly * 1.2 * view.equity * slack);
        }
    }

    #[test]
    fn review_never_refuses_a_size_that_was_made_for_the_same_account(case in any_case()) {
        let Ok(proposal) = case.propose() else { return Ok(()) };
        let checks = match review(proposal, &case.row, &case.limits, &case.view) {
            Ok(approved) => approved.into_parts().checks,
            Err((_, checks)) => checks,
        };
        let sizes =
            ["risk_per_position", "portfolio_heat", "notional", "participation", "cash", "shares"];
        for check in checks.iter().filter(|c| sizes.contains(&c.limit.as_str())) {
            prop_assert!(check.passed, "{:?}", check);
        }
    }

    #[test]
    fn whole_shares_lose_less_than_one_share_of_the_size_asked_for(case in sized_case()) {
        let Ok(proposal) = case.propose() else { return Ok(()) };
        let last = proposal.steps().last().unwrap();
        let limit = case.bracket.entry_limit.to_f64();
        let stop = case.bracket.stop.to_f64();
        let one = limit - stop
            + case.costs.entry_per_share(limit)
            + case.costs.exit_per_share(stop, ExitKind::Stop);
        prop_assert!(last.after <= last.before);
        prop_assert!((last.before - last.after) * case.view.equity <= one * (1.0 + 1e-6));
    }

    #[test]
    fn a_higher_probability_never_gives_fewer_shares(case in sized_case(), more in 0.0_f64..0.2) {
        let mut better = case.clone();
        better.belief.consensus_lo = (case.belief.consensus_lo + more).min(1.0);
        better.belief.consensus_mean = (case.belief.consensus_mean + more).min(1.0);
        prop_assert!(better.shares() >= case.shares());
    }

    #[test]
    fn a_larger_win_never_gives_fewer_shares(case in sized_case(), more in 0.0_f64..2.0) {
        let mut better = case.clone();
        better.belief.mean_win += more;
        prop_assert!(better.shares() >= case.shares());
    }

    #[test]
    fn a_larger_loss_never_gives_more_shares(case in sized_case(), more in 0.0_f64..1.0) {
        let mut worse = case.clone();
        worse.belief.mean_loss += more;
        // A worse row may fall back to exploration, whose risk is fixed and has nothing to do with L.
        let explores = worse.propose().is_ok_and(|p| p.basis() == SizeBasis::Explore);
        prop_assert!(explores || worse.shares() <= case.shares());
    }

    /// Within a basis; between exploration and the first earned size there is a step.
    #[test]
    fn a_better_row_never_gives_fewer_shares_to_drift(case in any_case(), more in 0.0_f64..0.2) {
        let Ok(proposal) = case.propose() else { return Ok(()) };
        prop_assume!(proposal.basis() == SizeBasis::Drift);
        let mut better = case.clone();
        better.belief.row_lo = (case.belief.row_lo + more).min(1.0);
        better.belief.consensus_mean = (case.belief.consensus_mean + more).min(1.0);
        prop_assert!(better.shares() >= case.shares());
    }

    #[test]
    fn a_deeper_drawdown_never_gives_more_shares(case in any_case(), more in 0.0_f64..0.1) {
        let mut deeper = case.clone();
        deeper.view.drawdown += more;
        prop_assert!(deeper.shares() <= case.shares());
        let mut recent = case.clone();
        recent.view.drawdown_20 += more;
        prop_assert!(recent.shares() <= case.shares());
    }

    #[test]
    fn a_higher_cost_never_gives_more_shares(case in any_case(), more in any_costs()) {
        let mut dearer = case.clone();
        dearer.costs.commission_per_share += more.commission_per_share;
        dearer.costs.commission_min += more.commission_min;
        dearer.costs.half_spread_bps += more.half_spread_bps;
        dearer.costs.slippage_bps += more.slippage_bps;
        prop_assert!(dearer.shares() <= case.shares());
    }

    #[test]
    fn formulas_rise_with_probability_and_win_and_fall_with_drawdown(
        p in 0.01_f64..0.98, dp in 0.001_f64..0.01,
        w in 0.2_f64..4.0, dw in 0.01_f64..1.0, l in 0.5_f64..1.5,
        d in 0.0_f64..0.099, dd in 0.0001_f64..0.001,
    ) {
        prop_assert!(kelly_fraction(p + dp, w, l) > kelly_fraction(p, w, l));
        prop_assert!(kelly_fraction(p, w + dw, l) > kelly_fraction(p, w, l));
        let constrained = risk_constrained(p, w, l, 0.8, 0.1);
        prop_assert!(risk_constrained(p + dp, w, l, 0.8, 0.1) >= constrained);
        prop_assert!(risk_constrained(p, w + dw, l, 0.8, 0.1) >= constrained);
        prop_assert!(constrained <= kelly_fraction(p, w, l).max(0.0));
        prop_assert!(drawdown_multiplier(d + dd, 0.1) < drawdown_multiplier(d, 0.1));
        prop_assert!((0.0..=1.0).contains(&drawdown_multiplier(d, 0.1)));
    }

    /// The most valuable law of the workspace: review never enlarges and never flips.
    #[test]
    fn review_is_monotone(
        case in any_case(),
        held in prop::collection::vec(prop::sample::select(vec!["MSFT", "IBM", "AAPL"]), 0..3),
        correlation in prop::option::of(-1.0_f64..1.0),
    ) {
        let Ok(proposal) = case.propose() else { return Ok(()) };
        let held: Vec<Symbol> = held.into_iter().map(symbol).collect();
        let correlations: Vec<_> = held.iter().map(|h| (*h, correlation)).collect();
        let view = BookView { held: &held, correlations: &correlations, ..case.view };
        let proposed = proposal.clone();
        match review(proposal, &case.row, &case.limits, &view) {
            Ok(approved) => {
                prop_assert!(approved.shares() <= proposed.shares());
                prop_assert!(approved.shares().0 >= 1);
                prop_assert_eq!(approved.symbol(), proposed.symbol());
                // Still a long entry, protected below and with its target above.
                prop_assert!(approved.bracket().stop < approved.bracket().entry_limit);
                prop_assert_eq!(approved.bracket(), proposed.bracket());
                prop_assert!(approved.checks().iter().all(|c| !c.refuses()));
                prop_assert!(!held.contains(&symbol("AAPL")));
                prop_assert!(held.is_empty() || correlation.is_some());
            }
            Err((_, checks)) => prop_assert!(checks.iter().any(|c| !c.passed)),
        }
    }
}

#[test]
fn the_generator_reaches_every_basis_and_many_holds() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2_000 {
        let case = any_case().new_tree(&mut runner).unwrap().current();
        seen.insert(match case.propose() {
            Ok(proposal) => proposal.basis().name(),
            Err((hold, _)) => hold.code(),
        });
    }
    for wanted in [
        "skill",
        "drift",
        "explore",
        "below_break_even",
        "size_not_earned",
        "row_unknown",
        "drawdown_limit",
        "no_heat_room",
        "less_than_one_share",
    ] {
        assert!(seen.contains(wanted), "{wanted} is never reached: {seen:?}");
    }
}
