//! What a witness cosigned last of each log, on the disk: one file, which is replaced whole. Owns its form and that one
//! process has it. The form, version 1: a line that names it, the witness's public key, a line a log (size, root, name), and
//! the SHA-256 of all lines before.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use proof::{Origin, Seen, WitnessKey};
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::private_file;

const FORM: &str = "whodid-witness/v1";
const FILE: &str = "witness.state";
const LOCK: &str = "witness.lock";

/// What is wrong with the state of a witness, and what to do.
#[derive(Debug, Error)]
pub(crate) enum StateError {
    /// Another process has it.
    #[error("{} is in use by another witness that runs", path.display())]
    InUse { path: PathBuf },
    /// There is a key and nothing that says what was cosigned with it.
    #[error(
        "{} does not say what the witness {key} cosigned, and without that it could contradict itself. Put the file back, or \
         say with --state where it is; if it is lost for good, remove the key: a new one is made, which logs have to be told",
        path.display()
    )]
    Missing { path: PathBuf, key: String },
    /// It is another witness's.
    #[error("{} is of the witness {theirs}, and the key is that of {ours}. Nothing was changed", path.display())]
    Other {
        path: PathBuf,
        theirs: String,
        ours: String,
    },
    /// It is damaged.
    #[error(
        "{} cannot be understood: {why}. Nothing was changed. Put back the file as it was last; an older one would let this \
         witness contradict itself", path.display()
    )]
    Damaged { path: PathBuf, why: &'static str },
    /// It cannot be read or written.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        path: PathBuf,
        what: &'static str,
        #[source]
        source: io::Error,
    },
}

/// What lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Whose it is: the public key as it is written.
    pub(super) key: String,
    /// What was cosigned last of each log.
    pub(super) seen: BTreeMap<Origin, Seen>,
}

/// The directory, which this process has.
#[derive(Debug)]
pub(super) struct Locked {
    path: PathBuf,
    _lock: File,
}

/// What a witness cosigned last, as it is on the disk.
#[derive(Debug)]
pub(super) struct State {
    locked: Locked,
    held: Held,
}

impl State {
    /// Takes the directory, and reads what lies there.
    pub(super) fn lock(directory: &Path) -> Result<(Locked, Option<Held>), StateError> {
        let mut builder = std::fs::DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(directory);
        made.map_err(failed(directory, "make the directory"))?;
        let lock = directory.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(failed(&lock, "make"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let path = directory.to_owned();
                return Err(StateError::InUse { path });
            }
            Err(error) => return Err(failed(&lock, "lock")(error.into())),
        }
        let locked = Locked {
            path: directory.join(FILE),
            _lock: file,
        };
        let held = locked.read()?;
        Ok((locked, held))
    }

    /// What was cosigned last of this log.
    pub(super) fn seen(&self, origin: &Origin) -> Seen {
        self.held.seen.get(origin).copied().unwrap_or_default()
    }

    /// Keeps what is cosigned of this log. After an error it is not known what is on the disk.
    pub(super) fn keep(&mut self, origin: &Origin, seen: Seen) -> Result<(), StateError> {
        let mut next = self.held.clone();
        next.seen.insert(origin.clone(), seen);
        self.locked.write(&next)?;
        self.held = next;
        Ok(())
    }
}

impl Locked {
    /// Refuses what is not this witness's.
    pub(super) fn check(&self, held: Option<&Held>, key: &WitnessKey) -> Result<(), StateError> {
        let (path, ours) = (self.path.clone(), key.to_string());
        match held {
            Some(held) if held.key == ours => Ok(()),
            Some(held) => Err(StateError::Other {
                path,
                theirs: held.key.clone(),
                ours,
            }),
            None => Err(StateError::Missing { path, key: ours }),
        }
    }

    /// Says that this witness cosigned nothing yet.
    pub(super) fn begin(&self, key: &WitnessKey) -> Result<(), StateError> {
        self.write(&Held {
            key: key.to_string(),
            seen: BTreeMap::new(),
        })
    }

    /// The state of this witness, once its key and what lies here belong together.
    pub(super) fn of(self, key: &WitnessKey) -> Result<State, StateError> {
        let held = self.read()?;
        self.check(held.as_ref(), key)?;
        match held {
            Some(held) => Ok(State { locked: self, held }),
            None => Err(StateError::Missing {
                path: self.path,
                key: key.to_string(),
            }),
        }
    }

    fn read(&self) -> Result<Option<Held>, StateError> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(failed(&self.path, "read")(source)),
        };
        let damaged = |why| StateError::Damaged {
            path: self.path.clone(),
            why,
        };
        Held::parse(&text).map(Some).map_err(damaged)
    }

    fn write(&self, held: &Held) -> Result<(), StateError> {
        private_file::write(&self.path, &held.to_text()).map_err(failed(&self.path, "write"))
    }
}

impl Held {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (said, sum) = text
            .strip_suffix('\n')
            .and_then(|text| text.rsplit_once('\n'))
            .ok_or("it has no lines")?;
        let said = format!("{said}\n");
        if sum != sum_of(&said) {
            return Err("it does not have the sum that it names");
        }
        let mut lines = said.lines();
        if lines.next() != Some(FORM) {
            return Err("it is of another form than this program knows");
        }
        let key = lines.next().ok_or("it names no key")?.to_owned();
        let mut seen = BTreeMap::new();
        for line in lines {
            let (origin, one) = log(line).ok_or("a line is no log")?;
            if seen.insert(origin, one).is_some() {
                return Err("a log is named twice");
            }
        }
        Ok(Self { key, seen })
    }

    fn to_text(&self) -> String {
        let mut text = format!("{FORM}\n{}\n", self.key);
        for (origin, seen) in &self.seen {
            text += &format!("{} {} {origin}\n", seen.size, BASE64.encode(&seen.root));
        }
        let sum = sum_of(&text);
        text + &sum + "\n"
    }
}

/// A log as a line names it.
fn log(line: &str) -> Option<(Origin, Seen)> {
    let (size, rest) = line.split_once(' ')?;
    let (root, origin) = rest.split_once(' ')?;
    let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
    let size = size.parse().ok()?;
    Some((origin.parse().ok()?, Seen { size, root }))
}

fn sum_of(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn failed(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io { path, what, source }
}
