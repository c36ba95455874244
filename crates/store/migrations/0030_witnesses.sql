-- What each witness of the log cosigned last, and what is wrong with it. Which witnesses there are is a setting.
CREATE TABLE witness (
    vkey TEXT NOT NULL PRIMARY KEY,
    -- The size of the checkpoint that it cosigned last, when that was, and that checkpoint with its cosignature.
    size BIGINT NOT NULL DEFAULT 0 CHECK (size >= 0),
    cosigned_at BIGINT,
    note TEXT,
    -- Why it did not cosign when it was asked last, in words, and since when it does not.
    trouble TEXT,
    troubled_since BIGINT,
    -- The size of a tree that it cosigned and that this log does not begin with.
    contradicts BIGINT CHECK (contradicts >= 0),
    -- The largest of those with which somebody decided to go on all the same.
    accepted BIGINT CHECK (accepted >= 0),
    CHECK ((note IS NULL) = (cosigned_at IS NULL)),
    CHECK ((trouble IS NULL) = (troubled_since IS NULL)),
    CHECK (contradicts IS NULL OR trouble IS NOT NULL)
);
