//! The digest of a run: its identity across replays, threads and modes.

use crate::event::Event;

/// Hash over the ordered decisions and fills of a run, with exact numbers.
///
/// Two runs with equal digests decided and traded the same, whatever mode, machine or number of
/// threads they ran on.
#[derive(Debug, Clone)]
pub struct RunDigest {
    hasher: blake3::Hasher,
}

impl Default for RunDigest {
    fn default() -> Self {
        Self { hasher: blake3::Hasher::new_derive_key("tradebot 2026-11 run digest") }
    }
}

impl RunDigest {
    /// Takes an event and its canonical body into account; only decisions, the idle stretches that
    /// stand for decisions, and fills count.
    pub fn update(&mut self, event: &Event, body: &[u8]) {
        if matches!(event, Event::Decision(_) | Event::Idle(_) | Event::Fill(_)) {
            self.hasher.update(&(body.len() as u64).to_le_bytes());
            self.hasher.update(body);
        }
    }

    /// The digest so far, as 64 hex digits.
    pub fn hex(&self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }
}
