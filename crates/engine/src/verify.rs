//! Reading the whole log back and holding all of it against the tree: every file, every row, every leaf, every root.

use std::sync::Arc;

use activity::Activity;
use proof::{CompactRange, Frontier};
use store::log::{Loaded, VolumeRow, head, hot_batch};
use volume::VolumeError;

use crate::core::Core;
use crate::view::blocking;
use crate::{LogError, batch};

/// Hot batches read from SQL at a time.
const BATCHES: u32 = 64;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many activities the log has.
    pub size: u64,
    /// How many of them were read and hold.
    pub sound: u64,
    /// How many of those could not be held against the tree one by one, because the key of a person they name is gone.
    pub without_key: u64,
    /// What is wrong, in the order of the log.
    pub faults: Vec<Fault>,
}

/// A place at which the log is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The first activity concerned.
    pub first_seq: u64,
    /// How many are.
    pub count: u64,
    /// The volume that holds them; `None` if they are hot.
    pub volume: Option<String>,
    /// What was expected and what was found.
    pub what: String,
}

impl Core {
    /// Verifies everything as of now; `progress` is told how many activities were looked at.
    pub(crate) async fn verify(self: &Arc<Self>, progress: impl Fn(u64) + Send + Sync) -> Result<Verified, LogError> {
        let mut read = self.store.read().await?;
        let Some(head) = head::read(read.conn()).await? else {
            return Ok(Verified::default());
        };
        let rows = store::log::volume::list(read.conn()).await?;
        drop(read);
        let mut found = Verified {
            size: head.size,
            ..Verified::default()
        };
        let frontier = self.verify_volumes(&mut found, rows, head.sealed, &progress).await?;
        let sealed = Frontier::from_bytes(&head.sealed_frontier).ok();
        if let (Some(tree), Some(sealed)) = (&frontier, &sealed)
            && tree.root() != sealed.root()
        {
            found.fault(
                0,
                head.sealed,
                None,
                "the volumes together do not yield the tree that was committed",
            );
        }
        self.verify_hot(&mut found, &head, frontier.or(sealed), progress)
            .await?;
        Ok(found)
    }

    /// The volumes; gives the tree up to `sealed`, or `None` where something is wrong before: no later root can be held
    /// against anything then.
    async fn verify_volumes(
        self: &Arc<Self>,
        found: &mut Verified,
        rows: Vec<VolumeRow>,
        sealed: u64,
        progress: &(impl Fn(u64) + Send + Sync),
    ) -> Result<Option<Frontier>, LogError> {
        const NONE: &str = "the ledger names no volume that holds them";
        let (mut frontier, mut next) = (Some(Frontier::new()), 0);
        for row in rows {
            if row.first_seq != next {
                found.fault(next, row.first_seq - next, None, NONE);
                frontier = None;
            }
            next = row.first_seq + row.count;
            match self.verify_volume(&row).await {
                Ok((unknown, range)) => {
                    found.sound += row.count;
                    found.without_key += unknown;
                    frontier = frontier.and_then(|mut tree| tree.join(&range).ok().map(|()| tree));
                }
                Err(error @ (LogError::Volume(_) | LogError::Damaged(_))) => {
                    found.fault(row.first_seq, row.count, Some(row.id), &causes(&error));
                    frontier = None;
                }
                Err(error) => return Err(error),
            }
            progress(next);
        }
        if next != sealed {
            found.fault(next, sealed.saturating_sub(next), None, NONE);
            frontier = None;
        }
        Ok(frontier)
    }

    /// One volume: for how many rows nothing can be told, and its part of the tree.
    async fn verify_volume(self: &Arc<Self>, row: &VolumeRow) -> Result<(u64, CompactRange), LogError> {
        let (core, handle) = (Arc::clone(self), tokio::runtime::Handle::current());
        let meta = crate::volumes::meta(row)?;
        blocking(move || {
            let leaf_of = |activity: &Activity| core.leaf_blocking(activity, &handle);
            let dir = core.volumes.shelf().place(&meta.id)?;
            let unknown = volume::verify(&dir, &meta, &leaf_of, &core.halt)?;
            Ok((unknown, volume::tree_range(&dir, &meta)?))
        })
        .await
    }

