//! Ids made of what other systems wrote, which may be of any length.

use activity::limits;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// An id of at most as many bytes as one may have; a longer one ends with its digest.
pub(crate) fn bounded(id: String) -> String {
    if id.len() <= limits::ID_BYTES {
        return id;
    }
    let digest = HEXLOWER.encode(Sha256::digest(&id).get(..8).unwrap_or_default());
    let end = (0..=230).rev().find(|end| id.is_char_boundary(*end)).unwrap_or(0);
    format!("{}~{digest}", &id[..end])
}
