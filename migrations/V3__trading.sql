-- Intents, orders, executions, positions. Prices and money are decimal text, shares are whole.

CREATE TABLE order_intents (
    run          INTEGER NOT NULL REFERENCES runs (number),
    intent_id    TEXT NOT NULL CHECK (intent_id <> ''),
    seq          INTEGER NOT NULL UNIQUE REFERENCES journal (seq),
    session      TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    symbol       TEXT NOT NULL CHECK (symbol <> ''),
    shares       INTEGER NOT NULL CHECK (shares > 0),
    policy_row   TEXT NOT NULL,
    basis        TEXT NOT NULL CHECK (basis IN ('skill', 'drift', 'explore')),
    planned_risk TEXT NOT NULL CHECK (planned_risk <> '' AND planned_risk NOT GLOB '*[^0-9.-]*'),
    notional     TEXT NOT NULL CHECK (notional <> '' AND notional NOT GLOB '*[^0-9.-]*'),
    PRIMARY KEY (run, intent_id),
    FOREIGN KEY (run, session, symbol) REFERENCES decisions (run, session, symbol)
) STRICT;

-- The bracket an intent was sent with: every order has its stop and target.
CREATE TABLE bracket_parameters (
    run                  INTEGER NOT NULL,
    intent_id            TEXT NOT NULL,
    entry_limit          TEXT NOT NULL CHECK (CAST(entry_limit AS REAL) > 0),
    stop                 TEXT NOT NULL CHECK (CAST(stop AS REAL) > 0),
    target               TEXT NOT NULL CHECK (CAST(target AS REAL) > 0),
    max_holding_sessions INTEGER NOT NULL CHECK (max_holding_sessions > 0),
    atr                  REAL NOT NULL CHECK (atr > 0),
    atr_multiplier       REAL NOT NULL CHECK (atr_multiplier > 0),
    r_multiple           REAL NOT NULL CHECK (r_multiple > 0),
    trailing_atr         REAL CHECK (trailing_atr > 0),
    PRIMARY KEY (run, intent_id),
    FOREIGN KEY (run, intent_id) REFERENCES order_intents (run, intent_id),
    CHECK (CAST(stop AS REAL) < CAST(entry_limit AS REAL)),
    CHECK (CAST(entry_limit AS REAL) < CAST(target AS REAL))
) STRICT, WITHOUT ROWID;

-- What happened to an intent, in order: made, then each change of one of its orders.
CREATE TABLE intent_events (
    seq       INTEGER PRIMARY KEY REFERENCES journal (seq),
    run       INTEGER NOT NULL,
    intent_id TEXT NOT NULL,
    session   TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    event     TEXT NOT NULL CHECK (event <> ''),
    order_id  TEXT,
    note      TEXT NOT NULL,
    FOREIGN KEY (run, intent_id) REFERENCES order_intents (run, intent_id)
) STRICT;
CREATE INDEX intent_events_intent ON intent_events (run, intent_id);

-- Orders in their latest state.
CREATE TABLE orders (
    run       INTEGER NOT NULL,
    order_id  TEXT NOT NULL CHECK (order_id <> ''),
    seq       INTEGER NOT NULL REFERENCES journal (seq),
    intent_id TEXT NOT NULL,
    symbol    TEXT NOT NULL CHECK (symbol <> ''),
    role      TEXT NOT NULL CHECK (role IN ('entry', 'stop', 'target', 'exit')),
    state     TEXT NOT NULL CHECK (state IN ('working', 'filled', 'cancelled', 'expired', 'rejected')),
    placed    TEXT NOT NULL CHECK (placed GLOB '????-??-??'),
    changed   TEXT NOT NULL CHECK (changed GLOB '????-??-??'),
    shares    INTEGER NOT NULL CHECK (shares >= 0),
    price     TEXT CHECK (CAST(price AS REAL) > 0),
    note      TEXT NOT NULL,
    PRIMARY KEY (run, order_id),
    FOREIGN KEY (run, intent_id) REFERENCES order_intents (run, intent_id)
) STRICT;
CREATE INDEX orders_state ON orders (run, state);
CREATE INDEX orders_intent ON orders (run, intent_id);

