//! `whodid log import`: reads in another system's log, with a progress bar and a summary of every line.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use app::Caller;
use app::import::{
    Import as Request, ImportFormat as Format, Input, Origin, Summary, Watch, decoded, import, oldest_first, rehearse,
};
use indicatif::{ProgressBar, ProgressStyle};

use super::{mapping, settings, zone};
use crate::cli::{Import, SettingFlags};
use crate::compose;
use crate::diagnostics;
use crate::terminal::{note, say, visible};

/// Exit code of an import with lines that could not be read.
const SOME_UNREADABLE: u8 = 3;
/// Unreadable lines that are reported one by one; further ones only by number.
const REPORTED: u64 = 100;

pub(super) async fn run(flags: &SettingFlags, command: Import) -> Result<ExitCode> {
    // A rehearsal needs no installation, and so no settings.
    let config = match command.dry_run {
        true => None,
        false => Some(settings(flags, command.data.data_dir)?),
    };
    if let Some(config) = &config {
        diagnostics::start(&config.diagnostics, Some("warn"));
    }
    let request = Request {
        format: match command.format.as_str() {
            "auth" | "openssh" => Format::Auth,
            "jsonl" => Format::Jsonl,
            name => Format::Mapped(Arc::new(mapping::named(name)?)),
        },
        source: command.source,
        year: command.year,
        zone: zone(&command.zone)?.zone().clone(),
    };
    // The files first: without them nothing is to be made or locked.
    let files = Files::of(oldest_first(command.files), needs_its_years(&request))?;
    let mut report = Report {
        bar: bar(files.length),
        files: files.inputs.iter().map(|input| input.name.clone()).collect(),
        read: Arc::clone(&files.read),
        reported: 0,
        unreported: Vec::new(),
    };
    let summary = if let Some(config) = &config {
        let installation = compose::open(config).await.inspect_err(|error| {
            if compose::is_in_use(error) {
                note("hint: stop the server for the import, or send the activities to it: POST /v1/activities");
            }
        })?;
        let caller = Caller::command_line();
        let done = Box::pin(import(&installation.app, &caller, &request, &files.inputs, &mut report)).await;
        report.finish();
        installation.log.close().await;
        done?
    } else {
        let now = compose::clock().now();
        let done = Box::pin(rehearse(now, &request, &files.inputs, &mut report)).await;
        report.finish();
        done?
    };
    print(&summary, command.dry_run, &report.files)?;
    Ok(if summary.unreadable > 0 {
        ExitCode::from(SOME_UNREADABLE)
    } else {
        ExitCode::SUCCESS
    })
}

/// Whether the files are read twice, for the year of the first line.
fn needs_its_years(request: &Request) -> bool {
    matches!(request.format, Format::Auth) && request.year.is_none()
}

/// The files of an import.
pub(super) struct Files {
    pub(super) inputs: Vec<Input>,
    /// Bytes that will be read of all of them; `None` where one has no length.
    length: Option<u64>,
    /// Bytes that were read.
    read: Arc<AtomicU64>,
}

