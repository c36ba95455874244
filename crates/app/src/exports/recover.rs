//! Clears the directory of kept files at the start: only what a row says was made here, and is not kept, is removed.

use std::collections::HashMap;
use std::ffi::OsStr;

use store::exports::Known;

use super::beside::file_of;
use super::worker::directory;
use super::{ExportError, Format};
use crate::{App, Unavailable};

/// Rows read at once.
const PAGE: i64 = 1_000;

/// Removes files of exports that ended without them, and the halves of those that will be made anew. Whatever no row
/// knows stays where it is and is told of.
pub(super) async fn recover(app: &App) -> Result<(), ExportError> {
    let dir = directory(app);
    tokio::fs::create_dir_all(&dir).await.map_err(Unavailable::new)?;
    let known = known(app).await?;
    let mut unknown = 0_u64;
    let mut entries = tokio::fs::read_dir(&dir).await.map_err(Unavailable::new)?;
    while let Some(entry) = entries.next_entry().await.map_err(Unavailable::new)? {
        match judge(&entry.file_name(), &known) {
            Found::Kept => {}
            Found::Unknown => unknown += 1,
            Found::Left => tokio::fs::remove_file(entry.path()).await.map_err(Unavailable::new)?,
        }
    }
    if unknown > 0 {
        tracing::warn!(dir = %dir.display(), unknown, "files in the directory of exports belong to no export that is known here; they are left alone");
    }
    Ok(())
}

async fn known(app: &App) -> Result<HashMap<String, Known>, ExportError> {
    let mut read = app.store().glance().await?;
    let mut all = HashMap::new();
    let mut after = String::new();
    loop {
        let page = store::exports::known(&mut read, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.id.clone();
        all.extend(page.into_iter().map(|known| (known.id.clone(), known)));
    }
}

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// To be downloaded.
    Kept,
    /// Left behind by what made it.
    Left,
    /// Not ours, as far as is known.
    Unknown,
}

/// What a file of this name is: `exp_…-7.csv`, or `.exp_….7.part` while it is being made; 7 is the number of the claim, which
/// an earlier version left out. What lies beside a file is what the file is.
fn judge(name: &OsStr, known: &HashMap<String, Known>) -> Found {
    let Some(name) = name.to_str() else {
        return Found::Unknown;
    };
    let name = file_of(name);
    let part = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".part"));
    if let Some((id, claim)) = part.and_then(|part| part.rsplit_once('.')) {
        let is_number = claim.parse::<u64>().is_ok();
        // Nothing is being made yet: whoever makes it begins anew.
        return if is_number && known.contains_key(id) {
            Found::Left
        } else {
            Found::Unknown
        };
    }
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return Found::Unknown;
    };
    let id = match stem.rsplit_once('-') {
        Some((id, claim)) if claim.parse::<u64>().is_ok() => id,
        _ => stem,
    };
    match known.get(id) {
        Some(row) if row.file.as_deref() == Some(name) => Found::Kept,
        Some(_) if Format::named(extension).is_some() => Found::Left,
        _ => Found::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_row_knows_and_does_not_keep_is_removed() {
        let rows = [
            ("exp_1", Some("exp_1.csv"), true),
            ("exp_2", None, true),
            ("exp_3", None, false),
        ];
        let known = rows.map(|(id, file, is_finished)| {
            let known = Known {
                id: id.to_owned(),
                file: file.map(str::to_owned),
                is_finished,
            };
            (id.to_owned(), known)
        });
        let known = HashMap::from(known);
        for (name, found) in [
            ("exp_1.csv", Found::Kept),
            ("exp_1.parquet", Found::Left),
            ("exp_1.csv.manifest", Found::Kept),
            ("exp_1.csv.rows.jsonl", Found::Kept),
            ("exp_1.csv.rows", Found::Unknown),
            ("exp_1-2.csv.manifest", Found::Left),
            ("exp_2-1.jsonl.rows.jsonl", Found::Left),
            (".exp_2.4.part.manifest", Found::Left),
            (".exp_2.4.part.rows.jsonl", Found::Left),
            ("exp_9-1.csv.manifest", Found::Unknown),
            ("exp_2.xlsx", Found::Left),
            (".exp_2.4.part", Found::Left),
            ("exp_1-2.csv", Found::Left),
            ("exp_3-1.csv", Found::Left),
            ("exp_9-1.csv", Found::Unknown),
            (".exp_3.1.part", Found::Left),
            ("exp_orphan.csv", Found::Unknown),
            (".exp_orphan.1.part", Found::Unknown),
            ("exp_2.backup", Found::Unknown),
            (".exp_2.old.part", Found::Unknown),
            ("exp_2", Found::Unknown),
            ("notes.txt", Found::Unknown),
            (".part", Found::Unknown),
            ("", Found::Unknown),
        ] {
            assert_eq!(judge(OsStr::new(name), &known), found, "{name}");
        }
    }
}
