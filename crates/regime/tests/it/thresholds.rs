//! The rule with other thresholds than the default ones, and with features missing, against the
//! rule written down a second time.

use proptest::prelude::*;
use tradebot_domain::Bar;
use tradebot_features::Period;
use tradebot_features::operators::{MidRankPercentile, Natr};
use tradebot_regime::{RegimeConfig, RegimeDetector, SeverityMachine, TrendMachine};

use crate::series::index;

/// Severities as the rule says them, from the whole history at once: -1 is undetermined.
fn severities(config: &RegimeConfig, sessions: &[(Option<f64>, Option<f64>)]) -> Vec<i32> {
    let reached =
        |x: f64, levels: &[f64]| -> i32 { levels.iter().map(|level| i32::from(x >= *level)).sum() };
    let mut said = Vec::new();
    let mut state = -1;
    let mut lower = 0;
    for (vix, rank) in sessions {
        if vix.is_none() && rank.is_none() {
            said.push(-1);
            continue;
        }
        let levels = |v: &[f64], r: &[f64]| {
            vix.map_or(-1, |x| reached(x, v)).max(rank.map_or(-1, |x| reached(x, r)))
        };
        let (up, down) =
            (levels(&config.vix_up, &config.atr_up), levels(&config.vix_down, &config.atr_down));
        lower = if up <= state && down < state { lower + 1 } else { 0 };
        if up > state {
            state = up;
        } else if lower >= config.dwell_sessions {
            (state, lower) = (down, 0);
        }
        said.push(state);
    }
    said
}

/// The trend of the last session from the whole history at once: (trending, sessions).
fn trend(config: &RegimeConfig, adx: &[f64]) -> (bool, usize) {
    let mut states = Vec::new();
    for value in adx {
        let before = states.last() == Some(&true);
        states.push(*value >= if before { config.trend_leave } else { config.trend_enter });
    }
    let last = states[states.len() - 1];
    (last, states.iter().rev().take_while(|state| **state == last).count())
}

fn rising<const N: usize>(low: f64, high: f64) -> impl Strategy<Value = ([f64; N], [f64; N])> {
    let gaps = prop::array::uniform::<_, N>(0.05_f64..1.0);
    let drops = prop::array::uniform::<_, N>(0.0_f64..1.0);
    (gaps, drops).prop_map(move |(gaps, drops)| {
        let sum: f64 = gaps.iter().sum::<f64>() + 0.2;
        let mut reached = 0.1;
        let mut floor = 0.0;
        let (mut up, mut down) = ([0.0; N], [0.0; N]);
        for i in 0..N {
            reached += gaps[i];
            up[i] = low + (high - low) * reached / sum;
            // Between the way down below and the way up of this level.
            let least = f64::max(floor, 0.01);
            down[i] = least + (up[i] - least) * (0.5 + 0.5 * drops[i]);
            floor = down[i];
        }
        (up, down)
    })
}

fn configs() -> impl Strategy<Value = RegimeConfig> {
    let scalars = (1_u32..8, 1_u32..8, 15.0_f64..40.0, 0.3_f64..1.0);
    (rising::<3>(8.0, 60.0), rising::<2>(0.05, 0.95), scalars).prop_map(|(vix, atr, scalars)| {
        let (dwell_sessions, confirm_sessions, trend_enter, leave) = scalars;
        RegimeConfig {
            vix_up: vix.0,
            vix_down: vix.1,
            atr_up: atr.0,
            atr_down: atr.1,
            dwell_sessions,
            confirm_sessions,
            trend_enter,
            trend_leave: trend_enter * leave,
            ..RegimeConfig::default()
        }
    })
}

type Features = Vec<(Option<f64>, Option<f64>)>;

/// Sessions in which a feature is missing now and then, and both sometimes.
fn features() -> impl Strategy<Value = Features> {
    let vix = prop::option::weighted(0.8, 8.0_f64..60.0);
    let rank = prop::option::weighted(0.8, 0.0_f64..1.0);
    prop::collection::vec((vix, rank), 1..120)
}

