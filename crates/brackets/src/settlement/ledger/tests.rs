//! Tests of the module `ledger`.

use super::*;
use proptest::prelude::*;
use tradebot_domain::{Decimal, Span};

fn money(text: &str) -> Money {
    Money(text.parse().unwrap())
}

fn day(number: i64) -> Date {
    let first: Date = "2005-03-01".parse().unwrap();
    first.checked_add(Span::new().days(number)).unwrap()
}

fn ledger(opening: &str) -> SettledCash {
    SettledCash::new(Currency::Usd, money(opening), day(0))
}

#[test]
fn proceeds_are_not_spendable_until_they_settle() {
    let mut cash = ledger("1000");
    cash.receive(money("500"), day(3)).unwrap();
    assert_eq!((cash.total(), cash.spendable()), (money("1500"), money("1000")));
    let refused = cash.buy(money("1000.01"), day(3)).unwrap_err();
    assert_eq!(refused.to_string(), "1000.01 USD asked for; 1000 of settled money may be spent");
    assert_eq!(cash.promised(), Money::ZERO, "nothing was booked");
    cash.advance(day(2)).unwrap();
    assert_eq!(cash.spendable(), money("1000"));
    cash.advance(day(3)).unwrap();
    assert_eq!((cash.settled(), cash.spendable()), (money("1500"), money("1500")));
}

#[test]
fn the_same_money_is_spent_once() {
    let mut cash = ledger("1000");
    cash.buy(money("600"), day(2)).unwrap();
    assert_eq!((cash.settled(), cash.spendable()), (money("1000"), money("400")));
    assert!(cash.buy(money("400.01"), day(3)).is_err());
    cash.buy(money("400"), day(3)).unwrap();
    cash.advance(day(9)).unwrap();
    assert_eq!((cash.settled(), cash.total()), (Money::ZERO, Money::ZERO));
}

#[test]
fn a_sale_that_settles_in_time_can_pay_without_being_spendable() {
    let mut cash = ledger("100");
    cash.receive(money("500"), day(2)).unwrap();
    cash.pay(money("50"), day(4)).unwrap();
    assert_eq!(cash.spendable(), money("50"));
    // On day 1 only the opening is there, and day 4 takes 50 of what is left then.
    assert_eq!(cash.payable(day(1)), money("100"));
    assert_eq!(cash.payable(day(2)), money("550"));
    assert_eq!(cash.payable(day(9)), money("550"));
}

#[test]
fn a_debt_is_told_and_nothing_may_be_spent_of_it() {
    let mut cash = ledger("100");
    cash.pay(money("250"), day(0)).unwrap();
    assert_eq!((cash.settled(), cash.spendable()), (money("-150"), Money::ZERO));
    assert_eq!(cash.payable(day(5)), Money::ZERO);
}

#[test]
fn negative_amounts_and_past_dates_are_refused() {
    let mut cash = ledger("100");
    cash.advance(day(5)).unwrap();
    assert!(matches!(cash.receive(money("-1"), day(6)), Err(CashError::Negative { .. })));
    assert!(matches!(cash.pay(money("1"), day(4)), Err(CashError::Past { .. })));
    assert!(matches!(cash.advance(day(4)), Err(CashError::Past { .. })));
    let text = serde_json::to_string(&cash).unwrap();
    assert_eq!(serde_json::from_str::<SettledCash>(&text).unwrap(), cash);
}

proptest! {
    #[test]
    fn no_cent_is_lost_and_strict_spending_never_overdraws(
        steps in proptest::collection::vec((0_i64..4, 0_i64..200_000, 0_i64..4), 1..60),
    ) {
        let mut cash = ledger("1000.00");
        let (mut now, mut booked) = (0, money("1000.00"));
        for (what, cents, after) in steps {
            let amount = Money(Decimal::new(cents, 2));
            match what {
                0 => {
                    now += after;
                    let before = cash.spendable();
                    cash.advance(day(now)).unwrap();
                    prop_assert!(cash.spendable() >= before, "time alone takes nothing away");
                }
                1 => {
                    cash.receive(amount, day(now + after)).unwrap();
                    booked += amount;
                }
                _ => {
                    let fits = amount <= cash.spendable();
                    prop_assert_eq!(cash.buy(amount, day(now + after)).is_ok(), fits);
                    booked -= if fits { amount } else { Money::ZERO };
                }
            }
            prop_assert_eq!(cash.total(), booked);
            prop_assert!(cash.settled() >= Money::ZERO);
            for ahead in 0..6 {
                prop_assert!(cash.payable(day(now + ahead)) >= cash.spendable());
            }
        }
        cash.advance(day(now + 10)).unwrap();
        prop_assert_eq!((cash.settled(), cash.spendable()), (booked, booked));
    }
}
