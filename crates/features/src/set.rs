//! Feature set `v1`: names, formulas and ranges.
//!
//! C, H, L, O, V are close, high, low, open and volume of the bar; C\[k\] is the close k bars ago.
//! Bars are continuous: scaled so that splits and dividends leave no step. Every feature is free
//! of scale: multiplying all prices and dividing all volumes by a number changes none of them.
//! Fractions are plain numbers (0.01 = 1 %), logarithms are natural, deviations have denominator n.
//! Windows of n bars include the bar itself.
//!
//! | feature | formula | from | to |
//! |---|---|---|---|
//! | `return_1` | ln(C / C\[1\]) | -inf | inf |
//! | `return_5` | ln(C / C\[5\]) | -inf | inf |
//! | `return_20` | ln(C / C\[20\]) | -inf | inf |
//! | `return_60` | ln(C / C\[60\]) | -inf | inf |
//! | `return_120` | ln(C / C\[120\]) | -inf | inf |
//! | `sma_distance_20` | C / SMA(20) - 1 | -1 | 19 |
//! | `sma_distance_50` | C / SMA(50) - 1 | -1 | 49 |
//! | `sma_distance_200` | C / SMA(200) - 1 | -1 | 199 |
//! | `ema_distance_20` | C / EMA(20) - 1 | -1 | 9.5 |
//! | `rsi_14` | Wilder's RSI(14); 50 when nothing ever moved | 0 | 100 |
//! | `macd_line` | (EMA(12) - EMA(26)) / ATR(14) | -inf | inf |
//! | `macd_histogram` | (MACD line - its EMA(9)) / ATR(14) | -inf | inf |
//! | `adx_14` | Wilder's ADX(14) | 0 | 100 |
//! | `directional_difference_14` | +DI(14) - -DI(14) | -100 | 100 |
//! | `bollinger_z_20` | (C - SMA(20)) / SD(20); 0 when flat | -4.36 | 4.36 |
//! | `bollinger_width_20` | 4 SD(20) / SMA(20) | 0 | 17.5 |
//! | `atr_fraction_14` | Wilder's ATR(14) / C | 0 | inf |
//! | `atr_percentile_252` | mid-rank of (simple mean of the last 14 true ranges) / C within the last 252 bars | 0 | 1 |
//! | `volatility_20` | sqrt(252) SD of the last 20 one-bar log returns | 0 | inf |
//! | `volatility_60` | sqrt(252) SD of the last 60 one-bar log returns | 0 | inf |
//! | `volatility_ratio_20_60` | volatility_20 / volatility_60; 1 when flat | 0 | 1.74 |
//! | `volume_z_60` | (V - SMA of V(60)) / SD of V(60); 0 when flat | -7.69 | 7.69 |
//! | `drawdown_252` | C / highest H of 252 bars - 1 | -1 | 0 |
//! | `rise_252` | ln(C / lowest L of 252 bars) | 0 | inf |
//! | `close_in_range` | (C - L) / (H - L); 0.5 when H = L | 0 | 1 |
//! | `gap` | ln(O / C\[1\]) | -inf | inf |
//! | `weekday_sine` | sin(2 pi d / 5), d = 0 on Monday | -1 | 1 |
//! | `weekday_cosine` | cos(2 pi d / 5), d = 0 on Monday | -1 | 1 |
//! | `vix` | VIX close of the session before, or its proxy, in points | 0 | inf |
//! | `vix_change_5` | ln(vix / vix 5 sessions ago) | -inf | inf |
//! | `index_return_1` | ln(index / index\[1\]) | -inf | inf |
//! | `index_return_20` | ln(index / index\[20\]) | -inf | inf |
//! | `index_volatility_20` | sqrt(252) SD of the index's last 20 log returns | 0 | inf |
//! | `index_drawdown_252` | index close / highest index high of 252 bars - 1 | -1 | 0 |
//! | `correlation_60` | correlation of the last 60 log returns with the index's | -1 | 1 |
//! | `beta_60` | slope of the last 60 log returns on the index's, held within +-10 | -10 | 10 |
//!
//! The averages of set `v1` forget their first bar within the warm-up: a row of features depends on
//! the last 252 bars and, below three parts in a million, on nothing before. That is why its long
//! exponential mean is 20 bars, and its ATR percentile uses the simple mean of true ranges.

/// Name of the feature set. A change of any formula makes a new name: models are fitted to it.
pub const FEATURE_SET: &str = "v1";

/// What a feature is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeatureDoc {
    /// Its name, as in model cards and reports.
    pub name: &'static str,
    /// How it is computed, in the notation of the [module page](self).
    pub formula: &'static str,
    /// No value is below it; may be minus infinity, which no value is.
    pub low: f64,
    /// No value is above it; may be infinity, which no value is.
    pub high: f64,
}

/// One list for the positions in a row, the names and the documentation, so that they cannot
/// disagree.
macro_rules! features {
    ($($variant:ident, $name:literal, $low:expr, $high:expr, $formula:literal;)+) => {
        /// Position of a feature in a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Feature { $($variant),+ }

        const DOCS: &[FeatureDoc] =
            &[$(FeatureDoc { name: $name, formula: $formula, low: $low, high: $high }),+];
        const NAMES: &[&str] = &[$($name),+];
    };
}

const INFINITE: f64 = f64::INFINITY;

