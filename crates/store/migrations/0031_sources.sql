-- How far each source is that numbers its events, and which of them never came. What the events say is in the log alone.
CREATE TABLE source_numbering (
    -- Whose source it is: of an application that its reporter was given, or else of the reporter.
    of_sort TEXT NOT NULL CHECK (of_sort IN ('application', 'reporter')),
    of_id TEXT NOT NULL CHECK (of_id <> ''),
    -- What the source is called there, and which of its numberings this is; empty where it has only one.
    source TEXT NOT NULL,
    epoch TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL,
    lowest BIGINT NOT NULL CHECK (lowest >= 0),
    highest BIGINT NOT NULL CHECK (highest >= lowest),
    -- How many numbers between them never came, and which, as JSON: an array of gaps.
    missing BIGINT NOT NULL CHECK (missing >= 0),
    gaps TEXT NOT NULL,
    -- Of the lowest of those, which were too many to be listed: how many, up to which number, and since when.
    folded BIGINT NOT NULL CHECK (folded >= 0),
    folded_through BIGINT,
    folded_since BIGINT,
    -- Numbers that came after a later one: how many, when one came last, how late that was and how late the latest.
    late BIGINT NOT NULL CHECK (late >= 0),
    late_at BIGINT,
    late_by BIGINT,
    late_most BIGINT,
    -- Numbers that came again with an activity of their own.
    repeated BIGINT NOT NULL CHECK (repeated >= 0),
    repeated_at BIGINT,
    PRIMARY KEY (of_sort, of_id, source, epoch),
    CHECK ((late = 0) = (late_at IS NULL)),
    CHECK ((repeated = 0) = (repeated_at IS NULL)),
    CHECK ((folded_through IS NULL) = (folded_since IS NULL))
);
CREATE INDEX source_numbering_heard ON source_numbering (of_sort, of_id, heard_at);
