//! On a made-up world: short, so that the proof of all twelve runs with the tests.

use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Decimal, Symbol};

use super::world::Correction;
use super::*;

/// A generator with a full period: any stream does.
struct Noise(u64);

impl Noise {
    /// In -1..1, roughly bell-shaped.
    fn next(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..4 {
            self.0 = self.0 * 48_271 % 2_147_483_647;
            sum += self.0 as f64 / 2_147_483_647.0;
        }
        sum / 2.0 - 1.0
    }
}

fn bars(dates: &[Date], start: f64, daily: f64, seed: u64) -> Vec<Bar> {
    let mut noise = Noise(seed);
    let mut close = start;
    let bar = |date: &Date| {
        let open = close * (0.3 * daily * noise.next()).exp();
        let next = open * (daily * noise.next() + 0.0003).exp();
        let wide = daily * 0.5;
        close = next;
        Bar {
            date: (*date).into(),
            open,
            high: open.max(next) * (1.0 + wide * noise.next().abs()),
            low: open.min(next) * (1.0 - wide * noise.next().abs()),
            close: next,
            volume: 1e6 * (1.2 + noise.next()),
        }
    };
    dates.iter().map(bar).collect()
}

fn world(sessions: usize) -> World {
    let first: Date = "2004-01-01".parse().unwrap();
    let mut dates = vec![first];
    while dates.len() < sessions {
        dates.push(dates.last().unwrap().tomorrow().unwrap());
    }
    let mut noise = Noise(99);
    let vix = dates.iter().map(|_| Some(18.0 + 6.0 * noise.next())).collect();
    let stock = |name: &str, seed: u64, listed: usize, gone: usize| {
        let all = bars(&dates, 40.0, 0.02, seed).into_iter().enumerate();
        let bars = all.map(|(at, bar)| (listed..gone).contains(&at).then_some(bar)).collect();
        let dividend = |of: usize| {
            let kind = ActionKind::Dividend { amount: Decimal::new(25, 2) };
            (of, CorporateAction { ex_date: dates[of], kind })
        };
        let corrections = (listed + 20..sessions - 40)
            .step_by(25)
            .map(|of| Correction { of, known: of + 30, factor: 1.03 })
            .collect();
        Stock {
            symbol: Symbol::new(name).unwrap(),
            bars,
            actions: (30..sessions).step_by(61).map(dividend).collect(),
            corrections,
        }
    };
    let stocks = vec![stock("AAA", 7, 0, sessions), stock("BBB", 11, 0, sessions - 60)];
    let index = bars(&dates, 1_000.0, 0.01, 3);
    World::new(dates, index, vix, stocks).unwrap()
}

#[test]
fn all_twelve_plants_are_found_and_nothing_honest_is_accused() {
    let proof = prove(&world(600), 1).unwrap();
    for plant in &proof.plants {
        assert!(!plant.alarms.is_empty(), "{} is not found", plant.name);
    }
    assert_eq!(proof.caught(), 12);
    let accused: Vec<_> = proof.clean.iter().filter(|s| !s.alarms.is_empty()).collect();
    assert!(accused.is_empty(), "{accused:?}");
    assert_eq!(proof.clean.len(), 36 + 3 + 1 + 6 + 1);
}

#[test]
fn each_detector_finds_what_it_is_made_for() {
    let world = world(600);
    let by = |plant: Plant| {
        let found = detect::alarms(&world, Some(plant), 1).unwrap();
        let alarms: std::collections::BTreeSet<_> =
            found.into_iter().flat_map(|s| s.alarms).collect();
        alarms
    };
    assert!(by(Plant::TomorrowsReturn).contains(&Detector::Shift));
    assert!(by(Plant::CalibratedOnScored).contains(&Detector::Permutation));
    assert!(by(Plant::VixTooEarly).contains(&Detector::Prefix));
}

#[test]
fn a_world_cut_off_knows_nothing_of_what_came_later() {
    let world = world(600);
    let then = world.as_of(300);
    assert_eq!(then.sessions().len(), 301);
    // 16:00: the close of the session is known, its VIX is not.
    assert_eq!((then.vix()[299], then.vix()[300]), (world.vix()[299], None));
    for (stock, whole) in then.stocks().iter().zip(world.stocks()) {
        assert!(stock.actions.iter().all(|(of, _)| *of <= 300));
        assert!(stock.corrections.iter().all(|c| c.known <= 300));
        assert!(stock.corrections.len() < whole.corrections.len());
        assert_eq!(stock.bars.len(), 301);
    }
}

#[test]
fn worlds_that_do_not_fit_together_are_refused() {
    let good = world(600);
    let dates = good.sessions().to_vec();
    let rebuilt = |dates: Vec<Date>, vix: usize, stocks: Vec<Stock>| {
        World::new(dates, good.index().to_vec(), good.vix()[..vix].to_vec(), stocks)
    };
    let stocks = || good.stocks().to_vec();
    assert!(rebuilt(dates.clone(), 600, stocks()).is_ok());
    let short = rebuilt(dates.clone(), 599, stocks()).unwrap_err();
    assert_eq!(short.to_string(), "vix has 599 entries; there are 600 sessions");
    let mut twice = dates.clone();
    twice[5] = twice[4];
    assert_eq!(rebuilt(twice, 600, stocks()), Err(WorldError::Order { at: 5 }));
    let mut outside = stocks();
    outside[1].corrections[0].known = outside[1].corrections[0].of;
    assert!(matches!(rebuilt(dates, 600, outside), Err(WorldError::Outside { .. })));
    assert!(matches!(Study::run(&good.as_of(400), None, None), Err(StudyError::TooShort { .. })));
}