features! {
    Return1, "return_1", -INFINITE, INFINITE, "ln(C / C[1])";
    Return5, "return_5", -INFINITE, INFINITE, "ln(C / C[5])";
    Return20, "return_20", -INFINITE, INFINITE, "ln(C / C[20])";
    Return60, "return_60", -INFINITE, INFINITE, "ln(C / C[60])";
    Return120, "return_120", -INFINITE, INFINITE, "ln(C / C[120])";
    SmaDistance20, "sma_distance_20", -1.0, 19.0, "C / SMA(20) - 1";
    SmaDistance50, "sma_distance_50", -1.0, 49.0, "C / SMA(50) - 1";
    SmaDistance200, "sma_distance_200", -1.0, 199.0, "C / SMA(200) - 1";
    EmaDistance20, "ema_distance_20", -1.0, 9.5, "C / EMA(20) - 1";
    Rsi14, "rsi_14", 0.0, 100.0, "Wilder's RSI(14); 50 when nothing ever moved";
    MacdLine, "macd_line", -INFINITE, INFINITE, "(EMA(12) - EMA(26)) / ATR(14)";
    MacdHistogram, "macd_histogram", -INFINITE, INFINITE, "(MACD line - its EMA(9)) / ATR(14)";
    Adx14, "adx_14", 0.0, 100.0, "Wilder's ADX(14)";
    DirectionalDifference14, "directional_difference_14", -100.0, 100.0, "+DI(14) - -DI(14)";
    BollingerZ20, "bollinger_z_20", -4.36, 4.36, "(C - SMA(20)) / SD(20); 0 when flat";
    BollingerWidth20, "bollinger_width_20", 0.0, 17.5, "4 SD(20) / SMA(20)";
    AtrFraction14, "atr_fraction_14", 0.0, INFINITE, "Wilder's ATR(14) / C";
    AtrPercentile252, "atr_percentile_252", 0.0, 1.0,
        "mid-rank of (simple mean of the last 14 true ranges) / C within the last 252 bars";
    Volatility20, "volatility_20", 0.0, INFINITE, "sqrt(252) SD of the last 20 one-bar log returns";
    Volatility60, "volatility_60", 0.0, INFINITE, "sqrt(252) SD of the last 60 one-bar log returns";
    VolatilityRatio2060, "volatility_ratio_20_60", 0.0, 1.74,
        "volatility_20 / volatility_60; 1 when flat";
    VolumeZ60, "volume_z_60", -7.69, 7.69, "(V - SMA of V(60)) / SD of V(60); 0 when flat";
    Drawdown252, "drawdown_252", -1.0, 0.0, "C / highest H of 252 bars - 1";
    Rise252, "rise_252", 0.0, INFINITE, "ln(C / lowest L of 252 bars)";
    CloseInRange, "close_in_range", 0.0, 1.0, "(C - L) / (H - L); 0.5 when H = L";
    Gap, "gap", -INFINITE, INFINITE, "ln(O / C[1])";
    WeekdaySine, "weekday_sine", -1.0, 1.0, "sin(2 pi d / 5), d = 0 on Monday";
    WeekdayCosine, "weekday_cosine", -1.0, 1.0, "cos(2 pi d / 5), d = 0 on Monday";
    Vix, "vix", 0.0, INFINITE, "VIX close of the session before, or its proxy, in points";
    VixChange5, "vix_change_5", -INFINITE, INFINITE, "ln(vix / vix 5 sessions ago)";
    IndexReturn1, "index_return_1", -INFINITE, INFINITE, "ln(index / index[1])";
    IndexReturn20, "index_return_20", -INFINITE, INFINITE, "ln(index / index[20])";
    IndexVolatility20, "index_volatility_20", 0.0, INFINITE,
        "sqrt(252) SD of the index's last 20 log returns";
    IndexDrawdown252, "index_drawdown_252", -1.0, 0.0,
        "index close / highest index high of 252 bars - 1";
    Correlation60, "correlation_60", -1.0, 1.0,
        "correlation of the last 60 log returns with the index's";
    Beta60, "beta_60", -10.0, 10.0,
        "slope of the last 60 log returns on the index's, held within +-10";
}

/// How many features a row has.
pub const FEATURE_COUNT: usize = NAMES.len();

/// The names, in the order of a row.
pub fn feature_names() -> &'static [&'static str] {
    NAMES
}

/// Formula and range of each feature, in the order of a row.
pub fn feature_docs() -> &'static [FeatureDoc] {
    DOCS
}

/// Position of a feature in a row, by name.
pub fn index(name: &str) -> Option<usize> {
    NAMES.iter().position(|known| *known == name)
}

/// A row of features while it is written.
#[derive(Debug, Clone)]
pub(crate) struct Row([f64; FEATURE_COUNT]);

impl Row {
    pub(crate) const fn new() -> Self {
        Self([0.0; FEATURE_COUNT])
    }

    /// Writes one feature.
    pub(crate) fn set(&mut self, feature: Feature, value: f64) {
        debug_assert!(value.is_finite(), "{feature:?} is {value}");
        self.0[feature as usize] = value;
    }

    pub(crate) const fn values(&self) -> &[f64] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_on_the_page_is_the_table_in_the_code() {
        let bound = |x: f64| if x.is_infinite() { x.to_string() } else { format!("{x}") };
        let written: Vec<&str> =
            include_str!("set.rs").lines().filter(|line| line.starts_with("//! | `")).collect();
        let expected: Vec<String> = DOCS
            .iter()
            .map(|doc| {
                let formula = doc.formula.replace('[', r"\[").replace(']', r"\]");
                let (low, high) = (bound(doc.low), bound(doc.high));
                format!("//! | `{}` | {formula} | {low} | {high} |", doc.name)
            })
            .collect();
        assert_eq!(written, expected);
    }

    #[test]
    fn names_are_found_at_their_place_and_are_all_different() {
        for (place, name) in NAMES.iter().enumerate() {
            assert_eq!(index(name), Some(place), "{name}");
        }
        assert_eq!(index("rsi_15"), None);
        assert_eq!(index("macd_histogram"), Some(Feature::MacdHistogram as usize));
    }
}
