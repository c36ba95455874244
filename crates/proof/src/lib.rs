//! The RFC 6962 Merkle tree of the log and what is said of it to others: roots, proofs and their verification, and the
//! public forms of transparency logs for checkpoints, cosignatures, tiles and proof files.
//!
//! Pure: works on hashes and bytes alone, takes time and seeds from its caller, and refuses hostile input with an error.
//! What a leaf commits to is the activity crate's; where hashes are kept is the volume's.

mod checkpoint;
mod compact;
mod consistency;
mod cosignature;
mod cover;
mod frontier;
mod hash;
mod inclusion;
mod manifest;
mod note;
mod retention;
mod source;
mod statement;
mod text;
mod tiles;
mod tlog_proof;
mod witness;

pub use checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
pub use compact::{CompactRange, NotAdjacent};
pub use consistency::{consistency_proof, verify_consistency};
pub use cosignature::{Cosignature, PosixTime};
pub use cover::{CoverError, CoverProofError, cover_proof, root_by_cover};
pub use frontier::{Frontier, MalformedFrontier};
pub use hash::{EMPTY_ROOT, Hash, leaf_hash, node_hash};
pub use inclusion::{inclusion_proof, verify_inclusion};
pub use manifest::{FileName, Manifest, ManifestError, Moment, PartError};
pub use note::{
    Algorithm, CosigningKey, KeyError, KeyId, KeyName, MAX_NOTE_BYTES, MAX_SIGNATURES, NameError, Note, NoteError,
    PublicKey, SecretKey, Signature, SignatureError, SigningKey, Verified, VerifyingKey, WitnessKey,
};
pub use retention::{RetentionCut, RetentionNote, RetentionNoteError};
pub use source::{NodeSource, OutsideTree, ProofError, root_at, root_of};
pub use statement::{Statement, StatementError};
pub use tiles::{
    Tile, TileError, TileReader, TileSource, TileSourceError, audit_tiles, tile_bytes, tiles_between, tiles_of,
};
pub use tlog_proof::{MAX_PROOF_BYTES, TlogProof, TlogProofError};
pub use witness::{
    Accepted, AddCheckpoint, Answer, AnswerError, CONFLICT_TYPE, KnownLog, MAX_CONSISTENCY_LINES, MAX_REQUEST_BYTES,
    Refusal, RequestError, Seen, read_answer,
};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tests;
