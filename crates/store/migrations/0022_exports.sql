-- Every export is a kept file, in one of four forms, made from a question that is kept with it; what is known of it
-- outlives its file.
CREATE TABLE export_kept (
    id TEXT NOT NULL PRIMARY KEY,
    -- `sent`: an earlier version sent it as it was made, and kept nothing.
    kind TEXT NOT NULL CHECK (kind IN ('user_csv', 'view', 'sent')),
    format TEXT NOT NULL CHECK (format IN ('csv', 'jsonl', 'parquet', 'xlsx')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    -- Whose log, as JSON of the person; NULL for a group's and for everybody's.
    subject_id TEXT,
    subject TEXT,
    -- Who asked, and from where: JSON of the person, and of the facts their activities are made from.
    requester_id TEXT NOT NULL,
    requester TEXT NOT NULL,
    origin TEXT NOT NULL,
    -- What was asked, as people read it, and as JSON to ask it again; NULL for all of a person's log.
    query TEXT NOT NULL,
    question TEXT,
    -- Names of columns with commas between them; empty for all.
    columns TEXT NOT NULL,
    -- Whether a CSV begins with a byte order mark.
    has_mark BIGINT NOT NULL CHECK (has_mark IN (0, 1)),
    zone TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    written BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT,
    -- Name of the kept file in the directory of exports; NULL where nothing is kept, or not any more.
    file TEXT,
    -- Until when the file is kept; NULL where another one takes its place.
    expires_at BIGINT,
    -- What became of the file.
    gone TEXT CHECK (gone IN ('expired', 'deleted', 'replaced')),
    gone_at BIGINT,
    through_size BIGINT,
    through_at BIGINT,
    error TEXT,
    -- How many rows of whom the file holds, as JSON: whoever downloads it is given them.
    people TEXT,
    CHECK (state <> 'done' OR (sha256 IS NOT NULL AND finished_at IS NOT NULL)),
    CHECK (kind <> 'user_csv' OR subject_id IS NOT NULL),
    CHECK (gone IS NULL OR file IS NULL)
);
INSERT INTO export_kept (id, kind, format, state, subject_id, subject, requester_id, requester, origin, query, question,
        columns, has_mark, zone, created_at, finished_at, written, bytes, sha256, file, expires_at, gone, gone_at,
        through_size, through_at, error, people)
    SELECT id, CASE kind WHEN 'user_csv' THEN 'user_csv' ELSE 'sent' END,
        CASE kind WHEN 'view_jsonl' THEN 'jsonl' ELSE 'csv' END, state, subject_id, subject, requester_id, requester,
        origin, query, NULL, '', 0, zone, created_at, finished_at, written, bytes, sha256, file, NULL, NULL, NULL,
        through_size, through_at, error, people FROM export;
DROP TABLE export;
ALTER TABLE export_kept RENAME TO export;
CREATE INDEX export_by_subject ON export (subject_id, kind, id);
CREATE INDEX export_by_requester ON export (requester_id, id);
CREATE INDEX export_unfinished ON export (id) WHERE state IN ('queued', 'running');
CREATE INDEX export_by_expiry ON export (expires_at) WHERE file IS NOT NULL;

-- Bytes of what a job has written so far, where it makes a file.
ALTER TABLE job ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0 CHECK (bytes >= 0);
