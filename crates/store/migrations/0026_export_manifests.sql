-- Bytes of what lies beside a kept file: its signed manifest, and the proofs of its rows. NULL where there is none.
ALTER TABLE export ADD COLUMN manifest_bytes BIGINT;
ALTER TABLE export ADD COLUMN proof_bytes BIGINT;
