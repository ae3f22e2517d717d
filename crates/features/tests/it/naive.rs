//! The operators once more, over whole series, in plain loops straight from their definitions.
//!
//! Slow, and written without a look at the operators: nothing here is shared with them, so that
//! what both agree on is the definition. Appendices of papers and TA-Lib say where to begin.

use tradebot_domain::Bar;
use tradebot_features::operators::HarMeasure;

use crate::operator::{Answer, Kind};

/// One number per bar, none before there is one.
type Column = Vec<Option<f64>>;

/// Answers of `kind` to `bars`.
pub(crate) fn answers(kind: Kind, bars: &[Bar]) -> Vec<Answer> {
    let closes: Vec<f64> = bars.iter().map(|bar| bar.close).collect();
    match kind {
        Kind::RollingSum(n) => one(windows(&closes, n, |w| w.iter().sum())),
        Kind::Sma(n) => one(windows(&closes, n, mean)),
        Kind::Ema(n) => one(exponential(&closes, n, n - 1)),
        Kind::Wilder(n) => one(wilder(&per_bar(bars, |bar| bar.high - bar.low), n)),
        Kind::StandardDeviation(n) => one(windows(&closes, n, deviation)),
        Kind::Bollinger(n, k) => {
            let band = |side: f64| windows(&closes, n, |w| mean(w) + side * k * deviation(w));
            side_by_side(&[band(1.0), windows(&closes, n, mean), band(-1.0)])
        }
        Kind::Roc(n) => one(windows(&closes, n + 1, |w| 100.0 * (w[n] / w[0] - 1.0))),
        Kind::LogReturn(n) => one(windows(&closes, n + 1, |w| (w[n] / w[0]).ln())),
        Kind::RollingMax(n) => one(windows(&closes, n, highest)),
        Kind::RollingMin(n) => one(windows(&closes, n, lowest)),
        Kind::MidRankPercentile(n) => one(windows(&closes, n, mid_rank)),
        Kind::CoMovement(n) => co_movement(bars, n),
        Kind::Slope(n) => one(windows(&per_bar(bars, |bar| bar.close.ln()), n, slope)),
        Kind::Macd(fast, slow, signal) => macd(&closes, fast.min(slow), fast.max(slow), signal),
        Kind::Rsi(n) => one(rsi(&closes, n)),
        Kind::TrueRange => one(late(1, known(&true_ranges(bars)))),
        Kind::Atr(n) => one(atr(bars, n)),
        Kind::Natr(n) => one(natr(bars, n)),
        Kind::DirectionalMovement(n) => directional_movement(bars, n),
        Kind::Directional(n) => {
            let [plus, minus] = directional(bars, n);
            side_by_side(&[plus, minus])
        }
        Kind::Dx(n) => one(dx(bars, n)),
        Kind::Adx(n) => one(adx(bars, n)),
        Kind::Chandelier(lookback, n, k) => chandelier(bars, lookback, n, k),
        Kind::EwmaVolatility(decay) => one(ewma(&closes, decay)),
        Kind::RealisedVolatility(n) => {
            one(late(1, windows(&log_returns(&closes), n, |w| annual(mean(&squares(w))))))
        }
        Kind::Har(measure, week, month) => har(&closes, measure, week, month),
        Kind::Parkinson(n) => one(range_volatility(bars, n, |bar| {
            (bar.high / bar.low).ln().powi(2) / (4.0 * 2.0_f64.ln())
        })),
        Kind::GarmanKlass(n) => one(range_volatility(bars, n, |bar| {
            0.5 * (bar.high / bar.low).ln().powi(2)
                - (2.0 * 2.0_f64.ln() - 1.0) * (bar.close / bar.open).ln().powi(2)
        })),
        Kind::RogersSatchell(n) => one(range_volatility(bars, n, rogers_satchell)),
        Kind::YangZhang(n) => one(yang_zhang(bars, n)),
    }
}

// Shapes.

fn one(column: Column) -> Vec<Answer> {
    column.into_iter().map(|value| value.map(|value| vec![value])).collect()
}

