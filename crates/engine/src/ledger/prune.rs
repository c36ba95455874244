//! Removing what was kept long enough: counted before anything is changed, hidden from the commit that decides it, and then
//! taken out of each volume that has some of it, oldest first. Every step ends with a transaction after which the next
//! begins, and none remembers anything.

use std::sync::Arc;

use activity::Heading;
use activity::{Activity, Time};
use store::Tx;
use store::log::retention::{self as table, NewRun, Run, Stage};
use store::log::{head, hot_batch, lost_batch};
use volume::{Alteration, Leaves as _, Order, Part, Query, RecordRow, VolumeError, VolumeMeta};

use super::erase::{Readable, readable};
use super::rewrite::{Replaced, Step, Work, Workplace};
use crate::ledger::Ledger;
use crate::pruning::{Pruning, Retention, RetentionBy, naming, of_import};
use crate::shared::KeyedLeaves;
use crate::tasks::blocking;
use crate::{Cut, LogError, Search, batch};

/// What would go of a heading, or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Of which, and recorded before when.
    pub cut: Cut,
    /// When the first of them was recorded, where that was looked for and there is one.
    pub from: Option<Time>,
    /// How many go.
    pub removed: u64,
    /// How many stay because they are on hold.
    pub held: u64,
}

/// What was removed at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRun {
    /// Its number, from 1.
    pub id: u64,
    /// When it was decided; from then on nothing shows what went.
    pub begun_at: Time,
    /// When nothing of it was left in any file; `None` as long as something may be.
    pub finished_at: Option<Time>,
    /// Activities from this one on were not looked at.
    pub seq: u64,
    /// Who asked for it, id and name; `None` where it was due.
    pub by: Option<(String, String)>,
    /// Whether there is a signed note of it.
    pub is_signed: bool,
    /// What went, in the order of headings.
    pub removals: Vec<Removal>,
    /// The import that it took out of the log, where it was one that was undone.
    pub import: Option<UndoneImport>,
}

/// An import that was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoneImport {
    /// Its number.
    pub id: u64,
    /// How many activities went with it.
    pub removed: u64,
    /// Why.
    pub reason: String,
}

impl RetentionRun {
    /// How many activities it removed.
    #[must_use]
    pub fn removed(&self) -> u64 {
        let of_import = self.import.as_ref().map_or(0, |of| of.removed);
        self.removals.iter().map(|of| of.removed).sum::<u64>() + of_import
    }
}

impl Ledger {
    /// What would go now, counted as it would be taken, without changing anything.
    pub(crate) async fn rehearse(&self, of: &Retention) -> Result<Vec<Removal>, LogError> {
        let look = self.reader.of_nobody().look().await?.unhurried();
        let held = naming(&of.held);
        let mut removals = Vec::with_capacity(of.cuts.len());
        for cut in &of.cuts {
            let goes = cut.expr().and(held.clone().negated());
            let removed = look.count(&goes, u64::MAX).await?.n;
            let first = Search {
                expr: goes,
                order: Order::Recorded,
                after: None,
                limit: 1,
            };
            let first = if removed == 0 {
                None
            } else {
                look.search(&first).await?.rows.pop()
            };
            let held = match of.held.is_empty() {
                true => 0,
                false => look.count(&cut.expr().and(held.clone()), u64::MAX).await?.n,
            };
            removals.push(Removal {
                cut: *cut,
                from: first.map(|row| row.recorded_at),
                removed,
                held,
            });
        }
        Ok(removals)
    }

    /// Has this removed inside the caller's transaction, of which the counts are known; the run's number. Guarantee: what is
    /// recorded later stays, whatever the clock says, because the head is locked.
    pub(crate) async fn prune(
        &self,
        tx: &mut Tx,
        held: &[String],
        removals: &[Removal],
        by: Option<(&str, &str)>,
    ) -> Result<u64, LogError> {
        let cuts: Vec<table::Cut> = removals.iter().map(cut_row).collect();
        let run = NewRun {
            at: self.shared.clock().now(),
            seq: head::lock(tx).await?.size,
            by,
            cuts: &cuts,
            import: None,
            held,
        };
        self.begin_run(tx, run).await
    }

    /// How many activities an import recorded that are in the log, and how many of them name one of these persons.
    pub(crate) async fn of_import(&self, id: u64, held: &[String]) -> Result<(u64, u64), LogError> {
        let look = self.reader.of_nobody().look().await?.unhurried();
        let all = look.count(&of_import(id), u64::MAX).await?.n;
        let held = match held {
            [] => 0,
            held => look.count(&of_import(id).and(naming(held)), u64::MAX).await?.n,
        };
        Ok((all, held))
    }

