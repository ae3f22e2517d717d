//! The same seed is the same world, however much of it is asked for and in which way.

use std::collections::BTreeMap;

use tradebot_domain::{Date, Exchange, Feed, SessionData, Symbol};
use tradebot_simulator::{Recorded, World, WorldConfig};

fn world(config: WorldConfig) -> World {
    World::new(config).expect("a world of plain settings")
}

fn short() -> WorldConfig {
    WorldConfig { symbols: 12, to: Date::constant(2008, 12, 31), ..WorldConfig::default() }
}

#[test]
fn a_longer_run_begins_with_the_shorter_one() {
    let (short, long) = (world(short()), world(WorldConfig { symbols: 12, ..Default::default() }));
    let (a, b) = (short.recorded(), long.recorded());
    let mut compared = 0;
    for n in 1..=12 {
        let (a, b) = (a.symbol(n), b.symbol(n));
        assert_eq!(a.bars[..], b.bars[..a.bars.len()]);
        assert_eq!(a.actions[..], b.actions[..a.actions.len()]);
        compared += a.bars.len();
    }
    assert!(compared > 8_000, "{compared}");
    let (a, b) = (a.backdrop(), b.backdrop());
    assert_eq!(a.index[..], b.index[..a.index.len()]);
    assert_eq!(a.vix[..], b.vix[..a.vix.len()]);
}

#[test]
fn a_symbol_does_not_depend_on_how_many_there_are() {
    let (few, many) = (world(WorldConfig { symbols: 2, ..short() }), world(short()));
    assert_eq!(few.recorded().symbol(2), many.recorded().symbol(2));
    let mut feed = few.feed();
    let mut other = many.feed();
    while let Some(session) = feed.next_session() {
        let all = other.next_session().unwrap();
        assert_eq!(session.bars[..], all.bars[..session.bars.len()]);
        assert_eq!((session.index, session.vix_previous), (all.index, all.vix_previous));
    }
}

#[test]
fn seeds_make_different_worlds_and_one_seed_the_same_on_any_thread() {
    let (one, other) = (world(short()), world(WorldConfig { seed: 43, ..short() }));
    assert_ne!(one.recorded().symbol(1).bars[5..9], other.recorded().symbol(1).bars[5..9]);
    let shared = one.recorded();
    let threads: Vec<Recorded> = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..=4)
            .map(|n| {
                let shared = &shared;
                scope.spawn(move || shared.symbol(n))
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    for (n, recorded) in (1..).zip(threads) {
        assert_eq!(recorded, shared.symbol(n));
    }
}

#[test]
fn the_feed_hands_out_what_is_recorded_and_nothing_else() {
    for exchange in Exchange::ALL {
        let world = world(WorldConfig { exchange, ..short() });
        let mut bars: BTreeMap<Symbol, Vec<_>> = BTreeMap::new();
        let (mut index, mut actions) = (Vec::new(), 0);
        let mut feed = world.feed();
        let mut session = SessionData::empty(Date::MIN.into());
        let mut sessions = Vec::new();
        while feed.next_into(&mut session) {
            sessions.push(session.session);
            index.extend(session.index);
            actions += session.actions.len();
            assert!(session.bars.is_sorted_by(|a, b| a.0 < b.0) && session.listed.is_sorted());
            for (symbol, bar) in &session.bars {
                assert_eq!(bar.date, session.session);
                assert!(session.listed.contains(symbol));
                bars.entry(*symbol).or_default().push(*bar);
            }
        }
        let shared = world.recorded();
        assert_eq!(index, shared.backdrop().index);
        let all: Vec<Recorded> = (1..=12).map(|n| shared.symbol(n)).collect();
        assert_eq!(actions, all.iter().map(|r| r.actions.len()).sum::<usize>());
        for recorded in all.iter().filter(|r| !r.bars.is_empty()) {
            assert_eq!(bars[&recorded.symbol], recorded.bars);
        }
        assert!(sessions.iter().all(|s| {
            Exchange::Xnys.is_session(s.date()).unwrap() || exchange.is_session(s.date()).unwrap()
        }));
    }
}

#[test]
fn the_vix_of_a_session_is_that_of_the_session_before() {
    let world = world(short());
    let vix = world.recorded().backdrop().vix;
    let known: Vec<Option<f64>> = std::iter::from_fn({
        let mut feed = world.feed();
        move || feed.next_session()
    })
    .map(|session| session.vix_previous)
    .collect();
    assert_eq!(known[0], None);
    assert!(known[1..].iter().zip(&vix).all(|(known, bar)| *known == Some(bar.close)));
}
