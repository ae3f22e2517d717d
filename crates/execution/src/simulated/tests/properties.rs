//! Random paths, random corporate actions: money adds up, and a trade is its shadow.

use super::*;
use crate::testing::intent_under;
use proptest::prelude::*;
use tradebot_brackets::{Exit, PartialExit, Walk};
use tradebot_domain::{ActionKind, Decimal, Shares};

const SESSIONS: i8 = 12;

/// Consistent bars on whole cents, from a close of 100 on.
pub(super) fn path() -> impl Strategy<Value = Vec<Bar>> {
    let one = (-150_i32..150, 0_i32..250, 0_i32..250, 0_i32..=100);
    proptest::collection::vec(one, usize::from(SESSIONS.unsigned_abs())).prop_map(|moves| {
        let mut close = 10_000;
        (1..)
            .zip(moves)
            .map(|(n, (gap, up, down, share))| {
                let open = (close + gap).max(1_000);
                let (high, low) = (open + up, (open - down).max(500));
                close = low + (high - low) * share / 100;
                bar(n, [open, high, low, close].map(|cents| f64::from(cents) / 100.0))
            })
            .collect()
    })
}

/// Session, and what happens on it: a split of one of `ratios`, or a dividend.
fn actions(ratios: &'static [&'static str]) -> impl Strategy<Value = Vec<CorporateAction>> {
    let one =
        (1..SESSIONS, 0..=ratios.len(), 1_i64..300).prop_map(|(n, which, cents)| {
            match ratios.get(which) {
                Some(ratio) => split(n, ratio),
                None => dividend(n, &Decimal::new(cents, 2).to_string()),
            }
        });
    // The same action twice is refused.
    proptest::collection::vec(one, 0..3).prop_map(|mut actions: Vec<CorporateAction>| {
        actions.dedup();
        actions
    })
}

/// The bars as printed: after a split on a hundredth of a cent of the new share.
fn printed(bars: &[Bar], actions: &[CorporateAction]) -> Vec<Bar> {
    let ratio = |action: &CorporateAction| match action.kind {
        ActionKind::Split { ratio } => f64::try_from(ratio).unwrap(),
        ActionKind::Dividend { .. } => 1.0,
    };
    bars.iter()
        .map(|b| {
            let due = actions.iter().filter(|a| a.ex_date <= b.date.date());
            let units: f64 = due.map(ratio).product();
            let print = |price: f64| (price / units * 1e4).round() / 1e4;
            Bar {
                open: print(b.open),
                high: print(b.high),
                low: print(b.low),
                close: print(b.close),
                ..*b
            }
        })
        .collect()
}

fn trailing_bracket(trailing: bool) -> Bracket {
    let trailing_atr = trailing.then_some(1.5);
    let row = BracketSpec { max_holding_sessions: 8, trailing_atr, ..crate::testing::ROW };
    Bracket::around_close(100.0, 2.0, &row, Tick::CENT).unwrap()
}

/// A market, and the session on whose close the consensus turns.
struct Market {
    bars: Vec<Bar>,
    actions: Vec<CorporateAction>,
    reversal: Option<i8>,
}

impl Market {
    fn due(&self, bar: &Bar) -> impl Iterator<Item = &CorporateAction> {
        let date = bar.date;
        self.actions.iter().filter(move |action| action.ex_date == date.date())
    }

    fn turns(&self, bar: &Bar) -> bool {
        self.reversal.is_some_and(|n| session(n) == bar.date)
    }

    /// Runs the order to its end through broker and book, with the audit of [`World`] at every
    /// step.
    fn traded(&self, order: Intent, costs: CostModel) -> World {
        let mut world = World::new(costs, "1000000");
        world.submit(order).unwrap();
        for bar in &self.bars {
            for action in self.due(bar) {
                world.broker.on_action(symbol(), action).unwrap();
            }
            world.bar(bar);
            if self.turns(bar) {
                world.reverse();
            }
        }
        let last = self.bars.last().unwrap();
        world.end(last.date, last.close);
        world
    }

