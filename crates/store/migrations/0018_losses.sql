-- The leaf of each activity of a hot batch, so that the tree goes on where the activities themselves cannot be read or one of
-- their persons has no key any more. NULL in rows of an earlier version, which live only until they are sealed.
ALTER TABLE hot_batch ADD COLUMN leaves BLOB;

-- What a key was when it was made, and from which seq on it holds: it is another's from there on where it was damaged.
ALTER TABLE person_key ADD COLUMN sum BLOB;
ALTER TABLE person_key ADD COLUMN since BIGINT NOT NULL DEFAULT 0;

-- Hot batches that could not be read when they were due to be sealed, byte for byte. Those from from_seq on are in no volume.
CREATE TABLE lost_batch (
    from_seq    BIGINT PRIMARY KEY,
    end_seq     BIGINT NOT NULL,
    first_seq   BIGINT NOT NULL,
    count       BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    root        BLOB NOT NULL,
    facts       BLOB NOT NULL,
    sum         BLOB,
    leaves      BLOB,
    why         TEXT NOT NULL,
    found_at    BIGINT NOT NULL,
    CHECK (from_seq < end_seq)
);

-- Stretches that cannot be read and that somebody has closed: no answer is called incomplete because of them any more.
CREATE TABLE closed_gap (
    first_seq BIGINT PRIMARY KEY,
    end_seq   BIGINT NOT NULL,
    closed_at BIGINT NOT NULL,
    CHECK (first_seq < end_seq)
);

-- By how much the clock was set forward less backward while the log was open, in microseconds: what is remembered for a
-- time is remembered by the time that passed.
ALTER TABLE log_head ADD COLUMN skipped BIGINT NOT NULL DEFAULT 0;
