//! The gate of one symbol.

use tradebot_domain::{Bar, CorporateAction, Currency, Moment, Symbol};

use crate::check::Check;
use crate::config::GateConfig;
use crate::contract;
use crate::moves::Moves;
use crate::reading::{Admitted, EVERY, Finding, Judged, Reading, Refused, conclude};

/// Admits the bars of one symbol, session after session.
///
/// Same bars in the same order, same readings: there is no clock in it.
#[derive(Debug, Clone)]
pub struct SymbolGate {
    symbol: Symbol,
    currency: Option<Currency>,
    config: GateConfig,
    moves: Moves,
    /// Moment of the newest bar seen.
    newest: Option<Moment>,
}

/// What a source wrote beside a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// The instrument the source says the bar is of.
    pub symbol: Symbol,
    /// The currency of its prices, when the source says one.
    pub currency: Option<Currency>,
}

impl SymbolGate {
    /// A gate without a past.
    pub fn new(symbol: Symbol, config: GateConfig) -> Self {
        Self { symbol, currency: None, config, moves: Moves::default(), newest: None }
    }

    /// The same gate, which also refuses labels of another currency.
    #[must_use]
    pub fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = Some(currency);
        self
    }

    /// Whose gate it is.
    pub fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Reads the bar of `session`, or the fact that none came, and admits or refuses it.
    ///
    /// - `actions`: those whose ex-date is today; without them a split is a suspicion.
    /// - `missed`: sessions of the symbol's exchange (minutes of them, on shorter bars) without a bar
    ///   since its previous one; when
    ///   `bar` is `None`, today's counts.
    pub fn admit(
        &mut self,
        session: Moment,
        bar: Option<&Bar>,
        actions: &[CorporateAction],
        missed: u32,
    ) -> (Reading, Result<Admitted, Refused>) {
        let Some(bar) = bar else {
            self.moves.apply(actions);
            return conclude(None, vec![self.absence(session, missed)], self.config.min_score);
        };
        let judged = self.examine(session, bar, actions, missed);
        judged.told(Some(bar))
    }

    /// As [`SymbolGate::admit`] of a bar, without the words: for series of millions.
    pub(crate) fn examine(
        &mut self,
        session: Moment,
        bar: &Bar,
        actions: &[CorporateAction],
        missed: u32,
    ) -> Judged {
        self.moves.apply(actions);
        let mut findings = contract::shape(bar, &self.config);
        let misdated = contract::dates(bar, session, self.newest);
        let in_time = misdated.is_none();
        findings.extend(misdated);
        let has_prices = [bar.open, bar.high, bar.low, bar.close]
            .iter()
            .all(|price| price.is_finite() && *price > 0.0);
        let step = self.moves.best_move(bar.close).filter(|_| in_time && has_prices);
        if in_time && has_prices {
            findings.extend(self.gap(missed));
            findings.extend(self.moves.inspect(bar, step, missed, &self.config));
        }
        let judged = Judged::of(findings, self.config.min_score);
        if in_time {
            self.newest = Some(bar.date);
            if has_prices {
                let fate = (judged.admits(), missed);
                self.moves.remember(bar, step, fate, &self.config);
            }
        }
        judged
    }

    /// As [`SymbolGate::admit`], for sources that say what they send.
    ///
    /// A bar of another symbol or currency is refused and leaves no trace in the gate's past.
    pub fn admit_labelled(
        &mut self,
        label: Label,
        session: Moment,
        bar: &Bar,
        actions: &[CorporateAction],
        missed: u32,
    ) -> (Reading, Result<Admitted, Refused>) {
        match self.mislabelled(label) {
            Some(finding) => conclude(Some(bar), vec![finding], self.config.min_score),
            None => self.admit(session, Some(bar), actions, missed),
        }
    }

    fn mislabelled(&self, label: Label) -> Option<Finding> {
        if label.symbol != self.symbol {
            let detail = format!("a bar of {} was sent for {}", label.symbol, self.symbol);
            return Some(Finding::refuses(Check::SymbolMismatch, EVERY, detail));
        }
        match (label.currency, self.currency) {
            (Some(sent), Some(own)) if sent != own => {
                let detail = format!("prices in {sent}; {} trades in {own}", self.symbol);
                Some(Finding::refuses(Check::CurrencyMismatch, EVERY, detail))
            }
            _ => None,
        }
    }

    fn absence(&self, session: Moment, missed: u32) -> Finding {
        let since = self.newest.map_or_else(String::new, |date| format!(" since {date}"));
        let detail = format!("no bar for {session}; {missed} sessions missing{since}");
        let check = if missed > self.config.gap_tolerance { Check::Stale } else { Check::Gap };
        Finding::refuses(check, EVERY, detail)
    }

    fn gap(&self, missed: u32) -> Option<Finding> {
        let newest = self.newest?;
        let tolerance = self.config.gap_tolerance;
        let detail =
            || format!("{missed} sessions missing since {newest}; {tolerance} are tolerated");
        match missed {
            0 => None,
            m if m > tolerance => Some(Finding::refuses(Check::Gap, EVERY, detail())),
            _ => Some(Finding::notes(Check::Gap, EVERY, detail())),
        }
    }
}

#[cfg(test)]
mod tests;
