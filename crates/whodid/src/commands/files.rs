//! The files that a command is given to read: opened once if they can be read only once, and counted as they are read.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use app::import::{Input, decoded};

use crate::terminal::visible;

/// Files, and how far they are read.
pub(super) struct Files {
    pub(super) inputs: Vec<Input>,
    /// Bytes that will be read of all of them; `None` where one has no length.
    pub(super) length: Option<u64>,
    /// Bytes that were read.
    pub(super) read: Arc<AtomicU64>,
}

impl Files {
    /// Opens them; `-` is the standard input. They will be read so many times; what is read `again` and comes only once is
    /// kept in a temporary file.
    pub(super) fn of(paths: Vec<PathBuf>, times: u64, again: bool) -> Result<Self> {
        let read = Arc::new(AtomicU64::new(0));
        let mut files = Self {
            inputs: Vec::with_capacity(paths.len()),
            length: Some(0),
            read: Arc::clone(&read),
        };
        for path in paths {
            let failed = || format!("cannot read {}", visible(&path.to_string_lossy()));
            let source = Source::of(&path, again).with_context(failed)?;
            let length = source.length().map(|length| times * length);
            files.length = files.length.zip(length).map(|(sum, length)| sum + length);
            let can_be_looked_at = source.opens_again();
            let read = Arc::clone(&read);
            let open = move || {
                let inner = source.open()?;
                let read = Arc::clone(&read);
                decoded(Box::new(Counted { inner, read }))
            };
            // A form that is not read is told of before anything is made.
            if can_be_looked_at {
                open().with_context(failed)?;
                files.read.store(0, Ordering::Relaxed);
            }
            files.inputs.push(Input {
                name: name_of(&path),
                open: Box::new(open),
            });
        }
        Ok(files)
    }
}

/// Whether the standard input is meant. By its bytes: to a `Path`, `./-` is the same as `-`, and names a file.
fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Where the bytes of a file come from.
enum Source {
    /// A file that can be opened again, and its length.
    Path(PathBuf, u64),
    /// A stream that is kept, because it is read again.
    Kept(File, u64),
    /// A stream that is read once, until it is taken: what wrote into it does not come back for who opens it again.
    Once(Mutex<Option<Box<dyn Read + Send>>>),
}

impl Source {
    fn of(path: &Path, again: bool) -> io::Result<Self> {
        let mut stream: Box<dyn Read + Send> = if is_standard_input(path) {
            Box::new(io::stdin())
        } else {
            let file = File::open(path)?;
            let meta = file.metadata()?;
            if meta.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            if meta.is_file() {
                return Ok(Self::Path(path.to_owned(), meta.len()));
            }
            Box::new(file)
        };
        if !again {
            return Ok(Self::Once(Mutex::new(Some(stream))));
        }
        let mut file = tempfile::tempfile()?;
        let length = io::copy(&mut stream, &mut file)?;
        Ok(Self::Kept(file, length))
    }

    fn length(&self) -> Option<u64> {
        match self {
            Self::Path(_, length) | Self::Kept(_, length) => Some(*length),
            Self::Once(_) => None,
        }
    }

    fn opens_again(&self) -> bool {
        !matches!(self, Self::Once(_))
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Path(path, _) => Box::new(File::open(path)?),
            Self::Kept(file, _) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                Box::new(file)
            }
            Self::Once(stream) => {
                let taken = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                taken.ok_or_else(|| io::Error::other("it can be read only once, and was"))?
            }
        })
    }
}

/// A stream whose bytes are counted.
struct Counted {
    inner: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().filter(|_| !is_standard_input(path));
    name.map_or_else(
        || "standard input".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &Input) -> io::Result<String> {
        let mut text = String::new();
        (input.open)()?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_pipe_is_opened_once_and_a_file_as_often_as_it_is_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("-");
        std::fs::write(&file, "a file\n").unwrap();
        let pipe = || {
            let (reader, mut writer) = io::pipe().unwrap();
            io::Write::write_all(&mut writer, b"a pipe\n").unwrap();
            reader
        };
        // As a shell hands over `<(…)`.
        let path = |of: &io::PipeReader| PathBuf::from(format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(of)));
        let reader = pipe();
        let once = Files::of(vec![file.clone(), path(&reader)], 1, false).unwrap();
        assert_eq!(once.length, None);
        assert_eq!(text(&once.inputs[0]).unwrap(), "a file\n");
        assert_eq!(text(&once.inputs[0]).unwrap(), "a file\n");
        assert_eq!(text(&once.inputs[1]).unwrap(), "a pipe\n");
        assert!(text(&once.inputs[1]).is_err());
        let reader = pipe();
        let twice = Files::of(vec![path(&reader)], 2, true).unwrap();
        assert_eq!(
            (twice.length, text(&twice.inputs[0]).unwrap()),
            (Some(14), "a pipe\n".to_owned())
        );
        assert_eq!(text(&twice.inputs[0]).unwrap(), "a pipe\n");
        assert_eq!(twice.read.load(Ordering::Relaxed), 14);
    }

    #[test]
    fn only_a_single_dash_is_the_standard_input() {
        let named = |path: &str| (is_standard_input(Path::new(path)), name_of(Path::new(path)));
        assert_eq!(named("-"), (true, "standard input".to_owned()));
        assert_eq!(named("./-"), (false, "-".to_owned()));
        assert_eq!(named("/var/log/-"), (false, "-".to_owned()));
    }
}
