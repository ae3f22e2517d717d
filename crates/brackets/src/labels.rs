//! Triple-barrier labels over a series of bars, made by the walker that trades.
//!
//! A signal on the close of bar i is a position entered at the open of bar i + 1, with a stop and
//! a target in multiples of the ATR at i and a time limit in sessions: three barriers, and the one
//! reached first is the label. The meta-label says whether the position paid.
//!
//! - **Bars:** one series without splits and dividends in it (continuous prices); what an action
//!   does to a raw bracket is [`Walk::apply_action`]'s matter.
//! - **Purging:** a label is made of the bars of its [`Interval`] and of nothing else; a training
//!   set for a test block leaves out labels whose interval overlaps those of the block.
//!
//! **Source:** M. Lopez de Prado, Advances in Financial Machine Learning (2018), ch. 3.3 to 3.6
//! (triple barrier, meta-labels), 4.3 and 4.4 (concurrency, average uniqueness), 7.4 (purging).

use serde::{Deserialize, Serialize};
use tradebot_domain::Bar;

use crate::bracket::BracketError;
use crate::cost::CostModel;
use crate::exit::{Exit, ExitKind, Progress};
use crate::manage::Management;
use crate::rules::{FillRules, Side};
use crate::walk::{Walk, tradable};
pub use summary::{FillSensitivity, LabelSummary};
pub use weights::{Interval, concurrency, uniqueness};

mod bounds;
mod summary;
mod weights;

/// What a label says when the time limit was reached first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeOut {
    /// 0.
    #[default]
    Zero,
    /// The sign of the price move in favour of the side, before costs.
    Sign,
}

/// The barriers of every signal of a study.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LabelSpec {
    /// Direction of the position.
    pub side: Side,
    /// Stop distance from the entry in ATR, > 0.
    pub stop_atr: f64,
    /// Target distance from the entry in ATR, > 0.
    pub target_atr: f64,
    /// Sessions held at most, the entry's included, >= 1.
    pub sessions: u32,
    /// Who wins inside one bar, and what fills a target.
    pub rules: FillRules,
    /// What a time-out is labelled.
    pub time_out: TimeOut,
    /// Chandelier distance in ATR, > 0; none: the stop stays.
    pub trailing_atr: Option<f64>,
    /// Options of the position. Bars know no consensus, so an exit on reversal is refused.
    pub management: Management,
}

/// A bar on whose close a position is decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Index of the bar.
    pub bar: usize,
    /// ATR on its close, in the prices of the series, > 0.
    pub atr: f64,
}

/// How the position of one signal ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Index of the signal's bar.
    pub signal: usize,
    /// Bars from the entry to the exit, both included: `[signal + 1, exit]`.
    pub interval: Interval,
    /// Entry price.
    pub entry: f64,
    /// Stop at the entry.
    pub stop: f64,
    /// Target at the entry.
    pub target: f64,
    /// How it ended; of the rest, after a partial exit.
    pub exit: Exit,
    /// +1 target, -1 stop, 0 or the sign at time-out; none when the series ended first, which is
    /// no outcome.
    pub value: Option<i8>,
    /// Net result in units of planned risk.
    pub net_r: f64,
    /// Side times return on the entry price, after costs.
    pub net_return: f64,
}

/// Why a series cannot be labelled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LabelError {
    /// A barrier or an option is outside its range.
    #[error(transparent)]
    Spec(#[from] BracketError),
    /// A bar on which no one could trade: a label is not guessed across it.
    #[error("bar {index} has a price that is not finite and above zero")]
    Bar {
        /// Its index.
        index: usize,
    },
    /// A signal on a bar that is not there.
    #[error("signal {signal} on bar {bar}: there are {bars} bars")]
    Signal {
        /// Index of the signal.
        signal: usize,
        /// The bar it names.
        bar: usize,
        /// Bars given.
        bars: usize,
    },
    /// A signal without a distance.
    #[error("signal {signal}: ATR of {atr} is not finite and above zero")]
    Atr {
        /// Index of the signal.
        signal: usize,
        /// The value found.
        atr: f64,
    },
}

impl LabelSpec {
    /// Barriers at these multiples of ATR, under the default rules: an ambiguous bar is a stop, a
    /// touched target is filled, a time-out is 0, nothing trails.
    pub fn new(side: Side, (stop_atr, target_atr): (f64, f64), sessions: u32) -> Self {
        Self {
            side,
            stop_atr,
            target_atr,
            sessions,
            rules: FillRules::default(),
            time_out: TimeOut::default(),
            trailing_atr: None,
            management: Management::OFF,
        }
    }

