//! What can be done with a batch before its transaction: keys, digests, leaf hashes, compression.

use std::sync::Arc;

use activity::Facts;
use proof::Hash;
use sha2::{Digest as _, Sha256};
use store::log::external_id::Digest;
use store::log::{PersonKey, person_key};

use super::{Batch, IdSpace, Idempotency, Part};
use crate::batch::Packed;
use crate::keys::{self, Fresh, Keys, Proposal};
use crate::tasks::blocking;
use crate::writer::Writer;
use crate::writer::append::weight;
use crate::{BatchNumber, LogError, batch};

/// From this many activities on, the work leaves the async threads.
const LARGE: usize = 32;
/// From this many activities on, a request becomes a hot batch of its own; smaller ones share one.
const ROW_OF_ITS_OWN: usize = 128;

/// A batch that only has to be placed.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) facts: Vec<Facts>,
    pub(super) leaves: Vec<Hash>,
    /// What the facts weigh.
    pub(super) bytes: u64,
    /// All facts packed, where they make hot batches of their own.
    pub(super) packed: Option<Vec<Packed>>,
    /// Digests of the external ids.
    pub(super) external: Vec<Option<Digest>>,
    /// How many persons were to be erased when the keys were read that the leaves were made with.
    pub(super) erasures: u64,
    /// Keys for persons who had none.
    pub(super) proposal: Option<Proposal>,
    pub(super) idempotency: Option<Idempotency>,
    /// Whether external ids are kept for good.
    pub(super) ledger: Option<Ledger>,
    /// The import that it is a part of.
    pub(super) part: Option<Part>,
    pub(super) numbers: Vec<BatchNumber>,
}

/// That external ids are kept for good, or until the import of this number is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ledger(pub(super) Option<u64>);

impl Prepared {
    /// Does all that needs no transaction.
    pub(super) async fn of(writer: &Arc<Writer>, batch: Batch) -> Result<Self, LogError> {
        let Batch {
            facts,
            idempotency,
            source,
            numbers,
        } = batch;
        let large = facts.len() >= LARGE;
        let cache = Arc::clone(writer.shared.keys());
        let erasures = cache.erasures();
        let find = move || {
            let (known, missing) = cache.split(keys::people(&facts));
            let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
            Ok((known, missing, facts))
        };
        let (mut known, missing, facts) = on_thread(large, find).await?;
        let proposal = find_keys(writer, &mut known, &missing, erasures).await?;
        let (ledger, part) = match &source {
            IdSpace::Ledger(_, part) => (Some(Ledger(part.as_ref().map(|part| part.import))), part.clone()),
            IdSpace::Reporter(_) => (None, None),
        };
        let digest = move || {
            let leaves = facts
                .iter()
                .map(|facts| keys::leaf(facts, &known))
                .collect::<Result<Vec<_>, _>>()?;
            let packed = (facts.len() >= ROW_OF_ITS_OWN)
                .then(|| batch::pack(&facts.iter().collect::<Vec<_>>()))
                .transpose()?;
            let external = facts.iter().map(|facts| external_digest(&source, facts)).collect();
            Ok(Self {
                bytes: weight(&facts),
                facts,
                leaves,
                packed,
                external,
                erasures,
                proposal,
                idempotency,
                ledger,
                part,
                numbers,
            })
        };
        on_thread(large, digest).await
    }
}

/// The keys of persons who are not in the cache: from SQL, or proposed.
async fn find_keys(
    writer: &Arc<Writer>,
    known: &mut Keys,
    missing: &[String],
    erasures: u64,
) -> Result<Option<Proposal>, LogError> {
    if missing.is_empty() {
        return Ok(None);
    }
    let asked: Vec<&str> = missing.iter().map(String::as_str).collect();
    let found = person_key::load(&mut writer.shared.store().glance().await?, &asked).await?;
    writer.shared.keys().put(Fresh {
        erasures,
        keys: found.iter().map(|(person, key)| (person.clone(), *key)).collect(),
    });
    known.extend(found);
    let new: Vec<&str> = asked
        .into_iter()
        .filter(|person| !known.contains_key(*person))
        .collect();
    if new.is_empty() {
        return Ok(None);
    }
    let proposal = writer.shared.keys().propose(&new, writer.shared.rng());
    let proposed = proposal.keys.iter().map(|(person, secret)| {
        let key = PersonKey {
            secret: *secret,
            since: 0,
        };
        (person.clone(), key)
    });
    known.extend(proposed);
    Ok(Some(proposal))
}

fn external_digest(source: &IdSpace, facts: &Facts) -> Option<Digest> {
    let id = facts.external_id.as_deref()?;
    let (kind, name) = match source {
        IdSpace::Reporter(name) => (0, name),
        IdSpace::Ledger(name, _) => (1, name),
    };
    let mut hash = Sha256::new();
    hash.update([kind]);
    hash.update((name.len() as u64).to_le_bytes());
    hash.update(name.as_bytes());
    hash.update(id.as_bytes());
    hash.finalize().first_chunk().copied()
}

async fn on_thread<T: Send + 'static>(
    large: bool,
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    if large { blocking(work).await } else { work() }
}
