//! What is not known is said, and nothing is made of it.

use super::*;

#[test]
fn a_sale_of_shares_never_bought_leaves_the_gain_unknown_until_the_position_is_flat() {
    let books = Story::new()
        .on("2024-01-02", "margin", TaxAction::buy(100, 10))
        .on("2024-02-01", "margin", TaxAction::sell(50, 12))
        .on("2024-03-01", "margin", TaxAction::sell(80, 12))
        .on("2024-05-01", "margin", TaxAction::buy(10, 9))
        .on("2024-08-01", "margin", TaxAction::sell(10, 8))
        .books();
    assert_eq!(figures(&books, 1), ["unknown", "0", "unknown"], "the average had unknown shares");
    assert_eq!(figures(&books, 2), ["unknown", "0", "0"]);
    assert_eq!(figures(&books, 4), ["-10", "0", "0"]);
    let told = books.warnings[0].to_string();
    assert!(told.contains("30 shares were sold that the history never bought"), "{told}");
}

#[test]
fn an_opening_balance_makes_the_gain_known() {
    let opening =
        |cost: Option<&str>| TaxAction::Opening { shares: dec("30"), cost: cost.map(dec) };
    let story = |cost| {
        Story::new()
            .on("2024-01-01", "margin", opening(cost))
            .on("2024-01-02", "margin", TaxAction::buy(100, 10))
            .on("2024-03-01", "margin", TaxAction::sell(130, 12))
            .books()
    };
    assert_eq!(figures(&story(Some("150")), 2), ["410", "0", "0"]);
    let without = story(None);
    assert_eq!(figures(&without, 2), ["unknown", "0", "0"]);
    assert!(matches!(without.warnings[..], [TaxWarning::OpeningWithoutCost { .. }]));
}

#[test]
fn without_a_rate_nothing_is_converted_and_the_day_is_named() {
    let account = TaxAccount::taxed("margin", "me");
    let usd = |day: &str, action| TaxEvent {
        currency: Currency::Usd,
        ..TaxEvent::new(&account, "ZZZ", date(day), action)
    };
    let events =
        [usd("2024-01-04", TaxAction::buy(100, 10)), usd("2024-07-05", TaxAction::sell(100, 12))];
    let rates = RateTable::parse("date,USD\n2024-07-05,1.40\n").unwrap();
    let books = books(&[account], &events, &rates, &Rules::default()).unwrap();
    let sale = &books.lines[1];
    assert_eq!((sale.proceeds, sale.cost, sale.gain), (Some(dec("1680")), None, None));
    assert_eq!(books.warnings.len(), 1);
    let told = books.warnings[0].to_string();
    assert!(told.contains("no rate for USD on 2024-01-04"), "{told}");
}

#[test]
fn a_rate_older_than_a_week_is_none() {
    let rates = RateTable::parse("date,USD\n2024-07-05,1.40\n").unwrap();
    assert_eq!(rates.cad_per_unit(Currency::Usd, date("2024-07-12")), Some(dec("1.40")));
    assert_eq!(rates.cad_per_unit(Currency::Usd, date("2024-07-13")), None);
    assert_eq!(rates.cad_per_unit(Currency::Usd, date("2024-07-04")), None);
}

#[test]
fn the_file_of_the_bank_of_canada_is_read() {
    let file = "\"TERMS AND CONDITIONS\"\n\"https://www.bankofcanada.ca/terms/\"\n\n\"SERIES\"\n\
                \"id\",\"label\",\"description\"\n\"FXUSDCAD\",\"USD/CAD\",\"US dollar to Canadian\"\n\n\
                \"OBSERVATIONS\"\n\"date\",\"FXUSDCAD\",\"FXEURCAD\"\n\
                \"2024-01-02\",\"1.3316\",\"1.4580\"\n\"2024-01-03\",\"\",\"1.4580\"\n";
    let rates = RateTable::parse(file).unwrap();
    assert_eq!(rates.cad_per_unit(Currency::Usd, date("2024-01-02")), Some(dec("1.3316")));
    assert_eq!(rates.cad_per_unit(Currency::Usd, date("2024-01-03")), Some(dec("1.3316")));
}

#[test]
fn a_file_without_a_heading_or_with_a_rate_of_zero_is_refused() {
    assert_eq!(RateTable::parse("2024-01-02,1.33\n"), Err(RatesError::NoHeading));
    assert_eq!(RateTable::parse("date,EUR\n2024-01-02,1.33\n"), Err(RatesError::NoHeading));
    for bad in ["0", "-1.3", "x"] {
        let told = RateTable::parse(&format!("date,USD\n2024-01-02,{bad}\n")).unwrap_err();
        assert!(matches!(told, RatesError::Line { line: 2, .. }), "{told}");
    }
}

#[test]
fn events_that_no_books_can_be_kept_of_are_refused() {
    let refused = |story: &Story| {
        books(&story.accounts, &story.events, &RateTable::default(), &Rules::default()).unwrap_err()
    };
    let mut story = Story::new().on("2024-01-02", "margin", TaxAction::buy(100, 10));
    story.events[0].account = "other".to_owned();
    assert!(matches!(refused(&story), TaxError::UnknownAccount { .. }));
    for bad in
        [buy("0", "10", "0"), sell("-1", "10", "0"), buy("1", "-10", "0"), buy("1e16", "1", "0")]
    {
        let story = Story::new().on("2024-01-02", "margin", bad);
        assert!(matches!(refused(&story), TaxError::Unsound { .. }), "{bad:?}");
    }
    let mut twice = Story::new();
    twice.accounts.push(TaxAccount::taxed("margin", "else"));
    assert!(matches!(refused(&twice), TaxError::AccountTwice { .. }));
}
