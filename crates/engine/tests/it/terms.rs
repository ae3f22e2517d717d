//! Runs under execution terms: the plain path is the same, and every promise of terms holds.

use std::collections::BTreeMap;

use tradebot_brackets::cost::{Conversion, CostSchedule, Impact, Participation, Table};
use tradebot_brackets::settlement::SettlementSchedule;
use tradebot_brackets::{AccountKind, CostModel, ExecutionTerms};
use tradebot_domain::{Bar, Currency, Exchange, FinerBars, Moment, Money, Symbol};
use tradebot_engine::{Engine, EngineConfig, Silent};
use tradebot_journal::{
    Event, ExitReason, FillRecord, MemoryLedger, OrderRole, TradeRecord, Verdict,
};

use crate::market::{Market, Outcome, config, run};

fn ordinary() -> Market {
    Market::random(&["AAA", "BBB", "CCC"], 420, 0.0008, 7)
}

fn fills(outcome: &Outcome) -> Vec<&FillRecord> {
    outcome
        .events
        .iter()
        .filter_map(|e| if let Event::Fill(f) = e { Some(f) } else { None })
        .collect()
}

fn closed(event: &Event) -> Option<&TradeRecord> {
    if let Event::TradeClosed(trade) = event { Some(trade) } else { None }
}

fn trades(outcome: &Outcome) -> Vec<&TradeRecord> {
    outcome.events.iter().filter_map(closed).collect()
}

fn questrade() -> ExecutionTerms {
    ExecutionTerms::questrade(Exchange::Xnys, CostModel::default())
}

#[test]
fn terms_that_say_nothing_more_give_the_same_run_and_are_the_same_question() {
    let market = ordinary();
    let (without, with) =
        (run(&market, |_| {}), run(&market, |c| c.terms = Some(ExecutionTerms::default())));
    let said = |outcome: &Outcome| -> Vec<String> {
        let bare = |event: &Event| match event {
            Event::Fill(fill) => Event::Fill(FillRecord { kinds: None, ..fill.clone() }),
            Event::TradeClosed(trade) => {
                Event::TradeClosed(TradeRecord { kinds: None, ..trade.clone() })
            }
            other => other.clone(),
        };
        let same = |event: &&Event| event.kind() != "run_finished";
        outcome
            .events
            .iter()
            .filter(same)
            .map(|e| serde_json::to_string(&bare(e)).unwrap())
            .collect()
    };
    assert!(fills(&with).len() > 20);
    assert_eq!(said(&without), said(&with));
    let plain = config(&market, |_| {});
    let digest = |terms: Option<ExecutionTerms>| EngineConfig { terms, ..plain.clone() }.digest();
    assert_eq!(digest(None), digest(Some(ExecutionTerms::default())));
    assert_ne!(digest(None), digest(Some(questrade())));
}

#[test]
fn under_a_brokers_terms_money_adds_up_and_no_approved_entry_is_refused_by_the_venue() {
    let market = ordinary();
    let outcome = run(&market, |c| c.terms = Some(questrade()));
    let closed = trades(&outcome);
    assert!(closed.len() > 5, "{}", closed.len());
    for s in outcome.snapshots() {
        let held: Money = s.positions.iter().map(|p| p.value).sum();
        assert_eq!(s.equity, s.cash + held, "{}", s.session);
        assert!(s.cash >= Money::ZERO);
    }
    let mut cash = Money("100000".parse().unwrap());
    for fill in fills(&outcome) {
        let kinds = fill.kinds.unwrap();
        let paid = fill.commission + fill.spread_cost + fill.slippage_cost;
        assert_eq!(kinds.total(), paid);
        let value = fill.price.times(fill.shares);
        cash += if fill.role == OrderRole::Entry { -value - paid } else { value - paid };
        assert_eq!(cash, fill.cash_after, "{}", fill.fill_id);
    }
    for trade in &closed {
        assert_eq!(trade.kinds.unwrap().total(), trade.costs);
    }
    let rejected = |e: &&Event| matches!(e, Event::Order(o) if o.state.name() == "rejected");
    assert_eq!(outcome.events.iter().filter(rejected).count(), 0);
}

