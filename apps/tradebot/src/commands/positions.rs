//! `tradebot positions`: what is held, with stops and targets.

use tradebot_journal::PositionRecord;

use super::figures::{price, signed_money, signed_percent};
use super::{Context, columns};
use crate::cli::{Format, TableArgs};
use crate::exit::Failure;
use crate::output::{self, Column, number, text};
use crate::reading;

const COLUMNS: [Column; 12] = [
    text("symbol"),
    number("shares"),
    text("since"),
    number("entry"),
    number("stop"),
    number("target"),
    number("last"),
    number("to_stop"),
    number("value"),
    number("profit"),
    number("sessions"),
    text("basis"),
];

/// What a narrow terminal can do without, the first first.
const DISPENSABLE: [&str; 8] =
    ["sessions", "basis", "value", "since", "to_stop", "entry", "target", "shares"];

/// Prints the open positions of a run as last marked.
///
/// # Errors
/// When there is no such run, or the database cannot be read.
pub fn run(context: &Context, args: &TableArgs) -> Result<(), Failure> {
    let found = reading::find(&context.home, &args.which)?;
    let positions = found.reader.open_positions(found.info.key)?;
    table(args.format, &positions, &format!("{} has no open positions", found.info.id))
}

/// Positions in the format asked for.
///
/// # Errors
/// When stdout cannot be written.
pub fn table(
    format: Format,
    positions: &[PositionRecord],
    when_empty: &str,
) -> Result<(), Failure> {
    let cells = |p: &PositionRecord| cells(p, format);
    columns::records(format, &COLUMNS, &DISPENSABLE, positions, cells, when_empty)
}

/// People get grouped figures with units, programs the plain numbers.
fn cells(p: &PositionRecord, format: Format) -> Vec<String> {
    let to_stop = p.stop.to_f64() / p.mark.to_f64() - 1.0;
    let (to_stop, value, profit) = if format.csv {
        (format!("{to_stop:.6}"), p.value.to_string(), p.unrealised.to_string())
    } else {
        (signed_percent(to_stop, 1), output::money(p.value), signed_money(p.unrealised))
    };
    vec![
        p.symbol.to_string(),
        p.shares.to_string(),
        p.entry_session.to_string(),
        price(p.entry_price),
        price(p.stop),
        price(p.target),
        price(p.mark),
        to_stop,
        value,
        profit,
        p.sessions_held.to_string(),
        p.basis.name().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::{Decimal, Money, Price, Shares, Symbol};
    use tradebot_journal::SizeBasis;

    #[test]
    fn people_and_programs_get_the_same_position_in_their_own_form() {
        let price = |cents| Price::new(Decimal::new(cents, 2)).unwrap();
        let position = PositionRecord {
            symbol: Symbol::new("AAPL").unwrap(),
            intent_id: "I000001".to_owned(),
            entry_session: "2005-03-02".parse().unwrap(),
            entry_price: price(4_450),
            shares: Shares(112),
            stop: price(4_400),
            target: price(4_788),
            mark: price(5_000),
            value: Money(Decimal::new(560_000, 2)),
            unrealised: Money(Decimal::new(61_234, 2)),
            sessions_held: 3,
            basis: SizeBasis::Drift,
        };
        let people = cells(&position, Format::default());
        assert_eq!(people.len(), COLUMNS.len());
        assert_eq!((people[7].as_str(), people[8].as_str()), ("-12.0 %", "5,600.00"));
        let programs = cells(&position, Format { csv: true, json: false });
        assert_eq!((programs[7].as_str(), programs[8].as_str()), ("-0.120000", "5600.00"));
    }
}
