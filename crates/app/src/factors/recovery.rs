//! Recovery codes: 120 random bits each, shown once, kept as hashes, used once.

use data_encoding::BASE32;
use sha2::{Digest as _, Sha256};
use store::factors::recovery_code;

use crate::{App, Tx, Unavailable};

/// How many there are.
const CODES: usize = 10;
/// Random bytes of each: enough that a plain hash cannot be turned back.
const BYTES: usize = 15;

/// Replaces the codes of an account and returns the new ones.
pub(super) async fn replace(app: &App, tx: &mut Tx, account_id: &str) -> Result<Vec<String>, Unavailable> {
    let codes: Vec<String> = (0..CODES).map(|_| new_code(app)).collect();
    let hashes: Vec<[u8; 32]> = codes.iter().map(|code| hash(code)).collect();
    recovery_code::replace(tx, account_id, &hashes, app.now()).await?;
    Ok(codes)
}

/// What is stored of a code, however its letters and dashes were typed.
pub(super) fn hash(code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .take(64)
        .collect();
    Sha256::digest(plain.as_bytes()).into()
}

fn new_code(app: &App) -> String {
    let mut bytes = [0; BYTES];
    app.rng().fill(&mut bytes);
    let letters: Vec<char> = BASE32.encode(&bytes).to_ascii_lowercase().chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join("-")
}
