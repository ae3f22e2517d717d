//! The average cost of one person's shares of one property.

use tradebot_domain::Decimal;

use super::walk::TaxError;

/// Digits after the point of every amount in the books. Sums of such amounts are exact.
const AMOUNT_DIGITS: u32 = 6;
/// Digits after the point of shares.
const SHARE_DIGITS: u32 = 8;

/// Shares below which a position is flat: what rounding over splits can leave.
const DUST: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// Shares of one holder; cost matters for taxed accounts alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pool {
    /// Shares held.
    pub(super) shares: Decimal,
    /// Their cost base; none when it is not known.
    pub(super) cost: Option<Decimal>,
    /// Denied losses that wait for the next purchase.
    pub(super) pending: Decimal,
}

impl Default for Pool {
    fn default() -> Self {
        Self { shares: Decimal::ZERO, cost: Some(Decimal::ZERO), pending: Decimal::ZERO }
    }
}

impl Pool {
    /// Buys shares; what waited for them goes into their cost and is returned.
    pub(super) fn acquire(
        &mut self,
        shares: Decimal,
        cost: Option<Decimal>,
    ) -> Result<Decimal, TaxError> {
        let waited = std::mem::take(&mut self.pending);
        self.shares = add(self.shares, shares)?;
        self.cost = match (self.cost, cost) {
            (Some(held), Some(new)) => Some(add(add(held, new)?, waited)?),
            _ => None,
        };
        Ok(waited)
    }

    /// Sells shares and gives up their part of the cost; none when it is not known. A flat pool is
    /// known again.
    pub(super) fn dispose(&mut self, shares: Decimal) -> Result<Option<Decimal>, TaxError> {
        let flat = (self.shares - shares).abs() <= DUST;
        let part = match self.cost {
            Some(cost) if flat => Some(cost),
            Some(cost) => Some(amount(div(mul(cost, shares)?, self.shares)?)),
            None => None,
        };
        self.shares = if flat { Decimal::ZERO } else { add(self.shares, -shares)? };
        self.cost = match (self.cost, part) {
            _ if flat => Some(Decimal::ZERO),
            (Some(cost), Some(part)) => Some(add(cost, -part)?),
            _ => None,
        };
        Ok(part)
    }

    /// A denied loss becomes part of the cost, now or with the next purchase.
    pub(super) fn add_denied(&mut self, denied: Decimal) -> Result<(), TaxError> {
        if self.shares.is_zero() {
            self.pending = add(self.pending, denied)?;
        } else if let Some(cost) = self.cost {
            self.cost = Some(add(cost, denied)?);
        }
        Ok(())
    }

    /// Changes the cost by `by`; what would be below zero is a gain instead (ITA 40(3)) and is
    /// returned.
    pub(super) fn adjust(&mut self, by: Option<Decimal>) -> Result<Option<Decimal>, TaxError> {
        let (Some(cost), Some(by)) = (self.cost, by) else {
            self.cost = None;
            return Ok(None);
        };
        let after = add(cost, by)?;
        self.cost = Some(after.max(Decimal::ZERO));
        Ok(Some((-after).max(Decimal::ZERO)))
    }

    /// `new` for every `old` shares.
    pub(super) fn split(&mut self, new: Decimal, old: Decimal) -> Result<(), TaxError> {
        self.shares = shares(div(mul(self.shares, new)?, old)?);
        Ok(())
    }
}

/// Onto the digits that amounts have.
pub(super) fn amount(value: Decimal) -> Decimal {
    value.round_dp(AMOUNT_DIGITS)
}

/// Onto the digits that shares have.
pub(super) fn shares(value: Decimal) -> Decimal {
    value.round_dp(SHARE_DIGITS)
}

pub(super) fn add(a: Decimal, b: Decimal) -> Result<Decimal, TaxError> {
    a.checked_add(b).ok_or(TaxError::TooLarge)
}

pub(super) fn mul(a: Decimal, b: Decimal) -> Result<Decimal, TaxError> {
    a.checked_mul(b).ok_or(TaxError::TooLarge)
}

pub(super) fn div(a: Decimal, b: Decimal) -> Result<Decimal, TaxError> {
    a.checked_div(b).ok_or(TaxError::TooLarge)
}
