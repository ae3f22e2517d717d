//! Fills that other engines are known to get wrong, each by hand on a few bars.
//!
//! The bracket is the same everywhere: decided on a close of 100 with an ATR of 2, it has its stop at
//! 96, its entry limit at 100.80 and its target at 106; a unit of R is 4.80.

use tradebot_brackets::cost::{CostSchedule, Fill, Participation};
use tradebot_brackets::labels::{LabelSpec, Signal, TimeOut, label_of, labels};
use tradebot_brackets::{
    Bounds, Bracket, BracketSpec, CostModel, ExitKind, FillRules, FineRules, Progress, Side, Walk,
};
use tradebot_domain::{
    ActionKind, Bar, CorporateAction, Decimal, Moment, Money, Price, Shares, Tick,
};

fn day() -> Moment {
    "2005-02-28".parse().unwrap()
}

fn bar(open: f64, high: f64, low: f64, close: f64) -> Bar {
    Bar { date: day(), open, high, low, close, volume: 1e6 }
}

fn waiting() -> Walk {
    let row = BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 1.5,
        stop_min: 0.001,
        stop_max: 0.5,
        max_holding_sessions: 10,
        trailing_atr: None,
    };
    let bracket = Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap();
    let levels = [bracket.stop, bracket.entry_limit, bracket.target].map(Price::to_f64);
    assert_eq!(levels, [96.0, 100.8, 106.0]);
    Walk::new(&bracket)
}

/// Entered at 100 in a quiet session.
fn held() -> Walk {
    let mut walk = waiting();
    assert_eq!(walk.step(&bar(100.0, 101.0, 99.0, 100.5)), Progress::Open);
    walk
}

fn action(kind: ActionKind) -> CorporateAction {
    CorporateAction { ex_date: day().date(), kind }
}

fn split(ratio: &str) -> CorporateAction {
    action(ActionKind::Split { ratio: ratio.parse().unwrap() })
}

fn dividend(amount: &str) -> CorporateAction {
    action(ActionKind::Dividend { amount: amount.parse().unwrap() })
}

fn ended(mut walk: Walk, next: Bar) -> (ExitKind, f64) {
    walk.step(&next);
    let exit = walk.exit().expect("the bracket has ended");
    (exit.kind, exit.price)
}

fn net(walk: &Walk) -> f64 {
    walk.net_r(&walk.exit().unwrap(), &CostModel::FREE)
}

/// Bug: exits are looked for from the bar after the entry on, and a loss of the entry's own bar is
/// never taken.
#[test]
fn a_stop_that_trades_in_the_entrys_own_bar_is_taken_there() {
    let mut walk = waiting();
    walk.step(&bar(100.0, 100.5, 95.0, 99.0));
    let exit = walk.exit().unwrap();
    assert_eq!((exit.kind, exit.price, exit.sessions), (ExitKind::Stop, 96.0, 1));
    assert!((net(&walk) + 4.0 / 4.8).abs() < 1e-12);
}

/// Bug: an entry below its own stop is held, or sold at a stop above every price of the bar.
#[test]
fn an_entry_that_opens_beyond_its_stop_is_left_at_that_open() {
    assert_eq!(ended(waiting(), bar(95.0, 107.0, 94.0, 106.0)), (ExitKind::StopGap, 95.0));
}

/// Bug: a stop is filled at its price though no one traded there.
#[test]
fn a_bar_that_opens_below_the_stop_fills_it_at_the_open() {
    assert_eq!(ended(held(), bar(91.0, 92.0, 90.0, 91.5)), (ExitKind::StopGap, 91.0));
    let short = Walk::entered_at(Side::Short, 100.0, (104.0, 94.0), 9, FillRules::default());
    let mut short = short;
    short.step(&bar(100.0, 101.0, 99.0, 100.0));
    assert_eq!(ended(short, bar(108.0, 109.0, 107.0, 108.0)), (ExitKind::StopGap, 108.0));
}

