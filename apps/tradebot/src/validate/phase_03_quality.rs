//! Phase 3, data contracts: what is in the bundle, what gates let through, and what is on record.

use tradebot_domain::{Decimal, Exchange};
use tradebot_journal::{DecisionRecord, Verdict};
use tradebot_quality_gates::Level;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::evidence::market::{KNOWN_DATES, SeriesFacts};

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p03-planted-refused", 3), "planted defects are refused", FAULTS, refused),
    Check::new(("p03-planted-named", 3), "each by the check that knows it", FAULTS, named),
    Check::new(
        ("p03-recovers", 3),
        "clean bars pass again after a defect",
        (Bound::AtMost(5.0), "bars"),
        recovers,
    ),
    Check::new(
        ("p03-clean-passes", 3),
        "real bars are not refused wholesale",
        (Bound::AtMost(0.001), "share"),
        clean,
    ),
    Check::new(("p03-refused-untraded", 3), "what a gate refuses is not traded", FAULTS, untraded),
    Check::new(("p03-refused-why", 3), "the reason of a refusal is on record", FAULTS, why),
    Check::new(("p03-levels", 3), "levels follow from scores", FAULTS, levels),
    Check::new(("p03-provenance", 3), "every row used names its origin", FAULTS, provenance),
    Check::new(("p03-bars-true", 3), "recorded bar digests are the feed's", FAULTS, bars_true),
    Check::new(("p03-bars-kept", 3), "every bar decided on is kept", FAULTS, bars_kept),
    Check::new(("p03-violations-kept", 3), "every violation has its row", FAULTS, violations),
    Check::new(("p03-bundle", 3), "the bundle is the one that was published", FAULTS, bundle),
    Check::new(("p03-splits", 3), "the bundle's splits are found, no others", FAULTS, splits),
    Check::new(("p03-dividends", 3), "the bundle's dividends are found", FAULTS, dividends),
    Check::new(("p03-bars-on-calendar", 3), "bars and calendar agree", FAULTS, on_calendar),
    Check::new(("p03-calendar", 3), "28 years of sessions are counted right", FAULTS, calendar),
    Check::new(("p03-known-dates", 3), "closures everybody knows are known", FAULTS, known_dates),
];

/// Splits of the bundle: symbol, ex-date, new shares per old.
const SPLITS: [(&str, &str, i64); 3] =
    [("AAPL", "2000-06-21", 2), ("AAPL", "2005-02-28", 2), ("MSFT", "2003-02-18", 2)];
/// Dividends of the bundle, by symbol.
const DIVIDENDS: [(&str, usize); 5] =
    [("AAPL", 3), ("FB", 0), ("GOOG", 0), ("IBM", 52), ("MSFT", 37)];
/// The largest one: Microsoft's special dividend of 2004, in cents.
const LARGEST_DIVIDEND: (&str, &str, i64) = ("MSFT", "2004-11-15", 308);
/// Bars and digests of the bundled series, by symbol.
const BUNDLE: [(&str, usize, &str); 5] = [
    ("AAPL", 3_270, "dc6a37fbb1adc2222650cc54d9868ec867c02a49024678d744c719b56385608a"),
    ("FB", 196, "6d24ba84b98a28924e7b923d9e12bf7c8019f0aba6e0b608051b322d74baf588"),
    ("GOOG", 2_148, "fe8a18dfc04a73c9328ff36580ecc0960ebf48158c65601de9b90e7b0181340b"),
    ("IBM", 3_270, "7da91d0508fcbabf0d635ec88d4c68414352e494ea07dcab37e394e7617ddb77"),
    ("MSFT", 3_270, "39301d242a1faa26b6ed26bf9defba8a011ad989e85f7d8e280974c61351f3b3"),
];
/// Sessions from 2000 to 2027.
const SESSIONS: [(Exchange, usize); 2] = [(Exchange::Xnys, 7_041), (Exchange::Xtse, 7_031)];

fn refused(e: &Evidence) -> Measured {
    let planted = &e.gates.planted;
    let admitted = planted.iter().filter(|p| p.refused_by.is_none());
    Measured::faults(planted.len(), admitted.map(|p| format!("{} was admitted", p.what)))
}

fn named(e: &Evidence) -> Measured {
    let planted = &e.gates.planted;
    let misnamed = planted.iter().filter(|p| p.refused_by != Some(p.expected));
    Measured::faults(
        planted.len(),
        misnamed.map(|p| format!("{}: {:?}, not {}", p.what, p.refused_by, p.expected)),
    )
}

fn recovers(e: &Evidence) -> Measured {
    let bars = e.gates.planted.iter().map(|p| p.admitted_after.map_or(f64::NAN, |n| n as f64));
    Measured::largest(bars)
}

fn clean(e: &Evidence) -> Measured {
    let refused = &e.gates.clean_refused;
    let share = refused.len() as f64 / e.gates.clean as f64;
    Measured::over(share, e.gates.clean).saying(refused.first().cloned().unwrap_or_default())
}

fn refusals(e: &Evidence) -> Vec<&DecisionRecord> {
    e.run.decisions.iter().filter(|d| !d.quality.admitted).collect()
}

fn untraded(e: &Evidence) -> Measured {
    let refusals = refusals(e);
    let used = refusals.iter().filter(|d| {
        d.consensus.is_some() || d.bracket.is_some() || matches!(d.verdict, Verdict::Trade { .. })
    });
    Measured::faults(refusals.len(), used.map(|d| format!("{} was decided on", d.id)))
}

