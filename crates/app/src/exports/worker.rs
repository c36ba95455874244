//! Makes the files that were asked for, each as a job, a few at a time: a restart finds what was being made and makes it
//! again. Owns the directory of kept files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use activity::Reason;
use engine::{Fence, Lease};
use store::exports::{ExportRow, Finish, JOB, Kind};
use tokio::sync::{Notify, OnceCell};

use super::ExportError;
use super::beside::remove_unfinished;
use super::expire::expire;
use super::make::{make, why};
use super::recover::recover;
use super::rows::facts_of;
use crate::facts::failed;
use crate::{App, Quiet, Tx, Unavailable};

/// How often to look for rows whose maker is gone, and for files whose time is over.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// How often a file is begun before it is given up: it may be what stops the process.
const MOST_ATTEMPTS: u64 = 5;

/// What wakes the makers of exports.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wake {
    wanted: Arc<Notify>,
    recovered: Arc<OnceCell<()>>,
}

/// Works in the background until the process ends. Serving calls it once; calling it again does nothing.
pub fn start(app: &App) {
    // Two, so that a large file does not hold up the small ones behind it.
    for maker in ["exports", "more exports"] {
        let of = app.clone();
        app.tasks().keep(maker, move || work(of.clone()));
    }
}

async fn work(app: App) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), "exports could not be made or cleared");
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, app.exports().wanted.notified()).await;
    }
}

async fn look(app: &App) -> Result<(), ExportError> {
    // Once, before anything is made: what is found then is not being written.
    let recovered = &app.exports().recovered;
    recovered.get_or_try_init(|| recover(app)).await?;
    make_all(app).await?;
    expire(app).await
}

/// Makes what was just asked for.
pub(super) fn wake(app: &App) {
    start(app);
    app.exports().wanted.notify_one();
}

/// Makes files until none is waiting, and gives up what an earlier version was sending.
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
        // It was called off just before its job was claimed.
        return forget(app, lease.fence()).await;
    };
    if row.kind == Kind::Sent {
        let end = ("export.downloaded", Reason::BrokenOff, String::new());
        return give_up(app, (&row, lease.fence()), end).await;
    }
    let made = if lease.attempts() > MOST_ATTEMPTS {
        Err(Unavailable::new("it was begun and interrupted too often").into())
    } else {
        make(app, &row, lease).await
    };
    let Err(error) = made else { return Ok(()) };
    tracing::warn!(id = %row.id, error = %error, cause = ?std::error::Error::source(&error), "an export failed");
    remove_unfinished(app, (&row, lease.fence())).await;
    let (reason, more) = why(&error);
    give_up(app, (&row, lease.fence()), ("export.generated", reason, more)).await
}

async fn forget(app: &App, fence: &Fence) -> Result<(), ExportError> {
    let mut tx = app.begin().await?;
    fence.finish(&mut tx).await?;
    Ok(tx.commit_quietly(Quiet::ExportQueue).await?)
}

/// Ends an export together with its job; `false` if another has the job, or nobody any more.
pub(super) async fn ended(tx: &mut Tx, id: &str, fence: &Fence, end: &Finish) -> Result<bool, ExportError> {
    if !fence.finish(tx).await? {
        return Ok(false);
    }
    Ok(store::exports::finish(tx, id, end).await?)
}

/// Gives an export up; one transaction with its activity. What more is known of the reason is kept with it.
async fn give_up(
    app: &App,
    (row, fence): (&ExportRow, &Fence),
    (code, reason, more): (&str, Reason, String),
) -> Result<(), ExportError> {
    let mut error = reason.in_words().to_owned();
    let mut facts = failed(facts_of(row, code, app.now())?, reason);
    if !more.is_empty() {
        error = format!("{error}: {more}");
        facts.metadata.insert("detail".to_owned(), more);
    }
    let mut tx = app.begin().await?;
    // How far it came is its job's, until that goes with this.
    let now = store::exports::by_id(&mut tx, &row.id).await?;
    let (rows, bytes) = now.map_or((0, 0), |now| (now.written, now.bytes));
    let end = Finish {
        at: app.now().0,
        rows,
        bytes,
        sha256: None,
        file: None,
        manifest_bytes: None,
        proof_bytes: None,
        expires_at: None,
        through: None,
        error: Some(error),
    };
    if ended(&mut tx, &row.id, fence, &end).await? {
        tx.commit(facts).await?;
    }
    Ok(())
}

/// Where kept files are.
pub(super) fn directory(app: &App) -> PathBuf {
    app.settings().exports.dir.clone()
}
