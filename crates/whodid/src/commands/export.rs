//! `whodid log export`: everything that matches a query into a file. The file appears only when it is complete.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use app::activity::{LogScope, Taken, take};
use app::exports::{Column, ExportError, FileForm, FileWriter, Part, Stated, Summary, column_names, sign_stated};
use indicatif::ProgressBar;
use tempfile::NamedTempFile;

use super::{question, reader, settings, zone};
use crate::cli::{Export, ExportFormat, SettingFlags};
use crate::compose;
use crate::config::Config;
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
    let bar = super::progress::bar(None);
    bar.set_length(scan.expected);
    let form = FileForm {
        format: command.format.into(),
        columns,
        zone,
        has_mark: command.byte_order_mark,
    };
    let through = scan.complete_through;
    let mut stated = Stated {
        file: file_name(&command.out),
        format: form.format,
        columns: column_names(form.format, &form.columns),
        query: scan.query.clone(),
        log: "everybody".to_owned(),
        zone: form.zone.name().to_owned(),
        from: None,
        to: None,
        summary: Summary::default(),
        complete_through: through.at,
        has_proofs: false,
    };
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
    if !to_stdout {
        stated.summary = written;
        tell_of_manifest(manifest(&config, &stated, &command.out).await);
    }
    Ok(ExitCode::SUCCESS)
}

fn file_name(out: &Path) -> String {
    out.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The file is there: that nothing signs it is told, and is no failure.
fn tell_of_manifest(made: Result<PathBuf>) {
    match made {
        Ok(path) => note(format!("Its signed manifest: {}", visible(&path.to_string_lossy()))),
        Err(error) if compose::is_in_use(&error) => note("No manifest was made: while the server runs, only it signs."),
        Err(error) => note(format!("No manifest was made: {}", visible(&format!("{error:#}")))),
    }
}

/// Signs what was written, for as long as that takes in the server's place, and puts the manifest beside it.
async fn manifest(config: &Config, stated: &Stated, out: &Path) -> Result<PathBuf> {
    let mut path = OsString::from(out);
    path.push(Part::Manifest.ending());
    let path = PathBuf::from(path);
    // That of a file that was there before is not this one's.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let compose::Installation { app, log } = compose::open_at_rest(config).await?;
    let signed = sign_stated(&app, stated).await;
    log.close().await;
    let text = signed?.context("nothing signs this log")?;
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
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
