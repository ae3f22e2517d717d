//! Real minutes inside half-hour bars: which of stop and target came first.

use std::io::Read as _;

use super::*;
use tradebot_domain::{Span, Symbol};

/// Minutes of one half hour of regular trading, each with the date of its half hour's session.
type HalfHour = Vec<Bar>;

/// SPY, 4 to 11 October 2013, regular hours: every half hour as a session of its own.
fn half_hours() -> Option<Vec<HalfHour>> {
    let Some(root) = std::env::var_os("TRADEBOT_EXTRA_DATA") else {
        println!("skipped: TRADEBOT_EXTRA_DATA is not set, no minutes were read");
        return None;
    };
    let path = std::path::Path::new(&root).join("wide/minute_lean_2013.csv.gz");
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut found: Vec<(String, HalfHour)> = Vec::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap) {
        let (day, time) = row[1].split_once('T').unwrap();
        if &row[0] != "SPY" || !("09:30:00".."16:00:00").contains(&time) {
            continue;
        }
        let minute: u32 = time[3..5].parse().unwrap();
        let name = format!("{day} {} {}", &time[..2], minute / 30);
        if found.last().is_none_or(|(last, _)| *last != name) {
            found.push((name, Vec::new()));
        }
        let days = Span::new().days(i64::try_from(found.len()).unwrap());
        let date = session(0).date().checked_add(days).unwrap();
        let number = |i: usize| row[i].parse::<f64>().unwrap();
        let bar = Bar {
            date: date.into(),
            open: number(2),
            high: number(3),
            low: number(4),
            close: number(5),
            volume: number(6),
        };
        found.last_mut().unwrap().1.push(bar);
    }
    Some(found.into_iter().map(|(_, bars)| bars).collect())
}

fn whole(minutes: &[Bar]) -> Bar {
    let (first, last) = (minutes[0], minutes[minutes.len() - 1]);
    Bar {
        date: first.date,
        open: first.open,
        high: minutes.iter().map(|b| b.high).fold(f64::MIN, f64::max),
        low: minutes.iter().map(|b| b.low).fold(f64::MAX, f64::min),
        close: last.close,
        volume: minutes.iter().map(|b| b.volume).sum(),
    }
}

/// The trade of a bracket decided on the close of one half hour, `distance` to the stop.
fn traded(
    (before, next): (&Bar, &[HalfHour]),
    distance: f64,
    by_minutes: bool,
) -> Option<tradebot_journal::TradeRecord> {
    let row = BracketSpec {
        atr_multiplier: 1.0,
        r_multiple: 1.0,
        stop_min: 0.0,
        max_holding_sessions: 3,
        ..crate::testing::ROW
    };
    let bracket = Bracket::around_close(before.close, distance, &row, Tick::CENT).unwrap();
    let mut world = World::new(CostModel::FREE, "100000");
    let spy = Symbol::new("ACME").unwrap();
    world.submit(intent_of(("i1", before.date), spy, &bracket, 100)).unwrap();
    for minutes in next {
        let fine = if by_minutes { &minutes[..] } else { &[] };
        world.bars(&whole(minutes), fine);
    }
    assert_eq!(world.broker.conflicts(), 0);
    world.trades().first().map(|trade| (*trade).clone())
}

fn won(trade: &tradebot_journal::TradeRecord) -> bool {
    matches!(trade.reason, ExitReason::Target | ExitReason::TargetGap)
}

#[test]
fn minutes_resolve_what_half_hours_leave_open_and_change_nothing_else() {
    let Some(market) = half_hours() else { return };
    assert_eq!(market.len(), 6 * 13);
    let (mut open, mut targets, mut stops) = (0, 0, 0);
    for k in 0..market.len() - 4 {
        let before = whole(&market[k]);
        for cents in [6, 10, 15, 20, 30, 45] {
            let at = (&before, &market[k + 1..k + 5]);
            let distance = f64::from(cents) / 100.0;
            let Some(coarse) = traded(at, distance, false) else { continue };
            let fine = traded(at, distance, true).unwrap();
            assert_eq!(fine.exit_session, coarse.exit_session);
            if !coarse.ambiguous {
                assert_eq!(won(&fine), won(&coarse), "{coarse:?} {fine:?}");
                continue;
            }
            open += 1;
            let bounds = coarse.bounds.unwrap();
            assert_eq!(bounds.pessimistic, coarse.net);
            if fine.ambiguous {
                continue;
            }
            // Within the bounds, but for a minute that opened beyond a level.
            let slack = money("10");
            assert!(fine.net.0 >= (bounds.pessimistic - slack).0, "{fine:?}");
            assert!(fine.net.0 <= (bounds.optimistic + slack).0, "{fine:?}");
            targets += u32::from(won(&fine));
            stops += u32::from(!won(&fine));
        }
    }
    assert!(targets > 0 && stops > 0, "{open} open: {targets} targets, {stops} stops");
}
