//! What quality gates say of defects planted into real bars.

use tradebot_domain::{Bar, CorporateAction, Currency, Moment, Symbol};
use tradebot_market_data::History;
use tradebot_quality_gates::{Check, GateConfig, Label, SymbolGate};

use crate::exit::Failure;

/// Clean bars before a defect, so that the gate knows the symbol.
const BEFORE: usize = 80;
/// Clean bars after it.
const AFTER: usize = 10;

/// One planted defect.
#[derive(Debug, Clone)]
pub struct PlantedDefect {
    /// What was planted.
    pub what: &'static str,
    /// The check that must name it.
    pub expected: &'static str,
    /// The check that refused the bar; none when it was admitted.
    pub refused_by: Option<&'static str>,
    /// Clean bars after it until one was admitted again; none when none was.
    pub admitted_after: Option<usize>,
}

/// What gates said.
#[derive(Debug, Clone)]
pub struct GateFacts {
    /// Every planted defect.
    pub planted: Vec<PlantedDefect>,
    /// Clean bars offered.
    pub clean: usize,
    /// Of those, bars refused.
    pub clean_refused: Vec<String>,
}

/// Spoils what the source sends of one session.
type Spoil = fn(&mut Sent, &[Bar]);

/// What a source sends.
#[derive(Debug, Clone)]
struct Sent {
    session: Moment,
    bar: Option<Bar>,
    label: Label,
    missed: u32,
    /// How often the session's bar comes.
    times: usize,
    /// Every later price is divided by this.
    scale_after: f64,
}

/// IBM had no split in these years, so every planted one is a defect.
const SYMBOL: &str = "IBM";

impl GateFacts {
    /// Plants each defect after real bars of the bundle, each in a gate of its own.
    ///
    /// # Errors
    /// When the bundle lacks the symbol.
    pub fn gather(history: &History) -> Result<Self, Failure> {
        let symbol = Symbol::new(SYMBOL)?;
        let series = history.series.get(&symbol);
        let series = series.ok_or_else(|| Failure::work(format!("the bundle lacks {SYMBOL}")))?;
        let bars = &series.bars[..BEFORE + AFTER];
        let planted = DEFECTS.iter().map(|(what, expected, spoil)| {
            let (refused_by, admitted_after) = plant(symbol, bars, &series.actions, *spoil);
            PlantedDefect { what, expected: expected.name(), refused_by, admitted_after }
        });
        let planted = planted.collect();
        let mut gate = SymbolGate::new(symbol, GateConfig::default());
        let mut clean_refused = Vec::new();
        for bar in &series.bars {
            let actions = on(&series.actions, bar.date);
            if let (_, Err(refused)) = gate.admit(bar.date, Some(bar), &actions, 0) {
                clean_refused.push(format!("{} {}: {}", symbol, bar.date, refused.detail));
            }
        }
        Ok(Self { planted, clean: series.bars.len(), clean_refused })
    }
}

