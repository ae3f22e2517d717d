//! Every limit refuses by itself, with the numbers asked and allowed.

use tradebot_domain::{Price, Rounding, Shares, Symbol, Tick};
use tradebot_journal::CheckRecord;
use tradebot_policy::{Control, Limits, RowPolicy};
use tradebot_risk::{Approved, BookView, Fingerprint, Refusal, Standing, Traffic, review};

use crate::fixture::{Case, drifting, quiet_book, skilled, symbol};

/// Reviews a fair proposal under other circumstances than it was made in.
fn reviewed(
    view: &BookView<'_>,
    change: impl FnOnce(&mut RowPolicy, &mut Limits),
) -> Result<Approved, (Refusal, Vec<CheckRecord>)> {
    let case = Case::new(skilled());
    let (mut row, mut limits) = (case.row, case.limits);
    change(&mut row, &mut limits);
    review(case.propose().unwrap(), &row, &limits, view)
}

#[track_caller]
fn refused(view: &BookView<'_>, code: &str) -> Refusal {
    refused_after(view, code, |_, _| ())
}

#[track_caller]
fn refused_after(
    view: &BookView<'_>,
    code: &str,
    change: impl FnOnce(&mut RowPolicy, &mut Limits),
) -> Refusal {
    let (refusal, checks) = reviewed(view, change).expect_err(code);
    assert_eq!(refusal.code(), code, "{refusal}");
    assert_eq!(checks.iter().filter(|c| !c.passed).count(), 1, "{checks:#?}");
    refusal
}

