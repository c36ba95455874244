//! Makes one file: beside its name, a chunk of the log at a time, for as long as the job is ours.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use activity::{Reason, Time};
use engine::{Fence, Lease, LogError, Order, Through};
use store::exports::{ExportRow, Finish, Gone, Kind};

use super::attest::{Beside, Written, attest, proves_rows};
use super::beside::{Part, path, remove, remove_unfinished, unfinished};
use super::disk::{Room, off_thread};
use super::proofs::Places;
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
        None => clear_away(app, (row, lease.fence())).await,
    }
}

/// Removes what was written until the job was lost: what has no name yet first, so that nothing gets one any more.
async fn clear_away(app: &App, (row, fence): (&ExportRow, &Fence)) -> Result<(), ExportError> {
    remove_unfinished(app, (row, fence)).await;
    // The job is gone as well where the file was there just then: a commit under way is waited for.
    let mut tx = app.begin().await?;
    fence.holds(&mut tx).await?;
    let now = store::exports::by_id(&mut tx, &row.id).await?;
    tx.rollback().await;
    let name = name_of(row, fence);
    if now.is_none_or(|now| now.file.as_ref() != Some(&name)) {
        remove(app, &name).await;
    }
    Ok(())
}

/// A file whose rows are written, under its name.
struct Made {
    name: String,
    summary: Summary,
    beside: Beside,
    through: Through,
    kept: Kept,
}

async fn write(app: &App, row: &ExportRow, lease: &Lease) -> Result<(), ExportError> {
    let expr = expr(app, row).await?;
    let look = app.log().look().await?.unhurried();
    // After the look, so that it covers every row of it.
    let attested = app.log().attested().await?;
    lease.progress().expect(look.count(&expr, u64::MAX).await?.n);
    let mut scan = look.scan(expr.clone(), Order::Newest)?;
    let through = scan.complete_through();
    let part = unfinished(app, (row, lease.fence()), Part::File);
    let room = Room::of(app).await?;
    let (file, mut writer) = begin(app, row, part.clone()).await?;
    let is_proved = attested.is_some() && proves_rows(row);
    let mut places = is_proved.then(|| Places::new(app.settings().exports.proved_rows));
    let mut kept = Kept::of(serde_json::from_str(&row.requester).map_err(Unavailable::new)?);
    loop {
        lease.progress().reached(writer.rows());
        lease.progress().wrote(writer.bytes());
        room.check(writer.bytes().max(1))?;
        let Some(chunk) = scan.next_chunk().await else { break };
        let rows = kept.keep(chunk?);
        places.take_if(|places| !places.note(&rows));
        writer = off_thread(move || writer.write_rows(&rows).map(|()| writer)).await?;
    }
    let name = name_of(row, lease.fence());
    let to = path(app, &name, Part::File);
    let summary = off_thread(move || end(&file, writer, [&part, &to])).await?;
    let written = Written {
        row,
        fence: lease.fence(),
        name: &name,
        summary: &summary,
        through,
        look: &look,
        expr,
        room: room.without(summary.bytes),
    };
    let beside = match room.check(summary.bytes) {
        Ok(()) => attest(app, written, attested.as_ref(), places).await,
        Err(error) => Err(error),
    };
    let beside = match beside {
        Ok(beside) => beside,
        Err(error) => {
            remove(app, &name).await;
            return Err(error);
        }
    };
    let made = Made {
        name,
        summary,
        beside,
        through,
        kept,
    };
    finish(app, (row, lease.fence()), made).await
}

/// The name of the file. The number of the claim is in it: whoever lost the job overwrites nothing of who has it.
fn name_of(row: &ExportRow, fence: &Fence) -> String {
    format!("{}-{}.{}", row.id, fence.number(), format(row.format).extension())
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
        manifest_bytes: made.beside.manifest.map(number),
        proof_bytes: made.beside.proofs.map(number),
        expires_at: kept_until,
        through: Some((number(made.through.size), made.through.at.0)),
        error: None,
    };
    let mut tx = app.begin().await?;
    if !ended(&mut tx, &row.id, fence, &end).await? {
        // Called off, or another's: nothing may be left of it.
        drop(tx);
        remove(app, &made.name).await;
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
        remove(app, file).await;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::super::disk::of_panic;
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
