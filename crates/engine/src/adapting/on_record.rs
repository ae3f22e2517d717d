//! Results under all candidate multiples, as the journal holds them.

use tradebot_brackets::adaptive::{CANDIDATES, FanOutcome, candidate_r};
use tradebot_domain::{Moment, Regime};
use tradebot_journal::{CandidatesRecord, DecisionId};

/// Index of a multiple among the candidates.
pub(super) fn place_of(r_multiple: f64) -> Option<usize> {
    (0..CANDIDATES).find(|at| candidate_r(*at) == r_multiple)
}

/// A decision whose candidates have all ended.
pub(super) fn record_of(fan: &FanOutcome, row: Regime, resolved: Moment) -> CandidatesRecord {
    CandidatesRecord {
        id: DecisionId { session: fan.decided, symbol: fan.symbol },
        row,
        resolved,
        net_r: shortened(&fan.net_r),
        uniqueness: shortened(&fan.uniqueness),
        timed_out: fan.timed_out,
    }
}

/// The same decision from its record.
pub(super) fn spread(record: &CandidatesRecord) -> FanOutcome {
    FanOutcome {
        decided: record.id.session,
        symbol: record.id.symbol,
        uniqueness: lengthened(&record.uniqueness),
        net_r: lengthened(&record.net_r),
        timed_out: record.timed_out,
    }
}

/// Without the values at the end that repeat the one before them: all candidates that were never
/// reached end alike.
fn shortened(values: &[f64; CANDIDATES]) -> Vec<f64> {
    let last = values[CANDIDATES - 1];
    let differs = values.iter().rposition(|value| value.to_bits() != last.to_bits());
    values[..=differs.map_or(0, |at| at + 1)].to_vec()
}

fn lengthened(values: &[f64]) -> [f64; CANDIDATES] {
    let last = values.last().copied().unwrap_or(f64::NAN);
    std::array::from_fn(|at| values.get(at).copied().unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_shortened_is_lengthened_to_the_same_values(
            values in prop::array::uniform21(prop_oneof![Just(-1.02), -1.0..3.0]),
            repeated in 0_usize..CANDIDATES,
        ) {
            let mut values = values;
            let last = values[CANDIDATES - 1];
            values[repeated..].fill(last);
            let short = shortened(&values);
            prop_assert!(short.len() <= repeated + 1);
            prop_assert_eq!(lengthened(&short), values);
        }
    }
}