/// Rows in which every column has a number.
fn side_by_side(columns: &[Column]) -> Vec<Answer> {
    (0..columns[0].len()).map(|i| columns.iter().map(|column| column[i]).collect()).collect()
}

/// A column about changes, moved to where the second bar of each change stands.
fn late(by: usize, column: Column) -> Column {
    std::iter::repeat_n(None, by).chain(column).collect()
}

fn known(values: &[f64]) -> Column {
    values.iter().copied().map(Some).collect()
}

fn per_bar(bars: &[Bar], value: impl Fn(&Bar) -> f64) -> Vec<f64> {
    bars.iter().map(value).collect()
}

/// `value` of each bar and the one before it; one shorter than `bars`.
fn per_pair(bars: &[Bar], value: impl Fn(&Bar, &Bar) -> f64) -> Vec<f64> {
    bars.windows(2).map(|pair| value(&pair[0], &pair[1])).collect()
}

fn windows(values: &[f64], n: usize, value: impl Fn(&[f64]) -> f64) -> Column {
    (0..values.len()).map(|i| (i + 1 >= n).then(|| value(&values[i + 1 - n..=i]))).collect()
}

// Of one window.

fn mean(window: &[f64]) -> f64 {
    window.iter().sum::<f64>() / window.len() as f64
}

fn squares(window: &[f64]) -> Vec<f64> {
    window.iter().map(|x| x * x).collect()
}

/// Sum of (x - mean x) (y - mean y).
fn cross(x: &[f64], y: &[f64]) -> f64 {
    let (centre_x, centre_y) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - centre_x) * (y - centre_y)).sum()
}

fn deviation(window: &[f64]) -> f64 {
    (cross(window, window) / window.len() as f64).sqrt()
}

fn highest(window: &[f64]) -> f64 {
    window.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn lowest(window: &[f64]) -> f64 {
    window.iter().copied().fold(f64::INFINITY, f64::min)
}

fn mid_rank(window: &[f64]) -> f64 {
    let last = window[window.len() - 1];
    let below = window.iter().filter(|x| **x < last).count() as f64;
    let equal = window.iter().filter(|x| **x == last).count() as f64;
    (below + 0.5 * equal) / window.len() as f64
}

fn slope(window: &[f64]) -> f64 {
    let bars: Vec<f64> = (0..window.len()).map(|bar| bar as f64).collect();
    if window.len() == 1 { 0.0 } else { cross(&bars, window) / cross(&bars, &bars) }
}

fn annual(variance: f64) -> f64 {
    (252.0 * variance.max(0.0)).sqrt()
}

// Recursions.

/// Exponential mean whose first value, at `first`, is the mean of the n values that end there.
fn exponential(values: &[f64], n: usize, first: usize) -> Column {
    let mut column = vec![None; values.len()];
    if first < values.len() {
        let mut level = mean(&values[first + 1 - n..=first]);
        column[first] = Some(level);
        for i in first + 1..values.len() {
            level += 2.0 / (n as f64 + 1.0) * (values[i] - level);
            column[i] = Some(level);
        }
    }
    column
}

fn wilder(values: &[f64], n: usize) -> Column {
    let mut column = vec![None; values.len()];
    if n <= values.len() {
        let mut level = mean(&values[..n]);
        column[n - 1] = Some(level);
        for i in n..values.len() {
            level += (values[i] - level) / n as f64;
            column[i] = Some(level);
        }
    }
    column
}

/// Wilder's sums: plain over the first n - 1 values, then S - S / n + new.
fn wilder_sums(values: &[f64], n: usize) -> Column {
    let mut column = vec![None; values.len()];
    let mut sum = 0.0;
    for i in 0..values.len() {
        sum = if i < n - 1 { sum } else { sum - sum / n as f64 } + values[i];
        column[i] = (i + 2 >= n).then_some(sum);
    }
    column
}

fn macd(closes: &[f64], fast: usize, slow: usize, signal: usize) -> Vec<Answer> {
    let fast = exponential(closes, fast, slow - 1);
    let slow_mean = exponential(closes, slow, slow - 1);
    let line: Vec<f64> =
        fast.iter().zip(&slow_mean).filter_map(|(f, s)| Some((*f)? - (*s)?)).collect();
    let signal = exponential(&line, signal, signal - 1);
    let histogram =
        line.iter().zip(&signal).map(|(line, signal)| Some(line - (*signal)?)).collect();
    let from_slow = |column| -> Column { late(closes.len() - line.len(), column) };
    side_by_side(&[from_slow(known(&line)), from_slow(signal.clone()), from_slow(histogram)])
}

fn rsi(closes: &[f64], n: usize) -> Column {
    let changes: Vec<f64> = closes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let gains: Vec<f64> = changes.iter().map(|x| if *x > 0.0 { *x } else { 0.0 }).collect();
    let losses: Vec<f64> = changes.iter().map(|x| if *x < 0.0 { -x } else { 0.0 }).collect();
    let index = |(gain, loss): (Option<f64>, Option<f64>)| {
        let (gain, loss) = (gain?, loss?);
        Some(if gain == 0.0 { 0.0 } else { 100.0 - 100.0 / (1.0 + gain / loss) })
    };
    late(1, wilder(&gains, n).into_iter().zip(wilder(&losses, n)).map(index).collect())
}

fn true_ranges(bars: &[Bar]) -> Vec<f64> {
    per_pair(bars, |before, bar| {
        let gap = (bar.high - before.close).abs().max((bar.low - before.close).abs());
        gap.max(bar.high - bar.low)
    })
}

fn atr(bars: &[Bar], n: usize) -> Column {
    late(1, wilder(&true_ranges(bars), n))
}

fn natr(bars: &[Bar], n: usize) -> Column {
    atr(bars, n).iter().zip(bars).map(|(atr, bar)| Some((*atr)? / bar.close * 100.0)).collect()
}

/// +DM and -DM of each bar but the first.
fn movements(bars: &[Bar]) -> [Vec<f64>; 2] {
    let up = per_pair(bars, |before, bar| bar.high - before.high);
    let down = per_pair(bars, |before, bar| before.low - bar.low);
    let larger = |a: &[f64], b: &[f64]| -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| if a > b && *a > 0.0 { *a } else { 0.0 }).collect()
    };
    [larger(&up, &down), larger(&down, &up)]
}

