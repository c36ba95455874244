//! `whodid log export`: everything that matches a query into a file. The file appears only when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;

use activity::json;
use anyhow::{Context as _, Result};
use app::activity::{LogScope, Taken, take};
use app::exports::{Column, ViewCsvWriter};
use indicatif::ProgressBar;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::{question, reader, settings, zone};
use crate::cli::{Export, ExportFormat, SettingFlags};
use crate::compose;
use crate::diagnostics;
use crate::failure::Misuse;
use crate::terminal::{note, visible};

pub(super) async fn run(flags: &SettingFlags, command: Export) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let zone = zone(&command.zone)?;
    let request = question(&command.query, &zone)?;
    let columns = Column::choose(&command.columns).map_err(|error| Misuse(error.to_string()))?;
    let to_stdout = command.out == Path::new("-");
    if to_stdout && io::stdout().is_terminal() {
        return Err(
            Misuse("an export holds what others wrote, unescaped; give --out FILE or a pipe".to_owned()).into(),
        );
    }
    let compose::Installation { app, log } = compose::open_reader(&config).await?;
    let scan = Box::pin(take(&app, &reader(), &LogScope::Everything, &request)).await?;
    let bar = super::import::bar(None);
    bar.set_length(scan.expected);
    let mut rows = match command.format {
        ExportFormat::Csv => Rows::Csv(Box::new(ViewCsvWriter::new(columns, &zone))),
        ExportFormat::Jsonl => Rows::Jsonl,
    };
    let through = scan.complete_through;
    let written = if to_stdout {
        write(scan, &mut rows, io::stdout().lock(), &bar).await?
    } else {
        to_file(scan, &mut rows, &command.out, &bar).await?
    };
    bar.finish_and_clear();
    note(format!(
        "{} rows, {} bytes, SHA-256 {}. Complete through {} ({} in the log).",
        written.rows, written.bytes, written.sha256, through.at, through.size
    ));
    log.close().await;
    Ok(ExitCode::SUCCESS)
}

enum Rows {
    Csv(Box<ViewCsvWriter>),
    Jsonl,
}

struct Written {
    rows: u64,
    bytes: u64,
    sha256: String,
}

async fn to_file(scan: Taken, rows: &mut Rows, out: &Path, bar: &ProgressBar) -> Result<Written> {
    let failed = || format!("cannot write {}", visible(&out.to_string_lossy()));
    let directory = out
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(directory).with_context(failed)?;
    let written = write(scan, rows, BufWriter::new(file.as_file()), bar)
        .await
        .with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(out).map_err(|error| error.error).with_context(failed)?;
    // The name itself is durable only with its directory.
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .with_context(failed)?;
    Ok(written)
}

async fn write(mut scan: Taken, rows: &mut Rows, mut out: impl Write, bar: &ProgressBar) -> Result<Written> {
    let mut digest = Sha256::new();
    let mut written = Written {
        rows: 0,
        bytes: 0,
        sha256: String::new(),
    };
    let mut buffer = Vec::new();
    if let Rows::Csv(writer) = rows {
        writer.write_header(&mut buffer);
    }
    loop {
        digest.update(&buffer);
        written.bytes += buffer.len() as u64;
        out.write_all(&buffer)?;
        buffer.clear();
        let Some(chunk) = scan.next().await? else { break };
        for row in &chunk {
            match rows {
                Rows::Csv(writer) => writer.write_row(row, &mut buffer),
                Rows::Jsonl => {
                    json::write_json(row, &mut buffer);
                    buffer.push(b'\n');
                }
            }
        }
        written.rows += chunk.len() as u64;
        bar.set_position(written.rows);
    }
    out.flush()?;
    written.sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(written)
}
