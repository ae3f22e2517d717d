//! A gate as bytes, exactly.

use std::collections::{BTreeMap, VecDeque};

use tradebot_domain::{Regime, Symbol};

use super::{GateConfig, GateFit, Lesson, MetaError, MetaGate, MetaInput, MetaOutcome};
use crate::bytes::{Reader, Writer};
use crate::meta::input::COLUMNS;
use crate::meta::is_uniqueness;
use crate::ridge::Line;

/// First bytes of a stored gate, the format's version last.
const MAGIC: [u8; 8] = *b"tbmgate\x01";

impl MetaGate {
    /// The gate as bytes: equal ones give equal bytes, on any machine.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.u64(u64::from(self.config.horizon));
        writer.f64(self.config.worth_min);
        writer.u64(u64::from(self.config.every_months));
        writer.f64(self.config.shared_movement);
        writer.u64(self.sessions.len() as u64);
        self.sessions.iter().for_each(|session| writer.date(*session));
        writer.u64(self.known.len() as u64);
        self.known.values().for_each(|lesson| write_lesson(&mut writer, lesson));
        writer.flag(self.fitted.is_some());
        if let Some((fit, line)) = &self.fitted {
            write_fit(&mut writer, fit);
            line.write(&mut writer);
        }
        writer.flag(self.due_in.is_some());
        if let Some((year, month)) = self.due_in {
            writer.raw(&year.to_le_bytes());
            writer.raw(&month.to_le_bytes());
        }
        writer.finish()
    }

    /// Restores a gate: it goes on as if nothing had happened, and gives the same bytes again.
    ///
    /// # Errors
    /// [`MetaError`] when the bytes are no gate of this format, or hold what a gate refuses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MetaError> {
        let read = |detail| MetaError::Bytes { detail };
        let mut reader = Reader::new(bytes);
        if reader.take().map_err(read)? != MAGIC {
            return Err(read("it is not of this format".to_owned()));
        }
        let config = read_config(&mut reader).map_err(read)?;
        let mut gate = Self::new(config)?;
        gate.sessions = read_sessions(&mut reader, config).map_err(read)?;
        gate.known = read_known(&mut reader).map_err(read)?;
        if reader.flag().map_err(read)? {
            let fit = read_fit(&mut reader).map_err(read)?;
            gate.fitted = Some((fit, Line::read(&mut reader, COLUMNS).map_err(read)?));
        }
        if reader.flag().map_err(read)? {
            let year = i16::from_le_bytes(reader.take().map_err(read)?);
            let month = i8::from_le_bytes(reader.take().map_err(read)?);
            if !(1..=12).contains(&month) {
                return Err(read(format!("{month} is no month")));
            }
            gate.due_in = Some((year, month));
        }
        reader.finish().map_err(read)?;
        Ok(gate)
    }
}

fn read_config(reader: &mut Reader<'_>) -> Result<GateConfig, String> {
    let count = |x: u64| u32::try_from(x).map_err(|e| e.to_string());
    Ok(GateConfig {
        horizon: count(reader.u64()?)?,
        worth_min: reader.f64()?,
        every_months: count(reader.u64()?)?,
        shared_movement: reader.f64()?,
    })
}

fn read_sessions(
    reader: &mut Reader<'_>,
    config: GateConfig,
) -> Result<VecDeque<tradebot_domain::Date>, String> {
    let count = reader.u64()?;
    if count > u64::from(config.horizon) + 1 {
        return Err(format!("{count} sessions for a horizon of {}", config.horizon));
    }
    let sessions: VecDeque<_> = (0..count).map(|_| reader.date()).collect::<Result<_, _>>()?;
    let in_order = sessions.iter().zip(sessions.iter().skip(1)).all(|(a, b)| a < b);
    if in_order { Ok(sessions) } else { Err("sessions are out of order".to_owned()) }
}

fn read_known(reader: &mut Reader<'_>) -> Result<BTreeMap<super::Decision, Lesson>, String> {
    let mut known = BTreeMap::new();
    for _ in 0..reader.u64()? {
        let lesson = read_lesson(reader)?;
        let decision = (lesson.outcome.decided, lesson.outcome.symbol);
        // Written in their order: equal gates have equal bytes.
        if known.last_key_value().is_some_and(|(last, _)| *last >= decision) {
            return Err("outcomes are out of order".to_owned());
        }
        known.insert(decision, lesson);
    }
    Ok(known)
}

fn write_lesson(writer: &mut Writer, Lesson { outcome, input }: &Lesson) {
    writer.date(outcome.decided);
    writer.text(outcome.symbol.as_str());
    writer.flag(outcome.won);
    writer.f64(outcome.uniqueness);
    writer.u8(u8::try_from(input.row.index()).expect("five rows"));
    writer.floats(&[input.consensus, input.width, input.disagreement]);
    for p in [input.p_above_median, input.p_large_move] {
        writer.flag(p.is_some());
        writer.f64(p.unwrap_or(0.0));
    }
}

fn read_lesson(reader: &mut Reader<'_>) -> Result<Lesson, String> {
    let decided = reader.date()?;
    let symbol = Symbol::new(reader.text()?).map_err(|e| e.to_string())?;
    let won = reader.flag()?;
    let uniqueness = reader.f64()?;
    if !is_uniqueness(uniqueness) {
        return Err(MetaError::Uniqueness { value: uniqueness }.to_string());
    }
    let row = usize::from(reader.u8()?);
    let row = *Regime::ALL.get(row).ok_or_else(|| format!("{row} is no row"))?;
    let (consensus, width, disagreement) = (reader.f64()?, reader.f64()?, reader.f64()?);
    let mut forecast = || {
        let is_known = reader.flag()?;
        let p = reader.f64()?;
        // A forecast that is not there is written as 0, and as nothing else.
        let good = is_known || p.to_bits() == 0;
        if good { Ok(is_known.then_some(p)) } else { Err(format!("{p} is not there")) }
    };
    let (p_above_median, p_large_move) = (forecast()?, forecast()?);
    let input = MetaInput { row, consensus, width, disagreement, p_above_median, p_large_move };
    input.check().map_err(|e| e.to_string())?;
    Ok(Lesson { outcome: MetaOutcome { decided, symbol, won, uniqueness }, input })
}

fn write_fit(writer: &mut Writer, fit: &GateFit) {
    writer.u64(fit.outcomes as u64);
    writer.floats(&[fit.worth, fit.base_rate, fit.precision]);
    writer.date(fit.first);
    writer.date(fit.last);
}

fn read_fit(reader: &mut Reader<'_>) -> Result<GateFit, String> {
    Ok(GateFit {
        outcomes: usize::try_from(reader.u64()?).map_err(|e| e.to_string())?,
        worth: reader.f64()?,
        base_rate: reader.unit_f64()?,
        precision: reader.f64()?,
        first: reader.date()?,
        last: reader.date()?,
    })
}
