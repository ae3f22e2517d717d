//! What one session brought for one symbol, and how its gate took it.

use std::borrow::Cow;

use tradebot_brackets::is_price;
use tradebot_domain::{Bar, CorporateAction, SessionData, Symbol};
use tradebot_quality_gates::{Admitted, Level, Reading, Refused};

use crate::candidate::Passed;
use crate::symbol_state::SymbolState;

/// One symbol's part of a session.
pub(crate) struct Arrival {
    /// Listed and not ended: the symbol takes part in the cycle and ends in one record.
    pub(crate) in_cycle: bool,
    /// The raw bar; none when none came.
    pub(crate) bar: Option<Bar>,
    /// Actions that take effect with this bar.
    pub(crate) actions: Vec<CorporateAction>,
    /// What the gate saw.
    pub(crate) reading: Reading,
    /// The bar, admitted, or why not.
    pub(crate) admission: Result<Admitted, Refused>,
    /// Features of the session, once warm.
    pub(crate) features: Option<Vec<f64>>,
    /// The bar can be walked: see [`Arrival::walkable`].
    sound: bool,
}

impl Arrival {
    /// Takes a symbol's part of the session through its gate.
    ///
    /// Actions whose ex-date had no bar that could be walked wait for the next one that can.
    pub(crate) fn of(state: &mut SymbolState, brought: &Brought<'_>) -> Self {
        let (symbol, data) = (state.symbol, brought.0.as_ref());
        let in_cycle = !part(&data.listed, symbol, |s| *s).is_empty()
            && part(&data.ended, symbol, |s| *s).is_empty();
        let bar = part(&data.bars, symbol, |(s, _)| *s).first().map(|(_, bar)| *bar);
        let mut actions = std::mem::take(&mut state.actions_waiting);
        actions.extend(part(&data.actions, symbol, |(s, _)| *s).iter().map(|(_, action)| *action));
        let missed = part(&data.missed, symbol, |(s, _)| *s).first().map_or(0, |(_, n)| *n);
        let (reading, admission) = state.gate.admit(data.session, bar.as_ref(), &actions, missed);
        let sound = bar.as_ref().is_some_and(is_sound);
        let features = None;
        let arrival = Self { in_cycle, bar, actions, reading, admission, features, sound };
        if arrival.walkable().is_none() {
            state.actions_waiting.clone_from(&arrival.actions);
        }
        arrival
    }

    /// A bar whose numbers can be walked, even if the gate keeps the symbol out of this cycle: an
    /// open position meets the market whether or not we like its print.
    pub(crate) fn walkable(&self) -> Option<&Bar> {
        self.bar.as_ref().filter(|_| self.sound)
    }

    /// The bar, if the gate admitted it.
    ///
    /// # Errors
    /// [`Passed`] with the gate's reason, or that no bar came.
    pub(crate) fn admitted(&self) -> Result<&Bar, Passed> {
        match &self.admission {
            Ok(admitted) => Ok(admitted.bar()),
            Err(_) if self.bar.is_none() => Err(Passed {
                reason: "no_bar",
                detail: "no bar of the symbol came for this session".to_owned(),
            }),
            Err(refused) => Err(Passed {
                reason: "gate_refused",
                detail: format!("{}: {}", refused.reason.name(), refused.detail),
            }),
        }
    }
}

/// What a gate would read of a bar that is looked at for its shape only.
pub(crate) fn unread() -> Reading {
    Reading {
        score: 1.0,
        level: Level::of(1.0),
        violations: Vec::new(),
        bar_digest: String::new(),
        column_scores: ["open", "high", "low", "close", "volume"].map(|name| (name, 1.0)),
    }
}

/// Why such a bar is not shown.
pub(crate) fn misshapen() -> Passed {
    Passed {
        reason: "gate_refused",
        detail: "a price is no price, or high and low do not enclose open and close".to_owned(),
    }
}

/// A session in symbol order, so that each symbol finds its part without looking at all others'.
pub(crate) struct Brought<'a>(Cow<'a, SessionData>);

impl<'a> Brought<'a> {
    /// Feeds hand out symbols in order; what does not come so is put in order first.
    pub(crate) fn new(data: &'a SessionData) -> Self {
        let SessionData { bars, actions, missed, listed, ended, .. } = data;
        let in_order = bars.is_sorted_by_key(|(symbol, _)| *symbol)
            && actions.is_sorted_by_key(|(symbol, _)| *symbol)
            && missed.is_sorted_by_key(|(symbol, _)| *symbol)
            && listed.is_sorted()
            && ended.is_sorted();
        if in_order {
            return Self(Cow::Borrowed(data));
        }
        let mut data = data.clone();
        data.bars.sort_by_key(|(symbol, _)| *symbol);
        data.actions.sort_by_key(|(symbol, _)| *symbol);
        data.missed.sort_by_key(|(symbol, _)| *symbol);
        data.listed.sort();
        data.ended.sort();
        Self(Cow::Owned(data))
    }
}

/// What a list in symbol order says of one symbol.
fn part<T>(list: &[T], symbol: Symbol, of: impl Fn(&T) -> Symbol) -> &[T] {
    let from = list.partition_point(|item| of(item) < symbol);
    let rest = &list[from..];
    let count = rest.iter().take_while(|item| of(item) == symbol).count();
    &rest[..count]
}

/// Prices that someone could trade on, high and low around open and close.
#[inline]
pub(crate) fn is_sound(bar: &Bar) -> bool {
    // Open and close lie between, so they are prices if these are. What is no number is refused.
    let around = |price: f64| bar.low <= price && price <= bar.high;
    is_price(bar.low) && is_price(bar.high) && around(bar.open) && around(bar.close)
}
