//! An open volume: what it can be asked.

use std::collections::BTreeMap;
use std::path::Path;

use activity::query::Expr;
use activity::{Activity, Seq, Time};
use proof::Hash;

use crate::error::{Result, VolumeError};
use crate::meta::VolumeMeta;

/// The order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Latest `(occurred_at, seq)` first: as people read.
    Newest,
    /// Earliest `(occurred_at, seq)` first.
    Oldest,
    /// By `seq`: as machines follow.
    Recorded,
}

/// The row after which to go on. [`Order::Recorded`] looks at `seq` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// When that row happened.
    pub occurred_at: Time,
    /// Its sequence number.
    pub seq: Seq,
}

/// How many match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// This many, or at least this many.
    pub n: u64,
    /// Whether there are no more than `n`.
    pub exact: bool,
}

/// By what to count. Rows without a value are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// The activity type's code.
    Kind,
    /// `success` or `failure`.
    Outcome,
    /// The user's id.
    User,
    /// The group's id.
    Group,
    /// The application's id.
    Application,
    /// The address.
    Ip,
    /// The device in words.
    Device,
    /// The country's code.
    Country,
}

/// An open volume. Cheap to clone; answers from any thread.
#[derive(Clone, Debug)]
pub struct Volume {
    meta: VolumeMeta,
}

/// All matches in order, a chunk at a time. Owns its volume.
pub struct Scan {}

impl Iterator for Scan {
    type Item = Result<Vec<Activity>>;
    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

fn unbuilt<T>() -> Result<T> {
    Err(VolumeError::Unfit("not built yet".to_owned()))
}

impl Volume {
    /// Opens the volume `meta` under `root`, whose index must be of this build's format.
    pub fn open(_root: &Path, _meta: VolumeMeta) -> Result<Self> {
        unbuilt()
    }
    /// What is known of it.
    pub fn meta(&self) -> &VolumeMeta {
        &self.meta
    }
    /// The first `limit` matches of the bound `expr` after the cursor.
    pub fn search(&self, _expr: &Expr, _order: Order, _after: Option<Cursor>, _limit: usize) -> Result<Vec<Activity>> {
        unbuilt()
    }
    /// How many match, counting no further than `cap` where counting costs something.
    pub fn count(&self, _expr: &Expr, _cap: u64) -> Result<Count> {
        unbuilt()
    }
    /// How many match for each value of the facet.
    pub fn count_by(&self, _expr: &Expr, _facet: Facet) -> Result<BTreeMap<String, u64>> {
        unbuilt()
    }
    /// All matches in order, `chunk` rows at a time.
    pub fn scan(&self, _expr: &Expr, _order: Order, _chunk: usize) -> Result<Scan> {
        unbuilt()
    }
    /// The activity with this sequence number, if it is in this volume.
    pub fn get(&self, _seq: Seq) -> Result<Option<Activity>> {
        unbuilt()
    }
}

/// Writes a volume of these activities (gapless by `seq`) and their leaf hashes under `root`, durably.
pub fn write(_root: &Path, _activities: &[Activity], _leaves: &[Hash]) -> Result<VolumeMeta> {
    unbuilt()
}
/// Reads the volume back and checks all of it: sums, count, order, leaves, tree and index. `leaf_of` recomputes a leaf,
/// `None` where the keys it needs are gone (then the record must carry the leaf).
pub fn verify(_root: &Path, _meta: &VolumeMeta, _leaf_of: &dyn Fn(&Activity) -> Option<Hash>) -> Result<()> {
    unbuilt()
}
/// Makes one volume of these adjacent ones, in order, durably. The parts stay.
pub fn merge(_root: &Path, _parts: &[Volume]) -> Result<VolumeMeta> {
    unbuilt()
}
/// Removes a volume's files, or what an interrupted write left under this name. Absence is fine.
pub fn remove(_root: &Path, _id: &str) -> Result<()> {
    unbuilt()
}
/// The names under `root`: volumes and leftovers of interrupted writes alike.
pub fn list(_root: &Path) -> Result<Vec<String>> {
    unbuilt()
}
/// Builds the index anew from the record, in this build's format; gives the changed meta.
pub fn reindex(_root: &Path, _meta: &VolumeMeta) -> Result<VolumeMeta> {
    unbuilt()
}
