//! A stored series: gzipped CSV that any tool can open.
//!
//! One line a bar, and one line an action, with empty prices. Numbers are written so that they
//! read back to the same bits.

use std::io::{Read as _, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tradebot_domain::{ActionKind, Bar, CorporateAction};

const HEADER: &str = "date,open,high,low,close,volume,split,dividend";

/// The same series gives the same bytes.
pub(super) fn encode(bars: &[Bar], actions: &[CorporateAction]) -> Vec<u8> {
    let encoder = GzEncoder::new(Vec::new(), Compression::default());
    write_rows(encoder, bars, actions).expect("writing to memory does not fail")
}

fn write_rows(
    mut out: GzEncoder<Vec<u8>>,
    bars: &[Bar],
    actions: &[CorporateAction],
) -> std::io::Result<Vec<u8>> {
    writeln!(out, "{HEADER}")?;
    let mut due = actions.iter().peekable();
    for bar in bars {
        while let Some(action) = due.next_if(|action| action.ex_date <= bar.date.date()) {
            write_action(&mut out, action)?;
        }
        let Bar { date, open, high, low, close, volume } = bar;
        writeln!(out, "{date},{open},{high},{low},{close},{volume},,")?;
    }
    due.try_for_each(|action| write_action(&mut out, action))?;
    out.finish()
}

fn write_action(out: &mut impl Write, action: &CorporateAction) -> std::io::Result<()> {
    let date = action.ex_date;
    match action.kind {
        ActionKind::Split { ratio } => writeln!(out, "{date},,,,,,{ratio},"),
        ActionKind::Dividend { amount } => writeln!(out, "{date},,,,,,,{amount}"),
    }
}

/// Bars and actions in order, or what is wrong.
pub(super) fn decode(bytes: &[u8]) -> Result<(Vec<Bar>, Vec<CorporateAction>), String> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(format!("does not begin with {HEADER}"));
    }
    let (mut bars, mut actions) = (Vec::new(), Vec::new());
    for (at, line) in lines.enumerate() {
        decode_line(line, &mut bars, &mut actions)
            .ok_or_else(|| format!("cannot be understood in line {}: {line}", at + 2))?;
    }
    Ok((bars, actions))
}

fn decode_line(line: &str, bars: &mut Vec<Bar>, actions: &mut Vec<CorporateAction>) -> Option<()> {
    let cells: Vec<&str> = line.split(',').collect();
    let [date, open, high, low, close, volume, split, dividend] = cells[..] else { return None };
    let ex_date = || date.parse().ok();
    if !split.is_empty() {
        let kind = ActionKind::Split { ratio: split.parse().ok()? };
        actions.push(CorporateAction { ex_date: ex_date()?, kind });
    } else if !dividend.is_empty() {
        let kind = ActionKind::Dividend { amount: dividend.parse().ok()? };
        actions.push(CorporateAction { ex_date: ex_date()?, kind });
    } else {
        let number = |cell: &str| cell.parse::<f64>().ok();
        bars.push(Bar {
            date: date.parse().ok()?,
            open: number(open)?,
            high: number(high)?,
            low: number(low)?,
            close: number(close)?,
            volume: number(volume)?,
        });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tradebot_domain::{Date, Decimal, Span};

    proptest! {
        #[test]
        fn what_is_stored_comes_back_bit_for_bit(
            prices in prop::collection::vec((any::<f64>(), 1e-9_f64..1e9), 1..40),
            days in prop::collection::vec((0_i64..60, 1_i64..1_000_000), 0..8),
        ) {
            let date = |day: i64| Date::constant(2020, 1, 1).checked_add(Span::new().days(day)).unwrap();
            let bars: Vec<Bar> = prices
                .iter()
                .zip(0..)
                .map(|(&(open, close), day)| Bar {
                    date: date(day).into(), open, high: close * 2.0, low: close / 3.0, close, volume: 1.0 / close,
                })
                .collect();
            let mut actions: Vec<CorporateAction> = days
                .iter()
                .map(|&(day, amount)| CorporateAction {
                    ex_date: date(day),
                    kind: if amount % 2 == 0 {
                        ActionKind::Split { ratio: Decimal::new(amount, 3) }
                    } else {
                        ActionKind::Dividend { amount: Decimal::new(amount, 4) }
                    },
                })
                .collect();
            actions.sort_by_key(|action| action.ex_date);
            let bytes = encode(&bars, &actions);
            prop_assert_eq!(&bytes, &encode(&bars, &actions));
            let (read_bars, read_actions) = decode(&bytes).unwrap();
            let bits = |bars: &[Bar]| -> Vec<[u64; 5]> {
                let numbers = |b: &Bar| [b.open, b.high, b.low, b.close, b.volume].map(f64::to_bits);
                bars.iter().map(numbers).collect()
            };
            prop_assert_eq!(bits(&read_bars), bits(&bars));
            prop_assert_eq!(read_actions, actions);
        }
    }

    #[test]
    fn a_file_that_is_something_else_is_refused() {
        assert!(decode(b"not gzip").is_err());
        let gzip = |text: &str| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        assert!(decode(&gzip("date,close\n")).unwrap_err().contains("does not begin with"));
        let cut = format!("{HEADER}\n2005-02-28,1,2\n");
        assert!(decode(&gzip(&cut)).unwrap_err().contains("line 2"));
    }
}
