//! What the pre-trade review says of one order under circumstances that forbid it.

use tradebot_brackets::{Bracket, BracketSpec, CostModel};
use tradebot_domain::{Regime, Symbol, Tick};
use tradebot_policy::{Control, Limits, Policy, RowPolicy};
use tradebot_risk::{
    Belief, BookView, Fingerprint, Proposal, Refusal, Standing, Traffic, propose, review,
};

use crate::exit::Failure;

/// Price of the symbol in question.
const CLOSE: f64 = 100.0;

/// One order under one circumstance.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The limit that the circumstance breaks; empty when it breaks none.
    pub breaks: &'static str,
    /// Codes of the refusal, if there was one.
    pub refused: Option<&'static str>,
    /// Codes of the warnings of an approval.
    pub warned: Vec<&'static str>,
}

/// What the review said.
#[derive(Debug, Clone)]
pub struct ReviewFacts {
    /// Nothing is wrong with this one.
    pub clean: Probe,
    /// Throttles, spread, own orders: each broken alone.
    pub throttles: Vec<Probe>,
    /// Controls left at warning, each broken alone.
    pub warning: Vec<Probe>,
    /// The same with controls that refuse.
    pub refusing: Vec<Probe>,
}

impl ReviewFacts {
    /// Asks about the same order again and again.
    ///
    /// # Errors
    /// When the order itself cannot be made.
    pub fn gather() -> Result<Self, Failure> {
        let order = order()?;
        let limits = Limits::simulated();
        let this = [Fingerprint {
            symbol: order.symbol(),
            shares: order.shares(),
            limit: order.bracket().entry_limit,
        }];
        let quiet = view(Traffic::default());
        let throttles = broken_traffic(&order, &this)
            .into_iter()
            .map(|(breaks, traffic)| ask(&order, breaks, &limits, &view(traffic)))
            .chain([ask(&order, "spread", &limits, &BookView { spread: 0.02, ..quiet })])
            .collect();
        let controls = broken_controls();
        let of_controls = |refusing: bool| -> Vec<Probe> {
            let ask = |(breaks, standing, control): &Broken| {
                let mut limits = limits;
                control(&mut limits, refusing);
                ask(&order, breaks, &limits, &BookView { standing: *standing, ..quiet })
            };
            controls.iter().map(ask).collect()
        };
        Ok(Self {
            clean: ask(&order, "", &limits, &quiet),
            throttles,
            warning: of_controls(false),
            refusing: of_controls(true),
        })
    }
}

fn broken_traffic<'a>(
    order: &Proposal,
    this: &'a [Fingerprint],
) -> [(&'static str, Traffic<'a>); 6] {
    let quiet = Traffic::default();
    let long_ago = Some(60.0);
    [
        ("messages_per_minute", Traffic { messages_minute: 10, ..quiet }),
        ("messages_per_session", Traffic { messages_session: 200, ..quiet }),
        (
            "repeated_entry",
            Traffic { entries_of_symbol: 3, minutes_since_entry: long_ago, ..quiet },
        ),
        (
            "entry_interval",
            Traffic { entries_of_symbol: 1, minutes_since_entry: Some(5.0), ..quiet },
        ),
        ("self_trade", Traffic { resting_sell: Some(order.bracket().entry_limit), ..quiet }),
        ("duplicate", Traffic { recent: this, ..quiet }),
    ]
}

type Broken = (&'static str, Standing, fn(&mut Limits, bool));

const fn chosen(max: f64, refusing: bool) -> Control {
    if refusing { Control::refusing(max) } else { Control::warning(max) }
}

fn broken_controls() -> [Broken; 4] {
    let quiet = Standing::default();
    [
        ("order_value", quiet, |l, refusing| l.order_value = chosen(1.0, refusing)),
        ("turnover", Standing { entered: 90_000.0, ..quiet }, |l, refusing| {
            l.turnover = chosen(0.5, refusing);
        }),
        ("sector", Standing { in_sector: 60_000.0, ..quiet }, |l, refusing| {
            l.sector = chosen(0.5, refusing);
        }),
        ("loss_streak", Standing { losses_in_a_row: 6, ..quiet }, |l, refusing| {
            l.loss_streak = chosen(5.0, refusing);
        }),
    ]
}

fn ask(order: &Proposal, breaks: &'static str, limits: &Limits, view: &BookView<'_>) -> Probe {
    let row = row();
    match review(order.clone(), &row, limits, view) {
        Ok(approved) => {
            let warned = approved.warnings().iter().map(Refusal::code).collect();
            Probe { breaks, refused: None, warned }
        }
        Err((refusal, _)) => Probe { breaks, refused: Some(refusal.code()), warned: Vec::new() },
    }
}

fn row() -> RowPolicy {
    *Policy::bundled().row(Regime::TrendingLowVol)
}

fn order() -> Result<Proposal, Failure> {
    let spec = BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 2.0,
        stop_min: 0.01,
        stop_max: 0.1,
        max_holding_sessions: 20,
        trailing_atr: None,
    };
    let bracket = Bracket::around_close(CLOSE, 2.0, &spec, Tick::CENT)?;
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
    let (limits, costs) = (Limits::simulated(), CostModel::default());
    let symbol = Symbol::new("AAPL").map_err(|e| Failure::work(e.to_string()))?;
    propose(symbol, &bracket, &belief, &row(), &limits, &costs, &view(Traffic::default()))
        .map_err(|(hold, _)| Failure::work(format!("the order in question is held: {hold}")))
}

fn view(traffic: Traffic<'_>) -> BookView<'_> {
    BookView {
        equity: 100_000.0,
        cash: 100_000.0,
        unsettled: 0.0,
        drawdown: 0.0,
        drawdown_20: 0.0,
        day_return: 0.0,
        stopped: false,
        open_risk: 0.0,
        positions: 0,
        held: &[],
        close: CLOSE,
        adv_20: 1e9,
        correlations: &[],
        spread: 0.0008,
        traffic,
        standing: Standing::default(),
        account: None,
    }
}
