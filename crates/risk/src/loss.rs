//! Losses that a purchase would make superficial.

use tradebot_domain::Date;

/// A sale at a loss not long ago, as tax books know it; analysis, so in `f64`.
///
/// **Source:** Canada's Income Tax Act, section 54 "superficial loss"; the part that is denied by
/// the formula of Interpretation Bulletin IT-456R, paragraph 12.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecentLoss {
    /// Day of the sale.
    pub sold_on: Date,
    /// Last day on which a purchase can deny it, and on which the shares must still be held.
    pub ends: Date,
    /// The whole loss, Canadian dollars, > 0.
    pub loss: f64,
    /// The part that is denied already.
    pub denied: f64,
    /// Shares sold.
    pub sold: f64,
    /// Shares acquired in its window so far, in all accounts.
    pub acquired: f64,
    /// Shares held by now, in all accounts.
    pub held: f64,
}

impl RecentLoss {
    /// How much more of the loss is denied when `shares` are bought and still held at the end of
    /// its window: least of (sold, acquired, held) / sold of the loss, less what is denied already.
    pub fn would_deny(&self, shares: f64) -> f64 {
        let least = self.sold.min(self.acquired + shares).min(self.held + shares);
        (self.loss * least / self.sold - self.denied).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss() -> RecentLoss {
        RecentLoss {
            sold_on: "2026-03-02".parse().unwrap(),
            ends: "2026-04-01".parse().unwrap(),
            loss: 400.0,
            denied: 0.0,
            sold: 100.0,
            acquired: 0.0,
            held: 0.0,
        }
    }

    #[test]
    fn buying_back_a_part_denies_that_part_and_more_than_was_sold_denies_no_more() {
        assert_eq!(loss().would_deny(25.0), 100.0);
        assert_eq!(loss().would_deny(100.0), 400.0);
        assert_eq!(loss().would_deny(1_000.0), 400.0);
    }

    #[test]
    fn what_is_denied_already_is_not_counted_again() {
        let partly = RecentLoss { acquired: 25.0, held: 25.0, denied: 100.0, ..loss() };
        assert_eq!(partly.would_deny(25.0), 100.0);
        assert_eq!(partly.would_deny(75.0), 300.0);
    }
}
