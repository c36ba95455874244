//! The file outside the data that says of everybody who was erased that somebody was: a copy of the data from before knows
//! nothing of it, and whoever puts that back erases them again by it. Owns its form: a line for each erasure, with its
//! number, when it was requested, and salt and salted hash of the person's id. Lines are only ever added.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use activity::Time;
use data_encoding::HEXLOWER;
pub use store::log::erasure::Tombstone;

use crate::LogError;

/// What the file begins with.
const BEGIN: &str = "whodid-erasures-1";

/// The tombstones in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tombstones {
    /// Those that can be read, in the order in which they came.
    pub all: Vec<Tombstone>,
    /// The numbers of lines, from 1, that are none.
    pub unreadable: Vec<usize>,
}

/// Reads such a file; nothing where there is none.
///
/// # Errors
/// If it cannot be read, or is no such file.
pub fn read_tombstones(path: &Path) -> Result<Tombstones, LogError> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Tombstones::default()),
        text => text.map_err(|error| failed(path, error.to_string()))?,
    };
    let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.is_empty());
    match lines.next() {
        None => return Ok(Tombstones::default()),
        Some((BEGIN, _)) => {}
        Some(_) => return Err(failed(path, format!("it does not begin with {BEGIN}"))),
    }
    let mut found = Tombstones::default();
    for (line, number) in lines {
        match parse(line) {
            Some(tombstone) => found.all.push(tombstone),
            None => found.unreadable.push(number),
        }
    }
    Ok(found)
}

/// Such a file, which this process adds to.
#[derive(Debug)]
pub(crate) struct TombstoneFile {
    path: PathBuf,
    adding: Mutex<()>,
}

impl TombstoneFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            adding: Mutex::default(),
        }
    }

    /// Adds those of these that are not in it, durably.
    pub(crate) fn add(&self, tombstones: &[Tombstone]) -> Result<(), LogError> {
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read_tombstones(&self.path)?;
        let new: Vec<&Tombstone> = tombstones.iter().filter(|new| !known.all.contains(new)).collect();
        if new.is_empty() {
            return Ok(());
        }
        // Behind what broke off in the middle of a line, that line ends.
        let mut text = String::from("\n");
        if known == Tombstones::default() {
            text = format!("{BEGIN}\n");
        }
        new.iter().for_each(|new| text.push_str(&line(new)));
        self.append(&text)
            .map_err(|error| failed(&self.path, error.to_string()))
    }

    fn append(&self, text: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        std::fs::File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    }
}

fn line(of: &Tombstone) -> String {
    let (salt, hash) = (HEXLOWER.encode(&of.salt), HEXLOWER.encode(&of.hash));
    format!("{} {} {salt} {hash}\n", of.id, of.requested_at)
}

fn parse(line: &str) -> Option<Tombstone> {
    let mut words = line.split(' ');
    let id = words.next()?.parse().ok()?;
    let requested_at = Time::parse(words.next()?).ok()?;
    let mut bytes = || <[u8; 32]>::try_from(HEXLOWER.decode(words.next()?.as_bytes()).ok()?).ok();
    let (salt, hash) = (bytes()?, bytes()?);
    words.next().is_none().then_some(Tombstone {
        id,
        requested_at,
        salt,
        hash,
    })
}

fn failed(path: &Path, why: String) -> LogError {
    LogError::Tombstones {
        path: path.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tombstone(id: u64) -> Tombstone {
        let byte = u8::try_from(id % 251).unwrap();
        Tombstone {
            id,
            requested_at: Time(i64::try_from(id % 1_000_000).unwrap() * 1_234_567),
            salt: [byte; 32],
            hash: [byte ^ 0x5a; 32],
        }
    }

    proptest! {
        #[test]
        fn what_is_added_is_read_back_wherever_an_earlier_line_broke_off(ids in proptest::collection::vec(0_u64..1_000_000, 1..8), cut in 0_usize..400) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("data.erasures");
            let file = TombstoneFile::new(path.clone());
            let all: Vec<Tombstone> = ids.iter().map(|id| tombstone(*id)).collect();
            file.add(&all).unwrap();
            let text = std::fs::read(&path).unwrap();
            let kept = text.len().saturating_sub(cut).max(BEGIN.len() + 1);
            std::fs::write(&path, &text[..kept]).unwrap();
            file.add(&all).unwrap();
            file.add(&all).unwrap();
            let read = read_tombstones(&path).unwrap();
            prop_assert!(all.iter().all(|one| read.all.contains(one)));
            prop_assert!(read.all.iter().all(|one| all.contains(one)));
            prop_assert!(read.unreadable.len() <= 1);
        }
    }

    #[test]
    fn another_file_is_neither_read_nor_added_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data.erasures");
        std::fs::write(&path, "notes of mine\n").unwrap();
        assert!(matches!(read_tombstones(&path), Err(LogError::Tombstones { .. })));
        assert!(TombstoneFile::new(path.clone()).add(&[tombstone(1)]).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"notes of mine\n");
    }
}
