//! Orders under terms: costs by size and date, shares of the volume, settled cash, two currencies.

use proptest::prelude::*;
use tradebot_brackets::cost::{Commission, Conversion, Impact, Participation, Table};
use tradebot_brackets::settlement::SettlementSchedule;
use tradebot_brackets::{AccountKind, CostModel, CostSchedule, ExecutionTerms};
use tradebot_domain::{
    Bar, Currency, Decimal, Exchange, Money, Price, Rounding, Shares, Symbol, Tick,
};
use tradebot_journal::{ExitReason, FillRecord, OrderState};

use super::properties::path;
use crate::testing::{
    World, bar, bracket, dividend, intent, intent_of, money, partial, session, split, symbol,
};
use crate::{ActionRefused, Broker as _, SimulatedBroker, Unpriced, journal};

const QUIET: [f64; 4] = [100.0, 101.0, 99.0, 100.5];

fn plain() -> ExecutionTerms {
    ExecutionTerms::default()
}

fn world(terms: ExecutionTerms, cash: &str) -> World {
    let account = (money(cash), session(0).date());
    World::of(SimulatedBroker::under(CostModel::default(), terms, account), cash)
}

/// A world that has seen 21 sessions of `volume` shares before.
fn seasoned(terms: ExecutionTerms, cash: &str, volume: f64) -> World {
    let mut world = world(terms, cash);
    for (n, close) in (-21..0).zip([99.0, 101.0, 100.0].into_iter().cycle()) {
        let date = session(0).date().checked_add(tradebot_domain::Span::new().days(n)).unwrap();
        let seen = Bar { date: date.into(), volume, ..bar(0, [100.0, 102.0, 98.0, close]) };
        world.broker.observe(symbol(), &seen, &[]);
    }
    world
}

fn capped(max_share: f64) -> ExecutionTerms {
    ExecutionTerms { participation: Some(Participation { max_share, sessions: 3 }), ..plain() }
}

fn moving() -> ExecutionTerms {
    let costs = CostSchedule { impact: Some(Impact::default()), ..CostSchedule::default() };
    ExecutionTerms { costs, ..capped(0.1) }
}

fn settling() -> ExecutionTerms {
    ExecutionTerms { settlement: Some(SettlementSchedule::of(Exchange::Xnys)), ..plain() }
}

#[test]
fn an_entry_above_the_cap_is_filled_in_part_and_its_bracket_stands_for_that() {
    let mut world = seasoned(capped(0.1), "100000", 1_000.0);
    world.submit(intent(&bracket(), 250)).unwrap();
    world.bar(&Bar { volume: 5_000.0, ..bar(1, QUIET) });
    assert_eq!(world.fills()[0].shares, Shares(100), "a tenth of what usually trades");
    let entry = world.order("i1/entry");
    assert_eq!((entry.state, entry.shares), (OrderState::Filled, Shares(100)));
    assert!(entry.note.contains("150"), "{}", entry.note);
    assert_eq!(world.order("i1/stop").shares, Shares(100));
    world.bar(&bar(2, [100.0, 101.0, 95.0, 96.5]));
    let trade = world.trades()[0];
    assert_eq!((trade.entry_shares, trade.reason), (Shares(100), ExitReason::Stop));
    // 4.80 a share was planned for 250 of them.
    assert_eq!(trade.planned_risk, money("480"));
    assert!((trade.r_multiple - trade.net.to_f64() / 480.0).abs() < 1e-12);
}

#[test]
fn a_thin_session_fills_no_more_than_its_own_share() {
    let mut world = seasoned(capped(0.1), "100000", 1_000.0);
    world.submit(intent(&bracket(), 250)).unwrap();
    world.bar(&Bar { volume: 309.0, ..bar(1, QUIET) });
    assert_eq!(world.fills()[0].shares, Shares(30));

    let mut world = seasoned(capped(0.1), "100000", 1_000.0);
    world.submit(intent(&bracket(), 250)).unwrap();
    world.bar(&Bar { volume: 9.0, ..bar(1, QUIET) });
    assert_eq!(world.order("i1/entry").state, OrderState::Expired);
    assert!(world.fills().is_empty() && world.broker.cash() == money("100000"));
}

