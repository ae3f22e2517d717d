//! Reversal, break-even stop and partial exit at the venue, to the cent.

use super::*;
use crate::testing::intent_under;
use tradebot_brackets::BracketSpec;
use tradebot_journal::OrderRole;

/// Stop 96, limit 100.80, target 110; R is 4.80.
fn far_bracket() -> Bracket {
    let row = BracketSpec { r_multiple: 2.5, ..crate::testing::ROW };
    Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap()
}

/// Bought at 100 in session 1.
fn bought_under(management: Management, shares: u64, costs: CostModel) -> World {
    let mut world = World::new(costs, "100000");
    world.submit(intent_under(management, &far_bracket(), shares)).unwrap();
    world.bar(&bar(1, QUIET));
    world
}

fn reversal() -> Management {
    Management { exit_on_reversal: true, ..Management::OFF }
}

fn orders_of(world: &World, id: &str) -> Vec<(OrderState, u64)> {
    let events = world.ledger.events.iter();
    let of_id = events.filter_map(|event| match event {
        Event::Order(order) if order.order_id == id => Some((order.state, order.shares.0)),
        _ => None,
    });
    of_id.collect()
}

#[test]
fn options_that_are_off_leave_no_trace_in_the_journal() {
    let journal = |order: Intent| {
        let mut world = World::new(CostModel::default(), "100000");
        world.submit(order).unwrap();
        world.bar(&bar(1, QUIET));
        world.reverse();
        world.bar(&bar(2, [100.0, 111.0, 99.0, 110.5]));
        world.ledger.events
    };
    let bracket = far_bracket();
    let plain = journal(intent(&bracket, 100));
    assert_eq!(plain, journal(intent_under(Management::OFF, &bracket, 100)));
    assert_eq!(plain.len(), 10);
}

#[test]
fn a_reversal_sells_at_the_next_open_and_is_ordered_once() {
    let mut world = bought_under(reversal(), 100, CostModel::default());
    world.reverse();
    world.reverse();
    assert_eq!(orders_of(&world, "i1/exit"), [(OrderState::Working, 100)]);
    assert!(world.order("i1/exit").note.contains("reversal"));
    world.bar(&bar(2, [99.0, 111.0, 90.0, 95.0]));
    let wanted = crate::exit_reason(tradebot_brackets::ExitKind::Reversal);
    assert_eq!(world.ended(), (wanted, 99.0, 2));
    assert!(world.fills()[1].slippage_cost > Money::ZERO);
    assert_eq!(world.order("i1/exit").state, OrderState::Filled);
}

#[test]
fn flattening_what_leaves_already_orders_nothing_twice() {
    for reversal_first in [true, false] {
        let mut world = bought_under(reversal(), 100, CostModel::default());
        if reversal_first {
            world.reverse();
            world.flatten();
        } else {
            world.flatten();
            world.reverse();
        }
        assert_eq!(orders_of(&world, "i1/exit").len(), 1);
        world.bar(&bar(2, [99.0, 111.0, 90.0, 95.0]));
        assert_eq!(world.ended(), (ExitReason::Flatten, 99.0, 2), "the stronger word");
    }
}

#[test]
fn a_stop_rises_to_break_even_under_a_new_id_and_costs_the_account_nothing() {
    let management = Management { break_even_at_r: Some(1.0), ..Management::OFF };
    let mut world = bought_under(management, 100, CostModel::default());
    world.bar(&bar(2, [101.0, 105.0, 99.0, 104.0]));
    assert_eq!(world.order("i1/stop").state, OrderState::Cancelled);
    let raised = world.order("i1/stop#1");
    assert_eq!((raised.state, raised.note.as_str()), (OrderState::Working, "to break-even"));
    // 0.7 cents of commission and 18 bp, rounded up to a hundredth of a cent.
    assert_eq!(raised.price.unwrap().to_f64(), 100.1872);
    world.bar(&bar(3, [103.0, 104.0, 99.0, 99.5]));
    assert_eq!(world.ended(), (ExitReason::Stop, 100.1872, 3));
    let net = world.trades()[0].net;
    assert!(net >= Money::ZERO && net < money("0.02"), "{net}");
    assert_eq!(world.book.cash(), money("100000") + net);
}

