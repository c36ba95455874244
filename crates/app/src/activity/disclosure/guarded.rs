//! The log as the use cases have it: what they append goes in as it is, and rows come out unseen.

use std::collections::BTreeMap;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use activity::Heading;
use activity::query::Expr;
use activity::{Facts, Seq, Time};
use engine::{
    Attested, Batch, Breakdown, Count, Erasure, Hole, IngestError, IngestResult, KeptCheckpoint, Log, LogError, LogKey,
    Look, NamedNumbering, NumberingId, NumberingTotal, Obstacle, Order, Proof, Removal, Retention, RetentionBy,
    RetentionRun, Scan, Search, Statement, Summary, Through, UndoneImport, Verified, WitnessState,
};
use futures::{Stream, StreamExt as _};
use store::Tx;
use tokio::sync::watch;

use super::Unseen;

/// The log engine, whose rows only a disclosure opens.
#[derive(Clone, Debug)]
pub(crate) struct GuardedLog(Log);

/// The log as of one moment for one caller, answering with rows that nobody was given yet.
#[derive(Debug)]
pub(crate) struct GuardedLook(Look);

/// A page that nobody was given yet.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) rows: Unseen,
    /// Whether more rows are known to follow.
    pub(crate) has_more: bool,
    /// Whether it ended before its limit because its rows are large.
    pub(crate) is_cut: bool,
    pub(crate) complete_through: Through,
    /// What cannot be read and may hold rows that are missing here.
    pub(crate) unreadable: Vec<Range<Seq>>,
}

/// All matches of a query, a chunk at a time, that nobody was given yet.
#[derive(Debug)]
pub(crate) struct UnseenScan(Scan);

impl GuardedLog {
    pub(crate) fn new(log: Log) -> Self {
        Self(log)
    }

    /// See [`Log::append`].
    pub(crate) async fn append(&self, tx: &mut Tx, facts: Vec<Facts>) -> Result<Range<Seq>, LogError> {
        self.0.append(tx, facts).await
    }

    /// See [`Log::ingest`].
    pub(crate) async fn ingest(&self, batch: Batch) -> Result<IngestResult, IngestError> {
        self.0.ingest(batch).await
    }

    /// See [`Log::settle`].
    pub(crate) async fn settle(&self, all: bool) -> Result<(), LogError> {
        self.0.settle(all).await
    }

    /// See [`Log::reindex`].
    pub(crate) async fn reindex(&self, all: bool) -> Result<(), LogError> {
        self.0.reindex(all).await.map(drop)
    }

    /// See [`Log::holes`].
    pub(crate) async fn holes(&self) -> Result<Vec<Hole>, LogError> {
        self.0.holes().await
    }

    /// See [`Log::close_hole`].
    pub(crate) async fn close_hole(&self, tx: &mut Tx, hole: &Hole) -> Result<(), LogError> {
        self.0.close_hole(tx, hole).await
    }

    /// See [`Log::rehearse`].
    pub(crate) async fn rehearse(&self, of: &Retention) -> Result<Vec<Removal>, LogError> {
        self.0.rehearse(of).await
    }

    /// See [`Log::prune`].
    pub(crate) async fn prune(
        &self,
        tx: &mut Tx,
        held: &[String],
        removals: &[Removal],
        by: Option<RetentionBy<'_>>,
    ) -> Result<u64, LogError> {
        self.0.prune(tx, held, removals, by).await
    }

    /// See [`Log::of_import`].
    pub(crate) async fn of_import(&self, id: u64, held: &[String]) -> Result<(u64, u64), LogError> {
        self.0.of_import(id, held).await
    }

    /// See [`Log::undo_import`].
    pub(crate) async fn undo_import(
        &self,
        tx: &mut Tx,
        import: &UndoneImport,
        by: RetentionBy<'_>,
    ) -> Result<u64, LogError> {
        self.0.undo_import(tx, import, by).await
    }

    /// See [`Log::retention_runs`].
    pub(crate) async fn retention_runs(&self, limit: u32) -> Result<Vec<RetentionRun>, LogError> {
        self.0.retention_runs(limit).await
    }

