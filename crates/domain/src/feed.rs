//! The port through which the market reaches the engine: one session at a time.

use crate::action::CorporateAction;
use crate::bar::Bar;
use crate::moment::Moment;
use crate::symbol::Symbol;

/// Everything that became known by the close of one session, and nothing later.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionData {
    /// The session.
    pub session: Moment,
    /// Raw bars by symbol, in symbol order; a symbol without a bar is absent.
    pub bars: Vec<(Symbol, Bar)>,
    /// Corporate actions whose ex-date is this session, in symbol order.
    pub actions: Vec<(Symbol, CorporateAction)>,
    /// Bar of the context index.
    pub index: Option<Bar>,
    /// VIX close of the session before; `None` where it is not known.
    pub vix_previous: Option<f64>,
    /// Sessions missed since a symbol's previous bar, for symbols that missed any.
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
