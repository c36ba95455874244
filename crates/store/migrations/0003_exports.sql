-- Exports: what was asked for, how far it is, and under whose lease it is made.
CREATE TABLE export (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('user_csv', 'view_csv', 'view_jsonl')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    -- Whose log, as JSON of the person; NULL for a view of everybody's.
    subject_id TEXT,
    subject TEXT,
    -- Who asked, and from where: JSON of the person, and of the facts their activities are made from.
    requester_id TEXT NOT NULL,
    requester TEXT NOT NULL,
    origin TEXT NOT NULL,
    query TEXT NOT NULL,
    zone TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    expected BIGINT NOT NULL,
    written BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT,
    -- Name of the kept file in the directory of exports; NULL where nothing is kept.
    file TEXT,
    through_size BIGINT,
    through_at BIGINT,
    error TEXT,
    -- The lease: only its holder with the present fence may change the row, until it lapses.
    lease_until BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    CHECK (state <> 'done' OR (sha256 IS NOT NULL AND finished_at IS NOT NULL)),
    CHECK (kind <> 'user_csv' OR subject_id IS NOT NULL)
);
CREATE INDEX export_by_subject ON export (subject_id, kind, id);
CREATE INDEX export_by_requester ON export (requester_id, id);
CREATE INDEX export_unfinished ON export (lease_until) WHERE state IN ('queued', 'running');

-- Who viewed whose log with which query, so that one look is one activity.
CREATE TABLE log_view (
    reader_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    -- SHA-256 of the canonical query.
    query BLOB NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (reader_id, subject_id, query)
);
CREATE INDEX log_view_by_time ON log_view (seen_at);
