//! Makes the files that were asked for, one at a time, each as a job: a restart finds what was being made and makes it
//! again. Owns the directory of kept files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use activity::Reason;
use activity::query::Expr;
use engine::{Fence, Lease, Order};
use store::exports::{ExportRow, Finish, JOB, Kind as StoredKind};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use super::csv::UserCsvWriter;
use super::rows::{facts_of, number, summed};
use super::writer::{RowWriter, Tally};
use super::{ExportError, Summary};
use crate::activity::Kept;
use crate::facts::failed;
use crate::zone::ZoneChoice;
use crate::{App, Quiet, Tx, Unavailable};

/// How often to look for rows whose maker is gone.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// How often a file is begun before it is given up: it may be what stops the process.
const MOST_ATTEMPTS: u64 = 5;

/// What wakes the maker of exports.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wake {
    wanted: Arc<Notify>,
    recovered: Arc<AtomicBool>,
}

/// Works in the background until the process ends. Serving calls it once; calling it again does nothing.
pub fn start(app: &App) {
    let of = app.clone();
    app.tasks().keep("exports", move || work(of.clone()));
}

async fn work(app: App) {
    // Once: what is found later is being written by this process itself.
    if !app.exports().recovered.load(Ordering::SeqCst) {
        match recover(&app).await {
            Ok(()) => app.exports().recovered.store(true, Ordering::SeqCst),
            Err(error) => tracing::warn!(error = %error, "exports could not be recovered yet"),
        }
    }
    loop {
        if let Err(error) = make_all(&app).await {
            tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), "an export could not be made");
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, app.exports().wanted.notified()).await;
    }
}

/// Makes what was just asked for.
pub(super) fn wake(app: &App) {
    start(app);
    app.exports().wanted.notify_one();
}

/// Removes the unfinished files that a former process left.
async fn recover(app: &App) -> Result<(), ExportError> {
    let dir = directory(app);
    tokio::fs::create_dir_all(&dir).await.map_err(Unavailable::new)?;
    let mut read = app.store().glance().await?;
    let kept = store::exports::files(&mut read).await?;
    drop(read);
    let mut entries = tokio::fs::read_dir(&dir).await.map_err(Unavailable::new)?;
    while let Some(entry) = entries.next_entry().await.map_err(Unavailable::new)? {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.trim_start_matches('.').starts_with("exp_"));
        if is_ours && !kept.iter().any(|kept| name == kept.as_str()) {
            tokio::fs::remove_file(entry.path()).await.map_err(Unavailable::new)?;
        }
    }
    Ok(())
}

/// Makes files until none is waiting, and gives up streams whose reader and writer are gone.
pub(super) async fn make_all(app: &App) -> Result<(), ExportError> {
    while let Some(lease) = app.jobs().claim_oldest(JOB).await? {
        let ended = end(app, &lease).await;
        if let Err(error) = &ended {
            lease.failed(&error.to_string()).await?;
        }
        ended?;
    }
    Ok(())
}

/// Brings the export of this job to its end, well or not.
async fn end(app: &App, lease: &Lease) -> Result<(), ExportError> {
    let (_, id) = lease.name().split_once(':').unwrap_or_default();
    let mut read = app.store().glance().await?;
    let found = store::exports::by_id(&mut read, id).await?;
    drop(read);
    let Some(row) = found.filter(|row| row.finished_at.is_none()) else {
        // It was deleted just before its job was claimed.
        return forget(app, lease.fence()).await;
    };
    if row.kind != StoredKind::UserCsv {
        return give_up(app, &row, lease.fence(), ("export.downloaded", Reason::BrokenOff)).await;
    }
    let made = if lease.attempts() > MOST_ATTEMPTS {
        Err(Unavailable::new("it was begun and interrupted too often").into())
    } else {
        make(app, &row, lease).await
    };
    let Err(error) = made else { return Ok(()) };
    tracing::warn!(id = %row.id, error = %error, cause = ?std::error::Error::source(&error), "an export failed");
    let _ = tokio::fs::remove_file(part_path(app, &row, lease.fence())).await;
    give_up(app, &row, lease.fence(), ("export.generated", Reason::FileNotWritten)).await
}

async fn forget(app: &App, fence: &Fence) -> Result<(), ExportError> {
    let mut tx = app.begin().await?;
    fence.finish(&mut tx).await?;
    Ok(tx.commit_quietly(Quiet::ExportQueue).await?)
}

/// Makes one user's file for as long as the job is ours.
async fn make(app: &App, row: &ExportRow, lease: &Lease) -> Result<(), ExportError> {
    match lease.hold(write(app, row, lease)).await {
        Some(made) => made,
        None => remove(&part_path(app, row, lease.fence())).await,
    }
}

