//! `whodid log import`: reads in another system's log, with a progress bar and a summary of every line.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::Result;
use app::import::{Import as Request, ImportFormat as Format, Origin, Summary, Watch, import, oldest_first, rehearse};
use app::{Caller, Tasks};
use indicatif::ProgressBar;

use super::files::Files;
use super::send::{self, Server};
use super::{mapping, progress, settings, zone};
use crate::cli::{Import, SettingFlags};
use crate::compose;
use crate::diagnostics;
use crate::terminal::{note, say, visible};

/// Exit code of an import with lines that could not be read.
const SOME_UNREADABLE: u8 = 3;
/// Exit code of an import that was stopped, as a shell says it of whatever an interrupt ended.
const STOPPED: u8 = 130;
/// Unreadable lines that are reported one by one; further ones only by number.
const REPORTED: u64 = 100;

pub(super) async fn run(flags: &SettingFlags, command: Import) -> Result<ExitCode> {
    // A rehearsal needs no installation, and so no settings; nor does what another one takes.
    let config = match command.dry_run || command.server.is_some() {
        true => None,
        false => Some(settings(flags, command.data.data_dir.clone())?),
    };
    if let Some(config) = &config {
        diagnostics::start(&config.diagnostics, Some("warn"));
    }
    let server = command.server.as_deref();
    let server = server.map(|url| Server::of(url, command.key_file.as_deref()));
    let server = server.transpose()?;
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
    let years = needs_its_years(&request);
    let again = years || server.is_some();
    let files = Files::of(oldest_first(command.files), if years { 2 } else { 1 }, again)?;
    let mut report = Report::of(&files);
    let summary = if let Some(server) = &server {
        let done = Box::pin(send::send(server, &request, &files, &mut report)).await;
        report.finish();
        done?
    } else if let Some(config) = &config {
        let installation = compose::open(config).await.inspect_err(|error| {
            if compose::is_in_use(error) {
                note(
                    "hint: send it to the running server, with --server URL and an API key; or stop it for the import",
                );
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
    Ok(if summary.stopped {
        note("stopped: what was read is recorded; the same command goes on with it");
        ExitCode::from(STOPPED)
    } else if summary.unreadable > 0 {
        ExitCode::from(SOME_UNREADABLE)
    } else {
        ExitCode::SUCCESS
    })
}

/// Whether the files are read twice, for the year of the first line.
fn needs_its_years(request: &Request) -> bool {
    matches!(request.format, Format::Auth) && request.year.is_none()
}

pub(super) struct Report {
    bar: ProgressBar,
    /// Whether it was asked to stop.
    stop: Arc<AtomicBool>,
    /// Listens for interrupts as long as it is there.
    _listening: Tasks,
    files: Vec<String>,
    /// Bytes read.
    read: Arc<AtomicU64>,
    reported: u64,
    /// Stretches of lines.
    unreported: Vec<(Origin, u64)>,
}

impl Watch for Report {
    fn progress(&mut self, _lines: u64, recorded: u64) {
        self.bar.set_position(self.read.load(Ordering::Relaxed));
        self.bar.set_message(format!("{recorded} recorded"));
    }

    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
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

/// What the first interrupt sets. The second one ends the process, as it would without this.
fn interrupted(tasks: &Tasks) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    tasks.once("interrupts", async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if told.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(STOPPED));
            }
        }
    });
    stop
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
    fn of(files: &Files) -> Self {
        let listening = Tasks::default();
        Self {
            bar: progress::reading(files.length),
            stop: interrupted(&listening),
            _listening: listening,
            files: files.inputs.iter().map(|input| input.name.clone()).collect(),
            read: Arc::clone(&files.read),
            reported: 0,
            unreported: Vec::new(),
        }
    }

    /// Says something beside the bar; and what is set when it is to stop.
    pub(super) fn voice(&self) -> (impl Fn(&str) + Send + Sync + use<>, Arc<AtomicBool>) {
        let bar = self.bar.clone();
        (move |text: &str| bar.suspend(|| note(text)), Arc::clone(&self.stop))
    }

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
