-- Passkeys, and changes of an e-mail address that wait to be confirmed.

-- A passkey somebody added. The public key and its counter are in `credential`, as JSON.
CREATE TABLE passkey (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'pky\_%' ESCAPE '\'),
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- What the authenticator calls it.
    credential_id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL CHECK (name <> ''),
    credential TEXT NOT NULL,
    -- The signature counter last seen; an answer that does not move it on was made by a copy. 0 where none is kept.
    counter BIGINT NOT NULL CHECK (counter >= 0),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkey_of ON passkey (account_id, created_at, id);

-- A challenge that was sent to a browser and waits for its answer. Answering deletes the row.
CREATE TABLE passkey_ceremony (
    token_hash BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('add', 'log_in', 'second_factor', 'confirm')),
    -- Absent while nobody has said who they are.
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((purpose = 'log_in') = (account_id IS NULL))
);
CREATE INDEX passkey_ceremony_of ON passkey_ceremony (account_id, purpose);
CREATE INDEX passkey_ceremony_expiry ON passkey_ceremony (expires_at);

-- A new e-mail address that waits to be confirmed from there. Confirming deletes the rows of the account.
CREATE TABLE email_change (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    email TEXT NOT NULL CHECK (email <> ''),
    -- The key of the address it replaces: if that changed meanwhile, the link is void.
    old_email_key TEXT NOT NULL,
    -- Replaced by a later one or cancelled; kept to count requests.
    is_void BIGINT NOT NULL DEFAULT 0 CHECK (is_void IN (0, 1)),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX email_change_of ON email_change (account_id, created_at);
CREATE INDEX email_change_expiry ON email_change (expires_at);
