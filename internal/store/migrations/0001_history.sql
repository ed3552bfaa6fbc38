-- Instants are nanoseconds since 1970-01-01 UTC; NULL is none. Ids are the
-- lower-case GUIDs of the nouns. Values of facts are JSON.

CREATE TABLE customer (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    domain  TEXT NOT NULL,
    country TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription (
    id       TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    name     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE principal (
    tenant TEXT NOT NULL,
    id     TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_group (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A record is the history of one subject: the grants of a subscription by one
-- path, the members of a group, the link of a principal.
CREATE TABLE record (
    id      INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    UNIQUE (kind, subject)
) STRICT;

-- The times over which the whole set of a record's values was known. A NULL
-- beginning means since ever, a NULL end still.
CREATE TABLE observed (
    record INTEGER NOT NULL REFERENCES record (id),
    n      INTEGER NOT NULL,
    since  INTEGER,
    until  INTEGER,
    PRIMARY KEY (record, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
    record         INTEGER NOT NULL REFERENCES record (id),
    n              INTEGER NOT NULL,
    value          TEXT NOT NULL,
    began_earliest INTEGER,
    began_latest   INTEGER,
    ended_earliest INTEGER,
    ended_latest   INTEGER,
    current        INTEGER NOT NULL, -- 1: ended_earliest is the record's last observed.until
    source         TEXT NOT NULL,
    evidence       TEXT NOT NULL,
    PRIMARY KEY (record, n)
) STRICT, WITHOUT ROWID;

-- What there is one of: the cloud's time of the last scan, and the number of
-- the history's version, by which a writer sees that it is not out of date.
CREATE TABLE state (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    version   INTEGER NOT NULL,
    last_scan INTEGER
) STRICT;
INSERT INTO state (only, version) VALUES (1, 0);
