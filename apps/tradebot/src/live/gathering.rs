//! What came for a session, and whether that is all of it.
//!
//! A session is complete when every symbol whose exchange traded has its bar, or is known to have
//! none: halted, or not traded. Until then it is waited for, and after a time it is given up by
//! name. What the source says now of sessions that were decided before is compared on the way.

use std::collections::{BTreeMap, VecDeque};

use jiff::ToSpan as _;
use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Exchange, Symbol};
use tradebot_market_data::History;

use super::assembling::{Assembler, Brought};
use super::broker::{Broker, Listing, Traded, Trouble};
use super::overlap::{self, Overlap};

/// A finding: which symbol, its name, the numbers.
pub type Finding = (Symbol, &'static str, String);

/// What a look at the source gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Gathered {
    /// All there is, and what looked wrong about it.
    Complete(Brought, Vec<Finding>),
    /// Something is still to come; the text names it.
    Waiting(String),
}

/// The market's context: the index with its regime and the volatility index, from the broker where
/// it has them, else from what was imported or bundled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The broker's name of the index.
    pub index: Option<Symbol>,
    /// The broker's name of the volatility index.
    pub vix: Option<Symbol>,
}

/// What is traded, as the broker lists it, and the newest bars that were handed over.
#[derive(Debug, Clone)]
pub struct Universe {
    symbols: Vec<Symbol>,
    context: Context,
    listings: BTreeMap<Symbol, Listing>,
    recent: BTreeMap<Symbol, VecDeque<Bar>>,
    /// Findings of looks that were not complete.
    pending: Vec<Finding>,
}

impl Universe {
    /// Symbols and context; nothing is known of them yet.
    pub const fn new(symbols: Vec<Symbol>, context: Context) -> Self {
        Self {
            symbols,
            context,
            listings: BTreeMap::new(),
            recent: BTreeMap::new(),
            pending: Vec::new(),
        }
    }

    /// The symbols that are traded.
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// How a symbol is listed, once it was asked.
    pub fn listing(&self, symbol: Symbol) -> Option<&Listing> {
        self.listings.get(&symbol)
    }

