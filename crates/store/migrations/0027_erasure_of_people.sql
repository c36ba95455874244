-- Who may not be erased or go with time, and who asked to be erased. What the log itself keeps of an erasure is 0025_erasure.sql.

-- As long as one is there, nothing that names the person leaves the log.
CREATE TABLE legal_hold (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'hold\_%' ESCAPE '\'),
    -- An account, or somebody whom only the log names.
    person_id TEXT NOT NULL CHECK (person_id <> ''),
    -- As they were named when it was placed, as JSON of the person.
    person TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    -- Who placed it, as JSON of the person.
    placed_by TEXT NOT NULL,
    placed_at BIGINT NOT NULL
);
CREATE INDEX legal_hold_of ON legal_hold (person_id);

-- Wishes to be erased, and what became of them. Whose it was is known only until they are erased.
CREATE TABLE erasure_request (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'ers\_%' ESCAPE '\'),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'withdrawn', 'declined', 'erased')),
    -- Whether they asked themself; else an administrator erased them unasked.
    by_themself BIGINT NOT NULL CHECK (by_themself IN (0, 1)),
    person_id TEXT,
    person TEXT,
    -- What they wrote, or why an administrator did it.
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- Who decided, as JSON of the person, when, and with which words.
    decided_by TEXT,
    decided_at BIGINT,
    decision TEXT,
    -- The number of the erasure in the log.
    erasure BIGINT UNIQUE,
    -- What went beside the log, as JSON: rows of tables, files.
    removed TEXT,
    -- The signed receipt, once nothing is left.
    receipt TEXT,
    CHECK ((state = 'erased') = (person_id IS NULL)),
    CHECK ((state = 'erased') = (erasure IS NOT NULL)),
    CHECK ((person_id IS NULL) = (person IS NULL)),
    CHECK ((state = 'waiting') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX erasure_request_waiting ON erasure_request (person_id) WHERE state = 'waiting';
CREATE INDEX erasure_request_of ON erasure_request (person_id, id);
CREATE INDEX erasure_request_newest ON erasure_request (asked_at, id);
