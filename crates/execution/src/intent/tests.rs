//! Tests of the module `intent`.

use super::*;
use crate::testing::{bracket, intent};

/// A ledger on a full disk.
struct Full;

impl Ledger for Full {
    fn append(&mut self, _: &Event) -> Result<(), LedgerError> {
        Err(LedgerError::Store("no space left on device".into()))
    }
    fn commit(&mut self, _: bool) -> Result<(), LedgerError> {
        Ok(())
    }
    fn artefact(&mut self, _: &str) -> Option<Vec<u8>> {
        None
    }
    fn digest(&self) -> String {
        String::new()
    }
}

#[test]
fn an_intent_that_cannot_be_recorded_gives_no_token_to_send() {
    assert!(matches!(journal(intent(&bracket(), 100), &mut Full), Err(LedgerError::Store(_))));
}

#[test]
fn the_record_carries_the_bracket_as_it_was_decided() {
    let intent = intent(&bracket(), 100);
    assert_eq!(intent.record().bracket, bracket_record(intent.bracket()));
    let record = intent.record().bracket;
    assert_eq!((record.atr, record.max_holding_sessions), (2.0, 4));
}
