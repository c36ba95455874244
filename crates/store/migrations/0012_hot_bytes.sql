-- What is hot is bounded in bytes as well as in number.

-- What the activities from log_head.sealed on weigh: the bytes of their texts and a share for each entry of a list.
ALTER TABLE log_head ADD COLUMN hot_bytes BIGINT NOT NULL DEFAULT 0 CHECK (hot_bytes >= 0);
