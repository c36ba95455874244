//! Holding the kept checkpoints against the log's tree: each is signed by a key of the log, and states what the tree had.

use proof::{SignedCheckpoint, VerifyingKey};
use store::log::checkpoint::{self as table, Kept};
use store::log::log_key;

use super::verify::Verified;
use crate::LogError;
use crate::ledger::Ledger;
use crate::reader::tree::Tree;
use crate::reader::volumes::chain;

/// Checkpoints read at once.
const SOME: u32 = 256;

impl Ledger {
    /// Every checkpoint that is kept, the newest first. What cannot be told, because a part of the log is damaged, is not held
    /// against a checkpoint.
    pub(super) async fn verify_checkpoints(&self, found: &mut Verified) -> Result<(), LogError> {
        let keys = log_key::list(&mut self.shared.store().glance().await?).await?;
        // The checkpoints first: what is made meanwhile is of a longer log.
        let (mut kept, mut below) = (Vec::new(), u64::MAX);
        loop {
            let some = table::list(&mut self.shared.store().glance().await?, below, SOME).await?;
            let Some(last) = some.last() else { break };
            below = last.size;
            kept.extend(some);
        }
        if kept.is_empty() {
            return Ok(());
        }
        let known: Vec<VerifyingKey> = keys.iter().filter_map(|key| key.vkey.parse().ok()).collect();
        let tree = self.reader.tree().await?;
        for one in kept {
            if let Some(what) = wrong(&one, &known, &tree).await {
                let what = format!("the checkpoint of {} activities {what}", one.size);
                found.fault(0, one.size.min(found.size), None, &what);
            }
        }
        Ok(())
    }
}

/// What is wrong with a checkpoint.
async fn wrong(kept: &Kept, keys: &[VerifyingKey], tree: &Tree) -> Option<String> {
    let signed = match SignedCheckpoint::parse(kept.note.as_bytes()) {
        Ok(signed) => signed,
        Err(error) => return Some(format!("cannot be read: {}", chain(&error))),
    };
    let stated = match signed.verify(signed.unverified().origin(), keys) {
        Ok(stated) => stated,
        Err(error) => return Some(format!("is not one that this log signed: {}", chain(&error))),
    };
    if stated.size() != kept.size {
        return Some(format!("states {}", stated.size()));
    }
    match tree.root_at(stated.size()).await {
        Ok(root) if root == *stated.root() => None,
        Ok(_) => Some("states another root than the log's tree had then".to_owned()),
        Err(LogError::OutsideTree { size, .. }) => Some(format!("is of more than the log has, which is {size}")),
        Err(_) => None,
    }
}