/// Writes one user's file beside its name, then gives it the name, then says it is there.
async fn write(app: &App, row: &ExportRow, lease: &Lease) -> Result<(), ExportError> {
    let progress = lease.progress();
    let subject = row.subject_id.clone().ok_or(ExportError::NoSuchUser)?;
    let zone = ZoneChoice::named(&row.zone).ok_or_else(|| ExportError::NoSuchZone(row.zone.clone()))?;
    let expr = Expr::user_id(subject);
    let look = app.log().look().await?.unhurried();
    progress.expect(look.count(&expr, u64::MAX).await?.n);
    let mut scan = look.scan(expr, Order::Newest)?;
    let through = scan.complete_through();
    tokio::fs::create_dir_all(directory(app))
        .await
        .map_err(Unavailable::new)?;
    let part = part_path(app, row, lease.fence());
    let mut file = tokio::fs::File::create(&part).await.map_err(Unavailable::new)?;
    let mut writer = RowWriter::UserCsv(Box::new(UserCsvWriter::new(&zone)));
    let mut tally = Tally::default();
    let mut kept = Kept::default();
    let mut out = Vec::new();
    writer.write_header(&mut out);
    loop {
        tally.add(&out);
        file.write_all(&out).await.map_err(Unavailable::new)?;
        out.clear();
        progress.reached(tally.rows);
        let Some(chunk) = scan.next_chunk().await else { break };
        let rows = kept.keep(chunk?);
        writer.write_rows(&rows, &mut out);
        tally.rows += rows.len() as u64;
    }
    file.sync_all().await.map_err(Unavailable::new)?;
    drop(file);
    let name = format!("{}.csv", row.id);
    let path = directory(app).join(&name);
    tokio::fs::rename(&part, &path).await.map_err(Unavailable::new)?;
    sync_directory(app).await?;
    let summary = tally.summary();
    let end = Finish {
        at: app.now().0,
        rows: number(summary.rows),
        bytes: number(summary.bytes),
        sha256: Some(summary.sha256.clone()),
        file: Some(name),
        through: Some((i64::try_from(through.size).unwrap_or(i64::MAX), through.at.0)),
        error: None,
    };
    if finish(app, (row, lease.fence()), &end, (&summary, &kept)).await? {
        Ok(())
    } else {
        remove(&path).await
    }
}

/// Says that the file is there and takes the place of the one before; one transaction with its activity.
async fn finish(
    app: &App,
    (row, fence): (&ExportRow, &Fence),
    end: &Finish,
    (summary, kept): (&Summary, &Kept),
) -> Result<bool, ExportError> {
    let facts = summed(facts_of(row, "export.generated", app.now())?, summary);
    let mut tx = app.begin().await?;
    if !ended(&mut tx, &row.id, fence, end).await? {
        return Ok(false);
    }
    let people = serde_json::to_string(kept.people()).map_err(Unavailable::new)?;
    store::exports::keep_people(&mut tx, &row.id, &people).await?;
    let subject = row.subject_id.as_deref().unwrap_or_default();
    let rows = store::exports::for_subject(&mut tx, subject, StoredKind::UserCsv, 100).await?;
    let replaced: Vec<ExportRow> = rows.into_iter().filter(|other| other.id < row.id).collect();
    for old in &replaced {
        store::exports::delete(&mut tx, &old.id).await?;
    }
    tx.commit(facts).await?;
    for file in replaced.iter().filter_map(|old| old.file.as_deref()) {
        // A file that stays behind is removed at the next start.
        let _ = tokio::fs::remove_file(directory(app).join(file)).await;
    }
    Ok(true)
}

/// Ends an export together with its job; `false` if another has the job.
pub(super) async fn ended(tx: &mut Tx, id: &str, fence: &Fence, end: &Finish) -> Result<bool, ExportError> {
    if !fence.finish(tx).await? {
        return Ok(false);
    }
    Ok(store::exports::finish(tx, id, end).await?)
}

/// Gives an export up; one transaction with its activity.
pub(super) async fn give_up(
    app: &App,
    row: &ExportRow,
    fence: &Fence,
    (code, reason): (&str, Reason),
) -> Result<(), ExportError> {
    let end = Finish {
        at: app.now().0,
        rows: row.written,
        bytes: row.bytes,
        sha256: None,
        file: None,
        through: None,
        error: Some(reason.in_words().to_owned()),
    };
    let facts = failed(facts_of(row, code, app.now())?, reason);
    let mut tx = app.begin().await?;
    if ended(&mut tx, &row.id, fence, &end).await? {
        tx.commit(facts).await?;
    }
    Ok(())
}

/// Where kept files are.
pub(super) fn directory(app: &App) -> PathBuf {
    app.settings().exports.dir.clone()
}

fn part_path(app: &App, row: &ExportRow, fence: &Fence) -> PathBuf {
    directory(app).join(format!(".{}.{}.part", row.id, fence.number()))
}

async fn remove(path: &Path) -> Result<(), ExportError> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Unavailable::new(error).into()),
        _ => Ok(()),
    }
}

/// A renamed file survives a power cut only once its directory does.
async fn sync_directory(app: &App) -> Result<(), ExportError> {
    let dir = tokio::fs::File::open(directory(app)).await.map_err(Unavailable::new)?;
    Ok(dir.sync_all().await.map_err(Unavailable::new)?)
}
