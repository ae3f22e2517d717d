//! The writing half of an exchange, each step of which leaves a state that can be told.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use tradebot_domain::Timestamp;

use super::{Held, Intent, Step, StoreError, TokenStore};
use crate::custody::files::{self, at};
use crate::custody::seal::{self, Chain, Header};

impl TokenStore {
    /// Stores a chain that a person brought, under a new derivation. What stood there is kept as
    /// the previous file; its note and its unfinished successor are gone first, or a crash in
    /// between would let them speak for the new chain.
    pub(crate) fn begin_chain(&self, chain: &Chain, now: Timestamp) -> Result<(), StoreError> {
        let generation = self.header().ok().flatten().map_or(0, |old| old.generation + 1);
        let mut header = Header::new(self.environment, generation, now);
        header.derivation = self.source.new_derivation()?;
        let key = self.source.key(header.derivation.as_ref())?;
        self.name_key(&mut header, &key);
        let bytes = seal::seal(&header, chain, &key)?;
        self.keep_previous()?;
        self.settle()?;
        files::replace(&self.path("token"), &bytes)?;
        *self.cached() = Some((header, Arc::new(key)));
        Ok(())
    }

    /// First half of an exchange: makes durable that it begins, keeps a copy of the token that is
    /// spent, and takes the room that the next one will need.
    pub(crate) fn begin(&self, held: &Held, doubt: bool, now: Timestamp) -> Result<(), StoreError> {
        (self.watch)(Step::BeforeIntent);
        let generation = held.header.generation;
        self.note(&Intent { generation, began: now, refused: None, doubt })?;
        (self.watch)(Step::IntentDurable);
        self.keep_previous()?;
        self.take_room()?;
        (self.watch)(Step::BeforeRequest);
        Ok(())
    }

    /// Second half: the next chain becomes durable, and only then are its tokens used.
    pub(crate) fn commit(&self, header: Header, chain: &Chain) -> Result<(), StoreError> {
        let key = self.key_for(&header)?;
        let mut header = header;
        self.name_key(&mut header, &key);
        let bytes = seal::seal(&header, chain, &key)?;
        self.write_next(&bytes)?;
        self.promote()
    }

    /// Moves a next chain that is whole into place and settles the exchange.
    pub(crate) fn promote(&self) -> Result<(), StoreError> {
        let token = self.path("token");
        fs::rename(self.path("token.new"), &token).map_err(at(&token))?;
        (self.watch)(Step::Renamed);
        files::sync_folder_of(&token)?;
        (self.watch)(Step::NameDurable);
        self.settle()?;
        (self.watch)(Step::Settled);
        Ok(())
    }

    /// The exchange is over, or never left this machine.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        files::remove(&self.path("rotation"))?;
        files::remove(&self.path("token.new"))?;
        Ok(files::sync_folder_of(&self.path("token"))?)
    }

    /// Writes the note of an exchange.
    pub(crate) fn note(&self, intent: &Intent) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec(intent).expect("numbers and dates are JSON");
        Ok(files::replace(&self.path("rotation"), &bytes)?)
    }

    /// The broker has answered.
    pub(crate) fn answered(&self) {
        (self.watch)(Step::Answered);
    }

    /// Copies the sealed file aside, durable, while the current one stays where it is.
    fn keep_previous(&self) -> Result<(), StoreError> {
        match files::read_private(&self.path("token"))? {
            // A damaged file must not take the place of a good one.
            Some(bytes) if self.opened("token").is_ok() => {
                Ok(files::replace(&self.path("token.previous"), &bytes)?)
            }
            _ => Ok(()),
        }
    }

    /// Takes the blocks of the next file before the old token is spent: a full disk is found out
    /// while it costs nothing.
    fn take_room(&self) -> Result<(), StoreError> {
        const ROOM: usize = 16 * 1024;
        let path = self.path("token.new");
        let mut file = files::create_private(&path)?;
        file.write_all(&[0; ROOM]).and_then(|()| file.sync_all()).map_err(at(&path))?;
        Ok(files::sync_folder_of(&path)?)
    }

    /// Writes the next chain into the room that was taken, and makes it durable.
    fn write_next(&self, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path("token.new");
        let mut file = match fs::OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            // Someone removed it, or this is a second try: then without the room.
            Err(_) => files::create_private(&path)?,
        };
        let written = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(bytes));
        written.and_then(|()| file.set_len(bytes.len() as u64)).map_err(at(&path))?;
        (self.watch)(Step::Written);
        file.sync_all().map_err(at(&path))?;
        (self.watch)(Step::Durable);
        Ok(())
    }
}