    /// # Errors
    /// [`BracketError::Spec`] with the first field outside its range.
    pub fn validate(&self) -> Result<(), BracketError> {
        let fail = |what, value, allowed| Err(BracketError::Spec { what, value, allowed });
        let distances = [
            ("stop distance", Some(self.stop_atr)),
            ("target distance", Some(self.target_atr)),
            ("trailing distance", self.trailing_atr),
        ];
        for (what, distance) in distances {
            if let Some(value) = distance.filter(|d| !(d.is_finite() && *d > 0.0)) {
                return fail(what, value, "finite and above 0");
            }
        }
        if self.sessions == 0 {
            return fail("longest holding", 0.0, "at least one session");
        }
        if self.management.exit_on_reversal {
            return fail("exit on reversal", 1.0, "known from bars alone");
        }
        self.management.validate()
    }

    /// The position of one signal, entered at the open of `bar`.
    fn walk(&self, bar: &Bar, atr: f64, costs: &CostModel) -> Walk {
        let (entry, sign) = (bar.open, self.side.sign());
        let levels = (entry - sign * self.stop_atr * atr, entry + sign * self.target_atr * atr);
        let walk = Walk::entered_at(self.side, entry, levels, self.sessions, self.rules)
            .managed(&self.management, costs);
        match self.trailing_atr {
            Some(k) => walk.trailing(k * atr),
            None => walk,
        }
    }
}

impl Label {
    /// Meta-label z: the position paid after its costs. None when the series ended first.
    pub fn meta(&self) -> Option<bool> {
        self.value.map(|_| self.net_return > 0.0)
    }
}

/// Labels every signal, in the order given. A signal on the last bar has no bar to be entered on
/// and no label.
///
/// - **Cost:** one step of the walker per bar held.
///
/// # Errors
/// [`LabelError`] for a spec, a bar or a signal that cannot be used.
pub fn labels(
    bars: &[Bar],
    signals: &[Signal],
    spec: &LabelSpec,
    costs: &CostModel,
) -> Result<Vec<Label>, LabelError> {
    spec.validate()?;
    if let Some(index) = bars.iter().position(|bar| !tradable(bar)) {
        return Err(LabelError::Bar { index });
    }
    let mut labels = Vec::with_capacity(signals.len());
    for (signal, &Signal { bar, atr }) in signals.iter().enumerate() {
        if bar >= bars.len() {
            return Err(LabelError::Signal { signal, bar, bars: bars.len() });
        }
        if !(atr.is_finite() && atr > 0.0) {
            return Err(LabelError::Atr { signal, atr });
        }
        if let Some(entry_bar) = bars.get(bar + 1) {
            let walk = spec.walk(entry_bar, atr, costs);
            labels.extend(label_of(walk, bars, bar, spec.time_out, costs));
        }
    }
    Ok(labels)
}

/// The label of a position that was decided on the close of bar `signal`, for any bracket: e.g.
/// [`Walk::new`] of a policy row's. None when there was no entry.
///
/// The walk is stepped from the next bar on until it ends, or is sold at the last close.
pub fn label_of(
    mut walk: Walk,
    bars: &[Bar],
    signal: usize,
    time_out: TimeOut,
    costs: &CostModel,
) -> Option<Label> {
    let (stop, target) = (walk.stop(), walk.target());
    let mut last = signal;
    for (index, bar) in bars.iter().enumerate().skip(signal + 1) {
        last = index;
        if !matches!(walk.step(bar), Progress::Waiting | Progress::Open) {
            break;
        }
    }
    let exit = walk.exit().or_else(|| walk.end_of_data(bars.get(last)?.close))?;
    let entry = walk.entry_price()?;
    let net_r = walk.net_r(&exit, costs);
    Some(Label {
        signal,
        interval: Interval { first: signal + 1, last },
        entry,
        stop,
        target,
        exit,
        value: value(&walk, &exit, time_out),
        net_r,
        net_return: net_r * walk.planned_risk() / entry,
    })
}

fn value(walk: &Walk, exit: &Exit, time_out: TimeOut) -> Option<i8> {
    match exit.kind {
        ExitKind::EndOfData => None,
        ExitKind::Target | ExitKind::TargetGap => Some(1),
        ExitKind::Stop | ExitKind::StopGap => Some(-1),
        ExitKind::Time | ExitKind::Reversal => Some(match time_out {
            TimeOut::Zero => 0,
            TimeOut::Sign => sign(walk.net_r(exit, &CostModel::FREE)),
        }),
    }
}

fn sign(value: f64) -> i8 {
    i8::from(value > 0.0) - i8::from(value < 0.0)
}

#[cfg(test)]
mod tests;
