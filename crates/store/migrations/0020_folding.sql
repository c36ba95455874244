-- By which folding the names and words that people and groups are found by were made. Those of an earlier one are made
-- anew when the server starts.
CREATE TABLE folding (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO folding (id, version) VALUES (1, 0);
