//! The seam for strategies of one's own.
//!
//! A [`Strategy`] sees one symbol's bars, one after the other, and says what it wishes. Everything
//! else is the engine's: the wish becomes a proposal, the pre-trade review approves or refuses it,
//! an approval becomes an intent on record, and the broker fills it at the next open.
//!
//! ```
//! use tradebot_domain::Bar;
//! use tradebot_engine::strategy::{Entry, Holding, Strategy, Wish};
//!
//! /// Buys after three closes in a row that fell, sells after one that rose.
//! #[derive(Default)]
//! struct Falls { last: f64, falls: u32 }
//!
//! impl Strategy for Falls {
//!     fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish {
//!         let rose = bar.close > self.last;
//!         self.falls = if rose { 0 } else { self.falls + 1 };
//!         self.last = bar.close;
//!         match holding.is_flat() {
//!             true if self.falls >= 3 => Wish::Enter(Entry::equity(0.02)),
//!             false if rose => Wish::Exit,
//!             _ => Wish::Stay,
//!         }
//!     }
//! }
//! ```

use tradebot_brackets::BracketSpec;
use tradebot_domain::{Bar, Regime, Symbol};
use tradebot_risk::Size;

/// A rule that trades one symbol. There is one instance per symbol, so its fields are its memory.
///
/// It is given a bar and what is held, and nothing later: the next bar does not exist for it. It is
/// `Send`, so that sweeps can run engines on several threads.
pub trait Strategy: Send {
    /// Looks at a bar that was admitted, after its close, and says what to do at the next open.
    ///
    /// - **bar:** of the continuous series: prices times the product of all split and dividend
    ///   factors so far, so that no indicator sees a step at a corporate action. Without actions
    ///   it is the raw bar. A bar that was refused is never shown.
    /// - **holding:** what is held after this bar. Where the wish cannot be had, the next holding
    ///   says so, and the journal why.
    fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish;
}

/// What a strategy holds of its symbol at a close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding {
    /// Shares held; those of today after a split.
    pub shares: u64,
    /// Price of the entry in units of the continuous series, to be compared with its bars; 0 when
    /// nothing is held.
    pub entry_price: f64,
    /// Sessions with a bar since the entry, its own included; 0 when nothing is held.
    pub sessions: u32,
    /// Equity of the whole account at this close, account currency.
    pub equity: f64,
    /// Continuous price over raw price.
    pub factor: f64,
}

impl Holding {
    /// Nothing is held.
    pub const fn is_flat(&self) -> bool {
        self.shares == 0
    }
}

/// What is to happen at the next open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wish {
    /// Nothing: hold what is held.
    Stay,
    /// Buy. There is one position per symbol: while it is held the wish is not heard.
    Enter(Entry),
    /// Sell everything at the open.
    Exit,
}

/// How to buy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// How much.
    pub size: Size,
    /// Stop, target and time limit; none for an entry at the market that is held until the
    /// strategy leaves. Without a stop everything is at risk, and the limit on the risk of a
    /// position counts the whole value: sizes are small.
    pub protection: Option<Protection>,
}

/// A bracket to be built around the close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Protection {
    /// Average true range in units of the bar that was shown.
    pub atr: f64,
    /// Distances in ATR, bounds, time limit, trailing.
    pub spec: BracketSpec,
}

impl Entry {
    /// Whole shares at the market.
    pub const fn shares(shares: u64) -> Self {
        Self { size: Size::Shares(shares), protection: None }
    }

    /// A fraction of equity at the market: see [`Size::Equity`].
    pub const fn equity(fraction: f64) -> Self {
        Self { size: Size::Equity(fraction), protection: None }
    }

    /// The same with a bracket.
    #[must_use]
    pub const fn protected(self, atr: f64, spec: BracketSpec) -> Self {
        Self { protection: Some(Protection { atr, spec }), ..self }
    }
}

/// How bars come to a strategy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Admission {
    /// Through the quality gate of its symbol, as for the ensemble: outliers, gaps, suspected
    /// splits and days without sessions are refused by name.
    #[default]
    Gate,
    /// Prices must be prices, high and low must enclose open and close, and dates must ascend;
    /// nothing is compared with the bars before. For generated series, for bars that are no days,
    /// and for series that were assessed as a whole before the run.
    Shape,
}

/// What a run of a strategy is called and how it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// Name of the strategy with its parameters, for the record: 1 to 23 of the characters that a
    /// symbol may have, for example `sma_10_30`.
    pub name: tradebot_domain::MemberId,
    /// Policy row whose limits hold: a rule is under one row in every market.
    pub row: Regime,
    /// How bars come to it.
    pub admission: Admission,
}

impl Ruling {
    /// Under the row of an undetermined regime, through the gate.
    ///
    /// # Errors
    /// [`tradebot_domain::SymbolError`] for a name with other characters or of another length.
    pub fn new(name: &str) -> Result<Self, tradebot_domain::SymbolError> {
        let name = tradebot_domain::MemberId::new(name)?;
        Ok(Self { name, row: Regime::Transition, admission: Admission::Gate })
    }
}

/// Makes the instance of each symbol.
pub type Factory<'a> = dyn FnMut(Symbol) -> Box<dyn Strategy> + 'a;
