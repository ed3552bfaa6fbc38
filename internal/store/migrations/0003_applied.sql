-- What was begun and done of which plan: the last of each step, done or taken
-- back. It is written before a call is sent, and again when the cloud shows
-- what the call was to make, at once with the line of the audit trail.
CREATE TABLE applied (
    plan    TEXT NOT NULL,
    step    TEXT NOT NULL,
    undo    INTEGER NOT NULL, -- 1: the step was taken back
    kind    TEXT NOT NULL,
    actor   TEXT NOT NULL,
    subject TEXT NOT NULL,
    before  TEXT NOT NULL,
    after   TEXT NOT NULL,
    begun   INTEGER NOT NULL,
    done    INTEGER, -- NULL while it is open
    changed INTEGER NOT NULL,
    PRIMARY KEY (plan, step)
) STRICT, WITHOUT ROWID;