fn directional_movement(bars: &[Bar], n: usize) -> Vec<Answer> {
    side_by_side(&movements(bars).map(|movement| late(1, wilder_sums(&movement, n))))
}

fn directional(bars: &[Bar], n: usize) -> [Column; 2] {
    let ranges = wilder_sums(&true_ranges(bars), n);
    movements(bars).map(|movement| {
        let share = |(moved, range): (Option<f64>, &Option<f64>)| {
            let (moved, range) = (moved?, (*range)?);
            Some(if range == 0.0 { 0.0 } else { 100.0 * moved / range })
        };
        let shares = wilder_sums(&movement, n).into_iter().zip(&ranges).map(share);
        // The plain sums, one bar before, are no indicator yet.
        late(1, shares.enumerate().map(|(i, share)| share.filter(|_| i + 1 >= n)).collect())
    })
}

/// DX from bar n + 1 on; `None` inside where nothing moved in either direction.
fn bare_dx(bars: &[Bar], n: usize) -> Column {
    let [plus, minus] = directional(bars, n);
    let index = |(plus, minus): (&Option<f64>, &Option<f64>)| {
        let (plus, minus) = ((*plus)?, (*minus)?);
        (plus + minus > 0.0).then(|| 100.0 * (plus - minus).abs() / (plus + minus))
    };
    plus.iter().zip(&minus).skip(n).map(index).collect()
}

fn dx(bars: &[Bar], n: usize) -> Column {
    let mut latest = 0.0;
    let column = bare_dx(bars, n).into_iter().map(|dx| {
        latest = dx.unwrap_or(latest);
        Some(latest)
    });
    late(n.min(bars.len()), column.collect())
}

