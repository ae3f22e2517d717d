//! From the bar to the consensus: what was seen, and what was believed.

use tradebot_journal::{
    DecisionRecord, OpinionRecord, OutlookRecord, RegimeRecord, SecondOpinionRecord,
};

use super::super::figures::{age_words, probability};
use super::super::page::Page;
use crate::output;

/// The bar and what its gate said.
pub(super) fn data(page: &mut Page, record: &DecisionRecord) {
    page.section("Data");
    let quality = &record.quality;
    let verdict = if quality.admitted { "admitted" } else { "refused" };
    let close = record.close.map_or_else(|| "no bar came".to_owned(), |c| format!("{c:.4}"));
    let mut rows = vec![
        vec!["close".to_owned(), trimmed(&close)],
        vec!["quality".to_owned(), format!("{:.2}, {}: {verdict}", quality.score, quality.level)],
    ];
    for violation in &quality.violations {
        let what = if violation.refused { "refused" } else { "noted" };
        rows.push(vec![what.to_owned(), format!("{}: {}", violation.check, violation.detail)]);
    }
    rows.push(vec!["source".to_owned(), source(quality.source.as_str(), &quality.bar_digest)]);
    if quality.adjustment != 1.0 {
        let factor = format!("x {:.4} for splits and dividends so far", quality.adjustment);
        rows.push(vec!["adjusted".to_owned(), factor]);
    }
    page.rows("<~", &rows);
}

fn source(name: &str, digest: &str) -> String {
    if digest.is_empty() { name.to_owned() } else { format!("{name}, bar {digest}") }
}

/// Without the zeros at the end that a price of analysis does not need.
fn trimmed(price: &str) -> String {
    match price.split_once('.') {
        Some((whole, fraction)) => {
            let digits = fraction.trim_end_matches('0').len().max(2);
            format!("{whole}.{}", &fraction[..digits.min(fraction.len())])
        }
        None => price.to_owned(),
    }
}

/// The market's regime and so the row of the policy.
pub(super) fn regime(page: &mut Page, regime: Option<&RegimeRecord>, record: &DecisionRecord) {
    page.section("Regime and row");
    let Some(r) = regime else {
        page.say(&format!("not determined yet; the row would be {}", record.row));
        return;
    };
    let severity = ["calm", "normal", "stressed", "in crisis"];
    let severity = severity.get(usize::from(r.severity)).copied().unwrap_or("unknown");
    let direction = match r.direction {
        1 => "up",
        -1 => "down",
        _ => "flat",
    };
    let vix =
        if r.vix_is_proxy { "estimated from the index" } else { "close of the session before" };
    let age = age_words(r.age);
    let change = output::percent(r.transition_probability, 0);
    let second = r.second_opinion.as_ref().map_or_else(|| "none yet".to_owned(), second_words);
    page.rows(
        "<~",
        &[
            ("row", format!("{}, confidence {:.2}, {age}", r.regime, r.confidence)),
            ("trend", format!("{direction}, ADX {:.1}, strength {:.2}", r.adx, r.strength)),
            (
                "volatility",
                format!(
                    "{severity}: ATR percentile {}, VIX {:.1} ({vix})",
                    output::percent(r.atr_percentile, 0),
                    r.vix
                ),
            ),
            ("change", format!("{change} within 5 sessions, as the past had it")),
            ("second", second),
            ("outlook", r.outlook.as_ref().map_or_else(|| "none yet".to_owned(), outlook_words)),
        ]
        .map(|(name, text)| vec![name.to_owned(), text]),
    );
}

/// How much the index is expected to move; sizes shrink when it is more than usual.
fn outlook_words(o: &OutlookRecord) -> String {
    format!(
        "{} a year over 5 sessions, {} in the median of the year; above it with {}, a day of more \
         than 2 % with {}",
        output::percent(o.volatility, 0),
        output::percent(o.median, 0),
        output::percent(o.p_above_median, 0),
        output::percent(o.p_large_move, 0),
    )
}

/// What the statistical detectors say; they have no vote.
fn second_words(o: &SecondOpinionRecord) -> String {
    let high = o.high_volatility.map_or_else(
        || "the model of volatility is not fitted yet".to_owned(),
        |p| format!("high volatility with {}", output::percent(p, 0)),
    );
    let alarm = if o.alarm { ", alarm" } else { "" };
    let warning = match (o.warning, o.disagreement) {
        (true, n) => format!("; disagrees with the rule for {n} sessions"),
        _ => String::new(),
    };
    let changed = output::percent(o.changed, 0);
    format!("{high}; a change in the last 10 sessions with {changed}{alarm}{warning}")
}

/// Raw score, calibrated probability with its interval, and weight of each member.
pub(super) fn members(page: &mut Page, record: &DecisionRecord) {
    if record.opinions.is_empty() {
        return;
    }
    page.section("Members: score -> probability [20 %, 80 %] x weight");
    page.rows("<>>><>", &record.opinions.iter().map(opinion).collect::<Vec<_>>());
}

fn opinion(o: &OpinionRecord) -> Vec<String> {
    let name = o.member.to_string();
    let abstains = |raw: &str| {
        let empty = String::new;
        vec![name.clone(), raw.to_owned(), "abstains".to_owned(), empty(), empty(), empty()]
    };
    match o.raw {
        None => abstains(""),
        Some(raw) if o.n == 0.0 && o.mean == 0.0 => abstains(&format!("{raw:.3}")),
        Some(raw) => vec![
            name.clone(),
            format!("{raw:.3}"),
            format!("-> {}", probability(o.mean)),
            format!("[{}, {}]", probability(o.lo), probability(o.hi)),
            format!("x {:.3}", o.weight),
            format!("n {:.0}", o.n),
        ],
    }
}

/// The consensus and what it has to beat.
pub(super) fn consensus(page: &mut Page, record: &DecisionRecord) {
    let Some(c) = &record.consensus else { return };
    page.section("Consensus, and what it must beat");
    let wanted = c.break_even + c.edge_wanted;
    page.rows(
        "<>~",
        &[
            (
                "consensus",
                c.mean,
                format!(
                    "[{}, {}], members differ by {:.3}",
                    probability(c.lo),
                    probability(c.hi),
                    c.disagreement
                ),
            ),
            ("equal weights", c.equal_weight, "without learned weights".to_owned()),
            (
                "row rate",
                c.row_rate,
                format!(
                    "wins in this row, lower bound {}, {:.0} outcomes",
                    probability(c.row_lo),
                    c.row_n
                ),
            ),
            (
                "break-even",
                c.break_even,
                format!("a win pays {:.2} R, a loss costs {:.2} R", c.mean_win, c.mean_loss),
            ),
            ("with edge", wanted, format!("break-even plus the row's edge {:.3}", c.edge_wanted)),
        ]
        .map(|(name, p, text)| vec![name.to_owned(), probability(p), text]),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_keeps_at_least_its_cents() {
        for (text, expected) in [("44.5000", "44.50"), ("44.1250", "44.125"), ("no bar", "no bar")]
        {
            assert_eq!(trimmed(text), expected);
        }
    }
}
