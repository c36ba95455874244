-- The ledger of volumes: what is being made, what readers see, and what is to be removed. Only what stands in it, and
-- is doomed, is ever removed from where the volumes are.
CREATE TABLE volume_ledger (
    -- Unique to the making of the volume; also the name of its directory.
    id        TEXT PRIMARY KEY,
    first_seq BIGINT NOT NULL,
    count     BIGINT NOT NULL CHECK (count > 0),
    state     TEXT NOT NULL CHECK (state IN ('pending', 'live', 'doomed')),
    -- Of a pending one, until when its maker has it; of a doomed one, from when on its files may go.
    until     BIGINT,
    -- The volume's own description, as JSON, from when it is live.
    meta      TEXT,
    CHECK (state = 'pending' OR meta IS NOT NULL OR state = 'doomed'),
    CHECK ((state = 'live') = (until IS NULL))
);
INSERT INTO volume_ledger (id, first_seq, count, state, meta)
    SELECT id, first_seq, count, 'live', meta FROM volume;
DROP TABLE volume;
ALTER TABLE volume_ledger RENAME TO volume;
-- The live ones are adjacent, from seq 0 to log_head.sealed: a stretch is in one of them.
CREATE UNIQUE INDEX volume_live ON volume (first_seq) WHERE state = 'live';

-- Which installation this is: also written where the volumes are, so that one cannot take another's for its own.
ALTER TABLE log_head ADD COLUMN installation TEXT;
