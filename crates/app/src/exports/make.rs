//! Makes one file: beside its name, a chunk of the log at a time, for as long as the job is ours.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use activity::{Reason, Time};
use engine::{Fence, Lease, LogError, Order, Through};
use store::exports::{ExportRow, Finish, Gone, Kind};

use super::question::expr;
use super::rows::{columns, facts_of, format, number, summed};
use super::worker::{directory, ended};
use super::{Column, ExportError, FileForm, FileWriter, Summary};
use crate::activity::{Kept, ViewError};
use crate::zone::ZoneChoice;
use crate::{App, Unavailable};

/// Makes the file, unless somebody calls the export off meanwhile.
pub(super) async fn make(app: &App, row: &ExportRow, lease: &Lease) -> Result<(), ExportError> {
    match lease.hold(write(app, row, lease)).await {
        Some(made) => made,
        None => {
            remove_part(app, row, lease.fence()).await;
            Ok(())
        }
    }
}

/// A file whose rows are written, under its name.
struct Made {
    name: String,
    summary: Summary,
    through: Through,
    kept: Kept,
}

async fn write(app: &App, row: &ExportRow, lease: &Lease) -> Result<(), ExportError> {
    let expr = expr(app, row).await?;
    let look = app.log().look().await?.unhurried();
    lease.progress().expect(look.count(&expr, u64::MAX).await?.n);
    let mut scan = look.scan(expr, Order::Newest)?;
    let through = scan.complete_through();
    let part = part_path(app, row, lease.fence());
    let room = Room::of(app).await?;
    let (file, mut writer) = begin(app, row, part.clone()).await?;
    let mut kept = Kept::of(serde_json::from_str(&row.requester).map_err(Unavailable::new)?);
    loop {
        lease.progress().reached(writer.rows());
        lease.progress().wrote(writer.bytes());
        room.check(writer.bytes().max(1))?;
        let Some(chunk) = scan.next_chunk().await else { break };
        let rows = kept.keep(chunk?);
        writer = off_thread(move || writer.write_rows(&rows).map(|()| writer)).await?;
    }
    // The number of the claim is in it: whoever lost the job overwrites nothing of who has it.
    let name = format!(
        "{}-{}.{}",
        row.id,
        lease.fence().number(),
        format(row.format).extension()
    );
    let path = directory(app).join(&name);
    let to = path.clone();
    let summary = off_thread(move || end(&file, writer, [&part, &to])).await?;
    if let Err(error) = room.check(summary.bytes) {
        // What stays behind is removed at the next start.
        let _ = tokio::fs::remove_file(path).await;
        return Err(error);
    }
    let made = Made {
        name,
        summary,
        through,
        kept,
    };
    finish(app, (row, lease.fence()), made).await
}

/// The file beside its name, and what writes it.
async fn begin(app: &App, row: &ExportRow, part: PathBuf) -> Result<(File, FileWriter), ExportError> {
    let dir = directory(app);
    let zone = ZoneChoice::named(&row.zone).ok_or_else(|| ExportError::NoSuchZone(row.zone.clone()))?;
    let is_of_user = row.kind == Kind::UserCsv;
    let form = FileForm {
        format: format(row.format),
        columns: Column::choose(&columns(row))?,
        zone,
        has_mark: row.has_mark,
    };
    off_thread(move || {
        std::fs::create_dir_all(&dir)?;
        let file = File::create(part)?;
        let out = Box::new(file.try_clone()?);
        let writer = match is_of_user {
            true => FileWriter::of_user(&form.zone, out),
            false => FileWriter::new(form, out, &dir)?,
        };
        Ok((file, writer))
    })
    .await
}

/// Writes the end, and gives the file its name once the disk has all of it.
fn end(file: &File, writer: FileWriter, [part, path]: [&Path; 2]) -> io::Result<Summary> {
    let summary = writer.finish()?;
    file.sync_all()?;
    std::fs::rename(part, path)?;
    // A renamed file survives a power cut only once its directory does.
    let dir = path.parent().unwrap_or(Path::new("."));
    File::open(dir)?.sync_all()?;
    Ok(summary)
}

