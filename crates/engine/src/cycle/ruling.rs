//! A rule strategy in the place of the ensemble, and one seat of it per symbol.

use tradebot_brackets::Management;
use tradebot_domain::{Bar, Moment, Shares, Symbol};
use tradebot_execution::{Intent, Journaled};
use tradebot_journal::{Brief, DecisionRecord, Detail, Event, IdleRecord, Ledger, LedgerError};
use tradebot_risk::Approved;

use crate::account::Account;
use crate::arrival::Arrival;
use crate::config::EngineConfig;
use crate::strategy::{Admission, Factory, Holding, Ruling, Strategy, Wish};

/// A strategy leaves at the next open when it says so.
pub(super) const LEAVES: Management = Management { exit_on_reversal: true, ..Management::OFF };

/// Why a symbol's cycle ended without an order, where that is said once for many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Idle {
    Flat,
    Holding,
    Held,
    NothingHeld,
    NoBar,
}

impl Idle {
    const fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Holding => "holding",
            Self::Held => "already_held",
            Self::NothingHeld => "nothing_held",
            Self::NoBar => "no_bar",
        }
    }
}

/// Cycles of a symbol that ended alike so far.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    reason: Idle,
    from: Moment,
    to: Moment,
    count: u64,
}

/// One symbol's strategy and what the engine keeps for it.
pub(super) struct Seat {
    pub(super) symbol: Symbol,
    strategy: Box<dyn Strategy>,
    stretch: Option<Stretch>,
    /// Entry price of the open position in units of the continuous series.
    entered: Option<f64>,
    /// What the session brought, where there is no gate.
    pub(super) came: Came,
}

/// What a session brought for a symbol that has no gate: the place of its bar in the session, and
/// two flags. One word, because it is written and read on every bar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came {
    place: u32,
    /// Listed and not ended: the symbol takes part in the cycle.
    in_cycle: bool,
    /// The bar can be walked.
    sound: bool,
}

impl Came {
    /// No bar, and no part in the cycle.
    const NOTHING: Self = Self { place: u32::MAX, in_cycle: false, sound: false };

    #[inline]
    pub(super) fn new(in_cycle: bool, sound: bool, place: Option<usize>) -> Self {
        let place = place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX);
        Self { place, in_cycle, sound }
    }

    #[inline]
    pub(super) const fn in_cycle(self) -> bool {
        self.in_cycle
    }

    /// A bar came that can be walked, and may be shown.
    #[inline]
    pub(super) const fn is_sound_in_cycle(self) -> bool {
        self.sound && self.in_cycle
    }

    #[inline]
    pub(super) const fn is_sound(self) -> bool {
        self.sound
    }

    /// Place of the bar in the session; beyond its end when none came.
    #[inline]
    pub(super) const fn place(self) -> usize {
        self.place as usize
    }
}

/// A rule strategy in the place of the ensemble.
pub(super) struct Rules {
    pub(super) ruling: Ruling,
    /// Loss of a session that stops its entries, a fraction of equity: that of the ruling's row.
    pub(super) daily_loss: f64,
    pub(super) seats: Vec<Seat>,
    pub(super) detail: Detail,
    /// One symbol, looked at for its shape, in a run in brief: nothing is kept of a session but its
    /// close, and no other symbol has a say in it.
    pub(super) alone: bool,
    /// Reused from session to session.
    pub(super) arrivals: Vec<Arrival>,
    pub(super) approved: Vec<Approved>,
    pub(super) intents: Vec<Journaled<Intent>>,
    pub(super) records: Vec<DecisionRecord>,
}

