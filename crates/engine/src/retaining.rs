//! What the log can be asked about keeping activities no longer than they are to be: rehearsing, removing, and what was
//! removed, as a signed note. Owns no rule of how long that is.

use std::collections::BTreeMap;

use activity::Heading;
use activity::Time;
use proof::{Checkpoint, Hash, Statement, StatementError};
use store::Tx;
use store::log::retention;

use crate::{Log, LogError, Removal, Retention, RetentionBy, RetentionRun, UndoneImport};

impl Log {
    /// What would be removed now, counted as it would be taken; nothing is changed.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn rehearse(&self, of: &Retention) -> Result<Vec<Removal>, LogError> {
        self.ledger().rehearse(of).await
    }

    /// Has this removed, inside the caller's transaction and before anything is appended in it; the run's number. From the
    /// commit on nothing shows it, and in the background it is taken out of every file, while every leaf and root stays what
    /// it is. The counts are those of [`Log::rehearse`].
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn prune(
        &self,
        tx: &mut Tx,
        held: &[String],
        removals: &[Removal],
        by: Option<RetentionBy<'_>>,
    ) -> Result<u64, LogError> {
        if self.shared().store().is_reader() {
            return Err(LogError::ReadOnly);
        }
        let by = by.map(|by| (by.id, by.name));
        self.ledger().prune(tx, held, removals, by).await
    }

    /// How many activities the import of this number recorded that are in the log, and how many of them name one of
    /// these persons.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn of_import(&self, id: u64, held: &[String]) -> Result<(u64, u64), LogError> {
        self.ledger().of_import(id, held).await
    }

    /// Has all that an import recorded removed, as [`Log::prune`] does what was kept long enough; the run's number.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn undo_import(&self, tx: &mut Tx, import: &UndoneImport, by: RetentionBy<'_>) -> Result<u64, LogError> {
        if self.shared().store().is_reader() {
            return Err(LogError::ReadOnly);
        }
        self.ledger().undo_import(tx, import, by).await
    }

    /// The newest runs, newest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn retention_runs(&self, limit: u32) -> Result<Vec<RetentionRun>, LogError> {
        self.ledger().retention_runs(limit).await
    }

    /// Of each heading, before which instant what was recorded has been removed.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn removed_before(&self) -> Result<BTreeMap<Heading, Time>, LogError> {
        let rows = retention::removed_before(&mut self.shared().store().glance().await?).await?;
        let known = |(word, before): (String, Time)| Some((Heading::of_word(&word)?, before));
        Ok(rows.into_iter().filter_map(known).collect())
    }

    /// Signs what a run removed, with the keys that sign checkpoints now, and keeps the note; `None` where nothing signs the
    /// log. A run that is signed already keeps its note.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn sign_retention(&self, run: &RetentionRun) -> Result<Option<String>, LogError> {
        let checkpoint = match self.checkpoint().await {
            Err(LogError::Unsigned) => return Ok(None),
            checkpoint => checkpoint?,
        };
        // The root of the log that the run was decided on, which covers all that went.
        let root: Hash = self.tree().await?.root_at(run.seq).await?;
        let of = Checkpoint::new(checkpoint.unverified().origin().clone(), run.seq, root);
        let said = stated(run).map_err(|why| LogError::Damaged(format!("no note of retention can be made: {why}")))?;
        let text = self.ledger().sign(&said.of_log(&of)).await?;
        let mut tx = self.shared().store().begin().await?;
        retention::keep_note(&mut tx, run.id, &text).await?;
        tx.commit().await?;
        self.retention_note(run.id).await
    }

    /// The signed note of a run, if there is one.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn retention_note(&self, run: u64) -> Result<Option<String>, LogError> {
        Ok(retention::note(&mut self.shared().store().glance().await?, run).await?)
    }
}

/// What went, without who decided it: that is in the log, where people can be erased.
fn stated(run: &RetentionRun) -> Result<Statement, StatementError> {
    let mut said = Statement::new("retention")?
        .with("run", run.id.to_string())?
        .with("decided", run.begun_at.to_string())?;
    for Removal { cut, removed, held, .. } in &run.removals {
        said = said
            .with("of", cut.heading.word())?
            .with("before", cut.before.to_string())?
            .with("removed", removed.to_string())?
            .with("held", held.to_string())?;
    }
    if let Some(of) = &run.import {
        said = said
            .with("import", of.id.to_string())?
            .with("removed", of.removed.to_string())?;
    }
    Ok(said)
}
