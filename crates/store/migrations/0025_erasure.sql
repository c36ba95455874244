-- Who was erased, or is being: the tombstone of a person's key. Whose it was is known only while their values are being taken
-- out of the log; afterwards only whoever knows the id can tell that it was theirs.
CREATE TABLE erasure (
    id           BIGINT PRIMARY KEY,
    -- What is rewritten next: the hot activities, the volumes, what the database kept of rows that are gone.
    state        TEXT NOT NULL CHECK (state IN ('hot', 'sealed', 'traces', 'done')),
    requested_at BIGINT NOT NULL,
    finished_at  BIGINT,
    -- Activities below this one are rewritten; what names the person from here on is theirs anew, under another key.
    seq          BIGINT NOT NULL,
    person_id    TEXT,
    -- Their key and since when it held, with which the digests of what goes are made.
    key          BLOB,
    since        BIGINT NOT NULL,
    -- SHA-256 of the salt and the person's id.
    salt         BLOB NOT NULL,
    person_hash  BLOB NOT NULL,
    -- How many activities were looked at, and how many were rewritten.
    looked_at    BIGINT NOT NULL DEFAULT 0,
    rewritten    BIGINT NOT NULL DEFAULT 0,
    CHECK ((state IN ('hot', 'sealed')) = (person_id IS NOT NULL)),
    CHECK (key IS NULL OR person_id IS NOT NULL),
    CHECK ((state = 'done') = (finished_at IS NOT NULL))
);

-- How many erasures were requested: who has keys in memory sees by it that some may be destroyed.
ALTER TABLE log_head ADD COLUMN erasures BIGINT NOT NULL DEFAULT 0;
-- Whether pages of the database may hold what was deleted before deleting overwrote it.
ALTER TABLE log_head ADD COLUMN traces BIGINT NOT NULL DEFAULT 0;
UPDATE log_head SET traces = 1;