/// The same inside a session, where finer bars show the jump.
#[test]
fn a_finer_bar_that_opens_below_the_stop_fills_it_at_that_open() {
    let mut walk = held();
    let fine = [bar(100.0, 101.0, 99.0, 99.5), bar(92.0, 93.0, 90.0, 91.0)];
    let coarse = bar(100.0, 101.0, 90.0, 91.0);
    let step = walk.step_fine(&coarse, &fine, FineRules::default()).unwrap();
    assert_eq!(step.fallback, None);
    assert_eq!(walk.exit().map(|exit| (exit.kind, exit.price)), Some((ExitKind::StopGap, 92.0)));
}

/// Bug: a bar that reached both levels counts as a win.
#[test]
fn the_target_is_not_assumed_to_come_before_the_stop() {
    let both = bar(100.0, 106.5, 95.5, 105.0);
    let mut walk = held();
    walk.step(&both);
    let exit = walk.exit().unwrap();
    assert_eq!((exit.kind, exit.price, exit.ambiguous), (ExitKind::Stop, 96.0, true));
    let mut bounds = Bounds::around(&held());
    bounds.step(&both);
    let bounds = bounds.net_r(&CostModel::FREE).unwrap();
    assert!((bounds.pessimistic + 4.0 / 4.8).abs() < 1e-12);
    assert!((bounds.optimistic - 6.0 / 4.8).abs() < 1e-12);
}

/// Bug: after a 1 for 10 consolidation or a 10 for 1 split the stop stays where it was, and the
/// position is sold, or unprotected, at the open.
#[test]
fn a_split_takes_the_stop_and_the_target_with_it() {
    for (ratio, factor) in [("10", 0.1), ("0.1", 10.0)] {
        let mut walk = held();
        walk.apply_action(&split(ratio));
        let price = |raw: f64| (raw * factor * 1e4).round() / 1e4;
        assert_eq!((walk.stop(), walk.target()), (price(96.0), price(106.0)), "{ratio}");
        let quiet = bar(price(100.0), price(101.0), price(99.0), price(100.0));
        assert_eq!(walk.step(&quiet), Progress::Open, "{ratio}: nothing happened");
        walk.step(&bar(price(99.0), price(99.0), price(95.0), price(97.0)));
        let exit = walk.exit().unwrap();
        assert_eq!((exit.kind, exit.price), (ExitKind::Stop, price(96.0)), "{ratio}");
        assert!((net(&walk) + 4.0 / 4.8).abs() < 1e-9, "{ratio}: the same loss");
    }
}

/// Bug: a limit to buy is filled at the open, whatever that is; or, when the open is better, at the
/// limit.
#[test]
fn a_limit_to_buy_is_never_filled_above_itself_and_takes_a_better_open() {
    let mut above = waiting();
    above.step(&bar(100.81, 103.0, 99.0, 102.0));
    assert_eq!(above.progress(), Progress::NotTaken { open: Some(100.81) });
    assert_eq!(above.entry_price(), None, "and not later in the day either");
    let mut better = waiting();
    better.step(&bar(98.5, 101.0, 98.0, 100.0));
    assert_eq!(better.entry_price(), Some(98.5));
}

/// Bug: the ex-date's fall triggers a stop that should have fallen with the price (FINRA rule 5330),
/// or the sell limit is lowered too.
#[test]
fn a_dividend_comes_off_the_stop_to_sell_and_not_off_the_limit_to_sell() {
    let mut walk = held();
    walk.apply_action(&dividend("3"));
    assert_eq!((walk.stop(), walk.target()), (93.0, 106.0));
    assert_eq!(
        walk.step(&bar(97.0, 98.0, 95.0, 96.0)),
        Progress::Open,
        "worth 98 with its dividend"
    );
    // A short is the mirror: its limit to buy falls, its stop to buy stays.
    let rules = FillRules::default();
    let mut short = Walk::entered_at(Side::Short, 100.0, (104.0, 94.0), 9, rules);
    short.step(&bar(100.0, 101.0, 99.0, 100.0));
    short.apply_action(&dividend("3"));
    assert_eq!((short.stop(), short.target()), (104.0, 91.0));
}

