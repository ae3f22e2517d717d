//! The demo's database file: tables, constraints, and what happens when somebody changes it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tradebot_storage::{Mode, Store, TableCount};

use crate::exit::Failure;
use crate::validate::evidence::records::RunRecords;

/// A change behind the program's back.
#[derive(Debug, Clone)]
pub struct Tampering {
    /// What was done.
    pub what: &'static str,
    /// What verification said of it; none when it found nothing.
    pub found: Option<String>,
}

/// The file itself.
#[derive(Debug, Clone)]
pub struct DatabaseFacts {
    /// Tables and their rows.
    pub tables: Vec<TableCount>,
    /// Everything SQLite's own check of the file says; `ok` when it is sound.
    pub integrity: Vec<String>,
    /// Rows that refer to nothing.
    pub dangling: Vec<String>,
    /// Columns of binary fractions, `table.column`.
    pub real_columns: Vec<String>,
    /// Tables that take any type in any column.
    pub loose_tables: Vec<String>,
    /// Columns of wall times.
    pub time_columns: usize,
    /// Wall times that do not say that they are UTC.
    pub local_times: Vec<String>,
    /// Entries that full verification went through; its complaint otherwise.
    pub verified: Result<u64, String>,
    /// Entries in the journal.
    pub entries: u64,
    /// What verification says of a copy that nobody touched; none when it is content.
    pub untouched: Option<String>,
    /// Changes behind the program's back.
    pub tampering: Vec<Tampering>,
    /// What opening the demo's file as that of a backtest is answered; none when it is opened.
    pub other_mode: Option<String>,
}

impl DatabaseFacts {
    /// Looks at the file of a finished demo, and at spoiled copies of it.
    ///
    /// # Errors
    /// When it cannot be read or copied.
    pub fn gather(home: &Path, run: &RunRecords) -> Result<Self, Failure> {
        let file = Mode::Demo.database(home);
        let reader = Store::open_read(home, Mode::Demo)?;
        let verified = reader.verify(&mut |_, _| ());
        let tables = reader.tables()?;
        let entries = tables.iter().find(|t| t.table == "journal").map_or(0, |t| t.rows);
        let conn = Connection::open(&file)?;
        let (time_columns, local_times) = local_times(&conn)?;
        Ok(Self {
            integrity: texts(&conn, "PRAGMA integrity_check")?,
            dangling: texts(
                &conn,
                "SELECT \"table\" || ' ' || rowid FROM pragma_foreign_key_check",
            )?,
            real_columns: texts(&conn, REAL_COLUMNS)?,
            loose_tables: texts(&conn, LOOSE_TABLES)?,
            time_columns,
            local_times,
            verified: verified.map(|v| v.entries).map_err(|e| e.to_string()),
            tables,
            entries,
            untouched: complaint(&copy_of(home, "tampered")?),
            tampering: tampering(home, run)?,
            other_mode: other_mode(home)?,
        })
    }

    /// Rows of a table; none when there is no such table.
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.tables.iter().find(|t| t.table == table).map(|t| t.rows)
    }
}

const REAL_COLUMNS: &str = "SELECT t.name || '.' || c.name
    FROM pragma_table_list t, pragma_table_info(t.name) c
    WHERE t.schema = 'main' AND upper(c.type) IN ('REAL', 'FLOAT', 'DOUBLE') ORDER BY 1";

const LOOSE_TABLES: &str = "SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND NOT strict
      AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'refinery_%'";

const TIME_COLUMNS: &str = "SELECT t.name || '.' || c.name
    FROM pragma_table_list t, pragma_table_info(t.name) c
    WHERE t.schema = 'main' AND t.name NOT LIKE 'refinery_%'
      AND (c.name = 'at' OR c.name LIKE '%\\_at' ESCAPE '\\' OR c.name = 'window_start')";

