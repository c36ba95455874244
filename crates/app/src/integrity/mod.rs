//! That the log is what it was: its signed checkpoints, proofs from its tree, and verifying all of it. What anybody may ask
//! without an account are hashes alone, which say nothing of anybody.

mod courier;
mod prove;
mod public;
mod sources;
mod state;
mod verify;

pub use courier::HttpCourier;
pub use engine::{
    Folded, Gap, KeptCheckpoint, Late, LogKey, NamedNumbering, Numbering, NumberingId, NumberingTotal, Proof, SourceOf,
    WitnessState,
};
pub use prove::prove;
pub use public::{PublicError, checkpoint, checkpoint_now, consistency, keys, tile};
pub use sources::sources;
pub use state::{Integrity, checkpoints, state};
pub use store::log::{Verification, WitnessRow};
pub use verify::{Verifying, begin_verifying, keep_verifying, verify, verify_due};

pub(crate) use verify::Verifier;
