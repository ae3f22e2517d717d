//! The sections of a page, in its order.

mod verdict;
mod key_figures;
mod equity;
mod drawdowns;
mod monthly;
mod annual;
mod rolling;
mod exposure;
mod basis;
mod skill;
mod reliability;
mod weights;
mod prices;
mod trades;
mod extremes;
mod excursions;
mod exits;
mod regimes;
mod no_trade;
mod risk_events;
mod refits;
mod timings;
mod configuration;
mod glossary;

use tradebot_backtest::{Assessment, RunResult};
use tradebot_domain::{Moment, Regime};
use tradebot_journal::{ExitReason, SizeBasis};

use crate::ReportError;
use crate::markup::{Markup, element};

pub(crate) use key_figures::PERFORMANCE;
pub(crate) use verdict::tone;

/// What a page is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'r> {
    /// The run.
    pub(crate) result: &'r RunResult,
    /// What is to be said of it.
    pub(crate) assessment: &'r Assessment,
}

impl Subject<'_> {
    /// First and last close.
    pub(crate) fn span(&self) -> Option<(Moment, Moment)> {
        let snapshots = &self.result.snapshots;
        Some((snapshots.first()?.session, snapshots.last()?.session))
    }

    /// The account's currency, three letters.
    pub(crate) fn currency(&self) -> &'static str {
        self.result.started.currency.code()
    }
}

/// A section of the page.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// Unique in the page: where links lead.
    pub(crate) id: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// What stands under it.
    pub(crate) body: Markup,
}

/// All sections.
///
/// # Errors
/// [`ReportError::Figure`] when a figure could not be drawn.
pub(crate) fn all(of: Subject<'_>) -> Result<Vec<Section>, ReportError> {
    let section = |id, title, body| Section { id, title, body };
    Ok(vec![
        section("verdict", "Verdict", verdict::body(of)),
        section("key-figures", "Key figures", key_figures::body(of)),
        section("equity", "Equity and drawdown", equity::body(of)?),
        section("drawdowns", "Deepest drawdowns", drawdowns::body(of)),
        section("monthly", "Monthly returns", monthly::body(of)),
        section("annual", "Annual returns", annual::body(of)?),
        section("rolling", "Rolling Sharpe ratio and beta", rolling::body(of)?),
        section("exposure", "Exposure and turnover", exposure::body(of)?),
        section("earned-by", "What the trades were earned by", basis::body(of)),
        section("skill", "Skill out of sample", skill::body(of)?),
        section("reliability", "Do the probabilities mean what they say?", reliability::body(of)?),
        section("weights", "Weights over time", weights::body(of)?),
        section("prices", "Trades on prices", prices::body(of)?),
        section("trades", "Trades", trades::body(of)?),
        section("excursions", "How far trades went", excursions::body(of)?),
        section("exits", "Exits and costs", exits::body(of)),
        section("regimes", "Regimes", regimes::body(of)),
        section("no-trade", "Why there was no trade", no_trade::body(of)),
        section("risk-events", "Limits reached", risk_events::body(of)),
        section("refits", "Refits and model cards", refits::body(of)),
        section("timings", "How long it took", timings::body(of)),
        section("configuration", "Configuration and digests", configuration::body(of)),
        section("glossary", "What the numbers mean", glossary::body()),
    ])
}

/// A regime in words.
pub(crate) const fn regime_words(regime: Regime) -> &'static str {
    match regime {
        Regime::TrendingLowVol => "Trending, low volatility",
        Regime::TrendingHighVol => "Trending, high volatility",
        Regime::ChoppyLowVol => "Choppy, low volatility",
        Regime::ChoppyHighVol => "Choppy, high volatility",
        Regime::Transition => "Transition",
    }
}

/// What a size was earned by, in words.
pub(crate) const fn basis_words(basis: SizeBasis) -> &'static str {
    match basis {
        SizeBasis::Skill => "Skill",
        SizeBasis::Drift => "Drift",
        SizeBasis::Explore => "Exploration",
    }
}

/// Why a position was left, in words.
pub(crate) const fn exit_words(reason: ExitReason) -> &'static str {
    match reason {
        ExitReason::Stop => "Stop",
        ExitReason::StopGap => "Stop, at a gap",
        ExitReason::Target => "Target",
        ExitReason::TargetGap => "Target, at a gap",
        ExitReason::Time => "Time limit",
        ExitReason::Reversal => "Consensus turned",
        ExitReason::Flatten => "Flattened by a limit",
        ExitReason::EndOfData => "End of data",
    }
}

/// A share of a whole as a bar with its number; `width` is the length of the bar, 0 to 1.
pub(crate) fn bar(width: f64, text: String) -> Markup {
    let style = format!("--w:{:.1}%", width.clamp(0.0, 1.0) * 100.0);
    element("span", &[("class", "bar"), ("style", &style)], element("span", &[], text))
}
