//! The text of a key: `whodid_` or `whodid_app_`, 160 random bits, and a checksum by which scanners for leaked
//! secrets know it.

use data_encoding::BASE32HEX_NOPAD;
use sha2::{Digest as _, Sha256};

use crate::App;

/// What a key of the API begins with.
pub(crate) const API: &str = "whodid_";
/// What the key of an application begins with.
pub(crate) const APPLICATION: &str = "whodid_app_";
const RANDOM: usize = 32;
const CHECKSUM: usize = 7;
/// Characters of a key that are kept to recognise it by.
const HINT: usize = 6;

/// A new key that begins with `prefix`.
pub(crate) fn new(app: &App, prefix: &str) -> String {
    let mut bytes = [0_u8; 20];
    app.rng().fill(&mut bytes);
    let random = BASE32HEX_NOPAD.encode(&bytes).to_ascii_lowercase();
    let checksum = checksum(prefix, &random);
    format!("{prefix}{random}{checksum}")
}

/// The beginning of a key, to recognise it by.
pub(crate) fn hint(prefix: &str, token: &str) -> String {
    token.chars().take(prefix.len() + HINT).collect()
}

/// Whether a text can be a key that begins with `prefix`; nothing else is looked up.
pub(crate) fn is_well_formed(prefix: &str, token: &str) -> bool {
    token
        .strip_prefix(prefix)
        .filter(|rest| rest.len() == RANDOM + CHECKSUM && rest.is_ascii())
        .is_some_and(|rest| {
            let (random, given) = rest.split_at(RANDOM);
            checksum(prefix, random) == given
        })
}

fn checksum(prefix: &str, random: &str) -> String {
    let digest = Sha256::digest([prefix.as_bytes(), random.as_bytes()].concat());
    BASE32HEX_NOPAD
        .encode(&digest[..5])
        .to_ascii_lowercase()
        .chars()
        .take(CHECKSUM)
        .collect()
}
