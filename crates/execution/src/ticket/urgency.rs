//! How loudly a person is told, the longer a thing is owed.

use tradebot_domain::Timestamp;
use tradebot_journal::{TicketKind, Urgency};

/// Minutes after which a ticket of each kind is told more loudly: soon, urgent, alarm.
///
/// An entry or a target that is not done costs a chance; a position without its stop, one that is
/// kept beyond its limit, and an order without a position cost money.
const fn schedule(kind: TicketKind) -> [Option<i64>; 3] {
    match kind {
        TicketKind::Entry | TicketKind::Target => [None, None, None],
        TicketKind::Stop => [Some(0), Some(2), Some(10)],
        TicketKind::Exit | TicketKind::Cancel => [Some(0), Some(5), Some(30)],
        TicketKind::MoveStop => [Some(0), Some(15), Some(60)],
    }
}

/// How loudly a ticket is told that is owed since then.
pub fn due(kind: TicketKind, owed_since: Timestamp, now: Timestamp) -> Urgency {
    let minutes = now.duration_since(owed_since).as_mins();
    let levels = [Urgency::Soon, Urgency::Urgent, Urgency::Alarm];
    let reached = |(after, _): &(Option<i64>, Urgency)| after.is_some_and(|after| minutes >= after);
    let steps = schedule(kind).into_iter().zip(levels);
    steps.rev().find(reached).map_or(Urgency::Routine, |(_, level)| level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_that_is_owed_grows_louder_and_an_entry_does_not() {
        let minute = |n: i64| Timestamp::from_second(n * 60).unwrap();
        let stop = |n| due(TicketKind::Stop, minute(0), minute(n));
        assert_eq!([stop(0), stop(1), stop(2)], [Urgency::Soon, Urgency::Soon, Urgency::Urgent]);
        assert_eq!(
            [stop(9), stop(10), stop(999)],
            [Urgency::Urgent, Urgency::Alarm, Urgency::Alarm]
        );
        assert_eq!(due(TicketKind::Entry, minute(0), minute(9_999)), Urgency::Routine);
        assert_eq!(due(TicketKind::Stop, minute(5), minute(0)), Urgency::Routine, "clocks differ");
    }
}
