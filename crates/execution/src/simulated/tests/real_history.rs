//! Positions held with open stops across real splits and dividends.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::*;
use tradebot_domain::{ActionKind, Decimal};

const STOCKS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/market/stocks_daily_raw_2000_2013.csv.gz");

/// Raw bars and the actions of their ex-dates.
struct Stock {
    symbol: Symbol,
    bars: Vec<Bar>,
    actions: BTreeMap<Moment, Vec<CorporateAction>>,
}

impl Stock {
    fn read(name: &str) -> Self {
        let mut text = String::new();
        let file = std::fs::File::open(STOCKS).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let (mut bars, mut factors) = (Vec::new(), Vec::new());
        for row in csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap) {
            if &row[0] == name {
                let number = |i: usize| row[i].parse::<f64>().unwrap();
                let date = row[1].parse().unwrap();
                let (open, high, low, close) = (number(2), number(3), number(4), number(5));
                bars.push(Bar { date, open, high, low, close, volume: number(6) });
                factors.push(number(7) / close);
            }
        }
        let actions = actions_of(&bars, &factors);
        Self { symbol: Symbol::new(name).unwrap(), bars, actions }
    }

    fn index(&self, date: &str) -> usize {
        let date: Moment = date.parse().unwrap();
        self.bars.iter().position(|bar| bar.date == date).unwrap()
    }

    /// Hands one session to broker and book.
    fn play(&self, world: &mut World, index: usize) {
        let bar = &self.bars[index];
        for action in self.actions.get(&bar.date).into_iter().flatten() {
            world.broker.on_action(self.symbol, action).unwrap();
        }
        world.bar_of(self.symbol, bar);
    }
}

/// The step of adjusted over raw close tells what happened: a whole number is a split, a small
/// excess over one is a dividend of that part of the close.
fn actions_of(bars: &[Bar], factors: &[f64]) -> BTreeMap<Moment, Vec<CorporateAction>> {
    let mut actions = BTreeMap::new();
    for (i, pair) in factors.windows(2).enumerate() {
        let (step, ex) = (pair[1] / pair[0], &bars[i + 1]);
        let decimal = |value: f64, digits| Decimal::try_from(value).unwrap().round_dp(digits);
        let kind = if step > 1.5 {
            ActionKind::Split { ratio: decimal(step, 2) }
        } else if step > 1.0001 {
            ActionKind::Dividend { amount: decimal((step - 1.0) * ex.close, 4) }
        } else {
            continue;
        };
        let action = CorporateAction { ex_date: ex.date.date(), kind };
        actions.entry(ex.date).or_insert_with(Vec::new).push(action);
    }
    actions
}

/// A position decided `lead` sessions before `ex`, with its stop `stop` below and a far target, so
/// that a level left in old shares or before a dividend would be hit on the ex-date.
fn held_until(stock: &Stock, ex: &str, lead: usize, stop: f64) -> (World, usize) {
    let ex = stock.index(ex);
    let decision = &stock.bars[ex - lead];
    let row = BracketSpec {
        atr_multiplier: 1.0,
        r_multiple: 4.0,
        stop_min: stop,
        stop_max: stop,
        max_holding_sessions: 60,
        trailing_atr: None,
    };
    let bracket = Bracket::around_close(decision.close, 1.0, &row, Tick::CENT).unwrap();
    let mut world = World::new(CostModel::default(), "100000");
    world.submit(intent_of(("i1", decision.date), stock.symbol, &bracket, 333)).unwrap();
    for index in ex - lead + 1..ex {
        stock.play(&mut world, index);
    }
    assert!(world.book.position(stock.symbol).is_some(), "held into {}", stock.bars[ex].date);
    (world, ex)
}

fn cents(value: f64) -> Money {
    Money::from_f64(value, 2).unwrap()
}

