//! Series of numbers: the volatility index and an exchange rate.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tradebot_domain::Date;

use super::market::Market;
use crate::call::{Reply, Request};

/// The whole history, as CSV.
pub(super) fn cboe(market: &Market, today: Date, rest: &str) -> Reply {
    if !rest.ends_with("VIX_History.csv") {
        let text = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
        return Reply::new(403, "application/xml", text);
    }
    let mut text = String::from("DATE,OPEN,HIGH,LOW,CLOSE\n");
    let mut before = None;
    for &(date, close) in market.vix.iter().filter(|(date, _)| *date <= today) {
        let open = before.unwrap_or(close);
        let (high, low) = (f64::max(open, close) * 1.01, f64::min(open, close) * 0.99);
        // A text takes whatever is written into it.
        let _ =
            writeln!(text, "{},{open:.6},{high:.6},{low:.6},{close:.6}", date.strftime("%m/%d/%Y"));
        before = Some(close);
    }
    Reply::new(200, "text/csv", text)
}

/// Observations; a day on which the exchange was closed and no weekend is a `.`.
pub(super) fn fred(market: &Market, today: Date, request: &Request) -> Reply {
    if request.parameter("series_id") != "VIXCLS" {
        let text = "Bad Request.  The series does not exist.";
        return Reply::json(400, &json!({"error_code": 400, "error_message": text}));
    }
    let (from, to) = span(request, ["observation_start", "observation_end"], today);
    let mut rows: Vec<Value> = Vec::new();
    let mut date = from;
    while date <= to {
        let weekend = date.weekday().to_monday_zero_offset() >= 5;
        let close = market.vix.iter().find(|(d, _)| *d == date).map(|(_, close)| *close);
        if !weekend {
            let value = close.map_or_else(|| ".".to_owned(), |close| format!("{close:.2}"));
            rows.push(
                json!({"realtime_start": today.to_string(), "realtime_end": today.to_string(),
                "date": date.to_string(), "value": value}),
            );
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    Reply::json(200, &json!({"count": rows.len(), "observations": rows}))
}

/// The Bank of Canada's rate.
pub(super) fn valet(market: &Market, today: Date, rest: &str, request: &Request) -> Reply {
    let series = rest.strip_prefix("observations/").and_then(|rest| rest.strip_suffix("/json"));
    if series != Some("FXUSDCAD") {
        let text = format!("Series {} not found.", series.unwrap_or_default());
        return Reply::json(
            404,
            &json!({"message": text, "docs": "https://www.bankofcanada.ca/valet/docs"}),
        );
    }
    let (from, to) = span(request, ["start_date", "end_date"], today);
    let inside = market.usdcad.iter().filter(|(date, _)| (from..=to).contains(date));
    let rows: Vec<Value> = inside
        .map(|(date, rate)| json!({"d": date.to_string(), "FXUSDCAD": {"v": format!("{rate:.4}")}}))
        .collect();
    let detail = json!({"FXUSDCAD": {"label": "USD/CAD", "description": "US dollar to Canadian dollar daily exchange rate"}});
    Reply::json(
        200,
        &json!({"terms": {"url": "https://www.bankofcanada.ca/terms/"}, "seriesDetail": detail, "observations": rows}),
    )
}

fn span(request: &Request, [from, to]: [&str; 2], today: Date) -> (Date, Date) {
    let of = |name: &str| request.parameter(name).parse().ok();
    let to: Date = of(to).unwrap_or(today);
    (of(from).unwrap_or(Date::constant(2008, 1, 2)), to.min(today))
}
