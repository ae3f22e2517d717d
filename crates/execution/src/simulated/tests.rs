//! Tests of the module `simulated`.

use super::*;
use crate::testing::{
    World, bar, bracket, dividend, intent, intent_of, money, partial, session, split, symbol,
};
use tradebot_brackets::BracketSpec;
use tradebot_domain::Tick;
use tradebot_journal::{Event, ExitReason, OrderState};

mod management;
mod minutes;
mod properties;
mod terms;
mod real_history;

const QUIET: [f64; 4] = [100.0, 101.0, 99.0, 100.5];

/// 100 shares bought at 100 in session 1.
fn bought(costs: CostModel) -> World {
    let mut world = World::new(costs, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, QUIET));
    world
}

#[test]
fn an_entry_fills_at_the_open_and_its_stop_and_target_begin_to_work() {
    let world = bought(CostModel::default());
    assert_eq!(world.order("i1/entry").state, OrderState::Filled);
    assert_eq!(world.order("i1/stop").state, OrderState::Working);
    assert_eq!(world.order("i1/target").state, OrderState::Working);
    let fill = world.fills()[0];
    assert_eq!(fill.price.to_f64(), 100.0);
    // 10,000 of stock; 0.35 commission, 4 of half spread, 5 of slippage.
    assert_eq!(fill.cash_after, money("89990.65"));
    assert_eq!(world.book.equity(), money("100040.65"), "marked at 100.50");
}

#[test]
fn an_open_above_the_limit_lets_the_entry_expire_and_says_so() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, [101.2, 102.0, 99.0, 100.0]));
    let entry = world.order("i1/entry");
    assert_eq!(entry.state, OrderState::Expired);
    assert_eq!(entry.note, "open 101.2 above limit 100.8");
    assert_eq!(world.book.buying_power(), money("100000"));
    assert!(!world.book.is_held(symbol()));
}

#[test]
fn nothing_fills_on_the_bar_that_the_decision_was_taken_on() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(0, QUIET));
    assert_eq!(world.order("i1/entry").state, OrderState::Working);
    world.bar(&bar(1, QUIET));
    assert_eq!(world.fills().len(), 1);
    world.bar(&bar(1, [90.0, 91.0, 89.0, 90.0]));
    assert_eq!(world.trades().len(), 0, "a session happens once");
}

#[test]
fn a_stop_fills_at_its_price_a_gap_at_the_open_and_the_other_leg_is_cancelled() {
    let cases = [
        ([99.0, 99.5, 95.0, 97.0], ExitReason::Stop, 96.0),
        ([90.0, 99.5, 89.0, 97.0], ExitReason::StopGap, 90.0),
        ([104.0, 106.5, 103.0, 105.0], ExitReason::Target, 106.0),
        ([107.0, 107.5, 103.0, 105.0], ExitReason::TargetGap, 107.0),
    ];
    for (prices, reason, price) in cases {
        let mut world = bought(CostModel::default());
        world.bar(&bar(2, prices));
        assert_eq!(world.ended(), (reason, price, 2));
        let (filled, other) = match reason {
            ExitReason::Stop | ExitReason::StopGap => ("i1/stop", "i1/target"),
            _ => ("i1/target", "i1/stop"),
        };
        assert_eq!(world.order(filled).state, OrderState::Filled);
        assert_eq!(world.order(other).state, OrderState::Cancelled);
    }
}

#[test]
fn a_bar_with_both_levels_is_taken_for_a_stop_and_counted() {
    let mut world = bought(CostModel::default());
    world.bar(&bar(2, [100.0, 107.0, 95.0, 100.0]));
    assert_eq!(world.ended(), (ExitReason::Stop, 96.0, 2));
    assert!(world.trades()[0].ambiguous);
}

