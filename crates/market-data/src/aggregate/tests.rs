//! Tests of the module `aggregate`.

use proptest::prelude::*;

use super::*;

const NYSE: Exchange = Exchange::Xnys;

/// The day before Thanksgiving 2013, and the half day after it.
const DAYS: [Date; 2] = [Date::constant(2013, 11, 27), Date::constant(2013, 11, 29)];

fn at(date: Date, minute: u16) -> Moment {
    Moment::at(date, u32::from(minute)).unwrap()
}

/// One-minute bars of whole shares, so that volumes add up to the same number in any order.
fn minutes(present: &[bool], steps: &[i8]) -> Vec<Bar> {
    let mut price = 100.0;
    let all = DAYS.into_iter().flat_map(|date| {
        let hours = NYSE.session_minutes(date).unwrap().unwrap();
        hours.moments(date, Interval::MINUTE)
    });
    all.zip(present.iter().cycle().zip(steps.iter().cycle()))
        .filter_map(|(date, (present, step))| {
            let open = price;
            price += f64::from(*step) / 8.0;
            let (high, low) = (open.max(price) + 0.125, open.min(price) - 0.125);
            let volume = 100.0 + f64::from(*step);
            present.then_some(Bar { date, open, high, low, close: price, volume })
        })
        .collect()
}

fn interval(text: &str) -> Interval {
    text.parse().unwrap()
}

fn market() -> impl Strategy<Value = Vec<Bar>> {
    let present = prop::collection::vec(prop::bool::weighted(0.8), 7..200);
    (present, prop::collection::vec(-3_i8..=3, 5..150))
        .prop_map(|(present, steps)| minutes(&present, &steps))
}

proptest! {
    #[test]
    fn by_way_of_a_shorter_interval_the_bars_are_the_same(bars in market()) {
        for (short, long) in [("5m", "15m"), ("5m", "30m"), ("15m", "1h"), ("30m", "1h"), ("1h", "1d")] {
            // What is complete is complete by the end of the last session.
            let through = |bars: &[Bar], by: &str| {
                let mut aggregator = Aggregator::new(NYSE, interval(by));
                let mut all: Vec<Bar> = bars.iter().flat_map(|b| aggregator.push(b)).flatten().collect();
                all.extend(aggregator.finish(Moment::daily(DAYS[1])));
                all
            };
            prop_assert_eq!(through(&through(&bars, short), long), through(&bars, long));
        }
    }

    #[test]
    fn nothing_is_lost_and_nothing_made_up(bars in market(), by in 0..5_usize) {
        let by = interval(["1m", "5m", "15m", "30m", "1h"][by]);
        let mut aggregator = Aggregator::new(NYSE, by);
        let mut all: Vec<Bar> = bars.iter().flat_map(|b| aggregator.push(b)).flatten().collect();
        all.extend(aggregator.finish(Moment::daily(DAYS[1])));
        let sum = |bars: &[Bar]| bars.iter().map(|b| b.volume).sum::<f64>();
        prop_assert_eq!(sum(&all), sum(&bars));
        let high = |bars: &[Bar]| bars.iter().map(|b| b.high).fold(0.0, f64::max);
        prop_assert_eq!(high(&all), high(&bars));
        prop_assert!(all.is_sorted_by(|a, b| a.date < b.date));
        for bar in &all {
            let hours = NYSE.session_minutes(bar.date.date()).unwrap().unwrap();
            let end = bar.date.minute().unwrap();
            prop_assert!(hours.ends(by).any(|e| e == end), "{}", bar.date);
            let start = end.saturating_sub(by.minutes().unwrap());
            let within: Vec<&Bar> = bars.iter().filter(|b| {
                let minute = b.date.minute().unwrap();
                // The last bar of a session may be shorter.
                b.date.date() == bar.date.date() && minute <= end
                    && hours.end_of(minute, by) == Some(end) && minute > start.min(end)
            }).collect();
            prop_assert!(!within.is_empty(), "a bar of nothing");
            prop_assert_eq!(bar.open, within[0].open);
            prop_assert_eq!(bar.close, within[within.len() - 1].close);
        }
    }

    #[test]
    fn a_bar_appears_only_when_it_is_complete_and_is_not_revised(
        bars in market(), cut in any::<prop::sample::Index>(), by in 0..6_usize,
    ) {
        let by = interval(["1m", "5m", "15m", "30m", "1h", "1d"][by]);
        let whole = aggregate(&bars, NYSE, by);
        let cut = cut.index(bars.len() + 1);
        let known = aggregate(&bars[..cut], NYSE, by);
        prop_assert_eq!(&known[..], &whole[..known.len()]);
        if let (Some(last), Some(now)) = (known.last(), bars[..cut].last()) {
            // A daily bar is complete with the minute of the close.
            let closes = NYSE.session_minutes(now.date.date()).unwrap().unwrap().close;
            let closed = now.date.minute() == Some(closes);
            prop_assert!(last.date <= now.date || (by.is_daily() && closed));
        }
    }
}

#[test]
fn a_half_day_ends_at_one_and_no_bar_crosses_a_session() {
    let bars = minutes(&[true], &[1]);
    assert_eq!(bars.len(), 390 + 210);
    let hours = aggregate(&bars, NYSE, interval("1h"));
    let ends: Vec<String> = hours.iter().map(|b| b.date.to_string()).collect();
    assert_eq!(ends[6..9], ["2013-11-27T16:00", "2013-11-29T10:30", "2013-11-29T11:30"]);
    assert_eq!(ends.last().unwrap(), "2013-11-29T13:00");
    let days = aggregate(&bars, NYSE, Interval::DAILY);
    assert_eq!(days.len(), 2);
    assert_eq!(days[1].date, Moment::daily(DAYS[1]));
    assert_eq!(days[1].open, bars[390].open);
}

#[test]
fn what_is_outside_of_the_session_belongs_to_no_bar() {
    let mut bars = minutes(&[true], &[1]);
    let clean = aggregate(&bars, NYSE, interval("30m"));
    let odd = |date| Bar { date, high: 1e6, volume: 1e6, ..bars[0] };
    let outside = [
        odd(at(DAYS[0], 570)), // ends with the open
        odd(at(DAYS[0], 961)),
        odd(at(DAYS[1], 781)),                      // after an early close
        odd(at(Date::constant(2013, 11, 28), 600)), // Thanksgiving
        odd(Moment::daily(DAYS[0])),
    ];
    bars.extend(outside);
    bars.sort_by_key(|bar| bar.date);
    assert_eq!(aggregate(&bars, NYSE, interval("30m")), clean);
}

#[test]
fn a_bar_whose_last_minute_is_missing_appears_with_the_next_one() {
    let bars = minutes(&[true], &[1]);
    let mut aggregator = Aggregator::new(NYSE, interval("5m"));
    for bar in &bars[..4] {
        assert_eq!(aggregator.push(bar), [None, None]);
    }
    let [earlier, complete] = aggregator.push(&bars[5]);
    assert_eq!(earlier.map(|b| (b.date, b.close)), Some((at(DAYS[0], 575), bars[3].close)));
    assert_eq!(complete, None);
    assert_eq!(aggregator.push(&bars[5]), [None, None], "the same bar twice");
}
