//! Worked examples that others have published; the numbers are theirs.

use super::*;

/// CRA guide T4037, identical properties: 100 at 15, 150 at 20, 200 sold, 350 at 21.
#[test]
fn the_average_moves_with_purchases_and_stays_with_sales() {
    let books = Story::new()
        .on("2001-05-01", "margin", TaxAction::buy(100, 15))
        .on("2002-05-01", "margin", TaxAction::buy(150, 20))
        .on("2003-05-01", "margin", TaxAction::sell(200, 18))
        .on("2004-05-03", "margin", TaxAction::buy(350, 21))
        .books();
    let average = |line: usize| cents(books.lines[line].acb.map(|c| c / books.lines[line].held));
    assert_eq!([0, 1, 2, 3].map(average), ["15", "18", "18", "20.62"]);
    assert_eq!(books.lines[3].acb, Some(dec("8250")), "20.625 a share, 20.63 in the guide");
}

/// KPU Intermediate Canadian Tax, question 17: 1,000 for 25,000, 1,111 for 24,998, 1,001 sold.
#[test]
fn a_sale_gives_up_its_part_of_the_average_cost() {
    let books = Story::new()
        .on("2010-02-01", "margin", buy("1000", "25000", "0"))
        .on("2010-03-01", "margin", buy("1111", "24998", "0"))
        .on("2010-09-01", "margin", sell("1001", "30000", "0"))
        .books();
    assert_eq!(cents(books.lines[2].cost), "23708.19", "23,708 in the book");
    assert_eq!(cents(books.lines[2].acb.map(|c| c / dec("1110"))), "23.68");
}

/// canadianfinanceblog.com, "How to calculate your adjusted cost base".
#[test]
fn commissions_of_purchases_are_cost_and_those_of_sales_are_outlays() {
    let books = Story::new()
        .on("2010-02-01", "margin", buy("500", "7500", "20"))
        .on("2010-03-01", "margin", buy("200", "2400", "20"))
        .on("2010-09-01", "margin", sell("100", "1500", "20"))
        .books();
    assert_eq!(figures(&books, 2), ["60", "0", "8520"]);
    assert_eq!(books.lines[2].outlays, Some(dec("20")));
}

/// cscexams.ca, 24.3.1: 100 at 6 with 17, sold at 10 with 25.
#[test]
fn a_round_trip_pays_both_commissions() {
    let books = Story::new()
        .on("2018-01-10", "margin", buy("100", "600", "17"))
        .on("2020-01-10", "margin", sell("100", "1000", "25"))
        .books();
    assert_eq!(figures(&books, 1), ["358", "0", "0"]);
}

/// adjustedcostbase.ca, "What is the superficial loss rule?", example 1.
#[test]
fn a_loss_bought_back_the_next_day_is_denied_and_comes_back_with_the_last_sale() {
    let books = Story::new()
        .on("2014-01-06", "margin", TaxAction::buy(100, 50))
        .on("2014-11-03", "margin", TaxAction::sell(100, 30))
        .on("2014-11-04", "margin", TaxAction::buy(100, 30))
        .on("2015-12-02", "margin", TaxAction::sell(100, 80))
        .books();
    assert_eq!(figures(&books, 1), ["-2000", "2000", "0"]);
    assert_eq!((books.lines[2].added, books.lines[2].acb), (dec("2000"), Some(dec("5000"))));
    assert_eq!(figures(&books, 3), ["3000", "0", "0"]);
}

/// Jamie Golombek, "Partial disposition of property" (2006), on CRA 2005-0150811E5: bought 100 at 3
/// and 100 at 1, sold half at 1 the day after the second purchase.
#[test]
fn a_purchase_before_the_sale_denies_its_loss_too() {
    let books = Story::new()
        .on("2006-01-01", "margin", TaxAction::buy(100, 3))
        .on("2006-03-01", "margin", TaxAction::buy(100, 1))
        .on("2006-03-02", "margin", TaxAction::sell(100, 1))
        .books();
    assert_eq!(figures(&books, 2), ["-100", "100", "300"]);
}

