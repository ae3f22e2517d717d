//! Fees that marketplaces charge for taking liquidity, and pay or charge for adding it.

use serde::{Deserialize, Serialize};

use super::config::{ConfigError, in_range};
use crate::exit::ExitKind;

/// Most that a venue may charge or pay per share, currency.
const PER_SHARE_MAX: f64 = 0.1;

/// What an order does to the book of the venue that executes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liquidity {
    /// It trades against resting orders: it pays slippage and moves the price.
    Removing,
    /// It rested at its limit until someone traded against it.
    Adding,
}

/// The fees of one ECN, ATS or exchange, as the broker passes them on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VenueFee {
    /// The venue's name, as executions report it.
    pub venue: String,
    /// Least price per share that this row is for; of a venue's rows the highest one that is not
    /// above the price counts.
    #[serde(default)]
    pub price_from: f64,
    /// Currency per share when adding, -0.1 to 0.1; negative is a rebate.
    #[serde(default)]
    pub adding_per_share: f64,
    /// Currency per share when removing, -0.1 to 0.1; negative is a rebate.
    pub removing_per_share: f64,
}

impl Liquidity {
    /// What an exit of this kind does: only a target that traded at its own limit adds.
    pub const fn of(exit: ExitKind) -> Self {
        if exit.pays_slippage() { Self::Removing } else { Self::Adding }
    }
}

impl VenueFee {
    const fn per_share(&self, liquidity: Liquidity) -> f64 {
        match liquidity {
            Liquidity::Removing => self.removing_per_share,
            Liquidity::Adding => self.adding_per_share,
        }
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        if self.venue.trim().is_empty() {
            return Err(ConfigError::new("venue", "an empty name", "the name of a venue"));
        }
        in_range("price_from", self.price_from, (0.0, 1e6))?;
        let fee = (-PER_SHARE_MAX, PER_SHARE_MAX);
        in_range("adding_per_share", self.adding_per_share, fee)?;
        in_range("removing_per_share", self.removing_per_share, fee)
    }
}

/// Currency per share at `venue`; where the venue is not known, at the dearest one. None when no
/// row is for that venue or that price.
pub(crate) fn per_share(
    fees: &[VenueFee],
    venue: Option<&str>,
    price: f64,
    liquidity: Liquidity,
) -> Option<f64> {
    let of_price = |fee: &&VenueFee| fee.price_from <= price;
    let at = |name: &str| {
        let rows = fees.iter().filter(of_price).filter(|fee| fee.venue == name);
        rows.max_by(|a, b| a.price_from.total_cmp(&b.price_from))
            .map(|fee| fee.per_share(liquidity))
    };
    match venue {
        Some(name) => at(name),
        None => fees.iter().filter_map(|fee| at(&fee.venue)).max_by(f64::total_cmp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fee(venue: &str, price_from: f64, adding: f64, removing: f64) -> VenueFee {
        let venue = venue.to_owned();
        VenueFee { venue, price_from, adding_per_share: adding, removing_per_share: removing }
    }

    fn fees() -> Vec<VenueFee> {
        vec![
            fee("TSX", 0.0, 0.0, 0.0008),
            fee("TSX", 1.0, 0.0, 0.0035),
            fee("EDGA", 0.0, 0.004, 0.0),
            fee("IEX", 1.0, -0.001, 0.003),
        ]
    }

    #[test]
    fn a_venue_charges_by_side_of_the_book_and_by_price() {
        let at = |venue, price, side| per_share(&fees(), Some(venue), price, side);
        assert_eq!(at("TSX", 36.5, Liquidity::Removing), Some(0.0035));
        assert_eq!(at("TSX", 1.0, Liquidity::Removing), Some(0.0035));
        assert_eq!(at("TSX", 0.99, Liquidity::Removing), Some(0.0008));
        assert_eq!(at("TSX", 36.5, Liquidity::Adding), Some(0.0));
        assert_eq!(at("EDGA", 36.5, Liquidity::Adding), Some(0.004));
        assert_eq!(at("IEX", 36.5, Liquidity::Adding), Some(-0.001), "a rebate");
    }

    #[test]
    fn an_unknown_venue_costs_what_the_dearest_one_costs_and_a_wrong_name_has_no_fee() {
        assert_eq!(per_share(&fees(), None, 36.5, Liquidity::Removing), Some(0.0035));
        assert_eq!(per_share(&fees(), None, 36.5, Liquidity::Adding), Some(0.004));
        assert_eq!(per_share(&fees(), Some("CHIX"), 36.5, Liquidity::Adding), None);
        assert_eq!(per_share(&fees(), Some("IEX"), 0.5, Liquidity::Adding), None);
    }

    #[test]
    fn only_a_target_at_its_own_limit_adds() {
        use ExitKind::{EndOfData, Reversal, Stop, StopGap, Target, TargetGap, Time};
        for kind in [Stop, StopGap, TargetGap, Time, Reversal, EndOfData] {
            assert_eq!(Liquidity::of(kind), Liquidity::Removing, "{kind:?}");
        }
        assert_eq!(Liquidity::of(Target), Liquidity::Adding);
    }
}