#[test]
fn a_part_is_sold_at_its_limit_the_stop_shrinks_and_the_rest_goes_on() {
    let mut world = bought_under(partial(1.0, 0.5), 101, CostModel::default());
    let shares = |world: &World, id: &str| world.order(id).shares.0;
    assert_eq!(["i1/stop", "i1/target", "i1/part"].map(|id| shares(&world, id)), [101, 51, 50]);
    assert_eq!(world.order("i1/part").price.unwrap().to_f64(), 104.8);
    assert_eq!(world.order("i1/part").role, OrderRole::Target);
    let position = world.book.position(symbol()).unwrap();
    assert_eq!((position.target.to_f64(), position.part_limit.unwrap().to_f64()), (110.0, 104.8));

    world.bar(&bar(2, [101.0, 105.0, 100.0, 104.0]));
    assert_eq!(world.trades().len(), 0);
    assert_eq!(world.order("i1/part").state, OrderState::Filled);
    assert_eq!(
        orders_of(&world, "i1/stop"),
        [(OrderState::Working, 101), (OrderState::Working, 51)]
    );
    assert_eq!(
        (world.order("i1/stop").state, shares(&world, "i1/target")),
        (OrderState::Working, 51)
    );
    let part = world.fills()[1];
    assert_eq!((part.shares, part.price.to_f64()), (Shares(50), 104.8));
    assert_eq!(part.slippage_cost, Money::ZERO, "a limit that rested");
    // 104.80 x 50 less 0.175 of commission and 2.096 of half spread.
    let before = money("100000") - money("10100") - money("9.4435");
    assert_eq!(world.book.cash(), before + money("5240") - money("2.271"));
    let position = world.book.position(symbol()).unwrap();
    assert_eq!((position.shares, position.part_limit), (Shares(51), None));
    assert_eq!(position.unrealised(), world.book.equity() - money("100000"));

    world.bar(&bar(3, [104.0, 104.5, 95.0, 95.5]));
    let trade = world.trades()[0];
    assert_eq!((trade.reason, trade.sessions_held), (ExitReason::Stop, 3));
    assert_eq!((trade.entry_shares, trade.exit_shares), (Shares(101), Shares(101)));
    // (50 x 104.80 + 51 x 96) / 101.
    assert_eq!(trade.exit_price.to_f64(), 100.3564);
    assert_eq!(trade.gross, money("36"));
    assert_eq!(world.book.cash(), money("100000") + trade.net);
    assert_eq!(shares(&world, "i1/stop"), 51);
}

#[test]
fn part_and_rest_can_fill_in_one_bar_the_entrys_included() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent_under(partial(1.0, 0.25), &far_bracket(), 100)).unwrap();
    world.bar(&bar(1, [100.0, 111.0, 99.0, 110.5]));
    let fills: Vec<(&str, u64, f64)> =
        world.fills().iter().map(|f| (f.order_id.as_str(), f.shares.0, f.price.to_f64())).collect();
    let wanted = [("i1/entry", 100, 100.0), ("i1/part", 25, 104.8), ("i1/target", 75, 110.0)];
    assert_eq!(fills, wanted);
    assert_eq!(world.ended(), (ExitReason::Target, 108.7, 1));
    assert_eq!(world.trades()[0].gross, money("870"));
}

#[test]
fn a_gap_beyond_both_limits_fills_both_at_the_open_with_slippage() {
    let mut world = bought_under(partial(1.0, 0.5), 100, CostModel::default());
    world.bar(&bar(2, [112.0, 113.0, 111.0, 112.0]));
    let prices: Vec<f64> = world.fills().iter().map(|f| f.price.to_f64()).collect();
    assert_eq!(prices, [100.0, 112.0, 112.0]);
    assert!(world.fills().iter().all(|f| f.slippage_cost > Money::ZERO));
    assert_eq!(world.ended(), (ExitReason::TargetGap, 112.0, 2));
}

