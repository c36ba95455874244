-- What trust rests on: waits that grow, usernames that look alike, mails to one address, why a device was ended.

-- Locks since the last success or quiet day, the newest failure, and the failures of a day whatever succeeded in it.
ALTER TABLE account ADD COLUMN lock_count BIGINT NOT NULL DEFAULT 0 CHECK (lock_count >= 0);
ALTER TABLE account ADD COLUMN last_failure_at BIGINT;
ALTER TABLE account ADD COLUMN day_began BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN day_failures BIGINT NOT NULL DEFAULT 0 CHECK (day_failures >= 0);
ALTER TABLE known_device ADD COLUMN lock_count BIGINT NOT NULL DEFAULT 0 CHECK (lock_count >= 0);
ALTER TABLE known_device ADD COLUMN last_failure_at BIGINT;
ALTER TABLE known_device ADD COLUMN day_began BIGINT NOT NULL DEFAULT 0;
ALTER TABLE known_device ADD COLUMN day_failures BIGINT NOT NULL DEFAULT 0 CHECK (day_failures >= 0);

-- What a username looks like (UTS 39): two that look alike are one.
ALTER TABLE account ADD COLUMN username_skeleton TEXT;
CREATE UNIQUE INDEX account_by_skeleton ON account (username_skeleton);

-- How many mails of one budget went to an address in an hour (hours since 1970), whoever caused them.
CREATE TABLE mail_sent (
    address TEXT NOT NULL,
    budget TEXT NOT NULL CHECK (budget IN ('own', 'others')),
    hour BIGINT NOT NULL,
    n BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (address, budget, hour)
) WITHOUT ROWID;
CREATE INDEX mail_sent_hour ON mail_sent (hour);

-- Made anew with one reason more.
DROP TABLE ended_device;
CREATE TABLE ended_device (
    token_hash BLOB NOT NULL PRIMARY KEY,
    device_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('logged_out', 'logged_in_again', 'another_device', 'revoked', 'all_ended',
        'password_changed', 'password_reset', 'email_changed', 'second_factor_changed', 'login_disabled',
        'service_account', 'application_disabled', 'application_deleted', 'refresh_token_reused')),
    ended_at BIGINT NOT NULL
);
CREATE INDEX ended_device_by_id ON ended_device (device_id);
CREATE INDEX ended_device_by_time ON ended_device (ended_at);