/// IT-456R, paragraph 12: of 50, 20 are sold at a loss and 15 bought back.
#[test]
fn a_loss_is_denied_for_as_many_shares_as_are_bought_back() {
    let books = Story::new()
        .on("2020-01-06", "margin", TaxAction::buy(50, 10))
        .on("2020-06-01", "margin", TaxAction::sell(20, 6))
        .on("2020-06-15", "margin", TaxAction::buy(15, 6))
        .books();
    assert_eq!(figures(&books, 1), ["-80", "60", "300"]);
    assert_eq!(books.lines[1].counted(), Some(dec("-20")));
    assert_eq!(books.lines[2].acb, Some(dec("450")), "300 + 90 + 60");
}

/// The R package cryptoTax, tests of partial superficial losses: 10 for 100, sold for 50, 4 for 24.
#[test]
fn a_part_bought_back_carries_its_part_of_the_loss() {
    let books = Story::new()
        .on("2021-01-01", "margin", buy("10", "100", "0"))
        .on("2021-01-10", "margin", sell("10", "50", "0"))
        .on("2021-01-20", "margin", buy("4", "24", "0"))
        .books();
    assert_eq!(figures(&books, 1), ["-50", "20", "0"]);
    assert_eq!(books.lines[2].acb, Some(dec("44")));
}

/// Canadian Money Forum, "Help with superficial loss rule": 100 at 10 and 50 at 9 with 5 each, then
/// 80 at 9.50 with 5; 50 of the 80 are superficial.
#[test]
fn of_a_sale_larger_than_the_purchase_before_it_a_part_counts() {
    let books = Story::new()
        .on("2014-08-02", "margin", buy("100", "1000", "5"))
        .on("2014-11-03", "margin", buy("50", "450", "5"))
        .on("2014-11-10", "margin", sell("80", "760", "5"))
        .books();
    let line = &books.lines[2];
    assert_eq!(cents(line.gain), "-23.67");
    assert_eq!(cents(Some(line.denied)), "14.79", "50 / 80 of it");
    assert_eq!(line.acb, Some(dec("696.125")), "70 / 150 of 1460, and what was denied");
}

/// Canada Revenue Agency 2022-0940941C6 (APFF 2022, question 4): a loss of 10,000 on 2,000 shares;
/// the RRSP bought 1,000 before, the spouse 2,000 and the individual 500 after.
#[test]
fn a_denied_loss_is_shared_out_by_the_substitutes_that_each_holds() {
    let books = Story::new()
        .on("2021-03-15", "margin", TaxAction::buy(2000, 10))
        .on("2022-03-10", "tfsa", TaxAction::buy(1000, 5))
        .on("2022-03-15", "margin", TaxAction::sell(2000, 5))
        .on("2022-03-16", "spouse", TaxAction::buy(2000, 5))
        .on("2022-04-13", "margin", TaxAction::buy(500, 5))
        .books();
    assert_eq!(figures(&books, 1), ["-10000", "10000", "0"]);
    let parts = &books.lines[1].superficial.as_ref().unwrap().allocations;
    let told: Vec<_> =
        parts.iter().map(|p| (p.person.as_str(), p.registered, cents(Some(p.amount)))).collect();
    let expected =
        [("me", false, "1428.57"), ("me", true, "2857.14"), ("spouse", false, "5714.29")];
    assert_eq!(told, expected.map(|(who, reg, part)| (who, reg, part.to_owned())));
    assert_eq!(cents(books.lines[2].acb), "15714.29", "the spouse's 10,000 and 2/3.5 of the loss");
    assert_eq!(cents(books.lines[3].acb), "3928.57", "2,500 and .5/3.5 of the loss");
    assert!(matches!(&books.warnings[..], [TaxWarning::Lost { person, .. }] if person == "me"));
}

