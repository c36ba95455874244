//! Secrets that have to be readable again, at rest: wrapped with a key that is kept outside the database, so that a copy
//! of the database opens nothing. What is only compared (passwords, tokens, recovery codes) is stored as a hash instead.
//!
//! AES-256-GCM-SIV (RFC 8452), which a repeated nonce does not break. What is wrapped names its key, and is bound to the
//! cell of the database it is in: moved to another it does not open.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{constant_time, hmac};
use data_encoding::HEXLOWER;
use engine::Rng;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The first byte of what is wrapped this way: algorithm and form.
const VERSION: u8 = 1;
const ID_LEN: usize = 8;
const HEAD_LEN: usize = 1 + ID_LEN + NONCE_LEN;
/// Bytes of a tag: what cannot be guessed online or offline.
pub(crate) const TAG_LEN: usize = 16;

/// What tells keys apart, and nothing about them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; ID_LEN]);

impl KeyId {
    /// The id in these bytes; `None` if they are none.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A place in the database: what is wrapped for one does not open in another.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    table: &'static str,
    column: &'static str,
    row: &'a str,
}

impl<'a> Cell<'a> {
    /// The secret of an account's authenticator app.
    #[must_use]
    pub fn totp_secret(account_id: &'a str) -> Self {
        Self {
            table: "second_factor",
            column: "totp_secret",
            row: account_id,
        }
    }

    /// The text of a mail or SMS.
    #[must_use]
    pub fn mail_body(mail_id: &'a str) -> Self {
        Self {
            table: "mail",
            column: "sealed_body",
            row: mail_id,
        }
    }

    /// No name of a table or column has a zero byte, so no two cells read the same.
    fn bound(&self) -> Aad<Vec<u8>> {
        Aad::from(format!("whodid\0{}\0{}\0{}", self.table, self.column, self.row).into_bytes())
    }
}

/// Why something does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unopened {
    /// Another key has wrapped it.
    #[error("it is wrapped with the key {0}, which is not the one in the key file")]
    OtherKey(KeyId),
    /// It was changed, moved, or never wrapped.
    #[error("it was not wrapped by this program for this place, or it was changed since")]
    Damaged,
}

/// The key that wraps secrets. Cheap to clone.
#[derive(Clone)]
pub struct SecretKey {
    id: KeyId,
    key: std::sync::Arc<LessSafeKey>,
    /// Derived from the key, so that what it authenticates says nothing about what the key wraps.
    mac: hmac::Key,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.id)
    }
}

impl SecretKey {
    /// The key of these 256 random bits.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        let digest: [u8; 32] = Sha256::new_with_prefix(b"whodid secret key\0")
            .chain_update(bytes)
            .finalize()
            .into();
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&digest[..ID_LEN]);
        let key = UnboundKey::new(&AES_256_GCM_SIV, bytes).expect("the algorithm takes keys of 32 bytes");
        Self {
            id: KeyId(id),
            key: std::sync::Arc::new(LessSafeKey::new(key)),
            mac: hmac::Key::new(
                hmac::HMAC_SHA256,
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"whodid tags\0").as_ref(),
            ),
        }
    }

    /// What tells it from others.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Wraps `clear` for this cell: version, key id, nonce, ciphertext and tag.
    #[must_use]
    pub fn seal(&self, rng: &dyn Rng, cell: Cell<'_>, clear: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut sealed = clear.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), cell.bound(), &mut sealed)
            .expect("the algorithm takes whatever fits into memory");
        let mut whole = Vec::with_capacity(HEAD_LEN + sealed.len());
        whole.push(VERSION);
        whole.extend_from_slice(&self.id.0);
        whole.extend_from_slice(&nonce);
        whole.append(&mut sealed);
        whole
    }

    /// What only a holder of this key can make from `text` for this purpose: HMAC-SHA-256, its first 16 bytes.
    #[must_use]
    pub fn tag(&self, purpose: &str, text: &[u8]) -> [u8; TAG_LEN] {
        let mut mac = hmac::Context::with_key(&self.mac);
        // No purpose has a zero byte, so no two pairs read the same.
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(text);
        let mut tag = [0; TAG_LEN];
        tag.copy_from_slice(&mac.sign().as_ref()[..TAG_LEN]);
        tag
    }

    /// Whether this key made this tag, told in the same time for every wrong one.
    #[must_use]
    pub fn made(&self, tag: &[u8], purpose: &str, text: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.tag(purpose, text), tag).is_ok()
    }

    /// What was wrapped for this cell.
    ///
    /// # Errors
    /// If another key wrapped it, or it is not what was wrapped for this cell.
    pub fn open(&self, cell: Cell<'_>, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        let (head, body) = sealed.split_at_checked(HEAD_LEN).ok_or(Unopened::Damaged)?;
        let (id, nonce) = head[1..].split_at(ID_LEN);
        if head[0] != VERSION {
            return Err(Unopened::Damaged);
        }
        match KeyId::of_bytes(id) {
            Some(id) if id == self.id => {}
            Some(id) => return Err(Unopened::OtherKey(id)),
            None => return Err(Unopened::Damaged),
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened::Damaged)?;
        let mut body = body.to_vec();
        let length = match self.key.open_in_place(nonce, cell.bound(), &mut body) {
            Ok(clear) => clear.len(),
            Err(_) => return Err(Unopened::Damaged),
        };
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use engine::SeededRng;

    use super::*;

    #[test]
    fn what_is_wrapped_opens_with_its_key_in_its_place_unchanged_and_nowhere_else() {
        let (rng, key, other) = (SeededRng::new(1), SecretKey::new(&[1; 32]), SecretKey::new(&[2; 32]));
        for clear in [&b""[..], b"12345678901234567890", &[0; 100_000]] {
            let sealed = key.seal(&rng, Cell::totp_secret("usr_1"), clear);
            assert_eq!(key.open(Cell::totp_secret("usr_1"), &sealed).as_deref(), Ok(clear));
            assert_eq!(key.open(Cell::totp_secret("usr_2"), &sealed), Err(Unopened::Damaged));
            assert_eq!(key.open(Cell::mail_body("usr_1"), &sealed), Err(Unopened::Damaged));
            assert_eq!(
                other.open(Cell::totp_secret("usr_1"), &sealed),
                Err(Unopened::OtherKey(key.id()))
            );
            assert_ne!(
                key.seal(&rng, Cell::totp_secret("usr_1"), clear),
                sealed,
                "the nonce is another"
            );
        }
        let sealed = key.seal(&rng, Cell::mail_body("mail_1"), b"a link");
        assert!(!sealed.windows(6).any(|part| part == b"a link"));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(Cell::mail_body("mail_1"), &changed).is_err(), "byte {at}");
            assert!(
                key.open(Cell::mail_body("mail_1"), &sealed[..at]).is_err(),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn a_key_shows_only_its_id() {
        let key = SecretKey::new(&[7; 32]);
        assert_eq!(format!("{key:?}"), format!("SecretKey({})", key.id()));
        assert_eq!(key.id().to_string().len(), 16);
        assert_ne!(key.id(), SecretKey::new(&[8; 32]).id());
    }
}
