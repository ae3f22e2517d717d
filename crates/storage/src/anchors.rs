//! Heads of the chain, remembered beside it, so that a cut tail is found.
//!
//! A hash chain shows every change within it, but not that its end is missing. At the end of a
//! run its last sequence and hash therefore go into a table and, one line each, into a text file
//! beside the database. A database that is shorter than its anchors was cut, or replaced by an
//! older copy.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use rusqlite::{OptionalExtension as _, params};
use tradebot_journal::{Chain, GENESIS, Hash};

use crate::connection::Database;
use crate::error::StoreError;
use crate::mode::Mode;
use crate::project::int;

/// One remembered head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) seq: u64,
    pub(crate) hash: Hash,
    pub(crate) run: i64,
}

/// Inserts the anchor into its table, in the caller's transaction. Doing so again changes nothing.
pub(crate) fn insert(conn: &rusqlite::Connection, anchor: &Anchor) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO journal_anchors (seq, hash, run) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![int(anchor.seq), anchor.hash.0, anchor.run])
    .map(|_| ())
}

/// The anchors in the table, in order.
pub(crate) fn stored(db: &Database) -> Result<Vec<Anchor>, StoreError> {
    let read = || -> rusqlite::Result<Vec<Anchor>> {
        db.conn
            .prepare("SELECT seq, hash, run FROM journal_anchors ORDER BY seq")?
            .query_map([], |r| {
                Ok(Anchor { seq: uint(r.get(0)?), hash: Hash(r.get(1)?), run: r.get(2)? })
            })?
            .collect()
    };
    read().map_err(|e| db.error("reading the anchors", e))
}

/// The head of the whole chain: the last entry's hash, and how many there are.
pub(crate) fn tail(db: &Database) -> Result<Chain, StoreError> {
    db.conn
        .query_row("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", [], |r| {
            Ok(Chain { head: Hash(r.get(1)?), len: uint(r.get::<_, i64>(0)?) + 1 })
        })
        .optional()
        .map(Option::unwrap_or_default)
        .map_err(|e| db.error("reading the end of the journal", e))
}

/// The chain as it was when it had `len` entries, by what is stored.
pub(crate) fn head_at(db: &Database, len: u64) -> Result<Chain, StoreError> {
    let head = match len.checked_sub(1) {
        None => GENESIS,
        Some(seq) => hash_at(db, seq)?.ok_or_else(|| StoreError::Contradiction {
            path: db.path.clone(),
            detail: format!("entry {seq} is missing"),
        })?,
    };
    Ok(Chain { head, len })
}

fn hash_at(db: &Database, seq: u64) -> Result<Option<Hash>, StoreError> {
    db.conn
        .query_row("SELECT hash FROM journal WHERE seq = ?1", [int(seq)], |r| r.get(0).map(Hash))
        .optional()
        .map_err(|e| db.error("reading a journal entry", e))
}

/// Compares every anchor, in the table and in the file, with the journal. Returns those of the
/// table.
pub(crate) fn check(db: &Database, file: &Path) -> Result<Vec<Anchor>, StoreError> {
    let entries = tail(db)?.len;
    let in_table = stored(db)?;
    for anchor in read(file)?.iter().chain(&in_table) {
        let Some(found) = hash_at(db, anchor.seq)? else {
            return Err(StoreError::CutTail {
                path: db.path.clone(),
                anchors: file.to_owned(),
                entries,
                anchored: anchor.seq,
            });
        };
        if found != anchor.hash {
            return Err(StoreError::Contradiction {
                path: db.path.clone(),
                detail: format!(
                    "entry {} has hash {found}, its anchor {}",
                    anchor.seq, anchor.hash
                ),
            });
        }
    }
    Ok(in_table)
}

/// A new database beside old anchors: in modes whose runs can be repeated the owner has started
/// over, and the old anchors are put aside.
pub(crate) fn put_aside_if_new(db: &Database, dir: &Path, mode: Mode) -> Result<(), StoreError> {
    let file = mode.anchors(dir);
    let runs: i64 = db
        .conn
        .query_row("SELECT count(*) FROM runs", [], |r| r.get(0))
        .map_err(|e| db.error("counting runs", e))?;
    if !mode.repeatable() || runs > 0 || !file.exists() {
        return Ok(());
    }
    let aside = file.with_extension("anchors.old");
    tracing::warn!(file = %file.display(), aside = %aside.display(), "the database is new; anchors of an earlier one are put aside");
    std::fs::rename(&file, &aside).map_err(|e| StoreError::io(&file, "putting aside", e))
}

/// Reads the anchor file; without one there are none. A last line without its end was being
/// written when the power went, and does not count.
pub(crate) fn read(file: &Path) -> Result<Vec<Anchor>, StoreError> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(StoreError::io(file, "reading", e)),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .enumerate()
        .map(|(i, line)| {
            parse(line).ok_or_else(|| StoreError::BadAnchor { path: file.to_owned(), line: i + 1 })
        })
        .collect()
}

/// Appends those anchors of the table that the file does not have yet, durably.
pub(crate) fn write_missing(file: &Path, in_table: &[Anchor]) -> Result<(), StoreError> {
    let have = read(file)?.last().map(|a| a.seq);
    let mut missing = String::new();
    for Anchor { seq, hash, run } in in_table.iter().filter(|a| have.is_none_or(|s| a.seq > s)) {
        let _ = writeln!(missing, "{seq} {hash} {run}"); // writing to a String cannot fail
    }
    if missing.is_empty() {
        return Ok(());
    }
    append(file, &missing).map_err(|e| StoreError::io(file, "appending an anchor", e))
}

fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    let mut file =
        File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    file.set_len(whole as u64)?;
    file.seek(SeekFrom::Start(whole as u64))?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

fn parse(line: &str) -> Option<Anchor> {
    let mut words = line.split(' ');
    let seq = words.next()?.parse().ok()?;
    let hash = parse_hash(words.next()?)?;
    let run = words.next()?.parse().ok()?;
    words.next().is_none().then_some(Anchor { seq, hash, run })
}

fn parse_hash(text: &str) -> Option<Hash> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0_u8; 32];
    for (i, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(Hash(hash))
}

/// Sequences are never negative: a CHECK and a trigger see to it.
pub(crate) fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(seq: u64) -> Anchor {
        Anchor { seq, hash: Hash([u8::try_from(seq).unwrap(); 32]), run: 1 }
    }

    #[test]
    fn a_torn_last_line_is_no_anchor_and_is_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("demo.anchors");
        let all = [anchor(3), anchor(9)];
        write_missing(&file, &all).unwrap();
        assert_eq!(read(&file).unwrap(), all);
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, &text[..text.len() - 7]).unwrap();
        assert_eq!(read(&file).unwrap(), all[..1]);
        write_missing(&file, &all).unwrap();
        assert_eq!(read(&file).unwrap(), all);
    }

    #[test]
    fn a_line_that_is_no_anchor_is_named_by_its_number() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("demo.anchors");
        write_missing(&file, &[anchor(3)]).unwrap();
        let good = std::fs::read_to_string(&file).unwrap();
        for bad in ["hello", "4 00 1", "-1 x 1", &format!("{} more", good.trim())] {
            std::fs::write(&file, format!("{good}{bad}\n")).unwrap();
            match read(&file) {
                Err(StoreError::BadAnchor { line, .. }) => assert_eq!(line, 2),
                other => panic!("{bad}: {other:?}"),
            }
        }
    }
}
