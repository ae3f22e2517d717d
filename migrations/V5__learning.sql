-- What outcomes taught, session by session, and the models that were fitted.

-- Prequential state of the policy rows that a session's outcomes touched.
CREATE TABLE confidence_calibration (
    run        INTEGER NOT NULL REFERENCES runs (number),
    session    TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    policy_row TEXT NOT NULL,
    n          REAL NOT NULL CHECK (n >= 0),
    rate       REAL NOT NULL CHECK (rate BETWEEN 0 AND 1),
    rate_lo    REAL NOT NULL CHECK (rate_lo BETWEEN 0 AND 1),
    mean_win   REAL NOT NULL,
    mean_loss  REAL NOT NULL,
    break_even REAL NOT NULL,
    PRIMARY KEY (run, session, policy_row)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_performance (
    run       INTEGER NOT NULL REFERENCES runs (number),
    session   TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    position  INTEGER NOT NULL CHECK (position >= 0),
    member    TEXT NOT NULL CHECK (member <> ''),
    scored    REAL NOT NULL CHECK (scored >= 0),
    brier     REAL NOT NULL CHECK (brier BETWEEN 0 AND 1),
    brier_raw REAL NOT NULL CHECK (brier_raw BETWEEN 0 AND 1),
    brier_60  REAL NOT NULL CHECK (brier_60 BETWEEN 0 AND 1),
    PRIMARY KEY (run, session, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE ensemble_weights (
    run      INTEGER NOT NULL REFERENCES runs (number),
    session  TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    position INTEGER NOT NULL CHECK (position >= 0),
    member   TEXT NOT NULL CHECK (member <> ''),
    weight   REAL NOT NULL CHECK (weight BETWEEN 0 AND 1.000001),
    PRIMARY KEY (run, session, position)
) STRICT, WITHOUT ROWID;

-- Fitted models by what they were fitted on; shared by all runs that fit the same.
CREATE TABLE model_artefacts (
    training_digest TEXT NOT NULL PRIMARY KEY,
    model_digest    TEXT NOT NULL,
    member          TEXT NOT NULL CHECK (member <> ''),
    session         TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    examples        INTEGER NOT NULL CHECK (examples >= 0),
    -- BLAKE3 of `artefact`, checked when it is read.
    checksum        BLOB NOT NULL CHECK (length(checksum) = 32),
    artefact        BLOB NOT NULL CHECK (length(artefact) > 0)
) STRICT;

PRAGMA user_version = 5;