#[test]
fn no_fill_costs_more_than_its_size_was_judged_by() {
    let market = ordinary();
    let terms = ExecutionTerms {
        costs: CostSchedule { impact: Some(Impact::default()), ..CostSchedule::default() },
        ..ExecutionTerms::default()
    };
    let outcome = run(&market, |c| c.terms = Some(terms));
    // The size was approved with a loss at the stop, costs included, within the row's limit.
    let mut approved = BTreeMap::new();
    for d in outcome.decisions() {
        if let Verdict::Trade { intent_id, .. } = &d.verdict {
            let cash = d.checks.iter().find(|c| c.limit == "cash").unwrap().asked;
            approved.insert(intent_id.clone(), cash);
        }
    }
    let mut entries = 0;
    for fill in fills(&outcome).into_iter().filter(|f| f.role == OrderRole::Entry) {
        let intent = fill.order_id.split('/').next().unwrap();
        let paid = fill.price.times(fill.shares) + fill.kinds.unwrap().total();
        assert!(paid.to_f64() <= approved[intent], "{intent}");
        entries += 1;
    }
    assert!(entries > 5);
}

#[test]
fn dearer_terms_never_give_a_larger_first_size() {
    let market = ordinary();
    let first = |coefficient: f64| {
        let impact = Some(Impact { coefficient });
        let costs = CostSchedule { impact, ..CostSchedule::default() };
        let terms = ExecutionTerms { costs, ..ExecutionTerms::default() };
        let outcome = run(&market, |c| c.terms = Some(terms));
        fills(&outcome).first().map(|f| (f.session, f.shares))
    };
    let (free, dear) = (first(0.0).unwrap(), first(5.0).unwrap());
    assert_eq!(free.0, dear.0, "the same decision");
    assert!(dear.1 <= free.1, "{dear:?} {free:?}");
}

fn slow() -> ExecutionTerms {
    let settlement = Some(SettlementSchedule {
        cycles: Table::always(5),
        ..SettlementSchedule::of(Exchange::Xnys)
    });
    ExecutionTerms { settlement, ..ExecutionTerms::default() }
}

#[test]
fn a_cash_account_spends_settled_money_only_and_a_margin_account_all_of_it() {
    let market = ordinary();
    let small = |terms: ExecutionTerms| {
        run(&market, |c| {
            c.terms = Some(terms);
            c.limits.notional_max = 0.25;
            c.cash = Money("3000".parse().unwrap());
        })
    };
    let (cash, margin) =
        (small(slow()), small(ExecutionTerms { account: AccountKind::Margin, ..slow() }));
    let plain = run(&market, |c| {
        c.limits.notional_max = 0.25;
        c.cash = Money("3000".parse().unwrap());
    });
    let prints =
        |o: &Outcome| fills(o).iter().map(|f| (f.session, f.symbol, f.shares)).collect::<Vec<_>>();
    assert_eq!(prints(&margin), prints(&plain), "margin does not wait");
    // By hand: what is bought in a session was settled by its morning.
    let sessions: Vec<Moment> = market.sessions.iter().map(|s| s.session).collect();
    let mut flows: BTreeMap<usize, Money> = BTreeMap::new();
    let mut bought = Money::ZERO;
    for fill in fills(&cash) {
        let at = sessions.iter().position(|s| *s == fill.session).unwrap();
        let value = fill.price.times(fill.shares);
        let paid = fill.kinds.unwrap().total();
        if fill.role == OrderRole::Entry {
            bought += value + paid;
            let settled: Money =
                flows.range(..=at.saturating_sub(5)).map(|(_, money)| *money).sum();
            let limit = Money("3000".parse().unwrap()) + settled;
            assert!(bought <= limit, "{}: {bought} of {limit}", fill.session);
        } else {
            *flows.entry(at).or_default() += value - paid;
        }
    }
}

#[test]
fn an_account_in_another_currency_adds_up_in_its_own() {
    let market = ordinary();
    let rows = vec![
        tradebot_brackets::cost::Row { from: None, terms: 1.3 },
        tradebot_brackets::cost::Row { from: Some(market.date(200).date()), terms: 1.4 },
    ];
    let conversion = Some(Conversion { account: Currency::Cad, spread_bps: 20.0, per_trade: true });
    let terms = ExecutionTerms {
        costs: CostSchedule { conversion, ..CostSchedule::default() },
        exchange_rate: Some(Table { rows, known_through: None }),
        ..ExecutionTerms::default()
    };
    let outcome = run(&market, |c| {
        c.currency = Currency::Cad;
        c.terms = Some(terms.clone());
    });
    let closed = trades(&outcome);
    assert!(closed.len() > 3, "{}", closed.len());
    for trade in &closed {
        assert_eq!(trade.gross + trade.dividends - trade.costs, trade.net);
        assert!(trade.kinds.unwrap().conversion > Money::ZERO);
        assert!(trade.traded.is_some());
    }
    let last = outcome.snapshots().last().unwrap();
    let held: Money = last.positions.iter().map(|p| p.value).sum();
    assert_eq!(last.equity, last.cash + held);
    let nets: Money = closed.iter().map(|t| t.net).sum();
    let open: Money = last.positions.iter().map(|p| p.unrealised).sum();
    assert_eq!(last.equity, Money("100000".parse().unwrap()) + nets + open);
    // The same account in the same terms without the flag is refused before it begins.
    let mut unmeant = terms;
    unmeant.costs.conversion = Some(Conversion::refused(Currency::Cad));
    let refused = Engine::new(config(&market, |c| {
        c.currency = Currency::Cad;
        c.terms = Some(unmeant);
    }));
    let told = refused.err().unwrap().to_string();
    assert!(told.contains("150 basis points") && told.contains("per_trade"), "{told}");
}

