//! What moved in the broker's accounts, as events of tax books: its activities and executions, read
//! from a file that it exported or as it answered.

use std::collections::BTreeMap;
use std::path::Path;

use tradebot_brackets::settlement::SettlementSchedule;
use tradebot_broker_questrade::account::Account;
use tradebot_broker_questrade::activity::Activity;
use tradebot_domain::{Currency, Date, Decimal, Exchange};
use tradebot_execution::tax::{TaxAccount, TaxAction, TaxEvent};
use tradebot_risk::AccountKind;

use crate::exit::Failure;

/// The one whose books these are.
pub const SELF: &str = "self";
/// Whose losses are superficial together with theirs.
pub const AFFILIATED: &str = "affiliated";

/// Types of activity that change no shares where they name no quantity.
const MONEY_ONLY: [&str; 7] =
    ["dividends", "interest", "deposits", "withdrawals", "fxconversion", "feesandrebates", "other"];

/// Columns by what they mean, each under the names it is known by: letters and digits in lower case.
const TRADED: [&str; 4] = ["tradedate", "transactiondate", "timestamp", "date"];
const SETTLED: [&str; 1] = ["settlementdate"];
const ACTION: [&str; 2] = ["action", "side"];
const KIND: [&str; 2] = ["activitytype", "type"];
const SYMBOL: [&str; 1] = ["symbol"];
const QUANTITY: [&str; 2] = ["quantity", "shares"];
const PRICE: [&str; 1] = ["price"];
const GROSS: [&str; 3] = ["grossamount", "totalcost", "amount"];
const NET: [&str; 1] = ["netamount"];
const CURRENCY: [&str; 1] = ["currency"];
const ACCOUNT: [&str; 2] = ["account", "accountnumber"];
const ACCOUNT_TYPE: [&str; 1] = ["accounttype"];
/// Costs of a trade; a file of executions splits them up.
const COSTS: [&str; 5] =
    ["commission", "orderplacementcommission", "executionfee", "secfee", "canadianexecutionfee"];

/// One row as it stands, by column.
type Row = BTreeMap<String, String>;

/// What all rows say.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Where it came from, for people.
    pub source: String,
    /// The accounts that were named.
    pub accounts: Vec<TaxAccount>,
    /// What changed shares or their cost.
    pub events: Vec<TaxEvent>,
    /// Rows that were left out, each with its reason.
    pub notes: Vec<String>,
}

/// Rows of all files. A row that stands in two files is one; one that stands twice in a file is two,
/// as the broker's rows have no ids and windows of exports overlap.
#[derive(Debug, Default)]
pub struct Activities {
    files: Vec<String>,
    rows: Vec<Row>,
}

