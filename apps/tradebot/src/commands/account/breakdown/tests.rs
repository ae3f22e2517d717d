//! Tests of the module `breakdown`.

use tradebot_domain::{Decimal, Price, Regime, Shares, Symbol};
use tradebot_journal::{ExitReason, SizeBasis};

use super::*;
use crate::commands::explain::sample;

fn trade(symbol: &str, cents: i64, reason: ExitReason) -> TradeRecord {
    let decision = sample::trade().id;
    let price = Price::new(Decimal::new(4_450, 2)).unwrap();
    let money = |cents| Money(Decimal::new(cents, 2));
    TradeRecord {
        decision,
        intent_id: "I000001".to_owned(),
        symbol: Symbol::new(symbol).unwrap(),
        row: Regime::TrendingLowVol,
        basis: SizeBasis::Drift,
        entry_session: decision.session,
        entry_price: price,
        exit_session: decision.session,
        exit_price: price,
        entry_shares: Shares(1),
        exit_shares: Shares(1),
        reason,
        ambiguous: false,
        sessions_held: 1,
        gross: money(cents + 100),
        dividends: money(0),
        costs: money(100),
        net: money(cents),
        planned_risk: money(10_000),
        r_multiple: cents as f64 / 10_000.0,
        kinds: None,
        bounds: None,
        traded: None,
        reach: None,
    }
}

#[test]
fn every_group_adds_up_to_the_net_of_all_trades() {
    let trades = [
        trade("AAPL", 15_000, ExitReason::Target),
        trade("AAPL", -10_000, ExitReason::Stop),
        trade("IBM", -2_500, ExitReason::Time),
    ];
    let decisions = vec![Some(sample::trade()); 3];
    let lines = lines(&trades, &[], &decisions);
    for by in GROUPS {
        let of_group = || lines.iter().filter(|l| l.by == by);
        assert_eq!(of_group().map(|l| l.net).sum::<Money>(), Money(Decimal::new(2_500, 2)), "{by}");
        if by != MEMBER {
            assert_eq!(of_group().map(|l| l.trades).sum::<usize>(), 3, "{by}");
        }
    }
    let aapl = lines.iter().find(|l| l.of == "AAPL").unwrap();
    assert_eq!((aapl.trades, aapl.won), (2, 1));
    assert!((aapl.mean_r.unwrap() - 0.25).abs() < 1e-12);
}

#[test]
fn a_member_against_a_loser_is_credited_and_one_for_it_is_charged() {
    let mut decision = sample::trade();
    // trend has weight .4 and is for it (.51 > .45); mean_reversion has .6 and is against it.
    decision.opinions[1].mean = 0.40;
    let trades = [trade("AAPL", -10_000, ExitReason::Stop)];
    let lines = lines(&trades, &[], &[Some(decision)]);
    let net = |of: &str| lines.iter().find(|l| l.by == MEMBER && l.of == of).unwrap().net;
    assert_eq!(net("trend"), Money(Decimal::new(-4_000, 2)));
    assert_eq!(net("mean_reversion"), Money(Decimal::new(6_000, 2)));
    assert_eq!(net(DISAGREED), Money(Decimal::new(-12_000, 2)));
    assert!(!lines.iter().any(|l| l.of == "forest"), "who abstained gets no share");
}

#[test]
fn nothing_traded_is_nothing_shown() {
    assert_eq!(lines(&[], &[], &[]), []);
}
