-- The frame: which file this is, the runs in it, and the journal that everything else projects.

-- 'TBOT': lets `file` and this program tell our databases from others.
PRAGMA application_id = 1413631828;

-- Facts about the file itself, such as its mode.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One deployment each. `start` is the run_started record as JSON; wall times are UTC.
CREATE TABLE runs (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    status        TEXT NOT NULL CHECK (status IN ('running', 'finished', 'abandoned')),
    config_digest TEXT NOT NULL,
    data_digest   TEXT NOT NULL,
    start         TEXT NOT NULL CHECK (json_valid(start)),
    first_seq     INTEGER NOT NULL CHECK (first_seq >= 0),
    started_at    TEXT NOT NULL CHECK (started_at GLOB '????-??-??T*Z'),
    resumed       INTEGER NOT NULL DEFAULT 0 CHECK (resumed >= 0),
    ended_at      TEXT CHECK (ended_at GLOB '????-??-??T*Z'),
    cycles        INTEGER CHECK (cycles >= 0),
    decisions     INTEGER CHECK (decisions >= 0),
    trades        INTEGER CHECK (trades >= 0),
    final_equity  TEXT CHECK (final_equity <> '' AND final_equity NOT GLOB '*[^0-9.-]*'),
    digest        TEXT CHECK (length(digest) = 64),
    CHECK ((status = 'finished') = (digest IS NOT NULL))
) STRICT;
-- At most one run is open in a file.
CREATE UNIQUE INDEX runs_open ON runs (status) WHERE status = 'running';

-- Every event of every run, in one hash chain over the whole file. `body` is the event as JSON;
-- `hash` covers the hash before it, `seq`, `kind` and `body`.
CREATE TABLE journal (
    seq  INTEGER PRIMARY KEY,
    run  INTEGER NOT NULL REFERENCES runs (number),
    kind TEXT NOT NULL CHECK (kind <> ''),
    body TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX journal_run_kind ON journal (run, kind);

CREATE TRIGGER journal_is_gapless BEFORE INSERT ON journal
WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM journal)
BEGIN SELECT raise(ABORT, 'the journal takes its next entry only'); END;

CREATE TRIGGER journal_keeps_entries BEFORE DELETE ON journal
BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_keeps_content BEFORE UPDATE ON journal
BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

-- Heads of the chain at the ends of runs, repeated in a text file beside the database.
CREATE TABLE journal_anchors (
    seq  INTEGER PRIMARY KEY REFERENCES journal (seq),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    run  INTEGER NOT NULL REFERENCES runs (number)
) STRICT;

CREATE TRIGGER anchors_keep_entries BEFORE DELETE ON journal_anchors
BEGIN SELECT raise(ABORT, 'anchors are append-only'); END;

CREATE TRIGGER anchors_keep_content BEFORE UPDATE ON journal_anchors
BEGIN SELECT raise(ABORT, 'anchors are append-only'); END;

PRAGMA user_version = 1;