impl Activities {
    /// Reads a file after those before it.
    ///
    /// # Errors
    /// When it cannot be read, or a column is missing.
    pub fn read(&mut self, file: &Path) -> Result<(), Failure> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|e| Failure::usage(format!("cannot read {name}: {e}")))?;
        let failed = |e: csv::Error| Failure::usage(format!("{name}: {e}"));
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let headings: Vec<String> = reader.headers().map_err(failed)?.iter().map(plain).collect();
        for needed in [&TRADED[..], &ACTION, &SYMBOL, &QUANTITY, &CURRENCY] {
            if !needed.iter().any(|column| headings.iter().any(|h| h == column)) {
                return Err(Failure::usage(format!("{name}: there is no column {}", needed[0])));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(failed)?;
            let cells = record.iter().map(|cell| cell.trim().to_owned());
            rows.push(headings.iter().cloned().zip(cells).collect());
        }
        self.add(name, rows);
        Ok(())
    }

    /// Takes what the broker answered about an account.
    pub fn take(&mut self, account: &Account, answered: &[Activity]) {
        let name = format!("the broker's activities of {}", account.account_type);
        self.add(name, answered.iter().map(|activity| row_of(account, activity)).collect());
    }

    fn add(&mut self, name: String, rows: Vec<Row>) {
        let mut known: BTreeMap<Row, usize> = BTreeMap::new();
        for row in &self.rows {
            *known.entry(row.clone()).or_default() += 1;
        }
        for row in rows {
            match known.get_mut(&row).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => self.rows.push(row),
            }
        }
        self.files.push(name);
    }

    /// The events of all rows.
    ///
    /// - **registered:** numbers of accounts that are registered, where the rows do not say so.
    /// - **affiliated:** numbers of accounts of an affiliated person.
    ///
    /// # Errors
    /// When a cell cannot be read; a row that is not understood is a note.
    pub fn history(
        &self,
        registered: &[String],
        affiliated: &[String],
    ) -> Result<History, Failure> {
        let mut history = History { source: self.files.join(", "), ..History::default() };
        for row in &self.rows {
            let account = account(row, registered, affiliated);
            if !history.accounts.iter().any(|a| a.id == account.id) {
                history.accounts.push(account.clone());
            }
            match event(row, &account) {
                Ok(Some(event)) => history.events.push(event),
                Ok(None) => {}
                Err(Unread::Wrong(what)) => {
                    return Err(Failure::usage(format!("{}: {what} in {}", history.source, told(row))));
                }
                Err(Unread::Unknown) => history.notes.push(format!(
                    "left out, not understood: {}. If it changed shares or their cost, write it as a row of action \
                     Split, ReturnOfCapital, CostAdded, Reinvested or Opening",
                    told(row)
                )),
            }
        }
        Ok(history)
    }
}

/// An answer in the columns of an export.
fn row_of(account: &Account, activity: &Activity) -> Row {
    let date = |time: &tradebot_broker_questrade::BrokerTime| time.eastern_date().to_string();
    [
        ("tradedate", date(&activity.trade_date)),
        ("settlementdate", date(&activity.settlement_date)),
        ("action", activity.action.clone()),
        ("type", activity.activity_type.clone()),
        ("symbol", activity.symbol.clone()),
        ("description", activity.description.clone()),
        ("quantity", activity.quantity.to_string()),
        ("price", activity.price.to_string()),
        ("grossamount", activity.gross_amount.to_string()),
        ("commission", activity.commission.to_string()),
        ("netamount", activity.net_amount.to_string()),
        ("currency", activity.currency.as_str().to_owned()),
        ("account", account.number.clone()),
        ("accounttype", account.account_type.as_str().to_owned()),
    ]
    .map(|(column, cell)| (column.to_owned(), cell))
    .into()
}

/// The settlement date of a trade, by the listing's market.
///
/// # Errors
/// When no cycle is known for the day.
pub fn settled(symbol: &str, traded: Date) -> Result<Date, Failure> {
    let canadian = [".TO", ".V", ".VN", ".CN", ".NE"].iter().any(|end| symbol.ends_with(end));
    let exchange = if canadian { Exchange::Xtse } else { Exchange::Xnys };
    Ok(SettlementSchedule::of(exchange).settle_date_on(exchange, traded)?)
}

/// Why a row is no event.
enum Unread {
    /// A cell that cannot be read.
    Wrong(String),
    /// An action that is not known.
    Unknown,
}

fn cell<'a>(row: &'a Row, columns: &[&str]) -> &'a str {
    columns.iter().filter_map(|c| row.get(*c)).find(|c| !c.is_empty()).map_or("", String::as_str)
}

/// A number; thousands may be separated. Nothing is zero.
fn figure(row: &Row, columns: &[&str]) -> Result<Decimal, Unread> {
    let text = cell(row, columns).replace([',', '$'], "");
    if text.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let wrong = || Unread::Wrong(format!("`{text}` is no number"));
    text.parse().or_else(|_| Decimal::from_scientific(&text)).map_err(|_| wrong())
}

