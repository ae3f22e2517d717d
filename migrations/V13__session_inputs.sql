-- What a run on live data was given, session by session, as it was known when it was decided on.
-- A run that is continued is computed anew from these rows: a source that says something else
-- afterwards changes nothing that was decided. Rows are durable before they are used.

CREATE TABLE session_inputs (
    run         INTEGER NOT NULL REFERENCES runs (number),
    session     TEXT NOT NULL CHECK (session GLOB '????-??-??' OR session GLOB '????-??-??T??:??'),
    data        TEXT NOT NULL CHECK (json_valid(data)),
    -- BLAKE3 of data, hex.
    digest      TEXT NOT NULL CHECK (length(digest) = 64),
    complete_at TEXT NOT NULL CHECK (complete_at GLOB '????-??-??T*Z'),
    -- Why no entry could be decided on it, where none could.
    bar_reason  TEXT CHECK (bar_reason <> ''),
    bar_detail  TEXT,
    PRIMARY KEY (run, session),
    CHECK ((bar_reason IS NULL) = (bar_detail IS NULL))
) STRICT, WITHOUT ROWID;

-- What looked wrong about live data: bars that a source changed after they were decided on, bars
-- that never came, listings that changed.
CREATE TABLE input_findings (
    id       INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL REFERENCES runs (number),
    found_at TEXT NOT NULL CHECK (found_at GLOB '????-??-??T*Z'),
    session  TEXT NOT NULL CHECK (session GLOB '????-??-??' OR session GLOB '????-??-??T??:??'),
    symbol   TEXT NOT NULL CHECK (symbol <> ''),
    finding  TEXT NOT NULL CHECK (finding <> ''),
    detail   TEXT NOT NULL
) STRICT;
CREATE INDEX input_findings_run ON input_findings (run, id);

CREATE TRIGGER session_inputs_keep_rows BEFORE DELETE ON session_inputs
BEGIN SELECT raise(ABORT, 'inputs of a run are append-only'); END;
CREATE TRIGGER session_inputs_keep_content BEFORE UPDATE ON session_inputs
BEGIN SELECT raise(ABORT, 'inputs of a run are append-only'); END;
CREATE TRIGGER input_findings_keep_rows BEFORE DELETE ON input_findings
BEGIN SELECT raise(ABORT, 'findings are append-only'); END;
CREATE TRIGGER input_findings_keep_content BEFORE UPDATE ON input_findings
BEGIN SELECT raise(ABORT, 'findings are append-only'); END;

PRAGMA user_version = 13;