/// Says that the file is there, and that of a user's log takes the place of the one before; one transaction with its
/// activity.
async fn finish(app: &App, (row, fence): (&ExportRow, &Fence), made: Made) -> Result<(), ExportError> {
    let now = app.now();
    let facts = summed(facts_of(row, "export.generated", now)?, &made.summary);
    let kept_until = match row.kind {
        Kind::UserCsv => None,
        Kind::View | Kind::Sent => Some(now.plus(i64::from(app.settings().exports.keep_days) * Time::DAY).0),
    };
    let end = Finish {
        at: now.0,
        rows: number(made.summary.rows),
        bytes: number(made.summary.bytes),
        sha256: Some(made.summary.sha256),
        file: Some(made.name.clone()),
        expires_at: kept_until,
        through: Some((number(made.through.size), made.through.at.0)),
        error: None,
    };
    let mut tx = app.begin().await?;
    if !ended(&mut tx, &row.id, fence, &end).await? {
        // Called off, or another's: nothing may be left of it.
        drop(tx);
        let _ = tokio::fs::remove_file(directory(app).join(&made.name)).await;
        return Ok(());
    }
    let people = serde_json::to_string(&made.kept).map_err(Unavailable::new)?;
    store::exports::keep_people(&mut tx, &row.id, &people).await?;
    let mut replaced = Vec::new();
    if row.kind == Kind::UserCsv {
        let subject = row.subject_id.as_deref().unwrap_or_default();
        let rows = store::exports::for_subject(&mut tx, subject, Kind::UserCsv, 100).await?;
        replaced.extend(
            rows.into_iter()
                .filter(|other| other.id < row.id && other.file.is_some()),
        );
    }
    for old in &replaced {
        store::exports::let_go(&mut tx, &old.id, Gone::Replaced, now.0).await?;
    }
    tx.commit(facts).await?;
    for file in replaced.iter().filter_map(|old| old.file.as_deref()) {
        // A file that stays behind is removed at the next start.
        let _ = tokio::fs::remove_file(directory(app).join(file)).await;
    }
    Ok(())
}

/// How much kept files may still take.
struct Room {
    left: u64,
}

impl Room {
    async fn of(app: &App) -> Result<Self, ExportError> {
        let mut read = app.store().glance().await?;
        let kept = store::exports::kept_bytes(&mut read).await?;
        let most = app.settings().exports.keep_mib.saturating_mul(1 << 20);
        Ok(Self {
            left: most.saturating_sub(kept),
        })
    }

    fn check(&self, bytes: u64) -> Result<(), ExportError> {
        match bytes <= self.left {
            true => Ok(()),
            false => Err(ExportError::NoRoom),
        }
    }
}

/// Runs what waits for the disk, or computes for long, where it holds nobody up. A panic in it is an error: the writer of
/// workbooks panics where the disk is full.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ExportError> {
    let done = match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(cause) => Err(of_panic(cause.downcast_ref::<String>().map_or("", String::as_str))),
            Err(error) => Err(io::Error::other(error)),
        },
    };
    done.map_err(|error| Unavailable::new(error).into())
}

fn of_panic(text: &str) -> io::Error {
    match text.contains("StorageFull") {
        true => io::ErrorKind::StorageFull.into(),
        false => io::Error::other(format!("its writer panicked: {text}")),
    }
}

/// Why an export was given up: the reason, and what more is known of it.
pub(super) fn why(error: &ExportError) -> (Reason, String) {
    if let ExportError::View(ViewError::Unreadable(seqs)) = error {
        let last = seqs.end.saturating_sub(1);
        return (
            Reason::LogNotRead,
            format!("activities {} to {last} cannot be read", seqs.start),
        );
    }
    if matches!(error, ExportError::NoRoom) {
        return (Reason::NoRoom, String::new());
    }
    let chain = || {
        std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| {
            error.source()
        })
    };
    let is_full = |error: &io::Error| error.kind() == io::ErrorKind::StorageFull;
    if chain().any(|error| error.downcast_ref().is_some_and(is_full)) {
        return (Reason::DiskFull, String::new());
    }
    let is_log = matches!(error, ExportError::View(_)) || chain().any(|error| error.is::<LogError>());
    let reason = if is_log {
        Reason::LogNotRead
    } else {
        Reason::FileNotWritten
    };
    (reason, String::new())
}

fn part_path(app: &App, row: &ExportRow, fence: &Fence) -> PathBuf {
    directory(app).join(format!(".{}.{}.part", row.id, fence.number()))
}

/// Removes what is written of a file that will not be there.
pub(super) async fn remove_part(app: &App, row: &ExportRow, fence: &Fence) {
    // What stays behind is removed at the next start.
    let _ = tokio::fs::remove_file(part_path(app, row, fence)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_and_a_full_disk_is_called_one() {
        let hole = ExportError::from(ViewError::Unreadable(500..1_000));
        let said = "activities 500 to 999 cannot be read".to_owned();
        assert_eq!(why(&hole), (Reason::LogNotRead, said));
        let full = ExportError::from(Unavailable::new(io::Error::from(io::ErrorKind::StorageFull)));
        assert_eq!(why(&full).0, Reason::DiskFull);
        let panicked = of_panic("cannot write: Os { code: 28, kind: StorageFull, message: \"No space left\" }");
        assert_eq!(why(&Unavailable::new(panicked).into()).0, Reason::DiskFull);
        let other = ExportError::from(Unavailable::new(of_panic("index out of bounds")));
        assert_eq!(why(&other).0, Reason::FileNotWritten);
        assert_eq!(why(&ExportError::NoRoom).0, Reason::NoRoom);
        assert_eq!(why(&LogError::Closed.into()).0, Reason::LogNotRead);
    }
}
