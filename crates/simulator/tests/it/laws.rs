//! Laws that every bar and every action keeps.

use proptest::prelude::*;
use tradebot_domain::{ActionKind, Bar, Date, Exchange};
use tradebot_simulator::{Churn, Recorded, World, WorldConfig};

use crate::numbers::{continuous, returns};

fn world(seed: u64, exchange: Exchange) -> World {
    let config = WorldConfig { seed, exchange, symbols: 30, ..WorldConfig::default() };
    World::new(config).expect("a world of plain settings")
}

fn all(world: &World) -> Vec<Recorded> {
    let shared = world.recorded();
    (1..=world.config().symbols).map(|n| shared.symbol(n)).collect()
}

fn sound(bar: &Bar) -> bool {
    bar.low > 0.0
        && bar.low <= bar.open.min(bar.close)
        && bar.high >= bar.open.max(bar.close)
        && bar.high.is_finite()
        && bar.volume >= 0.0
        && bar.volume.is_finite()
}

#[test]
fn high_and_low_enclose_open_and_close_and_prices_stand_on_ticks() {
    for exchange in Exchange::ALL {
        for recorded in all(&world(11, exchange)) {
            for bar in &recorded.bars {
                assert!(sound(bar) && bar.volume > 0.0, "{}: {bar:?}", recorded.symbol);
                for price in [bar.open, bar.high, bar.low, bar.close] {
                    let cents = price * 100.0;
                    let fine = price < 1.0;
                    assert!(fine || (cents - cents.round()).abs() < 1e-6, "{price}");
                }
            }
        }
        let backdrop = world(11, exchange).recorded().backdrop();
        let context = backdrop.index.iter().chain(&backdrop.vix).chain(&backdrop.usdcad);
        assert!(context.clone().count() > 15_000 && context.clone().all(sound));
    }
}

#[test]
fn bars_are_of_sessions_of_their_exchange_each_once() {
    for exchange in Exchange::ALL {
        for recorded in all(&world(12, exchange)) {
            let dates: Vec<Date> = recorded.bars.iter().map(|bar| bar.date.date()).collect();
            assert!(dates.is_sorted_by(|a, b| a < b));
            assert!(dates.iter().all(|d| exchange.is_session(*d).unwrap()));
            assert_eq!(recorded.symbol.as_str().contains('.'), exchange == Exchange::Xtse);
        }
    }
}

#[test]
fn actions_leave_the_continuous_series_without_a_step() {
    let (mut splits, mut dividends) = (0, 0);
    for recorded in all(&world(13, Exchange::Xnys)) {
        let raw: Vec<f64> = recorded.bars.iter().map(|bar| bar.close).collect();
        let (raw, smooth) =
            (returns(&raw), returns(&continuous(&recorded.bars, &recorded.actions)));
        let mut sizes: Vec<f64> = smooth.iter().map(|r| r.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let widest = sizes.last().copied().unwrap_or_default();
        for action in &recorded.actions {
            let at =
                recorded.bars.iter().position(|bar| bar.date.date() == action.ex_date).unwrap();
            let Some(before) = at.checked_sub(1) else { continue };
            match action.kind {
                ActionKind::Split { ratio } => {
                    splits += 1;
                    let ratio: f64 = ratio.to_string().parse().unwrap();
                    // The raw price steps by the ratio; the continuous one by the day's return.
                    let left = raw[before] + ratio.ln();
                    assert!((left - smooth[before]).abs() < 1e-9, "{}", recorded.symbol);
                    assert!(smooth[before].abs() <= widest && widest < 0.6, "{widest}");
                }
                ActionKind::Dividend { amount } => {
                    dividends += 1;
                    let paid: f64 = amount.to_string().parse().unwrap();
                    let (old, new) = (recorded.bars[before].close, recorded.bars[at].close);
                    assert!(((new + paid) / old).ln() - smooth[before] < 1e-9);
                    assert!(paid > 0.0 && paid < 0.03 * old, "{paid} of {old}");
                }
            }
        }
    }
    assert!(splits > 15 && dividends > 500, "{splits} splits, {dividends} dividends");
}

#[test]
fn a_split_price_stays_in_the_range_people_like() {
    for recorded in all(&world(14, Exchange::Xnys)) {
        assert!(recorded.bars.iter().all(|bar| (0.2..400.0).contains(&bar.close)));
    }
}

#[test]
fn some_symbols_come_late_some_go_and_some_pause() {
    let world = world(15, Exchange::Xnys);
    let all = all(&world);
    let (first, last) = (world.config().from, world.config().to);
    let ends = |f: &dyn Fn(&Recorded) -> bool| all.iter().filter(|r| f(r)).count();
    let late = ends(&|r| r.bars.first().is_none_or(|bar| bar.date.date() > first));
    let gone = ends(&|r| r.bars.last().is_some_and(|bar| bar.date.date() < last));
    let paused = ends(&|r| {
        r.bars.windows(2).any(|w| {
            world.config().exchange.sessions_between(w[0].date.date(), w[1].date.date()).unwrap()
                > 1
        })
    });
    assert!((2..16).contains(&late), "{late} late");
    assert!((3..20).contains(&gone), "{gone} gone");
    assert!(paused > 5, "{paused} paused");
}

#[test]
fn without_churn_every_symbol_has_every_session() {
    let config = WorldConfig { symbols: 5, churn: Churn::NONE, ..WorldConfig::default() };
    let world = World::new(config).unwrap();
    let sessions = config.exchange.sessions(config.from, config.to).unwrap().len();
    assert!(all(&world).iter().all(|r| r.bars.len() == sessions));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_seed_makes_sound_bars(seed in any::<u64>(), n in 1_u32..99_999) {
        let to = Date::constant(2006, 12, 29);
        let world = World::new(WorldConfig { seed, to, ..WorldConfig::default() }).unwrap();
        let recorded = world.recorded().symbol(n);
        prop_assert!(recorded.bars.iter().all(sound));
    }
}
