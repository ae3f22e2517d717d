-- Order tickets: what a person is asked to enter at the broker, and what became of it. Not part of
-- the hash chain of a run: a person and clocks are in it, and a replay repeats neither.

-- As issued; a ticket is never changed.
CREATE TABLE tickets (
    ticket      TEXT NOT NULL PRIMARY KEY CHECK (ticket GLOB 'T[1-9]*'),
    account     TEXT NOT NULL CHECK (account <> ''),
    run         TEXT NOT NULL,
    intent_id   TEXT NOT NULL CHECK (intent_id <> ''),
    symbol      TEXT NOT NULL CHECK (symbol <> ''),
    kind        TEXT NOT NULL CHECK (kind IN ('entry', 'stop', 'target', 'move_stop', 'exit', 'cancel')),
    side        TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    order_type  TEXT NOT NULL CHECK (order_type IN ('market', 'limit', 'stop', 'stop_limit', 'other')),
    limit_price TEXT CHECK (CAST(limit_price AS REAL) > 0),
    stop_price  TEXT CHECK (CAST(stop_price AS REAL) > 0),
    shares      INTEGER NOT NULL CHECK (shares > 0),
    issued      TEXT NOT NULL CHECK (issued GLOB '????-??-??T*Z'),
    valid_until TEXT CHECK (valid_until GLOB '????-??-??T*Z'),
    body        TEXT NOT NULL CHECK (json_valid(body))
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_intent ON tickets (run, intent_id);
-- An intent is asked for once.
CREATE UNIQUE INDEX tickets_entry ON tickets (run, intent_id) WHERE kind = 'entry';

-- Everything that happened, in order. The state of a ticket is what its events add up to.
CREATE TABLE ticket_events (
    seq    INTEGER PRIMARY KEY,
    ticket TEXT NOT NULL REFERENCES tickets (ticket),
    at     TEXT NOT NULL CHECK (at GLOB '????-??-??T*Z'),
    change TEXT NOT NULL CHECK (change <> ''),
    body   TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX ticket_events_ticket ON ticket_events (ticket, seq);

-- Shares of executions that belong to tickets. An execution may come in two parts, when the broker
-- lists a sale before the purchase it sells.
CREATE TABLE ticket_matches (
    seq      INTEGER PRIMARY KEY REFERENCES ticket_events (seq),
    account  TEXT NOT NULL CHECK (account <> ''),
    fill_id  INTEGER NOT NULL,
    ticket   TEXT NOT NULL REFERENCES tickets (ticket),
    order_id INTEGER NOT NULL,
    shares   INTEGER NOT NULL CHECK (shares > 0),
    executed INTEGER NOT NULL CHECK (executed >= shares),
    price    TEXT NOT NULL CHECK (CAST(price AS REAL) > 0),
    at       TEXT NOT NULL CHECK (at GLOB '????-??-??T*Z')
) STRICT;
CREATE INDEX ticket_matches_fill ON ticket_matches (account, fill_id);
CREATE INDEX ticket_matches_ticket ON ticket_matches (ticket);

CREATE TRIGGER tickets_keep_entries BEFORE DELETE ON tickets
BEGIN SELECT raise(ABORT, 'tickets are append-only'); END;
CREATE TRIGGER tickets_keep_content BEFORE UPDATE ON tickets
BEGIN SELECT raise(ABORT, 'tickets are append-only'); END;
CREATE TRIGGER ticket_events_keep_entries BEFORE DELETE ON ticket_events
BEGIN SELECT raise(ABORT, 'tickets are append-only'); END;
CREATE TRIGGER ticket_events_keep_content BEFORE UPDATE ON ticket_events
BEGIN SELECT raise(ABORT, 'tickets are append-only'); END;
CREATE TRIGGER ticket_matches_keep_entries BEFORE DELETE ON ticket_matches
BEGIN SELECT raise(ABORT, 'tickets are append-only'); END;
CREATE TRIGGER ticket_matches_keep_content BEFORE UPDATE ON ticket_matches
BEGIN SELECT raise(ABORT, 'tickets are append-only'); END;
CREATE TRIGGER ticket_matches_are_shares_of_one_execution BEFORE INSERT ON ticket_matches
WHEN NEW.shares + (SELECT coalesce(sum(shares), 0) FROM ticket_matches
                   WHERE account = NEW.account AND fill_id = NEW.fill_id) > NEW.executed
BEGIN SELECT raise(ABORT, 'more shares matched than were executed'); END;

PRAGMA user_version = 9;
