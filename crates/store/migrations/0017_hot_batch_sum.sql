-- What a hot batch was when it was written: SHA-256 over its columns, so that a damaged one is not taken for true. NULL in
-- rows of an earlier version, which live only until they are sealed.
ALTER TABLE hot_batch ADD COLUMN sum BLOB;
