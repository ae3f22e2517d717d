//! What the engine carries from session to session about one symbol.

use std::collections::VecDeque;

use tradebot_domain::{ActionKind, Bar, CorporateAction, Moment, SessionData, Symbol};
use tradebot_features::SymbolFeatures;
use tradebot_quality_gates::{GateConfig, SymbolGate};

use crate::config::EngineConfig;
use crate::shadow::Shadow;
use crate::volumes::Volumes;

/// Sessions over which correlations are measured.
pub const CORRELATION_SESSIONS: usize = 60;
/// Fewest common sessions for a correlation to be known.
pub const CORRELATION_COMMON_MIN: usize = 40;

/// One symbol's gate, features, open shadow brackets and short histories.
pub struct SymbolState {
    /// The symbol.
    pub symbol: Symbol,
    /// Its sector, where that is known.
    pub sector: Option<String>,
    /// Its quality gate.
    pub gate: SymbolGate,
    /// Its incremental features, fed with continuous bars.
    pub features: SymbolFeatures,
    /// Product of all split and dividend factors with ex-dates up to the last bar.
    pub factor: f64,
    /// Last raw close and its session.
    pub last_close: Option<(Moment, f64)>,
    /// First continuous close of the run, for buy-and-hold.
    pub first_close: Option<f64>,
    /// Last continuous close.
    pub continuous_close: Option<f64>,
    /// Log returns of the last sessions, by session.
    pub returns: VecDeque<(Moment, f64)>,
    /// Raw volumes of the last sessions, in today's shares.
    pub volumes: Volumes,
    /// Actions that met no usable bar on their ex-date.
    pub actions_waiting: Vec<CorporateAction>,
    /// Brackets whose end is not known yet, in order of decision.
    pub shadows: Vec<Shadow>,
}

impl SymbolState {
    /// A symbol nothing is known of yet.
    pub fn new(symbol: Symbol, sector: Option<String>) -> Self {
        Self {
            symbol,
            sector,
            gate: SymbolGate::new(symbol, GateConfig::default()),
            features: SymbolFeatures::new(),
            factor: 1.0,
            last_close: None,
            first_close: None,
            continuous_close: None,
            returns: VecDeque::with_capacity(CORRELATION_SESSIONS + 1),
            volumes: Volumes::NONE,
            actions_waiting: Vec::new(),
            shadows: Vec::new(),
        }
    }

    /// A symbol of a run nothing is known of yet.
    pub fn of(symbol: Symbol, config: &EngineConfig) -> Self {
        let mut state = Self::new(symbol, config.sectors.get(&symbol).cloned());
        if config.intraday.is_some() {
            state.gate = SymbolGate::new(symbol, GateConfig::default().for_intraday());
        }
        state
    }

    /// Takes a session's raw bar and the actions of its date into the histories, and returns the
    /// continuous bar for the features.
    pub fn take(&mut self, bar: &Bar, actions: &[CorporateAction]) -> Bar {
        self.take_actions(bar, actions);
        let continuous = bar.scaled(self.factor);
        if let Some(previous) = self.continuous_close {
            push_capped(
                &mut self.returns,
                (bar.date, (continuous.close / previous).ln()),
                CORRELATION_SESSIONS,
            );
        }
        self.volumes.push(bar.volume);
        self.continuous_close = Some(continuous.close);
        self.last_close = Some((bar.date, bar.close));
        continuous
    }

    /// [`SymbolState::take`] without the continuous bar.
    ///
    /// - **alone:** the run has no other symbol, so that nobody asks for returns.
    #[expect(clippy::inline_always, reason = "most of it falls away where it is called")]
    #[inline(always)]
    pub fn follow(&mut self, bar: &Bar, actions: &[CorporateAction], alone: bool) {
        if !actions.is_empty() {
            self.take_actions(bar, actions);
        }
        let close = bar.close * self.factor;
        if !alone && let Some(previous) = self.continuous_close {
            push_capped(
                &mut self.returns,
                (bar.date, (close / previous).ln()),
                CORRELATION_SESSIONS,
            );
        }
        self.volumes.push(bar.volume);
        self.continuous_close = Some(close);
        self.last_close = Some((bar.date, bar.close));
    }

