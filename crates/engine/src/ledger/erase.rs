//! Taking a person's values out of the log: out of hot activities first, in the database, so that nothing is sealed with them;
//! then out of each volume that names them; and at last what the database itself kept. Every step ends with a transaction
//! after which the next begins, and none remembers anything: after a crash the same function finds the same work.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use activity::erased::Remains;
use activity::query::Expr;
use activity::{Activity, ERASED, Seq, Time, canonical};
use futures::future::join_all;
use store::Tx;
use store::log::erasure::{self, Requested, Stage};
use store::log::{head, person_key, volume as table};
use volume::{Alteration, Filling, Leaves as _, Order, Part, Query, RecordOnly, RecordRow, Room, Volume, VolumeMeta};

use super::rewrite::{Replaced, Step, Work, Workplace};
use crate::LogError;
use crate::erasing::Erasing;
use crate::ledger::Ledger;
use crate::reader::view::View;
use crate::shared::KeyedLeaves;
use crate::tasks::blocking;
use crate::tombstones::TombstoneFile;

/// Rows that name somebody, read at once.
const SOME: Room = Room {
    rows: 64,
    bytes: 1 << 20,
};

/// That somebody was erased, or is being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Its number, from 1.
    pub id: u64,
    /// When it was requested; from then on nothing shows what goes.
    pub requested_at: Time,
    /// When nothing of it was left in any file; `None` as long as something may be.
    pub finished_at: Option<Time>,
    /// Activities below this one are rewritten; what names the person from here on is theirs anew.
    pub seq: Seq,
    /// Below which of them all were looked at.
    pub looked_at: u64,
    /// How many named the person.
    pub rewritten: u64,
}

/// How many activities were rewritten, by the number of the erasure.
pub(crate) type Rewritten = BTreeMap<u64, u64>;

/// What answers whether a volume names somebody.
pub(super) enum Readable {
    Whole(Volume),
    Unindexed(RecordOnly),
}

impl Ledger {
    /// Has a person erased inside the caller's transaction: their key is theirs no more, and from the commit on nothing
    /// shows their values. Guarantee: what is recorded before is rewritten and what is recorded later is under another
    /// key, because the head is locked.
    pub(crate) async fn erase(&self, tx: &mut Tx, person: &str) -> Result<u64, LogError> {
        if matches!(person, ERASED | canonical::NOBODY) {
            return Err(LogError::Nobody(person.to_owned()));
        }
        let key = person_key::take(tx, person).await?;
        let seq = head::lock(tx).await?.size;
        let requested = Requested {
            person,
            key,
            seq,
            at: self.shared.clock().now(),
            salt: self.shared.rng().key(),
        };
        let id = erasure::begin(tx, requested).await?;
        let (shared, tombstone) = (Arc::clone(&self.shared), requested.tombstone(id));
        let outside = Arc::clone(&self.tombstones);
        tx.on_commit(move || {
            shared.keys().follow(id);
            // Before anything tells that they were erased; what fails here is done at the next start.
            if let Some(Err(error)) = outside.get().map(|file| file.add(&[tombstone])) {
                tracing::error!(%error, "that somebody was erased is not kept outside the data yet");
            }
            shared.ask_to_erase();
        });
        Ok(id)
    }

    /// Keeps in this file, too, that somebody was erased.
    pub(crate) async fn keep_tombstones_in(&self, path: PathBuf) -> Result<(), LogError> {
        let known = erasure::tombstones(&mut self.shared.store().glance().await?, 0).await?;
        let (file, tombstones) = (TombstoneFile::new(path), Arc::clone(&self.tombstones));
        blocking(move || {
            file.add(&known)?;
            // A second file takes nothing from the first.
            let _ = tombstones.set(file);
            Ok(())
        })
        .await
    }

    /// Everybody who was erased, or is being.
    pub(crate) async fn erasures(&self) -> Result<Vec<Erasure>, LogError> {
        let rows = erasure::list(&mut self.shared.store().glance().await?).await?;
        let erasure = |of: erasure::Erasure| Erasure {
            id: of.id,
            requested_at: of.requested_at,
            finished_at: of.finished_at,
            seq: of.seq,
            looked_at: of.looked_at,
            rewritten: of.rewritten,
        };
        Ok(rows.into_iter().map(erasure).collect())
    }

