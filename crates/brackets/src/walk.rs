//! One bracket walked bar by bar.

use serde::{Deserialize, Serialize};
use tradebot_domain::{ActionKind, Bar, CorporateAction, Decimal, Price, Rounding, Tick};

use crate::bracket::Bracket;
use crate::exit::{Exit, ExitKind, Progress};
use crate::rules::{Ambiguity, FillRules, Hit, Levels, Side, exits};
use managed::Managed;

pub mod fine;
mod managed;

/// Prices from here on are nonsense.
const PRICE_MAX: f64 = 1e12;

/// A bracket on its way through the bars of its symbol.
///
/// - **Units:** raw prices of the session last stepped, currency per share; a split rescales
///   everything held here, so every reading is in current share units.
/// - **Order per session:** [`Walk::apply_action`] for each action of the ex-date, then
///   [`Walk::step`] with the raw bar.
/// - **Causality:** a step uses nothing but its bar and the bars before it.
/// - **Precision:** prices start as the exact images of the bracket's decimals; those moved by an
///   action or by trailing are brought back onto a hundredth of a cent, so that the order on
///   record and the order walked are the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    side: Side,
    rules: FillRules,
    /// Step that moved prices are brought onto; none for studies on unrounded prices.
    tick: Option<Tick>,
    entry_limit: f64,
    stop: f64,
    target: f64,
    max_holding_sessions: u32,
    /// Distance of a trailing stop from the best price since the entry.
    trail: Option<f64>,
    /// Planned risk per share: the unit of R.
    risk: f64,
    entry: Option<f64>,
    /// Best price since the entry.
    best: f64,
    /// Dividends received per share of the position.
    income: f64,
    /// Shares now for each share at the entry.
    units: f64,
    sessions: u32,
    progress: Progress,
    /// None when every option of management is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    managed: Option<Managed>,
}

impl Walk {
    /// A long bracket that waits for the next bar, whose open decides the entry.
    pub fn new(bracket: &Bracket) -> Self {
        Self::with_rules(bracket, FillRules::default())
    }

    /// The same under other fill rules.
    pub fn with_rules(bracket: &Bracket, rules: FillRules) -> Self {
        Self {
            side: Side::Long,
            rules,
            tick: Some(Tick::MIL),
            entry_limit: bracket.entry_limit.to_f64(),
            stop: bracket.stop.to_f64(),
            target: bracket.target.to_f64(),
            max_holding_sessions: bracket.max_holding_sessions,
            trail: bracket.trailing_atr.map(|k| k * bracket.atr),
            risk: bracket.planned_risk_per_share(),
            entry: None,
            best: 0.0,
            income: 0.0,
            units: 1.0,
            sessions: 0,
            progress: Progress::Waiting,
            managed: None,
        }
    }

    /// A position of either side entered at `entry_price`, with unrounded levels: for labels
    /// anchored on the fill. The first bar stepped is the bar of the entry.
    ///
    /// - **levels:** stop and target, one on each side of the entry.
    pub fn entered_at(
        side: Side,
        entry_price: f64,
        (stop, target): (f64, f64),
        max_holding_sessions: u32,
        rules: FillRules,
    ) -> Self {
        Self {
            side,
            rules,
            tick: None,
            entry_limit: entry_price,
            stop,
            target,
            max_holding_sessions,
            trail: None,
            risk: (entry_price - stop).abs(),
            entry: Some(entry_price),
            best: entry_price,
            income: 0.0,
            units: 1.0,
            sessions: 0,
            progress: Progress::Open,
            managed: None,
        }
    }

    /// The same walk with its stop trailing `distance` behind the best price since the entry.
    #[must_use]
    pub fn trailing(self, distance: f64) -> Self {
        Self { trail: Some(distance), ..self }
    }

    /// The same walk with another choice where one bar holds stop and target.
    #[must_use]
    pub fn choosing(self, ambiguity: Ambiguity) -> Self {
        Self { rules: FillRules { ambiguity, ..self.rules }, ..self }
    }