    /// See [`Log::sign_retention`].
    pub(crate) async fn sign_retention(&self, run: &RetentionRun) -> Result<(), LogError> {
        self.0.sign_retention(run).await.map(drop)
    }

    /// See [`Log::retention_note`].
    pub(crate) async fn retention_note(&self, run: u64) -> Result<Option<String>, LogError> {
        self.0.retention_note(run).await
    }

    /// See [`Log::removed_before`].
    pub(crate) async fn removed_before(&self) -> Result<BTreeMap<Heading, Time>, LogError> {
        self.0.removed_before().await
    }

    /// See [`Log::verify`].
    pub(crate) async fn verify(&self, progress: impl Fn(u64) + Send + Sync) -> Result<Verified, LogError> {
        self.0.verify(progress).await
    }

    /// See [`Log::verify_gently`].
    pub(crate) async fn verify_gently(&self, progress: impl Fn(u64) + Send + Sync) -> Result<Verified, LogError> {
        self.0.verify_gently(progress).await
    }

    /// See [`Log::erase`].
    pub(crate) async fn erase(&self, tx: &mut Tx, person_id: &str) -> Result<u64, LogError> {
        self.0.erase(tx, person_id).await
    }

    /// See [`Log::erasures`].
    pub(crate) async fn erasures(&self) -> Result<Vec<Erasure>, LogError> {
        self.0.erasures().await
    }

    /// See [`Log::sign_statement`].
    pub(crate) async fn sign_statement(&self, said: Statement) -> Result<String, LogError> {
        self.0.sign_statement(said).await
    }

    /// See [`Log::prove`].
    pub(crate) async fn prove(&self, seq: Seq) -> Result<Option<Proof>, LogError> {
        self.0.prove(seq).await
    }

    /// See [`Log::checkpoint`]; as text.
    pub(crate) async fn checkpoint(&self) -> Result<String, LogError> {
        Ok(self.0.checkpoint().await?.to_string())
    }

    /// See [`Log::newest_checkpoint`]; as text.
    pub(crate) fn newest_checkpoint(&self) -> Option<String> {
        self.0.newest_checkpoint().map(|newest| newest.to_string())
    }

    /// See [`Log::checkpoints`].
    pub(crate) async fn checkpoints(&self, below: u64, limit: u32) -> Result<Vec<KeptCheckpoint>, LogError> {
        self.0.checkpoints(below, limit).await
    }

    /// See [`Log::attested`].
    pub(crate) async fn attested(&self) -> Result<Option<Attested>, LogError> {
        self.0.attested().await
    }

    /// See [`Log::keys`].
    pub(crate) async fn keys(&self) -> Result<Vec<LogKey>, LogError> {
        self.0.keys().await
    }

    /// See [`Log::witnesses`].
    pub(crate) async fn witnesses(&self) -> Result<Vec<WitnessState>, LogError> {
        self.0.witnesses().await
    }

    /// See [`Log::numberings`].
    pub(crate) async fn numberings(
        &self,
        after: Option<&NumberingId>,
        limit: u32,
    ) -> Result<Vec<NamedNumbering>, LogError> {
        self.0.numberings(after, limit).await
    }

    /// See [`Log::worst_numberings`].
    pub(crate) async fn worst_numberings(&self, limit: u32) -> Result<(Vec<NamedNumbering>, NumberingTotal), LogError> {
        self.0.worst_numberings(limit).await
    }

    /// See [`Log::tile`].
    pub(crate) async fn tile(&self, path: &str) -> Result<Vec<u8>, LogError> {
        self.0.tile(path).await
    }

    /// See [`engine::Tree::consistency`].
    pub(crate) async fn consistency(&self, old: u64, new: u64) -> Result<Vec<[u8; 32]>, LogError> {
        self.0.tree().await?.consistency(old, new).await
    }

    /// See [`Log::by_what_passed`].
    pub(crate) fn by_what_passed(&self) -> Time {
        self.0.by_what_passed()
    }

