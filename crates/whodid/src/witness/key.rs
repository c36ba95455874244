//! The file with a witness's key: one line in the form that C2SP signed notes use, for its user alone.

use std::io;
use std::path::{Path, PathBuf};

use engine::Rng;
use proof::{CosigningKey, KeyName};
use thiserror::Error;

use crate::{private_file, rights};

/// What is wrong with a witness's key, and what to do.
#[derive(Debug, Error)]
pub(crate) enum WitnessKeyError {
    /// It is gone, and something was cosigned with it.
    #[error(
        "{} is not there, and the witness {key} cosigned checkpoints with it. Put the file back from where its copy is kept; \
         if it is lost for good, begin anew with another directory for --state, and tell the logs the new key", path.display()
    )]
    Missing { path: PathBuf, key: String },
    /// Others can read it.
    #[error(
        "the file {} can be read by other users of this machine, who could cosign in the name of this witness; `chmod 600` it",
        path.display()
    )]
    Open { path: PathBuf },
    /// It is no key.
    #[error("{} is no key of a witness: {why}", path.display())]
    Malformed { path: PathBuf, why: String },
    /// What it is to be called.
    #[error("`{name}` cannot be the name of a witness: {why}")]
    Name { name: String, why: String },
    /// It cannot be read or made.
    #[error("cannot {what} the file of the witness's key, {}: {source}", path.display())]
    Io {
        path: PathBuf,
        what: &'static str,
        #[source]
        source: io::Error,
    },
}

/// The key in this file; `None` without a file.
pub(super) fn read(path: &Path) -> Result<Option<CosigningKey>, WitnessKeyError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(failed(path, "read")(source)),
    };
    if rights::is_open(path) != Some(false) {
        return Err(WitnessKeyError::Open { path: path.to_owned() });
    }
    let key = CosigningKey::parse(text.trim());
    let malformed = |why: proof::KeyError| WitnessKeyError::Malformed {
        path: path.to_owned(),
        why: why.to_string(),
    };
    key.map(Some).map_err(malformed)
}

/// A new key of this name, or of one that nobody else has.
pub(super) fn new(name: Option<&str>, rng: &dyn Rng) -> Result<CosigningKey, WitnessKeyError> {
    let name = match name {
        Some(name) => name.to_owned(),
        None => {
            let random = u64::from_be_bytes(std::array::from_fn(|at| rng.key()[at]));
            format!("whodid-witness/{random:016x}")
        }
    };
    let parsed = name.parse::<KeyName>();
    let parsed = parsed.map_err(|why| WitnessKeyError::Name {
        name,
        why: why.to_string(),
    })?;
    Ok(CosigningKey::from_seed(parsed, &rng.key()))
}

/// Writes the key.
pub(super) fn write(path: &Path, key: &CosigningKey) -> Result<(), WitnessKeyError> {
    private_file::write(path, &format!("{}\n", key.to_secret_text())).map_err(failed(path, "make"))
}

/// That the key is gone.
pub(super) fn missing(path: &Path, key: &str) -> WitnessKeyError {
    WitnessKeyError::Missing {
        path: path.to_owned(),
        key: key.to_owned(),
    }
}

fn failed(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> WitnessKeyError {
    move |source| WitnessKeyError::Io {
        path: path.to_owned(),
        what,
        source,
    }
}