#[test]
fn an_exit_leaves_whole_and_pays_the_impact_of_its_size() {
    let mut world = seasoned(moving(), "100000", 1_000.0);
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, QUIET));
    // The market thins out: the whole of it leaves at the target all the same.
    for n in 2..5 {
        world.bar(&Bar { volume: 10.0, ..bar(n, [100.0, 100.5, 99.5, 100.0]) });
        if n == 3 {
            world.flatten();
        }
    }
    let fills = world.fills();
    assert_eq!((fills.len(), fills[1].shares), (2, Shares(100)));
    let impact = |fill: &FillRecord| fill.kinds.unwrap().impact;
    assert!(impact(fills[0]) > Money::ZERO);
    assert!(impact(fills[1]) > impact(fills[0]), "fewer trade");
    let trade = world.trades()[0];
    let kinds = trade.kinds.unwrap();
    assert_eq!(kinds.total(), trade.costs);
    assert_eq!(kinds.impact, impact(fills[0]) + impact(fills[1]));
}

#[test]
fn a_target_within_the_cap_rests_and_one_above_it_takes_liquidity() {
    for (volume, rests) in [(10_000.0, true), (100.0, false)] {
        let mut world = seasoned(moving(), "100000", 10_000.0);
        world.submit(intent(&bracket(), 50)).unwrap();
        world.bar(&bar(1, QUIET));
        world.bar(&Bar { volume, ..bar(2, [104.0, 107.0, 103.0, 106.0]) });
        let fill = world.fills()[1].clone();
        assert_eq!(world.trades()[0].reason, ExitReason::Target);
        let kinds = fill.kinds.unwrap();
        assert_eq!(kinds.slippage == Money::ZERO, rests);
        assert_eq!(kinds.impact == Money::ZERO, rests);
    }
}

#[test]
fn what_usually_trades_must_be_known_before_there_is_an_order() {
    let mut world = world(capped(0.1), "100000");
    world.submit(intent(&bracket(), 10)).unwrap();
    let entry = world.order("i1/entry");
    assert_eq!(entry.state, OrderState::Rejected);
    assert!(entry.note.contains("takes 3 sessions; there are 0"), "{}", entry.note);
    let asked =
        world.broker.dearest(symbol(), session(0).date(), (bracket().entry_limit, Shares(1)));
    assert!(matches!(asked, Err(Unpriced::Volume(_))));
}

fn other() -> Symbol {
    Symbol::new("OTHER").unwrap()
}

/// Buys 90 at 100 on day 1, sells them at the target on day 2, a Thursday, and asks for 80 of
/// another share on its close: 9,000 of 10,000 come back three settlement days later.
fn after_a_sale(terms: ExecutionTerms) -> World {
    let mut world = world(terms, "10000");
    world.submit(intent(&bracket(), 90)).unwrap();
    world.bar(&bar(1, QUIET));
    world.bar(&bar(2, [104.0, 107.0, 103.0, 106.0]));
    assert_eq!(world.trades().len(), 1);
    world.submit(intent_of(("i2", session(2)), other(), &bracket(), 80)).unwrap();
    world
}

#[test]
fn a_cash_account_does_not_spend_what_has_not_settled_and_says_so() {
    let world = after_a_sale(settling());
    let entry = world.order("i2/entry");
    assert_eq!(entry.state, OrderState::Rejected);
    for told in ["needs 8071.", "has settled", "9535."] {
        assert!(entry.note.contains(told), "{told}: {}", entry.note);
    }
    let settled = world.broker.spendable(session(2).date()).unwrap();
    assert!(settled < money("1000") && settled > money("900"), "{settled}");
}

#[test]
fn settled_proceeds_are_spent_and_a_margin_account_does_not_wait() {
    let margin = ExecutionTerms { account: AccountKind::Margin, ..settling() };
    let mut world = after_a_sale(margin);
    assert_eq!(world.order("i2/entry").state, OrderState::Working);
    assert_eq!(world.broker.spendable(session(2).date()), None);
    world.bar_of(other(), &bar(3, QUIET));

    let mut world = after_a_sale(settling());
    // Three settlement days after Thursday the 3rd is Tuesday the 8th; asked on Monday's close.
    world.submit(intent_of(("i3", session(3)), other(), &bracket(), 80)).unwrap();
    assert_eq!(world.order("i3/entry").state, OrderState::Rejected, "on Friday still not");
    world.submit(intent_of(("i4", session(6)), other(), &bracket(), 80)).unwrap();
    assert_eq!(world.order("i4/entry").state, OrderState::Working);
    world.bar_of(other(), &bar(7, QUIET));
    assert_eq!(world.order("i4/entry").state, OrderState::Filled);
}

