//! Tests of the module `settlement`.

use super::*;
use proptest::prelude::*;
use tradebot_domain::Span;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn settles(exchange: Exchange, trade: &str) -> Date {
    SettlementSchedule::of(exchange).settle_date_on(exchange, date(trade)).unwrap()
}

#[test]
fn the_cycle_is_that_of_the_trade_date_and_not_of_the_settlement_date() {
    // The last trades under a longer cycle settle together with the first under the shorter one.
    for (trade, settled) in [("2017-09-01", "2017-09-07"), ("2017-09-05", "2017-09-07")] {
        assert_eq!(settles(Exchange::Xnys, trade), date(settled), "{trade}");
        assert_eq!(settles(Exchange::Xtse, trade), date(settled), "{trade}");
    }
    for (trade, settled) in [("2024-05-24", "2024-05-29"), ("2024-05-28", "2024-05-29")] {
        assert_eq!(settles(Exchange::Xnys, trade), date(settled), "{trade}");
    }
    for (trade, settled) in [("2024-05-24", "2024-05-28"), ("2024-05-27", "2024-05-28")] {
        assert_eq!(settles(Exchange::Xtse, trade), date(settled), "{trade}");
    }
    assert_eq!(settles(Exchange::Xnys, "2005-02-25"), date("2005-03-02"), "over a weekend");
}

#[test]
fn a_bank_holiday_is_traded_on_and_not_settled_on() {
    // Columbus Day 2020 was Monday 12 October, Veterans Day 2015 a Wednesday.
    for (trade, settled) in [
        ("2020-10-08", "2020-10-13"),
        ("2020-10-09", "2020-10-14"),
        ("2020-10-12", "2020-10-14"),
        ("2015-11-09", "2015-11-13"),
        ("2015-11-10", "2015-11-16"),
        ("2015-11-11", "2015-11-16"),
    ] {
        assert_eq!(settles(Exchange::Xnys, trade), date(settled), "{trade}");
    }
    for (trade, settled) in [
        ("2022-09-28", "2022-10-03"),
        ("2022-09-29", "2022-10-04"),
        ("2022-09-30", "2022-10-04"),
        ("2020-09-28", "2020-09-30"),
    ] {
        assert_eq!(settles(Exchange::Xtse, trade), date(settled), "{trade}");
    }
}

#[test]
fn holidays_on_a_weekend_are_kept_on_monday_where_banks_do_so() {
    use Banks::{Canada, Ignored, UnitedStates};
    let closed = |banks, day| holidays::banks_closed(banks, date(day));
    // 11 November 2018 was a Sunday, 2017 and 2023 a Saturday.
    assert!(closed(UnitedStates, "2018-11-12") && closed(Canada, "2018-11-12"));
    assert!(!closed(UnitedStates, "2017-11-13") && closed(Canada, "2023-11-13"));
    assert!(!closed(UnitedStates, "2017-11-10") && !closed(Ignored, "2015-11-11"));
    assert!(closed(Canada, "2021-09-30") && !closed(Canada, "2020-09-30"));
    assert!(closed(UnitedStates, "2020-10-12") && !closed(UnitedStates, "2020-10-05"));
    assert!(!closed(UnitedStates, "2018-11-05"), "a Monday like any other");
}

#[test]
fn days_of_the_caller_give_the_same_date_and_too_few_are_refused() {
    let schedule = SettlementSchedule::of(Exchange::Xnys);
    let days =
        schedule.settlement_days(Exchange::Xnys, date("2020-10-01"), date("2020-10-14")).unwrap();
    assert!(!days.contains(&date("2020-10-12")));
    assert_eq!(schedule.settle_date(date("2020-10-12"), &days), Ok(date("2020-10-14")));
    let short = schedule.settle_date(date("2020-10-13"), &days).unwrap_err();
    assert_eq!(
        short.to_string(),
        "a trade of 2020-10-13 settles 2 settlement days later; 1 were given"
    );
    let backwards = [date("2020-10-14"), date("2020-10-13")];
    let unordered = schedule.settle_date(date("2020-10-12"), &backwards);
    assert!(matches!(unordered, Err(SettlementError::Order { .. })), "{unordered:?}");
}

#[test]
fn dates_before_the_first_cycle_and_after_the_calendar_are_refused() {
    let schedule = SettlementSchedule::of(Exchange::Xnys);
    let early = schedule.settle_date(date("1999-12-31"), &[]);
    assert!(matches!(early, Err(SettlementError::NotKnown(_))), "{early:?}");
    let late = schedule.settle_date_on(Exchange::Xnys, date("2027-12-31"));
    assert!(matches!(late, Err(SettlementError::Calendar(_))), "{late:?}");
}

#[test]
fn cash_trades_and_days_closed_by_the_configuration_are_honoured() {
    let mut schedule = SettlementSchedule::of(Exchange::Xnys);
    schedule.closed = vec![date("2024-06-04")];
    assert_eq!(schedule.settle_date_on(Exchange::Xnys, date("2024-06-03")), Ok(date("2024-06-05")));
    schedule.cycles = Table::always(0);
    assert_eq!(schedule.settle_date_on(Exchange::Xnys, date("2024-06-03")), Ok(date("2024-06-03")));
    assert_eq!(schedule.settle_date(date("2024-06-03"), &[]), Ok(date("2024-06-03")));
    schedule.cycles = Table::always(6);
    assert_eq!(schedule.validate().unwrap_err().at, "cycles.rows[0].terms.days");
}

proptest! {
    #[test]
    fn both_ways_of_counting_agree_and_later_trades_never_settle_earlier(
        offset in 0_i64..9_900, tsx: bool,
    ) {
        let exchange = if tsx { Exchange::Xtse } else { Exchange::Xnys };
        let schedule = SettlementSchedule::of(exchange);
        let trade = date("2000-01-03").checked_add(Span::new().days(offset)).unwrap();
        let until = trade.checked_add(Span::new().days(20)).unwrap();
        let days = schedule.settlement_days(exchange, trade, until).unwrap();
        let settled = schedule.settle_date_on(exchange, trade).unwrap();
        prop_assert_eq!(schedule.settle_date(trade, &days), Ok(settled));
        prop_assert!(settled > trade && days.contains(&settled));
        // A shorter cycle may catch up with a trade of the day before, and never overtakes it.
        let next = schedule.settle_date_on(exchange, trade.tomorrow().unwrap()).unwrap();
        prop_assert!(settled <= next);
    }
}
