//! All sessions so far, packed, to be learned from again when a row's multiple moves.
//!
//! What is kept is exact: learning again gives the state to the last bit. Sessions are packed into
//! pages; a full page goes to the [`Scratch`] store when there is one, so that memory holds one
//! page and 24 bytes for each of the others however long the past. A forecast is written once, with
//! the outcome of its bracket, and handed to the decision's results under all candidates where
//! these come later.

use std::collections::BTreeMap;
use std::sync::Arc;

use tradebot_brackets::adaptive::FanOutcome;
use tradebot_domain::{Date, Moment, Regime, Symbol};
use tradebot_journal::{DecisionId, OutcomeRecord, Scratch};

use super::packing::{Packer, Unpacker};
use crate::shadow::{Forecast, Resolved};

/// Bytes from which on a page is full; it ends with the session that fills it.
const PAGE: usize = 1 << 18;

/// What one session brought.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Session {
    pub(super) date: Moment,
    pub(super) symbols: u32,
    pub(super) alarm: bool,
    /// Brackets that ended, in the order in which they were learned from.
    pub(super) resolved: Vec<Told>,
    /// Decisions whose candidates have all ended.
    pub(super) fans: Vec<ToldFan>,
}

/// A bracket that ended, and what it had been asked with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) resolved: Resolved,
    /// None where its row does not move.
    pub(super) asked_r: Option<f64>,
    /// Its results under all candidates come in this session or a later one.
    pub(super) fan_follows: bool,
}

/// Results under all candidates, and what the decision had been asked with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ToldFan {
    pub(super) fan: FanOutcome,
    pub(super) row: Regime,
    pub(super) asked_r: f64,
    /// Uniqueness of the bracket that was asked, among all of the symbol.
    pub(super) uniqueness: f64,
    pub(super) forecast: Forecast,
}

/// A full page: here, or set aside.
#[derive(Debug, Clone)]
enum Page {
    Here(Arc<[u8]>),
    Aside { address: u64, len: usize },
}

/// The past. A copy shares the pages of its original.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    full: Vec<Page>,
    open: Packer,
    scratch: Option<Arc<dyn Scratch>>,
}

impl Past {
    /// Full pages go to `scratch` from now on.
    pub(super) fn set_aside_to(&mut self, scratch: Arc<dyn Scratch>) {
        self.scratch = Some(scratch);
    }

    /// Adds a session after all others. Brackets that were not entered teach nothing and are left
    /// out.
    pub(super) fn push(&mut self, session: &Session) -> std::io::Result<()> {
        pack(session, &mut self.open);
        if self.open.bytes().len() < PAGE {
            return Ok(());
        }
        let page = std::mem::take(&mut self.open);
        let page = page.bytes();
        self.full.push(match &self.scratch {
            Some(scratch) => Page::Aside { address: scratch.put(page)?, len: page.len() },
            None => Page::Here(page.into()),
        });
        Ok(())
    }

    /// Nothing was ever there.
    pub(super) fn clear(&mut self) {
        self.full.clear();
        self.open = Packer::default();
    }

    /// Bytes it takes, in memory and set aside.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let mut bytes = (self.open.bytes().len(), 0);
        for page in &self.full {
            match page {
                Page::Here(page) => bytes.0 += page.len(),
                Page::Aside { len, .. } => bytes.1 += len,
            }
        }
        bytes
    }

    /// Goes through all sessions in their order.
    ///
    /// # Errors
    /// The text of what `see` refuses, or of a page that cannot be read.
    pub(super) fn each(
        &self,
        mut see: impl FnMut(Session) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut waiting = BTreeMap::new();
        let mut space = Vec::new();
        for page in &self.full {
            let bytes = match page {
                Page::Here(bytes) => bytes,
                Page::Aside { address, len } => {
                    let scratch = self.scratch.as_ref().ok_or("a page without its store")?;
                    space.resize(*len, 0);
                    scratch.get(*address, &mut space).map_err(|e| e.to_string())?;
                    &space[..]
                }
            };
            each_of(bytes, &mut waiting, &mut see)?;
        }
        each_of(self.open.bytes(), &mut waiting, &mut see)
    }
}

/// Forecasts whose results under all candidates have not come yet.
type Waiting = BTreeMap<DecisionId, (Forecast, f64)>;

fn each_of(
    page: &[u8],
    waiting: &mut Waiting,
    see: &mut impl FnMut(Session) -> Result<(), String>,
) -> Result<(), String> {
    let mut page = Unpacker::new(page);
    while !page.is_done() {
        see(unpack(&mut page, waiting)?)?;
    }
    Ok(())
}

fn pack(session: &Session, page: &mut Packer) {
    pack_moment(session.date, page);
    page.count(session.symbols);
    page.byte(u8::from(session.alarm));
    let known = || session.resolved.iter().filter(|told| told.resolved.record.won.is_some());
    page.count(small(known().count()));
    for Told { resolved: Resolved { record, forecast }, asked_r, fan_follows } in known() {
        pack_id(record.id, page);
        page.byte(number_of(record.row) | u8::from(*fan_follows) << 7);
        // An R-multiple is above 0.
        page.float(asked_r.unwrap_or(0.0));
        page.float(record.net_r);
        page.float(record.uniqueness);
        pack_forecast(forecast, page);
    }
    page.count(small(session.fans.len()));
    for ToldFan { fan, row, asked_r, .. } in &session.fans {
        pack_id(DecisionId { session: fan.decided, symbol: fan.symbol }, page);
        page.byte(number_of(*row));
        page.float(*asked_r);
        page.runs(&fan.net_r);
        page.runs(&fan.uniqueness);
        page.count(fan.timed_out);
    }
}

