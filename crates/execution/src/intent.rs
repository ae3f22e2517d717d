//! What is about to be sent, and the proof that it is on record.

use std::sync::Arc;

use tradebot_brackets::{Bracket, Management};
use tradebot_domain::{Moment, Regime};
use tradebot_journal::{
    BracketRecord, Brief, DecisionId, Detail, Event, IntentRecord, Ledger, LedgerError,
    ManagementRecord,
};
use tradebot_risk::Approved;

/// A bracketed order that risk has approved and that has not been sent.
///
/// It is neither `Clone` nor `Deserialize`, and an approval is spent to make one: a second order
/// needs a second review.
#[derive(Debug)]
#[must_use = "an intent that is not journaled is lost"]
pub struct Intent {
    record: Arc<IntentRecord>,
    bracket: Bracket,
    management: Management,
}

/// Something that is on record. Only [`journal`] makes one.
///
/// An intent as it is cannot be sent:
///
/// ```compile_fail,E0308
/// use tradebot_execution::{Broker, Intent};
/// fn send(broker: &mut dyn Broker, intent: Intent) {
///     let _ = broker.submit(intent);
/// }
/// ```
///
/// A journaled one can:
///
/// ```
/// use tradebot_execution::{Broker, Intent, journal};
/// use tradebot_journal::Ledger;
/// fn send(broker: &mut dyn Broker, intent: Intent, ledger: &mut dyn Ledger) {
///     let journaled = journal(intent, ledger).expect("the ledger takes it");
///     let _ = broker.submit(journaled);
/// }
/// ```
///
/// And the token cannot be made by hand:
///
/// ```compile_fail,E0423
/// use tradebot_execution::{Intent, Journaled};
/// fn forge(intent: Intent) -> Journaled<Intent> {
///     Journaled(intent)
/// }
/// ```
#[derive(Debug)]
#[must_use = "what is on record and not sent must be withdrawn"]
pub struct Journaled<T>(T);

impl Intent {
    /// Spends an approval.
    ///
    /// - **id:** unique in the run.
    /// - **session:** the one on whose close the intent is made.
    pub fn from_approved(
        approved: Approved,
        id: String,
        session: Moment,
        decision: DecisionId,
        row: Regime,
    ) -> Self {
        let parts = approved.into_parts();
        let record = IntentRecord {
            intent_id: id,
            session,
            decision,
            symbol: parts.symbol,
            shares: parts.shares,
            bracket: bracket_record(&parts.bracket),
            row,
            basis: parts.basis,
            planned_risk: parts.planned_risk,
            notional: parts.notional,
        };
        Self { record: Arc::new(record), bracket: parts.bracket, management: Management::OFF }
    }

    /// The same intent with the options of its policy row; off when this is not called.
    pub fn managed(mut self, management: Management) -> Self {
        // Nobody else has it yet, so nothing is copied.
        Arc::make_mut(&mut self.record).bracket.management = management_record(&management);
        self.management = management;
        self
    }

    /// What goes into the journal.
    pub fn record(&self) -> &IntentRecord {
        &self.record
    }

    /// The bracket that goes with the entry.
    pub const fn bracket(&self) -> &Bracket {
        &self.bracket
    }

    /// How the position is to be managed.
    pub const fn management(&self) -> &Management {
        &self.management
    }

    pub(crate) fn into_parts(self) -> (Arc<IntentRecord>, Bracket, Management) {
        (self.record, self.bracket, self.management)
    }

    #[cfg(test)]
    pub(crate) fn for_test(record: IntentRecord, bracket: Bracket) -> Self {
        Self { record: Arc::new(record), bracket, management: Management::OFF }
    }
}

/// Puts an intent on record.
///
/// For a broker in this process that is enough: a crash loses both or neither. Before an order
/// leaves the process, [`Ledger::commit`] with `force` makes the record durable.
///
/// # Errors
/// [`LedgerError`]: the intent is gone, and nothing was sent.
pub fn journal(intent: Intent, ledger: &mut dyn Ledger) -> Result<Journaled<Intent>, LedgerError> {
    let record = &intent.record;
    match ledger.detail() {
        Detail::Full => ledger.append(&Event::Intent(IntentRecord::clone(record)))?,
        Detail::Brief => ledger.note(&Brief::Intent {
            session: record.session,
            symbol: record.symbol,
            shares: record.shares,
            limit: record.bracket.entry_limit,
        })?,
    }
    Ok(Journaled(intent))
}

impl<T> Journaled<T> {
    /// What is on record.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// Spends the token.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// A bracket as the journal keeps it.
pub const fn bracket_record(bracket: &Bracket) -> BracketRecord {
    BracketRecord {
        entry_limit: bracket.entry_limit,
        stop: bracket.stop,
        target: bracket.target,
        max_holding_sessions: bracket.max_holding_sessions,
        atr: bracket.atr,
        atr_multiplier: bracket.atr_multiplier,
        r_multiple: bracket.r_multiple,
        trailing_atr: bracket.trailing_atr,
        stop_scale: None,
        management: None,
    }
}

/// Options of a position as the journal keeps them: none when all are off.
pub fn management_record(management: &Management) -> Option<ManagementRecord> {
    (!management.is_off()).then(|| ManagementRecord {
        exit_on_reversal: management.exit_on_reversal,
        break_even_at_r: management.break_even_at_r,
        partial_exit_at_r: management.partial_exit.map(|part| part.at_r),
        partial_exit_share: management.partial_exit.map(|part| part.share),
    })
}

#[cfg(test)]
mod tests;
