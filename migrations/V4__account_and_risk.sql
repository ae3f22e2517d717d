-- The account at each close, and what risk control saw and did.

CREATE TABLE account_balance (
    run     INTEGER NOT NULL REFERENCES runs (number),
    session TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    cash    TEXT NOT NULL CHECK (cash <> '' AND cash NOT GLOB '*[^0-9.-]*'),
    equity  TEXT NOT NULL CHECK (equity <> '' AND equity NOT GLOB '*[^0-9.-]*'),
    peak    TEXT NOT NULL CHECK (peak <> '' AND peak NOT GLOB '*[^0-9.-]*'),
    PRIMARY KEY (run, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE portfolio_snapshots (
    run        INTEGER NOT NULL,
    session    TEXT NOT NULL,
    seq        INTEGER NOT NULL UNIQUE REFERENCES journal (seq),
    positions  INTEGER NOT NULL CHECK (positions >= 0),
    day_return REAL NOT NULL,
    gross      REAL NOT NULL CHECK (gross >= 0),
    -- Buy-and-hold of the same cash, for comparison in charts.
    benchmark  REAL NOT NULL,
    PRIMARY KEY (run, session),
    FOREIGN KEY (run, session) REFERENCES account_balance (run, session)
) STRICT;

CREATE TABLE risk_metrics (
    run      INTEGER NOT NULL,
    session  TEXT NOT NULL,
    drawdown REAL NOT NULL CHECK (drawdown <= 1),
    heat     REAL NOT NULL,
    stopped  INTEGER NOT NULL CHECK (stopped IN (0, 1)),
    PRIMARY KEY (run, session),
    FOREIGN KEY (run, session) REFERENCES account_balance (run, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE risk_events (
    seq     INTEGER PRIMARY KEY REFERENCES journal (seq),
    run     INTEGER NOT NULL REFERENCES runs (number),
    session TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    event   TEXT NOT NULL CHECK (event <> ''),
    symbol  TEXT,
    value   REAL NOT NULL,
    bound   REAL NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
CREATE INDEX risk_events_run ON risk_events (run, session);

PRAGMA user_version = 4;