fn adx(bars: &[Bar], n: usize) -> Column {
    let dx = bare_dx(bars, n);
    let mut column = vec![None; dx.len()];
    if n <= dx.len() {
        let mut level = dx[..n].iter().map(|dx| dx.unwrap_or(0.0)).sum::<f64>() / n as f64;
        column[n - 1] = Some(level);
        for i in n..dx.len() {
            level += dx[i].map_or(0.0, |dx| (dx - level) / n as f64);
            column[i] = Some(level);
        }
    }
    late(n.min(bars.len()), column)
}

// Levels and volatilities.

fn chandelier(bars: &[Bar], lookback: usize, n: usize, k: f64) -> Vec<Answer> {
    let highs = windows(&per_bar(bars, |bar| bar.high), lookback, highest);
    let lows = windows(&per_bar(bars, |bar| bar.low), lookback, lowest);
    let atr = atr(bars, n);
    (0..bars.len()).map(|i| Some(vec![highs[i]? - k * atr[i]?, lows[i]? + k * atr[i]?])).collect()
}

fn log_returns(closes: &[f64]) -> Vec<f64> {
    closes.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect()
}

fn ewma(closes: &[f64], decay: f64) -> Column {
    let squares = squares(&log_returns(closes));
    let mut column = vec![None; squares.len()];
    if squares.len() >= 20 {
        let mut variance = mean(&squares[..20]);
        column[19] = Some(annual(variance));
        for i in 20..squares.len() {
            variance = decay * variance + (1.0 - decay) * squares[i];
            column[i] = Some(annual(variance));
        }
    }
    late(1, column)
}

fn har(closes: &[f64], measure: HarMeasure, week: usize, month: usize) -> Vec<Answer> {
    let returns = log_returns(closes);
    let daily: Vec<f64> = match measure {
        HarMeasure::SquaredReturn => squares(&returns),
        HarMeasure::AbsoluteReturn => returns.iter().map(|x| x.abs()).collect(),
    };
    let columns = [1, week, month].map(|n| late(1, windows(&daily, n, mean)));
    side_by_side(&columns)
}

fn range_volatility(bars: &[Bar], n: usize, variance: impl Fn(&Bar) -> f64) -> Column {
    windows(&per_bar(bars, variance), n, |w| annual(mean(w)))
}

fn rogers_satchell(bar: &Bar) -> f64 {
    let [up, down, change] = [bar.high, bar.low, bar.close].map(|price| price.ln() - bar.open.ln());
    up * (up - change) + down * (down - change)
}

fn yang_zhang(bars: &[Bar], n: usize) -> Column {
    let later = bars.get(1..).unwrap_or(&[]);
    let night = per_pair(bars, |before, bar| (bar.open / before.close).ln());
    let day = per_bar(later, |bar| (bar.close / bar.open).ln());
    let within = per_bar(later, rogers_satchell);
    let count = n as f64;
    let k = 0.34 / (1.34 + (count + 1.0) / (count - 1.0));
    let volatility = |i: usize| {
        let window = (i + 1).checked_sub(n)?..=i;
        let [night, day] = [&night, &day].map(|x| &x[window.clone()]);
        let sample = |x: &[f64]| cross(x, x) / (count - 1.0);
        Some(annual(sample(night) + k * sample(day) + (1.0 - k) * mean(&within[window])))
    };
    late(bars.len().min(1), (0..later.len()).map(volatility).collect())
}

fn co_movement(bars: &[Bar], n: usize) -> Vec<Answer> {
    let own = per_bar(bars, |bar| (bar.close / bar.open).ln());
    let market = per_bar(bars, |bar| (bar.high / bar.low).ln());
    let reading = |i: usize| {
        let window = (i + 1).checked_sub(n)?..=i;
        let (x, y) = (&own[window.clone()], &market[window]);
        let [xx, yy, xy] = [cross(x, x), cross(y, y), cross(x, y)].map(|sum| sum / n as f64);
        // A deviation of a ten-thousandth of a percent is documented to be no movement.
        let moves = xx > 1e-12 && yy > 1e-12;
        Some(if moves { vec![xy / (xx * yy).sqrt(), xy / yy] } else { vec![0.0, 0.0] })
    };
    (0..bars.len()).map(reading).collect()
}
