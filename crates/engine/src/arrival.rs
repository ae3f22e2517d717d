//! What one session brought for one symbol, and how its gate took it.

use tradebot_brackets::is_price;
use tradebot_domain::{Bar, CorporateAction, SessionData};
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
    pub(crate) fn of(state: &mut SymbolState, data: &SessionData) -> Self {
        let symbol = state.symbol;
        let in_cycle = data.listed.contains(&symbol) && !data.ended.contains(&symbol);
        let bar = data.bars.iter().find(|(s, _)| *s == symbol).map(|(_, bar)| *bar);
        let actions = state.actions_of(data);
        let missed = data.missed.iter().find(|(s, _)| *s == symbol).map_or(0, |(_, n)| *n);
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

/// Prices that someone could trade on, high and low around open and close.
#[inline]
pub(crate) fn is_sound(bar: &Bar) -> bool {
    // Open and close lie between, so they are prices if these are. What is no number is refused.
    let around = |price: f64| bar.low <= price && price <= bar.high;
    is_price(bar.low) && is_price(bar.high) && around(bar.open) && around(bar.close)
}
