//! The text of a key: `whodid_`, 160 random bits, and a checksum by which scanners for leaked secrets know it.

use data_encoding::BASE32HEX_NOPAD;
use sha2::{Digest as _, Sha256};

use crate::App;

const PREFIX: &str = "whodid_";
const RANDOM: usize = 32;
const CHECKSUM: usize = 7;
/// Characters of a key that are kept to recognise it by.
const HINT: usize = PREFIX.len() + 6;

/// A new key.
pub(super) fn new(app: &App) -> String {
    let mut bytes = [0_u8; 20];
    app.rng().fill(&mut bytes);
    let random = BASE32HEX_NOPAD.encode(&bytes).to_ascii_lowercase();
    let checksum = checksum(&random);
    format!("{PREFIX}{random}{checksum}")
}

/// The beginning of a key, to recognise it by.
pub(super) fn hint(token: &str) -> String {
    token.chars().take(HINT).collect()
}

/// Whether a text can be a key; nothing else is looked up.
pub(super) fn is_well_formed(token: &str) -> bool {
    token
        .strip_prefix(PREFIX)
        .filter(|rest| rest.len() == RANDOM + CHECKSUM && rest.is_ascii())
        .is_some_and(|rest| {
            let (random, given) = rest.split_at(RANDOM);
            checksum(random) == given
        })
}

fn checksum(random: &str) -> String {
    let digest = Sha256::digest([PREFIX.as_bytes(), random.as_bytes()].concat());
    BASE32HEX_NOPAD
        .encode(&digest[..5])
        .to_ascii_lowercase()
        .chars()
        .take(CHECKSUM)
        .collect()
}