    /// The same bracket, not taken.
    fn shadow(&self, walk: &Walk) -> (Walk, Option<Exit>) {
        let mut walk = *walk;
        for bar in &self.bars {
            for action in self.due(bar) {
                walk.apply_action(action);
            }
            walk.step(bar);
            if self.turns(bar) {
                walk.on_reversal();
            }
        }
        let exit = walk.exit().or_else(|| walk.end_of_data(self.bars.last().unwrap().close));
        (walk, exit)
    }
}

/// A market without reversals.
fn calm(bars: &[Bar], actions: &[CorporateAction]) -> Market {
    Market { bars: printed(bars, actions), actions: actions.to_vec(), reversal: None }
}

/// Each option alone, all off, and all on.
fn management() -> impl Strategy<Value = Management> {
    let part = (1_u32..30, prop_oneof![Just(0.5), Just(0.25), Just(0.75)])
        .prop_map(|(tenths, share)| PartialExit { at_r: f64::from(tenths) / 20.0, share });
    (0_usize..5, 1_u32..30, part).prop_map(|(which, tenths, part)| Management {
        exit_on_reversal: matches!(which, 1 | 4),
        break_even_at_r: matches!(which, 2 | 4).then_some(f64::from(tenths) / 20.0),
        partial_exit: matches!(which, 3 | 4).then_some(part),
    })
}

/// The trade as the walk tells it: the price of a whole sale, or the mean of part and rest.
fn exit_price(walk: &Walk, exit: &Exit) -> f64 {
    walk.part_sold()
        .map_or(exit.price, |sold| sold.share * sold.price + (1.0 - sold.share) * exit.price)
}

