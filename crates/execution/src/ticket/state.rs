//! Which state of a ticket may follow which.

use tradebot_journal::TicketState;

/// A change of state that no ticket makes: a bug, or a history that was tampered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket does not go from `{from}` to `{to}`")]
pub struct ImpossibleMove {
    /// The state it is in.
    pub from: TicketState,
    /// The state it cannot take.
    pub to: TicketState,
}

/// Checks one change of state.
///
/// A ticket that is final stays so, with two exceptions that only later facts make: one that has
/// expired or was skipped and is done after all. Staying in a state is no change and always allowed:
/// its comparison with what was seen may change.
///
/// # Errors
/// [`ImpossibleMove`].
pub const fn check(from: TicketState, to: TicketState) -> Result<(), ImpossibleMove> {
    use TicketState as S;
    let ends = matches!(
        to,
        S::Done | S::DoneDifferently | S::Late | S::Withdrawn | S::Skipped | S::Expired
    );
    let possible = match from {
        S::Issued | S::Asked => true,
        S::Seen => ends || matches!(to, S::Seen | S::PartlyDone | S::Issued | S::Asked),
        // What is executed stays executed: it is never expired, skipped or as good as new. A resting
        // order that is gone again is.
        S::PartlyDone => {
            matches!(
                to,
                S::PartlyDone
                    | S::Done
                    | S::DoneDifferently
                    | S::Late
                    | S::Withdrawn
                    | S::Issued
                    | S::Asked
            )
        }
        S::Expired | S::Skipped => matches!(
            to,
            S::Expired
                | S::Skipped
                | S::Seen
                | S::PartlyDone
                | S::Done
                | S::DoneDifferently
                | S::Late
                | S::Asked
        ),
        S::Done => matches!(to, S::Done),
        S::DoneDifferently => matches!(to, S::DoneDifferently),
        S::Late => matches!(to, S::Late),
        S::Withdrawn => matches!(to, S::Withdrawn),
    };
    if possible { Ok(()) } else { Err(ImpossibleMove { from, to }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_or_withdrawn_is_never_opened_again() {
        use TicketState as S;
        for from in [S::Done, S::DoneDifferently, S::Late, S::Withdrawn] {
            for to in S::ALL {
                assert_eq!(check(from, *to).is_ok(), from == *to, "{from} to {to}");
            }
        }
    }

    #[test]
    fn every_state_but_a_new_ticket_can_be_reached_and_open_ones_can_end() {
        use TicketState as S;
        for to in S::ALL {
            assert!(check(S::Issued, *to).is_ok(), "{to}");
        }
        for from in S::ALL.iter().filter(|s| !s.is_final()) {
            assert!(check(*from, S::Done).is_ok() && check(*from, S::Withdrawn).is_ok(), "{from}");
        }
        assert!(check(S::PartlyDone, S::Expired).is_err(), "what was executed does not expire");
        assert!(check(S::PartlyDone, S::Skipped).is_err());
        assert!(check(S::Expired, S::Late).is_ok());
    }
}
