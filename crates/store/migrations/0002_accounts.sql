-- Accounts: who may sign in, with what, from where. The log itself is 0001_log.sql.
-- Times are microseconds since 1970 UTC. Flags are 0 or 1. Text keys compare byte by byte (PostgreSQL: collation C).

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'usr\_%' ESCAPE '\'),
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    username TEXT NOT NULL CHECK (username <> ''),
    email TEXT NOT NULL CHECK (email <> ''),
    -- NFKC and lower case of the above: what is unique, found and ordered by.
    name_key TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    email_key TEXT NOT NULL UNIQUE,
    time_zone TEXT NOT NULL DEFAULT 'UTC',
    -- PHC string; absent until the account is activated.
    password_hash TEXT,
    password_changed_at BIGINT,
    login_enabled BIGINT NOT NULL DEFAULT 1 CHECK (login_enabled IN (0, 1)),
    is_administrator BIGINT NOT NULL DEFAULT 0 CHECK (is_administrator IN (0, 1)),
    is_auditor BIGINT NOT NULL DEFAULT 0 CHECK (is_auditor IN (0, 1)),
    is_service BIGINT NOT NULL DEFAULT 0 CHECK (is_service IN (0, 1)),
    created_at BIGINT NOT NULL,
    activated_at BIGINT,
    last_login_at BIGINT,
    -- Whether the latest attempt to log in failed.
    last_attempt_failed BIGINT NOT NULL DEFAULT 0 CHECK (last_attempt_failed IN (0, 1)),
    -- The bucket of attempts from anywhere but a known device. An attempt is counted before its secret is checked, and
    -- the one that fills the bucket sets locked_until at once, so a crash in between leaves a lock that lapses.
    failures BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until BIGINT,
    CHECK ((password_hash IS NULL) = (password_changed_at IS NULL))
);

-- One index for every order of All Users, ending in the key that makes it total.
CREATE INDEX account_by_name ON account (name_key, id);
CREATE INDEX account_by_username ON account (username_key, id);
CREATE INDEX account_by_email ON account (email_key, id);
CREATE INDEX account_by_last_login ON account ((COALESCE(last_login_at, 0)), id);
CREATE INDEX account_by_created ON account (created_at, id);
-- What the rare values of a filter are found by.
CREATE INDEX account_administrators ON account (name_key, id) WHERE is_administrator = 1;
CREATE INDEX account_auditors ON account (name_key, id) WHERE is_auditor = 1;
CREATE INDEX account_service ON account (name_key, id) WHERE is_service = 1;
CREATE INDEX account_disabled ON account (name_key, id) WHERE login_enabled = 0;
CREATE INDEX account_locked ON account (name_key, id) WHERE locked_until IS NOT NULL;
CREATE INDEX account_failed ON account (name_key, id) WHERE last_login_at IS NULL AND last_attempt_failed = 1;
CREATE INDEX account_active ON account (name_key, id) WHERE last_login_at IS NULL AND last_attempt_failed = 0 AND activated_at IS NOT NULL;
CREATE INDEX account_never ON account (name_key, id) WHERE last_login_at IS NULL AND last_attempt_failed = 0 AND activated_at IS NULL;
CREATE INDEX account_logged_in ON account (name_key, id) WHERE last_login_at IS NOT NULL;

-- Where a typed beginning may match: the name, username and e-mail address, each from every one of its words on.
CREATE TABLE account_word (
    word TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The account's, so that the matches of a word are ordered without looking at each account.
    name_key TEXT NOT NULL,
    PRIMARY KEY (word, account_id)
) WITHOUT ROWID;
CREATE INDEX account_word_of ON account_word (account_id, word);

-- Networks an account may log in from; none means anywhere.
CREATE TABLE account_address (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    PRIMARY KEY (account_id, network)
);

-- What a person chose for their pages, as JSON.
CREATE TABLE account_preference (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
);

-- Every attempt to log in counts here, known name or not, so that both write.
CREATE TABLE login_attempts (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    n BIGINT NOT NULL
);
INSERT INTO login_attempts (id, n) VALUES (1, 0);

-- A browser somebody logged in with before: its own bucket of attempts, so that strangers cannot lock them out of it.
CREATE TABLE known_device (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until BIGINT
);
CREATE INDEX known_device_of ON known_device (account_id, last_used_at);

-- A browser that is signed in. Signing out deletes the row.
CREATE TABLE device (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'dev\_%' ESCAPE '\'),
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    known_device_id TEXT REFERENCES known_device (id) ON DELETE SET NULL,
    token_hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX device_of ON device (account_id, last_seen_at);
CREATE INDEX device_expiry ON device (expires_at);

-- A link that was mailed: activates an account or resets its password, once. Using it deletes the row.
CREATE TABLE account_link (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('activation', 'reset')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_link_of ON account_link (account_id, purpose);

-- Mails: waiting to be sent, sent, given up, or kept for the outbox page where no mail server is set.
CREATE TABLE mail (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Emptied once sent: it may carry a link.
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'outbox')),
    attempts BIGINT NOT NULL DEFAULT 0,
    next_attempt_at BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX mail_due ON mail (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX mail_newest ON mail (created_at, id);

-- Keys of programs. A key acts as an account, within its scopes.
CREATE TABLE api_key (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'key\_%' ESCAPE '\'),
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    token_hash BLOB NOT NULL UNIQUE,
    -- The first characters of the key, to recognise it by.
    hint TEXT NOT NULL,
    can_write BIGINT NOT NULL CHECK (can_write IN (0, 1)),
    can_read BIGINT NOT NULL CHECK (can_read IN (0, 1)),
    can_export BIGINT NOT NULL CHECK (can_export IN (0, 1)),
    can_admin BIGINT NOT NULL CHECK (can_admin IN (0, 1)),
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_key_newest ON api_key (created_at, id);
