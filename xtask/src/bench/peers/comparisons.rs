//! What is compared with whom, under which rules, and what it should reach.

use super::agreement::Rule::{self, Apart, AtMost, Relative, Same};
use super::data::Data;
use super::outcome::Goal;
use super::session::Arg::{self, File, Outputs, Text};
use super::session::{Ours, Peer};

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparison {
    /// Id of the bench.
    pub(super) bench: &'static str,
    /// In words, for the table.
    pub(super) what: &'static str,
    pub(super) ours: Ours,
    /// Task or system of our measurement.
    pub(super) our_name: &'static str,
    pub(super) peer: Peer,
    /// Task or system of theirs.
    pub(super) their_name: &'static str,
    /// How outputs must agree.
    pub(super) agree: Agree,
    pub(super) goal: Goal,
}

/// What outputs are compared with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Agree {
    /// Ours with theirs.
    Together(&'static [Rule]),
    /// Both with the crossing's own loop over the same bars, each under rules of its own.
    WithLoop { bars: usize, ours: &'static [Rule], theirs: &'static [Rule] },
    /// Whole columns of these names, value by value, and ours with theirs.
    Columns { names: &'static [&'static str], rules: &'static [Rule] },
}

/// All rows, in the order of their benches.
pub(super) fn all() -> Vec<Comparison> {
    let mut rows = crossing().to_vec();
    rows.extend(sweep());
    rows.extend(indicators());
    rows.push(walk_forward());
    rows.extend(overfitting());
    rows
}

const NEXT_OPEN: &[Rule] = &[Same("fills"), Relative("final_equity", 1e-12)];
const SAME_CLOSE: &[Rule] = &[Same("fills_same_close"), Relative("final_equity_same_close", 1e-12)];
/// backtesting.py counts closed trades, not fills.
const TRADES: &[Rule] = &[Same("trades"), Relative("final_equity", 1e-12)];

/// The engine's example that runs the crossing.
const CROSSING: &str = "sma_bench";

fn crossing() -> [Comparison; 4] {
    const LONG: usize = 1_000_000;
    const SHORT: usize = 100_000;
    const LONG_ARGS: &[Arg] =
        &[Text("--bars"), Text("1000000"), Text("--data"), File(Data::MadeUp(LONG))];
    const SHORT_ARGS: &[Arg] =
        &[Text("--bars"), Text("100000"), Text("--data"), File(Data::MadeUp(SHORT))];
    let row = |peer: (&'static str, &'static str, u32), bars: usize, theirs, goal| {
        let (script, system, reps) = peer;
        let (what, args) = if bars == LONG {
            ("crossing of averages, 1,000,000 bars", LONG_ARGS)
        } else {
            ("crossing of averages, 100,000 bars", SHORT_ARGS)
        };
        Comparison {
            bench: "B1",
            what,
            ours: Ours::Example { package: "tradebot-engine", example: CROSSING, args },
            our_name: "tradebot engine, rule strategy, run in brief",
            peer: Peer { script, system, n: bars as u64, reps, data: Data::MadeUp(bars) },
            their_name: "sma-crossing",
            agree: Agree::WithLoop { bars, ours: NEXT_OPEN, theirs },
            goal,
        }
    };
    [
        row(("b1.py", "vectorbt-rust", 5), LONG, NEXT_OPEN, Goal::ratio(2.5)),
        row(("b1.py", "backtesting", 1), SHORT, TRADES, Goal::ratio(250.0)),
        row(("b1_nautilus.py", "nautilus-patched", 1), SHORT, SAME_CLOSE, Goal::ratio(3_000.0)),
        row(("b1_nautilus.py", "nautilus", 1), SHORT, SAME_CLOSE, Goal::default()),
    ]
}

fn sweep() -> [Comparison; 2] {
    const RULES: &[Rule] =
        &[Relative("sum_final_equity", 1e-12), Same("total_fills"), Relative("mean_maxdd", 1e-11)];
    let ours = Ours::Example { package: "tradebot-backtest", example: "sweep_times", args: &[] };
    let row = |what, system, n, reps, goal| Comparison {
        bench: "B2",
        what,
        ours,
        our_name: "tradebot screen",
        peer: Peer { script: "b2.py", system, n, reps, data: Data::IndexCents },
        their_name: "sma-sweep",
        agree: Agree::Together(RULES),
        goal: Goal::ratio(goal),
    };
    [
        row("sweep of 10,000 pairs", "numba", 10_000, 5, 2.0),
        row("sweep of 1,000 pairs", "vectorbt", 1_000, 1, 300.0),
    ]
}