/// Canada Revenue Agency 2021-0896031C6 (APFF 2021, question 3): sold on September 1 at a loss of
/// 20,000; a registered plan buys 1,200 on the 7th and has sold them by the 30th, or has bought
/// them again on October 1, the thirtieth day.
#[test]
fn the_day_of_the_sale_does_not_count_and_the_thirtieth_does() {
    let story = || {
        Story::new()
            .on("2020-09-01", "margin", TaxAction::buy(1000, 50))
            .on("2021-09-01", "margin", TaxAction::sell(1000, 30))
            .on("2021-09-07", "tfsa", TaxAction::buy(1200, 30))
            .on("2021-09-30", "tfsa", TaxAction::sell(1200, 30))
    };
    assert_eq!(figures(&story().books(), 1), ["-20000", "0", "0"]);
    let again = story().on("2021-10-01", "tfsa", TaxAction::buy(1200, 30)).books();
    assert_eq!(figures(&again, 1), ["-20000", "20000", "0"]);
    let too_late = story().on("2021-10-02", "tfsa", TaxAction::buy(1200, 30)).books();
    assert_eq!(figures(&too_late, 1), ["-20000", "0", "0"]);
}

#[test]
fn a_loss_bought_back_in_a_registered_account_is_lost_for_good() {
    let books = Story::new()
        .on("2025-01-02", "margin", TaxAction::buy(100, 10))
        .on("2025-03-03", "margin", TaxAction::sell(100, 6))
        .on("2025-03-20", "tfsa", TaxAction::buy(100, 6))
        .books();
    assert_eq!(figures(&books, 1), ["-400", "400", "0"]);
    assert!(books.holdings.iter().all(|h| h.acb.is_none()), "no one's cost has grown");
    let lost = TaxWarning::Lost {
        property: "XYZ".to_owned(),
        person: "me".to_owned(),
        date: date("2025-03-03"),
        amount: dec("400"),
    };
    assert_eq!(books.warnings, [lost]);
}

#[test]
fn a_gain_is_never_denied_and_a_loss_sold_out_within_the_window_counts() {
    let gain = Story::new()
        .on("2024-01-02", "margin", TaxAction::buy(100, 10))
        .on("2024-03-01", "margin", TaxAction::sell(100, 12))
        .on("2024-03-04", "margin", TaxAction::buy(100, 12))
        .books();
    assert_eq!(figures(&gain, 1), ["200", "0", "0"]);
    let out = Story::new()
        .on("2024-01-02", "margin", TaxAction::buy(100, 10))
        .on("2024-03-01", "margin", TaxAction::sell(100, 6))
        .on("2024-03-04", "margin", TaxAction::buy(100, 6))
        .on("2024-03-20", "margin", TaxAction::sell(100, 5))
        .books();
    assert_eq!(figures(&out, 1), ["-400", "0", "0"], "nothing is held on the thirtieth day");
    assert_eq!(figures(&out, 3), ["-100", "0", "0"]);
}

#[test]
fn foreign_amounts_take_the_rate_of_their_own_day() {
    let rates = RateTable::parse("date,USD\n2024-01-04,1.30\n2024-07-05,1.40\n").unwrap();
    let account = TaxAccount::taxed("margin", "me");
    let usd = |day: &str, action| TaxEvent {
        currency: Currency::Usd,
        ..TaxEvent::new(&account, "ZZZ", date(day), action)
    };
    let events = [
        usd("2024-01-04", buy("100", "1000", "5")),
        usd("2024-07-08", sell("100", "1200", "5")), // a Monday: Friday's rate stands in
    ];
    let books = books(&[account], &events, &rates, &Rules::default()).unwrap();
    assert_eq!(books.lines[0].acb, Some(dec("1306.5")), "1,005 at 1.30");
    let sale = &books.lines[1];
    let told = (sale.proceeds, sale.outlays, sale.gain);
    assert_eq!(told, (Some(dec("1680")), Some(dec("7")), Some(dec("366.5"))));
}