fn texts(conn: &Connection, sql: &str) -> Result<Vec<String>, Failure> {
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |r| r.get::<_, String>(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn local_times(conn: &Connection) -> Result<(usize, Vec<String>), Failure> {
    let columns = texts(conn, TIME_COLUMNS)?;
    let mut found = Vec::new();
    for column in &columns {
        if let Some((table, name)) = column.split_once('.') {
            let sql =
                format!("SELECT '{column} ' || {name} FROM {table} WHERE {name} NOT GLOB '*T*Z'");
            found.extend(texts(conn, &sql)?);
        }
    }
    Ok((columns.len(), found))
}

/// Each change is made on a copy of its own, with the triggers that forbid it removed first.
fn tampering(home: &Path, run: &RunRecords) -> Result<Vec<Tampering>, Failure> {
    let digest =
        format!("UPDATE runs SET digest = '{}' WHERE id = '{}'", "0".repeat(64), run.info.id);
    let changes: [(&'static str, &str); 5] = [
        (
            "one digit of a decision",
            "UPDATE journal SET body = replace(body, '\"score\":1.0', '\"score\":0.9') WHERE seq =
                (SELECT max(seq) FROM journal WHERE kind = 'decision' AND body LIKE '%\"score\":1.0%')",
        ),
        ("an entry taken out", "DELETE FROM journal WHERE seq = (SELECT max(seq) / 2 FROM journal)"),
        (
            "the last entries cut off",
            "DELETE FROM journal_anchors; DELETE FROM journal WHERE seq > (SELECT max(seq) - 3 FROM journal);
             UPDATE runs SET status = 'running', digest = NULL",
        ),
        (
            "a hash made to fit",
            "UPDATE journal SET hash = (SELECT hash FROM journal WHERE seq = 5) WHERE seq = 6",
        ),
        ("another digest for the run", &digest),
    ];
    let mut found = Vec::new();
    for (what, sql) in changes {
        let folder = copy_of(home, "tampered")?;
        let conn = Connection::open(Mode::Demo.database(&folder))?;
        for trigger in texts(&conn, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")? {
            conn.execute_batch(&format!("DROP TRIGGER {trigger}"))?;
        }
        conn.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}"))?;
        drop(conn);
        found.push(Tampering { what, found: complaint(&folder) });
    }
    found.push(Tampering { what: "one byte of the file", found: flipped(home)? });
    std::fs::remove_dir_all(home.join("tampered"))?;
    Ok(found)
}

/// Changes one byte where an entry of the journal stands in the file.
fn flipped(home: &Path) -> Result<Option<String>, Failure> {
    let folder = copy_of(home, "tampered")?;
    let file = Mode::Demo.database(&folder);
    let mut bytes = std::fs::read(&file)?;
    let entry = b"\"kind\":\"decision\"";
    let at = bytes.windows(entry.len()).position(|window| window == entry);
    let at = at.ok_or_else(|| Failure::work("the demo's file holds no decision"))?;
    bytes[at + 1] ^= 1;
    std::fs::write(&file, bytes)?;
    Ok(complaint(&folder))
}

fn complaint(folder: &Path) -> Option<String> {
    let verified = Store::open_read(folder, Mode::Demo).and_then(|r| r.verify(&mut |_, _| ()));
    verified.err().map(|e| e.to_string())
}

/// A fresh copy of the demo's files.
fn copy_of(home: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = home.join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    for file in [Mode::Demo.database(home), Mode::Demo.anchors(home)] {
        if let Some(name) = file.file_name().filter(|_| file.exists()) {
            std::fs::copy(&file, folder.join(name))?;
        }
    }
    Ok(folder)
}

fn other_mode(home: &Path) -> Result<Option<String>, Failure> {
    let folder = copy_of(home, "other-mode")?;
    std::fs::rename(Mode::Demo.database(&folder), Mode::Backtest.database(&folder))?;
    let answer = Store::open_read(&folder, Mode::Backtest).err().map(|e| e.to_string());
    std::fs::remove_dir_all(folder)?;
    Ok(answer)
}