#[test]
fn equity_goes_through_real_splits_as_if_they_were_not_there() {
    for (name, ex, ratio) in
        [("AAPL", "2000-06-21", 2.0), ("AAPL", "2005-02-28", 2.0), ("MSFT", "2003-02-18", 2.0)]
    {
        let stock = Stock::read(name);
        let (mut world, ex) = held_until(&stock, ex, 4, 0.18);
        let before = world.book.equity();
        let old = world.book.position(stock.symbol).unwrap().clone();
        stock.play(&mut world, ex);

        let new = world.book.position(stock.symbol).expect("the stop went along");
        assert_eq!(new.shares, Shares(666), "{name}");
        assert_eq!(new.stop.to_f64(), old.stop.to_f64() / ratio, "{name}");
        assert!(stock.bars[ex].low < old.stop.to_f64(), "the old stop would have been hit");
        let moved = old.shares.to_f64() * (stock.bars[ex].close * ratio - stock.bars[ex - 1].close);
        assert_eq!((world.book.equity() - before).to_cents(), cents(moved), "{name}");
    }
}

#[test]
fn equity_is_continuous_to_the_cent_when_a_real_split_comes_with_an_unchanged_price() {
    for (name, ex) in [("AAPL", "2000-06-21"), ("AAPL", "2005-02-28"), ("MSFT", "2003-02-18")] {
        let stock = Stock::read(name);
        let (mut world, ex) = held_until(&stock, ex, 4, 0.18);
        let before = world.book.equity();
        for action in &stock.actions[&stock.bars[ex].date] {
            world.broker.on_action(stock.symbol, action).unwrap();
        }
        let half = stock.bars[ex - 1].close / 2.0;
        let same = Bar { open: half, high: half, low: half, close: half, ..stock.bars[ex] };
        world.bar_of(stock.symbol, &same);
        assert_eq!(world.book.equity(), before, "{name} {}", stock.bars[ex].date);
    }
}

#[test]
fn the_special_dividend_of_microsoft_arrives_as_cash_and_does_not_hit_the_stop() {
    let stock = Stock::read("MSFT");
    let (mut world, ex) = held_until(&stock, "2004-11-15", 4, 0.05);
    let (cash, equity) = (world.book.cash(), world.book.equity());
    let old_stop = world.book.position(stock.symbol).unwrap().stop;
    stock.play(&mut world, ex);

    let paid = world.book.cash() - cash;
    assert!((paid.to_f64() - 333.0 * 3.08).abs() < 0.5, "3.08 on 333 shares, paid {paid}");
    let position = world.book.position(stock.symbol).expect("the stop was lowered");
    assert!(stock.bars[ex].low < old_stop.to_f64(), "the old stop would have been hit");
    assert!((old_stop.to_f64() - position.stop.to_f64() - 3.08).abs() < 0.002);
    let moved = 333.0 * (stock.bars[ex].close - stock.bars[ex - 1].close);
    assert_eq!((world.book.equity() - equity - paid).to_cents(), cents(moved));
}

#[test]
fn a_scripted_strategy_over_two_and_a_half_real_years_adds_up_exactly() {
    let stock = Stock::read("MSFT");
    let mut world = World::new(CostModel::default(), "100000");
    let (from, to) = (stock.index("2003-01-02"), stock.index("2005-06-30"));
    for index in from..to {
        stock.play(&mut world, index);
        if !world.book.is_held(stock.symbol) {
            let decision = &stock.bars[index];
            let row = BracketSpec { max_holding_sessions: 15, ..crate::testing::ROW };
            let atr = decision.close * 0.015;
            let bracket = Bracket::around_close(decision.close, atr, &row, Tick::CENT).unwrap();
            let id = format!("i{index}");
            let order = intent_of((&id, decision.date), stock.symbol, &bracket, 777);
            world.submit(order).unwrap();
        }
    }
    world.end_of(stock.symbol, stock.bars[to].date, stock.bars[to].close);

    assert!(world.trades().len() > 50, "{} trades", world.trades().len());
    let dividends: Money = world.trades().iter().map(|trade| trade.dividends).sum();
    assert!(dividends > Money::ZERO);
    let net: Money = world.trades().iter().map(|trade| trade.net).sum();
    assert_eq!(world.book.cash() - money("100000"), net);
    assert_eq!(world.book.equity(), world.book.cash());
}
