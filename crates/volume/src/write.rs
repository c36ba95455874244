//! Writing a volume: record, index and tree, then its name.

use std::path::Path;

use activity::{Activity, Time};
use proof::Hash;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::write::IndexWriter;
use crate::meta::{FORMAT, VolumeMeta};
use crate::record::write::RecordWriter;
use crate::tree::Levels;

/// Writes the volume `id` of these activities (gapless by `seq`) and their leaf hashes under `root`, durably: it is there
/// whole, under its own name, when this returns, and not at all under that name if it fails.
pub fn write(root: &Path, id: &str, activities: &[Activity], leaves: &[Hash]) -> Result<VolumeMeta> {
    let (first, last) = check(activities, leaves)?;
    let mut levels = Levels::new(first.seq);
    leaves.iter().for_each(|leaf| levels.push(*leaf));
    let tree_root = levels.range().root();
    let dir = files::begin(root, id)?;

    let mut record = RecordWriter::create(&files::record(&dir))?;
    record.add(activities)?;
    record.finish()?;
    let mut index = IndexWriter::create(&files::index(&dir))?;
    activities.iter().try_for_each(|activity| index.add(activity))?;
    index.finish()?;
    write_tree(&dir, &levels)?;

    let (record_bytes, record_sha256) = files::sum(&files::record(&dir))?;
    let times = || activities.iter().map(|activity| activity.occurred_at);
    let meta = VolumeMeta {
        id: id.to_owned(),
        first_seq: first.seq,
        count: activities.len() as u64,
        min_occurred: times().min().unwrap_or(Time::MIN),
        max_occurred: times().max().unwrap_or(Time::MAX),
        in_time_order: times().is_sorted(),
        first_recorded: first.recorded_at,
        last_recorded: last.recorded_at,
        record_bytes,
        index_bytes: files::size(&files::index(&dir))?,
        record_sha256,
        tree_root,
        index_format: FORMAT,
    };
    files::publish(root, &dir, &meta)?;
    Ok(meta)
}

pub(crate) fn write_tree(dir: &Path, levels: &Levels) -> Result<()> {
    let path = files::tree(dir);
    std::fs::write(&path, levels.to_bytes()).map_err(VolumeError::io(&path))
}

fn check<'a>(activities: &'a [Activity], leaves: &[Hash]) -> Result<(&'a Activity, &'a Activity)> {
    let (Some(first), Some(last)) = (activities.first(), activities.last()) else {
        return Err(VolumeError::Unfit("there are none".to_owned()));
    };
    if activities.len() != leaves.len() {
        let detail = format!("{} activities have {} leaves", activities.len(), leaves.len());
        return Err(VolumeError::Unfit(detail));
    }
    if activities.len() >= u32::MAX as usize {
        return Err(VolumeError::Unfit(format!(
            "{} activities are too many for one volume",
            activities.len()
        )));
    }
    let gap = activities
        .iter()
        .zip(first.seq..)
        .find(|(activity, seq)| activity.seq != *seq);
    if let Some((activity, seq)) = gap {
        return Err(VolumeError::Unfit(format!(
            "activity {} stands where {seq} belongs",
            activity.seq
        )));
    }
    Ok((first, last))
}
