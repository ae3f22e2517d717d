-- What it takes to compute a result again, and every attempt ever made. Not part of the hash chain:
-- which program wrote a run is a fact about the run, not one that decides anything in it.

-- The program and the settings of a run. One that is continued by another build keeps the last.
CREATE TABLE run_manifests (
    run  INTEGER NOT NULL PRIMARY KEY REFERENCES runs (number),
    body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

-- Attempts on recorded history, for the statistics of luck. Append-only: an attempt that is
-- forgotten makes every later result look better than it is.
CREATE TABLE trials (
    id            INTEGER PRIMARY KEY,
    at            TEXT NOT NULL CHECK (at GLOB '????-??-??T*Z'),
    kind          TEXT NOT NULL CHECK (kind IN ('run', 'sweep', 'walk_forward')),
    -- The run or sweep it belongs to.
    source        TEXT NOT NULL CHECK (source <> ''),
    -- What was tried: a strategy and its parameters.
    question      TEXT NOT NULL CHECK (json_valid(question)),
    config_digest TEXT NOT NULL CHECK (config_digest <> ''),
    data_digest   TEXT NOT NULL CHECK (data_digest <> ''),
    code          TEXT NOT NULL CHECK (code <> ''),
    seed          TEXT NOT NULL,
    -- Returns behind the Sharpe ratio.
    sessions      INTEGER NOT NULL CHECK (sessions >= 0),
    -- Per session; none where it is not defined.
    sharpe        REAL,
    final_equity  TEXT NOT NULL,
    digest        TEXT NOT NULL CHECK (digest <> '')
) STRICT;
CREATE INDEX trials_question ON trials (data_digest, config_digest);

CREATE TRIGGER trials_keep_entries BEFORE DELETE ON trials
BEGIN SELECT raise(ABORT, 'the ledger of trials is append-only'); END;
CREATE TRIGGER trials_keep_content BEFORE UPDATE ON trials
BEGIN SELECT raise(ABORT, 'the ledger of trials is append-only'); END;

PRAGMA user_version = 7;
