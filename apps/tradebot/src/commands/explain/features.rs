//! Features by name, and which of them tell the most.

use serde::Serialize;
use tradebot_journal::DecisionRecord;
use tradebot_storage::DecisionFilter;

use super::super::page::Page;
use crate::exit::Failure;
use crate::output;
use crate::reading::Found;

/// How many earlier sessions of the symbol a value is compared with.
const COMPARED_WITH: u32 = 252;
/// With fewer than this, a rank says nothing.
const COMPARED_MIN: usize = 60;
/// How many are shown to people.
const SHOWN: usize = 8;

/// Shown in this order while there is too little history to rank by.
const USUAL: [&str; SHOWN] = [
    "return_20",
    "return_120",
    "sma_distance_200",
    "rsi_14",
    "adx_14",
    "bollinger_z_20",
    "volatility_20",
    "drawdown_252",
];

/// One feature of a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FeatureReading {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Share of the symbol's earlier sessions in the run (at most 252) with a lower value, equal
    /// ones by half; null when there are fewer than 60.
    pub rank: Option<f64>,
}

/// The features of a decision, ranked among those of the sessions before it.
pub(super) fn read(found: &Found, record: &DecisionRecord) -> Result<Vec<FeatureReading>, Failure> {
    let names = &found.info.start.feature_names;
    if record.features.is_empty() {
        return Ok(Vec::new());
    }
    let earlier = earlier(found, record)?;
    Ok(names
        .iter()
        .zip(&record.features)
        .enumerate()
        .map(|(i, (name, value))| {
            let past: Vec<f64> = earlier.iter().filter_map(|row| row.get(i).copied()).collect();
            FeatureReading { name: name.clone(), value: *value, rank: rank(*value, &past) }
        })
        .collect())
}

fn earlier(found: &Found, record: &DecisionRecord) -> Result<Vec<Vec<f64>>, Failure> {
    let id = record.id;
    let filter = DecisionFilter {
        symbol: Some(id.symbol),
        to: id.session,
        limit: COMPARED_WITH + 1,
        ..DecisionFilter::default()
    };
    let mut rows = Vec::new();
    let lines = found.reader.decisions(found.info.key, &filter)?;
    for line in lines.iter().filter(|line| line.id != id) {
        rows.push(found.reader.features(line.seq)?);
    }
    rows.retain(|row| !row.is_empty());
    Ok(rows)
}

/// Mid-rank of a value among earlier ones.
fn rank(value: f64, past: &[f64]) -> Option<f64> {
    if past.len() < COMPARED_MIN {
        return None;
    }
    let below = past.iter().filter(|p| **p < value).count() as f64;
    let equal = past.iter().filter(|p| **p == value).count() as f64;
    Some((below + 0.5 * equal) / past.len() as f64)
}

/// The features that stand out from the symbol's own past, the farthest first; the usual ones
/// while there is too little past.
fn telling(features: &[FeatureReading]) -> Vec<&FeatureReading> {
    let distance = |f: &FeatureReading| f.rank.map_or(0.0, |rank| (rank - 0.5).abs());
    if features.iter().all(|f| f.rank.is_none()) {
        let named = |name: &&str| features.iter().find(|f| f.name == **name);
        return USUAL.iter().filter_map(named).collect();
    }
    // Which day of the week it is stands in the headline.
    let mut ranked: Vec<_> = features.iter().filter(|f| !f.name.starts_with("weekday")).collect();
    ranked.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
    ranked.truncate(SHOWN);
    ranked
}

/// The section of the waterfall.
pub(super) fn section(page: &mut Page, features: &[FeatureReading]) {
    if features.is_empty() {
        return;
    }
    page.section("Features that stand out from a year");
    let row = |f: &&FeatureReading| {
        vec![f.name.clone(), written(&f.name, f.value), f.rank.map_or_else(String::new, place)]
    };
    page.rows("<>~", &telling(features).iter().map(row).collect::<Vec<_>>());
    page.say(&format!("all {} with --json", features.len()));
}

/// A rank in words.
fn place(rank: f64) -> String {
    if rank == 1.0 {
        "above all of its past".to_owned()
    } else if rank == 0.0 {
        "below all of its past".to_owned()
    } else if rank >= 0.5 {
        format!("above {:.0} % of its past", (rank * 100.0).floor())
    } else {
        format!("below {:.0} % of its past", ((1.0 - rank) * 100.0).floor())
    }
}

/// Features that are fractions or logarithms of ratios read better as percentages.
fn written(name: &str, value: f64) -> String {
    const AS_PERCENT: [&str; 13] = [
        "return_",
        "index_return_",
        "sma_distance_",
        "ema_distance_",
        "bollinger_width_",
        "atr_fraction_",
        "volatility_2",
        "volatility_6",
        "index_volatility_",
        "drawdown_",
        "index_drawdown_",
        "rise_",
        "gap",
    ];
    if AS_PERCENT.iter().any(|prefix| name.starts_with(prefix)) {
        output::percent(value, 1)
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(name: &str, rank: Option<f64>) -> FeatureReading {
        FeatureReading { name: name.to_owned(), value: 1.0, rank }
    }

    #[test]
    fn a_rank_needs_enough_past_and_counts_equals_by_half() {
        assert_eq!(rank(1.0, &[0.0; 59]), None);
        assert_eq!(rank(1.0, &[0.0; 60]), Some(1.0));
        assert_eq!(rank(0.0, &[0.0; 60]), Some(0.5));
        assert_eq!(rank(-1.0, &[0.0; 60]), Some(0.0));
    }

    #[test]
    fn the_farthest_from_the_middle_come_first() {
        let features = [
            reading("rsi_14", Some(0.6)),
            reading("gap", Some(0.02)),
            reading("weekday_sine", Some(1.0)),
            reading("return_20", Some(0.97)),
        ];
        let names: Vec<&str> = telling(&features).iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["gap", "return_20", "rsi_14"]);
    }

    #[test]
    fn without_a_past_the_usual_ones_are_shown() {
        let features = [reading("gap", None), reading("rsi_14", None), reading("return_20", None)];
        let names: Vec<&str> = telling(&features).iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["return_20", "rsi_14"]);
    }

    #[test]
    fn every_usual_feature_is_one_of_the_set() {
        for name in USUAL {
            assert!(tradebot_features::index(name).is_some(), "{name}");
        }
    }

    #[test]
    fn fractions_are_percentages_and_the_rest_are_not() {
        for (name, shown) in [
            ("return_120", "100.0 %"),
            ("volatility_20", "100.0 %"),
            ("volatility_ratio_20_60", "1.00"),
            ("drawdown_252", "100.0 %"),
            ("volume_z_60", "1.00"),
            ("vix", "1.00"),
        ] {
            assert_eq!(written(name, 1.0), shown, "{name}");
        }
    }
}
