//! Laws of bookkeeping, on histories that no one has made up by hand.

use proptest::prelude::*;
use tradebot_domain::Span;

use super::*;

/// Account, days since the event before, and what happens: figures that make a history.
type Raw = (usize, i32, u8, u32, u32, u32);

/// A history in which no holder sells more than it has: too large a sale sells what is there.
fn history(raw: &[Raw]) -> Story {
    let mut story = Story::new();
    let ids = ["margin", "tfsa", "spouse"];
    let mut held = [Decimal::ZERO; 3];
    let mut day = date("2020-01-02");
    let mut after_split = false;
    for &(who, days, what, shares, price, fee) in raw {
        // A split comes before the trades of its day, so here it has a day of its own.
        let apart = i32::from(what == 5 || std::mem::replace(&mut after_split, what == 5));
        day = day.saturating_add(Span::new().days(days + apart));
        let (shares, fee) = (Decimal::from(shares), Decimal::new(i64::from(fee), 2));
        let action = match what {
            0 | 1 => {
                held[who] += shares;
                TaxAction::Buy { shares, amount: shares * Decimal::from(price), outlays: fee }
            }
            2 | 3 if held[who] > Decimal::ZERO => {
                let shares = shares.min(held[who]);
                held[who] -= shares;
                TaxAction::Sell { shares, amount: shares * Decimal::from(price), outlays: fee }
            }
            4 if who != 1 => TaxAction::ReturnOfCapital { amount: Decimal::from(price) },
            5 => {
                held = held.map(|h| h * Decimal::TWO);
                TaxAction::Split { new: Decimal::TWO, old: Decimal::ONE }
            }
            _ => continue,
        };
        story = story.on(&day.to_string(), ids[who], action);
    }
    story
}

fn raw() -> impl Strategy<Value = Vec<Raw>> {
    prop::collection::vec(
        (0_usize..3, 0..40_i32, 0_u8..6, 1_u32..200, 1_u32..100, 0_u32..1000),
        1..40,
    )
}

fn sum(values: impl Iterator<Item = Option<Decimal>>) -> Decimal {
    values.map(|v| v.expect("all is known in these histories")).sum()
}

fn lost(books: &TaxBooks) -> Decimal {
    let parts = books.warnings.iter().map(|w| match w {
        TaxWarning::Lost { amount, .. } => *amount,
        _ => Decimal::ZERO,
    });
    parts.sum()
}

/// What all people gained in the end.
fn counted(books: &TaxBooks) -> Decimal {
    books.lines.iter().filter_map(TaxLine::counted).sum()
}

fn cost_held(books: &TaxBooks) -> Decimal {
    sum(books.holdings.iter().filter(|h| !h.registered).map(|h| h.acb))
}

