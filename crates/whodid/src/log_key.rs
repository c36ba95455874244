//! The file with the keys that sign checkpoints of the log: made at the first start, kept outside the data, one key to a
//! line, the newest first, in the form that C2SP signed notes use. Owns that file; what is signed is the engine's affair.

use std::io;
use std::path::{Path, PathBuf};

use engine::Rng;
use proof::{KeyName, Origin, SigningKey};
use store::log::{head, log_key};
use store::{Store, StoreError};
use thiserror::Error;

use crate::{private_file, rights};

/// What is wrong with the file of the log's keys, and what to do.
#[derive(Debug, Error)]
pub(crate) enum LogKeyError {
    /// It is gone, and checkpoints were signed with its keys.
    #[error(
        "checkpoints of this log are signed with the key {key}, and its file {} is not there. Put it back from where its \
         copy is kept, or say with `log_key_file` where it is. Nothing was changed. If it is lost for good, \
         `whodid log new-key` goes on with a new one and records that it did", path.display()
    )]
    Missing { path: PathBuf, key: String },
    /// Its keys are of another log.
    #[error(
        "{} holds none of the keys that checkpoints of this log are signed with (the newest is {key}). Put the right file \
         there, or say with `log_key_file` where it is. Nothing was changed", path.display()
    )]
    Other { path: PathBuf, key: String },
    /// Others can read it.
    #[error(
        "the file {} can be read by other users of this machine, who could sign in the name of this log; `chmod 600` it, and \
         if others may have read it, `whodid log new-key` makes a new one", path.display()
    )]
    Open { path: PathBuf },
    /// It is no key file.
    #[error("{} is no file of log keys: {why}. Put the right file there, or say with `log_key_file` where it is", path.display())]
    Malformed { path: PathBuf, why: String },
    /// It cannot be read or made.
    #[error("cannot {what} the file of the log's keys, {}: {source}", path.display())]
    Io {
        path: PathBuf,
        what: &'static str,
        #[source]
        source: io::Error,
    },
    /// The database does not say which keys there were.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys in this file, the newest first; none without a file.
pub(crate) fn read(path: &Path) -> Result<Vec<SigningKey>, LogKeyError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(path, "read")(source)),
    };
    if rights::is_open(path) != Some(false) {
        return Err(LogKeyError::Open { path: path.to_owned() });
    }
    let malformed = |why: String| LogKeyError::Malformed {
        path: path.to_owned(),
        why,
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let keys = lines.enumerate().map(|(at, line)| {
        let key = SigningKey::parse(line.trim());
        key.map_err(|why| malformed(format!("line {}: {why}", at + 1)))
    });
    let keys: Vec<SigningKey> = keys.collect::<Result<_, _>>()?;
    match (
        keys.first(),
        keys.iter().find(|key| key.public().name() != keys[0].public().name()),
    ) {
        (None, _) => Err(malformed("it is empty".to_owned())),
        (_, Some(_)) => Err(malformed("its keys have different names".to_owned())),
        _ => Ok(keys),
    }
}

/// The keys of an installation; the first is made if there was never one.
pub(crate) async fn open(path: &Path, store: &Store, rng: &dyn Rng) -> Result<Vec<SigningKey>, LogKeyError> {
    let known = known(store).await?;
    let keys = read(path)?;
    match (known.last(), keys.is_empty()) {
        (None, true) => {
            let installation = head::installation_name(&mut store.glance().await?).await?;
            let name = format!("whodid/{}", installation.unwrap_or_default());
            let name = name.parse::<KeyName>().map_err(|why| LogKeyError::Malformed {
                path: path.to_owned(),
                why: why.to_string(),
            })?;
            let keys = vec![SigningKey::from_seed(name, &rng.key())];
            write(path, &keys)?;
            tracing::info!(
                path = %path.display(),
                "made the key that signs checkpoints of the log; keep a copy of it, but not beside copies of the data"
            );
            Ok(keys)
        }
        _ => held(path, &known, &keys).map(|()| keys),
    }
}

/// What is wrong with the file for this database, if something is: nothing is made.
pub(crate) async fn missing(path: &Path, store: &Store) -> Option<LogKeyError> {
    match (known(store).await, read(path)) {
        (Ok(known), Ok(keys)) => held(path, &known, &keys).err(),
        (Err(error), _) => Some(error.into()),
        (_, Err(error)) => Some(error),
    }
}

/// Whether one of the keys that were used is held, if any was.
fn held(path: &Path, known: &[String], keys: &[SigningKey]) -> Result<(), LogKeyError> {
    let Some(key) = known.last().cloned() else {
        return Ok(());
    };
    let path = path.to_owned();
    match keys.iter().any(|held| known.contains(&held.public().to_string())) {
        true => Ok(()),
        false if keys.is_empty() => Err(LogKeyError::Missing { path, key }),
        false => Err(LogKeyError::Other { path, key }),
    }
}

/// Puts a new key in front of those in the file; its name is that of the ones before.
pub(crate) async fn renew(path: &Path, store: &Store, rng: &dyn Rng) -> Result<Vec<SigningKey>, LogKeyError> {
    let mut keys = read(path)?;
    let name = match (keys.first(), known(store).await?.last()) {
        (Some(key), _) => key.public().name().clone(),
        (None, Some(vkey)) => {
            let malformed = |why: proof::KeyError| LogKeyError::Malformed {
                path: path.to_owned(),
                why: why.to_string(),
            };
            vkey.parse::<proof::VerifyingKey>().map_err(malformed)?.name().clone()
        }
        (None, None) => return open(path, store, rng).await,
    };
    keys.insert(0, SigningKey::from_seed(name, &rng.key()));
    write(path, &keys)?;
    Ok(keys)
}

/// The name of the log, which is that of its keys.
pub(crate) fn origin(keys: &[SigningKey], path: &Path) -> Result<Origin, LogKeyError> {
    let name = keys
        .first()
        .map(|key| key.public().name().to_string())
        .unwrap_or_default();
    name.parse()
        .map_err(|why: proof::CheckpointError| LogKeyError::Malformed {
            path: path.to_owned(),
            why: why.to_string(),
        })
}

/// The public keys that were used, the newest last.
async fn known(store: &Store) -> Result<Vec<String>, StoreError> {
    let known = log_key::list(&mut store.glance().await?).await?;
    Ok(known.into_iter().map(|key| key.vkey).collect())
}

fn write(path: &Path, keys: &[SigningKey]) -> Result<(), LogKeyError> {
    let text: String = keys.iter().map(|key| key.to_secret_text() + "\n").collect();
    private_file::write(path, &text).map_err(failed(path, "make"))
}

fn failed(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> LogKeyError {
    move |source| LogKeyError::Io {
        path: path.to_owned(),
        what,
        source,
    }
}