fn why(e: &Evidence) -> Measured {
    let refusals = refusals(e);
    let silent = refusals.iter().filter(|d| {
        let said = match &d.verdict {
            Verdict::NoTrade { reason, .. } => reason == "gate_refused" || reason == "no_bar",
            Verdict::Trade { .. } => false,
        };
        !said || !d.quality.violations.iter().any(|v| v.refused && !v.detail.is_empty())
    });
    Measured::faults(refusals.len(), silent.map(|d| format!("{} names no violation", d.id)))
}

fn levels(e: &Evidence) -> Measured {
    let decisions = &e.run.decisions;
    let off = decisions.iter().filter(|d| {
        let q = &d.quality;
        !(0.0..=1.0).contains(&q.score) || Level::of(q.score).name() != q.level
    });
    Measured::faults(
        decisions.len(),
        off.map(|d| format!("{}: {} at {}", d.id, d.quality.level, d.quality.score)),
    )
}

fn provenance(e: &Evidence) -> Measured {
    let used: Vec<_> = e.run.decisions.iter().filter(|d| d.close.is_some()).collect();
    let bare = used.iter().filter(|d| {
        let q = &d.quality;
        q.source.is_empty()
            || q.bar_digest.len() != 16
            || q.adjustment.is_nan()
            || q.adjustment <= 0.0
    });
    Measured::faults(used.len(), bare.map(|d| format!("{}: {:?}", d.id, d.quality)))
}

fn bars_true(e: &Evidence) -> Measured {
    let used: Vec<_> = e.run.decisions.iter().filter(|d| d.close.is_some()).collect();
    let other = used.iter().filter(|d| e.market.bars.get(&d.id) != Some(&d.quality.bar_digest));
    Measured::faults(used.len(), other.map(|d| format!("{} was decided on another bar", d.id)))
}

fn bars_kept(e: &Evidence) -> Measured {
    let fed = e.market.bars.len();
    let kept = e.database.rows("market_data").unwrap_or(0);
    Measured::faults(fed, (kept != fed as u64).then(|| format!("{kept} kept of {fed}")))
}

fn violations(e: &Evidence) -> Measured {
    let on_record: usize = e.run.decisions.iter().map(|d| d.quality.violations.len()).sum();
    let rows = e.database.rows("data_quality_violations").unwrap_or(0);
    let differ = (rows != on_record as u64).then(|| format!("{rows} rows, {on_record} on record"));
    Measured::faults(on_record, differ)
}

fn bundle(e: &Evidence) -> Measured {
    let series = &e.market.series;
    let strange = BUNDLE.iter().filter_map(|(symbol, bars, digest)| {
        let found = series.iter().find(|s| s.symbol.as_str() == *symbol)?;
        let same = found.bars == *bars && found.digest == *digest;
        (!same).then(|| format!("{symbol}: {} bars, digest {}", found.bars, found.digest))
    });
    let count = series.len().abs_diff(BUNDLE.len());
    let missing =
        (count > 0).then(|| format!("{} series instead of {}", series.len(), BUNDLE.len()));
    Measured::faults(series.len(), strange.chain(missing))
}

fn splits(e: &Evidence) -> Measured {
    let found: Vec<(String, String, Decimal)> = e
        .market
        .series
        .iter()
        .flat_map(|s| s.splits.iter().map(|(d, r)| (s.symbol.to_string(), d.to_string(), *r)))
        .collect();
    let wanted: Vec<(String, String, Decimal)> =
        SPLITS.map(|(s, d, r)| (s.to_owned(), d.to_owned(), Decimal::from(r))).to_vec();
    let missing = wanted.iter().filter(|split| !found.contains(split));
    let missing = missing.map(|split| format!("{split:?} was not found"));
    let extra = found.iter().filter(|split| !wanted.contains(split));
    let extra = extra.map(|split| format!("{split:?} never happened"));
    Measured::faults(SPLITS.len(), missing.chain(extra))
}

fn dividends(e: &Evidence) -> Measured {
    let of = |symbol: &str| e.market.series.iter().find(|s| s.symbol.as_str() == symbol);
    let counts = DIVIDENDS.iter().filter_map(|(symbol, wanted)| {
        let found = of(symbol).map_or(0, |s| s.dividends.len());
        (found != *wanted).then(|| format!("{symbol}: {found} dividends instead of {wanted}"))
    });
    let (symbol, date, cents) = LARGEST_DIVIDEND;
    let amount = Decimal::new(cents, 2);
    let special = |s: &SeriesFacts| {
        s.dividends.iter().any(|(d, a)| d.to_string() == date && a.round_dp(2) == amount)
    };
    let missed = (!of(symbol).is_some_and(special)).then(|| format!("{symbol} {date} {amount}"));
    Measured::faults(DIVIDENDS.len() + 1, counts.chain(missed))
}

fn on_calendar(e: &Evidence) -> Measured {
    let series = &e.market.series;
    let strange = series.iter().flat_map(|s| {
        let off = s.off_calendar.iter().map(move |d| format!("{} has a bar on {d}", s.symbol));
        off.chain(s.missing.iter().map(move |d| format!("{} has no bar on {d}", s.symbol)))
    });
    Measured::faults(series.iter().map(|s| s.bars).sum(), strange)
}

fn calendar(e: &Evidence) -> Measured {
    let wrong = SESSIONS.iter().filter(|wanted| !e.market.sessions.contains(wanted));
    Measured::faults(
        e.market.sessions.len(),
        wrong.map(|(x, n)| format!("{x}: {:?} instead of {n}", e.market.sessions)),
    )
}

fn known_dates(e: &Evidence) -> Measured {
    let wrong = KNOWN_DATES.iter().zip(&e.market.known_dates).filter(|(k, f)| k.2 != f.2);
    Measured::faults(e.market.known_dates.len(), wrong.map(|(_, (x, d, _))| format!("{x} {d}")))
}
