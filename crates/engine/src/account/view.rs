//! What risk may see of the account.

use tradebot_domain::{Money, Symbol};
use tradebot_risk::{AccountSight, BookView, Fingerprint, Standing, Traffic};

use super::{Account, Mark, Reservation};
use crate::symbol_state::SymbolState;

impl Account {
    /// Lends what risk may know about the account and one symbol, approvals of this cycle counted
    /// as pending.
    pub fn with_view<T>(
        &self,
        index: usize,
        symbols: &[SymbolState],
        mark: &Mark,
        use_view: impl FnOnce(&BookView<'_>) -> T,
    ) -> T {
        let state = &symbols[index];
        let mut held = self.book.held();
        held.extend(self.reserved.iter().map(|r| r.symbol));
        let correlations: Vec<(Symbol, Option<f64>)> = held
            .iter()
            .filter(|symbol| **symbol != state.symbol)
            .map(|symbol| (*symbol, state_of(symbols, *symbol).and_then(|s| state.correlation(s))))
            .collect();
        let reserved_risk: Money = self.reserved.iter().map(|r| r.risk).sum();
        let reserved_cash: f64 = self.reserved.iter().map(|r| r.cash).sum();
        let recent = self.entries_of_this_session();
        let (spendable, unsettled) = self.cash_to_spend();
        use_view(&BookView {
            equity: self.in_listing(mark.equity),
            cash: self.in_listing(spendable.to_f64()) - reserved_cash,
            unsettled: self.in_listing(unsettled.to_f64()),
            drawdown: mark.drawdown,
            drawdown_20: mark.drawdown_20,
            day_return: mark.day_return,
            stopped: mark.stopped,
            open_risk: (self.money_in_listing(self.book.open_risk()) + reserved_risk).to_f64(),
            positions: held.len(),
            held: &held,
            close: state.last_close.map_or(f64::NAN, |(_, close)| close),
            adv_20: state.volumes.median(),
            correlations: &correlations,
            spread: 2.0 * self.costs.half_spread_bps / 1e4,
            traffic: self.traffic(state.symbol, &recent),
            standing: self.standing(index, symbols),
            account: self.at_broker.as_ref().map(|account| AccountSight {
                account,
                promised: reserved_cash,
                own: self.own_value(),
            }),
        })
    }

    /// Value of positions, pending entries and what this cycle has approved.
    fn own_value(&self) -> f64 {
        let positions = self.book.positions().map(|p| self.money_in_listing(p.value()));
        let pending = self.book.pending().map(|p| p.intent.notional);
        let reserved = self.reserved.iter().map(|r| r.notional);
        positions.chain(pending).chain(reserved).sum::<Money>().to_f64()
    }

    /// On daily bars an entry that was not filled has ended by the next close, so what lies within
    /// 24 hours is what this cycle has approved. On shorter ones what was sent since the open counts
    /// too.
    fn entries_of_this_session(&self) -> Vec<Fingerprint> {
        let same =
            |r: &Reservation| Fingerprint { symbol: r.symbol, shares: r.shares, limit: r.limit };
        self.earlier.entries().chain(self.reserved.iter().map(same)).collect()
    }

    /// All orders of a cycle leave within one minute of its close.
    fn traffic<'a>(&self, symbol: Symbol, recent: &'a [Fingerprint]) -> Traffic<'a> {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let now = count(self.reserved.len()).saturating_add(self.exits_sent);
        let sent = count(recent.len()) + self.exits_sent + self.earlier.exits;
        let of_symbol = count(recent.iter().filter(|sent| sent.symbol == symbol).count());
        Traffic {
            messages_minute: now,
            messages_session: sent,
            entries_of_symbol: of_symbol,
            minutes_since_entry: self.minutes_since_entry(symbol),
            recent,
            resting_sell: self.book.position(symbol).map(|position| position.target),
        }
    }

    fn minutes_since_entry(&self, symbol: Symbol) -> Option<f64> {
        let now = self.reserved.iter().any(|r| r.symbol == symbol);
        now.then_some(0.0).or_else(|| self.earlier.minutes_since(symbol))
    }

    fn standing(&self, index: usize, symbols: &[SymbolState]) -> Standing {
        let sector = &symbols[index].sector;
        let of_sector =
            |symbol: Symbol| state_of(symbols, symbol).is_some_and(|s| s.sector == *sector);
        let positions =
            self.book.positions().map(|p| (p.intent.symbol, self.money_in_listing(p.value())));
        let pending = self.book.pending().map(|p| (p.intent.symbol, p.intent.notional));
        let reserved = self.reserved.iter().map(|r| (r.symbol, r.notional));
        let in_sector: Money = positions
            .chain(pending)
            .chain(reserved)
            .filter(|(symbol, _)| of_sector(*symbol))
            .map(|(_, value)| value)
            .sum();
        let entered: Money = self.reserved.iter().map(|r| r.notional).sum();
        Standing {
            entered: entered.to_f64(),
            in_sector: in_sector.to_f64(),
            losses_in_a_row: self.losses_in_a_row,
        }
    }
}

/// The state of a symbol, among all in symbol order.
fn state_of(symbols: &[SymbolState], symbol: Symbol) -> Option<&SymbolState> {
    symbols.binary_search_by_key(&symbol, |state| state.symbol).ok().map(|at| &symbols[at])
}
