-- Who was given whose rows of the log: what a person sees under Privacy. Written before the rows leave.

DROP TABLE log_view;

-- One disclosure: the same reader asking the same thing from the same place within a while.
CREATE TABLE disclosure (
    -- Later ones sort later: what a list is ordered by.
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'dsc\_%' ESCAPE '\'),
    -- SHA-256 of reader, way, address and question: what the next such disclosure is recognised by.
    digest BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('page', 'answer', 'stream', 'export', 'command')),
    reader_id TEXT NOT NULL,
    -- The reader as they were named then, as JSON of the person.
    reader TEXT NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('device', 'application', 'api_key', 'command_line')),
    -- Id of the device or the key; empty for the command line.
    via_id TEXT NOT NULL,
    -- The device or the application in words; empty where nothing is known, and for a key, which has a name of its own.
    via_name TEXT NOT NULL,
    ip TEXT,
    query TEXT NOT NULL,
    first_at BIGINT NOT NULL
);
CREATE INDEX disclosure_by_digest ON disclosure (digest, first_at);

-- How many of a person's rows it gave. Only of people with an account here: nobody else can look.
CREATE TABLE disclosure_person (
    person_id TEXT NOT NULL,
    disclosure_id TEXT NOT NULL REFERENCES disclosure (id),
    row_count BIGINT NOT NULL CHECK (row_count > 0),
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, disclosure_id)
) WITHOUT ROWID;

-- When a reader's disclosures from somebody's log last became an activity, so that reads do not drown the log.
CREATE TABLE disclosure_activity (
    reader_id TEXT NOT NULL,
    via_id TEXT NOT NULL,
    -- Whose log the activity is in; empty for that of the reader, who was given rows of several people.
    subject_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (reader_id, via_id, subject_id)
) WITHOUT ROWID;

-- Activities of readers who may not append: facts as JSON, until the process that owns the log appends them.
CREATE TABLE disclosure_waiting (
    id TEXT NOT NULL PRIMARY KEY,
    facts TEXT NOT NULL
);

-- How many rows of whom a kept file holds, as a JSON object by id: whoever downloads it is given them.
ALTER TABLE export ADD COLUMN people TEXT;
