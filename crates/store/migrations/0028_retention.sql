-- For how many days activities are kept, by what they are under; `default` is of all that has no row. NULL is for ever.
CREATE TABLE retention_rule (
    heading TEXT PRIMARY KEY,
    days    BIGINT CHECK (days >= 1)
) WITHOUT ROWID;

-- What was removed because it had been kept long enough.
CREATE TABLE retention_run (
    id          BIGINT PRIMARY KEY,
    -- What is done next: volumes are rewritten, what the database kept of rows that are gone is taken out.
    state       TEXT NOT NULL CHECK (state IN ('volumes', 'traces', 'done')),
    begun_at    BIGINT NOT NULL,
    finished_at BIGINT,
    -- Activities from this one on were recorded later, and are none of it.
    seq         BIGINT NOT NULL,
    -- Who asked for it; NULL where it was due.
    by_id       TEXT,
    by_name     TEXT,
    -- What is said of it, signed.
    note        TEXT,
    CHECK ((state = 'done') = (finished_at IS NOT NULL))
);

-- What it took of each heading: whatever was recorded before an instant, but what was on hold.
CREATE TABLE retention_cut (
    run     BIGINT NOT NULL REFERENCES retention_run (id),
    heading TEXT NOT NULL,
    before  BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    held    BIGINT NOT NULL,
    PRIMARY KEY (run, heading)
);

-- Whose activities it leaves, as long as that has to be known.
CREATE TABLE retention_held (
    run       BIGINT NOT NULL REFERENCES retention_run (id),
    person_id TEXT NOT NULL,
    PRIMARY KEY (run, person_id)
);