proptest! {
    #[test]
    fn cash_over_a_round_trip_changes_by_the_net_of_its_trade_exactly(
        bars in path(), actions in actions(&["2", "1.5", "0.5", "0.1", "3"]),
        shares in 1_u64..5_000, trailing: bool, management in management(), turn in 1..SESSIONS,
    ) {
        let market = Market { reversal: Some(turn), ..calm(&bars, &actions) };
        let order = intent_under(management, &trailing_bracket(trailing), shares);
        let world = market.traded(order, CostModel::default());
        prop_assert_eq!(world.book.held(), []);
        let net: Money = world.trades().iter().map(|trade| trade.net).sum();
        prop_assert_eq!(world.book.cash() - money("1000000"), net);
        for trade in world.trades() {
            prop_assert_eq!(trade.net, trade.gross + trade.dividends - trade.costs);
            let paid: Money = world
                .fills()
                .iter()
                .map(|fill| fill.commission + fill.spread_cost + fill.slippage_cost)
                .sum();
            prop_assert_eq!(trade.costs, paid, "of every fill");
        }
        if let Some(last) = world.fills().last() {
            prop_assert_eq!(last.cash_after, world.book.cash());
        }
    }

    #[test]
    fn a_trade_ends_like_the_shadow_outcome_of_its_bracket(
        bars in path(), actions in actions(&["2", "0.5", "4"]), trailing: bool,
        management in management(), turn in 1..SESSIONS,
    ) {
        let market = Market { reversal: Some(turn), ..calm(&bars, &actions) };
        let bracket = trailing_bracket(trailing);
        let costs = CostModel::default();
        // 1,600 shares, and a half or quarter of them, stay whole through any of these splits.
        let world = market.traded(intent_under(management, &bracket, 1_600), costs);
        let (walk, exit) = market.shadow(&Walk::new(&bracket).managed(&management, &costs));
        let trades = world.trades();
        prop_assert_eq!(trades.len(), usize::from(exit.is_some()));
        if let Some(exit) = exit {
            let trade = trades[0];
            prop_assert_eq!(trade.reason, crate::exit_reason(exit.kind));
            prop_assert_eq!(trade.sessions_held, exit.sessions);
            prop_assert_eq!(trade.ambiguous, exit.ambiguous);
            let price = exit_price(&walk, &exit);
            prop_assert!((trade.exit_price.to_f64() - price).abs() < 1.1e-4, "{price}");
            let exits = world.fills().len() - 1;
            prop_assert_eq!(exits, 1 + usize::from(walk.part_sold().is_some()));
            prop_assert!(exits == 2 || trade.exit_price.to_f64() == exit.price);
            let r = walk.net_r(&exit, &costs);
            prop_assert!((trade.r_multiple - r).abs() < 1e-5, "{} and {r}", trade.r_multiple);
        }
    }

    #[test]
    fn a_few_shares_trade_like_the_shadow_of_their_whole_shares(
        bars in path(), shares in 1_u64..12, percent in 5_u32..96, tenths in 1_u32..12,
    ) {
        let bracket = trailing_bracket(false);
        let asked = PartialExit { at_r: f64::from(tenths) / 10.0, share: f64::from(percent) / 100.0 };
        let management = Management { partial_exit: Some(asked), ..Management::OFF };
        let whole = asked.of(Shares(shares));
        let share = whole.to_f64() / shares as f64;
        let rounded = (whole > Shares::ZERO).then_some(PartialExit { share, ..asked });
        let rounded = Management { partial_exit: rounded, ..Management::OFF };
        let market = calm(&bars, &[]);
        let world = market.traded(intent_under(management, &bracket, shares), CostModel::FREE);
        let walk = Walk::new(&bracket).managed(&rounded, &CostModel::FREE);
        let (walk, exit) = market.shadow(&walk);
        if let Some(exit) = exit {
            let r = walk.net_r(&exit, &CostModel::FREE);
            let trade = world.trades()[0];
            prop_assert!((trade.r_multiple - r).abs() < 1e-9, "{} and {r}", trade.r_multiple);
            prop_assert_eq!((trade.entry_shares, trade.exit_shares), (Shares(shares), Shares(shares)));
        }
    }

    #[test]
    fn a_split_at_the_same_continuous_price_moves_equity_by_less_than_a_cent_a_fraction(
        shares in 1_u64..3_000, close_cents in 9_700_i32..10_500, which in 0_usize..4,
    ) {
        let (text, ratio) = [("2", 2.0), ("1.5", 1.5), ("0.5", 0.5), ("4", 4.0)][which];
        let close = f64::from(close_cents) / 100.0;
        let mut world = World::new(CostModel::default(), "1000000");
        world.submit(intent(&bracket(), shares)).unwrap();
        world.bar(&bar(1, [100.0, close.max(100.0), close.min(100.0), close]));
        let before = world.book.equity();
        world.broker.on_action(symbol(), &split(2, text)).unwrap();
        let same = (close / ratio * 1e4).round() / 1e4;
        world.bar(&bar(2, [same; 4]));
        // A price on a hundredth of a cent is off by half of one at most, per share.
        let held = world.book.position(symbol()).map_or(Shares(0), |p| p.shares);
        let moved = (world.book.equity() - before).to_f64().abs();
        prop_assert!(moved <= 0.005 + 5.1e-5 * held.to_f64(), "{moved}");
    }

    #[test]
    fn equity_never_changes_by_anything_but_prices_dividends_and_costs(bars in path()) {
        let mut world = World::new(CostModel::FREE, "1000000");
        world.submit(intent(&bracket(), 500)).unwrap();
        let mut last_close = None;
        for bar in &bars {
            let before = world.book.equity();
            let shares = world.book.position(symbol()).map(|p| p.shares.to_f64());
            world.bar(bar);
            if let (Some(shares), Some(close)) = (shares, last_close) {
                let exit = world.trades().first().map(|t| t.exit_price.to_f64());
                let wanted: f64 = shares * (exit.unwrap_or(bar.close) - close);
                let moved: f64 = (world.book.equity() - before).to_f64();
                prop_assert!((moved - wanted).abs() < 1e-6, "{moved} for {wanted}");
            }
            last_close = Some(bar.close);
        }
    }
}