    /// See [`Log::remembers_until`].
    pub(crate) fn remembers_until(&self) -> Time {
        self.0.remembers_until()
    }

    /// See [`Log::watch`].
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.0.watch()
    }

    /// See [`Log::inquiry`].
    pub(crate) async fn look_of(&self, caller: &str) -> Result<GuardedLook, LogError> {
        Ok(GuardedLook(self.0.inquiry(caller).await?.look().await?))
    }

    /// See [`Log::look`].
    pub(crate) async fn look(&self) -> Result<GuardedLook, LogError> {
        Ok(GuardedLook(self.0.look().await?))
    }

    /// See [`Log::scan`].
    pub(crate) async fn scan(&self, expr: Expr, order: Order) -> Result<UnseenScan, LogError> {
        Ok(UnseenScan(self.0.scan(expr, order).await?))
    }

    /// See [`Log::recorded_since`].
    pub(crate) async fn recorded_since(&self) -> Result<BTreeMap<String, Time>, LogError> {
        self.0.recorded_since().await
    }

    /// See [`Log::reported_since`].
    pub(crate) async fn reported_since(&self) -> Result<BTreeMap<String, Time>, LogError> {
        self.0.reported_since().await
    }

    /// See [`Log::head`].
    #[cfg(test)]
    pub(crate) async fn head(&self) -> Result<engine::LogHead, LogError> {
        self.0.head().await
    }

    /// See [`Log::obstacle`].
    pub(crate) async fn obstacle(&self) -> Option<Obstacle> {
        self.0.obstacle().await
    }

    /// The engine itself, past all scopes, for what tests compare with.
    #[cfg(test)]
    pub(crate) fn past_all_scopes(&self) -> &Log {
        &self.0
    }
}

impl GuardedLook {
    /// See [`Look::unhurried`].
    pub(crate) fn unhurried(self) -> Self {
        Self(self.0.unhurried())
    }

    /// See [`Look::search`].
    pub(crate) async fn search(&self, search: &Search) -> Result<Found, LogError> {
        let page = self.0.search(search).await?;
        Ok(Found {
            rows: Unseen::new(page.rows),
            has_more: page.next.is_some(),
            is_cut: page.is_cut,
            complete_through: page.complete_through,
            unreadable: page.unreadable.into_iter().map(|hole| hole.seqs).collect(),
        })
    }

    /// The activity at this place, as one unseen row.
    pub(crate) async fn get(&self, seq: Seq) -> Result<Option<Unseen>, LogError> {
        Ok(self.0.get(seq).await?.map(|row| Unseen::new(vec![row])))
    }

    /// See [`Look::count`].
    pub(crate) async fn count(&self, expr: &Expr, cap: u64) -> Result<Count, LogError> {
        self.0.count(expr, cap).await
    }

    /// See [`Look::summary`].
    pub(crate) async fn summary(&self, expr: &Expr, by: &Breakdown, top: usize) -> Result<Summary, LogError> {
        self.0.summary(expr, by, top).await
    }

    /// See [`Look::complete_through`].
    pub(crate) fn complete_through(&self) -> Through {
        self.0.complete_through()
    }

    /// See [`Look::scan`].
    pub(crate) fn scan(&self, expr: Expr, order: Order) -> Result<UnseenScan, LogError> {
        Ok(UnseenScan(self.0.scan(expr, order)?))
    }
}

impl Stream for UnseenScan {
    type Item = Result<Unseen, LogError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0
            .poll_next_unpin(cx)
            .map(|rows| rows.map(|rows| rows.map(Unseen::new)))
    }
}

impl UnseenScan {
    /// How far the rows will be complete.
    pub(crate) fn complete_through(&self) -> Through {
        self.0.complete_through()
    }

    /// The next chunk; `None` at the end.
    pub(crate) async fn next_chunk(&mut self) -> Option<Result<Unseen, LogError>> {
        Some(self.0.next_chunk().await?.map(Unseen::new))
    }
}
