-- Groups of users, one level of subgroups, and invitations to them.

CREATE TABLE user_group (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'grp\_%' ESCAPE '\'),
    -- The group this is a subgroup of; that one has none itself.
    parent_id TEXT REFERENCES user_group (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    -- NFKC and lower case: what it is found and ordered by.
    name_key TEXT NOT NULL,
    -- Whether its members, and those of its subgroups, need a second factor.
    requires_second_factor BIGINT NOT NULL DEFAULT 0 CHECK (requires_second_factor IN (0, 1)),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    CHECK (parent_id <> id)
);
CREATE INDEX user_group_by_name ON user_group (name_key, id);
CREATE INDEX user_group_children ON user_group (parent_id, name_key, id);

-- Where a typed beginning may match a group: its name from every one of its words on.
CREATE TABLE group_word (
    word TEXT NOT NULL,
    group_id TEXT NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    PRIMARY KEY (word, group_id)
) WITHOUT ROWID;
CREATE INDEX group_word_of ON group_word (group_id, word);

CREATE TABLE group_member (
    group_id TEXT NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'administrator', 'member')),
    joined_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    -- The account's, so that the members of a group are paged in order of their names.
    name_key TEXT NOT NULL,
    PRIMARY KEY (group_id, account_id)
);
CREATE INDEX group_member_by_name ON group_member (group_id, name_key, account_id);
CREATE INDEX group_member_of ON group_member (account_id, group_id);
-- The few who manage a group: found without walking its members, and no group loses its last owner unseen.
CREATE INDEX group_member_managers ON group_member (group_id, name_key, account_id) WHERE role <> 'member';

-- The group a person works in unless they say otherwise. Ends with the membership.
CREATE TABLE default_group (
    account_id TEXT NOT NULL PRIMARY KEY,
    group_id TEXT NOT NULL,
    FOREIGN KEY (group_id, account_id) REFERENCES group_member (group_id, account_id) ON DELETE CASCADE
);
CREATE INDEX default_group_of ON default_group (group_id, account_id);

-- An invitation that waits. Accepting, declining or deleting it deletes the row.
CREATE TABLE group_invitation (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'inv\_%' ESCAPE '\'),
    group_id TEXT NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'administrator', 'member')),
    token_hash BLOB NOT NULL UNIQUE,
    -- Who sent it, by id and as they were named then.
    invited_by TEXT NOT NULL,
    invited_by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (group_id, email_key)
);
CREATE INDEX group_invitation_newest ON group_invitation (group_id, created_at, id);
CREATE INDEX group_invitation_to ON group_invitation (email_key, created_at, id);
CREATE INDEX group_invitation_expiry ON group_invitation (expires_at);

-- How many invitations an account has sent on a day (days since 1970), deleted ones too: they are mails to strangers.
CREATE TABLE group_invitations_sent (
    account_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (account_id, day)
);
