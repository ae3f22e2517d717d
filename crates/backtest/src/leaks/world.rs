//! Facts with the moment at which they became known.

use tradebot_domain::{Bar, CorporateAction, Date, Symbol};

/// A stock in a world. Positions in its lists are those of the world's sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Stock {
    /// The stock.
    pub symbol: Symbol,
    /// First prints of its raw bars, known at the close; none before it is listed, when it did not
    /// trade, and after it has gone.
    pub bars: Vec<Option<Bar>>,
    /// Splits and dividends by the session of their ex-date, known from its open on.
    pub actions: Vec<(usize, CorporateAction)>,
    /// Bars that were corrected later.
    pub corrections: Vec<Correction>,
}

/// A bar's close was wrong, and was corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correction {
    /// Session of the bar.
    pub of: usize,
    /// Session at whose close the correction became known, after `of`.
    pub known: usize,
    /// The right close over the first print.
    pub factor: f64,
}

/// A market, and when each of its facts became known.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    sessions: Vec<Date>,
    index: Vec<Bar>,
    vix: Vec<Option<f64>>,
    stocks: Vec<Stock>,
}

/// A world whose parts do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// Lists of different length.
    #[error("{what} has {found} entries; there are {sessions} sessions")]
    Length {
        /// Which list.
        what: String,
        /// Its entries.
        found: usize,
        /// Sessions of the world.
        sessions: usize,
    },
    /// Sessions that do not follow each other.
    #[error("session {at} does not come after the one before it")]
    Order {
        /// Its position.
        at: usize,
    },
    /// An action or a correction outside the world, or a correction known before its bar.
    #[error("{symbol}: an action or correction of session {of} lies outside of the world")]
    Outside {
        /// The stock.
        symbol: Symbol,
        /// The session named.
        of: usize,
    },
}

impl World {
    /// - `index`: a bar per session. `vix`: the close of each session, published at 16:15.
    ///
    /// # Errors
    /// [`WorldError`] when lists do not fit together.
    pub fn new(
        sessions: Vec<Date>,
        index: Vec<Bar>,
        vix: Vec<Option<f64>>,
        stocks: Vec<Stock>,
    ) -> Result<Self, WorldError> {
        let count = sessions.len();
        let length = |what: &str, found: usize| {
            if found == count {
                Ok(())
            } else {
                Err(WorldError::Length { what: what.to_owned(), found, sessions: count })
            }
        };
        length("index", index.len())?;
        length("vix", vix.len())?;
        if let Some(at) = (1..count).find(|&at| sessions[at] <= sessions[at - 1]) {
            return Err(WorldError::Order { at });
        }
        for stock in &stocks {
            length(stock.symbol.as_str(), stock.bars.len())?;
            let actions = stock.actions.iter().map(|(of, _)| *of).find(|of| *of >= count);
            let corrected = stock.corrections.iter();
            let corrected = corrected.filter(|c| c.known <= c.of || c.known >= count);
            let outside = actions.or(corrected.map(|c| c.of).min());
            if let Some(of) = outside {
                return Err(WorldError::Outside { symbol: stock.symbol, of });
            }
        }
        Ok(Self { sessions, index, vix, stocks })
    }

    /// The world as it was known at 16:00 of a session: no later session, no VIX close of this one,
    /// no correction that came later, no action whose ex-date was still to come.
    #[must_use]
    pub fn as_of(&self, session: usize) -> Self {
        let until = (session + 1).min(self.sessions.len());
        let mut vix = self.vix[..until].to_vec();
        if let Some(last) = vix.last_mut() {
            *last = None;
        }
        let known = |stock: &Stock| Stock {
            symbol: stock.symbol,
            bars: stock.bars[..until].to_vec(),
            actions: stock.actions.iter().copied().filter(|(of, _)| *of < until).collect(),
            corrections: stock.corrections.iter().copied().filter(|c| c.known < until).collect(),
        };
        Self {
            sessions: self.sessions[..until].to_vec(),
            index: self.index[..until].to_vec(),
            vix,
            stocks: self.stocks.iter().map(known).collect(),
        }
    }

    /// Sessions in order.
    pub fn sessions(&self) -> &[Date] {
        &self.sessions
    }

    /// A bar of the index per session.
    pub fn index(&self) -> &[Bar] {
        &self.index
    }

    /// The VIX close of each session, as far as it has been published.
    pub fn vix(&self) -> &[Option<f64>] {
        &self.vix
    }

    /// The stocks.
    pub fn stocks(&self) -> &[Stock] {
        &self.stocks
    }
}
