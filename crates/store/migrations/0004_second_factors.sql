-- Second factors: authenticator app, SMS, recovery codes, half-finished log-ins, who must have one.

-- One row for each account that has a second factor or must have one.
CREATE TABLE second_factor (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- Whether an administrator wants one.
    required BIGINT NOT NULL DEFAULT 0 CHECK (required IN (0, 1)),
    -- Whether the password is too short to be the only factor.
    short_password BIGINT NOT NULL DEFAULT 0 CHECK (short_password IN (0, 1)),
    totp_secret BLOB,
    totp_since BIGINT,
    -- The newest step whose code was used: neither it nor an older one is taken again.
    totp_last_step BIGINT NOT NULL DEFAULT 0,
    -- In the form of E.164, once it was confirmed.
    phone TEXT CHECK (phone LIKE '+%'),
    sms_since BIGINT,
    -- When the newest code was sent, and how many were on which day (days since 1970).
    sms_sent_at BIGINT,
    sms_day BIGINT NOT NULL DEFAULT 0,
    sms_sent BIGINT NOT NULL DEFAULT 0,
    CHECK ((totp_secret IS NULL) = (totp_since IS NULL)),
    CHECK ((phone IS NULL) = (sms_since IS NULL))
);

-- Until when a browser is not asked for the second factor. Any change of a credential forgets it.
ALTER TABLE known_device ADD COLUMN remembered_until BIGINT;

-- A recovery code that was not used yet. Using it deletes the row. It has 120 random bits, so a plain hash is enough.
CREATE TABLE recovery_code (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- The newest code that was sent by SMS, for each thing it can be used for. Using it deletes the row.
CREATE TABLE sms_code (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('log_in', 'set_up', 'confirm')),
    phone TEXT NOT NULL,
    code_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, purpose)
);

-- A log-in whose password was right and that waits for the second factor, or for one to be set up.
CREATE TABLE login_challenge (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('second_factor', 'set_up')),
    -- Where the password was typed: its bucket of attempts counts the codes as well.
    known_device_id TEXT REFERENCES known_device (id) ON DELETE SET NULL,
    -- The application it was typed in; absent for the web manager. The code must come from the same.
    application_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_challenge_of ON login_challenge (account_id);
CREATE INDEX login_challenge_expiry ON login_challenge (expires_at);