/// Bug: the dividend is income and is in an adjusted price too; or it is paid to who bought on the
/// ex-date; or no short pays it.
#[test]
fn a_dividend_is_paid_once_to_who_held_before_the_ex_date_and_by_who_was_short() {
    let mut walk = held();
    walk.apply_action(&dividend("3"));
    walk.end_of_data(97.0).unwrap();
    assert_eq!(net(&walk), 0.0, "97 and 3 for 100");
    walk.apply_action(&dividend("3"));
    assert_eq!((net(&walk), walk.income()), (0.0, 3.0), "nothing to who has left");

    let mut buyer = waiting();
    buyer.apply_action(&dividend("3"));
    assert_eq!((buyer.stop(), buyer.entry_limit(), buyer.target()), (93.0, 97.8, 103.0));
    buyer.step(&bar(97.0, 98.0, 96.0, 97.0));
    buyer.end_of_data(97.0).unwrap();
    assert_eq!((net(&buyer), buyer.income()), (0.0, 0.0));

    let mut short = Walk::entered_at(Side::Short, 100.0, (104.8, 90.0), 9, FillRules::default());
    short.apply_action(&dividend("3"));
    short.end_of_data(97.0).unwrap();
    assert_eq!(net(&short), 0.0);
}

/// Bug: an order of any size fills in full at the open, and what it could not buy is paid for.
#[test]
fn an_order_above_its_share_of_the_volume_is_filled_in_part_and_the_rest_is_cancelled() {
    let cap = Participation { max_share: 0.05, sessions: 5 };
    // One busy day does not make a liquid stock: the median is 20,000.
    let volumes = [18_000.0, 900_000.0, 20_000.0, 22_000.0, 19_000.0];
    let median = cap.median_volume(&volumes).unwrap();
    let allotment = cap.allot(Shares(1_500), median);
    assert_eq!((allotment.filled, allotment.cancelled), (Shares(1_000), Shares(500)));
    let price = Price::new(Decimal::new(4_000, 2)).unwrap();
    let fill = Fill::buy(day().date(), price, allotment.filled);
    let paid = CostSchedule::default().breakdown(&fill).unwrap();
    assert_eq!(paid.notional, Money(Decimal::from(40_000)));
    // 3.50 commission, 16 of half spread, 20 of slippage: of what was filled.
    assert_eq!(paid.money().total(), Money(Decimal::new(3_950, 2)));
}

/// Bug: the bar on whose close a trade is decided also fills it, at a price from before the decision.
#[test]
fn a_decision_is_filled_on_the_next_bar_and_sees_nothing_of_its_own() {
    let decided = bar(90.0, 120.0, 80.0, 100.0);
    let calm = bar(100.0, 100.0, 100.0, 100.0);
    let next = [bar(100.5, 101.0, 99.0, 100.0), bar(104.0, 106.5, 103.0, 106.0)];
    let label = |first: Bar| {
        let bars = [&[first][..], &next].concat();
        label_of(waiting(), &bars, 0, TimeOut::Zero, &CostModel::FREE).unwrap()
    };
    assert_eq!(label(decided), label(calm), "whatever that bar was");
    let found = label(decided);
    assert_eq!((found.entry, found.interval.first, found.exit.kind), (100.5, 1, ExitKind::Target));
    // The same for labels that are anchored on the fill.
    let spec = LabelSpec::new(Side::Long, (2.0, 3.0), 5);
    let signals = [Signal { bar: 0, atr: 2.0 }];
    let of = |first: Bar| {
        let bars = [&[first][..], &next].concat();
        labels(&bars, &signals, &spec, &CostModel::FREE).unwrap()
    };
    assert_eq!(of(decided), of(calm));
    assert_eq!(of(decided)[0].entry, 100.5);
}

/// Bug: a trailing stop is raised by the high of a bar and hit by the low of the same bar, though
/// the low may have come first.
#[test]
fn a_stop_that_trails_moves_after_the_bar_and_not_inside_it() {
    let mut walk = held().trailing(3.0);
    assert_eq!(walk.step(&bar(100.5, 104.0, 100.0, 103.0)), Progress::Open, "the low is above 96");
    assert_eq!(walk.stop(), 101.0);
    assert_eq!(ended(walk, bar(103.0, 103.5, 100.5, 102.0)), (ExitKind::Stop, 101.0));
}
