//! The same exits from entries at random.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::{Deserialize, Serialize};

use super::{Placebo, PlaceboError};
use crate::bootstrap::Chance;
use crate::summary::sum;

/// What an entry comes to by the strategy's own exits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EntryOutcome {
    /// Result before costs, in any unit that can be added: a return, a multiple of risk.
    pub gross: f64,
    /// Sessions in which the position is open, the entry's included; at least 1.
    pub sessions: usize,
}

/// Enters as often as the strategy did, in sessions drawn at random.
///
/// - `outcomes`: per session, how an entry there ends; `None` where none is possible. Labels are
///   such outcomes.
/// - `taken`: the sessions that the strategy entered in, each once, in any order.
/// - `cost`: of one trade, both fills, in the unit of the outcomes.
///
/// The result is the mean net result of a trade. Sessions are drawn without replacement, and never
/// are more positions open at once than the strategy had. Where that leaves no room, a placebo has
/// fewer trades. If entries are worthless before costs, `expected` is `-cost` but for chance.
///
/// # Errors
/// [`PlaceboError`] without trades or replicates, and for a trade in a session in which no entry is
/// possible or that was entered before.
pub fn random_entries(
    outcomes: &[Option<EntryOutcome>],
    taken: &[usize],
    cost: f64,
    replications: usize,
    seed: u64,
) -> Result<Placebo, PlaceboError> {
    let nothing = PlaceboError::Nothing { trades: taken.len(), replications };
    let mut open = Open::new(outcomes.len());
    let mut entered = vec![false; outcomes.len()];
    let mut actual = Vec::with_capacity(taken.len());
    for (trade, session) in taken.iter().copied().enumerate() {
        let outcome = outcomes.get(session).copied().flatten().filter(|_| !entered[session]);
        let outcome = outcome.ok_or(PlaceboError::Entry { trade, session })?;
        entered[session] = true;
        open.add(session, outcome.sessions);
        actual.push(outcome.gross);
    }
    let most = open.most();
    let possible: Vec<usize> = (0..outcomes.len()).filter(|t| outcomes[*t].is_some()).collect();
    let draw = |number: usize| {
        let mut sessions = possible.clone();
        Chance::numbered(seed, number as u64).shuffle(&mut sessions);
        let gross = place(&sessions, outcomes, taken.len(), most);
        sum(gross.iter().copied()) / gross.len() as f64 - cost
    };
    let placebos: Vec<f64> = (0..replications).into_par_iter().map(draw).collect();
    let net = sum(actual.iter().copied()) / actual.len() as f64 - cost;
    Placebo::beside(net, &placebos).filter(|_| !taken.is_empty()).ok_or(nothing)
}

/// Enters in these sessions in their order, as long as no more than `most` positions are open, up to
/// `trades` times.
fn place(
    sessions: &[usize],
    outcomes: &[Option<EntryOutcome>],
    trades: usize,
    most: u32,
) -> Vec<f64> {
    let mut open = Open::new(outcomes.len());
    let mut gross = Vec::with_capacity(trades);
    for session in sessions.iter().copied() {
        if gross.len() == trades {
            break;
        }
        if let Some(outcome) = outcomes[session]
            && open.room(session, outcome.sessions, most)
        {
            open.add(session, outcome.sessions);
            gross.push(outcome.gross);
        }
    }
    gross
}

/// Open positions per session.
struct Open(Vec<u32>);

impl Open {
    fn new(sessions: usize) -> Self {
        Self(vec![0; sessions])
    }

    fn during(&mut self, from: usize, sessions: usize) -> &mut [u32] {
        let until = from.saturating_add(sessions.max(1)).min(self.0.len());
        &mut self.0[from..until]
    }

    fn add(&mut self, from: usize, sessions: usize) {
        self.during(from, sessions).iter_mut().for_each(|open| *open += 1);
    }

    fn room(&mut self, from: usize, sessions: usize, most: u32) -> bool {
        self.during(from, sessions).iter().all(|open| *open < most)
    }

    fn most(&self) -> u32 {
        self.0.iter().copied().max().unwrap_or(0)
    }
}
