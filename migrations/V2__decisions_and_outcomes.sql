-- What was seen and forecast for each symbol of each cycle, and how it ended.
-- Rows are narrow: the whole record is the journal entry `seq`.

CREATE TABLE decisions (
    seq            INTEGER PRIMARY KEY REFERENCES journal (seq),
    run            INTEGER NOT NULL REFERENCES runs (number),
    session        TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    symbol         TEXT NOT NULL CHECK (symbol <> ''),
    policy_row     TEXT NOT NULL,
    verdict        TEXT NOT NULL CHECK (verdict IN ('trade', 'no_trade')),
    -- Why not; none for a trade.
    reason         TEXT,
    -- Raw close as decimal text; none when no bar came.
    close          TEXT CHECK (CAST(close AS REAL) > 0),
    -- Forecast probabilities; none when the members could not be asked.
    consensus      REAL CHECK (consensus BETWEEN 0 AND 1),
    consensus_lo   REAL CHECK (consensus_lo BETWEEN 0 AND 1),
    equal_weight   REAL CHECK (equal_weight BETWEEN 0 AND 1),
    row_rate       REAL CHECK (row_rate BETWEEN 0 AND 1),
    break_even     REAL,
    CHECK ((verdict = 'no_trade') = (reason IS NOT NULL)),
    UNIQUE (run, session, symbol)
) STRICT;
CREATE INDEX decisions_symbol ON decisions (run, symbol, session);

-- One opinion each; `position` is the member's place in the run's list of members.
CREATE TABLE predictions (
    decision INTEGER NOT NULL REFERENCES decisions (seq),
    position INTEGER NOT NULL CHECK (position >= 0),
    member   TEXT NOT NULL CHECK (member <> ''),
    -- Score before calibration; none for an abstention.
    raw      REAL CHECK (raw BETWEEN 0 AND 1),
    mean     REAL NOT NULL CHECK (mean BETWEEN 0 AND 1),
    weight   REAL NOT NULL CHECK (weight BETWEEN 0 AND 1.000001),
    PRIMARY KEY (decision, position)
) STRICT, WITHOUT ROWID;

-- How the bracket of a decision ended, taken or not.
CREATE TABLE outcomes (
    seq        INTEGER PRIMARY KEY REFERENCES journal (seq),
    run        INTEGER NOT NULL REFERENCES runs (number),
    resolved   TEXT NOT NULL CHECK (resolved GLOB '????-??-??'),
    session    TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    symbol     TEXT NOT NULL CHECK (symbol <> ''),
    policy_row TEXT NOT NULL,
    -- Profit after costs; none when there is nothing to learn.
    won        INTEGER CHECK (won IN (0, 1)),
    net_r      REAL NOT NULL,
    uniqueness REAL NOT NULL CHECK (uniqueness > 0 AND uniqueness <= 1.000001),
    reason     TEXT,
    sessions   INTEGER NOT NULL CHECK (sessions >= 0),
    taken      INTEGER NOT NULL CHECK (taken IN (0, 1)),
    ambiguous  INTEGER NOT NULL CHECK (ambiguous IN (0, 1)),
    FOREIGN KEY (run, session, symbol) REFERENCES decisions (run, session, symbol),
    UNIQUE (run, session, symbol)
) STRICT;
CREATE INDEX outcomes_resolved ON outcomes (run, resolved, session, symbol);

-- Where the bar of a decision came from and what was done to it.
CREATE TABLE data_provenance (
    decision   INTEGER PRIMARY KEY REFERENCES decisions (seq),
    source     TEXT NOT NULL,
    bar_digest TEXT NOT NULL,
    adjustment REAL NOT NULL,
    score      REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    level      TEXT NOT NULL CHECK (level IN ('excellent', 'good', 'fair', 'poor', 'critical')),
    admitted   INTEGER NOT NULL CHECK (admitted IN (0, 1))
) STRICT;

CREATE TABLE data_quality_violations (
    decision INTEGER NOT NULL REFERENCES decisions (seq),
    position INTEGER NOT NULL CHECK (position >= 0),
    check_id TEXT NOT NULL CHECK (check_id <> ''),
    detail   TEXT NOT NULL,
    refused  INTEGER NOT NULL CHECK (refused IN (0, 1)),
    PRIMARY KEY (decision, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE regime_state (
    run                    INTEGER NOT NULL REFERENCES runs (number),
    session                TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    seq                    INTEGER NOT NULL REFERENCES journal (seq),
    regime                 TEXT NOT NULL,
    confidence             REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    severity               INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3),
    trending               INTEGER NOT NULL CHECK (trending IN (0, 1)),
    direction              INTEGER NOT NULL CHECK (direction BETWEEN -1 AND 1),
    strength               REAL NOT NULL,
    adx                    REAL NOT NULL,
    atr_percentile         REAL NOT NULL,
    vix                    REAL NOT NULL,
    vix_is_proxy           INTEGER NOT NULL CHECK (vix_is_proxy IN (0, 1)),
    age                    INTEGER NOT NULL CHECK (age >= 0),
    transition_probability REAL NOT NULL CHECK (transition_probability BETWEEN 0 AND 1),
    PRIMARY KEY (run, session)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