-- Executions. The order may be written after its fill, but in the same transaction.
CREATE TABLE fills (
    run           INTEGER NOT NULL,
    fill_id       TEXT NOT NULL CHECK (fill_id <> ''),
    seq           INTEGER NOT NULL UNIQUE REFERENCES journal (seq),
    session       TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    order_id      TEXT NOT NULL,
    symbol        TEXT NOT NULL CHECK (symbol <> ''),
    role          TEXT NOT NULL CHECK (role IN ('entry', 'stop', 'target', 'exit')),
    shares        INTEGER NOT NULL CHECK (shares > 0),
    price         TEXT NOT NULL CHECK (CAST(price AS REAL) > 0),
    commission    TEXT NOT NULL CHECK (CAST(commission AS REAL) >= 0),
    spread_cost   TEXT NOT NULL CHECK (CAST(spread_cost AS REAL) >= 0),
    slippage_cost TEXT NOT NULL CHECK (CAST(slippage_cost AS REAL) >= 0),
    cash_after    TEXT NOT NULL CHECK (cash_after <> '' AND cash_after NOT GLOB '*[^0-9.-]*'),
    PRIMARY KEY (run, fill_id),
    FOREIGN KEY (run, order_id) REFERENCES orders (run, order_id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX fills_order ON fills (run, order_id);

-- Positions as last marked; closed ones keep their last mark.
CREATE TABLE positions (
    run           INTEGER NOT NULL,
    intent_id     TEXT NOT NULL,
    symbol        TEXT NOT NULL CHECK (symbol <> ''),
    entry_session TEXT NOT NULL CHECK (entry_session GLOB '????-??-??'),
    entry_price   TEXT NOT NULL CHECK (CAST(entry_price AS REAL) > 0),
    shares        INTEGER NOT NULL CHECK (shares > 0),
    stop          TEXT NOT NULL CHECK (CAST(stop AS REAL) > 0),
    target        TEXT NOT NULL CHECK (CAST(target AS REAL) > 0),
    mark          TEXT NOT NULL CHECK (CAST(mark AS REAL) > 0),
    value         TEXT NOT NULL CHECK (value <> '' AND value NOT GLOB '*[^0-9.-]*'),
    unrealised    TEXT NOT NULL CHECK (unrealised <> '' AND unrealised NOT GLOB '*[^0-9.-]*'),
    sessions_held INTEGER NOT NULL CHECK (sessions_held >= 0),
    basis         TEXT NOT NULL CHECK (basis IN ('skill', 'drift', 'explore')),
    as_of         TEXT NOT NULL CHECK (as_of GLOB '????-??-??'),
    closed        TEXT CHECK (closed GLOB '????-??-??'),
    PRIMARY KEY (run, intent_id),
    FOREIGN KEY (run, intent_id) REFERENCES order_intents (run, intent_id)
) STRICT;
-- One open position per symbol.
CREATE UNIQUE INDEX positions_open ON positions (run, symbol) WHERE closed IS NULL;

-- Splits and dividends that met a held position.
CREATE TABLE position_actions (
    seq           INTEGER PRIMARY KEY REFERENCES journal (seq),
    run           INTEGER NOT NULL REFERENCES runs (number),
    session       TEXT NOT NULL CHECK (session GLOB '????-??-??'),
    symbol        TEXT NOT NULL CHECK (symbol <> ''),
    action        TEXT NOT NULL CHECK (action IN ('split', 'dividend')),
    -- New shares per old share, or cash per share.
    amount        TEXT NOT NULL CHECK (CAST(amount AS REAL) > 0),
    shares_before INTEGER NOT NULL CHECK (shares_before >= 0),
    shares_after  INTEGER NOT NULL CHECK (shares_after >= 0),
    cash          TEXT NOT NULL CHECK (cash <> '' AND cash NOT GLOB '*[^0-9.-]*')
) STRICT;
CREATE INDEX position_actions_symbol ON position_actions (run, symbol, session);

-- Closed round trips.
CREATE TABLE trade_results (
    seq           INTEGER PRIMARY KEY REFERENCES journal (seq),
    run           INTEGER NOT NULL,
    intent_id     TEXT NOT NULL,
    symbol        TEXT NOT NULL CHECK (symbol <> ''),
    policy_row    TEXT NOT NULL,
    basis         TEXT NOT NULL CHECK (basis IN ('skill', 'drift', 'explore')),
    entry_session TEXT NOT NULL CHECK (entry_session GLOB '????-??-??'),
    exit_session  TEXT NOT NULL CHECK (exit_session GLOB '????-??-??'),
    entry_price   TEXT NOT NULL CHECK (CAST(entry_price AS REAL) > 0),
    exit_price    TEXT NOT NULL CHECK (CAST(exit_price AS REAL) > 0),
    exit_shares   INTEGER NOT NULL CHECK (exit_shares > 0),
    reason        TEXT NOT NULL CHECK (reason <> ''),
    gross         TEXT NOT NULL CHECK (gross <> '' AND gross NOT GLOB '*[^0-9.-]*'),
    dividends     TEXT NOT NULL CHECK (dividends <> '' AND dividends NOT GLOB '*[^0-9.-]*'),
    costs         TEXT NOT NULL CHECK (CAST(costs AS REAL) >= 0),
    net           TEXT NOT NULL CHECK (net <> '' AND net NOT GLOB '*[^0-9.-]*'),
    r_multiple    REAL NOT NULL,
    UNIQUE (run, intent_id),
    CHECK (entry_session <= exit_session),
    FOREIGN KEY (run, intent_id) REFERENCES order_intents (run, intent_id)
) STRICT;
CREATE INDEX trade_results_symbol ON trade_results (run, symbol, exit_session);

PRAGMA user_version = 3;
