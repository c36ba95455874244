//! The rows of a file: how many there are, in which order, and that each says what was proved of it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use activity::Activity;
use anyhow::{Context as _, Result};
use app::exports::{Format, rows_of};
use proof::Manifest;

use super::Report;
use super::proofs::Proven;

/// Holds the rows of a file against its manifest and the proofs, and names the first that does not hold.
pub(super) fn check(
    report: &mut Report,
    (file, format): (&Path, Format),
    manifest: &Manifest,
    proven: Option<Proven>,
) -> Result<()> {
    let rows = match rows_of(file, format) {
        Ok(Some(rows)) => rows,
        Ok(None) => return counted(report, (file, format), manifest),
        Err(error) => {
            report.wrong(format!("the file is no {}: {error}", format.title()));
            return Ok(());
        }
    };
    let has_all = format == Format::Jsonl || manifest.proof.is_some();
    if !has_all {
        report.holds("its rows are not all of what was recorded, so they are not read one by one");
        return Ok(());
    }
    let mut checked = Checked {
        proven,
        before: None,
        count: 0,
        unshown: 0,
    };
    for row in rows {
        let wrong = match &row {
            Ok(row) => checked.wrong_with(row),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = wrong {
            report.wrong(why);
            return Ok(());
        }
    }
    checked.end(report, manifest);
    Ok(())
}

struct Checked {
    proven: Option<Proven>,
    before: Option<(i64, u64)>,
    count: u64,
    /// Rows of which the leaf alone is known.
    unshown: u64,
}

impl Checked {
    /// What is wrong with the next row, if anything is.
    fn wrong_with(&mut self, row: &Activity) -> Option<String> {
        self.count += 1;
        let named = format!("row {}, activity {}", self.count, row.seq);
        let place = (row.occurred_at.0, row.seq);
        let before = self.before.replace(place);
        if let Some(proven) = &mut self.proven {
            let Some(said) = proven.get_mut(&row.seq) else {
                return Some(format!("{named}: it is not among those that are proved"));
            };
            if said.is_seen {
                return Some(format!("{named}: it is there twice"));
            }
            said.is_seen = true;
            match said.fits(row) {
                Some(true) => {}
                Some(false) => return Some(format!("{named}: it says something else than the log")),
                None => self.unshown += 1,
            }
        }
        match before {
            Some(before) if before <= place => Some(format!("{named}: it is out of order")),
            _ => None,
        }
    }

    /// That no row is missing.
    fn end(self, report: &mut Report, manifest: &Manifest) {
        let count = self.count;
        report.is(
            count == manifest.rows,
            match count == manifest.rows {
                true => format!("the file has {count} rows, the newest first"),
                false => format!("the file has {count} rows, and {} were signed", manifest.rows),
            },
        );
        let Some(proven) = self.proven else { return };
        let missing = proven
            .iter()
            .filter(|(_, said)| !said.is_seen)
            .map(|(seq, _)| *seq)
            .min();
        match missing {
            Some(seq) => report.wrong(format!("activity {seq} is proved and not in the file")),
            None => report.holds(format!("{} rows say what the log says", count - self.unshown)),
        }
    }
}

/// The rows of a form that does not say all of a row are only counted, those of a workbook not even that.
fn counted(report: &mut Report, (file, format): (&Path, Format), manifest: &Manifest) -> Result<()> {
    if format != Format::Csv {
        report.holds(format!(
            "{} rows were signed; those of a workbook are not counted",
            manifest.rows
        ));
        return Ok(());
    }
    let failed = || format!("cannot read {}", file.display());
    let (mut quoted, mut lines) = (false, 0_u64);
    for byte in BufReader::new(File::open(file).with_context(failed)?).bytes() {
        match byte.with_context(failed)? {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => lines += 1,
            _ => {}
        }
    }
    let rows = lines.saturating_sub(1);
    report.is(
        rows == manifest.rows,
        format!("the file has {rows} rows, and {} were signed", manifest.rows),
    );
    Ok(())
}