fn canadian(rate: f64) -> ExecutionTerms {
    let conversion =
        Some(Conversion { account: Currency::Cad, spread_bps: 150.0, per_trade: true });
    let costs = CostSchedule { conversion, ..CostSchedule::from(CostModel::FREE) };
    let exchange_rate = Some(Table::always(rate));
    ExecutionTerms { costs, exchange_rate, ..plain() }
}

#[test]
fn an_account_of_another_currency_pays_at_the_rate_and_for_each_conversion() {
    let mut world = world(canadian(1.25), "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, QUIET));
    // 100 x 100 USD are 12,500 CAD; 150 basis points of them 187.50.
    assert_eq!(world.broker.cash(), money("100000") - money("12687.5"));
    assert_eq!(world.fills()[0].kinds.unwrap().conversion, money("187.5"));
    let held = world.book.positions().next().unwrap();
    assert_eq!(held.value(), money("12562.5"), "100.50 x 100 x 1.25");
    world.broker.on_action(symbol(), &dividend(2, "1")).unwrap();
    world.bar(&bar(2, [104.0, 107.0, 103.0, 106.0]));
    let trade = world.trades()[0];
    assert_eq!(trade.gross, money("750"), "6 x 100 x 1.25");
    assert_eq!(trade.dividends, money("125"));
    assert_eq!(trade.costs, money("187.5") + money("198.75"));
    assert_eq!(trade.planned_risk, money("600"), "4.80 x 100 x 1.25");
    assert_eq!(world.broker.cash(), money("100000") + trade.net);
}

#[test]
fn a_rate_that_moves_is_part_of_the_result() {
    let mut terms = canadian(1.25);
    let row = |from: Option<i8>, terms: f64| tradebot_brackets::cost::Row {
        from: from.map(|n| session(n).date()),
        terms,
    };
    terms.exchange_rate =
        Some(Table { rows: vec![row(None, 1.25), row(Some(2), 1.5)], known_through: None });
    let mut world = world(terms, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, QUIET));
    world.bar(&bar(2, [104.0, 107.0, 103.0, 106.0]));
    // Bought for 12,500, sold for 106 x 100 x 1.5.
    assert_eq!(world.trades()[0].gross, money("3400"));
    assert_eq!(world.fills()[1].exchange_rate, Some("1.5".parse().unwrap()));
}

#[test]
fn a_conversion_that_is_not_meant_is_refused_before_there_is_a_position() {
    let conversion = Some(Conversion::refused(Currency::Cad));
    let costs = CostSchedule { conversion, ..CostSchedule::default() };
    let mut world = world(ExecutionTerms { costs, ..plain() }, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    let entry = world.order("i1/entry");
    assert_eq!(entry.state, OrderState::Rejected);
    assert!(entry.note.contains("150 basis points"), "{}", entry.note);
}

#[test]
fn an_action_that_comes_twice_or_late_is_refused_by_name_and_changes_nothing() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, QUIET));
    let (symbol, action) = (symbol(), split(2, "2"));
    assert_eq!(world.broker.on_action(symbol, &action), Ok(()));
    let repeated = Err(ActionRefused::Repeated { symbol, action });
    assert_eq!(world.broker.on_action(symbol, &action), repeated);
    world.bar(&bar(2, QUIET.map(|price| price / 2.0)));
    assert_eq!(world.broker.on_action(symbol, &action), repeated, "after it took effect too");
    let late = world.broker.on_action(symbol, &split(1, "3")).unwrap_err();
    assert_eq!(late, ActionRefused::Late { symbol, action: split(1, "3"), seen: session(2) });
    assert!(late.to_string().contains("2005-03-02 comes late, 2005-03-03 has been"), "{late}");
    world.bar(&bar(3, QUIET.map(|price| price / 2.0)));
    assert_eq!(world.book.position(symbol).unwrap().shares, Shares(200));
    assert_eq!(world.book.position(symbol).unwrap().stop.to_f64(), 48.0);
}