#[test]
fn the_time_limit_sells_at_the_close_of_its_session() {
    let mut world = bought(CostModel::default());
    for n in 2..=4 {
        assert_eq!(world.trades().len(), 0);
        world.bar(&bar(n, QUIET));
    }
    assert_eq!(world.ended(), (ExitReason::Time, 100.5, 4));
    assert_eq!(world.order("i1/exit").state, OrderState::Filled);
    assert_eq!(world.order("i1/exit").price, None);
}

#[test]
fn a_resting_target_pays_no_slippage_and_the_trade_adds_up_to_the_cash() {
    let mut world = bought(CostModel::default());
    world.bar(&bar(2, [104.0, 106.5, 103.0, 105.0]));
    let exit = world.fills()[1];
    assert_eq!(exit.slippage_cost, Money::ZERO);
    let trade = world.trades()[0];
    // 600 less 9.35 at the entry and 0.35 + 4.24 at the exit.
    assert_eq!((trade.gross, trade.costs), (money("600"), money("13.94")));
    assert_eq!(trade.net, money("586.06"));
    assert_eq!(world.book.cash(), money("100586.06"));
    assert!((trade.r_multiple - 586.06 / 480.0).abs() < 1e-12);
}

#[test]
fn a_trailing_stop_is_replaced_under_a_new_id() {
    let row = BracketSpec { trailing_atr: Some(1.5), r_multiple: 5.0, ..crate::testing::ROW };
    let trailing = Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap();
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&trailing, 100)).unwrap();
    world.bar(&bar(1, [100.0, 103.0, 98.0, 102.0]));
    assert_eq!(world.order("i1/stop").state, OrderState::Cancelled);
    assert_eq!(world.order("i1/stop#1").price.unwrap().to_f64(), 100.0);
    world.bar(&bar(2, [102.0, 105.0, 101.0, 104.0]));
    assert_eq!(world.order("i1/stop#2").price.unwrap().to_f64(), 102.0);
    world.bar(&bar(3, [104.0, 104.5, 101.5, 102.0]));
    assert_eq!(world.ended(), (ExitReason::Stop, 102.0, 3));
    assert_eq!(world.order("i1/stop#2").state, OrderState::Filled);
}

#[test]
fn a_split_doubles_the_shares_halves_the_prices_and_moves_no_money() {
    let mut world = bought(CostModel::default());
    let before = world.book.equity();
    world.broker.on_action(symbol(), &split(2, "2")).unwrap();
    world.bar(&bar(2, [50.25, 50.5, 50.0, 50.25]));
    let position = world.book.position(symbol()).unwrap();
    assert_eq!(position.shares, Shares(200));
    assert_eq!((position.stop.to_f64(), position.target.to_f64()), (48.0, 53.0));
    assert_eq!(position.entry_price_now().to_f64(), 50.0);
    assert_eq!(world.book.equity(), before, "the price went on at half of 100.50");
    world.bar(&bar(3, [52.0, 53.0, 51.0, 52.5]));
    let trade = world.trades()[0];
    assert_eq!((trade.entry_shares, trade.exit_shares), (Shares(100), Shares(200)));
    assert_eq!(trade.gross, money("600"));
}

#[test]
fn a_fraction_of_a_share_is_paid_in_cash_at_the_open_of_the_ex_date() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 101)).unwrap();
    world.bar(&bar(1, QUIET));
    world.broker.on_action(symbol(), &split(2, "1.5")).unwrap();
    world.bar(&bar(2, [67.01, 67.5, 66.5, 67.0]));
    let position = world.book.position(symbol()).unwrap();
    // 151.5 shares; half of one at 67.01, to the even cent.
    assert_eq!((position.shares, position.income), (Shares(151), money("33.50")));
    assert_eq!(world.book.cash(), money("89933.50"));
}