#[test]
fn settlement_decides_the_year_and_the_window_unless_the_trade_is_to() {
    let mut story = Story::new().on("2024-01-02", "margin", TaxAction::buy(100, 10)).on(
        "2024-12-31",
        "margin",
        TaxAction::sell(100, 12),
    );
    story.events[1].settled = date("2025-01-02");
    let years = |rules: Rules| {
        YearSummary::all(&story.books_by(rules)).into_iter().map(|y| y.year).collect::<Vec<_>>()
    };
    assert_eq!(years(Rules::default()), [2025]);
    assert_eq!(years(Rules { basis: DateBasis::Trade, ..Rules::default() }), [2024]);
}

#[test]
fn a_return_of_capital_beyond_the_cost_is_a_gain_and_leaves_none() {
    let back = |amount: &str| TaxAction::ReturnOfCapital { amount: dec(amount) };
    let books = Story::new()
        .on("2024-01-02", "margin", TaxAction::buy(100, 10))
        .on("2024-06-28", "margin", back("700"))
        .on("2024-12-31", "margin", back("400"))
        .books();
    assert_eq!(figures(&books, 1), ["0", "0", "300"]);
    assert_eq!(figures(&books, 2), ["100", "0", "0"]);
    let year = YearSummary::of(&books, "me", 2024);
    assert_eq!((year.rows.len(), year.total.counted), (1, dec("100")));
}

#[test]
fn a_reinvested_dividend_is_a_purchase_and_a_distribution_kept_raises_the_cost() {
    let books = Story::new()
        .on("2024-01-02", "margin", TaxAction::buy(100, 10))
        .on(
            "2024-03-28",
            "margin",
            TaxAction::Reinvested { shares: dec("1.5"), amount: dec("16.50") },
        )
        .on("2024-12-31", "margin", TaxAction::CostAdded { amount: dec("33.50") })
        .books();
    assert_eq!(books.holdings[0].shares, dec("101.5"));
    assert_eq!(books.holdings[0].acb, Some(dec("1050")));
}

#[test]
fn a_year_adds_up_its_dispositions_and_leaves_out_what_is_not_known() {
    let mut story = Story::new()
        .on("2023-01-03", "margin", TaxAction::buy(300, 10))
        .on("2023-12-01", "margin", TaxAction::sell(100, 11))
        .on("2024-02-01", "margin", sell("100", "900", "10"))
        .on("2024-02-15", "margin", TaxAction::buy(50, 9));
    let account = story.accounts[0].clone();
    let unknown = TaxEvent::new(&account, "OLD", date("2024-05-01"), TaxAction::sell(10, 5));
    story.events.push(unknown);
    let books = story.books();
    let year = YearSummary::of(&books, "me", 2024);
    let row = &year.rows[1];
    assert_eq!((row.property.as_str(), row.shares), ("XYZ", dec("100")));
    assert_eq!((row.proceeds, row.cost, row.outlays), (dec("900"), dec("1000"), dec("10")));
    assert_eq!((row.gain, row.denied, row.counted), (dec("-110"), dec("55"), dec("-55")));
    assert_eq!((year.rows[0].unknown, year.total.unknown), (1, 1));
    assert_eq!(year.total.counted, dec("-55"));
}

#[test]
fn an_entry_learns_what_it_would_deny() {
    let books = Story::new()
        .on("2026-01-05", "margin", TaxAction::buy(100, 10))
        .on("2026-03-02", "margin", TaxAction::sell(80, 6))
        .books_by(Rules { through: Some(date("2026-03-20")), ..Rules::default() });
    let losses = recent_losses(&books, "XYZ", date("2026-03-20"));
    let [loss] = losses[..] else { panic!("{losses:?}") };
    assert_eq!((loss.sold_on, loss.ends), (date("2026-03-02"), date("2026-04-01")));
    assert_eq!((loss.loss, loss.sold, loss.held), (320.0, 80.0, 20.0));
    assert_eq!(loss.would_deny(40.0), 160.0);
    assert_eq!(recent_losses(&books, "XYZ", date("2026-04-02")), [], "the window is over");
    assert_eq!(recent_losses(&books, "ABC", date("2026-03-20")), []);
    assert!(matches!(books.warnings[..], [TaxWarning::WindowOpen { .. }]));
}