    /// The actions that take effect with the next bar that can be walked: those that wait for one,
    /// and the session's. None waits any longer.
    pub fn actions_of(&mut self, data: &SessionData) -> Vec<CorporateAction> {
        let mut actions = std::mem::take(&mut self.actions_waiting);
        let of_symbol = data.actions.iter().filter(|(symbol, _)| *symbol == self.symbol);
        actions.extend(of_symbol.map(|(_, action)| *action));
        actions
    }

    fn take_actions(&mut self, bar: &Bar, actions: &[CorporateAction]) {
        for action in actions {
            self.factor *= action.continuity_factor(bar.close);
            if let ActionKind::Split { .. } = action.kind {
                let ratio = action.continuity_factor(bar.close);
                self.volumes.scale(ratio);
            }
        }
    }

    /// ATR(14) in raw currency per share, once warm.
    pub fn atr(&self) -> Option<f64> {
        self.features.atr().map(|atr| atr / self.factor)
    }

    /// Correlation of log returns over the sessions that both symbols have among their last 60;
    /// `None` with fewer than 40 in common or without variance.
    pub fn correlation(&self, other: &Self) -> Option<f64> {
        let mut pairs = Vec::with_capacity(CORRELATION_SESSIONS);
        let mut theirs = other.returns.iter().peekable();
        for (date, mine) in &self.returns {
            while theirs.next_if(|(d, _)| d < date).is_some() {}
            if let Some((_, their)) = theirs.next_if(|(d, _)| d == date) {
                pairs.push((*mine, *their));
            }
        }
        (pairs.len() >= CORRELATION_COMMON_MIN).then(|| pearson(&pairs)).flatten()
    }
}

/// Pearson's correlation; `None` when either side does not vary.
fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean_x = pairs.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_y = pairs.iter().map(|p| p.1).sum::<f64>() / n;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

fn push_capped<T>(queue: &mut VecDeque<T>, value: T, cap: usize) {
    if queue.len() == cap {
        queue.pop_front();
    }
    queue.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_returns(symbol: &str, returns: &[(i8, f64)]) -> SymbolState {
        let mut s = SymbolState::new(Symbol::new(symbol).unwrap(), None);
        let start: tradebot_domain::Date = "2010-01-01".parse().unwrap();
        for (day, r) in returns {
            let date = (start + jiff_days(i32::from(*day))).into();
            s.returns.push_back((date, *r));
        }
        s
    }

    fn jiff_days(n: i32) -> tradebot_domain::Span {
        tradebot_domain::Span::new().days(n)
    }

    #[test]
    fn correlation_uses_only_common_sessions_and_needs_forty() {
        let wave = |d: i8| f64::from(d % 5) - 2.0;
        let a: Vec<_> = (0..60).map(|d| (d, wave(d))).collect();
        let b: Vec<_> = (0..60).filter(|d| d % 4 != 0).map(|d| (d, wave(d) * 3.0)).collect();
        let c: Vec<_> = (0..30).map(|d| (d, wave(d))).collect();
        let (a, b, c) = (with_returns("A", &a), with_returns("B", &b), with_returns("C", &c));
        assert!((a.correlation(&b).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(a.correlation(&c), None, "30 in common are too few");
    }

    #[test]
    fn a_split_leaves_returns_without_a_step() {
        let mut s = SymbolState::new(Symbol::new("A").unwrap(), None);
        let date: Moment = "2010-01-04".parse().unwrap();
        let bar =
            |close: f64| Bar { date, open: close, high: close, low: close, close, volume: 10.0 };
        s.take(&bar(100.0), &[]);
        let split = CorporateAction {
            ex_date: date.date(),
            kind: ActionKind::Split { ratio: tradebot_domain::Decimal::TWO },
        };
        let continuous = s.take(&bar(51.0), &[split]);
        assert!((continuous.close - 102.0).abs() < 1e-12);
        assert!((s.returns[0].1 - 1.02_f64.ln()).abs() < 1e-12);
        assert_eq!(s.volumes.median(), 15.0, "old volume counted in new shares");
    }
}
