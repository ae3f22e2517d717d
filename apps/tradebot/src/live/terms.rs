//! Until when a ticket is valid, and when its position is to be left, by the exchange's calendar.

use tradebot_domain::{CalendarError, Date, Exchange, Timestamp};
use tradebot_execution::ticket::Terms;

/// The exchange that lists a broker's symbol: `.TO` and its kin are Toronto.
pub fn exchange_of(symbol: &str) -> Exchange {
    let canadian = [".TO", ".VN", ".CN", ".NE"];
    if canadian.iter().any(|end| symbol.ends_with(end)) { Exchange::Xtse } else { Exchange::Xnys }
}

/// Terms of an entry that is decided on the close of `decided`: it is good for the next session
/// and dies with its close, and its position is left after the close of its last session.
///
/// # Errors
/// [`CalendarError`] beyond the calendar.
pub fn entry(
    (account, run): (&str, &str),
    exchange: Exchange,
    decided: Date,
    max_holding_sessions: u32,
    now: Timestamp,
) -> Result<Terms, CalendarError> {
    let first = exchange.next_session(decided)?;
    let mut last = first;
    for _ in 1..max_holding_sessions {
        last = exchange.next_session(last)?;
    }
    Ok(Terms {
        account: account.to_owned(),
        run: run.to_owned(),
        issued: now,
        valid_until: close(exchange, first)?.unwrap_or(now),
        exit_after: close(exchange, last)?,
    })
}

fn close(exchange: Exchange, session: Date) -> Result<Option<Timestamp>, CalendarError> {
    Ok(exchange.session(session)?.map(|hours| hours.close))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_dies_with_the_close_of_the_next_session_and_holidays_do_not_count() {
        // A Thursday; Friday the 3rd is a holiday in New York and none in Toronto.
        let decided: Date = "2026-07-02".parse().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let terms = |exchange| entry(("0123", "live-0001"), exchange, decided, 2, now).unwrap();
        let york = terms(Exchange::Xnys);
        assert_eq!(york.valid_until.to_string(), "2026-07-06T20:00:00Z");
        assert_eq!(york.exit_after.unwrap().to_string(), "2026-07-07T20:00:00Z");
        let toronto = terms(Exchange::Xtse);
        assert_eq!(toronto.valid_until.to_string(), "2026-07-03T20:00:00Z");
        assert!(entry(("0", "r"), Exchange::Xnys, "2027-12-31".parse().unwrap(), 2, now).is_err());
    }

    #[test]
    fn a_suffix_tells_the_exchange() {
        assert_eq!(exchange_of("ZZQ.TO"), Exchange::Xtse);
        assert_eq!(exchange_of("BRK.B"), Exchange::Xnys);
    }
}