#[test]
fn a_stop_takes_everything_and_cancels_both_limits() {
    let mut world = bought_under(partial(1.0, 0.5), 100, CostModel::default());
    world.bar(&bar(2, [99.0, 105.0, 95.0, 97.0]));
    assert_eq!(world.ended(), (ExitReason::Stop, 96.0, 2));
    assert!(world.trades()[0].ambiguous);
    for id in ["i1/target", "i1/part"] {
        assert_eq!(world.order(id).state, OrderState::Cancelled, "{id}");
    }
    assert_eq!(world.fills().len(), 2);
}

#[test]
fn one_share_has_no_partial_exit_and_goes_to_its_target() {
    let mut world = bought_under(partial(1.0, 0.5), 1, CostModel::FREE);
    assert_eq!(orders_of(&world, "i1/part"), []);
    world.bar(&bar(2, [101.0, 105.0, 100.0, 104.0]));
    assert_eq!((world.fills().len(), world.book.held()), (1, vec![symbol()]));
    world.bar(&bar(3, [104.0, 110.0, 103.0, 109.0]));
    assert_eq!(world.ended(), (ExitReason::Target, 110.0, 3));
}

#[test]
fn a_limit_not_short_of_the_target_is_no_order() {
    let world = bought_under(partial(2.5, 0.5), 100, CostModel::FREE);
    assert_eq!(orders_of(&world, "i1/part"), []);
    assert_eq!(world.order("i1/target").shares, Shares(100));
}

#[test]
fn a_split_divides_a_part_anew_and_a_consolidation_can_end_it() {
    let mut world = bought_under(partial(1.0, 0.5), 3, CostModel::FREE);
    assert_eq!(world.order("i1/part").shares, Shares(1));
    world.broker.on_action(symbol(), &split(2, "2")).unwrap();
    world.bar(&bar(2, [50.25, 50.5, 50.0, 50.25]));
    let part = world.order("i1/part");
    assert_eq!((part.shares, part.price.unwrap().to_f64()), (Shares(3), 52.4));
    world.broker.on_action(symbol(), &split(3, "0.2")).unwrap();
    world.bar(&bar(3, [251.0, 252.0, 250.0, 251.0]));
    assert_eq!(world.order("i1/part").state, OrderState::Cancelled);
    assert_eq!(world.order("i1/target").shares, Shares(1));
    assert_eq!(world.book.position(symbol()).unwrap().part_limit, None);
}

#[test]
fn a_trade_whose_shares_split_after_a_part_was_sold_counts_all_of_them_in_new_shares() {
    let mut world = bought_under(partial(1.0, 0.5), 100, CostModel::FREE);
    world.bar(&bar(2, [101.0, 105.0, 100.0, 104.0]));
    world.broker.on_action(symbol(), &split(3, "2")).unwrap();
    world.bar(&bar(3, [52.0, 55.0, 51.0, 54.0]));
    let trade = world.trades()[0];
    assert_eq!((trade.entry_shares, trade.exit_shares), (Shares(100), Shares(200)));
    // 100 new shares at 52.40, 100 at 55.
    assert_eq!((trade.exit_price.to_f64(), trade.gross), (53.7, money("740")));
}

#[test]
fn options_outside_their_range_are_refused_by_the_venue() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent_under(partial(1.0, 1.0), &far_bracket(), 100)).unwrap();
    let entry = world.order("i1/entry");
    assert_eq!(entry.state, OrderState::Rejected);
    assert!(entry.note.contains("partial exit's share of 1"), "{}", entry.note);
}

#[test]
fn a_book_that_is_told_of_a_part_that_does_not_add_up_refuses_it() {
    let mut world = bought_under(partial(1.0, 0.5), 100, CostModel::FREE);
    let events = world.broker.on_bar(symbol(), &bar(2, [101.0, 105.0, 100.0, 104.0]));
    let fill = events.iter().find_map(|e| match e {
        BrokerEvent::Fill(fill) => Some(fill.clone()),
        _ => None,
    });
    let mut fill = fill.unwrap();
    let detail = fill.exit.unwrap();
    assert_eq!(detail.left, Shares(50));
    fill.exit = Some(crate::ExitDetail { left: Shares(49), ..detail });
    let before = world.book.clone();
    let found = world.book.apply(&BrokerEvent::Fill(fill));
    assert!(matches!(found, Err(crate::BookError::SharesDiffer { .. })));
    assert_eq!(world.book, before);
}
