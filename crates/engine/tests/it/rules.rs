//! Rule strategies through the one engine, against a loop written by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tradebot_brackets::CostModel;
use tradebot_domain::{
    ActionKind, Bar, ColumnFeed, CorporateAction, Decimal, Feed, Moment, Money, SessionData, Symbol,
};
use tradebot_engine::{
    Admission, Engine, EngineConfig, Entry, Holding, Ruling, Silent, Strategy, Wish,
};
use tradebot_journal::{Event, FillRecord, Ledger, MemoryLedger, OrderRole, SweepLedger, Verdict};
use tradebot_market_data::{History, Replay};

use crate::market::Market;
use generated::Generated;
use sma_cross::SmaCross;

#[path = "../../examples/strategies/donchian.rs"]
mod donchian;
#[path = "../../examples/support/generated.rs"]
mod generated;
#[path = "../../examples/strategies/rsi_reversion.rs"]
mod rsi_reversion;
#[path = "../../examples/strategies/sma_cross.rs"]
mod sma_cross;

type Made = Box<dyn Strategy>;

/// Half a spread of 10 basis points: 0.1 % of the price on each side.
const COSTS: CostModel = CostModel { half_spread_bps: 10.0, ..CostModel::FREE };

fn config(symbols: &[Symbol], cash: i64) -> EngineConfig {
    let cash = Money(Decimal::from(cash));
    let mut config =
        EngineConfig::simulated((Moment::MIN.date(), Moment::MAX.date()), symbols.to_vec(), cash);
    config.costs = COSTS;
    config
}

fn engine(config: EngineConfig, admission: Admission, make: &mut dyn FnMut() -> Made) -> Engine {
    let ruling = Ruling { admission, ..Ruling::new("test").unwrap() };
    Engine::with_strategy(config, ruling, &mut |_| make()).unwrap()
}

/// Sessions as they are, from memory.
struct Scripted<'a>(std::slice::Iter<'a, SessionData>);

impl Feed for Scripted<'_> {
    fn next_session(&mut self) -> Option<SessionData> {
        self.0.next().cloned()
    }
}

fn scripted(sessions: &[SessionData]) -> Scripted<'_> {
    Scripted(sessions.iter())
}

fn run_in(engine: &mut Engine, feed: &mut dyn Feed) -> MemoryLedger {
    let mut ledger = MemoryLedger::default();
    engine.run(feed, &mut ledger, &mut Silent).unwrap();
    ledger
}

fn fills(ledger: &MemoryLedger) -> Vec<&FillRecord> {
    ledger.events.iter().filter_map(fill_of).collect()
}

fn fill_of(event: &Event) -> Option<&FillRecord> {
    if let Event::Fill(fill) = event { Some(fill) } else { None }
}

/// Moment, bought or sold, price.
type Print = (Moment, bool, f64);

/// The same rule by hand: running sums, next open, 0.1 % on each side, one share.
fn by_hand(bars: &[Bar], cash: f64) -> (Vec<Print>, f64) {
    let (mut fills, mut cash, mut held, mut wanted) = (Vec::new(), cash, false, None);
    for (i, bar) in bars.iter().enumerate() {
        if let Some(buys) = wanted.take() {
            cash += if buys { -bar.open } else { bar.open } - bar.open * 0.001;
            held = buys;
            fills.push((bar.date, buys, bar.open));
        }
        if i < 30 {
            continue;
        }
        let mean = |n: usize| bars[i + 1 - n..=i].iter().map(|b| b.close).sum::<f64>() / n as f64;
        let (fast, slow) = (mean(10), mean(30));
        if fast > slow && !held {
            wanted = Some(true);
        } else if fast < slow && held {
            wanted = Some(false);
        }
    }
    let value = if held { bars.last().unwrap().close } else { 0.0 };
    (fills, cash + value)
}

fn prints(ledger: &MemoryLedger) -> Vec<Print> {
    let print = |f: &FillRecord| (f.session, f.role == OrderRole::Entry, f.price.to_f64());
    fills(ledger).into_iter().map(print).collect()
}

fn cross(shares: u64) -> Made {
    Box::new(SmaCross::<10, 30>::new(Entry::shares(shares)))
}

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

