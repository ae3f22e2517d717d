//! The port through which the market reaches the engine: the end of one bar at a time.
//!
//! A "session" here is a cycle of the run: a whole session of daily bars, or the minute of one at
//! which a shorter bar ended.

use serde::{Deserialize, Serialize};

use crate::action::CorporateAction;
use crate::bar::Bar;
use crate::moment::Moment;
use crate::symbol::Symbol;

/// Everything that became known by the end of one bar, and nothing later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionData {
    /// When the bar ended.
    pub session: Moment,
    /// Raw bars by symbol, in symbol order; a symbol without a bar is absent.
    pub bars: Vec<(Symbol, Bar)>,
    /// Corporate actions whose ex-date is this session, in symbol order; with shorter bars they come
    /// with the first one.
    pub actions: Vec<(Symbol, CorporateAction)>,
    /// Daily bar of the context index: of the session itself with daily bars; of the last completed
    /// one with shorter bars, once, with the first bar of a session.
    pub index: Option<Bar>,
    /// VIX close of the session before; `None` where it is not known, and where no `index` comes
    /// with shorter bars.
    pub vix_previous: Option<f64>,
    /// Bars missed since a symbol's previous one, for symbols that missed any; the night misses none.
    pub missed: Vec<(Symbol, u32)>,
    /// Symbols that are listed (their first bar is not in the future).
    pub listed: Vec<Symbol>,
    /// Symbols whose data ended before this session.
    pub ended: Vec<Symbol>,
}

impl SessionData {
    /// A session of which nothing is known yet.
    pub const fn empty(session: Moment) -> Self {
        Self {
            session,
            bars: Vec::new(),
            actions: Vec::new(),
            index: None,
            vix_previous: None,
            missed: Vec::new(),
            listed: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// The bar of a symbol that is listed, when nothing else came: no other symbol, no action and no
    /// end.
    #[inline]
    pub fn only_bar(&self, symbol: Symbol) -> Option<&Bar> {
        match (self.bars.as_slice(), self.listed.as_slice()) {
            ([(there, bar)], [listed])
                if *there == symbol
                    && *listed == symbol
                    && self.actions.is_empty()
                    && self.ended.is_empty() =>
            {
                Some(bar)
            }
            _ => None,
        }
    }
}

/// Bars inside the bars of sessions: of hours, or of minutes.
pub trait FinerBars: Send + Sync {
    /// The bars of one symbol within one session, raw prices, in order of time, each with the
    /// session's date; empty when there are none.
    fn of(&self, symbol: Symbol, session: Moment) -> &[Bar];
}

/// A source of sessions in calendar order.
pub trait Feed {
    /// The next session, or `None` at the end.
    fn next_session(&mut self) -> Option<SessionData>;

    /// Puts the next session into `data`, whatever was in it; false at the end, and `data` means
    /// nothing then.
    ///
    /// One buffer serves a whole run: a feed of many short sessions fills it in place and spares
    /// an allocation per session. `data` is to be one that this feed filled last, or an
    /// [`SessionData::empty`] one.
    fn next_into(&mut self, data: &mut SessionData) -> bool {
        match self.next_session() {
            Some(session) => {
                *data = session;
                true
            }
            None => false,
        }
    }
}
