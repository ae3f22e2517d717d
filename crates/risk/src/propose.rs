//! From a belief to whole shares, one step at a time.

use tradebot_brackets::{Bracket, CostModel};
use tradebot_domain::Symbol;
use tradebot_journal::SizingStep;
use tradebot_policy::{Limits, RowPolicy};

use crate::belief::Belief;
use crate::hold::Hold;
use crate::kelly::expected_growth;
use crate::order::Order;
use crate::overlays::Overlays;
use crate::steps::Steps;
use crate::view::BookView;

mod sizing;

pub use crate::proposal::Proposal;

use sizing::Sizing;

/// Sizes an entry, in this pinned order, each step on record:
///
/// 1. `kelly`: the Kelly fraction of the probability that the basis allows, with the row's W and L
///    (`explore`: the fixed exploration risk instead, and on with 6);
/// 2. `fraction`: times the policy's Kelly fraction, half of it for drift;
/// 3. `risk_constrained`: at most the risk-constrained Kelly fraction of the consensus mean;
/// 4. `drawdown`: times the drawdown multiplier;
/// 5. `regime`: times the row's multiplier;
/// 6. `row_drawdown`: half, when the 20-session drawdown is above the row's threshold;
/// 7. `risk_cap`, `notional_cap`, `heat_cap`, `participation_cap`, `cash_cap`;
/// 8. `whole_shares`: rounded down.
///
/// The size is the fraction of equity lost at the stop, with the costs of entry and exit in it:
/// a share costs limit - stop + costs, so a higher cost never gives a larger size.
///
/// This is [`Sizer::propose`] without overlays.
///
/// # Errors
/// [`Hold`] with its numbers, and the steps so far, when no whole share comes out.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a different owner's word; a struct of them would only rename the list"
)]
pub fn propose(
    symbol: Symbol,
    bracket: &Bracket,
    belief: &Belief,
    row: &RowPolicy,
    limits: &Limits,
    costs: &CostModel,
    view: &BookView<'_>,
) -> Result<Proposal, (Hold, Vec<SizingStep>)> {
    Sizer { row, limits, costs, overlays: Overlays::OFF }.propose(symbol, bracket, belief, view)
}

/// The rules that all entries of a session are sized by.
#[derive(Debug, Clone, Copy)]
pub struct Sizer<'a> {
    /// The policy row of the session.
    pub row: &'a RowPolicy,
    /// The account's limits.
    pub limits: &'a Limits,
    /// What executions cost.
    pub costs: &'a CostModel,
    /// Steps beyond the pinned ones.
    pub overlays: Overlays,
}

impl Sizer<'_> {
    /// Sizes an entry as [`propose`] does, with up to two further steps, where they are switched on:
    ///
    /// - `gap`, after `row_drawdown`: the size is held to the loss at a stop that slips, and so are
    ///   `risk_cap` and the room that `heat_cap` leaves;
    /// - `volatility`, after `participation_cap`: times the scale of a volatility target, at most 1.
    ///
    /// # Errors
    /// As [`propose`], and [`Hold::Unusable`] for an overlay that is not a number in its range.
    pub fn propose(
        &self,
        symbol: Symbol,
        bracket: &Bracket,
        belief: &Belief,
        view: &BookView<'_>,
    ) -> Result<Proposal, (Hold, Vec<SizingStep>)> {
        let Self { row, limits, costs, overlays } = *self;
        let order = Order { bracket, costs };
        let mut steps = Steps::default();
        let sizing = Sizing { order, belief, row, limits, view, overlays };
        let sized = match sizing.run(&mut steps) {
            Ok(sized) => sized,
            Err(hold) => return Err((hold, steps.into_records())),
        };
        let fraction = steps.fraction();
        let Belief { mean_win, mean_loss, .. } = *belief;
        Ok(Proposal {
            symbol,
            shares: sized.shares,
            bracket: *bracket,
            costs: *costs,
            basis: sized.basis,
            probability: sized.probability,
            fraction,
            expected_growth: expected_growth(sized.probability, mean_win, mean_loss, fraction),
            steps: steps.into_records(),
        })
    }
}
