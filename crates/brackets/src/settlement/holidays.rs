//! Days on which an exchange trades and its banks are closed.
//!
//! **Source:** for the United States the holidays of the Federal Reserve (a Sunday's is kept on
//! Monday, a Saturday's is not moved) and the exchanges' yearly trade date and settlement date
//! notices, e.g. NASD Notices 95-77 and 99-83. For Canada the days on which the Bank of Canada's
//! payment system is closed, e.g. TMX operational notice 2022-021; a weekend's is taken to be kept
//! on Monday, which is the later guess.

use tradebot_domain::{Date, Span};

use super::Banks;

/// The National Day for Truth and Reconciliation is kept from this year on.
const RECONCILIATION_SINCE: i16 = 2021;
/// Saturday and Sunday, counted from Monday as 1.
const SATURDAY: i8 = 6;
const SUNDAY: i8 = 7;

/// Banks are closed on that session.
pub(super) fn banks_closed(banks: Banks, session: Date) -> bool {
    match banks {
        Banks::Ignored => false,
        Banks::UnitedStates => is_columbus_day(session) || is_kept(session, (11, 11), &[SUNDAY]),
        Banks::Canada => {
            let weekend = [SATURDAY, SUNDAY];
            let reconciliation = session.year() >= RECONCILIATION_SINCE;
            is_kept(session, (11, 11), &weekend)
                || (reconciliation && is_kept(session, (9, 30), &weekend))
        }
    }
}

/// The second Monday of October.
fn is_columbus_day(date: Date) -> bool {
    date.month() == 10 && weekday(date) == 1 && (8..=14).contains(&date.day())
}

/// That day of the year, or the Monday after it when it fell on one of the days `moved`.
fn is_kept(date: Date, (month, day): (i8, i8), moved: &[i8]) -> bool {
    let is_day = |date: Date| (date.month(), date.day()) == (month, day);
    if is_day(date) {
        return !moved.contains(&weekday(date));
    }
    weekday(date) == 1
        && moved.iter().any(|weekday| {
            let before = i64::from(8 - *weekday);
            date.checked_sub(Span::new().days(before)).is_ok_and(is_day)
        })
}

/// 1 for Monday to 7 for Sunday.
fn weekday(date: Date) -> i8 {
    date.weekday().to_monday_one_offset()
}
