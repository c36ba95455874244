//! Copying files so that what is copied is what was written, on the disk, and was read back. Owns no name of a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use engine::FileSum;
use rustix::fs::{Advice, fadvise};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// Bytes read at once.
const PIECE: usize = 1 << 20;

/// Why a file could not be copied.
#[derive(Debug, Error)]
pub(crate) enum Copying {
    /// What was to be copied cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The copy cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A file is not the one that was written there once.
    #[error("{} is not the file that was written: it has {} bytes with the SHA-256 {}, and {} with {} were written",
        path.display(), found.bytes, HEXLOWER.encode(&found.sha256), wanted.bytes, HEXLOWER.encode(&wanted.sha256))]
    Other {
        path: PathBuf,
        found: FileSum,
        wanted: FileSum,
    },
}

impl Copying {
    /// What was to be copied and is not there.
    pub(super) fn gone(&self) -> Option<&Path> {
        match self {
            Self::Read { path, source } if source.kind() == io::ErrorKind::NotFound => Some(path),
            _ => None,
        }
    }

    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write {
            path: path.to_owned(),
            source,
        }
    }
}

/// Copies a file to where there is none, has it on the disk, and reads it back from there. `progress` is told of bytes.
pub(super) fn copy(from: &Path, to: &Path, wanted: &FileSum, progress: &dyn Fn(u64)) -> Result<(), Copying> {
    let mut source = File::open(from).map_err(Copying::read(from))?;
    let mut copy = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(to)
        .map_err(Copying::write(to))?;
    let found = pass(&mut source, from, |piece| {
        progress(piece.len() as u64);
        copy.write_all(piece).map_err(Copying::write(to))
    })?;
    is(from, found, wanted)?;
    copy.sync_all().map_err(Copying::write(to))?;
    drop(copy);
    read_back(to, wanted)
}

/// Holds a file that was just written against its sum, read from the disk where the system lets it be.
pub(super) fn read_back(path: &Path, wanted: &FileSum) -> Result<(), Copying> {
    let file = File::open(path).map_err(Copying::read(path))?;
    // A system that does not know this reads from memory.
    let _ = fadvise(&file, 0, None, Advice::DontNeed);
    is(path, sum_of(file, path, &|_| {})?, wanted)
}

/// Size and SHA-256 of a file.
pub(super) fn sum(path: &Path, progress: &dyn Fn(u64)) -> Result<FileSum, Copying> {
    sum_of(File::open(path).map_err(Copying::read(path))?, path, progress)
}

/// Holds a file against its sum.
pub(super) fn check(path: &Path, wanted: &FileSum, progress: &dyn Fn(u64)) -> Result<(), Copying> {
    is(path, sum(path, progress)?, wanted)
}

fn is(path: &Path, found: FileSum, wanted: &FileSum) -> Result<(), Copying> {
    if found == *wanted {
        return Ok(());
    }
    Err(Copying::Other {
        path: path.to_owned(),
        found,
        wanted: *wanted,
    })
}

fn sum_of(mut file: File, path: &Path, progress: &dyn Fn(u64)) -> Result<FileSum, Copying> {
    pass(&mut file, path, |piece| {
        progress(piece.len() as u64);
        Ok(())
    })
}

/// Reads a file to its end, piece by piece.
fn pass(file: &mut File, path: &Path, mut each: impl FnMut(&[u8]) -> Result<(), Copying>) -> Result<FileSum, Copying> {
    let (mut sum, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).map_err(Copying::read(path))?;
        let Some(piece) = piece.get(..read).filter(|piece| !piece.is_empty()) else {
            return Ok(FileSum {
                bytes,
                sha256: sum.finalize().into(),
            });
        };
        bytes += piece.len() as u64;
        sum.update(piece);
        each(piece)?;
    }
}

/// Writes a small file whole or not at all, durably, over what was there.
pub(super) fn write(path: &Path, text: &[u8]) -> Result<(), Copying> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    if let Err(error) = written {
        // What could not be written is nothing.
        let _ = fs::remove_file(&unfinished);
        return Err(Copying::write(path)(error));
    }
    rename(&unfinished, path)
}

/// Gives a file or directory another name, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Copying> {
    fs::rename(from, to).map_err(Copying::write(to))?;
    to.parent().map_or(Ok(()), sync)
}

/// Makes a directory, unless it is there.
pub(super) fn make(directory: &Path) -> Result<(), Copying> {
    fs::create_dir_all(directory).map_err(Copying::write(directory))
}

/// Makes a file or directory durable.
pub(super) fn sync(path: &Path) -> Result<(), Copying> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(Copying::write(path))
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), Copying> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.map_err(Copying::write(path)),
    }
}

/// Removes a directory that is empty; whether it is gone. What somebody else put into it stays.
pub(super) fn remove_empty(path: &Path) -> Result<bool, Copying> {
    match fs::remove_dir(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
        Err(error) => Err(Copying::write(path)(error)),
    }
}
