-- Connections between users, and who blocks whom. The version of an account, for edits that must not overwrite others'.

ALTER TABLE account ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
