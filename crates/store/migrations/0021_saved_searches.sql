-- Views of the log that somebody keeps under a name: a query with its range and columns, for one kind of log.
CREATE TABLE saved_search (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'srch\_%' ESCAPE '\'),
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    -- NFKC and lower case: nobody has two of one name.
    name_key TEXT NOT NULL,
    -- Whose log it is looked at in: one's own, one person's, a group's, everybody's.
    scope TEXT NOT NULL CHECK (scope IN ('me', 'user', 'group', 'everything')),
    query TEXT NOT NULL,
    -- As it stands in the address of a view; empty where it is open.
    range_from TEXT NOT NULL,
    range_to TEXT NOT NULL,
    -- Columns by name, separated by commas, and how close rows stand; empty for what its reader keeps.
    columns TEXT NOT NULL,
    density TEXT NOT NULL CHECK (density IN ('', 'usual', 'compact')),
    shows_reads BIGINT NOT NULL CHECK (shows_reads IN (0, 1)),
    -- The group whose members see it as well.
    shared_with TEXT REFERENCES user_group (id) ON DELETE SET NULL,
    -- Whether its owner's logs of this kind begin with it.
    is_default BIGINT NOT NULL CHECK (is_default IN (0, 1)),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, name_key)
);
-- One default for each kind of log.
CREATE UNIQUE INDEX saved_search_default ON saved_search (account_id, scope) WHERE is_default = 1;
CREATE INDEX saved_search_shared ON saved_search (shared_with, name_key, id);
