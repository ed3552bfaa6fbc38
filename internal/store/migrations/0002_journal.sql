-- Links of principals whose credentials Pharos does not hold, as they checked
-- in. An entry is never changed: a later one of the same principal follows it.
CREATE TABLE check_in (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    principal  TEXT NOT NULL,
    partner_id TEXT NOT NULL,
    since      INTEGER,
    until      INTEGER,
    source     TEXT NOT NULL,
    at         INTEGER
) STRICT;
CREATE INDEX check_in_principal ON check_in (tenant, principal);

CREATE TABLE scan (
    id       INTEGER PRIMARY KEY,
    at       INTEGER,
    eyes     TEXT NOT NULL, -- JSON
    problems TEXT NOT NULL  -- JSON
) STRICT;

-- The audit trail grows and is never changed.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    before  TEXT NOT NULL,
    after   TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