#[test]
fn generated_bars_give_the_fills_and_the_equity_of_every_other_engine() {
    let bars = Generated::bars(10_000);
    for (n, expected, equity) in [(1_000, 34, "99999890.053"), (10_000, 394, "99996309.140")] {
        let gen_ = symbol("GEN");
        let feed = || ColumnFeed::new(gen_, bars.columns(n), Moment::MIN.date());
        let mut quick = SweepLedger::default();
        let shaped = || engine(config(&[gen_], 100_000_000), Admission::Shape, &mut || cross(1));
        let finished = shaped().run(&mut feed(), &mut quick, &mut Silent).unwrap();
        assert_eq!(quick.fills.len(), expected);
        assert_eq!(finished.final_equity.0, equity.parse().unwrap());
        assert_eq!(finished.decisions, n as u64, "a cycle is a decision, idle or not");
        assert_eq!(quick.equity.len(), n, "equity is marked at every close");

        let mut whole = feed();
        let columns: Vec<Bar> =
            std::iter::from_fn(|| whole.next_session()).map(|s| s.bars[0].1).collect();
        let (by_hand, last) = by_hand(&columns, 1e8);
        let brief: Vec<Print> = quick
            .fills
            .iter()
            .map(|f| (f.session, f.role == OrderRole::Entry, f.price.to_f64()))
            .collect();
        assert_eq!(brief, by_hand);
        assert!((last - finished.final_equity.to_f64()).abs() < 1e-6);

        let full = run_in(&mut shaped(), &mut feed());
        assert_eq!(prints(&full), by_hand, "whatever the ledger keeps, the same is done");
        let idle: u64 = full
            .events
            .iter()
            .filter_map(|e| if let Event::Idle(i) = e { Some(i.count) } else { None })
            .sum();
        let decided = full.events.iter().filter(|e| matches!(e, Event::Decision(_))).count();
        assert_eq!(idle + decided as u64, n as u64, "every cycle ends in one record");
        assert_eq!(idle, quick.idle);
    }
}

#[test]
fn real_days_give_the_fills_of_the_loop_by_hand() {
    let history = History::bundled().unwrap();
    let stocks = history.symbols();
    for stock in &stocks {
        // Up to the first corporate action both see the same series.
        let series = history.choose(&[*stock]).unwrap()[0];
        let until = series.actions.first().map_or(Moment::MAX, |a| a.ex_date.into());
        let bars: Vec<Bar> = series.bars.iter().filter(|b| b.date < until).copied().collect();
        if bars.len() < 200 {
            continue;
        }
        let mut engine = engine(config(&[*stock], 100_000), Admission::Shape, &mut || cross(1));
        let (from, to) = (bars[0].date, bars[bars.len() - 1].date);
        let mut feed = Replay::new(&history, &[*stock], from.date(), to.date()).unwrap();
        let ledger = run_in(&mut engine, &mut feed);
        let (by_hand, last) = by_hand(&bars, 1e5);
        assert!(by_hand.len() > 5, "{stock}");
        assert_eq!(prints(&ledger), by_hand, "{stock}");
        let finished = ledger.events.last().unwrap();
        let Event::RunFinished(finished) = finished else { panic!("{finished:?}") };
        assert!((finished.final_equity.to_f64() - last).abs() < 0.01, "{stock}");
    }
}

#[test]
fn a_beginning_of_the_data_gives_a_beginning_of_the_fills() {
    let market = Market::random(&["AAA", "BBB"], 400, 0.0, 5);
    let symbols = [symbol("AAA"), symbol("BBB")];
    let run = |n: usize| {
        let mut engine = engine(config(&symbols, 100_000), Admission::Gate, &mut || cross(3));
        let ledger = run_in(&mut engine, &mut scripted(&market.sessions[..n]));
        fills(&ledger).into_iter().cloned().collect::<Vec<_>>()
    };
    let whole = run(400);
    assert!(whole.len() > 20, "{}", whole.len());
    for n in [31, 32, 100, 257, 399] {
        let part = run(n);
        assert_eq!(part[..], whole[..part.len()], "{n}");
        let until = market.date(n - 1);
        assert!(whole[part.len()..].iter().all(|f| f.session > until), "{n}");
    }
    assert_eq!(run(400), whole, "and again the same");
}

/// Buys on its first bar, whatever comes, and holds.
struct BuyAndHold(Entry);

impl Strategy for BuyAndHold {
    fn on_bar(&mut self, _: &Bar, holding: &Holding) -> Wish {
        if holding.is_flat() { Wish::Enter(self.0) } else { Wish::Stay }
    }
}

fn day(i: i32) -> Moment {
    ("2005-03-01".parse::<tradebot_domain::Date>().unwrap() + tradebot_domain::Span::new().days(i))
        .into()
}

fn session(i: i32, price: f64, action: Option<ActionKind>) -> SessionData {
    let bar = Bar { date: day(i), open: price, high: price, low: price, close: price, volume: 1e6 };
    let mut data = SessionData::empty(day(i));
    data.bars.push((symbol("AAA"), bar));
    data.listed.push(symbol("AAA"));
    let ex_date = day(i);
    data.actions.extend(
        action.map(|kind| (symbol("AAA"), CorporateAction { ex_date: ex_date.date(), kind })),
    );
    data
}

