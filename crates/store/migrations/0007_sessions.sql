-- Sessions of groups and who is present in them.

CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'ses\_%' ESCAPE '\'),
    -- No reference: a session outlives its group for as long as it takes to end it with its activities.
    group_id TEXT NOT NULL,
    -- The group's name when the session was created: what activities say once the group is gone.
    group_name TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    -- PHC string; absent where no password is asked for.
    password_hash TEXT,
    locked BIGINT NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'ended')),
    -- Who looks after it: the account that created it, then the one that started it.
    host_id TEXT NOT NULL,
    host_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    -- When it came into its present state: what lists are ordered by.
    state_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    CHECK (state <> 'running' OR started_at IS NOT NULL),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE INDEX session_of_group ON session (group_id, state, state_at, id);
CREATE INDEX session_newest ON session (state, state_at, id);

-- Who is in a running session.
CREATE TABLE session_presence (
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The device they joined on last; absent for a program with a key. No reference: who is there leaves by an activity.
    device_id TEXT,
    joined_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, account_id)
);
CREATE INDEX session_presence_in_order ON session_presence (session_id, joined_at, account_id);
CREATE INDEX session_presence_silent ON session_presence (last_seen_at);
CREATE INDEX session_presence_of ON session_presence (account_id);

-- Joins that were refused and are in the log: the same again is only counted until then.
CREATE TABLE session_refusal (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    until BIGINT NOT NULL,
    -- Those that came since and are in the log only as a number.
    more BIGINT NOT NULL DEFAULT 0 CHECK (more >= 0),
    PRIMARY KEY (account_id, session_id, reason)
);
CREATE INDEX session_refusal_until ON session_refusal (until);

-- Wrong passwords of one account at one session's door.
CREATE TABLE session_attempt (
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    failures BIGINT NOT NULL CHECK (failures >= 0),
    -- When they are forgotten.
    until BIGINT NOT NULL,
    PRIMARY KEY (session_id, account_id)
);
