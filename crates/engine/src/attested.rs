//! The log as a signed checkpoint has it, for files that prove themselves: one proof for many activities, what the leaf of
//! each is made of, and manifests that are signed as checkpoints are. Owns no file and no form of one.

use std::sync::Arc;

use activity::canonical::KeptDigest;
use activity::{Activity, ERASED, Seq, canonical};
use proof::{Checkpoint, Hash, Manifest, SignedCheckpoint};

use crate::keys::{self, Keys};
use crate::tasks::blocking;
use crate::{Log, LogError, Tree};

/// The log as one checkpoint has it.
#[derive(Clone, Debug)]
pub struct Attested {
    log: Log,
    checkpoint: Arc<SignedCheckpoint>,
    tree: Tree,
}

/// What the leaf of one activity is made of, so that anybody can make it. See `activity::canonical`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Of which version its canonical bytes are.
    pub version: u8,
    /// What concerns no person.
    pub impersonal: Vec<u8>,
    /// The parts of persons, in the order of the canonical bytes.
    pub personal: Vec<PersonalPart>,
}

/// What of one person is in a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonalPart {
    /// Their values, and the salt that belongs to them in this activity alone.
    Shown {
        /// The salt.
        salt: Hash,
        /// The values.
        values: Vec<u8>,
    },
    /// The digest of values that are gone.
    Kept(Hash),
}

impl Log {
    /// The log as a checkpoint has it that is made now, so it covers whatever was read before; `None` where nothing signs
    /// the log, as beside a running server.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the store not written.
    pub async fn attested(&self) -> Result<Option<Attested>, LogError> {
        let checkpoint = match self.checkpoint().await {
            Ok(checkpoint) => checkpoint,
            Err(LogError::Unsigned) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (log, tree) = (self.clone(), self.tree().await?);
        Ok(Some(Attested { log, checkpoint, tree }))
    }
}

impl Attested {
    /// The checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        self.checkpoint.unverified()
    }

    /// The one proof that the activities of these places, which come in order, are in the log: nodes of its tree, which
    /// `proof::root_by_cover` takes.
    ///
    /// # Errors
    /// If a place lies outside the checkpoint's tree, or a part of the log cannot be read.
    pub async fn cover(&self, seqs: Arc<Vec<Seq>>) -> Result<Vec<Hash>, LogError> {
        self.tree.cover(seqs, self.checkpoint().size()).await
    }

    /// What the leaf of each of these activities is made of; `None` for one of which not all can be said any more, because
    /// the key of somebody in it is gone.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn evidence(&self, rows: &[Activity]) -> Result<Vec<Option<Evidence>>, LogError> {
        let people = keys::people(rows.iter().map(|row| &row.facts));
        let is_erased = people.contains(ERASED);
        let keys = self.log.shared().keys_of(people).await?;
        let erased = rows
            .iter()
            .filter(|row| is_erased && canonical::persons(row).contains(&ERASED));
        let kept = self.tree.kept(erased.map(|row| row.seq).collect()).await?;
        let kept_of = |row: &Activity| kept.get(&row.seq).map_or(&[][..], Vec::as_slice);
        Ok(rows.iter().map(|row| evidence(row, kept_of(row), &keys)).collect())
    }

    /// The leaf of the activity at this place.
    ///
    /// # Errors
    /// As [`Attested::cover`].
    pub async fn leaf(&self, seq: Seq) -> Result<Hash, LogError> {
        Ok(self.tree.inclusion(seq, self.checkpoint().size()).await?.leaf)
    }

    /// Whether these leaves, which come in order, and the nodes of their cover make the checkpoint's tree.
    ///
    /// # Errors
    /// If the process is ending.
    pub async fn holds(&self, leaves: Vec<(Seq, Hash)>, nodes: Arc<Vec<Hash>>) -> Result<bool, LogError> {
        let (size, root) = (self.checkpoint().size(), *self.checkpoint().root());
        blocking(move || {
            let found = proof::root_by_cover(leaves, size, nodes.iter().copied());
            Ok(found == Ok(root))
        })
        .await
    }

    /// Signs a manifest with the keys that sign checkpoints now; the note as text.
    ///
    /// # Errors
    /// If its columns cannot be told apart, the store cannot be read, or nothing signs the log.
    pub async fn sign(&self, manifest: &Manifest) -> Result<String, LogError> {
        self.log.ledger().sign_manifest(manifest).await
    }
}

fn evidence(row: &Activity, kept: &[KeptDigest], keys: &Keys) -> Option<Evidence> {
    let canonical = canonical::encode(row);
    let parts = (0..).zip(canonical.personal).map(|(place, person)| {
        if let Some(kept) = kept.iter().find(|kept| kept.place == place) {
            return Some(PersonalPart::Kept(kept.digest));
        }
        let key = keys.get(&person.person_id)?.at(row.seq)?;
        Some(PersonalPart::Shown {
            salt: canonical::salt(&key, &canonical.impersonal),
            values: person.values,
        })
    });
    Some(Evidence {
        version: canonical.version,
        personal: parts.collect::<Option<_>>()?,
        impersonal: canonical.impersonal,
    })
}

impl Evidence {
    /// The leaf that all of it makes.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        let digests = self.personal.iter().map(|part| match part {
            PersonalPart::Shown { salt, values } => canonical::digest(salt, values),
            PersonalPart::Kept(digest) => *digest,
        });
        let canonical = canonical::Canonical {
            version: self.version,
            impersonal: self.impersonal.clone(),
            personal: Vec::new(),
        };
        canonical::leaf(&canonical, &digests.collect::<Vec<_>>())
    }
}