    /// Has all that an import recorded removed inside the caller's transaction; the run's number.
    pub(crate) async fn undo_import(
        &self,
        tx: &mut Tx,
        import: &UndoneImport,
        by: RetentionBy<'_>,
    ) -> Result<u64, LogError> {
        let import = table::OfImport {
            id: import.id,
            removed: import.removed,
            reason: import.reason.clone(),
        };
        let run = NewRun {
            at: self.shared.clock().now(),
            seq: head::lock(tx).await?.size,
            by: Some((by.id, by.name)),
            cuts: &[],
            import: Some(&import),
            held: &[],
        };
        self.begin_run(tx, run).await
    }

    /// Notes a run, and has it begun with the commit.
    async fn begin_run(&self, tx: &mut Tx, run: NewRun<'_>) -> Result<u64, LogError> {
        let id = table::begin(tx, run).await?;
        let shared = Arc::clone(&self.shared);
        tx.on_commit(move || shared.ask_to_erase());
        Ok(id)
    }

    /// The newest runs, newest first.
    pub(crate) async fn retention_runs(&self, limit: u32) -> Result<Vec<RetentionRun>, LogError> {
        let rows = table::newest(&mut self.shared.store().glance().await?, limit).await?;
        Ok(rows.into_iter().map(run).collect())
    }

    /// Those that are at this stage.
    async fn pruning_at(&self, stage: Stage) -> Result<Vec<Run>, LogError> {
        let pending = table::pending(&mut self.shared.store().glance().await?).await?;
        Ok(pending.into_iter().filter(|of| of.stage == stage).collect())
    }

    /// Whether what is left of a run only waits for others, who read an older state, to be done.
    pub(super) async fn prunes_traces(&self) -> Result<bool, LogError> {
        Ok(!self.pruning_at(Stage::Traces).await?.is_empty())
    }

    /// Whether something may have to go that is hot: it is sealed first.
    pub(super) async fn prunes_hot(&self) -> Result<bool, LogError> {
        let due = self.pruning_at(Stage::Volumes).await?;
        if due.is_empty() {
            return Ok(false);
        }
        let mut read = self.shared.store().read().await?;
        let sealed = head::position(&mut read).await?.sealed;
        let oldest = hot_batch::oldest(&mut read, sealed).await?;
        Ok(oldest.is_some_and(|at| Pruning::of_runs(&due).reaches(sealed, at)))
    }

    /// Takes the next step of what is to be removed: rewrites a volume, or ends it; whether there was one to take. A volume
    /// that cannot be read is left until it can be, and so is the end.
    pub(super) async fn prune_next(self: &Arc<Self>) -> Result<bool, LogError> {
        let due = self.pruning_at(Stage::Volumes).await?;
        if due.is_empty() {
            return self.prune_traces().await;
        }
        if self.prunes_hot().await? {
            return Ok(false);
        }
        self.reached(Work::Prune, Step::Chosen)?;
        let pruning = Arc::new(Pruning::of_runs(&due));
        let view = Arc::new(self.reader.view().await?);
        let mut is_whole = true;
        for meta in self.live().await? {
            if meta.is_emptied() || !pruning.reaches(meta.first_seq, meta.first_recorded) {
                continue;
            }
            let Some(readable) = readable(&view, &meta) else {
                is_whole = false;
                continue;
            };
            let (of, halt) = (Arc::clone(&pruning), self.shared.halt().clone());
            let has_some = move || readable.has(&mut Query::new(of.what(), halt));
            if !blocking(has_some).await? {
                continue;
            }
            match self.rewrite_pruned(&pruning, meta).await {
                // It holds up neither the others nor what else there is to do.
                Err(LogError::Volume(error)) => {
                    tracing::error!(%error, "what was kept long enough cannot be removed from a volume yet");
                    is_whole = false;
                }
                done => return done,
            }
        }
        if !is_whole {
            tracing::error!(
                "what was kept long enough cannot be removed from volumes that cannot be read; see `whodid doctor`"
            );
            return Ok(false);
        }
        self.destroy_pruned_lost(&pruning).await?;
        self.advance_pruning(&due, Stage::Volumes).await?;
        self.reached(Work::Prune, Step::Advanced)?;
        Ok(true)
    }