impl Rules {
    pub(super) fn new(ruling: Ruling, config: &EngineConfig, make: &mut Factory<'_>) -> Self {
        let seat = |symbol: &Symbol| Seat {
            symbol: *symbol,
            strategy: make(*symbol),
            stretch: None,
            entered: None,
            came: Came::NOTHING,
        };
        Self {
            ruling,
            daily_loss: config.policy.row(ruling.row).daily_loss_limit,
            seats: config.symbols.iter().map(seat).collect(),
            detail: Detail::Full,
            alone: false,
            arrivals: Vec::new(),
            approved: Vec::new(),
            intents: Vec::new(),
            records: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, detail: Detail) {
        self.detail = detail;
        self.alone = detail == Detail::Brief && self.seats.len() == 1 && self.by_shape();
    }

    pub(super) fn by_shape(&self) -> bool {
        self.ruling.admission == Admission::Shape
    }

    /// There is something to put on record and to send.
    pub(super) const fn has_decided(&self) -> bool {
        !(self.approved.is_empty() && self.records.is_empty())
    }

    /// Ends all stretches: the run is over.
    pub(super) fn finish(&mut self, ledger: &mut dyn Ledger) -> Result<(), LedgerError> {
        let detail = self.detail;
        self.seats.iter_mut().try_for_each(|seat| seat.end_stretch(detail, ledger))
    }
}

impl Seat {
    /// Another cycle that ended as those before it; false when it did not.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(super) fn goes_on(&mut self, reason: Idle, session: Moment) -> bool {
        match &mut self.stretch {
            Some(stretch) if stretch.reason == reason => {
                stretch.to = session;
                stretch.count += 1;
                true
            }
            _ => false,
        }
    }

    /// The strategy stays for the same reason as before, which is counted; false when it does not.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(super) fn stays_on(&mut self, wish: &Wish, holding: &Holding, session: Moment) -> bool {
        let idle = if holding.is_flat() { Idle::Flat } else { Idle::Holding };
        // By its kind alone: a wish is wide, and is compared on every bar.
        matches!(wish, Wish::Stay) && self.goes_on(idle, session)
    }

    pub(super) fn idle(
        &mut self,
        reason: Idle,
        session: Moment,
        detail: Detail,
        ledger: &mut dyn Ledger,
    ) -> Result<(), LedgerError> {
        if self.goes_on(reason, session) {
            return Ok(());
        }
        self.end_stretch(detail, ledger)?;
        self.stretch = Some(Stretch { reason, from: session, to: session, count: 1 });
        Ok(())
    }

    pub(super) fn end_stretch(
        &mut self,
        detail: Detail,
        ledger: &mut dyn Ledger,
    ) -> Result<(), LedgerError> {
        let Some(Stretch { reason, from, to, count }) = self.stretch.take() else { return Ok(()) };
        let (symbol, reason) = (self.symbol, reason.name());
        match detail {
            Detail::Brief => ledger.note(&Brief::Idle { symbol, from, to, count, reason }),
            Detail::Full => {
                let reason = reason.to_owned();
                ledger.append(&Event::Idle(IdleRecord { symbol, from, to, count, reason }))
            }
        }
    }

    /// What the strategy holds after this bar.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(super) fn holding(
        &mut self,
        (index, account): (usize, &Account),
        equity: f64,
        factor: f64,
    ) -> Holding {
        let (shares, sessions) = account.held(index);
        if shares == Shares::ZERO {
            self.entered = None;
            return Holding { shares: 0, entry_price: 0.0, sessions: 0, equity, factor };
        }
        let entry_price = match self.entered {
            Some(price) => price,
            None => self.note_entry(account, factor),
        };
        Holding { shares: shares.0, entry_price, sessions, equity, factor }
    }

    /// Notes at what price the position was opened.
    #[cold]
    fn note_entry(&mut self, account: &Account, factor: f64) -> f64 {
        let position = account.book().position(self.symbol);
        let price = position.map_or(f64::NAN, |position| position.entry_price.to_f64() * factor);
        *self.entered.insert(price)
    }

    /// The strategy's word on a raw bar.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(super) fn ask(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        if holding.factor == 1.0 {
            self.strategy.on_bar(bar, holding)
        } else {
            self.strategy.on_bar(&bar.scaled(holding.factor), holding)
        }
    }
}
