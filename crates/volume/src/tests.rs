//! Volumes as the log uses them. Windows, batches and thresholds are tiny in tests, so that small volumes cross them.

mod blocks;
mod bounds;
mod files;
mod merging;
mod patching;
mod property;
mod samples;
mod scripts;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};

use activity::Activity;
use activity::query::Expr;
use proof::Hash;

use crate::{Cursor, Deadline, Leaf, Order, Part, Query, Volume, VolumeMeta};

fn leaf(activity: &Activity) -> Hash {
    proof::leaf_hash(&activity::codec::to_bytes(&activity.facts))
}

/// Makes a volume in a directory of its own under `root`, named by its id.
fn rewrite(root: &Path, first: u64, count: u64, parts: Vec<Part<'_, Activity>>) -> crate::Result<VolumeMeta> {
    let id = id(first, count);
    crate::rewrite(
        &root.join(&id),
        &id,
        parts,
        &|activity: &Activity, _: &[activity::canonical::KeptDigest]| Some(leaf(activity)),
        &Deadline::none(),
    )
}

fn write(root: &Path, activities: &[Activity]) -> VolumeMeta {
    let leaves: Vec<Leaf> = activities.iter().map(|row| Leaf::Yielded(leaf(row))).collect();
    let parts = vec![Part::Rows(activities, &leaves)];
    rewrite(root, activities[0].seq, activities.len() as u64, parts).unwrap()
}

fn merge(root: &Path, parts: &[Volume]) -> crate::Result<VolumeMeta> {
    let first = parts.first().map_or(0, |part| part.meta().first_seq);
    let count = parts.iter().map(|part| part.meta().count).sum();
    rewrite(root, first, count, parts.iter().map(Part::Volume).collect())
}

/// The same rows with an index made anew.
fn reindex(root: &Path, meta: &VolumeMeta) -> crate::Result<VolumeMeta> {
    let part = Part::Record {
        dir: &root.join(&meta.id),
        meta,
        alter: None,
    };
    rewrite(root, meta.first_seq, meta.count, vec![part])
}

/// An id that no other volume of this process has.
fn id(first_seq: u64, count: u64) -> String {
    static MAKINGS: AtomicU64 = AtomicU64::new(0);
    VolumeMeta::new_id(
        first_seq,
        count,
        &format!("test{}", MAKINGS.fetch_add(1, Atomic::Relaxed)),
    )
}

fn open(root: &Path, meta: &VolumeMeta) -> Volume {
    Volume::open(&root.join(&meta.id), meta.clone()).unwrap()
}

/// A query without a deadline.
fn asked(expr: &Expr) -> Query {
    Query::new(expr, Deadline::none())
}

/// What a query must give, by the in-memory evaluator.
fn expected(activities: &[Activity], expr: &Expr, order: Order) -> Vec<Activity> {
    let mut rows: Vec<Activity> = activities.iter().filter(|row| expr.matches(row)).cloned().collect();
    rows.sort_by_key(Cursor::after);
    match order {
        Order::Newest => rows.reverse(),
        Order::Oldest => {}
        Order::Recorded => rows.sort_by_key(|row| row.seq),
    }
    rows
}