/// The date that a moment begins with.
fn day(text: &str) -> Result<Date, Unread> {
    let wrong = || Unread::Wrong(format!("`{text}` does not begin with YYYY-MM-DD"));
    text.get(..10).and_then(|t| t.parse().ok()).ok_or_else(wrong)
}

fn account(row: &Row, registered: &[String], affiliated: &[String]) -> TaxAccount {
    let number = cell(row, &ACCOUNT);
    let id = if number.is_empty() { "account" } else { number };
    let kind = AccountKind::from_broker(cell(row, &ACCOUNT_TYPE));
    let among = |numbers: &[String]| numbers.iter().any(|n| n == id);
    TaxAccount {
        id: id.to_owned(),
        person: if among(affiliated) { AFFILIATED } else { SELF }.to_owned(),
        registered: among(registered) || kind.is_some_and(AccountKind::is_registered),
    }
}

fn event(row: &Row, account: &TaxAccount) -> Result<Option<TaxEvent>, Unread> {
    let Some(action) = action(row)? else { return Ok(None) };
    let symbol = cell(row, &SYMBOL);
    if symbol.is_empty() {
        return Err(Unread::Unknown);
    }
    let traded = day(cell(row, &TRADED))?;
    let settled = match cell(row, &SETTLED) {
        "" => settled(symbol, traded).map_err(|e| Unread::Wrong(e.to_string()))?,
        text => day(text)?,
    };
    let code = cell(row, &CURRENCY);
    let currency: Currency = code.parse().map_err(Unread::Wrong)?;
    let event = TaxEvent::new(account, symbol, traded, action);
    Ok(Some(TaxEvent { settled, currency, ..event }))
}

/// What a row does to shares; none for money alone.
fn action(row: &Row) -> Result<Option<TaxAction>, Unread> {
    let shares = figure(row, &QUANTITY)?.abs();
    let amount = amount(row, shares)?;
    let mut outlays = Decimal::ZERO;
    for column in COSTS {
        outlays += figure(row, &[column])?.abs();
    }
    let kind = plain(cell(row, &KIND));
    Ok(Some(match plain(cell(row, &ACTION)).as_str() {
        "buy" if !shares.is_zero() => TaxAction::Buy { shares, amount, outlays },
        "sell" if !shares.is_zero() => TaxAction::Sell { shares, amount, outlays },
        "rei" | "reinvested" if !shares.is_zero() => TaxAction::Reinvested { shares, amount },
        "split" if !shares.is_zero() => TaxAction::Split { new: shares, old: Decimal::ONE },
        "returnofcapital" | "roc" => TaxAction::ReturnOfCapital { amount },
        "costadded" => TaxAction::CostAdded { amount },
        "opening" if !shares.is_zero() => {
            let told = !cell(row, &GROSS).is_empty() || !cell(row, &NET).is_empty();
            TaxAction::Opening { shares, cost: told.then_some(amount) }
        }
        _ if shares.is_zero() && MONEY_ONLY.contains(&kind.as_str()) => return Ok(None),
        _ => return Err(Unread::Unknown),
    }))
}

/// Value before costs, zero or more: as told, else price times shares.
fn amount(row: &Row, shares: Decimal) -> Result<Decimal, Unread> {
    let gross = figure(row, &GROSS)?.abs();
    if !gross.is_zero() {
        return Ok(gross);
    }
    let worth = figure(row, &PRICE)?.abs().checked_mul(shares);
    match worth.ok_or_else(|| Unread::Wrong("figures are too large".to_owned()))? {
        zero if zero.is_zero() => Ok(figure(row, &NET)?.abs()),
        value => Ok(value),
    }
}

/// Letters and digits in lower case: `Account #` and `account` are one name.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A row in short.
fn told(row: &Row) -> String {
    let parts = [&TRADED[..], &KIND, &ACTION, &SYMBOL, &QUANTITY, &NET];
    let cells = parts.iter().map(|columns| cell(row, columns)).filter(|c| !c.is_empty());
    cells.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
