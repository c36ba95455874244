//! Keys, trees and hostile bytes for the tests of this crate.

use proptest::prelude::*;

use crate::{Checkpoint, CosigningKey, Hash, Origin, SignedCheckpoint, SigningKey, leaf_hash, root_of};

pub(crate) const ORIGIN: &str = "example.com/log";

pub(crate) fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

pub(crate) fn origin() -> Origin {
    ORIGIN.parse().unwrap()
}

pub(crate) fn log_key() -> SigningKey {
    key(1)
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN.parse().unwrap(), &[seed; 32])
}

pub(crate) fn witness_key(seed: u8) -> CosigningKey {
    CosigningKey::from_seed(format!("witness.example/w{seed}").parse().unwrap(), &[seed; 32])
}

/// The checkpoint of the tree of the first `count` leaves, signed by the log's key.
pub(crate) fn checkpoint(count: usize) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(origin(), count as u64, root_of(&leaves(count)));
    checkpoint.sign(&[&log_key()]).unwrap()
}

/// What somebody may do to the bytes of a file: change one, leave some out, put some in, or write others.
pub(crate) fn damaged(whole: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let (flipped, cut, grown) = (whole.clone(), whole.clone(), whole);
    let at = || any::<prop::sample::Index>();
    prop_oneof![
        (at(), any::<u8>()).prop_map(move |(at, byte)| {
            let mut bytes = flipped.clone();
            bytes[at.index(flipped.len())] = byte;
            bytes
        }),
        (at(), at()).prop_map(move |(from, to)| {
            let (from, to) = (from.index(cut.len()), to.index(cut.len()));
            [&cut[..from.min(to)], &cut[from.max(to)..]].concat()
        }),
        (
            at(),
            prop::sample::select(vec!["\n", "\n\n", "0", " ", "+", "=", "\u{2014} a b\n", "\u{0}", "\""])
        )
            .prop_map(move |(at, text)| {
                let at = at.index(grown.len());
                [&grown[..at], text.as_bytes(), &grown[at..]].concat()
            }),
        prop::collection::vec(any::<u8>(), 0..200),
        "[\n\u{2014} a-z0-9+/=]{0,80}".prop_map(String::into_bytes),
    ]
}
