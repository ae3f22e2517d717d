//! The bridge alone, under a clock that does not wait.

use tradebot_broker_questrade::transport::Readings;
use tradebot_domain::Timestamp;
use tradebot_market_data::budget::{BreakerState, Quota};

use super::*;

fn governed() -> (Arc<Governor>, Governed) {
    let clock = MachineClock::at("2026-03-02T14:30:00Z".parse().unwrap());
    let governor = Governor::new(Arc::new(clock), standard_limits()).unwrap();
    (Arc::clone(&governor), Governed::new(governor))
}

fn heard(ending: Ending, readings: Readings) -> Heard {
    Heard { ending, readings, now: "2026-03-02T14:30:00Z".parse().unwrap() }
}

async fn call(budget: &Governed, class: Class, heard: &Heard) {
    let patience = Duration::from_mins(10);
    let leave = budget.admit(class, transport::Priority::Safety, patience).await;
    leave.unwrap_or_else(|refused| panic!("{refused:?}")).ended(heard);
}

#[tokio::test(start_paused = true)]
async fn each_class_is_counted_in_its_own_budget() {
    let (governor, budget) = governed();
    let fine = heard(Ending::Answered, Readings::default());
    for (class, calls) in [(Class::Login, 1), (Class::Account, 2), (Class::MarketData, 3)] {
        for _ in 0..calls {
            call(&budget, class, &fine).await;
        }
        let status = &governor.status()[api_of(class)];
        assert_eq!(status.windows.last().unwrap().used, calls, "{class:?}");
        assert_eq!(status.in_flight, 0, "{class:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_broker_has_counted_of_others_counts_here() {
    let (governor, budget) = governed();
    let reset = "2026-03-02T15:00:00Z".parse::<Timestamp>().unwrap().as_second();
    let said = Readings { remaining: Some(100), reset: Some(reset), ..Readings::default() };
    call(&budget, Class::MarketData, &heard(Ending::Answered, said)).await;
    let window = governor.status()[MARKET].windows[1];
    assert_eq!((window.quota, window.used), (Quota::per_hour(15_000), 14_900));
    // Few are left: safety goes on, nobody else does before the broker counts anew.
    let refused = budget.admit(Class::MarketData, transport::Priority::Decision, Duration::ZERO);
    let Err(refused) = refused.await else { panic!("admitted") };
    assert!(refused.why.contains("the server asked for a rest"), "{}", refused.why);
    assert_eq!(refused.free_in, Some(Duration::from_mins(30)));
    call(&budget, Class::MarketData, &heard(Ending::Answered, said)).await;
}

#[tokio::test(start_paused = true)]
async fn a_rest_that_the_broker_asks_for_holds_for_all_callers() {
    let (governor, budget) = governed();
    let asked = Readings { retry_after: Some(Duration::from_secs(20)), ..Readings::default() };
    call(&budget, Class::Account, &heard(Ending::Limited, asked)).await;
    let begun = governor.clock().now();
    call(&budget, Class::Account, &heard(Ending::Answered, Readings::default())).await;
    assert_eq!(governor.clock().now().saturating_sub(begun), Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn an_interface_that_fails_is_left_alone_by_all_but_safety() {
    let (governor, budget) = governed();
    for _ in 0..5 {
        call(&budget, Class::Account, &heard(Ending::Failed, Readings::default())).await;
    }
    assert!(matches!(governor.status()[ACCOUNT].breaker, BreakerState::Open { .. }));
    let refused = budget.admit(Class::Account, transport::Priority::Background, Duration::ZERO);
    assert!(refused.await.is_err());
    call(&budget, Class::Account, &heard(Ending::Answered, Readings::default())).await;
    assert_eq!(governor.status()[ACCOUNT].breaker, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_caller_went_away_is_no_longer_on_its_way() {
    let (governor, budget) = governed();
    let patience = Duration::from_secs(1);
    let leave = budget.admit(Class::Account, transport::Priority::Decision, patience).await;
    assert_eq!(governor.status()[ACCOUNT].in_flight, 1);
    drop(leave);
    assert_eq!(governor.status()[ACCOUNT].in_flight, 0);
    assert_eq!(governor.status()[ACCOUNT].windows[1].used, 1, "it left and counts");
}

#[test]
fn pauses_are_those_of_the_one_schedule() {
    let even = RetryPolicy { jitter: 0.0, ..BROKER_READS };
    let budget = governed().1.repeating(even);
    let (mut ours, mut theirs) = (budget.pauses(), even.pauses());
    for asked in [Duration::ZERO, Duration::from_secs(7), Duration::ZERO, Duration::ZERO] {
        let same = theirs.next(Duration::ZERO, (!asked.is_zero()).then_some(asked));
        assert_eq!(ours.next(Duration::ZERO, asked), same);
    }
    let (mut pauses, day) = (budget.pauses(), Duration::from_hours(24));
    assert_eq!(pauses.next(Duration::ZERO, day), None, "a day is not waited for");
}