impl Files {
    pub(super) fn of(paths: Vec<PathBuf>, twice: bool) -> Result<Self> {
        let read = Arc::new(AtomicU64::new(0));
        let mut files = Self {
            inputs: Vec::with_capacity(paths.len()),
            length: Some(0),
            read: Arc::clone(&read),
        };
        for path in paths {
            let failed = || format!("cannot read {}", visible(&path.to_string_lossy()));
            let source = Source::of(&path, twice).with_context(failed)?;
            let length = source.length().map(|length| if twice { 2 * length } else { length });
            files.length = files.length.zip(length).map(|(sum, length)| sum + length);
            let read = Arc::clone(&read);
            let open = move || {
                let inner = source.open()?;
                let read = Arc::clone(&read);
                decoded(Box::new(Counted { inner, read }))
            };
            // A form that is not read is told of before anything is made.
            if source_is_a_file(&path) {
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

fn source_is_a_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file())
}

/// Where the bytes of a file come from.
enum Source {
    /// A file that can be opened again, and its length if it has one.
    Path(PathBuf, Option<u64>),
    /// A stream that is kept, because it is read twice.
    Kept(File, u64),
    /// The standard input, which is read once.
    Stream,
}

impl Source {
    fn of(path: &Path, twice: bool) -> io::Result<Self> {
        if path == Path::new("-") {
            return if twice {
                Self::kept(&mut io::stdin().lock())
            } else {
                Ok(Self::Stream)
            };
        }
        let mut file = File::open(path)?;
        let meta = file.metadata()?;
        if meta.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !meta.is_file() && twice {
            return Self::kept(&mut file);
        }
        Ok(Self::Path(path.to_owned(), meta.is_file().then_some(meta.len())))
    }

    fn kept(stream: &mut dyn Read) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        let length = io::copy(stream, &mut file)?;
        Ok(Self::Kept(file, length))
    }

    fn length(&self) -> Option<u64> {
        match self {
            Self::Path(_, length) => *length,
            Self::Kept(_, length) => Some(*length),
            Self::Stream => None,
        }
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Path(path, _) => Box::new(File::open(path)?),
            Self::Kept(file, _) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                Box::new(file)
            }
            Self::Stream => Box::new(io::stdin()),
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
    let name = path.file_name().filter(|_| path != Path::new("-"));
    name.map_or_else(
        || "standard input".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// A bar on the standard error, if that is a terminal; of bytes where the length is known from a file.
pub(super) fn bar(bytes: Option<u64>) -> ProgressBar {
    let (bar, template) = match bytes {
        Some(length) => (
            ProgressBar::new(length),
            "{wide_bar} {bytes}/{total_bytes}  {msg}  {eta} left",
        ),
        None => (ProgressBar::new(0), "{wide_bar} {human_pos}/{human_len}  {msg}"),
    };
    // The templates are constants; a wrong one leaves the usual style.
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

struct Report {
    bar: ProgressBar,
    files: Vec<String>,
    /// Bytes read.
    read: Arc<AtomicU64>,
    reported: u64,
    /// Stretches of lines.
    unreported: Vec<(Origin, u64)>,
}

impl Watch for Report {
    fn progress(&mut self, _lines: u64, recorded: u64) {
        let bytes = self.read.load(Ordering::Relaxed);
        if self.bar.length() == Some(0) {
            self.bar.set_length(bytes);
        }
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{recorded} recorded"));
    }

    fn unreadable(&mut self, origin: Origin, why: &str) {
        self.reported += 1;
        if self.reported <= REPORTED {
            let line = place(&self.files, origin);
            self.bar
                .suspend(|| note(format!("{line}: cannot be read: {}", visible(why))));
            return;
        }
        match self.unreported.last_mut() {
            Some((first, last)) if *last + 1 == origin.line && first.file == origin.file => *last = origin.line,
            _ => self.unreported.push((origin, origin.line)),
        }
    }
}

/// `line 7`, with the file where there are several.
fn place(files: &[String], origin: Origin) -> String {
    let file = usize::try_from(origin.file).ok().and_then(|file| files.get(file));
    match file {
        Some(file) if files.len() > 1 => format!("{}, line {}", visible(file), origin.line),
        _ => format!("line {}", origin.line),
    }
}

impl Report {
    fn finish(&self) {
        self.bar.finish_and_clear();
        if self.unreported.is_empty() {
            return;
        }
        let stretch = |(first, last): &(Origin, u64)| match (first.line == *last, self.files.len()) {
            (true, 1) => last.to_string(),
            (false, 1) => format!("{}–{last}", first.line),
            (true, _) => place(&self.files, *first),
            (false, _) => format!("{}–{last}", place(&self.files, *first)),
        };
        let all: Vec<String> = self.unreported.iter().map(stretch).collect();
        note(format!(
            "{} more lines cannot be read: {}",
            self.reported - REPORTED,
            all.join(", ")
        ));
    }
}

fn print(summary: &Summary, rehearsed: bool, files: &[String]) -> io::Result<()> {
    let ignored: u64 = summary.ignored.values().sum();
    let unknown: u64 = summary.unknown.values().map(|(count, _)| count).sum();
    say(format!("{:>10} lines read", summary.lines))?;
    let done = if rehearsed {
        "activities would be recorded, unless they are there already"
    } else {
        "activities recorded"
    };
    say(format!("{:>10} {done}", summary.recorded))?;
    for (kind, count) in &summary.kinds {
        say(format!("{count:>16} {}", visible(kind)))?;
    }
    if let (Some(first), Some(last)) = (summary.first, summary.last) {
        say(format!(
            "{:>10} the first of them happened at {first}, the last at {last}",
            ""
        ))?;
    }
    if !rehearsed {
        say(format!(
            "{:>10} activities already there from an earlier import",
            summary.known
        ))?;
    }
    say(format!("{ignored:>10} lines ignored: no activities"))?;
    for (reason, count) in &summary.ignored {
        say(format!("{count:>16} {}", visible(reason)))?;
    }
    say(format!(
        "{unknown:>10} lines not understood, of programs whose others are"
    ))?;
    for (program, (count, first)) in &summary.unknown {
        let lines: Vec<String> = first.iter().map(|origin| place(files, *origin)).collect();
        let more = if *count > lines.len() as u64 {
            " and further ones"
        } else {
            ""
        };
        say(format!(
            "{count:>16} of {}: {}{more}",
            visible(program),
            lines.join(", ")
        ))?;
    }
    let refused = if rehearsed {
        "lines would be refused"
    } else {
        "lines unreadable"
    };
    say(format!("{:>10} {refused}", summary.unreadable))?;
    if rehearsed {
        say(format!("{:>10} nothing was written", ""))?;
    }
    Ok(())
}
