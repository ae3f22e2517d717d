//! Entries that a rule sizes itself.

use tradebot_brackets::{Bracket, CostModel};
use tradebot_domain::{Shares, Symbol};
use tradebot_journal::SizeBasis;

use crate::order::Order;
use crate::propose::Proposal;
use crate::view::BookView;

/// How much a rule wants to buy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// So many whole shares.
    Shares(u64),
    /// As many whole shares as this fraction of equity pays for at the entry's limit, costs
    /// included: never more is spent, and at most opens a little less.
    Equity(f64),
}

/// What a rule asks for. It is a wish: [`review`](crate::review) approves it or refuses it, and
/// changes nothing about it.
#[derive(Debug, Clone, Copy)]
pub struct RuleEntry<'a> {
    /// The symbol.
    pub symbol: Symbol,
    /// How much of it.
    pub size: Size,
    /// Limit, stop and target; [`Bracket::at_market`] for an entry without them.
    pub bracket: &'a Bracket,
    /// What executions cost.
    pub costs: &'a CostModel,
}

impl RuleEntry<'_> {
    /// The wish in whole shares. There may be none in it: that is for the review to refuse.
    ///
    /// No skill has been shown for a rule, so what it is allowed is what exploration is: see
    /// [`SizeBasis::Explore`]. There is no probability in it, and no expected growth.
    pub fn propose(&self, view: &BookView<'_>) -> Proposal {
        let order = Order { bracket: self.bracket, costs: self.costs };
        let shares = match self.size {
            Size::Shares(shares) => Shares(shares),
            Size::Equity(fraction) => {
                let money = fraction * view.equity - order.fixed_cash();
                Shares::floor_of(money / order.cash_per_share())
            }
        };
        Proposal {
            symbol: self.symbol,
            shares,
            bracket: *self.bracket,
            costs: *self.costs,
            basis: SizeBasis::Explore,
            probability: 0.0,
            fraction: order.loss_at_stop(shares) / view.equity,
            expected_growth: 0.0,
            steps: Vec::new(),
        }
    }
}
