//! The weather all symbols share: the context index and the VIX.

use serde::{Deserialize, Serialize};
use tradebot_domain::Bar;

use crate::operators::ewma::SESSIONS_PER_YEAR;
use crate::operators::{EwmaVolatility, LogReturn, RollingMax, Window};
use crate::period::Period;
use crate::running::RunningDeviation;
use crate::symbol::is_usable;

/// What every symbol of a session is told about the market. Formulas: [`crate::set`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MarketContext {
    /// VIX close of the session before, in points, or its proxy.
    pub vix: f64,
    /// `vix` is computed from index volatility, not quoted.
    pub vix_is_proxy: bool,
    /// Log change of `vix` over 5 sessions, both ends from the same source.
    pub vix_change_5: f64,
    /// Log return of the index in this session.
    pub index_return_1: f64,
    /// Log return of the index over 20 sessions.
    pub index_return_20: f64,
    /// Annualised deviation of the index's last 20 log returns, a fraction.
    pub index_vol_20: f64,
    /// Index close over its highest high of 252 sessions, less 1; in -1..=0.
    pub index_drawdown: f64,
}

impl MarketContext {
    /// Stands in where there is no index: the long-run median of the VIX (17.8, 1990-2022), the
    /// same as volatility, and no movement.
    pub const NEUTRAL: Self = Self {
        vix: 17.8,
        vix_is_proxy: true,
        vix_change_5: 0.0,
        index_return_1: 0.0,
        index_return_20: 0.0,
        index_vol_20: 0.178,
        index_drawdown: 0.0,
    };
}

/// The VIX as far as it is known before the open of the next session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VixReading {
    /// In points, above 0.
    pub value: f64,
    /// Computed from index volatility, not quoted.
    pub is_proxy: bool,
}

/// The VIX of the session before, or what index volatility says it would be:
/// 7.2 + 0.78 x EWMA volatility in percent (decay 0.94, annualised).
///
/// The line was fitted to S&P 500 closes and the VIX of 1990-2022; correlation 0.91.
#[derive(Debug, Clone)]
pub struct VixOrProxy {
    volatility: EwmaVolatility,
}

const PROXY_INTERCEPT: f64 = 7.2;
const PROXY_SLOPE: f64 = 0.78;
const PROXY_DECAY: f64 = 0.94;

impl Default for VixOrProxy {
    fn default() -> Self {
        Self::new()
    }
}

impl VixOrProxy {
    /// Knows no close yet.
    pub fn new() -> Self {
        Self { volatility: EwmaVolatility::new(PROXY_DECAY) }
    }

    /// Takes the index close of the session and the VIX close of the session before; gives the
    /// quoted value (else the proxy) and the proxy itself.
    ///
    /// **Edges:** a VIX that is not a finite number above zero counts as missing. `None` without
    /// a VIX and before the proxy is warm.
    pub fn update(&mut self, close: f64, vix_previous_close: Option<f64>) -> Option<VixReading> {
        self.update_both(close, vix_previous_close).0
    }

    fn update_both(
        &mut self,
        close: f64,
        quoted: Option<f64>,
    ) -> (Option<VixReading>, Option<f64>) {
        let proxy =
            self.volatility.update(close).map(|v| PROXY_INTERCEPT + PROXY_SLOPE * 100.0 * v);
        let reading = match quoted.filter(|vix| vix.is_finite() && *vix > 0.0) {
            Some(value) => Some(VixReading { value, is_proxy: false }),
            None => proxy.map(|value| VixReading { value, is_proxy: true }),
        };
        (reading, proxy)
    }
}

/// Change of the VIX over 5 sessions. Where one end is quoted and the other is not, the proxies
/// of both ends are compared: a change of source is no change of weather.
#[derive(Debug, Clone)]
struct VixChange {
    quoted: Window,
    proxies: Window,
}

/// Marks a session without a quoted VIX; a quoted one is above 0.
const NOT_QUOTED: f64 = 0.0;

impl VixChange {
    fn new() -> Self {
        let sessions = Period::of::<6>();
        Self { quoted: Window::new(sessions), proxies: Window::new(sessions) }
    }

    fn update(&mut self, reading: VixReading, proxy: f64) -> f64 {
        self.quoted.push(if reading.is_proxy { NOT_QUOTED } else { reading.value });
        self.proxies.push(proxy);
        let change = |window: &Window| {
            let (now, then) = (window.ago(0)?, window.ago(5)?);
            (now > 0.0 && then > 0.0).then(|| (now / then).ln())
        };
        change(&self.quoted).or_else(|| change(&self.proxies)).unwrap_or(0.0)
    }
}

/// Features of the context index, one session at a time.
#[derive(Debug, Clone)]
pub struct MarketFeatures {
    sessions_seen: u32,
    return_1: LogReturn,
    return_20: LogReturn,
    deviation_20: RunningDeviation,
    highest_252: RollingMax,
    vix: VixOrProxy,
    vix_change: VixChange,
}

impl Default for MarketFeatures {
    fn default() -> Self {
        Self::new()
    }
}

impl MarketFeatures {
    /// Sessions until the first context, that session included.
    pub const WARM_UP: u32 = 252;

    /// Knows no session yet.
    pub fn new() -> Self {
        Self {
            sessions_seen: 0,
            return_1: LogReturn::new(Period::of::<1>()),
            return_20: LogReturn::new(Period::of::<20>()),
            deviation_20: RunningDeviation::new(Period::of::<20>()),
            highest_252: RollingMax::new(Period::of::<252>()),
            vix: VixOrProxy::new(),
            vix_change: VixChange::new(),
        }
    }

    /// Takes the session's index bar and the VIX close of the session before it.
    ///
    /// **Edges:** `None` while warming up, and for a bar with a price that is no price: that leaves
    /// the state as it was.
    pub fn update(
        &mut self,
        index: &Bar,
        vix_previous_close: Option<f64>,
    ) -> Option<MarketContext> {
        if !is_usable(index) {
            return None;
        }
        self.sessions_seen = self.sessions_seen.saturating_add(1);
        let return_1 = self.return_1.update(index.close);
        let return_20 = self.return_20.update(index.close);
        let deviation = return_1.and_then(|change| self.deviation_20.update(change));
        let highest = self.highest_252.update(index.high);
        let (vix, proxy) = self.vix.update_both(index.close, vix_previous_close);
        let (vix, proxy) = vix.zip(proxy)?;
        let vix_change_5 = self.vix_change.update(vix, proxy);
        if self.sessions_seen < Self::WARM_UP {
            return None;
        }
        Some(MarketContext {
            vix: vix.value,
            vix_is_proxy: vix.is_proxy,
            vix_change_5,
            index_return_1: return_1?,
            index_return_20: return_20?,
            index_vol_20: SESSIONS_PER_YEAR.sqrt() * deviation?,
            index_drawdown: (index.close / highest? - 1.0).min(0.0),
        })
    }
}

#[cfg(test)]
mod tests;