#[test]
fn what_passes_every_check_is_approved_as_it_was_proposed() {
    let proposal = Case::new(skilled()).propose().unwrap();
    let proposed = proposal.clone();
    let case = Case::new(skilled());
    let approved = review(proposal, &case.row, &case.limits, &case.view).unwrap();
    assert_eq!(approved.expected_growth(), proposed.expected_growth());
    let names: Vec<_> = approved.checks().iter().map(|c| c.limit.clone()).collect();
    let expected = [
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
    assert_eq!(names, expected);
    let parts = approved.into_parts();
    assert_eq!(parts.shares, proposed.shares());
    assert_eq!(parts.bracket, *proposed.bracket());
    assert_eq!(parts.basis, proposed.basis());
    assert_eq!(parts.planned_risk, proposed.planned_risk());
    assert_eq!(parts.notional, proposed.notional());
    assert_eq!(parts.steps, proposed.steps());
}

#[test]
fn a_session_that_lost_more_than_the_row_allows_makes_no_entries() {
    let refusal = refused(&BookView { day_return: -0.031, ..quiet_book() }, "daily_loss");
    assert_eq!(refusal, Refusal::DailyLoss { asked: 0.031, allowed: 0.03 });
    assert!(reviewed(&BookView { day_return: -0.03, ..quiet_book() }, |_, _| ()).is_ok());
    refused(&BookView { day_return: f64::NAN, ..quiet_book() }, "daily_loss");
    // A row that allows more than the compiled-in bound does not get it.
    refused_after(&BookView { day_return: -0.031, ..quiet_book() }, "daily_loss", |row, _| {
        row.daily_loss_limit = 0.5;
    });
}

#[test]
fn the_drawdown_limit_and_its_latch_stop_entries() {
    refused(&BookView { drawdown: 0.10, ..quiet_book() }, "drawdown_stop");
    refused(&BookView { drawdown: f64::NAN, ..quiet_book() }, "drawdown_stop");
    // Still latched although the drawdown has healed.
    refused(&BookView { stopped: true, drawdown: 0.01, ..quiet_book() }, "stopped");
}

#[test]
fn there_is_room_for_so_many_positions_and_no_more() {
    let refusal = refused(&BookView { positions: 12, ..quiet_book() }, "max_positions");
    assert_eq!(refusal, Refusal::MaxPositions { asked: 13.0, allowed: 12.0 });
    assert!(reviewed(&BookView { positions: 11, ..quiet_book() }, |_, _| ()).is_ok());
    // A row that asks for more than the compiled-in bound does not get it.
    let full = BookView { positions: 20, ..quiet_book() };
    refused_after(&full, "max_positions", |row, _| row.max_positions = 1_000);
}

#[test]
fn a_symbol_is_held_once() {
    let held = [symbol("AAPL")];
    let refusal = refused(&BookView { held: &held, positions: 1, ..quiet_book() }, "already_held");
    assert_eq!(refusal, Refusal::AlreadyHeld { symbol: symbol("AAPL") });
}

#[test]
fn sizes_are_measured_again_whatever_was_proposed() {
    refused_after(&quiet_book(), "risk_per_position", |row, _| row.max_risk_per_position = 0.001);
    refused(&BookView { open_risk: 5_100.0, ..quiet_book() }, "portfolio_heat");
    refused_after(&quiet_book(), "notional", |_, limits| limits.notional_max = 0.01);
    refused(&BookView { adv_20: 1_000.0, ..quiet_book() }, "participation");
    refused(&BookView { cash: 1_000.0, ..quiet_book() }, "cash");
    refused(&BookView { adv_20: f64::NAN, ..quiet_book() }, "participation");
    refused(&BookView { cash: f64::NAN, ..quiet_book() }, "cash");
}

#[test]
fn drift_is_held_to_half_the_heat_in_review_too() {
    let case = Case::new(drifting());
    let view = BookView { open_risk: 2_950.0, ..quiet_book() };
    let (refusal, _) = review(case.propose().unwrap(), &case.row, &case.limits, &view).unwrap_err();
    assert!(matches!(refusal, Refusal::Heat { allowed, .. } if allowed == 0.03), "{refusal}");
}

#[test]
fn two_positions_may_not_be_one_bet() {
    let held = [symbol("IBM"), symbol("MSFT")];
    let view = |with: &'static [(Symbol, Option<f64>)]| {
        // Correlations live as long as the test process.
        BookView { correlations: with, ..quiet_book() }
    };
    let with = |ibm: Option<f64>, msft: Option<f64>| -> &'static [(Symbol, Option<f64>)] {
        Box::leak(Box::new([(symbol("IBM"), ibm), (symbol("MSFT"), msft)]))
    };
    let book = |with| BookView { held: &held, positions: 2, ..view(with) };

    assert!(reviewed(&book(with(Some(0.70), Some(-0.9))), |_, _| ()).is_ok());
    let refusal = refused(&book(with(Some(0.3), Some(0.71))), "correlation");
    let expected = Refusal::Correlation { other: symbol("MSFT"), asked: 0.71, allowed: 0.70 };
    assert_eq!(refusal, expected);
    refused_after(&book(with(Some(0.3), Some(0.81))), "correlation", |row, _| {
        row.correlation_limit = 1.0;
    });
    // Not knowing is a refusal: too few sessions in common, NaN, or not listed at all.
    refused(&book(with(None, Some(0.1))), "correlation_unknown");
    refused(&book(with(Some(f64::NAN), Some(0.1))), "correlation_unknown");
    let missing = BookView { held: &held[..1], positions: 1, ..quiet_book() };
    refused(&missing, "correlation_unknown");
}

#[test]
fn the_limit_stays_near_the_close_it_was_decided_on() {
    // Limit 100.80.
    refused(&BookView { close: 93.0, ..quiet_book() }, "price_collar");
    refused(&BookView { close: 110.0, ..quiet_book() }, "price_collar");
    refused(&BookView { close: f64::NAN, ..quiet_book() }, "price_collar");
    refused(&BookView { close: 0.0, ..quiet_book() }, "price_collar");
    assert!(reviewed(&BookView { close: 94.0, ..quiet_book() }, |_, _| ()).is_ok());
    refused_after(&BookView { close: 92.0, ..quiet_book() }, "price_collar", |_, limits| {
        limits.price_collar = 0.5;
    });
}