const DEFECTS: &[(&str, Check, Spoil)] = &[
    ("a close that is no number", Check::NonFinite, |s, _| s.price(|b| b.close = f64::NAN)),
    ("a high that is infinite", Check::NonFinite, |s, _| s.price(|b| b.high = f64::INFINITY)),
    ("a low of zero", Check::NonPositive, |s, _| s.price(|b| b.low = 0.0)),
    ("high and low swapped", Check::OhlcInconsistent, |s, _| {
        s.price(|b| std::mem::swap(&mut b.high, &mut b.low));
    }),
    ("a close above the high", Check::OhlcInconsistent, |s, _| s.price(|b| b.close = b.high * 1.1)),
    ("a price of a billion", Check::OutOfRange, |s, _| s.price(|b| *b = b.scaled(1e8))),
    ("the session before once more", Check::Duplicate, |s, before| s.bar = before.last().copied()),
    ("a bar from ten sessions ago", Check::OutOfOrder, |s, before| {
        s.bar = before.get(before.len() - 10).copied();
    }),
    ("a bar of tomorrow", Check::OutOfOrder, |s, _| {
        s.price(|b| b.date = b.date.date().tomorrow().map_or(b.date, Moment::daily));
    }),
    ("a bar of a Sunday", Check::OffCalendar, |s, _| {
        s.session = Moment::constant(2000, 7, 2);
        s.price(|b| b.date = Moment::constant(2000, 7, 2));
    }),
    ("no bar", Check::Gap, |s, _| (s.bar, s.missed) = (None, 1)),
    ("no bar for two weeks", Check::Stale, |s, _| (s.bar, s.missed) = (None, 10)),
    ("a first bar after two weeks", Check::Gap, |s, _| s.missed = 10),
    ("a split nobody announced", Check::SuspectedSplit, |s, _| {
        s.price(|b| *b = b.scaled(0.5));
        s.scale_after = 2.0;
    }),
    ("a rise by half, undone", Check::OutlierReturn, |s, _| {
        s.price(|b| (b.high, b.close) = (b.close * 1.45, b.close * 1.42));
    }),
    ("a bar without volume", Check::ZeroVolume, |s, _| s.price(|b| b.volume = 0.0)),
    ("one price for five sessions", Check::Constant, |s, _| s.times = 5),
    ("a bar of another symbol", Check::SymbolMismatch, |s, _| {
        s.label.symbol = Symbol::new("MSFT").unwrap_or(s.label.symbol);
    }),
    ("a bar in another currency", Check::CurrencyMismatch, |s, _| {
        s.label.currency = Some(Currency::Cad);
    }),
];

impl Sent {
    fn price(&mut self, change: impl FnOnce(&mut Bar)) {
        if let Some(bar) = &mut self.bar {
            change(bar);
        }
    }
}

fn plant(
    symbol: Symbol,
    bars: &[Bar],
    actions: &[CorporateAction],
    spoil: Spoil,
) -> (Option<&'static str>, Option<usize>) {
    let mut gate = SymbolGate::new(symbol, GateConfig::default()).in_currency(Currency::Usd);
    let (before, rest) = bars.split_at(BEFORE);
    let (defect, after) = (rest[0], &rest[1..]);
    for bar in before {
        let _ = gate.admit(bar.date, Some(bar), &on(actions, bar.date), 0);
    }
    let label = Label { symbol, currency: Some(Currency::Usd) };
    let session = defect.date;
    let mut sent =
        Sent { session, bar: Some(defect), label, missed: 0, times: 1, scale_after: 1.0 };
    spoil(&mut sent, before);
    let refused_by = offer(&mut gate, &sent, actions, after);
    let clean = &after[sent.times - 1..];
    let admitted_after = clean.iter().position(|bar| {
        let bar = bar.scaled(1.0 / sent.scale_after);
        gate.admit(bar.date, Some(&bar), &on(actions, bar.date), 0).1.is_ok()
    });
    (refused_by, admitted_after.map(|at| at + 1))
}

/// Sends the spoiled session, or the same bar for several.
fn offer(
    gate: &mut SymbolGate,
    sent: &Sent,
    actions: &[CorporateAction],
    after: &[Bar],
) -> Option<&'static str> {
    let Some(bar) = sent.bar else {
        let answer = gate.admit(sent.session, None, &[], sent.missed).1;
        return answer.err().map(|refused| refused.reason.name());
    };
    let today = on(actions, sent.session);
    let first = gate.admit_labelled(sent.label, sent.session, &bar, &today, sent.missed).1.err();
    let again = after.iter().take(sent.times - 1).map(|later| {
        let frozen = Bar { date: later.date, ..bar };
        gate.admit(later.date, Some(&frozen), &[], 0).1.err()
    });
    again.last().unwrap_or(first).map(|refused| refused.reason.name())
}

fn on(actions: &[CorporateAction], date: Moment) -> Vec<CorporateAction> {
    actions.iter().filter(|a| a.ex_date == date.date()).copied().collect()
}
