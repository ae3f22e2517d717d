//! The tax report, from a broker's export and from a run's fills.

use serde_json::Value;

use crate::support::Home;
use crate::support::reference::reference;

/// adjustedcostbase.ca, "What is the superficial loss rule?", example 1, in US dollars at 1.30, and
/// a purchase in a registered account beside it.
const ACTIVITIES: &str = "\
Transaction Date,Settlement Date,Action,Symbol,Quantity,Price,Gross Amount,Commission,Net Amount,Currency,Account #,Activity Type,Account Type
2014-01-06,2014-01-09,Buy,ABC,100,50,-5000,0,-5000,USD,26543210,Trades,Individual margin
2014-11-03,2014-11-06,Sell,ABC,-100,30,3000,0,3000,USD,26543210,Trades,Individual margin
2014-11-04,2014-11-07,Buy,ABC,100,30,-3000,0,-3000,USD,26543210,Trades,Individual margin
2015-12-02,2015-12-07,Sell,ABC,-100,80,8000,0,8000,USD,26543210,Trades,Individual margin
2015-12-03,2015-12-08,Sell,OLD,-5,80,400,0,400,CAD,26543210,Trades,Individual margin
";

const RATES: &str =
    "date,USD\n2014-01-09,1.30\n2014-11-06,1.30\n2014-11-07,1.30\n2015-12-07,1.30\n";

fn decimal(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("{value:?}")).parse().unwrap()
}

#[test]
fn an_export_of_activities_becomes_a_report_for_people_programs_and_spreadsheets() {
    let home = Home::new();
    let file = home.input("activities.csv", ACTIVITIES);
    let rates = home.input("rates.csv", RATES);
    let tax = |more: &[&str]| {
        let call = ["report", "tax", "--activities", &file, "--rates", &rates];
        home.ok(&[&call[..], more].concat())
    };
    let _ = tax(&[]).shows(&[
        "no tax advice",
        "ABC",
        "-2,600.00", // the loss at 1.30 ...
        "2,600.00",  // ... denied
        "6,500.00",  // the cost base that it became
        "3,900.00",  // the gain of the last sale
        "2015: dispositions",
        "5 shares were sold that the history never bought",
    ]);
    let json = tax(&["--json", "--year", "2015"]).json();
    let years = json["years"].as_array().unwrap();
    assert_eq!((years.len(), years[0]["year"].as_i64()), (1, Some(2015)));
    assert_eq!(decimal(&years[0]["total"]["counted"]), 3900.0);
    assert_eq!(years[0]["total"]["unknown"], 1);
    let csv = tax(&["--csv"]).stdout;
    assert!(csv.starts_with("date,traded,account,person,property,symbol,event,shares"), "{csv}");
    let sale = csv.lines().find(|l| l.starts_with("2014-11-06")).unwrap();
    let expected =
        "2014-11-06,2014-11-03,26543210,self,ABC,ABC,sell,100,USD,1.3,3900,6500,0,-2600,2600,0,0,0";
    assert_eq!(sale, expected);
    assert_eq!(home.names(), Vec::<String>::new(), "nothing is kept");
}

#[test]
fn without_rates_foreign_amounts_stay_open_and_other_currencies_are_refused() {
    let home = Home::new();
    let file = home.input("activities.csv", ACTIVITIES);
    let call = ["report", "tax", "--activities", &file];
    let _ = home.ok(&call).shows(&["unknown", "no rate for USD on 2014-01-09"]);
    let usd = home.tradebot(&[&call[..], &["--currency", "USD"]].concat()).run().code(2);
    let _ = usd.says(&["CAD", "USD"]);
    let none = home.tradebot(&["report", "tax", "--activities", "no-such.csv"]).run().code(2);
    let _ = none.says(&["no-such.csv"]);
}

#[test]
fn the_fills_of_a_run_account_for_its_cash() {
    let home = &reference().home;
    let days: String = (1999..2004).fold("date,USD\n".to_owned(), |text, year| {
        let day = |month: u32, day: u32| format!("{year}-{month:02}-{day:02},1\n");
        (1..=12).flat_map(|m| (1..=28).map(move |d| (m, d))).fold(text, |t, (m, d)| t + &day(m, d))
    });
    let rates = home.input("rates.csv", &days);
    let report = home
        .json(&["report", "tax", "--run", "latest", "--mode", "demo", "--rates", &rates, "--json"]);
    let lines = report["lines"].as_array().unwrap();
    assert!(lines.len() > 10, "{}", lines.len());
    let unknown = lines.iter().filter(|l| l["acb"].is_null()).count();
    assert_eq!(unknown, 0, "every fill's day has a rate within a week");
    // At a rate of 1 every gain that counts, what was denied and carried, and the cost that is left
    // make up what cash has changed by, but for dividends.
    let sum = |key: &str| {
        lines.iter().filter(|l| !l[key].is_null()).map(|l| decimal(&l[key])).sum::<f64>()
    };
    let held: f64 = report["holdings"].as_array().unwrap().iter().map(|h| decimal(&h["acb"])).sum();
    let gains = sum("gain") + sum("denied");
    let account = home.json(&["account", "--mode", "demo", "--json"]);
    let trades = home.json(&["trades", "--mode", "demo", "--json"]);
    let dividends: f64 = trades.as_array().unwrap().iter().map(|t| decimal(&t["dividends"])).sum();
    let change = decimal(&account["cash"]) - decimal(&account["cash_at_start"]);
    let (booked, paid) = (gains - held, change - dividends);
    assert!((booked - paid).abs() < 0.01, "{booked} {paid}: {gains} {held} {change} {dividends}");
}