    /// Applies a corporate action; before [`Walk::step`] on its ex-date.
    ///
    /// A split divides all prices by its ratio. A dividend on an open long is income and lowers
    /// the protective stop by its amount, the target stays; on an open short it is paid, and the
    /// target (a resting buy) is lowered. While the entry waits, a dividend lowers the whole
    /// bracket: the buyer on the ex-date is not entitled, and the plan stays what it was around
    /// the close less the dividend.
    ///
    /// **Source:** FINRA rule 5330, adjustment of open orders on the ex-date: resting buys and
    /// stops to sell are reduced, resting sells and stops to buy are not.
    pub fn apply_action(&mut self, action: &CorporateAction) {
        match (action.kind, self.progress) {
            (_, Progress::NotTaken { .. } | Progress::Closed(_)) => {}
            (ActionKind::Split { ratio }, _) => self.split(real(ratio)),
            (ActionKind::Dividend { amount }, Progress::Waiting) => {
                let amount = real(amount);
                self.entry_limit = self.placed(self.entry_limit - amount, Rounding::Down);
                self.stop = self.placed(self.stop - amount, Rounding::Down);
                self.target = self.placed(self.target - amount, Rounding::Nearest);
            }
            (ActionKind::Dividend { amount }, Progress::Open) => self.dividend(real(amount)),
        }
    }

    fn split(&mut self, ratio: f64) {
        self.entry_limit = self.placed(self.entry_limit / ratio, Rounding::Down);
        self.stop = self.placed(self.stop / ratio, Rounding::Down);
        self.target = self.placed(self.target / ratio, Rounding::Nearest);
        self.trail = self.trail.map(|distance| distance / ratio);
        self.risk /= ratio;
        self.best /= ratio;
        self.income /= ratio;
        if let Some(entry) = &mut self.entry {
            *entry /= ratio;
            self.units *= ratio;
        }
        self.manage_split(ratio);
    }

    fn dividend(&mut self, amount: f64) {
        self.income += self.side.sign() * amount * self.share_held();
        // The best price was made with the dividend still in it.
        self.best -= amount;
        match self.side {
            Side::Long => self.stop = self.placed(self.stop - amount, Rounding::Down),
            Side::Short => self.target = self.placed(self.target - amount, Rounding::Down),
        }
        self.manage_dividend(amount);
    }

    /// Takes the next raw bar and says where the bracket stands after it.
    ///
    /// While waiting, the bar's open is the entry when it is not above the limit. Then, the
    /// entry's own bar included, in this order: leaving at the open after a reversal, gap at the
    /// open, stop and target inside the bar, the close of the last session allowed. A stop that
    /// trails or rises to break-even moves after the bar, for the next one.
    ///
    /// A bar that is not [`tradable`] changes nothing.
    pub fn step(&mut self, bar: &Bar) -> Progress {
        if !tradable(bar) {
            return self.progress;
        }
        if self.progress == Progress::Waiting {
            self.enter(bar.open);
        }
        if self.progress == Progress::Open {
            self.hold(bar);
        }
        self.progress
    }

    /// Sessions pass that cannot end the bracket: what [`Walk::step`] finds on every bar of an open
    /// bracket at the market that is not about to be left, without looking at the bars.
    #[inline]
    pub const fn pass_sessions(&mut self, sessions: u32) {
        self.sessions += sessions;
    }

    fn enter(&mut self, open: f64) {
        if open <= self.entry_limit {
            self.entry = Some(open);
            self.best = open;
            self.progress = Progress::Open;
            self.manage_entry(open);
        } else {
            self.progress = Progress::NotTaken { open: Some(open) };
        }
    }

    fn hold(&mut self, bar: &Bar) {
        self.sessions += 1;
        if self.is_leaving() {
            return self.close(ExitKind::Reversal, bar.open, false);
        }
        let exits = exits(self.side, self.rules, self.levels(), bar, self.sessions == 1);
        self.end_session(exits, bar);
    }

    /// Where the orders stand.
    fn levels(&self) -> Levels {
        Levels { stop: self.stop, target: self.target, part: self.part_working() }
    }