    /// The hot activities, from the tree that the volumes give.
    async fn verify_hot(
        &self,
        found: &mut Verified,
        head: &head::Head,
        mut frontier: Option<Frontier>,
        progress: impl Fn(u64) + Send + Sync,
    ) -> Result<(), LogError> {
        let mut next = head.sealed;
        while next < head.size {
            let batches = hot_batch::load(&mut *self.store.glance().await?, next, head.size, BATCHES).await?;
            if batches.first().is_none_or(|batch| batch.first_seq > next) {
                found.fault(
                    next,
                    head.size - next,
                    None,
                    "they are in no hot batch and in no volume",
                );
                return Ok(());
            }
            for batch in batches {
                self.verify_batch(found, &batch, next, &mut frontier).await?;
                next = batch.end();
            }
            progress(next);
        }
        let ends_there = frontier.is_none_or(|frontier| frontier.root() == head.root);
        if !ends_there {
            found.fault(
                head.sealed,
                head.size - head.sealed,
                None,
                "the head's root is not that of the last batch",
            );
        }
        Ok(())
    }

    /// Sees to it at a start that the tree goes on from what was committed: a state of the tree that does not yield its
    /// root is made anew from the volumes' state and the hot activities, or nothing is appended to it.
    pub(crate) async fn check_head(&self) -> Result<(), LogError> {
        let Some(head) = head::read(&mut *self.store.glance().await?).await? else {
            return Ok(());
        };
        let yields = |bytes: &[u8]| Frontier::from_bytes(bytes).is_ok_and(|tree| tree.root() == head.root);
        if yields(&head.frontier) {
            return Ok(());
        }
        let mut found = Verified::default();
        let mut tree = Frontier::from_bytes(&head.sealed_frontier).ok();
        let mut next = head.sealed;
        while next < head.size && tree.is_some() {
            let batches = hot_batch::load(&mut *self.store.glance().await?, next, head.size, BATCHES).await?;
            if batches.first().is_none_or(|batch| batch.first_seq > next) {
                break;
            }
            for batch in batches {
                self.verify_batch(&mut found, &batch, next, &mut tree).await?;
                next = batch.end();
            }
        }
        match tree.filter(|tree| yields(&tree.to_bytes())) {
            Some(tree) => {
                let mut tx = self.store.begin().await?;
                head::mend(tx.conn(), &head.root, &tree.to_bytes()).await?;
                tx.commit().await?;
                tracing::error!("the state of the log's tree was damaged and has been made anew from the log itself");
                Ok(())
            }
            None => Err(LogError::Damaged(
                "the state of its tree does not yield the committed root and cannot be made anew, so nothing can be \
                 recorded; run `whodid verify`, and put the database back from a backup, beside the volumes of that time"
                    .to_owned(),
            )),
        }
    }

    async fn verify_batch(
        &self,
        found: &mut Verified,
        batch: &Loaded,
        from: u64,
        frontier: &mut Option<Frontier>,
    ) -> Result<(), LogError> {
        let count = batch.end() - from;
        let rows = match batch::unpack(batch) {
            Ok(rows) => rows,
            Err(error) => {
                found.fault(from, count, None, &error.to_string());
                *frontier = None;
                return Ok(());
            }
        };
        let people = crate::keys::people(rows.iter().map(|row| &row.facts));
        let people: Vec<&str> = people.into_iter().collect();
        let keys = store::log::person_key::load(&mut *self.store.glance().await?, &people).await?;
        let mut unknown = 0;
        for row in rows.iter().filter(|row| row.seq >= from) {
            match (crate::keys::leaf(row, &keys), frontier.as_mut()) {
                (Ok(leaf), Some(frontier)) => frontier.push(leaf),
                (Ok(_), None) => {}
                (Err(_), _) => {
                    unknown += 1;
                    *frontier = None;
                }
            }
        }
        if frontier.as_ref().is_some_and(|frontier| frontier.root() != batch.root) {
            found.fault(
                from,
                count,
                None,
                "they do not yield the root that was committed with them",
            );
            *frontier = None;
            return Ok(());
        }
        found.sound += count;
        found.without_key += unknown;
        Ok(())
    }
}

impl Verified {
    fn fault(&mut self, first_seq: u64, count: u64, volume: Option<String>, what: &str) {
        self.faults.push(Fault {
            first_seq,
            count,
            volume,
            what: what.to_owned(),
        });
    }
}

/// An error with what the libraries below said.
fn causes(error: &LogError) -> String {
    let mut text = error.to_string();
    let mut next = match error {
        LogError::Volume(error) => std::error::Error::source(error as &VolumeError),
        _ => None,
    };
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
