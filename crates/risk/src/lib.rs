//! Sizing and pre-trade review: approves or refuses what sizing proposes, never enlarges it.
//!
//! 1. [`basis`] says what a size may be earned by (skill, drift, exploration) and on which
//!    probability it is computed, or that it is not earned.
//! 2. [`propose`] turns that into whole shares: fractional Kelly, risk-constrained Kelly, drawdown
//!    control, the row's multiplier, then every cap. Each step is on record.
//! 3. [`review`] measures the proposal anew against every limit. Only it makes an [`Approved`],
//!    and an approval is spent by value.
//!
//! A rule that sizes its entries itself comes in at the third step, with a [`RuleEntry`]: the same
//! review, the same limits.
//!
//! The formulas ([`kelly`], [`constrained`], [`drawdown_multiplier`], [`discrete`], [`continuous`],
//! [`volatility`]) stand alone for users of the library.
//!
//! What a real account asks beside the limits (its kind, cash by currency, margin, positions that are
//! not ours, superficial losses) is in [`account`]; a simulated one has none of it.
//!
//! Several assets at once are in [`portfolio`], the book's risk in [`exposure`], stops that slip
//! in [`gap`].
//!
//! ```
//! use tradebot_risk::{BracketBet, drawdown_multiplier, risk_constrained};
//!
//! let bet = BracketBet::new(0.04, 0.06, 0.002)?; // stop 4 %, target 6 %, costs 0.2 %
//! let p = 0.55; // of the target; the bet breaks even at 0.42
//! let quarter = 0.25 * bet.kelly(p);
//! let constrained = risk_constrained(p, bet.payoff(), 1.0, 0.8, 0.1);
//! let risk = quarter.min(constrained) * drawdown_multiplier(0.03, 0.10);
//! let notional = bet.notional(risk, 100_000.0);
//! assert!((risk - 0.0285).abs() < 1e-4 && (notional - 67_872.0).abs() < 1.0);
//! # Ok::<(), tradebot_risk::BracketBetError>(())
//! ```
//!
//! **Units.** A size `f` is a fraction of equity per unit of planned risk: what is lost when a
//! position loses 1 R. Probabilities, wins and losses are those of the bracket after costs.
//!
//! **Does not know:** brokers, models, where probabilities come from.
//!
//! **Read next:** `tradebot-execution`, which spends approvals.

pub mod kelly;
pub mod constrained;
pub mod drawdown;
pub mod discrete;
pub mod continuous;
pub mod volatility;
pub mod exposure;
pub mod gap;
pub mod portfolio;

mod bracket_bet;
mod belief;
mod view;
pub mod account;
mod loss;
mod order;
mod allowance;
mod steps;
mod hold;
mod overlays;
mod proposal;
mod propose;
mod rule;
mod refusal;
mod review;

pub use account::{AccountKind, AccountRules, AccountSight, BrokerAccount, External};
pub use belief::{Belief, basis};
pub use bracket_bet::{BracketBet, BracketBetError};
pub use constrained::{risk_constrained, ruin_bound};
pub use drawdown::drawdown_multiplier;
pub use hold::Hold;
pub use kelly::{expected_growth, kelly_fraction, kelly_growth};
pub use loss::RecentLoss;
pub use overlays::Overlays;
pub use propose::{Proposal, Sizer, propose};
pub use refusal::Refusal;
pub use review::{Approved, ApprovedParts, review, review_unrecorded};
pub use rule::{RuleEntry, Size};
pub use view::{BookView, Fingerprint, Standing, Traffic};