    /// Whether what is left of an erasure only waits for others, who read an older state, to be done.
    pub(crate) async fn awaits_others(&self) -> Result<bool, LogError> {
        Ok(!self.at(Stage::Traces).await?.is_empty() || self.prunes_traces().await?)
    }

    /// Those who are at this stage.
    pub(super) async fn at(&self, stage: Stage) -> Result<Vec<erasure::Erasure>, LogError> {
        let pending = erasure::pending(&mut self.shared.store().glance().await?).await?;
        Ok(pending.into_iter().filter(|of| of.stage == stage).collect())
    }

    pub(super) async fn advance(&self, ids: &[u64], from: Stage) -> Result<(), LogError> {
        let fence = self.fence()?;
        let mut tx = self.shared.store().begin().await?;
        if !fence.holds(&mut tx).await? {
            tx.rollback().await;
            return Err(LogError::Elsewhere);
        }
        erasure::advance(&mut tx, ids, from, self.shared.clock().now()).await?;
        Ok(tx.commit().await?)
    }

    /// Takes the next step of those whose hot activities are rewritten: rewrites some volumes, or ends it; whether there was one
    /// to take. A volume that cannot be read is left until it can be, and so is the end.
    pub(crate) async fn erase_next(self: &Arc<Self>) -> Result<bool, LogError> {
        let due = self.at(Stage::Sealed).await?;
        if due.is_empty() {
            return self.erase_traces().await;
        }
        let (ids, erasing) = (
            due.iter().map(|of| of.id).collect::<Vec<_>>(),
            Arc::new(Erasing::of(&due)),
        );
        let view = Arc::new(self.reader.view().await?);
        let (mut is_whole, mut named) = (true, Vec::new());
        let volumes = self.live().await?.into_iter();
        for meta in volumes.filter(|meta| meta.first_seq < erasing.end() && !meta.is_emptied()) {
            let Some(readable) = readable(&view, &meta) else {
                is_whole = false;
                continue;
            };
            let (of, halt) = (Arc::clone(&erasing), self.shared.halt().clone());
            if !blocking(move || readable.names(&of, &Query::new(&Expr::All, halt))).await? {
                continue;
            }
            named.push(meta);
            if named.len() >= self.shared.settings().erase_at_once {
                match self.rewrite_volumes(&erasing, std::mem::take(&mut named)).await? {
                    Some(done) => return Ok(done),
                    None => is_whole = false,
                }
            }
        }
        is_whole &= named.is_empty();
        if let Some(done) = self.rewrite_volumes(&erasing, named).await? {
            return Ok(done);
        }
        if !is_whole {
            tracing::error!("somebody cannot be erased from volumes that cannot be read; see `whodid doctor`");
            return Ok(false);
        }
        self.advance(&ids, Stage::Sealed).await?;
        self.reached(Work::Erase, Step::Advanced)?;
        Ok(true)
    }

    /// Rewrites these volumes, each beside the others; whether one was. `None` if none of them can be read.
    async fn rewrite_volumes(
        self: &Arc<Self>,
        erasing: &Arc<Erasing>,
        metas: Vec<VolumeMeta>,
    ) -> Result<Option<bool>, LogError> {
        // Of several the first may be done last: until all are it is known that what lies before them was looked at.
        let looked_at = match metas.as_slice() {
            [] => return Ok(None),
            [only] => only.end_seq(),
            [first, ..] => first.first_seq,
        };
        let works = metas
            .into_iter()
            .map(|meta| self.rewrite_volume(erasing, meta, looked_at));
        let mut done = None;
        for work in join_all(works).await {
            match work {
                Ok(made) => done = Some(made || done == Some(true)),
                // It holds up neither the others nor what else there is to do.
                Err(LogError::Volume(error)) => tracing::error!(%error, "somebody cannot be erased from a volume yet"),
                Err(other) => return Err(other),
            }
        }
        Ok(done)
    }

