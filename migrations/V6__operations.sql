-- What running the bot itself leaves behind. Nothing here is part of the hash chain.

CREATE TABLE system_logs (
    id      INTEGER PRIMARY KEY,
    run     INTEGER REFERENCES runs (number),
    at      TEXT NOT NULL CHECK (at GLOB '????-??-??T*Z'),
    level   TEXT NOT NULL CHECK (level IN ('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR')),
    target  TEXT NOT NULL,
    message TEXT NOT NULL,
    fields  TEXT NOT NULL CHECK (json_valid(fields))
) STRICT;
CREATE INDEX system_logs_run ON system_logs (run, id);

CREATE TABLE phase_execution_tracking (
    run     INTEGER NOT NULL REFERENCES runs (number),
    session TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    phase   TEXT NOT NULL CHECK (phase <> ''),
    nanos   INTEGER NOT NULL CHECK (nanos >= 0),
    PRIMARY KEY (run, session, phase)
) STRICT, WITHOUT ROWID;

-- Checks of external interfaces, made at the start.
CREATE TABLE api_validation_log (
    id     INTEGER PRIMARY KEY,
    at     TEXT NOT NULL CHECK (at GLOB '????-??-??T*Z'),
    api    TEXT NOT NULL CHECK (api <> ''),
    passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
    detail TEXT NOT NULL
) STRICT;

-- Calls per interface and time window.
CREATE TABLE api_usage_metrics (
    api          TEXT NOT NULL CHECK (api <> ''),
    window_start TEXT NOT NULL CHECK (window_start GLOB '????-??-??T*Z'),
    window_secs  INTEGER NOT NULL CHECK (window_secs > 0),
    calls        INTEGER NOT NULL CHECK (calls >= 0),
    throttled    INTEGER NOT NULL CHECK (throttled >= 0),
    failed       INTEGER NOT NULL CHECK (failed >= 0),
    PRIMARY KEY (api, window_start, window_secs)
) STRICT, WITHOUT ROWID;

-- Raw bars used, by source; prices are decimal text that reads back to the same number.
CREATE TABLE market_data (
    symbol  TEXT NOT NULL CHECK (symbol <> ''),
    session TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    source  TEXT NOT NULL CHECK (source <> ''),
    open    TEXT NOT NULL CHECK (CAST(open AS REAL) > 0),
    high    TEXT NOT NULL CHECK (CAST(high AS REAL) > 0),
    low     TEXT NOT NULL CHECK (CAST(low AS REAL) > 0),
    close   TEXT NOT NULL CHECK (CAST(close AS REAL) > 0),
    volume  TEXT NOT NULL CHECK (CAST(volume AS REAL) >= 0),
    PRIMARY KEY (symbol, session, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE feature_flags (
    name       TEXT NOT NULL PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('disabled', 'rolling_out', 'enabled', 'rollback')),
    percent    INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100),
    changed_at TEXT NOT NULL CHECK (changed_at GLOB '????-??-??T*Z')
) STRICT, WITHOUT ROWID;

CREATE TABLE feature_flag_audit (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL REFERENCES feature_flags (name),
    at         TEXT NOT NULL CHECK (at GLOB '????-??-??T*Z'),
    actor      TEXT NOT NULL CHECK (actor <> ''),
    old_state  TEXT,
    new_state  TEXT NOT NULL,
    percent    INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100),
    reason     TEXT NOT NULL
) STRICT;
CREATE INDEX feature_flag_audit_name ON feature_flag_audit (name, id);

-- Who did what to the bot.
CREATE TABLE audit_log (
    id     INTEGER PRIMARY KEY,
    at     TEXT NOT NULL CHECK (at GLOB '????-??-??T*Z'),
    actor  TEXT NOT NULL CHECK (actor <> ''),
    action TEXT NOT NULL CHECK (action <> ''),
    detail TEXT NOT NULL
) STRICT;

CREATE TRIGGER flag_audit_keeps_entries BEFORE DELETE ON feature_flag_audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER flag_audit_keeps_content BEFORE UPDATE ON feature_flag_audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_log_keeps_entries BEFORE DELETE ON audit_log
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_log_keeps_content BEFORE UPDATE ON audit_log
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

PRAGMA user_version = 6;
