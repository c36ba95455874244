//! What is given out of the log's tree: proofs of single activities, tiles, checkpoints and the keys that sign them. Hashes
//! alone, in the public forms of C2SP.

use std::sync::Arc;

use activity::Seq;
use proof::{Hash, SignedCheckpoint, Statement, Tile, TlogProof};
use store::log::checkpoint::{self, Kept};
use store::log::{LogKey, log_key};
use tokio::sync::watch;

use crate::ledger::checkpoints::{self, witnesses, witnesses::Witnesses};
use crate::{Courier, Log, LogError, Signer, Tree, Verified, Witness, WitnessState};

/// A checkpoint that is kept.
pub type KeptCheckpoint = Kept;

/// That an activity stands at its place in the log that a checkpoint is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Its place.
    pub seq: Seq,
    /// Its leaf in the tree.
    pub leaf: Hash,
    /// The size of the log that the checkpoint is of.
    pub size: u64,
    /// The audit path, lowest sibling first.
    pub path: Vec<Hash>,
    /// The checkpoint, as a signed note.
    pub checkpoint: String,
    /// All of it but the leaf, as a file of the form C2SP tlog-proof.
    pub file: String,
}

impl Log {
    /// Has these witnesses asked to cosign every checkpoint, once it is signed with [`Log::sign_with`].
    ///
    /// # Errors
    /// If it has witnesses already.
    pub fn watched_by(&self, all: Vec<Witness>, courier: Arc<dyn Courier>) -> Result<(), LogError> {
        self.ledger().watched_by(Witnesses { all, courier })
    }

    /// What is known of each witness, in the order in which they were named.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn witnesses(&self) -> Result<Vec<WitnessState>, LogError> {
        self.ledger().witnesses().await
    }

    /// Begins to sign checkpoints, at most a second behind the log. With `accept`, also where the log is older than a
    /// checkpoint or a witness says or another, which is recorded. Witnesses that do not answer are waited for a few seconds.
    ///
    /// # Errors
    /// [`LogError::RolledBack`], [`LogError::Witnessed`] and [`LogError::Anchor`] without `accept`; if the store cannot be read or written.
    pub async fn sign_with(&self, signer: Signer, accept: bool) -> Result<(), LogError> {
        self.ledger().sign_with(signer, accept).await?;
        let ledger = Arc::clone(self.ledger());
        self.tasks()
            .keep("signing", move || checkpoints::run(Arc::clone(&ledger)));
        if self.ledger().has_witnesses() {
            let ledger = Arc::clone(self.ledger());
            self.tasks()
                .keep("asking witnesses", move || witnesses::run(Arc::clone(&ledger)));
        }
        Ok(())
    }

    /// A signed checkpoint of the log as of now.
    ///
    /// # Errors
    /// [`LogError::Unsigned`] if nothing signs it; if the store cannot be read or written.
    pub async fn checkpoint(&self) -> Result<Arc<SignedCheckpoint>, LogError> {
        self.ledger().checkpoint().await
    }

    /// [`Log::verify`] beside whatever goes on, taking at most half of one processor.
    ///
    /// # Errors
    /// If the store cannot be read. Whatever is wrong with the log itself is in the result.
    pub async fn verify_gently(&self, progress: impl Fn(u64) + Send + Sync) -> Result<Verified, LogError> {
        self.ledger().verify_gently(progress).await
    }

    /// Signs what was done to the log, and of which log that is as of now: its origin, size and root as the last lines.
    ///
    /// # Errors
    /// If the store cannot be read, or nothing signs the log.
    pub async fn sign_statement(&self, said: Statement) -> Result<String, LogError> {
        self.ledger().sign_statement(said).await
    }

    /// Changes with every checkpoint that is made here.
    #[must_use]
    pub fn watch_checkpoints(&self) -> watch::Receiver<Option<Arc<SignedCheckpoint>>> {
        self.ledger().watch_checkpoints()
    }

    /// The log's tree as of now, for proofs.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn tree(&self) -> Result<Tree, LogError> {
        self.reader().tree().await
    }

    /// The proof that the activity `seq` stands in the log: in a checkpoint as of now, or where nothing signs the log, as
    /// beside a running server, in the newest that is kept. `None` if no checkpoint covers it.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn prove(&self, seq: Seq) -> Result<Option<Proof>, LogError> {
        let newest = match self.checkpoint().await {
            Ok(checkpoint) => Some(SignedCheckpoint::clone(&checkpoint)),
            Err(LogError::Unsigned) => self.kept().await?,
            Err(error) => return Err(error),
        };
        let Some(checkpoint) = newest.filter(|newest| seq < newest.unverified().size()) else {
            return Ok(None);
        };
        let size = checkpoint.unverified().size();
        let included = self.tree().await?.inclusion(seq, size).await?;
        let text = checkpoint.to_string();
        let file = TlogProof {
            extra: Vec::new(),
            index: seq,
            path: included.path.clone(),
            checkpoint,
        };
        Ok(Some(Proof {
            seq,
            leaf: included.leaf,
            size,
            path: included.path,
            checkpoint: text,
            file: file.to_string(),
        }))
    }

    async fn kept(&self) -> Result<Option<SignedCheckpoint>, LogError> {
        let kept = self.checkpoints(u64::MAX, 1).await?.pop();
        let parsed = kept.map(|kept| SignedCheckpoint::parse(kept.note.as_bytes()));
        parsed
            .transpose()
            .map_err(|why| LogError::Damaged(format!("its newest checkpoint: {why}")))
    }

    /// The hashes of the tile with this path, such as `tile/0/x001/234.p/5`, one after the other.
    ///
    /// # Errors
    /// [`LogError::NoTile`] if it is none, or lies beyond the log; if the store or a volume cannot be read.
    pub async fn tile(&self, path: &str) -> Result<Vec<u8>, LogError> {
        let none = |why: proof::TileError| LogError::NoTile(why.to_string());
        let tile: Tile = path.parse().map_err(none)?;
        let tree: Tree = self.tree().await?;
        let tile = tile.within(tree.size()).map_err(none)?;
        let first = tile.index() << 8;
        let hashes = first..first + u64::from(tile.width());
        let hashes = tree.nodes(u32::from(tile.level()) * 8, hashes).await?;
        Ok(hashes.into_iter().flatten().collect())
    }

    /// So many of the kept checkpoints of fewer than `below` activities, the largest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn checkpoints(&self, below: u64, limit: u32) -> Result<Vec<KeptCheckpoint>, LogError> {
        let mut read = self.shared().store().glance().await?;
        Ok(checkpoint::list(&mut read, below, limit).await?)
    }

    /// The newest checkpoint that was made here.
    #[must_use]
    pub fn newest_checkpoint(&self) -> Option<Arc<SignedCheckpoint>> {
        self.watch_checkpoints().borrow().clone()
    }

    /// The public keys that checkpoints were and are signed with, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn keys(&self) -> Result<Vec<LogKey>, LogError> {
        Ok(log_key::list(&mut self.shared().store().glance().await?).await?)
    }
}
