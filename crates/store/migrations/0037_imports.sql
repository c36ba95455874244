-- The mapping by which what a key sends is read, where a request names none.
ALTER TABLE api_key ADD COLUMN mapping TEXT CHECK (mapping <> '');

-- What was read into the log from files, each as one thing. What its rows say is in the log alone.
CREATE TABLE import (
    -- The id by which the recorder of its activities is told apart.
    id BIGINT PRIMARY KEY CHECK (id >= 1),
    format TEXT NOT NULL CHECK (format <> ''),
    source TEXT NOT NULL,
    -- Names of the files, as a JSON array.
    files TEXT NOT NULL,
    -- Who reads them in: somebody here, or the key or the application that sends what they hold.
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    -- When it last went on, and when all was read; what is not ended can be gone on with.
    heard_at BIGINT NOT NULL,
    ended_at BIGINT,
    recorded BIGINT NOT NULL CHECK (recorded >= 0),
    known BIGINT NOT NULL CHECK (known >= 0),
    refused BIGINT NOT NULL CHECK (refused >= 0),
    -- Lines that could not be read, and so were never sent.
    unreadable BIGINT NOT NULL CHECK (unreadable >= 0),
    -- How many of those recorded the log was told of.
    told BIGINT NOT NULL CHECK (told >= 0 AND told <= recorded),
    -- How far whoever sends it has come, in their own words, so that they can go on from there.
    mark TEXT,
    -- When the first and the last of what it recorded happened.
    first_at BIGINT,
    last_at BIGINT,
    -- The run of retention that took it out of the log.
    undone_by_run BIGINT REFERENCES retention_run (id),
    CHECK ((first_at IS NULL) = (last_at IS NULL))
);

-- The import that brought an id: once that is undone, the id is free again.
ALTER TABLE external_id ADD COLUMN import_id BIGINT;

-- What a run took besides what was kept long enough: all that an import recorded, and how much that was.
ALTER TABLE retention_run ADD COLUMN import_id BIGINT;
ALTER TABLE retention_run ADD COLUMN import_removed BIGINT;
ALTER TABLE retention_run ADD COLUMN reason TEXT;