#[test]
fn a_trade_of_an_ambiguous_bar_says_what_it_would_have_been_on_either_side() {
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, QUIET));
    world.bar(&bar(2, [100.0, 106.5, 95.5, 105.0]));
    let trade = world.trades()[0];
    assert!(trade.ambiguous && trade.reason == ExitReason::Stop);
    let bounds = trade.bounds.unwrap();
    assert_eq!(bounds.pessimistic, trade.net);
    // At 106 instead of 96, with half the spread and no slippage: 1,000 more, 4.24 for 3.84 of
    // spread, and none of 4.80 of slippage.
    assert_eq!(bounds.optimistic, trade.net + money("1000") - money("0.4") + money("4.8"));
}

#[test]
fn with_a_partial_exit_the_optimistic_side_sells_both_limits() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 100).managed(partial(0.5, 0.5))).unwrap();
    world.bar(&bar(1, QUIET));
    world.bar(&bar(2, [100.0, 106.5, 95.5, 105.0]));
    let trade = world.trades()[0];
    // Half of it at 102.40, half at 106.
    let optimistic = trade.bounds.unwrap().optimistic;
    assert_eq!((trade.net, optimistic), (money("-400"), money("420")));
}

#[test]
fn finer_bars_say_which_came_first_and_contradictions_are_counted() {
    let coarse = bar(2, [100.0, 106.5, 95.5, 105.0]);
    let inside = |prices: [f64; 4]| bar(2, prices);
    let target_first = [inside([100.0, 106.5, 100.0, 106.0]), inside([106.0, 106.2, 95.5, 105.0])];
    let stop_first = [inside([100.0, 101.0, 95.5, 96.0]), inside([96.0, 106.5, 96.0, 105.0])];
    let elsewhere = [inside([100.0, 110.0, 95.5, 96.0])];
    for (fine, reason, price, conflicts) in [
        (&target_first[..], ExitReason::Target, 106.0, 0),
        (&stop_first[..], ExitReason::Stop, 96.0, 0),
        (&elsewhere[..], ExitReason::Stop, 96.0, 1),
    ] {
        let mut world = World::new(CostModel::FREE, "100000");
        world.submit(intent(&bracket(), 100)).unwrap();
        world.bar(&bar(1, QUIET));
        world.bars(&coarse, fine);
        let trade = world.trades()[0];
        assert_eq!((trade.reason, trade.exit_price.to_f64()), (reason, price));
        assert_eq!((trade.ambiguous, trade.bounds.is_some()), (conflicts == 1, conflicts == 1));
        assert_eq!(world.broker.conflicts(), conflicts);
    }
}

#[test]
fn a_trade_knows_how_far_prices_went_across_a_split_and_a_dividend() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, [100.0, 103.0, 98.5, 100.0]));
    world.broker.on_action(symbol(), &split(2, "2")).unwrap();
    world.bar(&bar(2, [50.0, 52.5, 49.0, 50.0]));
    world.broker.on_action(symbol(), &dividend(3, "1")).unwrap();
    // 48.6 and its dividend are 49.6, in the shares of the entry 99.2.
    world.bar(&bar(3, [49.5, 51.9, 48.6, 49.0]));
    world.bar(&bar(4, [49.0, 49.5, 46.5, 47.0]));
    let trade = world.trades()[0];
    let reach = trade.reach.unwrap();
    assert_eq!(trade.reason, ExitReason::Stop);
    assert!((reach.high - 105.8).abs() < 1e-9, "51.9 + 1, twice: {reach:?}");
    let stop = (trade.exit_price.to_f64() + 1.0) * 2.0;
    assert!((reach.low - stop.min(98.0)).abs() < 1e-9, "{reach:?}");
}

#[test]
fn splits_and_dividends_with_open_stops_move_no_money_under_any_terms() {
    for terms in [plain(), moving(), settling(), canadian(1.25)] {
        let mut world = seasoned(terms, "100000", 10_000.0);
        world.submit(intent(&bracket(), 101)).unwrap();
        world.bar(&bar(1, [100.0, 100.5, 99.5, 100.0]));
        let before = world.book.equity();
        world.broker.on_action(symbol(), &split(2, "1.5")).unwrap();
        let third = 100.0 / 1.5;
        world.bar(&bar(2, [third; 4]));
        let held = world.book.position(symbol()).unwrap();
        assert_eq!((held.shares, held.stop.to_f64()), (Shares(151), 64.0));
        // Half a share is paid out to the cent, and a price has four decimals.
        let moved = world.book.equity() - before;
        assert!(moved.to_f64().abs() <= 0.02, "{moved}");
        let before = world.book.equity();
        world.broker.on_action(symbol(), &dividend(3, "1.5")).unwrap();
        world.bar(&bar(3, [held_price(third - 1.5); 4]));
        let moved = world.book.equity() - before;
        assert!(moved.to_f64().abs() <= 0.02, "{moved}");
        assert_eq!(world.book.position(symbol()).unwrap().stop.to_f64(), 62.5);
    }
}

