-- Secrets that have to be readable again are wrapped with a key that is not in the database. `totp_secret` of
-- second_factor holds them wrapped from here on.

-- Which key wraps them: an id that tells keys apart and nothing about them. At most one row.
CREATE TABLE secret_key (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    key_id BLOB NOT NULL,
    since BIGINT NOT NULL
);

-- The text of a mail, wrapped; absent once it was sent, given up, or what is secret in it has expired.
ALTER TABLE mail DROP COLUMN body;
ALTER TABLE mail ADD COLUMN sealed_body BLOB;
-- From when on the link or code in it is worth nothing; absent where there is none.
ALTER TABLE mail ADD COLUMN expires_at BIGINT;
CREATE INDEX mail_expiry ON mail (expires_at) WHERE sealed_body IS NOT NULL;
