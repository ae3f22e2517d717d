//! `tradebot account`: cash, equity, and where the profit came from.

use serde::Serialize;
use tradebot_domain::{Moment, Money};
use tradebot_journal::{DecisionRecord, TradeRecord};

use self::breakdown::Line;
use self::seen::Seen;
use super::Context;
use super::figures::{in_r, signed_money};
use super::page::Page;
use crate::cli::TableArgs;
use crate::exit::Failure;
use crate::output::{self, Column, number, text};
use crate::reading::{self, Found};

mod breakdown;
mod seen;

const COLUMNS: [Column; 9] = [
    text("by"),
    text("of"),
    number("trades"),
    number("won"),
    number("net"),
    number("costs"),
    number("dividends"),
    number("mean_r"),
    number("open"),
];

/// The account of a run. `--json` prints it; the names are a contract.
#[derive(Debug, Clone, Serialize)]
struct Statement {
    run_id: String,
    /// The last session done; null before the first.
    session: Option<Moment>,
    cash_at_start: Money,
    cash: Money,
    /// Cash plus positions at their marks.
    equity: Money,
    /// Net of closed trades.
    realised: Money,
    /// Of open positions: dividends included, costs of the entry deducted.
    unrealised: Money,
    /// All costs of closed trades.
    costs: Money,
    /// Dividends and cash in lieu of closed trades.
    dividends: Money,
    trades: usize,
    /// By symbol, regime row, basis, exit reason and member; see `member` in the documentation of
    /// this command for what it means.
    profit: Vec<Line>,
    /// Accounts at the broker as they were last seen; absent where none was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    broker: Vec<Seen>,
}

/// Prints the account; `--csv` prints the profit by its parts.
///
/// # Errors
/// When there is no such run, or the database cannot be read.
pub fn run(context: &Context, args: &TableArgs) -> Result<(), Failure> {
    let found = reading::find(&context.home, &args.which)?;
    let statement = gather(&found)?;
    if args.format.json {
        return output::json(&statement);
    }
    if args.format.csv {
        return output::records(args.format, &COLUMNS, &statement.profit, plain_cells, "");
    }
    let mut page = Page::new();
    statement.write(&mut page);
    output::line(&page.text())
}

fn gather(found: &Found) -> Result<Statement, Failure> {
    let (reader, info) = (&found.reader, &found.info);
    let trades = reader.trades(info.key)?;
    let open = reader.open_positions(info.key)?;
    let snapshot = reader.latest_snapshot(info.key)?;
    let decisions = decisions(found, &trades)?;
    let start = info.start.cash;
    let sum = |part: fn(&TradeRecord) -> Money| trades.iter().map(part).sum();
    Ok(Statement {
        run_id: info.id.clone(),
        session: snapshot.as_ref().map(|s| s.session),
        cash_at_start: start,
        cash: snapshot.as_ref().map_or(start, |s| s.cash),
        equity: snapshot.as_ref().map_or(start, |s| s.equity),
        realised: sum(|t| t.net),
        unrealised: open.iter().map(|p| p.unrealised).sum(),
        costs: sum(|t| t.costs),
        dividends: sum(|t| t.dividends),
        trades: trades.len(),
        profit: breakdown::lines(&trades, &open, &decisions),
        broker: seen::all(reader)?,
    })
}

/// The decision of each trade, in the order of trades.
fn decisions(
    found: &Found,
    trades: &[TradeRecord],
) -> Result<Vec<Option<DecisionRecord>>, Failure> {
    let of = |t: &TradeRecord| {
        found.reader.decision(found.info.key, t.decision.symbol, t.decision.session)
    };
    Ok(trades.iter().map(of).collect::<Result<_, _>>()?)
}

fn plain_cells(line: &Line) -> Vec<String> {
    vec![
        line.by.to_owned(),
        line.of.clone(),
        line.trades.to_string(),
        line.won.to_string(),
        line.net.to_string(),
        line.costs.to_string(),
        line.dividends.to_string(),
        line.mean_r.map_or_else(String::new, |r| r.to_string()),
        line.open.to_string(),
    ]
}

impl Statement {
    fn write(&self, page: &mut Page) {
        let session =
            self.session.map_or_else(String::new, |session| format!(" on the close of {session}"));
        page.title(&format!("{}{session}", self.run_id));
        page.section("Account");
        let change = self.equity - self.cash_at_start;
        page.rows(
            "<>~",
            &[
                ("cash at start", output::money(self.cash_at_start), ""),
                ("realised", signed_money(self.realised), "net of closed trades"),
                ("unrealised", signed_money(self.unrealised), "of open positions"),
                ("equity", output::money(self.equity), ""),
                ("change", signed_money(change), "realised plus unrealised"),
                ("cash", output::money(self.cash), ""),
                ("costs", output::money(self.costs), "of closed trades, deducted above"),
                ("dividends", output::money(self.dividends), "of closed trades, included above"),
            ]
            .map(|(name, figure, note)| vec![name.to_owned(), figure, note.to_owned()]),
        );
        for by in breakdown::GROUPS {
            self.group(page, by);
        }
        for account in &self.broker {
            account.write(page);
        }
    }

    fn group(&self, page: &mut Page, by: &str) {
        let lines: Vec<&Line> = self.profit.iter().filter(|line| line.by == by).collect();
        if lines.is_empty() {
            return;
        }
        page.section(&format!("Profit by {by}"));
        let rows: Vec<Vec<String>> = lines.iter().map(|line| cells(line)).collect();
        page.rows("<>>>>", &rows);
        if by == breakdown::MEMBER {
            page.say(
                "A member gets its weight's share of a trade when it spoke for it (above \
                 break-even), and the opposite of its share when it spoke against it.",
            );
        }
    }
}

fn cells(line: &Line) -> Vec<String> {
    let won = if line.trades > 0 {
        format!("{} of {} won", line.won, line.trades)
    } else {
        String::new()
    };
    let open = if line.open == Money::ZERO {
        String::new()
    } else {
        format!("{} open", signed_money(line.open))
    };
    let mean = line.mean_r.map_or_else(String::new, |r| format!("{} each", in_r(r)));
    vec![line.of.clone(), signed_money(line.net), won, mean, open]
}