/// On a hundredth of a cent.
fn held_price(price: f64) -> f64 {
    (price * 1e4).round() / 1e4
}

#[test]
fn known_fill_bugs_stay_away_when_an_entry_is_cut() {
    // The stop trades in the entry's own bar; the next session opens below it; both are sold for
    // what was filled, at a price that was traded.
    for (first, second, reason, price) in [
        ([100.0, 100.5, 95.0, 99.0], QUIET, ExitReason::Stop, 96.0),
        (QUIET, [91.0, 92.0, 90.0, 91.5], ExitReason::StopGap, 91.0),
        (QUIET, [100.0, 106.5, 95.5, 105.0], ExitReason::Stop, 96.0),
        (QUIET, [108.0, 109.0, 107.0, 108.0], ExitReason::TargetGap, 108.0),
    ] {
        let mut world = seasoned(capped(0.01), "100000", 10_000.0);
        world.submit(intent(&bracket(), 250)).unwrap();
        world.bar(&bar(1, first));
        world.bar(&bar(2, second));
        assert_eq!((world.ended().0, world.ended().1), (reason, price));
        assert_eq!(world.trades()[0].exit_shares, Shares(100));
    }
}

/// Terms of every kind.
fn terms() -> impl Strategy<Value = ExecutionTerms> {
    let commission = prop_oneof![
        Just(Commission::PerOrder { fee: 4.95 }),
        Just(Commission::PerShare { rate: 0.01, min: 4.95, max: Some(9.95) }),
        Just(Commission::Percent { percent: 0.2, min: 1.0, max: None }),
    ];
    (commission, 0.001_f64..0.5, any::<[bool; 4]>(), 100_u32..160).prop_map(
        |(commission, max_share, [impact, cap, settles, cad], cents)| {
            let rate = f64::from(cents) / 100.0;
            let base = if cad { canadian(rate) } else { plain() };
            let costs = CostSchedule {
                commission: Table::always(commission),
                impact: impact.then(Impact::default),
                ..base.costs.clone()
            };
            ExecutionTerms {
                costs,
                participation: cap.then_some(Participation { max_share, sessions: 3 }),
                settlement: settles.then(|| SettlementSchedule::of(Exchange::Xnys)),
                ..base
            }
        },
    )
}

