//! Makes what lies beside a file: the proofs of its rows, where they disclose no more than the file, and the signed
//! manifest that says what all of it is.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use activity::Seq;
use activity::query::Expr;
use engine::{Attested, Evidence, Fence, Order, Through};
use store::exports::{ExportRow, Kind};

use super::beside::{Part, path, unfinished};
use super::disk::{Room, off_thread};
use super::proofs::{Places, Shown, write_header, write_row};
use super::rows::{asked, columns, file_name, format};
use super::stated::{Stated, column_names};
use super::worker::directory;
use super::{Column, ExportError, Format, Summary, Whose};
use crate::App;
use crate::activity::{GuardedLook, Kept};

/// The titles of the four columns of the CSV of one user's log.
const USER_COLUMNS: [&str; 4] = ["User", "Details", "Activity", "Date/Time"];

/// Bytes of what lies beside a file.
#[derive(Default)]
pub(super) struct Beside {
    /// Those of its manifest.
    pub(super) manifest: Option<u64>,
    /// Those of the proofs of its rows.
    pub(super) proofs: Option<u64>,
}

/// A file that is written, and what it was made from.
pub(super) struct Written<'a> {
    pub(super) row: &'a ExportRow,
    pub(super) fence: &'a Fence,
    /// Its name in the directory of exports.
    pub(super) name: &'a str,
    pub(super) summary: &'a Summary,
    pub(super) through: Through,
    pub(super) look: &'a GuardedLook,
    pub(super) expr: Expr,
    /// What may still be written.
    pub(super) room: Room,
}

/// Whether the rows of this export get proofs. They show all that was recorded of a row, so only beside a file that does.
pub(super) fn proves_rows(row: &ExportRow) -> bool {
    let has_all = Column::choose(&columns(row)).is_ok_and(|chosen| chosen.len() == Column::ALL.len());
    row.kind == Kind::View && matches!(format(row.format), Format::Jsonl | Format::Parquet) && has_all
}

/// Makes what lies beside a file: proofs of its rows, if their places are given, and the manifest. Nothing, where nothing
/// signs the log.
pub(super) async fn attest(
    app: &App,
    written: Written<'_>,
    attested: Option<&Attested>,
    places: Option<Places>,
) -> Result<Beside, ExportError> {
    let Some(attested) = attested else {
        return Ok(Beside::default());
    };
    let proofs = match places {
        Some(places) => Some(prove(app, &written, attested, places).await?),
        None => None,
    };
    let note = stated(&written, proofs.is_some())?.sign(app, attested).await?;
    let bytes = note.len() as u64;
    written.room.check(proofs.unwrap_or_default().saturating_add(bytes))?;
    let mut parts = vec![moved(app, &written, Part::Manifest)];
    parts.extend(proofs.map(|_| moved(app, &written, Part::Proofs)));
    let (from, dir) = (
        unfinished(app, (written.row, written.fence), Part::Manifest),
        directory(app),
    );
    off_thread(move || {
        let mut file = File::create(from)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        for (from, to) in parts {
            std::fs::rename(from, to)?;
        }
        File::open(dir)?.sync_all()
    })
    .await?;
    Ok(Beside {
        manifest: Some(bytes),
        proofs,
    })
}

fn moved(app: &App, written: &Written<'_>, part: Part) -> (PathBuf, PathBuf) {
    let from = unfinished(app, (written.row, written.fence), part);
    (from, path(app, written.name, part))
}

/// Writes the proofs of the rows; how many bytes they have.
async fn prove(app: &App, written: &Written<'_>, attested: &Attested, places: Places) -> Result<u64, ExportError> {
    let nodes = Arc::new(attested.cover(Arc::new(places.in_order())).await?);
    let part = unfinished(app, (written.row, written.fence), Part::Proofs);
    let (bytes, leaves) = write(&part, written, (attested, &nodes), false).await?;
    if attested.holds(leaves, Arc::clone(&nodes)).await? {
        return Ok(bytes);
    }
    // Some rows are shown otherwise than they were recorded, as while somebody in them is being erased.
    Ok(write(&part, written, (attested, &nodes), true).await?.0)
}

/// Writes them, reading the rows once more, in the order of the log; how many bytes that are, and the leaves. With
/// `is_checked`, of a row that is not what the log's tree has only the leaf is shown.
async fn write(
    part: &Path,
    written: &Written<'_>,
    (attested, nodes): (&Attested, &Arc<Vec<[u8; 32]>>),
    is_checked: bool,
) -> Result<(u64, Vec<(Seq, [u8; 32])>), ExportError> {
    let (part, nodes, size) = (part.to_owned(), Arc::clone(nodes), attested.checkpoint().size());
    let mut out = off_thread(move || {
        let mut out = Counted {
            out: BufWriter::new(File::create(part)?),
            bytes: 0,
        };
        write_header(&mut out, size, &nodes)?;
        Ok(out)
    })
    .await?;
    let mut leaves = Vec::new();
    // They were noted with the file already.
    let mut kept = Kept::default();
    let mut scan = written.look.scan(written.expr.clone(), Order::Recorded)?;
    while let Some(chunk) = scan.next_chunk().await {
        written.room.check(out.bytes)?;
        let rows = kept.keep(chunk?);
        let mut lines = Vec::with_capacity(rows.len());
        for (row, evidence) in rows.iter().zip(attested.evidence(&rows).await?) {
            let made = evidence.as_ref().map(Evidence::leaf);
            let (leaf, shown) = match (made, evidence) {
                (Some(leaf), Some(evidence)) if !is_checked || leaf == attested.leaf(row.seq).await? => {
                    (leaf, Shown::Whole(evidence))
                }
                _ => {
                    let leaf = attested.leaf(row.seq).await?;
                    (leaf, Shown::Leaf(leaf))
                }
            };
            leaves.push((row.seq, leaf));
            lines.push((row.seq, shown));
        }
        out = off_thread(move || {
            for (seq, shown) in &lines {
                write_row(&mut out, *seq, shown)?;
            }
            Ok(out)
        })
        .await?;
    }
    let bytes = off_thread(move || {
        out.flush()?;
        out.out.get_ref().sync_all()?;
        Ok(out.bytes)
    });
    Ok((bytes.await?, leaves))
}

/// Counts bytes on their way.
struct Counted {
    out: BufWriter<File>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn stated(written: &Written<'_>, has_proofs: bool) -> Result<Stated, ExportError> {
    let Written { row, summary, .. } = written;
    let asked = asked(row)?;
    let log = match asked.as_ref().map(|asked| &asked.whose) {
        Some(Whose::Everybody) => "everybody".to_owned(),
        Some(Whose::Group(id)) => format!("group {id}"),
        Some(Whose::Person(id)) => format!("person {id}"),
        None => format!("person {}", row.subject_id.as_deref().unwrap_or_default()),
    };
    let format = format(row.format);
    let columns = match row.kind {
        Kind::UserCsv => USER_COLUMNS.map(str::to_owned).to_vec(),
        Kind::View | Kind::Sent => column_names(format, &Column::choose(&columns(row))?),
    };
    Ok(Stated {
        file: file_name(row),
        format,
        columns,
        query: row.query.clone(),
        log,
        zone: row.zone.clone(),
        from: asked.as_ref().and_then(|asked| asked.from),
        to: asked.as_ref().and_then(|asked| asked.to),
        summary: (*summary).clone(),
        complete_through: written.through.at,
        has_proofs,
    })
}
