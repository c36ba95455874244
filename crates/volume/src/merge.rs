//! Making one volume of several adjacent ones.

use std::path::{Path, PathBuf};

use tantivy::Index;
use tantivy::directory::MmapDirectory;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::meta::{FORMAT, VolumeMeta};
use crate::record::read::RecordReader;
use crate::record::write::RecordWriter;
use crate::tree::Levels;
use crate::volume::Volume;
use crate::write::write_tree;

/// Makes the volume `id` of these two or more adjacent ones under `root`, in order, durably. The parts stay. The caller verifies what
/// came out before it removes them.
pub fn merge(root: &Path, id: &str, parts: &[Volume]) -> Result<VolumeMeta> {
    let metas: Vec<&VolumeMeta> = parts.iter().map(Volume::meta).collect();
    let (first, last) = check(&metas)?;
    let mut levels = Levels::new(first.first_seq);
    for part in &metas {
        levels.join(&Levels::read(&files::tree(&root.join(&part.id)))?)?;
    }
    let tree_root = levels.range().root();
    let count = metas.iter().map(|part| part.count).sum();
    let dir = files::begin(root, id)?;

    let mut record = RecordWriter::create(&files::record(&dir))?;
    for part in &metas {
        let mut rows = RecordReader::open(&files::record(&root.join(&part.id)))?;
        while let Some(batch) = rows.next_batch() {
            record.add_batch(&batch?)?;
        }
    }
    record.finish()?;
    let indexes: Vec<Index> = parts.iter().map(|part| part.0.index.index.clone()).collect();
    merge_indexes(&indexes, &files::index(&dir))?;
    write_tree(&dir, &levels)?;

    let (record_bytes, record_sha256) = files::sum(&files::record(&dir))?;
    let min_occurred = metas
        .iter()
        .map(|part| part.min_occurred)
        .min()
        .unwrap_or(first.min_occurred);
    let max_occurred = metas
        .iter()
        .map(|part| part.max_occurred)
        .max()
        .unwrap_or(last.max_occurred);
    let joints = metas
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if a.max_occurred <= b.min_occurred));
    let meta = VolumeMeta {
        id: id.to_owned(),
        first_seq: first.first_seq,
        count,
        min_occurred,
        max_occurred,
        in_time_order: joints && metas.iter().all(|part| part.in_time_order),
        first_recorded: first.first_recorded,
        last_recorded: last.last_recorded,
        record_bytes,
        index_bytes: files::size(&files::index(&dir))?,
        record_sha256,
        tree_root,
        index_format: FORMAT,
    };
    files::publish(root, &dir, &meta)?;
    Ok(meta)
}

/// Merges indexes of one segment each, in order, into one of one segment. Documents keep their order.
pub(crate) fn merge_indexes(parts: &[Index], path: &PathBuf) -> Result<()> {
    std::fs::create_dir_all(path).map_err(VolumeError::io(path))?;
    let directory = MmapDirectory::open(path).map_err(VolumeError::index(path))?;
    tantivy::indexer::merge_indices(parts, directory).map_err(VolumeError::index(path))?;
    Ok(())
}

fn check<'a>(metas: &[&'a VolumeMeta]) -> Result<(&'a VolumeMeta, &'a VolumeMeta)> {
    let (Some(first), Some(last)) = (metas.first(), metas.last()) else {
        return Err(VolumeError::Unfit("there are no volumes to merge".to_owned()));
    };
    if metas.len() == 1 {
        return Err(VolumeError::Unfit(format!(
            "volume {} alone has nothing to merge with",
            first.id
        )));
    }
    let apart = metas
        .windows(2)
        .find(|pair| matches!(pair, [a, b] if a.end_seq() != b.first_seq));
    if let Some([a, b]) = apart {
        return Err(VolumeError::Unfit(format!("volume {} does not follow {}", b.id, a.id)));
    }
    if metas.iter().map(|part| part.count).sum::<u64>() >= u64::from(u32::MAX) {
        return Err(VolumeError::Unfit(
            "together they are too large for one volume".to_owned(),
        ));
    }
    Ok((first, last))
}
