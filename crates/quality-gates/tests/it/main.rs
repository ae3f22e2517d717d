//! The laws of the gate, on any bars at all, through its public face.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests; the lint exempts only #[test] functions"
)]

mod dirty;

use proptest::prelude::*;
use tradebot_domain::{Bar, Date, Symbol};
use tradebot_quality_gates::{GateConfig, Level, SymbolGate, assess_series};

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => 1.0_f64..200.0,
        1 => prop::num::f64::ANY,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, 0.0, -1.0, 1e300, f64::MIN_POSITIVE]),
    ]
}

fn date(day: i16) -> Date {
    Date::constant(2010, 1, 1)
        .checked_add(tradebot_domain::Span::new().days(day))
        .expect("a few months after 2010 are dates")
}

prop_compose! {
    fn any_bar()(
        day in 0_i16..90,
        open in any_number(),
        high in any_number(),
        low in any_number(),
        close in any_number(),
        volume in any_number(),
    ) -> Bar {
        Bar { date: date(day).into(), open, high, low, close, volume }
    }
}

/// What every stage behind the gate relies on.
fn is_sound(bar: &Bar) -> bool {
    let body = (bar.open.min(bar.close), bar.open.max(bar.close));
    [bar.open, bar.high, bar.low, bar.close, bar.volume].iter().all(|x| x.is_finite() && *x > 0.0)
        && bar.low <= body.0 * (1.0 + 1e-5)
        && bar.high >= body.1 * (1.0 - 1e-5)
}

proptest! {
    #[test]
    fn nothing_unsound_is_admitted_and_every_refusal_has_its_violation(
        bars in prop::collection::vec(prop::option::weighted(0.9, any_bar()), 1..60),
    ) {
        let mut gate = SymbolGate::new(Symbol::new("X").unwrap(), GateConfig::default());
        for (i, bar) in bars.iter().enumerate() {
            let session = bar.map_or_else(|| date(i16::try_from(i).unwrap()), |bar| bar.date.date());
            let (reading, verdict) = gate.admit(session.into(), bar.as_ref(), &[], 0);
            prop_assert!((0.0..=1.0).contains(&reading.score));
            prop_assert_eq!(reading.level, Level::of(reading.score));
            match verdict {
                Ok(admitted) => {
                    prop_assert!(is_sound(admitted.bar()));
                    prop_assert_eq!(Some(admitted.bar()), bar.as_ref());
                    prop_assert!(reading.violations.iter().all(|v| !v.refuses));
                }
                Err(refused) => {
                    let first = reading.violations.iter().find(|v| v.refuses).unwrap();
                    prop_assert_eq!(first.check, refused.reason);
                    prop_assert!(reading.score < 0.6);
                }
            }
        }
    }

    #[test]
    fn after_any_history_two_calm_bars_are_enough_to_pass_again(
        bars in prop::collection::vec(any_bar(), 0..60),
        close in 1.0_f64..200.0,
    ) {
        let mut gate = SymbolGate::new(Symbol::new("X").unwrap(), GateConfig::default());
        for bar in &bars {
            let _ = gate.admit(bar.date, Some(bar), &[], 0);
        }
        // A Tuesday and a Wednesday after everything above.
        let calm = |day| Bar {
            date: day, open: close, high: close * 1.001, low: close * 0.999, close, volume: 1e5,
        };
        let (tuesday, wednesday) = (Date::constant(2010, 6, 1), Date::constant(2010, 6, 2));
        let _ = gate.admit(tuesday.into(), Some(&calm(tuesday.into())), &[], 0);
        prop_assert!(gate.admit(wednesday.into(), Some(&calm(wednesday.into())), &[], 0).1.is_ok());
    }

    #[test]
    fn a_series_report_counts_what_it_lists(bars in prop::collection::vec(any_bar(), 0..60)) {
        let symbol = Symbol::new("X").unwrap();
        let report = assess_series(symbol, &bars, &[], &|_| true, &GateConfig::default());
        prop_assert_eq!(report.counts.values().sum::<usize>(), report.findings.len());
        prop_assert!((0.0..=1.0).contains(&report.score));
    }
}
