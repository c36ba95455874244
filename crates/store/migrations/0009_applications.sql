-- Registered applications, what a device is signed in to, and why a device was ended.

CREATE TABLE application (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'app\_%' ESCAPE '\'),
    name TEXT NOT NULL CHECK (name <> ''),
    -- NFKC and lower case of the name: what is unique and ordered by.
    name_key TEXT NOT NULL UNIQUE,
    key_hash BLOB NOT NULL UNIQUE,
    -- The first characters of the key, to recognise it by.
    hint TEXT NOT NULL,
    -- Whether a log-in ends the account's other devices of this application.
    single_device BIGINT NOT NULL CHECK (single_device IN (0, 1)),
    disabled BIGINT NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    version BIGINT NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);

-- The application a device is signed in to; none is the web manager. Its token, an access token, is then good until
-- access_expires_at, and refresh tokens give another.
ALTER TABLE device ADD COLUMN application_id TEXT REFERENCES application (id);
ALTER TABLE device ADD COLUMN access_expires_at BIGINT;
CREATE INDEX device_of_application ON device (application_id, account_id) WHERE application_id IS NOT NULL;

-- The application a known device is one of; none is the web manager. What an application keeps for its devices is no
-- known device of a browser, so being remembered there does not skip the second factor here.
ALTER TABLE known_device ADD COLUMN application_id TEXT REFERENCES application (id) ON DELETE CASCADE;

-- Every refresh token of a device that has not expired. One that was used is kept: using it again ends the device.
CREATE TABLE refresh_token (
    token_hash BLOB NOT NULL PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    used BIGINT NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
    expires_at BIGINT NOT NULL
);
CREATE INDEX refresh_token_of ON refresh_token (device_id, expires_at);

-- Tokens of devices that were ended, so that the next call with one is told why. Kept for a month.
CREATE TABLE ended_device (
    token_hash BLOB NOT NULL PRIMARY KEY,
    device_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('logged_out', 'another_device', 'revoked', 'all_ended', 'password_changed',
        'password_reset', 'login_disabled', 'service_account', 'application_disabled',
        'application_deleted', 'refresh_token_reused')),
    ended_at BIGINT NOT NULL
);
CREATE INDEX ended_device_by_id ON ended_device (device_id);
CREATE INDEX ended_device_by_time ON ended_device (ended_at);