    /// What the exits of a session, of a part and of the rest, leave; `bar` is the whole session.
    fn end_session(&mut self, (part, rest): (Option<Hit>, Option<Hit>), bar: &Bar) {
        if let Some(hit) = part {
            self.sell_part(hit);
        }
        if let Some(hit) = rest {
            self.close(hit.kind, hit.price, hit.ambiguous);
        } else if self.sessions >= self.max_holding_sessions {
            self.close(ExitKind::Time, bar.close, false);
        } else {
            let extreme = self.side.best_of(bar);
            self.trail_behind(extreme);
            self.raise_to_break_even(extreme);
        }
    }

    fn close(&mut self, kind: ExitKind, price: f64, ambiguous: bool) {
        let exit = Exit { kind, price, ambiguous, sessions: self.sessions };
        self.progress = Progress::Closed(exit);
    }

    /// Chandelier stop: a fixed distance behind the best price, and never back. Completed bars
    /// only, so that it takes effect with the next one.
    ///
    /// The distance is the ATR of the decision times the row's multiple, so that an order can
    /// carry it.
    ///
    /// **Source:** C. Le Beau's chandelier exit, in A. Elder, Come Into My Trading Room (2002).
    fn trail_behind(&mut self, extreme: f64) {
        match self.side {
            Side::Long => self.best = self.best.max(extreme),
            Side::Short => self.best = self.best.min(extreme),
        }
        let Some(distance) = self.trail else { return };
        let asked = self.best - self.side.sign() * distance;
        self.stop = match self.side {
            Side::Long => self.stop.max(self.placed(asked, Rounding::Down)),
            Side::Short => self.stop.min(self.placed(asked, Rounding::Up)),
        };
    }

    /// The entry's session passed without a bar: a waiting entry expires, an open position stays.
    pub fn expire(&mut self) -> Progress {
        if self.progress == Progress::Waiting {
            self.progress = Progress::NotTaken { open: None };
        }
        self.progress
    }

    /// Closes an open position at the last close there is; none when nothing was open.
    pub fn end_of_data(&mut self, last_close: f64) -> Option<Exit> {
        if self.progress != Progress::Open {
            return None;
        }
        self.close(ExitKind::EndOfData, last_close, false);
        self.exit()
    }

    /// Where the bracket stands.
    pub const fn progress(&self) -> Progress {
        self.progress
    }

    /// How it ended, once it has.
    pub const fn exit(&self) -> Option<Exit> {
        match self.progress {
            Progress::Closed(exit) => Some(exit),
            _ => None,
        }
    }

    /// Entry price in current share units; none before the entry.
    pub const fn entry_price(&self) -> Option<f64> {
        self.entry
    }

    /// Limit on the open, in current share units.
    pub const fn entry_limit(&self) -> f64 {
        self.entry_limit
    }

    /// Stop in force.
    pub const fn stop(&self) -> f64 {
        self.stop
    }

    /// Target in force.
    pub const fn target(&self) -> f64 {
        self.target
    }

    /// Dividends received so far per share of the position, a part that was sold included, in
    /// current share units; negative when paid.
    pub const fn income(&self) -> f64 {
        self.income
    }

    /// Planned risk per share, in current share units.
    pub const fn planned_risk(&self) -> f64 {
        self.risk
    }

    /// Sessions held, the entry's included.
    pub const fn sessions(&self) -> u32 {
        self.sessions
    }

    /// Entered and not ended.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.progress == Progress::Open
    }

    /// A moved price as an order can carry it; the smallest one when it would not be above zero.
    fn placed(&self, price: f64, rounding: Rounding) -> f64 {
        let Some(tick) = self.tick else { return price };
        Price::from_f64(price, tick, rounding)
            .map_or_else(|_| real(Decimal::new(1, tick.decimals)), Price::to_f64)
    }
}

/// All four prices are above zero and within what exact prices hold: someone could trade on them.
///
/// No judgement of quality: quality gates admit or refuse a bar, this keeps nonsense out of money.
#[inline]
pub fn tradable(bar: &Bar) -> bool {
    is_price(bar.open) && is_price(bar.high) && is_price(bar.low) && is_price(bar.close)
}

/// Above zero and within what exact prices hold; false for what is no number.
#[inline]
pub fn is_price(value: f64) -> bool {
    value > 0.0 && value < PRICE_MAX
}

fn real(value: Decimal) -> f64 {
    f64::try_from(value).expect("a decimal always has a nearest f64")
}

#[cfg(test)]
mod tests;
