//! How far a trade went for and against its owner before it ended.
//!
//! **Source:** Sweeney, Maximum Adverse Excursion (Wiley, 1997).

use tradebot_backtest::PricePoint;
use tradebot_journal::TradeRecord;

/// The furthest a trade went either way, units of planned risk, before costs: by highs and lows
/// where the run kept them, by closes in older runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Excursion {
    /// The lowest of entry, prices while held and exit, against the entry; 0 or below.
    pub(crate) adverse: f64,
    /// The highest of them; 0 or above.
    pub(crate) favourable: f64,
    /// At the exit.
    pub(crate) exit: f64,
}

/// The excursion of a long trade.
///
/// - `points`: closes of its symbol, ascending; prices are made comparable over splits and
///   dividends by their factors.
/// - **Edges:** `None` when its sessions are not among the points, or without planned risk.
pub(crate) fn excursion(trade: &TradeRecord, points: &[PricePoint]) -> Option<Excursion> {
    let at = |session| points.binary_search_by_key(&session, |p: &PricePoint| p.session).ok();
    let (from, to) = (at(trade.entry_session)?, at(trade.exit_session)?);
    let factor = points[from].factor;
    let entry = trade.entry_price.to_f64();
    let per_price = trade.entry_shares.to_f64() * rate_of(trade) / trade.planned_risk.to_f64();
    let away = |price: f64| (price / factor - entry) * per_price;
    let exit = away(trade.exit_price.to_f64() * points[to].factor);
    if let Some(reach) = trade.reach {
        let against = |price: f64| (price - entry) * per_price;
        let (adverse, favourable) = (against(reach.low).min(0.0), against(reach.high).max(0.0));
        let known = adverse.is_finite() && favourable.is_finite() && exit.is_finite();
        return known.then_some(Excursion { adverse, favourable, exit });
    }
    // The close of the session of the exit came after it.
    let held = points.get(from..to)?.iter().map(|p| away(p.close)).filter(|v| v.is_finite());
    let (adverse, favourable) =
        held.chain([exit]).fold((0.0_f64, 0.0_f64), |(lo, hi), v| (lo.min(v), hi.max(v)));
    (adverse.is_finite() && favourable.is_finite() && exit.is_finite()).then_some(Excursion {
        adverse,
        favourable,
        exit,
    })
}

/// Mean exchange rate of a trade, units of the account's currency for one of its prices.
fn rate_of(trade: &TradeRecord) -> f64 {
    let at_prices = (trade.entry_price.times(trade.entry_shares)
        + trade.exit_price.times(trade.exit_shares))
    .to_f64();
    trade.traded.map_or(1.0, |traded| traded.to_f64() / at_prices)
}

#[cfg(test)]
mod tests {
    use tradebot_domain::{Moment, Price, Shares};

    use super::*;
    use crate::testing::{MadeUp, money, weekdays};

    fn price(of: f64) -> Price {
        Price::new(money(of).0).unwrap()
    }

    /// 10 shares at 100, 50 at risk: a price of 5 is one R.
    fn trade(dates: &[Moment], exit: usize, exit_price: f64) -> TradeRecord {
        let any = MadeUp::default().run().trades.remove(0);
        TradeRecord {
            entry_session: dates[0],
            entry_price: price(100.0),
            entry_shares: Shares(10),
            exit_shares: Shares(10),
            exit_session: dates[exit],
            exit_price: price(exit_price),
            planned_risk: money(50.0),
            ..any
        }
    }

    fn points(dates: &[Moment], closes: &[(f64, f64)]) -> Vec<PricePoint> {
        let both = dates.iter().zip(closes);
        both.map(|(d, (raw, factor))| PricePoint {
            session: *d,
            close: raw * factor,
            factor: *factor,
        })
        .collect()
    }

    #[test]
    fn closes_while_held_and_the_exit_count_and_the_close_after_it_does_not() {
        let dates = weekdays(4);
        let closes = points(&dates, &[(98.0, 1.0), (90.0, 1.0), (106.0, 1.0), (500.0, 1.0)]);
        let seen = excursion(&trade(&dates, 3, 103.0), &closes).unwrap();
        assert!((seen.adverse + 2.0).abs() < 1e-12, "{seen:?}");
        assert!((seen.favourable - 1.2).abs() < 1e-12, "{seen:?}");
        assert!((seen.exit - 0.6).abs() < 1e-12, "{seen:?}");
        // Left in the session of the entry: only the exit is known.
        let short = excursion(&trade(&dates, 0, 95.0), &closes).unwrap();
        assert_eq!((short.adverse, short.favourable, short.exit), (-1.0, 0.0, -1.0));
    }

    #[test]
    fn a_split_is_not_an_excursion() {
        let dates = weekdays(3);
        // Two for one after the entry: 100 becomes 50 a share with a factor twice as large.
        let closes = points(&dates, &[(100.0, 1.5), (50.0, 3.0), (52.5, 3.0)]);
        let seen = excursion(&trade(&dates, 2, 52.5), &closes).unwrap();
        assert!(seen.adverse.abs() < 1e-12 && (seen.favourable - 1.0).abs() < 1e-12, "{seen:?}");
    }

    #[test]
    fn highs_and_lows_go_before_closes_where_the_run_kept_them() {
        let dates = weekdays(3);
        let closes = points(&dates, &[(99.0, 1.0), (101.0, 1.0), (102.0, 1.0)]);
        let reach = Some(tradebot_journal::Reach { low: 94.0, high: 109.0 });
        let kept = TradeRecord { reach, ..trade(&dates, 2, 102.0) };
        let seen = excursion(&kept, &closes).unwrap();
        assert!((seen.adverse + 1.2).abs() < 1e-12 && (seen.favourable - 1.8).abs() < 1e-12);
        // The same in an account of another currency, at a rate of 1.25.
        let traded = Some(money(1.25 * 2_020.0));
        let abroad = TradeRecord { traded, planned_risk: money(62.5), ..kept };
        let seen = excursion(&abroad, &closes).unwrap();
        assert!((seen.adverse + 1.2).abs() < 1e-12 && (seen.favourable - 1.8).abs() < 1e-12);
    }

    #[test]
    fn a_trade_without_closes_or_risk_has_none() {
        let dates = weekdays(3);
        let closes = points(&dates, &[(100.0, 1.0), (101.0, 1.0)]);
        assert_eq!(excursion(&trade(&dates, 2, 101.0), &closes), None);
        assert_eq!(excursion(&trade(&dates, 1, 101.0), &[]), None);
        let mut free = trade(&dates, 1, 101.0);
        free.planned_risk = money(0.0);
        assert_eq!(excursion(&free, &closes), None);
    }
}
