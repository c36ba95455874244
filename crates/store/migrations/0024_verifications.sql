-- What verifying the whole log came to, each time.
CREATE TABLE verification (
    began_at    BIGINT NOT NULL PRIMARY KEY,
    ended_at    BIGINT NOT NULL,
    -- How many activities there were, and how many of them hold.
    size        BIGINT NOT NULL,
    sound       BIGINT NOT NULL,
    faults      BIGINT NOT NULL,
    -- The first thing that is wrong, in words.
    first_fault TEXT
);
