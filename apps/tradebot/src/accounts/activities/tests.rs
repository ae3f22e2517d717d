//! Tests of the module `activities`.

use super::*;

const EXPORT: &str = "Transaction Date,Settlement Date,Action,Symbol,Description,Quantity,Price,Gross Amount,Commission,Net Amount,Currency,Account #,Activity Type,Account Type
2024-07-05 12:00:00 AM,2024-07-08 12:00:00 AM,Buy,ZZQ.TO,ZZQ CORP,40,36.5,-1460.00,-0.14,-1460.14,CAD,26543210,Trades,Individual margin
2024-08-05 12:00:00 AM,2024-08-06 12:00:00 AM,Sell,ZZQ.TO,ZZQ CORP,-10,40,400.00,-0.03,399.97,CAD,26543210,Trades,Individual margin
2024-08-07 12:00:00 AM,2024-08-07 12:00:00 AM,,,CASH,0,0,0,0,2500,CAD,26543210,Deposits,Individual margin
2024-08-08 12:00:00 AM,2024-08-09 12:00:00 AM,Buy,ZZQ.TO,ZZQ CORP,10,39,-390,0,-390,CAD,51234567,Trades,Individual TFSA
2024-09-01 12:00:00 AM,2024-09-01 12:00:00 AM,NAC,ZZQ.TO,NAME CHANGE,30,0,0,0,0,CAD,26543210,Corporate actions,Individual margin
";

fn history(files: &[&str]) -> Result<History, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let mut activities = Activities::default();
    for (index, text) in files.iter().enumerate() {
        let file = folder.path().join(format!("{index}.csv"));
        std::fs::write(&file, text).unwrap();
        activities.read(&file)?;
    }
    activities.history(&[], &["99".to_owned()])
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn an_export_of_the_broker_becomes_events_and_what_is_not_understood_is_named() {
    let told = history(&[EXPORT]).unwrap();
    let accounts: Vec<_> = told.accounts.iter().map(|a| (a.id.as_str(), a.registered)).collect();
    assert_eq!(accounts, [("26543210", false), ("51234567", true)]);
    let [buy, sell, tfsa] = &told.events[..] else { panic!("{:?}", told.events) };
    let (amount, outlays) = (dec("1460"), dec("0.14"));
    assert_eq!(buy.action, TaxAction::Buy { shares: dec("40"), amount, outlays });
    assert_eq!(
        (buy.traded.to_string(), buy.settled.to_string()),
        ("2024-07-05".into(), "2024-07-08".into())
    );
    let (amount, outlays) = (dec("400"), dec("0.03"));
    assert_eq!(sell.action, TaxAction::Sell { shares: dec("10"), amount, outlays });
    assert_eq!(tfsa.account, "51234567");
    assert_eq!(told.notes.len(), 1);
    assert!(told.notes[0].contains("NAC ZZQ.TO 30"), "{}", told.notes[0]);
}

#[test]
fn a_row_in_two_files_is_one_and_twice_in_one_file_is_two() {
    let row = "2024-07-05,Buy,ZZQ.TO,40,36.5,CAD\n";
    let head = "tradeDate,action,symbol,quantity,price,currency\n";
    let once = format!("{head}{row}");
    let twice = format!("{head}{row}{row}");
    assert_eq!(history(&[&once, &once]).unwrap().events.len(), 1);
    assert_eq!(history(&[&twice]).unwrap().events.len(), 2);
    assert_eq!(history(&[&once, &twice]).unwrap().events.len(), 2);
    assert_eq!(history(&[&twice, &once]).unwrap().events.len(), 2);
}

#[test]
fn executions_add_up_their_fees_and_settle_by_their_market() {
    let text =
        "timestamp,side,symbol,quantity,price,commission,executionFee,secFee,currency,account
2024-05-24T10:02:11.000000-04:00,Sell,ABC,100,10,4.95,0.35,0.02,USD,99
";
    let told = history(&[text]).unwrap();
    let [event] = &told.events[..] else { panic!() };
    assert_eq!(
        event.settled.to_string(),
        "2024-05-29",
        "the last trade day of T+2, over a holiday"
    );
    let (amount, outlays) = (dec("1000"), dec("5.32"));
    assert_eq!(event.action, TaxAction::Sell { shares: dec("100"), amount, outlays });
    assert_eq!(told.accounts[0].person, AFFILIATED);
}

#[test]
fn rows_of_ones_own_tell_splits_openings_and_returns_of_capital() {
    let text = "date,action,symbol,quantity,amount,currency
2024-01-01,Opening,ABC,30,150,CAD
2024-01-01,Opening,DEF,30,,CAD
2024-02-01,Split,ABC,2,,CAD
2024-03-01,ReturnOfCapital,ABC,,12.5,CAD
";
    let actions: Vec<_> = history(&[text]).unwrap().events.iter().map(|e| e.action).collect();
    let shares = dec("30");
    assert_eq!(actions[0], TaxAction::Opening { shares, cost: Some(dec("150")) });
    assert_eq!(actions[1], TaxAction::Opening { shares, cost: None });
    assert_eq!(actions[2], TaxAction::Split { new: dec("2"), old: Decimal::ONE });
    assert_eq!(actions[3], TaxAction::ReturnOfCapital { amount: dec("12.5") });
}

#[test]
fn a_file_that_cannot_be_read_says_where() {
    let head = "date,action,symbol,quantity,price,currency\n";
    for (row, told) in [
        ("07/05/2024,Buy,ABC,1,1,CAD\n", "does not begin with YYYY-MM-DD"),
        ("2024-07-05,Buy,ABC,one,1,CAD\n", "`one` is no number"),
        ("2024-07-05,Buy,ABC,1,1,EUR\n", "EUR"),
    ] {
        let failure = history(&[&format!("{head}{row}")]).unwrap_err().to_string();
        assert!(failure.contains(told), "{failure}");
    }
    let failure = history(&["date,action,symbol,price\n"]).unwrap_err().to_string();
    assert!(failure.contains("no column quantity"), "{failure}");
}

#[test]
fn an_answer_of_the_broker_says_what_its_export_says() {
    let account: Account = serde_json::from_value(serde_json::json!({
        "type": "TFSA", "number": "01234567", "status": "Active", "clientAccountType": "Individual"}))
    .unwrap();
    let answered: Activity = serde_json::from_value(serde_json::json!({
        "tradeDate": "2026-07-09T00:00:00.000000-04:00", "transactionDate": "2026-07-10T00:00:00.000000-04:00",
        "settlementDate": "2026-07-10T00:00:00.000000-04:00", "action": "Buy", "symbol": "ZZQ.TO",
        "symbolId": 9_001_001, "description": "ZZQ CORP", "currency": "CAD", "quantity": 40, "price": 36.5,
        "grossAmount": -1460, "commission": -0.14, "netAmount": -1460.14, "type": "Trades"}))
    .unwrap();
    let mut activities = Activities::default();
    activities.take(&account, &[answered.clone(), answered.clone()]);
    activities.take(&account, &[answered]);
    let told = activities.history(&[], &[]).unwrap();
    assert_eq!(
        told.events.len(),
        2,
        "equal rows of one answer are two, those of the next the same"
    );
    let event = &told.events[0];
    assert_eq!(
        (event.traded.to_string(), event.settled.to_string()),
        ("2026-07-09".into(), "2026-07-10".into())
    );
    let (amount, outlays) = (dec("1460"), dec("0.14"));
    assert_eq!(event.action, TaxAction::Buy { shares: dec("40"), amount, outlays });
    assert!(told.accounts[0].registered);
}
