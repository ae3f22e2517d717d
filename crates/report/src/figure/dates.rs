//! Dates on an axis: days since 1970-01-01, with ticks at years, months or days.

use tradebot_domain::{Date, Moment};

use super::axis::{Axis, Tick};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Days from 1970-01-01 to the date.
pub(crate) fn day_number(date: Moment) -> f64 {
    let hours = date.date().duration_since(Date::constant(1970, 1, 1)).as_hours();
    hours as f64 / 24.0
}

/// The short English name of a month, 1 to 12.
pub(crate) fn month_name(month: i8) -> &'static str {
    MONTHS[usize::from(month.clamp(1, 12).unsigned_abs()) - 1]
}

/// An axis from date to date with at most about so many labels.
pub(crate) fn date_axis(from: Moment, to: Moment, labels: usize) -> Axis {
    let range = (day_number(from), day_number(to));
    let most = labels.max(2) as f64;
    let years = (range.1 - range.0) / 365.25;
    let ticks = if years > 2.0 {
        every_years(from, to, step_above(years / most, &[1, 2, 5, 10, 20, 50]))
    } else if years > 0.25 {
        every_months(from, to, step_above(years * 12.0 / most, &[1, 2, 3, 6]))
    } else {
        every_days(from, to, step_above(years * 365.25 / most, &[1, 2, 5, 7, 14, 28]))
    };
    Axis::with_ticks(range, ticks)
}

/// The smallest of the steps that is not below what is wanted, else the largest.
fn step_above(wanted: f64, steps: &[i16]) -> i16 {
    let largest = steps.last().copied().unwrap_or(1);
    steps.iter().copied().find(|s| f64::from(*s) >= wanted).unwrap_or(largest)
}

fn every_years(from: Moment, to: Moment, step: i16) -> Vec<Tick> {
    (from.year()..=to.year())
        .filter(|year| year % step == 0)
        .filter_map(|year| Some((year, Moment::daily(Date::new(year, 1, 1).ok()?))))
        .filter(|(_, date)| (from..=to).contains(date))
        .map(|(year, date)| Tick { at: day_number(date), label: year.to_string() })
        .collect()
}

fn every_months(from: Moment, to: Moment, step: i16) -> Vec<Tick> {
    let mut ticks = Vec::new();
    for year in from.year()..=to.year() {
        for month in 1..=12_i8 {
            let Ok(date) = Date::new(year, month, 1).map(Moment::daily) else { continue };
            if (from..=to).contains(&date) && i16::from(month - 1) % step == 0 {
                let label = format!("{} {year}", month_name(month));
                ticks.push(Tick { at: day_number(date), label });
            }
        }
    }
    ticks
}

fn every_days(from: Moment, to: Moment, step: i16) -> Vec<Tick> {
    let (mut ticks, mut date) = (Vec::new(), from);
    while date <= to {
        let label = format!("{} {}", date.day(), month_name(date.month()));
        ticks.push(Tick { at: day_number(date), label });
        let days = tradebot_domain::Span::new().days(step);
        let Ok(next) = date.date().checked_add(days) else { break };
        date = next.into();
    }
    ticks
}