    /// Asks how everything is listed today. What changed is a finding; what is gone keeps its last
    /// id, so that its bars may still be found.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn resolve(&mut self, broker: &Broker) -> Result<Vec<Finding>, Trouble> {
        let context = [self.context.index, self.context.vix];
        let names: Vec<Symbol> =
            self.symbols.iter().copied().chain(context.into_iter().flatten()).collect();
        let found = broker.listings(&names)?;
        let mut findings = Vec::new();
        for name in names {
            match (found.iter().find(|l| l.symbol == name), self.listings.get(&name)) {
                (None, _) => {
                    findings.push((name, "not_listed", "the broker does not list it".to_owned()));
                }
                (Some(now), Some(before)) if now.id != before.id => {
                    findings.push((name, "id_changed", format!("{} was {}", now.id, before.id)));
                }
                (Some(now), Some(before)) if now.currency != before.currency => {
                    let text = format!("{:?} was {:?}", now.currency, before.currency);
                    findings.push((name, "currency_changed", text));
                }
                _ => {}
            }
        }
        self.listings.extend(found.into_iter().map(|listing| (listing.symbol, listing)));
        Ok(findings)
    }

    /// Remembers the newest bars of a history before `from`.
    pub fn remember(&mut self, history: &History, from: Date) {
        for symbol in &self.symbols {
            let Some(series) = history.series.get(symbol) else { continue };
            let before = series.bars.partition_point(|bar| bar.date.date() < from);
            let newest = &series.bars[before.saturating_sub(overlap::SESSIONS)..before];
            self.recent.insert(*symbol, newest.iter().copied().collect());
        }
    }

    /// Takes note of a session that was handed to the engine: splits change what the source will
    /// say of the bars before.
    pub fn handed_over(&mut self, bars: &[(Symbol, Bar)], actions: &[(Symbol, CorporateAction)]) {
        for (symbol, action) in actions {
            if matches!(action.kind, ActionKind::Split { .. }) {
                // Adjusted prices are rounded in a way that is the source's own: begin anew.
                self.recent.remove(symbol);
            }
        }
        for (symbol, bar) in bars {
            let known = self.recent.entry(*symbol).or_default();
            known.push_back(*bar);
            while known.len() > overlap::SESSIONS {
                known.pop_front();
            }
        }
    }

    /// One look at what there is of a session. With `patience` a bar that should be there is waited
    /// for; without, the session goes on without it.
    ///
    /// # Errors
    /// [`Trouble`]; nothing of the look is kept.
    pub fn gather(
        &mut self,
        broker: &Broker,
        (assembler, local): (&Assembler, &dyn LocalContext),
        session: Date,
        patience: bool,
    ) -> Result<Gathered, Trouble> {
        let listed = self.resolve(broker)?;
        self.pending.extend(listed);
        let mut findings = Vec::new();
        let mut brought = Brought::default();
        let (mut waiting, mut restated) = (Vec::new(), Vec::new());
        for symbol in assembler.trading(session) {
            let Some(listing) = self.listings.get(&symbol).cloned() else {
                if patience {
                    waiting.push(symbol);
                }
                continue;
            };
            let bars = broker.daily_bars(listing.id, self.since(symbol, session), session)?;
            let overlap = self.compare(symbol, &bars);
            note(overlap, (symbol, session), (&mut brought, &mut findings), &mut restated);
            brought.actions.extend(dividend(&listing, session).map(|action| (symbol, action)));
            match bars.last().filter(|bar| bar.date.date() == session) {
                Some(bar) => drop(brought.bars.insert(symbol, *bar)),
                None => match broker.traded(listing.id, session)? {
                    Traded::Yes if patience => waiting.push(symbol),
                    Traded::Yes => findings.push((
                        symbol,
                        "bar_given_up",
                        "traded, but no bar of it came".to_owned(),
                    )),
                    Traded::No(why) => findings.push((symbol, "no_bar", why)),
                },
            }
        }
        self.look_around(broker, local, session, &mut brought)?;
        if patience
            && brought.index.is_none()
            && Exchange::Xnys.is_session(session).unwrap_or(false)
        {
            let names = self.context.index.map_or("the imported ^GSPC", |_| "the index");
            return Ok(Gathered::Waiting(format!("no bar of {names} yet")));
        }
        if waiting.is_empty() {
            self.acknowledge(&restated);
            let mut all = std::mem::take(&mut self.pending);
            all.dedup();
            all.extend(findings);
            return Ok(Gathered::Complete(brought, all));
        }
        let names: Vec<&str> = waiting.iter().take(5).map(Symbol::as_str).collect();
        let more = if waiting.len() > names.len() { " ..." } else { "" };
        Ok(Gathered::Waiting(format!("no bar yet of {}{more}", names.join(", "))))
    }

    /// From which session on bars are asked for, so that they overlap with known ones.
    fn since(&self, symbol: Symbol, session: Date) -> Date {
        let oldest = self.recent.get(&symbol).and_then(VecDeque::front).map(|bar| bar.date.date());
        let near = session.checked_sub(30.days()).unwrap_or(session);
        oldest.unwrap_or(session).max(near).min(session)
    }

    fn compare(&self, symbol: Symbol, bars: &[Bar]) -> Overlap {
        let known: Vec<Bar> = self.recent.get(&symbol).into_iter().flatten().copied().collect();
        overlap::compare(&known, bars)
    }

    /// A restatement is told once. What was decided on stands in the run's own record.
    fn acknowledge(&mut self, restated: &[(Symbol, Bar)]) {
        for (symbol, bar) in restated {
            let known = self.recent.entry(*symbol).or_default();
            known.iter_mut().filter(|known| known.date == bar.date).for_each(|known| *known = *bar);
        }
    }

    /// Index and volatility index.
    fn look_around(
        &self,
        broker: &Broker,
        local: &dyn LocalContext,
        session: Date,
        brought: &mut Brought,
    ) -> Result<(), Trouble> {
        let of = |name: Option<Symbol>| name.and_then(|name| self.listings.get(&name));
        let bar = |listing: &Listing, date: Date| -> Result<Option<Bar>, Trouble> {
            let bars = broker.daily_bars(listing.id, date, date)?;
            Ok(bars.last().copied().filter(|bar| bar.date.date() == date))
        };
        let trades = Exchange::Xnys.is_session(session).unwrap_or(false);
        brought.index = match (self.context.index, of(self.context.index)) {
            _ if !trades => None,
            (_, Some(listing)) => bar(listing, session)?,
            // What was named and is not listed is not replaced by something else.
            (Some(_), None) => None,
            (None, None) => local.index(session),
        };
        let Ok(before) = Exchange::Xnys.previous_session(session) else { return Ok(()) };
        brought.vix_previous = match (self.context.vix, of(self.context.vix)) {
            (_, Some(listing)) => bar(listing, before)?.map(|bar| bar.close),
            (Some(_), None) => None,
            (None, None) => local.vix(before),
        };
        Ok(())
    }
}

/// What a comparison adds to a session: a split to its actions, restatements to the findings.
fn note(
    overlap: Overlap,
    (symbol, session): (Symbol, Date),
    (brought, findings): (&mut Brought, &mut Vec<Finding>),
    restated: &mut Vec<(Symbol, Bar)>,
) {
    match overlap {
        Overlap::Same => {}
        Overlap::Split(ratio) => {
            let kind = ActionKind::Split { ratio };
            brought.actions.push((symbol, CorporateAction { ex_date: session, kind }));
            let text = format!("all earlier candles moved by {ratio}: taken for a split");
            findings.push((symbol, "split", text));
        }
        Overlap::Restated(bars) => {
            for (was, is) in bars {
                let text = format!(
                    "{}: open {} high {} low {} close {} became {} {} {} {}; what was decided stays",
                    was.date,
                    was.open,
                    was.high,
                    was.low,
                    was.close,
                    is.open,
                    is.high,
                    is.low,
                    is.close
                );
                findings.push((symbol, "restated", text));
                restated.push((symbol, is));
            }
        }
    }
}

/// Context that is on this machine.
pub trait LocalContext {
    /// The index's bar of a session.
    fn index(&self, session: Date) -> Option<Bar>;
    /// The volatility index at a session's close.
    fn vix(&self, session: Date) -> Option<f64>;
}

/// The dividend whose ex-date a session is.
fn dividend(listing: &Listing, session: Date) -> Option<CorporateAction> {
    let (ex_date, amount) = listing.dividend.filter(|(date, _)| *date == session)?;
    Some(CorporateAction { ex_date, kind: ActionKind::Dividend { amount } })
}
