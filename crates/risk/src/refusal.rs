//! Why a proposal is not approved: one variant per limit.

use tradebot_domain::{Currency, Date, Symbol};

/// A limit that the proposal would break, or that is broken already.
///
/// `asked` and `allowed` are in the unit that the sentence names.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The account or the symbol's figures cannot be used.
    #[error("{what} is {value}, which cannot be compared with a limit")]
    ViewUnusable {
        /// Which figure.
        what: &'static str,
        /// What was found; may be NaN.
        value: f64,
    },
    /// Nothing to buy.
    #[error("{asked} shares; at least {allowed} is wanted")]
    ZeroShares {
        /// Shares.
        asked: f64,
        /// One.
        allowed: f64,
    },
    /// Stop, limit and target do not stand in this order: no entry without its protection.
    #[error(
        "the bracket is missing a leg: stop {stop} < limit {limit} < target {target} is wanted"
    )]
    BracketMissing {
        /// Stop.
        stop: f64,
        /// Entry limit.
        limit: f64,
        /// Target.
        target: f64,
    },
    /// The drawdown stop is latched until a re-arming.
    #[error("the drawdown stop is latched at drawdown {asked:.4}; entries wait for a re-arming")]
    Stopped {
        /// Drawdown now, fraction of the peak.
        asked: f64,
        /// Drawdown limit, fraction of the peak.
        allowed: f64,
    },
    /// The drawdown limit is reached.
    #[error("drawdown {asked:.4} has reached the limit {allowed:.4}")]
    DrawdownStop {
        /// Drawdown now, fraction of the peak.
        asked: f64,
        /// Drawdown limit, fraction of the peak.
        allowed: f64,
    },
    /// The session lost more than the row allows.
    #[error(
        "the session lost {asked:.4} of equity; after more than {allowed:.4} there are no entries"
    )]
    DailyLoss {
        /// Loss of the session, fraction of equity.
        asked: f64,
        /// The row's limit, fraction of equity.
        allowed: f64,
    },
    /// No room for one more position.
    #[error("this would be position {asked}; {allowed} are allowed")]
    MaxPositions {
        /// Positions with this one.
        asked: f64,
        /// The row's limit.
        allowed: f64,
    },
    /// One position per symbol.
    #[error("{symbol} is held or pending already")]
    AlreadyHeld {
        /// The symbol.
        symbol: Symbol,
    },
    /// Too much is lost at the stop of this position.
    #[error("{asked:.6} of equity is lost at the stop; {allowed:.6} is allowed")]
    RiskPerPosition {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// Too much is lost at all stops together.
    #[error("{asked:.6} of equity would be lost at all stops; {allowed:.6} is allowed")]
    Heat {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// The position is too large.
    #[error("the position takes {asked:.6} of equity; {allowed:.6} is allowed")]
    Notional {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// It moves too much like one that is held.
    #[error("correlation {asked:.3} with {other}; {allowed:.3} is allowed")]
    Correlation {
        /// The held or pending symbol.
        other: Symbol,
        /// Correlation coefficient.
        asked: f64,
        /// The row's limit.
        allowed: f64,
    },
    /// Its correlation with one that is held is not known.
    #[error("the correlation with {other} is not known: fewer than 40 sessions in common")]
    CorrelationUnknown {
        /// The held or pending symbol.
        other: Symbol,
    },
    /// Too large a part of the market's volume.
    #[error("{asked} shares; {allowed:.1} are allowed of the day's volume")]
    Participation {
        /// Shares.
        asked: f64,
        /// Shares.
        allowed: f64,
    },
    /// Not enough cash.
    #[error("the entry takes {asked:.2} in cash; {allowed:.2} is there")]
    Cash {
        /// Account currency.
        asked: f64,
        /// Account currency.
        allowed: f64,
    },
    /// Enough cash, but not enough of it has settled.
    #[error(
        "the entry takes {asked:.2} in cash; {allowed:.2} has settled and {unsettled:.2} has not"
    )]
    Unsettled {
        /// Currency of the listing.
        asked: f64,
        /// Currency of the listing.
        allowed: f64,
        /// Currency of the listing.
        unsettled: f64,
    },
    /// The limit price is too far from the close it was decided on.
    #[error("the limit is {asked:.4} of the close away from it; {allowed:.4} is allowed")]
    PriceCollar {
        /// Fraction of the close.
        asked: f64,
        /// Fraction of the close.
        allowed: f64,
    },
    /// Bid and ask are too far apart.
    #[error("the spread is {asked:.6} of the price; {allowed:.6} is allowed")]
    Spread {
        /// Fraction of price.
        asked: f64,
        /// Fraction of price.
        allowed: f64,
    },
    /// Too many orders at once.
    #[error("this would be order {asked} within a minute; {allowed} are allowed")]
    MessagesPerMinute {
        /// Orders with this one.
        asked: f64,
        /// Orders.
        allowed: f64,
    },
    /// Too many orders in one session.
    #[error("this would be order {asked} of the session; {allowed} are allowed")]
    MessagesPerSession {
        /// Orders with this one.
        asked: f64,
        /// Orders.
        allowed: f64,
    },
    /// Too many entries into one symbol.
    #[error("this would be entry {asked} into the symbol in one session; {allowed} are allowed")]
    RepeatedEntry {
        /// Entries with this one.
        asked: f64,
        /// Entries.
        allowed: f64,
    },
    /// Too soon after the last entry into the symbol.
    #[error("the last entry into the symbol was {asked:.1} minutes ago; {allowed} must pass")]
    EntryInterval {
        /// Minutes since the last entry.
        asked: f64,
        /// Minutes that must lie between two.
        allowed: f64,
    },
    /// It would meet an order of our own on the other side.
    #[error("the limit {asked} would meet our own sell order at {allowed}")]
    SelfTrade {
        /// Limit price of the entry.
        asked: f64,
        /// Price of the own sell order.
        allowed: f64,
    },
    /// The same order was sent within the last day.
    #[error("the same order was sent within the last 24 hours, {asked} times")]
    Duplicate {
        /// Times it was sent.
        asked: f64,
        /// None.
        allowed: f64,
    },
    /// The order is worth more than its owner wants in one.
    #[error("the order is worth {asked:.2}; {allowed:.2} is what the owner allows")]
    OrderValue {
        /// Account currency.
        asked: f64,
        /// Account currency.
        allowed: f64,
    },
    /// The session has bought more than its owner wants in one.
    #[error(
        "the session would enter positions worth {asked:.4} of equity; {allowed:.4} is what the owner allows"
    )]
    Turnover {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// Too much in one sector.
    #[error("{asked:.4} of equity would be in one sector; {allowed:.4} is what the owner allows")]
    Sector {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// Too many losing trades in a row.
    #[error("{asked} trades in a row have lost; above {allowed} the owner wants no entries")]
    LossStreak {
        /// Losing trades in a row.
        asked: f64,
        /// Losing trades in a row.
        allowed: f64,
    },
    /// The broker's account may not trade.
    #[error("the broker does not call the account active")]
    AccountNotActive,
    /// The rules of the account are not known.
    #[error("the account is of a kind that is not known, so what it may do is not known either")]
    AccountKindUnknown,
    /// Someone else holds or has ordered the symbol in this account.
    #[error("{symbol} is held or ordered in the account outside of this program ({shares} shares)")]
    ExternalHolding {
        /// The symbol.
        symbol: Symbol,
        /// Their shares, below zero when short.
        shares: f64,
    },
    /// Not enough cash in the currency of the purchase.
    #[error("the entry takes {asked:.2} {currency}; {allowed:.2} is there after pending orders")]
    CurrencyCash {
        /// The currency.
        currency: Currency,
        /// What the entry takes, costs included.
        asked: f64,
        /// What is there.
        allowed: f64,
    },
    /// Too little margin would be left.
    #[error("maintenance excess would be {asked:.2}; {allowed:.2} must be left")]
    MarginExcess {
        /// What would be left, account currency.
        asked: f64,
        /// What must be left, account currency.
        allowed: f64,
    },
    /// Much is held and ordered, by us and by others. A warning.
    #[error("{asked:.4} of equity would be held or ordered; {allowed:.4} is what the owner wants")]
    GrossExposure {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// The purchase would deny a loss of these days. A warning.
    #[error(
        "buying {shares} shares makes {denied:.2} CAD of the loss of {sold_on} superficial if they are still held on \
         {ends}{}", if *lost { "; in a registered account it is lost for good" } else { "" }
    )]
    SuperficialLoss {
        /// Day of the sale at a loss.
        sold_on: Date,
        /// Last day of its window.
        ends: Date,
        /// Shares that substitute for shares sold.
        shares: f64,
        /// What would be denied, Canadian dollars.
        denied: f64,
        /// The purchase is made in a registered account.
        lost: bool,
    },
    /// A loss on this trade may be denied, as the same shares are held elsewhere. A warning.
    #[error(
        "{shares} shares are held in other accounts: a loss within 30 days of this entry would be superficial"
    )]
    HeldElsewhere {
        /// Shares in other accounts.
        shares: f64,
    },
    /// A tax-free account is traded as often as a business would. A warning.
    #[error(
        "this would be trade {asked} of twelve months in a tax-free account; above {allowed} it may be taxed as a business"
    )]
    RegisteredTrades {
        /// Trades with this one.
        asked: f64,
        /// What the owner wants.
        allowed: f64,
    },
}

