-- What programs may report: for which applications, and whom they may name.

-- The applications an API key reports for. A key without a row here reports for any but this installation's own, so
-- nothing removes rows but the key's own end: the application may be gone, and the key must not widen by that.
CREATE TABLE api_key_application (
    api_key_id TEXT NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    application_id TEXT NOT NULL CHECK (application_id <> ''),
    name TEXT NOT NULL,
    PRIMARY KEY (api_key_id, application_id)
);

-- Whether what a key reports may name accounts, groups and sessions of this installation.
ALTER TABLE api_key ADD COLUMN names_accounts BIGINT NOT NULL DEFAULT 0 CHECK (names_accounts IN (0, 1));

-- Who has ever signed in to an application: whom it may name in what it reports.
CREATE TABLE application_account (
    application_id TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (application_id, account_id)
);

-- Since when a type is reported from outside. What this installation records itself is in activity_type.
CREATE TABLE reported_type (
    code TEXT PRIMARY KEY,
    reported_since BIGINT NOT NULL
) WITHOUT ROWID;
