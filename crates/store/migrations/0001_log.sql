-- The log: its one head, what is hot, what is sealed, and what keeps repeats and erasure honest.

-- One row. Every append locks it last and holds it until commit: commit order is seq order.
CREATE TABLE log_head (
    id               BIGINT PRIMARY KEY CHECK (id = 1),
    -- Number of activities; the next seq.
    size             BIGINT NOT NULL CHECK (size >= 0),
    -- State of the Merkle tree of that size, and its root.
    frontier         BLOB NOT NULL,
    root             BLOB NOT NULL,
    -- recorded_at of the newest activity; never decreases.
    last_recorded_at BIGINT NOT NULL,
    -- Activities below this seq are in volumes; those from it on are hot.
    sealed           BIGINT NOT NULL CHECK (sealed >= 0 AND sealed <= size),
    -- State of the tree of that size, from which the next volume is verified.
    sealed_frontier  BLOB NOT NULL,
    -- Grows with every change of the table volume.
    generation       BIGINT NOT NULL
);

-- Hot activities, many to a row. A row stays until everything in it is in a volume.
CREATE TABLE hot_batch (
    first_seq   BIGINT PRIMARY KEY,
    count       BIGINT NOT NULL CHECK (count > 0),
    recorded_at BIGINT NOT NULL,
    -- Root of the tree right after this batch.
    root        BLOB NOT NULL,
    -- Versioned, compressed facts.
    facts       BLOB NOT NULL
);

-- The sealed stretches of the log: adjacent, from seq 0 to log_head.sealed.
CREATE TABLE volume (
    first_seq BIGINT PRIMARY KEY,
    count     BIGINT NOT NULL CHECK (count > 0),
    id        TEXT NOT NULL UNIQUE,
    -- The volume's own description, as JSON.
    meta      TEXT NOT NULL
);

-- One secret for each person named in the log; destroying it erases them.
CREATE TABLE person_key (
    person_id TEXT PRIMARY KEY,
    key       BLOB NOT NULL
) WITHOUT ROWID;

-- Since when this installation records a type.
CREATE TABLE activity_type (
    code           TEXT PRIMARY KEY,
    recorded_since BIGINT NOT NULL
) WITHOUT ROWID;

-- Answers to requests that carried an Idempotency-Key.
CREATE TABLE idempotency (
    scope       TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    result      BLOB NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Reporters' own ids: digest of source and id. expires_at is NULL in the ledger of an import, which is kept.
CREATE TABLE external_id (
    digest     BLOB PRIMARY KEY,
    seq        BIGINT NOT NULL,
    expires_at BIGINT
) WITHOUT ROWID;
CREATE INDEX external_id_expiry ON external_id (expires_at) WHERE expires_at IS NOT NULL;
