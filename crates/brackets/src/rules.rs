//! What one bar does to a stop and a target: the pinned order of events.

use serde::{Deserialize, Serialize};
use tradebot_domain::Bar;

use crate::exit::ExitKind;

/// Direction of a position. The product trades long; labels and studies may ask for both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Bought first: stop below, target above.
    #[default]
    Long,
    /// Sold first: stop above, target below.
    Short,
}

/// What is assumed when stop and target lie in one bar and nothing finer is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguity {
    /// The stop came first: pessimistic, and the default.
    #[default]
    Stop,
    /// The target came first: optimistic, for a bound from above.
    Target,
    /// The one nearer to the open came first; the stop when both are equally near.
    NearestOpen,
}

/// Options of the walk that decide fills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillRules {
    /// Who wins inside one bar.
    pub ambiguity: Ambiguity,
    /// A target fills only when the bar trades beyond it, not when it is merely touched.
    pub trade_through: bool,
}

/// What ended a bracket inside a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    pub(crate) kind: ExitKind,
    pub(crate) price: f64,
    pub(crate) ambiguous: bool,
}

impl Side {
    /// +1 for long, -1 for short.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }

    /// The bar's extreme in favour of this side: its high for a long.
    pub(crate) const fn best_of(self, bar: &Bar) -> f64 {
        match self {
            Self::Long => bar.high,
            Self::Short => bar.low,
        }
    }

    /// The bar's extreme against this side: its low for a long.
    pub(crate) const fn worst_of(self, bar: &Bar) -> f64 {
        match self {
            Self::Long => bar.low,
            Self::Short => bar.high,
        }
    }
}

/// The first exit in `bar`, if there is one.
///
/// On the entry's own bar the open is the entry and cannot gap to the target; when it is beyond
/// the stop already, the position is left at that very open.
///
/// **Order:** gap at the open; both levels inside the bar; stop; target.
pub(crate) fn first_exit(
    side: Side,
    rules: FillRules,
    (stop, target): (f64, f64),
    bar: &Bar,
    entry_bar: bool,
) -> Option<Hit> {
    // Multiplied by the sign, favourable is up for both sides; the product with +-1 is exact.
    let up = |price: f64| side.sign() * price;
    let hit = |kind, price, ambiguous| Some(Hit { kind, price, ambiguous });
    if up(bar.open) <= up(stop) {
        return hit(ExitKind::StopGap, bar.open, false);
    }
    if !entry_bar && up(bar.open) >= up(target) {
        return hit(ExitKind::TargetGap, bar.open, false);
    }
    let best = up(side.best_of(bar));
    let stop_hit = up(side.worst_of(bar)) <= up(stop);
    let target_hit = best > up(target) || (!rules.trade_through && best == up(target));
    match (stop_hit, target_hit) {
        (true, true) if stop_wins(rules.ambiguity, bar.open, stop, target) => {
            hit(ExitKind::Stop, stop, true)
        }
        (true, true) => hit(ExitKind::Target, target, true),
        (true, false) => hit(ExitKind::Stop, stop, false),
        (false, true) => hit(ExitKind::Target, target, false),
        (false, false) => None,
    }
}

/// Where the orders of a position stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Levels {
    pub(crate) stop: f64,
    pub(crate) target: f64,
    /// Limit of a part that is still held, short of the target.
    pub(crate) part: Option<f64>,
}

/// The first exits in `bar` of a position of which a part has a nearer target: of the part, and of
/// the rest.
///
/// Part and rest are two brackets with one stop, so each is asked about by itself. A part that is
/// stopped leaves with the rest and is no exit of its own; a stop that was assumed to come after
/// the part's limit makes the exit of the rest ambiguous.
pub(crate) fn exits(
    side: Side,
    rules: FillRules,
    levels: Levels,
    bar: &Bar,
    entry_bar: bool,
) -> (Option<Hit>, Option<Hit>) {
    let Levels { stop, target, part } = levels;
    let first = |target| first_exit(side, rules, (stop, target), bar, entry_bar);
    let Some(part) = part else { return (None, first(target)) };
    match (first(part), first(target)) {
        (Some(near), _) if matches!(near.kind, ExitKind::Stop | ExitKind::StopGap) => {
            (None, Some(near))
        }
        (Some(near), Some(far)) => {
            (Some(near), Some(Hit { ambiguous: far.ambiguous || near.ambiguous, ..far }))
        }
        (near, far) => (near, far),
    }
}

fn stop_wins(ambiguity: Ambiguity, open: f64, stop: f64, target: f64) -> bool {
    match ambiguity {
        Ambiguity::Stop => true,
        Ambiguity::Target => false,
        Ambiguity::NearestOpen => (open - stop).abs() <= (target - open).abs(),
    }
}