/// Two ways of counting shares may round each line's part of an average cost apart, by a millionth of
/// a dollar.
fn equal_but_for_rounding(a: Decimal, b: Decimal, books: &TaxBooks) -> bool {
    (a - b).abs() <= Decimal::new(i64::try_from(books.lines.len()).unwrap(), 6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every dollar is cost, gain or lost for good.
    #[test]
    fn gains_and_the_cost_that_is_left_account_for_every_dollar(raw in raw()) {
        let books = history(&raw).books();
        let of = |kind: LineKind| books.lines.iter().filter(move |l| l.kind == kind);
        let paid = sum(of(LineKind::Buy).map(|l| l.cost));
        let received = sum(of(LineKind::Sell).map(|l| l.proceeds)) - sum(of(LineKind::Sell).map(|l| l.outlays))
            + sum(of(LineKind::ReturnOfCapital).map(|l| l.proceeds));
        prop_assert_eq!(counted(&books), received - paid + cost_held(&books) + lost(&books));
    }

    #[test]
    fn no_cost_base_falls_below_zero_and_no_more_than_the_loss_is_denied(raw in raw()) {
        let books = history(&raw).books();
        for line in &books.lines {
            prop_assert!(line.acb.unwrap() >= Decimal::ZERO, "{:?}", line);
            prop_assert!(line.held >= Decimal::ZERO && line.denied >= Decimal::ZERO);
            if !line.denied.is_zero() {
                prop_assert!(line.denied <= -line.gain.unwrap(), "{:?}", line);
                let parts = line.superficial.iter().flat_map(|s| &s.allocations);
                prop_assert_eq!(parts.map(|p| p.amount).sum::<Decimal>(), line.denied);
            }
        }
    }

    #[test]
    fn a_split_at_the_end_or_the_start_changes_no_dollar(raw in raw(), at_end in any::<bool>()) {
        let plain = history(&raw);
        let day = if at_end { "2090-01-02" } else { "2019-12-31" };
        let split = history(&raw).on(day, "margin", TaxAction::Split { new: 3.into(), old: 1.into() });
        let (plain, split) = (plain.books(), split.books());
        for (a, b) in [(counted(&plain), counted(&split)), (cost_held(&plain), cost_held(&split))] {
            prop_assert!(equal_but_for_rounding(a, b, &plain), "{} {}", a, b);
        }
    }

    #[test]
    fn a_split_between_two_trades_changes_no_dollar(
        shares in 1_u32..200, sold in 1_u32..200, back in 0_u32..200, price in 1_u32..50,
    ) {
        let sold = sold.min(shares);
        let story = |ratio: u32| {
            let n = |count: u32| Decimal::from(count * ratio);
            let worth = |count: u32, price: u32| Decimal::from(count) * Decimal::from(price);
            let mut story = Story::new().on("2020-01-02", "margin", TaxAction::buy(shares, 20));
            let split = TaxAction::Split { new: ratio.into(), old: Decimal::ONE };
            story = story.on("2020-06-01", "margin", TaxAction::Sell {
                shares: sold.into(), amount: worth(sold, price), outlays: Decimal::ZERO,
            });
            story = story.on("2020-06-08", "margin", split).on("2020-06-08", "spouse", split);
            if back > 0 {
                story = story.on("2020-06-15", "margin", TaxAction::Buy {
                    shares: n(back), amount: worth(back, price), outlays: Decimal::ZERO,
                });
            }
            story.books()
        };
        let (plain, split) = (story(1), story(4));
        for (a, b) in [(counted(&plain), counted(&split)), (cost_held(&plain), cost_held(&split))] {
            prop_assert!(equal_but_for_rounding(a, b, &plain), "{} {}", a, b);
        }
    }

    #[test]
    fn purchases_of_a_day_may_come_in_any_order_and_a_sale_in_pieces_is_one(
        pieces in prop::collection::vec((1_u32..100, 1_u32..50), 1..8), price in 1_u32..50, back in 0_u32..400,
    ) {
        let total: u32 = pieces.iter().map(|(n, _)| n).sum();
        let end = |mut story: Story| {
            if back > 0 {
                story = story.on("2020-03-20", "margin", TaxAction::buy(back, price));
            }
            story.books()
        };
        let bought = |story: Story, (n, p): &(u32, u32)| story.on("2020-01-02", "margin", TaxAction::buy(*n, *p));
        let sold = |story: Story, (n, _): &(u32, u32)| story.on("2020-03-02", "margin", TaxAction::sell(*n, price));
        let forward = pieces.iter().fold(pieces.iter().fold(Story::new(), bought), sold);
        let backward = pieces.iter().rev().fold(Story::new(), bought).on("2020-03-02", "margin", TaxAction::sell(total, price));
        let (forward, backward) = (end(forward), end(backward));
        prop_assert_eq!(counted(&forward), counted(&backward));
        prop_assert_eq!(&forward.holdings, &backward.holdings);
    }

    #[test]
    fn events_may_be_told_in_any_order(raw in raw(), seed in any::<u64>()) {
        let story = history(&raw);
        let mut days = story.events.iter().map(|e| e.traded).collect::<Vec<_>>();
        days.dedup();
        prop_assume!(days.len() == story.events.len());
        let mut shuffled = history(&raw);
        shuffled.events.sort_by_key(|e| u64::from(e.traded.day_of_year().unsigned_abs()).wrapping_mul(seed | 1));
        let through = Rules { through: Some(date("2099-12-31")), ..Rules::default() };
        prop_assert_eq!(story.books_by(through), shuffled.books_by(through));
    }
}