#[test]
fn splits_and_dividends_leave_the_equity_where_it_is() {
    let split = Some(ActionKind::Split { ratio: Decimal::TWO });
    let dividend = Some(ActionKind::Dividend { amount: Decimal::new(150, 2) });
    // Whoever holds is as rich after the ex-date as before it.
    let sessions = [
        session(0, 100.0, None),
        session(1, 100.0, None),
        session(2, 50.0, split),
        session(3, 48.5, dividend),
        session(4, 48.5, None),
    ];
    let entry = Entry::shares(5);
    let mut engine = engine(config(&[symbol("AAA")], 100_000), Admission::Shape, &mut || {
        Box::new(BuyAndHold(entry))
    });
    let ledger = run_in(&mut engine, &mut scripted(&sessions));
    let equity: Vec<Money> = ledger
        .events
        .iter()
        .filter_map(|e| if let Event::Snapshot(s) = e { Some(s.equity) } else { None })
        .collect();
    // 5 shares at 100 cost 0.1 %: half a dollar.
    let after = Money("99999.5".parse().unwrap());
    assert_eq!(equity, [Money(Decimal::from(100_000)), after, after, after, after]);
    let shares: Vec<u64> = ledger
        .events
        .iter()
        .filter_map(|e| if let Event::Snapshot(s) = e { s.positions.first() } else { None })
        .map(|p| p.shares.0)
        .collect();
    assert_eq!(shares, [5, 10, 10, 10]);
    assert_eq!(ledger.events.iter().filter(|e| e.kind() == "action_applied").count(), 2);
}

/// Writes down what it is shown.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<(Bar, Holding)>>>);

impl Strategy for Witness {
    fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        self.0.lock().unwrap().push((*bar, *holding));
        if holding.is_flat() { Wish::Enter(Entry::shares(1)) } else { Wish::Stay }
    }
}

#[test]
fn a_strategy_sees_a_series_without_steps_and_its_holding_in_the_same_units() {
    let split = Some(ActionKind::Split { ratio: Decimal::TWO });
    let sessions = [session(0, 100.0, None), session(1, 100.0, None), session(2, 55.0, split)];
    let witness = Witness::default();
    let seen = witness.0.clone();
    let mut engine = engine(config(&[symbol("AAA")], 100_000), Admission::Shape, &mut || {
        Box::new(witness.clone())
    });
    run_in(&mut engine, &mut scripted(&sessions));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().map(|(bar, _)| bar.close).collect::<Vec<_>>(), [100.0, 100.0, 110.0]);
    let (_, last) = seen[2];
    assert_eq!((last.shares, last.entry_price, last.sessions), (2, 100.0, 2));
}

#[test]
fn what_comes_later_cannot_change_what_was_decided() {
    let market = Market::random(&["AAA"], 120, 0.0, 9);
    let mut other = Market::random(&["AAA"], 120, 0.0, 9);
    other.shift(80, "AAA", 1.05);
    let run = |market: &Market| {
        let mut engine =
            engine(config(&[symbol("AAA")], 100_000), Admission::Gate, &mut || cross(2));
        run_in(&mut engine, &mut scripted(&market.sessions))
    };
    let until = market.date(79);
    let before = |ledger: &MemoryLedger| {
        let early = |e: &&Event| e.session().is_some_and(|s| s <= until) && e.kind() != "idle";
        ledger.events.iter().filter(early).cloned().collect::<Vec<_>>()
    };
    let (one, two) = (run(&market), run(&other));
    assert_eq!(before(&one), before(&two));
    assert_ne!(one.digest(), two.digest(), "the change must matter later");
}

