//! `whodid log import`: reads in another system's log, with a progress bar and a summary of every line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use app::Caller;
use app::import::{Import as Request, ImportFormat as Format, Progress, Summary, Watch, import};
use indicatif::{ProgressBar, ProgressStyle};

use super::{settings, zone};
use crate::cli::{Import, ImportFormat, SettingFlags};
use crate::compose;
use crate::diagnostics;
use crate::terminal::{note, say, visible};

/// Exit code of an import with lines that could not be read.
const SOME_UNREADABLE: u8 = 3;
/// Unreadable lines that are reported one by one; further ones only by number.
const REPORTED: u64 = 100;

pub(super) async fn run(flags: &SettingFlags, command: Import) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let request = Request {
        format: match command.format {
            ImportFormat::Openssh => Format::OpenSsh,
            ImportFormat::Jsonl => Format::Jsonl,
        },
        source: command.source,
        file_name: name_of(&command.file),
        year: command.year,
        zone: zone(&command.zone)?.zone().clone(),
    };
    // The file first: without it nothing is to be made or locked.
    let (input, length) = open(&command.file)?;
    let installation = compose::open(&config).await.inspect_err(|error| {
        if compose::is_in_use(error) {
            note("hint: stop the server for the import, or send the activities to it: POST /v1/activities");
        }
    })?;
    let mut report = Report {
        bar: bar(length),
        reported: 0,
        unreported: Vec::new(),
    };
    let done = Box::pin(import(
        &installation.app,
        &Caller::command_line(),
        &request,
        input,
        &mut report,
    ))
    .await;
    report.finish();
    installation.log.close().await;
    let summary = done?;
    print(&summary)?;
    Ok(if summary.unreadable > 0 {
        ExitCode::from(SOME_UNREADABLE)
    } else {
        ExitCode::SUCCESS
    })
}

fn open(path: &Path) -> Result<(Box<dyn BufRead + Send>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let failed = || format!("cannot read {}", visible(&path.to_string_lossy()));
    let file = File::open(path).with_context(failed)?;
    let meta = file.metadata().with_context(failed)?;
    if meta.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory)).with_context(failed);
    }
    let length = meta.is_file().then_some(meta.len());
    Ok((Box::new(BufReader::with_capacity(256 * 1024, file)), length))
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
    reported: u64,
    /// Stretches of line numbers.
    unreported: Vec<(u64, u64)>,
}

impl Watch for Report {
    fn progress(&mut self, progress: &Progress) {
        if self.bar.length() == Some(0) {
            self.bar.set_length(progress.bytes);
        }
        self.bar.set_position(progress.bytes);
        self.bar.set_message(format!("{} recorded", progress.recorded));
    }

    fn unreadable(&mut self, line: u64, why: &str) {
        self.reported += 1;
        if self.reported <= REPORTED {
            self.bar
                .suspend(|| note(format!("line {line}: cannot be read: {}", visible(why))));
            return;
        }
        match self.unreported.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => self.unreported.push((line, line)),
        }
    }
}

impl Report {
    fn finish(&self) {
        self.bar.finish_and_clear();
        if self.unreported.is_empty() {
            return;
        }
        let stretch = |(first, last): &(u64, u64)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}–{last}")
            }
        };
        let all: Vec<String> = self.unreported.iter().map(stretch).collect();
        note(format!(
            "{} more lines cannot be read: {}",
            self.reported - REPORTED,
            all.join(", ")
        ));
    }
}

fn print(summary: &Summary) -> io::Result<()> {
    let ignored: u64 = summary.ignored.values().sum();
    say(format!("{:>10} lines read", summary.lines))?;
    say(format!("{:>10} activities recorded", summary.recorded))?;
    say(format!(
        "{:>10} activities already there from an earlier import",
        summary.known
    ))?;
    say(format!("{ignored:>10} lines ignored: no activities"))?;
    for (reason, count) in &summary.ignored {
        say(format!("{count:>16} {reason}"))?;
    }
    say(format!("{:>10} lines unreadable", summary.unreadable))
}