#[test]
fn a_consolidation_to_less_than_one_share_pays_it_out_and_ends_the_position() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&bracket(), 5)).unwrap();
    world.bar(&bar(1, QUIET));
    world.broker.on_action(symbol(), &split(2, "0.1")).unwrap();
    world.bar(&bar(2, [1000.0, 1010.0, 990.0, 1005.0]));
    let trade = world.trades()[0];
    assert_eq!((trade.reason, trade.exit_shares), (ExitReason::EndOfData, Shares::ZERO));
    assert_eq!((trade.gross, trade.dividends), (money("-500"), money("500")));
    assert_eq!(world.book.cash(), money("100000") + trade.net);
}

#[test]
fn a_dividend_is_paid_in_full_and_lowers_the_stop_but_not_the_target() {
    let mut world = bought(CostModel::FREE);
    world.broker.on_action(symbol(), &dividend(2, "3.08")).unwrap();
    world.bar(&bar(2, [97.0, 98.0, 95.0, 97.42]));
    let position = world.book.position(symbol()).unwrap();
    assert_eq!((position.stop.to_f64(), position.target.to_f64()), (92.92, 106.0));
    assert_eq!(position.income, money("308"));
    assert_eq!(world.book.equity(), money("100050"), "97.42 and 3.08 are the 100.50 of before");
}

#[test]
fn actions_reach_an_entry_that_waits() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 101)).unwrap();
    world.broker.on_action(symbol(), &split(1, "1.5")).unwrap();
    world.broker.on_action(symbol(), &dividend(1, "0.2")).unwrap();
    world.bar(&bar(1, [67.0, 67.5, 66.5, 67.0]));
    let position = world.book.position(symbol()).unwrap();
    assert_eq!((position.shares, position.income), (Shares(151), Money::ZERO));
    // 96 / 1.5 and 106 / 1.5, less the dividend the buyer does not get.
    assert_eq!((position.stop.to_f64(), position.target.to_f64()), (63.8, 70.4667));
    assert_eq!(world.order("i1/entry").price.unwrap().to_f64(), 67.0);
}

#[test]
fn an_action_waits_for_a_bar_that_someone_could_trade_on() {
    let mut world = bought(CostModel::FREE);
    let before = world.book.equity();
    world.broker.on_action(symbol(), &split(2, "2")).unwrap();
    world.bar(&bar(2, [f64::NAN, 51.0, 49.0, f64::NAN]));
    assert_eq!(world.book.position(symbol()).unwrap().shares, Shares(100));
    assert_eq!(world.book.equity(), before);
    world.bar(&bar(3, [50.25, 50.5, 50.0, 50.25]));
    assert_eq!(world.book.position(symbol()).unwrap().shares, Shares(200));
    assert_eq!(world.book.equity(), before);
}

#[test]
fn an_action_of_a_later_date_waits_for_it() {
    let mut world = bought(CostModel::FREE);
    world.broker.on_action(symbol(), &split(3, "2")).unwrap();
    world.bar(&bar(2, QUIET));
    assert_eq!(world.book.position(symbol()).unwrap().shares, Shares(100));
    world.bar(&bar(3, [50.25, 50.5, 50.0, 50.25]));
    assert_eq!(world.book.position(symbol()).unwrap().shares, Shares(200));
}

#[test]
fn flattening_sells_at_the_next_open_whatever_the_bar_does_afterwards() {
    let mut world = bought(CostModel::default());
    world.flatten();
    world.flatten();
    assert_eq!(world.order("i1/exit").state, OrderState::Working);
    world.bar(&bar(2, [99.0, 107.0, 90.0, 95.0]));
    assert_eq!(world.ended(), (ExitReason::Flatten, 99.0, 2));
    assert_eq!(world.order("i1/exit").state, OrderState::Filled);
    assert!(world.fills()[1].slippage_cost > Money::ZERO);
}

#[test]
fn flattening_cancels_an_entry_that_waits() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.flatten();
    assert_eq!(world.order("i1/entry").state, OrderState::Cancelled);
    world.bar(&bar(1, QUIET));
    assert_eq!((world.fills().len(), world.book.held().len()), (0, 0));
}

