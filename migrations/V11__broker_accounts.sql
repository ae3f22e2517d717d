-- What the broker said of an account when it was asked: balances by currency, positions, open
-- orders, and which of them are not ours. Not part of the hash chain: it is what someone else said,
-- and the same question later has another answer.
CREATE TABLE broker_accounts (
    id       INTEGER PRIMARY KEY,
    seen_at  TEXT NOT NULL CHECK (seen_at GLOB '????-??-??T*Z'),
    account  TEXT NOT NULL CHECK (account <> ''),
    -- The broker's own words.
    kind     TEXT NOT NULL,
    status   TEXT NOT NULL,
    -- Money and shares in it are decimal texts.
    snapshot TEXT NOT NULL CHECK (json_valid(snapshot))
) STRICT;
CREATE INDEX broker_accounts_latest ON broker_accounts (account, id);

PRAGMA user_version = 11;
