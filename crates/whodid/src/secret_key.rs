//! The file with the key that wraps secrets at rest: made at the first start, kept outside the data, never overwritten
//! and never deleted. Owns its form; what is wrapped with it is the use cases' affair.

use std::io;
use std::path::{Path, PathBuf};

use app::{KeyId, SecretKey};
use data_encoding::HEXLOWER;
use engine::{Clock as _, Rng, SystemClock};
use store::{Store, StoreError, secret_key};
use thiserror::Error;

use crate::{private_file, rights};

/// What the file begins with; 64 hex digits and a line end follow.
const BEGIN: &str = "whodid-secret-key-1:";

/// What is wrong with the key file, and what to do.
#[derive(Debug, Error)]
pub(crate) enum KeyError {
    /// It is gone, and secrets are wrapped with it.
    #[error(
        "the secrets of this installation (authenticator apps, waiting mails) are wrapped with the key {id}, and its \
         file {} is not there. Put it back from where its copy is kept, or say with `secret_key_file` where it is. \
         Nothing was changed. If it is lost for good, `whodid key replace` goes on with a new one",
        path.display()
    )]
    Missing { path: PathBuf, id: KeyId },
    /// It is another one.
    #[error(
        "{} holds the key {found}, and the secrets of this installation (authenticator apps, waiting mails) are wrapped \
         with the key {wanted}. Put the file of that key in its place, or say with `secret_key_file` where it is. \
         Nothing was changed. If it is lost for good, `whodid key replace` goes on with the one that is there",
        path.display()
    )]
    Other { path: PathBuf, found: KeyId, wanted: KeyId },
    /// Others can read it.
    #[error(
        "the key file {} can be read by other users of this machine; `chmod 600` it. If others may have read it, the \
         secrets it wraps are known to whoever also has a copy of the database",
        path.display()
    )]
    Open { path: PathBuf },
    /// It is no key file.
    #[error("{} is no key file of Whodid: it should be one line, {BEGIN} and 64 hex digits. Put the right file there, or say with `secret_key_file` where it is", path.display())]
    Malformed { path: PathBuf },
    /// It cannot be read.
    #[error("cannot read the key file {}: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// It cannot be made.
    #[error(
        "cannot make the key file {}: {source}. It wraps secrets of the database and so is kept outside the data \
         directory; say with `secret_key_file` where this user may make it",
        path.display()
    )]
    Make {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The database does not say which key it needs.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key in this file; `None` without a file.
pub(crate) fn read(path: &Path) -> Result<Option<SecretKey>, KeyError> {
    let failed = |source| KeyError::Read {
        path: path.to_owned(),
        source,
    };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Earlier builds wrote in place: where that broke off before the first byte, there is no key.
    if text.is_empty() {
        return Ok(None);
    }
    if rights::is_open(path) != Some(false) {
        return Err(KeyError::Open { path: path.to_owned() });
    }
    let digits = text.trim_ascii().strip_prefix(BEGIN.as_bytes());
    let bytes = digits.and_then(|digits| HEXLOWER.decode(digits).ok());
    let key: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    match key {
        Some(key) => Ok(Some(SecretKey::new(&key))),
        None => Err(KeyError::Malformed { path: path.to_owned() }),
    }
}

/// Which key the database needs; `None` if it has nothing that is wrapped.
pub(crate) async fn needed(store: &Store) -> Result<Option<KeyId>, StoreError> {
    let mut read = store.glance().await?;
    Ok(secret_key::get(&mut read).await?.and_then(|id| KeyId::of_bytes(&id)))
}

/// Whether this is the key the database needs.
pub(crate) fn compare(path: &Path, found: Option<&SecretKey>, needed: Option<KeyId>) -> Result<(), KeyError> {
    let path = || path.to_owned();
    match (found.map(SecretKey::id), needed) {
        (_, None) => Ok(()),
        (Some(found), Some(needed)) if found == needed => Ok(()),
        (Some(found), Some(wanted)) => Err(KeyError::Other {
            path: path(),
            found,
            wanted,
        }),
        (None, Some(id)) => Err(KeyError::Missing { path: path(), id }),
    }
}

/// The key of an installation, made if there was never one.
pub(crate) async fn open(path: &Path, store: &Store, rng: &dyn Rng) -> Result<SecretKey, KeyError> {
    let (found, needed) = (read(path)?, needed(store).await?);
    compare(path, found.as_ref(), needed)?;
    match found {
        Some(key) if needed.is_some() => Ok(key),
        found => adopt(path, found, store, rng).await,
    }
}

/// Wraps with the key in the file from now on, or with a new one if there is no file. What other keys wrapped stays as
/// it is.
pub(crate) async fn replace(path: &Path, store: &Store, rng: &dyn Rng) -> Result<SecretKey, KeyError> {
    adopt(path, read(path)?, store, rng).await
}

async fn adopt(path: &Path, found: Option<SecretKey>, store: &Store, rng: &dyn Rng) -> Result<SecretKey, KeyError> {
    let key = match found {
        Some(key) => key,
        None => make(path, rng).map_err(|source| KeyError::Make {
            path: path.to_owned(),
            source,
        })?,
    };
    let mut tx = store.begin().await?;
    secret_key::set(&mut tx, key.id().as_bytes(), SystemClock.now()).await?;
    tx.commit().await?;
    Ok(key)
}

/// Makes the file, whole and on the disk before anything is wrapped with the key.
fn make(path: &Path, rng: &dyn Rng) -> io::Result<SecretKey> {
    let bytes = rng.key();
    private_file::write(path, &format!("{BEGIN}{}\n", HEXLOWER.encode(&bytes)))?;
    tracing::info!(
        path = %path.display(),
        "made the key that wraps secrets of the database; keep a copy of it, but not beside copies of the data"
    );
    Ok(SecretKey::new(&bytes))
}