/// Names of the eight indicators and of their outputs.
const INDICATORS: [(&str, &[&str]); 8] = [
    ("SMA30", &["sma"]),
    ("EMA30", &["ema"]),
    ("RSI14", &["rsi"]),
    ("ATR14", &["atr"]),
    ("BBANDS20_2", &["upper", "middle", "lower"]),
    ("MACD12_26_9", &["line", "signal", "histogram"]),
    ("ADX14", &["adx"]),
    ("STDDEV20", &["deviation"]),
];

fn indicators() -> Vec<Comparison> {
    const BARS: usize = 1_000_000;
    /// As fast as TA-Lib but for a tenth.
    const NOT_SLOWER: f64 = 1.0 / 1.1;
    const ALL: &[&str] = &[
        "sma",
        "ema",
        "rsi",
        "atr",
        "upper",
        "middle",
        "lower",
        "line",
        "signal",
        "histogram",
        "adx",
        "deviation",
    ];
    let row = |what, name, names, rules, goal| Comparison {
        bench: "B3",
        what,
        ours: Ours::Example {
            package: "tradebot-features",
            example: "indicator_times",
            args: &[Text("1000000"), Outputs],
        },
        our_name: name,
        peer: Peer {
            script: "b3.py",
            system: "talib",
            n: BARS as u64,
            reps: 9,
            data: Data::MadeUp(BARS),
        },
        their_name: name,
        agree: Agree::Columns { names, rules },
        goal: Goal::ratio(goal),
    };
    // Outputs are those of each alone; in one pass they may be this far from them.
    let in_one_pass: &[Rule] = &[AtMost("apart", 1e-12)];
    let all = row("all eight in one pass, 1,000,000 bars", "ALL8", ALL, in_one_pass, 2.0);
    let alone = INDICATORS.map(|(name, outputs)| row(name, name, outputs, &[], NOT_SLOWER));
    [all].into_iter().chain(alone).collect()
}

fn walk_forward() -> Comparison {
    Comparison {
        bench: "B4",
        what: "walk-forward of three learners, 190 refits",
        ours: Ours::Bench("B4"),
        our_name: "walk-forward",
        peer: Peer { script: "b4.py", system: "sklearn", n: 190, reps: 1, data: Data::WalkForward },
        their_name: "walk-forward",
        agree: Agree::Together(&[
            Same("refits"),
            Same("oos_rows"),
            Relative("brier_base_rate", 1e-12),
            Apart("brier", 0.001),
        ]),
        goal: Goal { ratio: Some(10.0), memory_mb: Some(80.0) },
    }
}

fn overfitting() -> [Comparison; 2] {
    let ours = Ours::Example {
        package: "tradebot-backtest",
        example: "overfit_times",
        args: &[File(Data::Strategies)],
    };
    let row = |what, our_name, peer: Peer, rules, goal| Comparison {
        bench: "B5",
        what,
        ours,
        our_name,
        peer,
        their_name: peer.system,
        agree: Agree::Together(rules),
        goal: Goal::ratio(goal),
    };
    let script = "b5.py";
    let cscv = Peer { script, system: "cscv", n: 12_870, reps: 7, data: Data::Strategies };
    let bootstrap =
        Peer { script, system: "bootstrap", n: 10_000, reps: 1, data: Data::IndexReturns };
    [
        row(
            "probability of overfitting, 12,870 splits",
            "tradebot CSCV/PBO",
            cscv,
            &[Same("splits"), Relative("pbo", 1e-12), Relative("mean_logit", 1e-9)],
            8.0,
        ),
        // Each draws its own resamples, so only the spread is comparable.
        row(
            "stationary bootstrap, 10,000 Sharpe ratios",
            "tradebot stationary bootstrap Sharpe",
            bootstrap,
            &[Relative("se", 0.03)],
            15.0,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_there_and_knows_its_system() {
        let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/../bench/peers");
        for row in all() {
            let text = std::fs::read_to_string(format!("{scripts}/{}", row.peer.script)).unwrap();
            assert!(text.contains(&format!("\"{}\"", row.peer.system)), "{row:?}");
            let name = format!("\"{}\"", row.their_name);
            assert!(text.contains(&name) || text.contains("args.system"), "{row:?}");
        }
    }

    #[test]
    fn rows_are_in_the_order_of_their_benches_and_every_one_has_rules() {
        let benches: Vec<&str> = all().iter().map(|row| row.bench).collect();
        assert!(benches.is_sorted(), "{benches:?}");
        for row in all() {
            let rules = match row.agree {
                Agree::Together(rules) => rules.len(),
                Agree::WithLoop { ours, theirs, .. } => ours.len().min(theirs.len()),
                Agree::Columns { names, .. } => names.len(),
            };
            assert!(rules > 0, "{row:?}");
        }
    }
}
