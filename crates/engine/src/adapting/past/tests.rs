//! Tests of the packed past: exact, shared by copies, the same with a store and without.

use std::io::{Error, Result};
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;

/// A store in memory that can be full.
#[derive(Debug)]
struct Shelf {
    pages: Mutex<Vec<Vec<u8>>>,
    most: usize,
}

impl Shelf {
    fn of(most: usize) -> Arc<Self> {
        Arc::new(Self { pages: Mutex::default(), most })
    }
}

impl Scratch for Shelf {
    fn put(&self, page: &[u8]) -> Result<u64> {
        let mut pages = self.pages.lock().unwrap();
        if pages.len() == self.most {
            return Err(Error::other("the shelf is full"));
        }
        pages.push(page.to_vec());
        Ok(pages.len() as u64 - 1)
    }

    fn get(&self, address: u64, page: &mut [u8]) -> Result<()> {
        let pages = self.pages.lock().unwrap();
        let found =
            pages.get(usize::try_from(address).unwrap()).filter(|found| found.len() == page.len());
        page.copy_from_slice(found.ok_or_else(|| Error::other("no such page"))?);
        Ok(())
    }
}

fn any_float() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.5), 0.0..1.0_f64]
}

fn any_forecast() -> impl Strategy<Value = Forecast> {
    let opinions = prop::collection::vec(prop::option::of((any_float(), any_float())), 7);
    (opinions, any_float(), any_float(), any_float()).prop_map(|(o, consensus, equal_weight, r)| {
        let raw = o.iter().map(|o| o.map(|(raw, _)| raw)).collect();
        let means = o.iter().map(|o| o.map(|(_, mean)| mean)).collect();
        Forecast { raw, means, consensus, equal_weight, row_rate: r }
    })
}

/// A decision, the sessions until its bracket ended and those until its last candidate did.
fn any_decision() -> impl Strategy<Value = (Told, Option<(usize, ToldFan)>)> {
    let nets = prop::array::uniform21(prop_oneof![Just(-1.02), -1.2..3.0_f64]);
    let shares = prop::array::uniform21(prop_oneof![Just(1.0), 0.01..1.0_f64]);
    let asked = prop::option::of((prop_oneof![Just(1.5), Just(2.95)], 0_usize..4));
    (any_forecast(), nets, shares, asked, 0_usize..5, 0_usize..40).prop_map(
        |(forecast, net_r, uniqueness, asked, row, symbol)| {
            let (row, decided) = (Regime::ALL[row], "2010-02-28".parse().unwrap());
            let symbol = format!("S{symbol:02}").parse().unwrap();
            let id = DecisionId { session: decided, symbol };
            let record = ended(id, row, decided, (net_r[3], uniqueness[3]));
            let told = Told {
                resolved: Resolved { record, forecast: forecast.clone() },
                asked_r: asked.map(|(r, _)| r),
                fan_follows: asked.is_some(),
            };
            let fan = FanOutcome { decided, symbol, uniqueness, net_r, timed_out: 5 };
            let told_fan = asked.map(|(asked_r, later)| {
                (later, ToldFan { fan, row, asked_r, uniqueness: uniqueness[3], forecast })
            });
            (told, told_fan)
        },
    )
}

/// Sessions in order, each with decisions of its own day.
fn any_past() -> impl Strategy<Value = Vec<Session>> {
    prop::collection::vec(prop::collection::vec(any_decision(), 0..6), 1..12).prop_map(|days| {
        let start: Date = "2010-03-01".parse().unwrap();
        let mut sessions: Vec<Session> = (0..)
            .take(days.len() + 4)
            .map(|day| Session {
                date: (start + tradebot_domain::Span::new().days(day)).into(),
                symbols: 7,
                alarm: day % 3 == 0,
                resolved: Vec::new(),
                fans: Vec::new(),
            })
            .collect();
        for (day, decisions) in days.into_iter().enumerate() {
            for (mut told, fan) in decisions {
                let date = sessions[day].date;
                let id = DecisionId { session: date, ..told.resolved.record.id };
                if sessions[day].resolved.iter().any(|t| t.resolved.record.id == id) {
                    continue;
                }
                (told.resolved.record.id, told.resolved.record.resolved) = (id, date);
                sessions[day].resolved.push(told);
                if let Some((later, mut fan)) = fan {
                    fan.fan.decided = date;
                    sessions[day + later].fans.push(fan);
                }
            }
        }
        sessions
    })
}

fn all(past: &Past) -> Vec<Session> {
    let mut sessions = Vec::new();
    past.each(|session| {
        sessions.push(session);
        Ok(())
    })
    .unwrap();
    sessions
}

proptest! {
    #[test]
    fn the_past_is_what_was_pushed_to_the_last_bit(sessions in any_past()) {
        let mut past = Past::default();
        for session in &sessions {
            past.push(session).unwrap();
        }
        prop_assert_eq!(all(&past), sessions);
    }
}

/// A past of some pages.
fn long() -> Vec<Session> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut sessions = Vec::new();
    while sessions.len() < 3_000 {
        sessions.extend(any_past().new_tree(&mut runner).unwrap().current());
    }
    sessions
}

use proptest::strategy::ValueTree as _;

#[test]
fn a_past_set_aside_is_the_same_and_leaves_less_than_two_pages_in_memory() {
    let sessions = long();
    let (mut here, mut aside) = (Past::default(), Past::default());
    aside.set_aside_to(Shelf::of(1_000));
    for session in &sessions {
        here.push(session).unwrap();
        aside.push(session).unwrap();
        assert!(aside.bytes().0 < 2 * PAGE);
    }
    assert!(aside.bytes().1 > 3 * PAGE, "{:?}", aside.bytes());
    assert_eq!(aside.bytes().0 + aside.bytes().1, here.bytes().0);
    assert_eq!(all(&aside), all(&here));
    // A copy goes its own way from here, on the same shelf.
    let (mut copy, before) = (aside.clone(), all(&aside).len());
    for session in &sessions {
        copy.push(session).unwrap();
    }
    assert_eq!((all(&aside).len(), all(&copy).len()), (before, before + sessions.len()));
}

#[test]
fn a_full_store_and_a_lost_page_stop_with_their_reason() {
    let mut past = Past::default();
    past.set_aside_to(Shelf::of(1));
    let refused = long().iter().find_map(|session| past.push(session).err());
    assert_eq!(refused.unwrap().to_string(), "the shelf is full");
    past.set_aside_to(Shelf::of(1));
    assert_eq!(past.each(|_| Ok(())).unwrap_err(), "no such page");
}
