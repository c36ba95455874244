-- Connections between users, and who blocks whom. The version of an account, for edits that must not overwrite others'.

ALTER TABLE account ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- One row for a pair, whoever asked: two requests that cross meet in it. Withdrawing, removing and blocking delete it;
-- a rejected request stays whatever happens, so that it is known when the same side may ask again.
CREATE TABLE connection (
    low_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    high_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('requested', 'accepted', 'rejected')),
    -- Whether the account of low_id asked.
    by_low BIGINT NOT NULL CHECK (by_low IN (0, 1)),
    requested_at BIGINT NOT NULL,
    -- When it was accepted or rejected.
    decided_at BIGINT,
    -- The accounts', so that a page in the order of names looks at that page alone.
    low_name_key TEXT NOT NULL,
    high_name_key TEXT NOT NULL,
    PRIMARY KEY (low_id, high_id),
    CHECK (low_id < high_id),
    CHECK ((state = 'requested') = (decided_at IS NULL))
);
CREATE INDEX connection_of_low ON connection (low_id, high_name_key, high_id) WHERE state = 'accepted';
CREATE INDEX connection_of_high ON connection (high_id, low_name_key, low_id) WHERE state = 'accepted';
CREATE INDEX connection_request_of_low ON connection (low_id, by_low, high_name_key, high_id) WHERE state = 'requested';
CREATE INDEX connection_request_of_high ON connection (high_id, by_low, low_name_key, low_id) WHERE state = 'requested';
CREATE INDEX connection_high ON connection (high_id);

CREATE TABLE connection_block (
    blocker_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    blocked_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    blocked_at BIGINT NOT NULL,
    -- The blocked account's.
    name_key TEXT NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
);
CREATE INDEX connection_block_by_name ON connection_block (blocker_id, name_key, blocked_id);
CREATE INDEX connection_block_of ON connection_block (blocked_id);

-- How often somebody looked others up since began_at, found or not.
CREATE TABLE connection_look_up (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    began_at BIGINT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 0)
);
