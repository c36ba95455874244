//! `whodid log search`: what matches a query, newest first, as a table for people or JSON Lines for programs.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use activity::{Activity, json, sentence};
use anyhow::Result;
use app::activity::{LogScope, ViewRequest, view};
use app::exports::Stamp;
use app::{App, ZoneChoice};
use engine::Log;

use super::{question, reader, settings, zone};
use crate::cli::{Search, SearchFormat, SettingFlags};
use crate::compose;
use crate::diagnostics;
use crate::terminal::{note, visible, visible_json, width};

/// Rows asked for at once, and rows whose widths a table's columns are fitted to.
const PAGE: usize = 500;
/// Widest a column becomes, but for the last.
const WIDEST: usize = 44;

pub(super) async fn run(flags: &SettingFlags, command: Search) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let zone = zone(&command.zone)?;
    let request = question(&command.query, &zone)?;
    let compose::Installation { app, log } = compose::open_reader(&config).await?;
    let mut print = Printer {
        format: command.format,
        stamp: Stamp::new(&zone),
        head: false,
    };
    let rows = print_all(&app, request, command.limit, &mut print).await?;
    if command.format == SearchFormat::Table {
        note(summary(rows, command.limit, &log, &zone).await?);
    }
    Ok(ExitCode::SUCCESS)
}

async fn print_all(app: &App, mut request: ViewRequest, limit: u64, print: &mut Printer) -> Result<u64> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut left = if limit == 0 { u64::MAX } else { limit };
    let caller = reader();
    let (mut rows, mut told) = (0, false);
    while left > 0 {
        request.limit = usize::try_from(left).unwrap_or(usize::MAX).min(PAGE);
        let page = Box::pin(view(app, &caller, &LogScope::Everything, &request)).await?;
        print.rows(&page.rows, &mut out)?;
        out.flush()?;
        rows += page.rows.len() as u64;
        if !page.unreadable.is_empty() && !told {
            told = true;
            for seqs in &page.unreadable {
                note(format!(
                    "activities {} to {} cannot be read; those that match are missing here. See `whodid doctor`",
                    seqs.start,
                    seqs.end - 1
                ));
            }
        }
        left -= (page.rows.len() as u64).min(left);
        request.after = page.older;
        if request.after.is_none() {
            break;
        }
    }
    Ok(rows)
}

async fn summary(rows: u64, limit: u64, log: &Log, zone: &ZoneChoice) -> Result<String> {
    let through = log.head().await?.through;
    let mut at = Vec::new();
    Stamp::new(zone).write_seconds(through.at, &mut at);
    let more = if rows == limit {
        ", the newest; more with --limit"
    } else {
        ""
    };
    let rows = if rows == 1 {
        "1 activity".to_owned()
    } else {
        format!("{rows} activities")
    };
    Ok(format!(
        "{rows}{more}. Complete through {} ({} in the log).",
        String::from_utf8_lossy(&at),
        through.size
    ))
}

struct Printer {
    format: SearchFormat,
    stamp: Stamp,
    head: bool,
}

impl Printer {
    fn rows(&mut self, rows: &[Activity], out: &mut impl io::Write) -> io::Result<()> {
        match self.format {
            SearchFormat::Jsonl => jsonl(rows, out),
            SearchFormat::Table => self.table(rows, out),
        }
    }

    fn table(&mut self, rows: &[Activity], out: &mut impl io::Write) -> io::Result<()> {
        let mut lines: Vec<[String; 5]> = Vec::with_capacity(rows.len() + 1);
        if !std::mem::replace(&mut self.head, true) {
            lines.push(["TIME", "USER", "ADDRESS", "DEVICE", "ACTIVITY"].map(str::to_owned));
        }
        lines.extend(rows.iter().map(|row| self.cells(row)));
        let widths: [usize; 4] =
            std::array::from_fn(|at| lines.iter().map(|line| width(&line[at])).max().unwrap_or(0).min(WIDEST));
        for line in &lines {
            for (cell, most) in line.iter().zip(widths) {
                let cell = cut(cell, most);
                write!(out, "{cell}{}  ", " ".repeat(most.saturating_sub(width(&cell))))?;
            }
            writeln!(out, "{}", line[4])?;
        }
        Ok(())
    }

    fn cells(&mut self, row: &Activity) -> [String; 5] {
        let mut at = Vec::new();
        self.stamp.write_seconds(row.occurred_at, &mut at);
        let user = row
            .user
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_else(|| "–".to_owned());
        let ip = row.ip.map_or_else(|| "–".to_owned(), |ip| ip.to_string());
        let device = row.device.as_deref().or(row.user_agent.as_deref()).unwrap_or("–");
        let mut said = sentence::plain(&row.facts).into_owned();
        if let Some(reason) = row.facts.reason_in_words() {
            said = format!("{said} ({reason})");
        }
        [
            String::from_utf8_lossy(&at).into_owned(),
            visible(&user).into_owned(),
            ip,
            visible(device).into_owned(),
            visible(&said).into_owned(),
        ]
    }
}

fn jsonl(rows: &[Activity], out: &mut impl io::Write) -> io::Result<()> {
    let mut line = Vec::new();
    for row in rows {
        line.clear();
        json::write_json(row, &mut line);
        // A control character in a name may not act on the terminal; escaped, it is the same JSON.
        writeln!(out, "{}", visible_json(&String::from_utf8_lossy(&line)))?;
    }
    Ok(())
}

/// The text in at most so many columns.
fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if width(&short) + width(c.encode_utf8(&mut [0; 4])) + 1 > most {
            break;
        }
        short.push(c);
    }
    short + "…"
}
