-- Work in the background: what there is to do, who does it, and how far it is. One-off work has a row until it is done;
-- work that comes again and again keeps its row.
CREATE TABLE job (
    -- Such as `seal` or `export:exp_…`: what comes before the colon is the kind.
    name        TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    -- The lease: until it lapses nobody but its owner may claim the job.
    owner       TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0 CHECK (lease_until >= 0),
    -- Grows with each claim: whoever claimed it with an older one changes nothing any more.
    fence       BIGINT NOT NULL DEFAULT 0 CHECK (fence >= 0),
    -- When it may be claimed at the earliest.
    due_at      BIGINT NOT NULL,
    -- Claims since it last ended well, and why the last one did not.
    attempts    BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    error       TEXT,
    -- What the next attempt needs to go on where the last one ended.
    cursor      TEXT,
    done        BIGINT NOT NULL DEFAULT 0 CHECK (done >= 0),
    total       BIGINT NOT NULL DEFAULT 0 CHECK (total >= 0),
    CHECK ((owner IS NULL) = (lease_until = 0))
);
INSERT INTO job (name, owner, lease_until, fence, due_at, attempts, done, total)
    SELECT 'export:' || id, CASE WHEN lease_until > 0 THEN 'an earlier version' END, lease_until, fence, created_at, fence,
        written, expected FROM export WHERE state IN ('queued', 'running');

-- An export's lease and its progress are its job's. That it is queued says that it has not ended.
DROP INDEX export_unfinished;
ALTER TABLE export DROP COLUMN lease_until;
ALTER TABLE export DROP COLUMN fence;
ALTER TABLE export DROP COLUMN expected;