#[test]
fn nothing_is_entered_across_a_wide_spread() {
    let refusal = refused(&BookView { spread: 0.0051, ..quiet_book() }, "spread");
    assert_eq!(refusal, Refusal::Spread { asked: 0.0051, allowed: 0.005 });
    assert!(reviewed(&BookView { spread: 0.005, ..quiet_book() }, |_, _| ()).is_ok());
    // Not known, or crossed: a refusal too.
    refused(&BookView { spread: f64::NAN, ..quiet_book() }, "spread");
    refused(&BookView { spread: -0.001, ..quiet_book() }, "spread");
    let tight = |_: &mut RowPolicy, limits: &mut Limits| limits.spread_max = 0.0005;
    refused_after(&quiet_book(), "spread", tight);
    // Limits that allow more than the compiled-in bound do not get it.
    let wide = BookView { spread: 0.0051, ..quiet_book() };
    refused_after(&wide, "spread", |_, limits| limits.spread_max = 0.5);
}

fn after(traffic: Traffic<'static>) -> BookView<'static> {
    BookView { traffic, ..quiet_book() }
}

#[test]
fn orders_do_not_leave_in_a_flood() {
    // 26,082 orders within seconds is what an endless resend looks like from here.
    let flood = Traffic { messages_minute: 26_082, messages_session: 150, ..Traffic::default() };
    refused(&after(flood), "messages_per_minute");
    let refusal = refused(&after(Traffic { messages_minute: 10, ..flood }), "messages_per_minute");
    assert_eq!(refusal, Refusal::MessagesPerMinute { asked: 11.0, allowed: 10.0 });
    assert!(reviewed(&after(Traffic { messages_minute: 9, ..flood }), |_, _| ()).is_ok());
    let slow = Traffic { messages_minute: 0, messages_session: 200, ..flood };
    refused(&after(slow), "messages_per_session");
    let raised = |_: &mut RowPolicy, limits: &mut Limits| limits.messages_per_session = 10_000;
    refused_after(&after(slow), "messages_per_session", raised);
}

#[test]
fn one_symbol_is_not_entered_again_and_again() {
    let thrice =
        Traffic { entries_of_symbol: 3, minutes_since_entry: Some(60.0), ..Traffic::default() };
    let refusal = refused(&after(thrice), "repeated_entry");
    assert_eq!(refusal, Refusal::RepeatedEntry { asked: 4.0, allowed: 3.0 });
    let twice = Traffic { entries_of_symbol: 2, ..thrice };
    assert!(reviewed(&after(twice), |_, _| ()).is_ok());
    let soon = Traffic { minutes_since_entry: Some(14.9), ..twice };
    refused(&after(soon), "entry_interval");
    refused(&after(Traffic { minutes_since_entry: Some(f64::NAN), ..twice }), "entry_interval");
    let lowered = |_: &mut RowPolicy, limits: &mut Limits| limits.entry_interval_minutes = 0;
    refused_after(&after(soon), "entry_interval", lowered);
}

#[test]
fn an_entry_never_meets_our_own_sell_order() {
    // Limit 100.80.
    let resting = |price: f64| {
        let resting_sell = Some(Price::from_f64(price, Tick::CENT, Rounding::Nearest).unwrap());
        after(Traffic { resting_sell, ..Traffic::default() })
    };
    refused(&resting(100.80), "self_trade");
    refused(&resting(90.0), "self_trade");
    assert!(reviewed(&resting(100.81), |_, _| ()).is_ok());
}

#[test]
fn the_same_order_is_not_sent_twice_within_a_day() {
    let proposal = Case::new(skilled()).propose().unwrap();
    let same = Fingerprint {
        symbol: symbol("AAPL"),
        shares: proposal.shares(),
        limit: proposal.bracket().entry_limit,
    };
    let sent = |recent: Vec<Fingerprint>| {
        after(Traffic { recent: Box::leak(recent.into_boxed_slice()), ..Traffic::default() })
    };
    refused(&sent(vec![same]), "duplicate");
    let other = Fingerprint { shares: Shares(same.shares.0 + 1), ..same };
    assert!(reviewed(&sent(vec![other]), |_, _| ()).is_ok());
}

#[test]
fn controls_without_a_bound_warn_until_their_owner_wants_them_to_refuse() {
    let standing = Standing { entered: 60_000.0, in_sector: 60_000.0, losses_in_a_row: 9 };
    let view = BookView { standing, ..quiet_book() };
    let small = |limits: &mut Limits| limits.order_value.max = 1.0;
    let approved = reviewed(&view, |_, limits| small(limits)).unwrap();
    let warned: Vec<_> = approved.checks().iter().filter(|c| c.is_warning()).collect();
    let names: Vec<_> = warned.iter().map(|c| c.limit.as_str()).collect();
    assert_eq!(names, ["order_value", "turnover", "sector", "loss_streak"]);
    assert_eq!((warned[3].asked, warned[3].allowed), (9.0, 5.0));
    let codes: Vec<_> = approved.warnings().iter().map(Refusal::code).collect();
    assert_eq!(codes, names);

    let refusing = |change: fn(&mut Limits)| move |_: &mut RowPolicy, l: &mut Limits| change(l);
    let one_bad = |code: &str, change: fn(&mut Limits)| {
        let (refusal, checks) = reviewed(&view, refusing(change)).expect_err(code);
        assert_eq!(refusal.code(), code);
        assert_eq!(checks.iter().filter(|c| c.refuses()).count(), 1, "{checks:#?}");
    };
    one_bad("order_value", |l| l.order_value = Control::refusing(1.0));
    one_bad("turnover", |l| l.turnover = Control::refusing(0.5));
    one_bad("sector", |l| l.sector = Control::refusing(0.5));
    one_bad("loss_streak", |l| l.loss_streak = Control::refusing(8.0));
}

#[test]
fn all_checks_are_on_record_and_the_first_failure_is_the_refusal() {
    let view = BookView { stopped: true, cash: 0.0, day_return: -0.5, ..quiet_book() };
    let (refusal, checks) = reviewed(&view, |_, _| ()).unwrap_err();
    assert_eq!(refusal.code(), "stopped");
    let failed: Vec<_> = checks.iter().filter(|c| !c.passed).map(|c| c.limit.as_str()).collect();
    assert_eq!(failed, ["stopped", "daily_loss", "cash"]);
    assert_eq!(checks.len(), 25);
}

#[test]
fn an_account_without_equity_is_refused_and_its_record_can_be_stored() {
    for equity in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let (refusal, checks) =
            reviewed(&BookView { equity, ..quiet_book() }, |_, _| ()).unwrap_err();
        assert_eq!(refusal.code(), "view_unusable");
        let json = serde_json::to_string(&checks).unwrap();
        assert_eq!(serde_json::from_str::<Vec<CheckRecord>>(&json).unwrap(), checks);
    }
}

#[test]
fn every_refusal_says_its_numbers() {
    let refusal = refused(&BookView { cash: 1_000.0, ..quiet_book() }, "cash");
    assert!(refusal.to_string().contains("1000.00 is there"), "{refusal}");
    let shares = Refusal::ZeroShares { asked: Shares::ZERO.to_f64(), allowed: 1.0 };
    assert_eq!(shares.to_string(), "0 shares; at least 1 is wanted");
}

#[test]
fn cash_that_has_not_settled_is_refused_with_what_has_and_what_has_not() {
    let waiting = BookView { cash: 1_000.0, unsettled: 99_000.0, ..quiet_book() };
    let refusal = refused(&waiting, "unsettled_cash");
    let told = refusal.to_string();
    assert!(told.contains("1000.00 has settled and 99000.00 has not"), "{told}");
    // What is not there at all is not a matter of waiting.
    let poor = BookView { cash: 1_000.0, unsettled: 10.0, ..quiet_book() };
    refused(&poor, "cash");
}