/// Two orders one after the other, with a split on the way.
fn traded(terms: ExecutionTerms, shares: u64, market: &[Bar], volume: f64) -> World {
    let waits = terms.waits_for_settlement();
    let mut world = seasoned(terms, "200000", volume);
    world.submit(intent(&bracket(), shares)).unwrap();
    for (n, bar) in market.iter().enumerate() {
        world.bar(&Bar { volume: volume * (0.5 + 0.1 * (n % 10) as f64), ..*bar });
        if n % 3 == 2 {
            let id = format!("j{n}");
            let limit = Price::from_f64(bar.close, Tick::CENT, Rounding::Nearest).unwrap();
            if world.book.held().is_empty() && limit.to_f64() > 20.0 {
                let row = crate::testing::ROW;
                let around =
                    tradebot_brackets::Bracket::around_close(bar.close, 2.0, &row, Tick::CENT);
                let order = intent_of((&id, bar.date), symbol(), &around.unwrap(), shares);
                world.submit(order).unwrap();
            }
        }
        if waits {
            let settled = world.broker.venue.terms.as_ref().unwrap().settled().unwrap();
            assert_eq!(settled.total(), world.broker.cash(), "two ledgers of the same cash");
            assert!(settled.settled() >= Money::ZERO, "{}", settled.settled());
            assert!(settled.settled() >= settled.promised(), "never buys with what may not come");
        }
    }
    let last = market.last().unwrap();
    world.end(last.date, last.close);
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn under_any_terms_cash_changes_by_the_nets_of_trades_to_the_last_decimal(
        terms in terms(), shares in 1_u64..3_000, market in path(),
    ) {
        let world = traded(terms, shares, &market, 10_000.0);
        let nets: Money = world.trades().iter().map(|trade| trade.net).sum();
        prop_assert_eq!(world.broker.cash(), money("200000") + nets);
        prop_assert!(world.broker.cash() >= Money::ZERO);
        for trade in world.trades() {
            prop_assert_eq!(trade.kinds.unwrap().total(), trade.costs);
            prop_assert_eq!(trade.gross + trade.dividends - trade.costs, trade.net);
        }
    }

    #[test]
    fn no_entry_is_more_than_its_share_of_the_sessions_volume(
        max_share in 0.001_f64..0.5, shares in 1_u64..5_000, market in path(),
        volume in 10.0_f64..20_000.0,
    ) {
        let world = traded(capped(max_share), shares, &market, volume);
        for fill in world.fills().into_iter().filter(|f| f.exchange_rate.is_none()) {
            if fill.role != tradebot_journal::OrderRole::Entry {
                continue;
            }
            let n = market.iter().position(|bar| bar.date == fill.session).unwrap();
            let traded = volume * (0.5 + 0.1 * (n % 10) as f64);
            prop_assert!(fill.shares.to_f64() <= max_share * traded * (1.0 + 1e-12));
        }
    }

    #[test]
    fn terms_that_say_nothing_give_the_same_fills_to_the_last_digit(
        shares in 1_u64..2_000, market in path(),
    ) {
        let with = traded(plain(), shares, &market, 10_000.0);
        let mut without = World::new(CostModel::default(), "200000");
        without.submit(intent(&bracket(), shares)).unwrap();
        for (n, bar) in market.iter().enumerate() {
            without.bar(bar);
            if n % 3 == 2 && without.book.held().is_empty() && bar.close > 20.0 {
                let around = tradebot_brackets::Bracket::around_close(
                    bar.close, 2.0, &crate::testing::ROW, Tick::CENT,
                ).unwrap();
                let order = intent_of((&format!("j{n}"), bar.date), symbol(), &around, shares);
                without.submit(order).unwrap();
            }
        }
        let last = market.last().unwrap();
        without.end(last.date, last.close);
        let bare = |world: &World| -> Vec<String> {
            let fills = world.fills();
            let bare = fills.into_iter().map(|fill| FillRecord { kinds: None, ..fill.clone() });
            bare.map(|fill| serde_json::to_string(&fill).unwrap()).collect()
        };
        prop_assert_eq!(bare(&with), bare(&without));
    }

    #[test]
    fn what_a_size_is_judged_by_covers_what_the_venue_needs(
        terms in terms(), largest in 1_u64..5_000, part in 0_u64..=100,
    ) {
        let mut world = seasoned(terms, "100000000", 50_000.0);
        let limit = bracket().entry_limit;
        let shares = (largest * part / 100).max(1);
        let judged = world.broker.dearest(symbol(), session(0).date(), (limit, Shares(largest))).unwrap();
        let rate = world.broker.exchange_rate(session(0).date()).map_or(1.0, |rate| Money(rate).to_f64());
        let needed = world.broker.needed(symbol(), session(0).date(), (limit, Shares(shares))).unwrap();
        let per_share = limit.to_f64() + judged.entry_per_share(limit.to_f64());
        let cover = shares as f64 * per_share + judged.commission_min + 0.001;
        prop_assert!(needed.to_f64() <= cover * rate * (1.0 + 1e-12));
    }

    #[test]
    fn a_larger_order_never_costs_less(
        terms in terms(), shares in 1_u64..5_000, more in 1_u64..5_000,
    ) {
        let mut world = seasoned(terms, "100000000", 50_000.0);
        let limit = bracket().entry_limit;
        let mut cost = |shares: u64| {
            let needed = world.broker.needed(symbol(), session(0).date(), (limit, Shares(shares)));
            let rate = world.broker.exchange_rate(session(0).date()).unwrap_or(Decimal::ONE);
            needed.unwrap() - Money(limit.times(Shares(shares)).0 * rate)
        };
        prop_assert!(cost(shares) <= cost(shares + more));
    }
}

#[test]
fn a_journaled_order_that_has_no_price_is_rejected_and_not_lost() {
    let mut world = world(capped(0.1), "100000");
    let journaled = journal(intent(&bracket(), 10), &mut world.ledger).unwrap();
    let events = world.broker.submit(journaled).unwrap();
    assert_eq!(events.len(), 1);
}
