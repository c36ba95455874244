//! Building the index anew from the record, as after a change of its format.

use std::path::Path;

use tantivy::Index;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::write::IndexWriter;
use crate::merge::merge_indexes;
use crate::meta::{FORMAT, VolumeMeta};
use crate::record::read::RecordReader;

/// Activities indexed in memory at once.
const SEGMENT: usize = if cfg!(test) { 10 } else { 1 << 16 };

/// Builds the index of the volume `meta` under `root` anew from its record, in this build's format; gives the changed
/// meta, which is also in the volume's `meta.json`. The volume must not be open for writing elsewhere; readers that
/// have it open keep the old index.
pub fn reindex(root: &Path, meta: &VolumeMeta) -> Result<VolumeMeta> {
    let dir = root.join(&meta.id);
    let (fresh, parts_dir) = (dir.join("index.new"), dir.join("index.parts"));
    files::remove_dir(&fresh)?;
    files::remove_dir(&parts_dir)?;
    let parts = build_parts(&dir, &parts_dir)?;
    merge_indexes(&parts, &fresh)?;
    drop(parts);
    files::remove_dir(&parts_dir)?;

    let meta = VolumeMeta {
        index_bytes: files::size(&fresh)?,
        index_format: FORMAT,
        ..meta.clone()
    };
    files::sync_all(&fresh)?;
    // Between the two steps the volume has no index; a reindex that is repeated makes one.
    files::remove_dir(&files::index(&dir))?;
    std::fs::rename(&fresh, files::index(&dir)).map_err(VolumeError::io(&fresh))?;
    files::write_meta(&dir, &meta)?;
    Ok(meta)
}

fn build_parts(dir: &Path, parts_dir: &Path) -> Result<Vec<Index>> {
    let mut record = RecordReader::open(&files::record(dir))?;
    let mut parts = Vec::new();
    let mut writer: Option<(IndexWriter, usize)> = None;
    while let Some(rows) = record.next_rows() {
        for row in rows? {
            let (index, count) = match &mut writer {
                Some(writer) => writer,
                none => none.insert((IndexWriter::create(&parts_dir.join(parts.len().to_string()))?, 0)),
            };
            index.add(&row.activity)?;
            *count += 1;
            if *count == SEGMENT
                && let Some((full, _)) = writer.take()
            {
                parts.push(full.finish()?);
            }
        }
    }
    if let Some((rest, _)) = writer {
        parts.push(rest.finish()?);
    }
    Ok(parts)
}
