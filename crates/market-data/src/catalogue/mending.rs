//! Repairs of stored series: offered, then accepted or rejected by a person, and remembered.
//!
//! A repair is stored as an import is: the new bars beside the old ones, then the index, which names
//! them. What was decided stands in the entry, with the numbers that spoke for it.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Symbol, Timestamp};
use tradebot_quality_gates::{Basis, Proposal, propose};

use super::transaction::now;
use super::{Catalogue, Entry, assess, bars_file, disk};
use crate::error::DataError;
use crate::history::Series;

/// A repair that nobody has decided on yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offer {
    /// Whose series.
    pub symbol: Symbol,
    /// What it is called, 8 hex digits of a digest: the same as long as the offer is the same.
    pub id: String,
    /// What would be changed, and why.
    pub proposal: Proposal,
}

/// A repair that a person has decided on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mending {
    /// What the offer was called.
    pub id: String,
    /// What was offered.
    pub proposal: Proposal,
    /// It was made; else the series was left as it was, and the offer is not repeated.
    pub accepted: bool,
    /// When.
    pub at: Timestamp,
    /// Why, in the person's words.
    pub note: Option<String>,
}

/// What a person says to an offer.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Make the repair.
    pub accept: bool,
    /// Why.
    pub note: Option<String>,
    /// When; `None` asks the clock.
    pub at: Option<Timestamp>,
}

impl Catalogue {
    /// Repairs of a symbol's series that nobody has decided on.
    ///
    /// # Errors
    /// As [`Catalogue::load`].
    pub fn offers(&self, symbol: Symbol) -> Result<Vec<Offer>, DataError> {
        let decided = &self.entry(symbol)?.mendings;
        let mut offers = offers(&self.load(symbol)?);
        offers.retain(|offer| decided.iter().all(|mending| mending.id != offer.id));
        Ok(offers)
    }

    /// Takes or leaves the offers with these names: all of them, or none with an error.
    ///
    /// # Errors
    /// [`DataError::NotOffered`] for a name that is none of the symbol's offers; as
    /// [`Catalogue::load`]; [`DataError::Io`] when the disk refuses.
    pub fn decide(
        &mut self,
        symbol: Symbol,
        ids: &[String],
        decision: &Decision,
    ) -> Result<Vec<Mending>, DataError> {
        let lock = disk::Lock::take(&self.dir)?;
        self.entries = disk::read_index(&self.dir)?;
        let mut series = self.load(symbol)?;
        let mut offers = self.offers(symbol)?;
        if let Some(id) = ids.iter().find(|id| offers.iter().all(|offer| offer.id != **id)) {
            let offered = offers.into_iter().map(|offer| offer.id).collect();
            return Err(DataError::NotOffered { symbol, id: id.clone(), offered });
        }
        offers.retain(|offer| ids.contains(&offer.id));
        let at = decision.at.unwrap_or_else(now);
        let mut decided = Vec::new();
        for Offer { id, proposal, .. } in offers {
            if decision.accept {
                proposal.repair.apply(&mut series.bars, &mut series.actions);
            }
            let (accepted, note) = (decision.accept, decision.note.clone());
            decided.push(Mending { id, proposal, accepted, at, note });
        }
        self.store(&series, &decided)?;
        drop(lock);
        Ok(decided)
    }

    /// The series beside the old one, then the index, then into place.
    fn store(&mut self, series: &Series, decided: &[Mending]) -> Result<(), DataError> {
        disk::recover(&self.dir, &self.entries)?;
        let symbol = series.symbol;
        let bytes = bars_file::encode(&series.bars, &series.actions);
        let quality = assess(series, tradebot_quality_gates::GateConfig::default());
        let held = self.entry(symbol)?.clone();
        let mendings = [&held.mendings[..], decided].concat();
        let entry = Entry {
            bars: series.bars.len(),
            actions: series.actions.len(),
            score: quality.score,
            level: quality.level,
            blake3: blake3::hash(&bytes).to_hex().to_string(),
            mendings,
            ..held
        };
        let mut entries = self.entries.clone();
        entries.insert(symbol, entry);
        disk::stage(&self.dir, symbol, &bytes)?;
        disk::sync_dir(&self.dir)?;
        disk::write_index(&self.dir, &entries)?;
        self.entries = entries;
        if let Err(error) = disk::promote(&self.dir, symbol) {
            // The decision stands: a staged file that the index names is read in its place.
            tracing::warn!(%error, "mended bars could not be moved into place");
        }
        disk::sync_dir(&self.dir)
    }
}

/// Everything that could be mended in a series.
fn offers(series: &Series) -> Vec<Offer> {
    let basis = Basis::of(&series.bars, &series.actions);
    let proposals = propose(&series.bars, &series.actions, basis).into_iter();
    proposals
        .map(|proposal| Offer {
            symbol: series.symbol,
            id: name_of(series.symbol, &proposal),
            proposal,
        })
        .collect()
}

fn name_of(symbol: Symbol, proposal: &Proposal) -> String {
    let repair = serde_json::to_vec(&proposal.repair).expect("repairs are plain values");
    let mut digest = blake3::Hasher::new();
    digest.update(symbol.as_str().as_bytes()).update(&[0]).update(&repair);
    let mut hex = digest.finalize().to_hex().to_string();
    hex.truncate(8);
    hex
}
