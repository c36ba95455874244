//! `whodid log export`: everything that matches a query into a file. The file appears only when it is complete.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use app::activity::{LogScope, Taken, take};
use app::exports::{Column, ExportError, FileForm, FileWriter, Summary};
use indicatif::ProgressBar;
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
    if command.format == ExportFormat::Jsonl && !command.columns.is_empty() {
        return Err(Misuse(ExportError::ColumnsOfJson.to_string()).into());
    }
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
    let form = FileForm {
        format: command.format.into(),
        columns,
        zone,
        has_mark: command.byte_order_mark,
    };
    let through = scan.complete_through;
    let written = if to_stdout {
        write(scan, form, (Box::new(io::stdout()), &std::env::temp_dir()), &bar).await?
    } else {
        to_file(scan, form, &command.out, &bar).await?
    };
    bar.finish_and_clear();
    note(format!(
        "{} rows, {} bytes, SHA-256 {}. Complete through {} ({} in the log).",
        written.rows, written.bytes, written.sha256, through.at, through.size
    ));
    log.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn to_file(scan: Taken, form: FileForm, out: &Path, bar: &ProgressBar) -> Result<Summary> {
    let failed = || format!("cannot write {}", visible(&out.to_string_lossy()));
    let directory = out
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(directory).with_context(failed)?;
    let into = Box::new(file.as_file().try_clone().with_context(failed)?);
    let written = write(scan, form, (into, directory), bar).await.with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(out).map_err(|error| error.error).with_context(failed)?;
    // The name itself is durable only with its directory.
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .with_context(failed)?;
    Ok(written)
}

/// Writes everything; what has to wait until the end does so in `scratch`.
async fn write(
    mut scan: Taken,
    form: FileForm,
    (out, scratch): (Box<dyn Write + Send>, &Path),
    bar: &ProgressBar,
) -> Result<Summary> {
    let mut file = FileWriter::new(form, out, scratch)?;
    while let Some(rows) = scan.next().await? {
        file.write_rows(&rows)?;
        bar.set_position(file.rows());
    }
    Ok(file.finish()?)
}