#[test]
fn every_limit_refuses_a_rule_by_its_own_name() {
    let refusals = |entry: Entry, change: &dyn Fn(&mut EngineConfig)| {
        let mut config = config(&[symbol("AAA")], 100_000);
        change(&mut config);
        let mut engine = engine(config, Admission::Shape, &mut || Box::new(BuyAndHold(entry)));
        let sessions: Vec<_> = (0..4).map(|i| session(i, 100.0, None)).collect();
        let ledger = run_in(&mut engine, &mut scripted(&sessions));
        let mut reasons = BTreeMap::new();
        for event in &ledger.events {
            if let Event::Decision(d) = event
                && let Verdict::NoTrade { reason, .. } = &d.verdict
            {
                assert!(!d.checks.is_empty(), "all checks are on record");
                *reasons.entry(reason.clone()).or_insert(0) += 1;
            }
        }
        assert_eq!(
            ledger.events.iter().filter(|e| e.kind() == "intent").count(),
            usize::from(reasons.is_empty())
        );
        reasons
    };
    let only = |name: &str| BTreeMap::from([(name.to_owned(), 4)]);
    assert_eq!(refusals(Entry::shares(5), &|_| ()), BTreeMap::new());
    assert_eq!(refusals(Entry::shares(0), &|_| ()), only("zero_shares"));
    assert_eq!(refusals(Entry::shares(200), &|_| ()), only("risk_per_position"));
    assert_eq!(refusals(Entry::equity(0.5), &|_| ()), only("risk_per_position"));
    assert_eq!(
        refusals(Entry::shares(5), &|c| c.limits.participation_max = 1e-6),
        only("participation")
    );
    assert_eq!(refusals(Entry::shares(5), &|c| c.costs.half_spread_bps = 40.0), only("spread"));
    assert_eq!(
        refusals(Entry::shares(5), &|c| c.limits.order_value =
            tradebot_policy::Control::refusing(100.0)),
        only("order_value")
    );
}

#[test]
fn an_open_beyond_the_collar_is_not_bought() {
    let sessions = [
        session(0, 100.0, None),
        session(1, 109.0, None),
        session(2, 109.0, None),
        session(3, 109.0, None),
    ];
    let mut engine = engine(config(&[symbol("AAA")], 100_000), Admission::Shape, &mut || {
        Box::new(BuyAndHold(Entry::shares(1)))
    });
    let ledger = run_in(&mut engine, &mut scripted(&sessions));
    assert_eq!(fills(&ledger).iter().map(|f| f.session).collect::<Vec<_>>(), [day(2)]);
    let expired = |e: &&Event| matches!(e, Event::Order(o) if o.note.contains("above limit"));
    assert_eq!(ledger.events.iter().filter(expired).count(), 1);
}

#[test]
fn a_bar_that_is_none_is_not_shown_and_stands_on_record() {
    let mut sessions: Vec<_> = (0..6).map(|i| session(i, 100.0, None)).collect();
    sessions[2].bars[0].1.close = f64::NAN;
    sessions[3].bars.clear();
    let witness = Witness::default();
    let seen = witness.0.clone();
    let mut engine = engine(config(&[symbol("AAA")], 100_000), Admission::Shape, &mut || {
        Box::new(witness.clone())
    });
    let ledger = run_in(&mut engine, &mut scripted(&sessions));
    assert_eq!(seen.lock().unwrap().len(), 4);
    let refused = |e: &&Event| matches!(e, Event::Decision(d) if matches!(&d.verdict, Verdict::NoTrade { reason, .. } if reason == "gate_refused"));
    assert_eq!(ledger.events.iter().filter(refused).count(), 1);
    let gone = |e: &&Event| matches!(e, Event::Idle(i) if i.reason == "no_bar" && i.count == 1);
    assert_eq!(ledger.events.iter().filter(gone).count(), 1);
}

/// Its name, its strategy, and whether it protects its positions.
type Example = (&'static str, fn() -> Made, bool);

#[test]
fn the_examples_trade_the_bundled_stocks_inside_their_limits() {
    let history = History::bundled().unwrap();
    let symbols = history.symbols();
    let make: [Example; 3] = [
        ("sma", || Box::new(SmaCross::<10, 30>::new(Entry::equity(0.005))), false),
        ("rsi", || Box::new(rsi_reversion::RsiReversion::new(0.1).unwrap()), true),
        ("donchian", || Box::new(donchian::Donchian::new(0.1).unwrap()), true),
    ];
    for (name, mut make, protected) in make {
        let (from, to) = ("2000-06-01".parse().unwrap(), "2006-12-29".parse().unwrap());
        let mut engine = engine(config(&symbols, 100_000), Admission::Gate, &mut make);
        let mut feed = Replay::new(&history, &symbols, from, to).unwrap();
        let ledger = run_in(&mut engine, &mut feed);
        let kinds = |kind: &str| ledger.events.iter().filter(|e| e.kind() == kind).count();
        assert!(kinds("trade_closed") > 10, "{name}: {}", kinds("trade_closed"));
        // Nothing is filled that was not on record before.
        let mut known = std::collections::BTreeSet::new();
        for event in &ledger.events {
            match event {
                Event::Intent(i) => drop(known.insert(i.intent_id.clone())),
                Event::Fill(f) => {
                    let id = f.order_id.split('/').next().unwrap();
                    assert!(known.contains(id), "{name}: {}", f.fill_id);
                }
                _ => {}
            }
        }
        let stops =
            ledger.events.iter().any(|e| matches!(e, Event::Order(o) if o.role == OrderRole::Stop));
        assert_eq!(stops, protected, "{name}");
    }
}
