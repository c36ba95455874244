//! Volumes as the log uses them. Windows, batches and thresholds are tiny in tests, so that small volumes cross them.

mod blocks;
mod bounds;
mod files;
mod property;
mod samples;

use std::sync::atomic::{AtomicU64, Ordering as Atomic};

use activity::Activity;
use activity::query::Expr;
use proof::Hash;

use crate::{Cursor, Deadline, Order, Query, Volume, VolumeMeta};

fn leaf(activity: &Activity) -> Hash {
    proof::leaf_hash(&activity::codec::to_bytes(&activity.facts))
}

fn write(root: &std::path::Path, activities: &[Activity]) -> VolumeMeta {
    let leaves: Vec<Hash> = activities.iter().map(leaf).collect();
    let id = id(activities[0].seq, activities.len() as u64);
    crate::write(root, &id, activities, &leaves).unwrap()
}

fn merge(root: &std::path::Path, parts: &[Volume]) -> crate::Result<VolumeMeta> {
    let first = parts.first().map_or(0, |part| part.meta().first_seq);
    crate::merge(
        root,
        &id(first, parts.iter().map(|part| part.meta().count).sum()),
        parts,
    )
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

fn open(root: &std::path::Path, meta: &VolumeMeta) -> Volume {
    Volume::open(root, meta.clone()).unwrap()
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