    async fn rewrite_volume(
        self: &Arc<Self>,
        erasing: &Arc<Erasing>,
        meta: VolumeMeta,
        looked_at: Seq,
    ) -> Result<bool, LogError> {
        let started = std::time::Instant::now();
        let (ledger, leaf_of) = (Arc::clone(self), KeyedLeaves::taking(&self.shared, erasing));
        let (seqs, id) = (meta.seqs(), meta.id.clone());
        let rewritten: Arc<Mutex<Rewritten>> = Arc::default();
        let replaced = Replaced::Erased {
            id: id.clone(),
            looked_at,
            rewritten: Arc::clone(&rewritten),
        };
        let of = Arc::clone(erasing);
        let make = move |place: &Workplace<'_>| {
            let mut counts = Rewritten::new();
            let mut alter = |row: &mut RecordRow| {
                for id in of.for_whom(&row.activity) {
                    *counts.entry(id).or_default() += 1;
                }
                let remains = of.erase_row(row);
                if remains == Remains::Digests
                    && let Some(leaf) = row.leaf
                    && leaf_of.leaf(&row.activity, &row.kept) == Some(leaf)
                {
                    // It was kept only because a key was not at hand when the row was sealed.
                    row.leaf = None;
                }
                remains != Remains::All
            };
            let dir = ledger.reader.shelf().place(&meta.id)?;
            let part: Part<'_, Activity> = Part::Record {
                dir: &dir,
                meta: &meta,
                alter: Some(Alteration {
                    may: &|glance| of.may_be_named_in(glance),
                    alter: &mut alter,
                }),
            };
            let made = place.make(vec![part], &leaf_of)?;
            *rewritten.lock().unwrap_or_else(PoisonError::into_inner) = counts;
            Ok(made)
        };
        let Some(made) = self.rewrite(Work::Erase, seqs, replaced, make).await? else {
            return Ok(false);
        };
        self.clear_away(&id).await;
        metrics::histogram!("whodid_erase_seconds").record(started.elapsed().as_secs_f64());
        tracing::info!(volume = id, into = %made.id, activities = made.count, millis = started.elapsed().as_millis(),
            "took somebody's values out of a volume");
        Ok(true)
    }

    /// Ends the erasures of which only traces may be left; whether there were such, and it could. Somebody who reads an older state is not waited for: it is tried again.
    async fn erase_traces(&self) -> Result<bool, LogError> {
        let due = self.at(Stage::Traces).await?;
        if due.is_empty() {
            return Ok(false);
        }
        if !self.clear_traces().await? {
            return Ok(false);
        }
        self.reached(Work::Erase, Step::Scrubbed)?;
        let ids: Vec<u64> = due.iter().map(|of| of.id).collect();
        self.advance(&ids, Stage::Traces).await?;
        tracing::info!(persons = ids.len(), "nothing is left of who was to be erased");
        Ok(true)
    }

    /// Removes what is left of volumes that were replaced and of what the database deleted; whether nothing is left.
    pub(super) async fn clear_traces(&self) -> Result<bool, LogError> {
        let store = self.shared.store();
        let mut tx = store.begin().await?;
        table::hasten(&mut tx, self.shared.clock().now()).await?;
        tx.commit().await?;
        self.sweep().await?;
        let left = table::due(&mut store.glance().await?, self.shared.clock().now()).await?;
        if head::has_traces(&mut store.glance().await?).await? {
            store.scrub(true).await?;
            let mut tx = store.begin().await?;
            head::without_traces(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(left.is_empty() && store.scrub(false).await?)
    }
}

pub(super) fn readable(view: &View, meta: &VolumeMeta) -> Option<Readable> {
    let whole = view.volumes.iter().find(|volume| volume.meta().id == meta.id);
    let unindexed = || view.unindexed.iter().find(|volume| volume.meta().id == meta.id);
    let whole = whole.cloned().map(Readable::Whole);
    whole.or_else(|| unindexed().cloned().map(Readable::Unindexed))
}

impl Readable {
    /// Whether any of its rows names one of them.
    fn names(&self, erasing: &Erasing, query: &Query) -> Result<bool, LogError> {
        let mut named = query.another(erasing.named());
        match self {
            Self::Whole(volume) => {
                let mut after = None;
                loop {
                    let rows = volume.search(&mut named, Order::Recorded, after, Filling::new(SOME))?;
                    let Some(last) = rows.last() else {
                        return Ok(false);
                    };
                    after = Some(crate::Cursor::after(last));
                    if rows.iter().any(|row| erasing.is_named_in(row)) {
                        return Ok(true);
                    }
                }
            }
            Self::Unindexed(volume) => {
                for rows in volume.scan(named, Order::Recorded, SOME)? {
                    if rows?.iter().any(|row| erasing.is_named_in(row)) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}