#[test]
fn the_end_of_data_sells_a_position_and_drops_an_entry() {
    let mut world = bought(CostModel::default());
    world.end(session(1), 100.5);
    assert_eq!(world.ended(), (ExitReason::EndOfData, 100.5, 1));
    world.end(session(1), 100.5);
    assert_eq!(world.trades().len(), 1, "only once");

    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.end(session(0), 100.0);
    assert_eq!(world.order("i1/entry").state, OrderState::Expired);
}

#[test]
fn an_entry_expires_with_a_session_without_a_bar_and_a_position_does_not() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.no_bar(session(1));
    assert_eq!(world.order("i1/entry").state, OrderState::Expired);
    assert_eq!(world.book.held(), []);

    let mut world = bought(CostModel::default());
    world.no_bar(session(2));
    assert_eq!(world.book.held(), [symbol()]);
}

fn rejection(world: &mut World, intent: Intent) -> String {
    let id = format!("{}/entry", intent.record().intent_id);
    world.submit(intent).unwrap();
    let order = world.order(&id);
    assert_eq!(order.state, OrderState::Rejected);
    order.note.clone()
}

#[test]
fn the_venue_refuses_what_the_cash_does_not_cover_pending_entries_and_costs_counted() {
    let other = |id| intent_of((id, session(0)), Symbol::new("OTHER").unwrap(), &bracket(), 100);
    // One entry needs 10,080 at its limit and 9.422 of costs.
    let mut world = World::new(CostModel::default(), "20178.84");
    world.submit(intent(&bracket(), 100)).unwrap();
    assert_eq!(world.book.buying_power(), money("10089.418"));
    let note = rejection(&mut world, other("i2"));
    assert_eq!(note, "needs 10089.4220 at its limit, 10089.4180 is free");
    assert_eq!(world.book.held(), [symbol()], "the first one stays");

    let mut world = World::new(CostModel::default(), "20178.844");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.submit(other("i2")).unwrap();
    assert_eq!(world.book.buying_power(), Money::ZERO);
}

#[test]
fn a_filled_entry_is_paid_once_and_promised_no_longer() {
    let mut world = World::new(CostModel::FREE, "20080");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, QUIET));
    assert_eq!(world.book.buying_power(), money("10080"));
    let other = Symbol::new("OTHER").unwrap();
    world.submit(intent_of(("i2", session(1)), other, &bracket(), 100)).unwrap();
    assert_eq!(world.order("i2/entry").state, OrderState::Working);
}

#[test]
fn the_venue_refuses_a_second_position_no_shares_and_prices_out_of_order() {
    let mut world = bought(CostModel::default());
    let again = intent_of(("i2", session(1)), symbol(), &bracket(), 10);
    assert!(rejection(&mut world, again).contains("exists"));

    let mut world = World::new(CostModel::default(), "100000");
    assert_eq!(rejection(&mut world, intent(&bracket(), 0)), "no shares");
    let upside_down = Bracket { stop: bracket().target, target: bracket().stop, ..bracket() };
    let upside_down = intent_of(("i2", session(0)), symbol(), &upside_down, 1);
    assert!(rejection(&mut world, upside_down).contains("out of order"));
    assert_eq!(world.book.cash(), money("100000"));
}

#[test]
fn an_intent_is_sent_at_most_once_even_after_a_refusal() {
    let mut world = World::new(CostModel::default(), "1");
    rejection(&mut world, intent(&bracket(), 100));
    let again = world.submit(intent(&bracket(), 100));
    assert_eq!(again, Err(SendError::Duplicate { intent_id: "i1".to_owned() }));
}

#[test]
fn the_intent_is_on_record_before_anything_else_of_it() {
    let world = bought(CostModel::default());
    let kinds: Vec<&str> = world.ledger.events.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["intent", "order", "order", "fill", "order", "order"]);
}
