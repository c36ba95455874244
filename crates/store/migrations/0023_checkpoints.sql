-- Signed checkpoints of the log: the newest, and the last one of each hour.
CREATE TABLE checkpoint (
    size    BIGINT PRIMARY KEY CHECK (size >= 0),
    made_at BIGINT NOT NULL,
    -- The signed note, with the cosignatures that came.
    note    TEXT NOT NULL
);

-- The public keys that checkpoints were and are signed with.
CREATE TABLE log_key (
    vkey       TEXT NOT NULL PRIMARY KEY,
    -- The size of the log when it came.
    first_size BIGINT NOT NULL,
    added_at   BIGINT NOT NULL,
    -- From when on it signs no more; NULL while another is not there.
    until      BIGINT
);