impl Refusal {
    /// The stable, machine-readable reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ViewUnusable { .. } => "view_unusable",
            Self::ZeroShares { .. } => "zero_shares",
            Self::BracketMissing { .. } => "bracket_missing",
            Self::Stopped { .. } => "stopped",
            Self::DrawdownStop { .. } => "drawdown_stop",
            Self::DailyLoss { .. } => "daily_loss",
            Self::MaxPositions { .. } => "max_positions",
            Self::AlreadyHeld { .. } => "already_held",
            Self::RiskPerPosition { .. } => "risk_per_position",
            Self::Heat { .. } => "portfolio_heat",
            Self::Notional { .. } => "notional",
            Self::Correlation { .. } => "correlation",
            Self::CorrelationUnknown { .. } => "correlation_unknown",
            Self::Participation { .. } => "participation",
            Self::Cash { .. } => "cash",
            Self::Unsettled { .. } => "unsettled_cash",
            Self::PriceCollar { .. } => "price_collar",
            Self::Spread { .. } => "spread",
            Self::MessagesPerMinute { .. } => "messages_per_minute",
            Self::MessagesPerSession { .. } => "messages_per_session",
            Self::RepeatedEntry { .. } => "repeated_entry",
            Self::EntryInterval { .. } => "entry_interval",
            Self::SelfTrade { .. } => "self_trade",
            Self::Duplicate { .. } => "duplicate",
            Self::OrderValue { .. } => "order_value",
            Self::Turnover { .. } => "turnover",
            Self::Sector { .. } => "sector",
            Self::LossStreak { .. } => "loss_streak",
            Self::AccountNotActive => "account_active",
            Self::AccountKindUnknown => "account_kind",
            Self::ExternalHolding { .. } => "external",
            Self::CurrencyCash { .. } => "currency_cash",
            Self::MarginExcess { .. } => "maintenance_excess",
            Self::GrossExposure { .. } => "gross_exposure",
            Self::SuperficialLoss { .. } => "superficial_loss",
            Self::HeldElsewhere { .. } => "held_elsewhere",
            Self::RegisteredTrades { .. } => "registered_trades",
        }
    }
}