proptest! {
    #[test]
    fn severity_follows_any_thresholds_and_dwell(config in configs(), sessions in features()) {
        prop_assert_eq!(config.validate(), Ok(()));
        let mut machine = SeverityMachine::new(config);
        let got: Vec<i32> = sessions
            .iter()
            .map(|(vix, rank)| machine.update(*vix, *rank).map_or(-1, i32::from))
            .collect();
        prop_assert_eq!(got, severities(&config, &sessions));
    }

    #[test]
    fn trend_follows_any_thresholds_and_confirmation(
        config in configs(), adx in prop::collection::vec(0.0_f64..60.0, 1..60)
    ) {
        let mut machine = TrendMachine::new(config);
        for (i, value) in adx.iter().enumerate() {
            let got = machine.update(*value);
            let (trending, sessions) = trend(&config, &adx[..=i]);
            prop_assert_eq!((got.trending, got.sessions as usize), (trending, sessions));
            prop_assert_eq!(got.confirmed, got.sessions >= config.confirm_sessions);
        }
    }
}

/// The proxy as its formula has it: 7.2 + 0.78 x EWMA volatility in percent, decay 0.94, seeded by
/// the mean square of the first twenty returns.
fn proxies(bars: &[Bar]) -> Vec<Option<f64>> {
    let squares: Vec<f64> =
        bars.windows(2).map(|pair| (pair[1].close / pair[0].close).ln().powi(2)).collect();
    let mut variance = squares[..20].iter().sum::<f64>() / 20.0;
    let mut proxies = vec![None; 20];
    for t in 20..bars.len() {
        if t > 20 {
            variance = 0.94 * variance + 0.06 * squares[t - 1];
        }
        proxies.push(Some(7.2 + 0.78 * 100.0 * (252.0 * variance).sqrt()));
    }
    proxies
}

/// With an index, a missing VIX is replaced by its proxy, never by the range alone.
#[test]
fn without_a_vix_the_detector_reads_the_proxy_and_the_range_of_the_index() {
    let bars = &index()[..2_600];
    let mut detector = RegimeDetector::new(RegimeConfig::default());
    let mut natr = Natr::new(Period::of::<14>());
    let mut rank = MidRankPercentile::new(Period::of::<252>());
    let mut machine = SeverityMachine::new(RegimeConfig::default());
    for (t, (bar, proxy)) in bars.iter().zip(proxies(bars)).enumerate() {
        // Every third year the VIX is there, and flat.
        let quoted = (t / 252 % 3 == 2).then_some(18.0);
        let reading = detector.update(bar, quoted);
        let rank = natr.update(bar).and_then(|natr| rank.update(natr));
        let severity = machine.update(quoted.or(proxy), rank);
        let Some(reading) = reading else {
            assert!(t + 1 < RegimeDetector::WARM_UP as usize, "{}", bar.date);
            continue;
        };
        assert_eq!(Some(reading.severity), severity, "{}", bar.date);
        assert_eq!(reading.vix_is_proxy, quoted.is_none(), "{}", bar.date);
        let expected = quoted.or(proxy).unwrap();
        assert!((reading.vix / expected - 1.0).abs() < 1e-12, "{}: {}", bar.date, reading.vix);
    }
}

/// Without an index there is no proxy either: bars of whatever there is, and their range alone.
#[test]
fn range_alone_never_makes_a_crisis_and_comes_down_after_the_dwell() {
    let mut natr = Natr::new(Period::of::<14>());
    let mut rank = MidRankPercentile::new(Period::of::<252>());
    let mut machine = SeverityMachine::new(RegimeConfig::default());
    let ranks: Vec<Option<f64>> =
        index().iter().map(|bar| natr.update(bar).and_then(|natr| rank.update(natr))).collect();
    let sessions: Features = ranks.iter().map(|rank| (None, *rank)).collect();
    let got: Vec<i32> =
        ranks.iter().map(|rank| machine.update(None, *rank).map_or(-1, i32::from)).collect();
    assert_eq!(got, severities(&RegimeConfig::default(), &sessions));
    assert!(got[..265].iter().all(|state| *state == -1), "both missing is undetermined");
    assert!(got[265..].iter().all(|state| (0..=2).contains(state)));
    assert!((0..=2).all(|state| got.contains(&state)));
}

#[test]
fn the_detector_takes_other_thresholds_to_other_rows() {
    let strict = RegimeConfig {
        vix_up: [10.0, 12.0, 14.0],
        vix_down: [9.0, 11.0, 13.0],
        ..RegimeConfig::default()
    };
    strict.validate().unwrap();
    let severe = |config: RegimeConfig| {
        let mut detector = RegimeDetector::new(config);
        let readings = index().into_iter().filter_map(|bar| detector.update(&bar, Some(13.5)));
        readings.filter(|reading| reading.severity >= 2).count()
    };
    let sessions = index().len() - RegimeDetector::WARM_UP as usize + 1;
    assert_eq!(severe(strict), sessions);
    assert!(severe(RegimeConfig::default()) < sessions / 2);
}