    async fn rewrite_pruned(self: &Arc<Self>, pruning: &Arc<Pruning>, meta: VolumeMeta) -> Result<bool, LogError> {
        let started = std::time::Instant::now();
        let (ledger, leaf_of) = (Arc::clone(self), KeyedLeaves::of(&self.shared));
        let (seqs, id, of) = (meta.seqs(), meta.id.clone(), Arc::clone(pruning));
        let make = move |place: &Workplace<'_>| {
            let (mut without_leaf, removed) = (None, meta.removed);
            let mut alter = |row: &mut RecordRow| {
                if !of.takes(&row.activity) {
                    return false;
                }
                row.leaf = row.leaf.or_else(|| leaf_of.leaf(&row.activity, &row.kept));
                if row.leaf.is_none() {
                    without_leaf = Some(row.activity.seq);
                }
                row.kept.clear();
                row.activity = Activity::removed(row.activity.seq, row.activity.recorded_at);
                true
            };
            let dir = ledger.reader.shelf().place(&meta.id)?;
            let part: Part<'_, Activity> = Part::Record {
                dir: &dir,
                meta: &meta,
                alter: Some(Alteration {
                    may: &|glance| of.may_take(glance),
                    alter: &mut alter,
                }),
            };
            let made = place.make(vec![part], &leaf_of)?;
            match without_leaf {
                // The tree would stand, and nothing could tell any more what it stands on.
                Some(seq) => Err(LogError::from(VolumeError::Damaged {
                    volume: meta.id,
                    detail: format!("activity {seq} has no leaf hash"),
                })),
                // Else the same would be done again and again.
                None if made.removed == removed => Err(LogError::from(VolumeError::Damaged {
                    volume: meta.id,
                    detail: "something is to be removed from it, and nothing was".to_owned(),
                })),
                None => Ok(made),
            }
        };
        let replaced = Replaced::Pruned(id.clone());
        let Some(made) = self.rewrite(Work::Prune, seqs, replaced, make).await? else {
            return Ok(false);
        };
        self.clear_away(&id).await;
        metrics::histogram!("whodid_prune_seconds").record(started.elapsed().as_secs_f64());
        tracing::info!(volume = id, into = %made.id, removed = made.removed, of = made.count,
            millis = started.elapsed().as_millis(), "removed from a volume what was kept long enough");
        Ok(true)
    }

    /// Destroys what is kept of damaged batches of which all that can be seen goes.
    async fn destroy_pruned_lost(&self, pruning: &Pruning) -> Result<(), LogError> {
        let size = head::position(&mut self.shared.store().glance().await?).await?.size;
        let lost = lost_batch::contents(&mut self.shared.store().glance().await?, size).await?;
        for (from, batch) in lost {
            let goes = batch::rows(&batch).is_ok_and(|rows| rows.iter().all(|row| pruning.takes(row)));
            if goes && !batch.facts.is_empty() {
                let mut tx = self.shared.store().begin().await?;
                lost_batch::destroy(&mut tx, from).await?;
                tx.commit().await?;
                tracing::warn!(first = from, "a damaged batch was kept long enough, and was destroyed");
            }
        }
        Ok(())
    }

    /// Ends the runs of which only traces may be left; whether there were such, and it could.
    async fn prune_traces(&self) -> Result<bool, LogError> {
        let due = self.pruning_at(Stage::Traces).await?;
        if due.is_empty() || !self.clear_traces().await? {
            return Ok(false);
        }
        self.reached(Work::Prune, Step::Scrubbed)?;
        self.advance_pruning(&due, Stage::Traces).await?;
        tracing::info!(runs = due.len(), "nothing is left of what was kept long enough");
        Ok(true)
    }

    async fn advance_pruning(&self, due: &[Run], from: Stage) -> Result<(), LogError> {
        let ids: Vec<u64> = due.iter().map(|run| run.id).collect();
        let fence = self.fence()?;
        let mut tx = self.shared.store().begin().await?;
        if !fence.holds(&mut tx).await? {
            tx.rollback().await;
            return Err(LogError::Elsewhere);
        }
        table::advance(&mut tx, &ids, from, self.shared.clock().now()).await?;
        Ok(tx.commit().await?)
    }
}

impl Readable {
    /// Whether anything in it matches.
    fn has(&self, query: &mut Query) -> Result<bool, LogError> {
        let count = match self {
            Self::Whole(volume) => volume.count(query, 1)?,
            Self::Unindexed(volume) => volume.count(query, 1)?,
        };
        Ok(count.n > 0)
    }
}

fn cut_row(of: &Removal) -> table::Cut {
    table::Cut {
        heading: of.cut.heading.word().to_owned(),
        before: of.cut.before,
        removed: of.removed,
        held: of.held,
    }
}

fn run(of: Run) -> RetentionRun {
    let removal = |heading: Heading| {
        let cut = of.cuts.iter().find(|cut| cut.heading == heading.word())?;
        Some(Removal {
            cut: Cut {
                heading,
                before: cut.before,
            },
            from: None,
            removed: cut.removed,
            held: cut.held,
        })
    };
    RetentionRun {
        removals: Heading::ALL.into_iter().filter_map(removal).collect(),
        id: of.id,
        begun_at: of.begun_at,
        finished_at: of.finished_at,
        seq: of.seq,
        by: of.by,
        import: of.import.map(|of| UndoneImport {
            id: of.id,
            removed: of.removed,
            reason: of.reason,
        }),
        is_signed: of.is_signed,
    }
}
