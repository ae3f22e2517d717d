//! From an approval of risk to a closed trade, through the public interface alone.

use tradebot_brackets::{Bracket, BracketSpec, CostModel};
use tradebot_domain::{Bar, Moment, Money, Regime, Symbol, Tick};
use tradebot_execution::{Book, Broker as _, Intent, SimulatedBroker, journal};
use tradebot_journal::{DecisionId, Event, ExitReason, Ledger as _, MemoryLedger, SizeBasis};
use tradebot_policy::{Limits, Policy};
use tradebot_risk::{Approved, Belief, BookView, Standing, Traffic, propose, review};

const ROW: Regime = Regime::TrendingLowVol;

fn day(n: i8) -> Moment {
    Moment::constant(2004, 3, n)
}

fn bar(n: i8, prices: [f64; 4]) -> Bar {
    let [open, high, low, close] = prices;
    Bar { date: day(n), open, high, low, close, volume: 1e6 }
}

/// Sized and reviewed by risk on an account of `book`, with skill shown.
fn approved(symbol: Symbol, book: &Book, costs: &CostModel) -> Approved {
    let spec = BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 2.0,
        stop_min: 0.015,
        stop_max: 0.08,
        max_holding_sessions: 20,
        trailing_atr: None,
    };
    let bracket = Bracket::around_close(100.0, 2.0, &spec, Tick::CENT).unwrap();
    let belief = Belief {
        consensus_mean: 0.45,
        consensus_lo: 0.42,
        row_rate: 0.40,
        row_lo: 0.38,
        row_n: 200.0,
        mean_win: 2.0,
        mean_loss: 1.0,
        skill_shown: true,
    };
    let view = BookView {
        equity: book.equity().to_f64(),
        cash: book.buying_power().to_f64(),
        unsettled: 0.0,
        drawdown: 0.0,
        drawdown_20: 0.0,
        day_return: 0.0,
        stopped: false,
        open_risk: book.open_risk().to_f64(),
        positions: book.held().len(),
        held: &book.held(),
        close: 100.0,
        adv_20: 1e9,
        correlations: &[],
        spread: 0.0008,
        traffic: Traffic::default(),
        standing: Standing::default(),
        account: None,
    };
    let (policy, limits) = (Policy::bundled(), Limits::simulated());
    let row = policy.row(ROW);
    let proposal = propose(symbol, &bracket, &belief, row, &limits, costs, &view).unwrap();
    review(proposal, row, &limits, &view).unwrap()
}

#[test]
fn what_risk_approves_is_what_is_recorded_sent_held_and_settled() {
    let symbol = Symbol::new("ACME").unwrap();
    let start = Money("100000".parse().unwrap());
    let costs = CostModel::default();
    let (mut broker, mut book) = (SimulatedBroker::new(costs, start), Book::new(start));
    let mut ledger = MemoryLedger::default();

    let approved = approved(symbol, &book, &costs);
    let (shares, planned_risk) = (approved.shares(), approved.planned_risk());
    let decision = DecisionId { session: day(1), symbol };
    let intent = Intent::from_approved(approved, "i1".to_owned(), day(1), decision, ROW);
    let sent = broker.submit(journal(intent, &mut ledger).unwrap()).unwrap();
    let entered = broker.on_bar(symbol, &bar(2, [100.0, 101.0, 99.0, 100.5]));
    let left = broker.on_bar(symbol, &bar(3, [104.0, 108.5, 103.0, 107.0]));
    for event in sent.iter().chain(&entered).chain(&left) {
        for record in book.apply(event).unwrap() {
            ledger.append(&record).unwrap();
        }
    }

    let Event::Intent(recorded) = &ledger.events[0] else { panic!("the intent comes first") };
    assert_eq!((recorded.shares, recorded.planned_risk), (shares, planned_risk));
    assert_eq!(recorded.basis, SizeBasis::Skill);
    let Some(Event::TradeClosed(trade)) = ledger.events.last() else { panic!("a closed trade") };
    assert_eq!((trade.entry_shares, trade.planned_risk), (shares, planned_risk));
    assert_eq!((trade.reason, trade.exit_price.to_f64()), (ExitReason::Target, 108.0));
    assert_eq!(book.cash(), start + trade.net);
    assert_eq!(broker.cash(), book.cash());
}
