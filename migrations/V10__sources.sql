-- What sources of market data said, and when it was known: written once, never changed, never
-- backfilled. The tables are used in a file of their own (sources.db), which all modes may read:
-- what the world said does not depend on who trades. Times have one length, so that text order is
-- order in time.

-- Spans of a symbol's daily bars that a source has answered for.
CREATE TABLE source_answers (
    id        INTEGER PRIMARY KEY,
    source    TEXT NOT NULL CHECK (source <> ''),
    symbol    TEXT NOT NULL CHECK (symbol <> ''),
    from_date TEXT NOT NULL CHECK (date(from_date) IS from_date),
    to_date   TEXT NOT NULL CHECK (date(to_date) IS to_date AND to_date >= from_date),
    known_at  TEXT NOT NULL CHECK (known_at GLOB '????-??-??T??:??:??.??????Z'),
    url       TEXT NOT NULL,
    blake3    TEXT NOT NULL CHECK (length(blake3) = 64)
) STRICT;
CREATE INDEX source_answers_symbol ON source_answers (symbol, known_at);

-- Sessions on which two sources differ beyond the tolerance; numbers as text that reads back.
CREATE TABLE source_disagreements (
    id           INTEGER PRIMARY KEY,
    symbol       TEXT NOT NULL CHECK (symbol <> ''),
    session      TEXT NOT NULL CHECK (date(session) IS session),
    field        TEXT NOT NULL CHECK (field IN ('open', 'high', 'low', 'close', 'volume')),
    held_from    TEXT NOT NULL,
    held         TEXT NOT NULL,
    told_by      TEXT NOT NULL CHECK (told_by <> ''),
    told         TEXT NOT NULL,
    known_at     TEXT NOT NULL CHECK (known_at GLOB '????-??-??T??:??:??.??????Z'),
    UNIQUE (symbol, session, field, held_from, held, told_by, told)
) STRICT;

-- Facts about companies. A fact holds from known_at until a later row says otherwise; a value of
-- NULL says that the source no longer tells it.
CREATE TABLE fundamentals (
    source   TEXT NOT NULL CHECK (source <> ''),
    symbol   TEXT NOT NULL CHECK (symbol <> ''),
    fact     TEXT NOT NULL CHECK (fact <> ''),
    known_at TEXT NOT NULL CHECK (known_at GLOB '????-??-??T??:??:??.??????Z'),
    value    TEXT,
    url      TEXT NOT NULL,
    blake3   TEXT NOT NULL CHECK (length(blake3) = 64),
    PRIMARY KEY (symbol, source, fact, known_at)
) STRICT, WITHOUT ROWID;

-- Headlines. usable_from is the later of publication and first sight.
CREATE TABLE news (
    id           INTEGER PRIMARY KEY,
    source       TEXT NOT NULL CHECK (source <> ''),
    symbol       TEXT NOT NULL,
    fingerprint  TEXT NOT NULL CHECK (fingerprint <> ''),
    title        TEXT NOT NULL CHECK (title <> ''),
    summary      TEXT NOT NULL,
    link         TEXT NOT NULL CHECK (link GLOB 'http*'),
    publisher    TEXT NOT NULL,
    published_at TEXT CHECK (published_at GLOB '????-??-??T??:??:??.??????Z'),
    known_at     TEXT NOT NULL CHECK (known_at GLOB '????-??-??T??:??:??.??????Z'),
    usable_from  TEXT NOT NULL CHECK (usable_from >= known_at),
    url          TEXT NOT NULL,
    blake3       TEXT NOT NULL CHECK (length(blake3) = 64),
    UNIQUE (symbol, fingerprint)
) STRICT;
CREATE INDEX news_usable ON news (symbol, usable_from);

-- Answers to "what is due in this span?". With covers = 1, a date of the span without an event has
-- none; with 0 it is unknown.
CREATE TABLE event_answers (
    id        INTEGER PRIMARY KEY,
    source    TEXT NOT NULL CHECK (source <> ''),
    symbol    TEXT NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('earnings', 'ex_dividend', 'central_bank')),
    from_date TEXT NOT NULL CHECK (date(from_date) IS from_date),
    to_date   TEXT NOT NULL CHECK (date(to_date) IS to_date AND to_date >= from_date),
    covers    INTEGER NOT NULL CHECK (covers IN (0, 1)),
    known_at  TEXT NOT NULL CHECK (known_at GLOB '????-??-??T??:??:??.??????Z'),
    url       TEXT NOT NULL,
    blake3    TEXT NOT NULL CHECK (length(blake3) = 64)
) STRICT;
CREATE INDEX event_answers_asked ON event_answers (symbol, kind, known_at);

CREATE TABLE market_events (
    answer INTEGER NOT NULL REFERENCES event_answers (id),
    date   TEXT NOT NULL CHECK (date(date) IS date),
    detail TEXT NOT NULL,
    PRIMARY KEY (answer, date, detail)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER source_answers_stay BEFORE DELETE ON source_answers
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER source_answers_keep BEFORE UPDATE ON source_answers
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER source_disagreements_stay BEFORE DELETE ON source_disagreements
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER source_disagreements_keep BEFORE UPDATE ON source_disagreements
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER fundamentals_stay BEFORE DELETE ON fundamentals
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER fundamentals_keep BEFORE UPDATE ON fundamentals
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER fundamentals_go_forward BEFORE INSERT ON fundamentals
WHEN EXISTS (SELECT 1 FROM fundamentals f WHERE f.symbol = NEW.symbol AND f.source = NEW.source
             AND f.fact = NEW.fact AND f.known_at >= NEW.known_at)
BEGIN SELECT raise(ABORT, 'what was known is never backfilled'); END;
CREATE TRIGGER news_stay BEFORE DELETE ON news
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER news_keep BEFORE UPDATE ON news
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER event_answers_stay BEFORE DELETE ON event_answers
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER event_answers_keep BEFORE UPDATE ON event_answers
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER event_answers_go_forward BEFORE INSERT ON event_answers
WHEN EXISTS (SELECT 1 FROM event_answers e WHERE e.symbol = NEW.symbol AND e.source = NEW.source
             AND e.kind = NEW.kind AND e.known_at > NEW.known_at)
BEGIN SELECT raise(ABORT, 'what was known is never backfilled'); END;
CREATE TRIGGER market_events_stay BEFORE DELETE ON market_events
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;
CREATE TRIGGER market_events_keep BEFORE UPDATE ON market_events
BEGIN SELECT raise(ABORT, 'what was known is append-only'); END;

PRAGMA user_version = 10;