#[test]
fn terms_that_do_not_fit_the_run_are_refused_before_it_begins() {
    let market = ordinary();
    let told = |terms: ExecutionTerms, currency: Currency| {
        let made = Engine::new(config(&market, |c| {
            c.terms = Some(terms);
            c.currency = currency;
        }));
        made.err().unwrap().to_string()
    };
    let mut gone = ExecutionTerms::default();
    gone.costs.commission.known_through = Some(market.date(3).date());
    assert!(told(gone, Currency::Usd).contains("commission"), "a hole in a table");
    let none = told(ExecutionTerms::default(), Currency::Cad);
    assert!(none.contains("CAD") && none.contains("exchange_rate"), "{none}");
    let cap = Some(Participation { max_share: 3.0, sessions: 20 });
    let cap = ExecutionTerms { participation: cap, ..ExecutionTerms::default() };
    assert!(told(cap, Currency::Usd).contains("participation.max_share"));
}

/// Every session in two halves, the upper one first.
struct Halves(BTreeMap<(Symbol, Moment), [Bar; 2]>);

impl Halves {
    fn of(market: &Market) -> Self {
        let halves = |bar: &Bar| {
            let up = Bar { low: bar.open.min(bar.high), close: bar.high, ..*bar };
            [Bar { low: up.open, ..up }, Bar { open: bar.high, ..*bar }]
        };
        let all = market.sessions.iter().flat_map(|s| &s.bars);
        Self(all.map(|(symbol, bar)| ((*symbol, bar.date), halves(bar))).collect())
    }
}

impl FinerBars for Halves {
    fn of(&self, symbol: Symbol, session: Moment) -> &[Bar] {
        self.0.get(&(symbol, session)).map_or(&[], |bars| &bars[..])
    }
}

#[test]
fn finer_bars_decide_what_daily_bars_leave_open_for_trades_and_shadows_alike() {
    let mut market = ordinary();
    // Wild sessions: many hold both levels.
    for n in (60..420).step_by(11) {
        for symbol in ["AAA", "BBB", "CCC"] {
            let bar = market.bar(n, symbol);
            bar.high *= 1.13;
            bar.low *= 0.87;
        }
    }
    let coarse = run(&market, |_| {});
    let mut engine = Engine::new(config(&market, |_| {}))
        .unwrap()
        .with_finer_bars(Box::new(Halves::of(&market)));
    let mut ledger = MemoryLedger::default();
    engine.begin(&mut ledger).unwrap();
    for session in &market.sessions {
        engine.run_session(session, &mut ledger, &mut Silent).unwrap();
    }
    let finished = engine.finish(&mut ledger).unwrap();
    let fine = Outcome { events: ledger.events, digest: finished.digest };
    let doubtful = |o: &Outcome| trades(o).iter().filter(|t| t.ambiguous).count();
    assert!(doubtful(&coarse) > 0, "the test is about something");
    assert_eq!(doubtful(&fine), 0);
    for trade in trades(&coarse).into_iter().filter(|t| t.ambiguous) {
        let bounds = trade.bounds.unwrap();
        assert_eq!((trade.reason, bounds.pessimistic), (ExitReason::Stop, trade.net));
        assert!(bounds.optimistic > trade.net);
    }
    // A trade and the shadow of its bracket still end alike.
    let mut compared = 0;
    for event in &fine.events {
        if let Event::Outcome(outcome) = event
            && let Some(trade) = trades(&fine).into_iter().find(|t| t.decision == outcome.id)
        {
            assert_eq!(Some(trade.reason), outcome.reason, "{}", outcome.id);
            compared += 1;
        }
    }
    assert!(compared > 3, "{compared}");
}