fn unpack(page: &mut Unpacker<'_>, waiting: &mut Waiting) -> Result<Session, String> {
    let date = unpack_moment(page)?;
    let (symbols, alarm) = (page.count()?, page.byte()? == 1);
    let resolved = (0..page.count()?)
        .map(|_| unpack_told(page, date, waiting))
        .collect::<Result<_, String>>()?;
    let mut fans = Vec::new();
    for _ in 0..page.count()? {
        let id = unpack_id(page)?;
        let (row, asked_r) = (row_of(page.byte()?)?, page.float()?);
        let (net_r, uniqueness) = (page.runs()?, page.runs()?);
        let (decided, symbol, timed_out) = (id.session, id.symbol, page.count()?);
        let fan = FanOutcome { decided, symbol, uniqueness, net_r, timed_out };
        let (forecast, own) = waiting.remove(&id).ok_or("a page holds results of no decision")?;
        fans.push(ToldFan { fan, row, asked_r, uniqueness: own, forecast });
    }
    Ok(Session { date, symbols, alarm, resolved, fans })
}

fn unpack_told(
    page: &mut Unpacker<'_>,
    date: Moment,
    waiting: &mut Waiting,
) -> Result<Told, String> {
    let id = unpack_id(page)?;
    let byte = page.byte()?;
    let (row, fan_follows) = (row_of(byte & 0x7f)?, byte & 0x80 != 0);
    let asked_r = Some(page.float()?).filter(|r| *r > 0.0);
    let (net_r, uniqueness) = (page.float()?, page.float()?);
    let forecast = unpack_forecast(page)?;
    if fan_follows {
        waiting.insert(id, (forecast.clone(), uniqueness));
    }
    let record = ended(id, row, date, (net_r, uniqueness));
    Ok(Told { resolved: Resolved { record, forecast }, asked_r, fan_follows })
}

/// What learning needs of an outcome; how and when the bracket ended is on record elsewhere.
pub(super) fn ended(
    id: DecisionId,
    row: Regime,
    resolved: Moment,
    (net_r, uniqueness): (f64, f64),
) -> OutcomeRecord {
    OutcomeRecord {
        id,
        row,
        resolved,
        won: Some(net_r > 0.0),
        net_r,
        uniqueness,
        reason: None,
        sessions: 0,
        taken: false,
        ambiguous: false,
    }
}

fn pack_forecast(forecast: &Forecast, page: &mut Packer) {
    page.count(small(forecast.raw.len()));
    for (raw, mean) in forecast.raw.iter().zip(&forecast.means) {
        page.byte(u8::from(raw.is_some()) | u8::from(mean.is_some()) << 1);
        raw.iter().chain(mean).for_each(|value| page.float(*value));
    }
    for value in [forecast.consensus, forecast.equal_weight, forecast.row_rate] {
        page.float(value);
    }
}

fn unpack_forecast(page: &mut Unpacker<'_>) -> Result<Forecast, String> {
    let members = page.count()? as usize;
    let (mut raw, mut means) = (Vec::with_capacity(members), Vec::with_capacity(members));
    for _ in 0..members {
        let which = page.byte()?;
        raw.push(if which & 1 == 0 { None } else { Some(page.float()?) });
        means.push(if which & 2 == 0 { None } else { Some(page.float()?) });
    }
    let (consensus, equal_weight, row_rate) = (page.float()?, page.float()?, page.float()?);
    Ok(Forecast { raw, means, consensus, equal_weight, row_rate })
}

fn pack_id(id: DecisionId, page: &mut Packer) {
    pack_moment(id.session, page);
    page.text(id.symbol.as_str());
}

fn unpack_id(page: &mut Unpacker<'_>) -> Result<DecisionId, String> {
    let session = unpack_moment(page)?;
    let symbol = Symbol::new(page.text()?).map_err(|e| e.to_string())?;
    Ok(DecisionId { session, symbol })
}

/// Years are above 0 in all data there is; 512 = 16 x 32 days to a year. Minute 0: a daily bar.
fn pack_moment(moment: Moment, page: &mut Packer) {
    let year = u32::try_from(moment.year()).expect("a year of a market is above 0");
    let (month, day) = (moment.month().unsigned_abs(), moment.day().unsigned_abs());
    page.count(year << 9 | u32::from(month) << 5 | u32::from(day));
    page.count(moment.minute().map_or(0, u32::from));
}

fn unpack_moment(page: &mut Unpacker<'_>) -> Result<Moment, String> {
    let packed = page.count()?;
    let part = |value: u32| i8::try_from(value).expect("five bits");
    let year = i16::try_from(packed >> 9).map_err(|e| e.to_string())?;
    let date = Date::new(year, part(packed >> 5 & 0xf), part(packed & 0x1f));
    let date = date.map_err(|e| e.to_string())?;
    match page.count()? {
        0 => Ok(Moment::daily(date)),
        minute => Moment::at(date, minute).map_err(|e| e.to_string()),
    }
}

fn number_of(row: Regime) -> u8 {
    u8::try_from(row.index()).expect("there are five rows")
}

fn row_of(index: u8) -> Result<Regime, String> {
    let row = Regime::ALL.get(usize::from(index)).copied();
    row.ok_or_else(|| format!("a page names row {index}"))
}

fn small(n: usize) -> u32 {
    u32::try_from(n).expect("symbols and members are few")
}

#[cfg(test)]
mod tests;
