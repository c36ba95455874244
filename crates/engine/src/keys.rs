//! The persons' keys as the engine needs them: cached within bounds, made for whoever is new.
//!
//! Owns which keys are known to be committed. A key that a transaction has only proposed is never cached.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use activity::canonical::KeptDigest;
use activity::{Activity, Facts, canonical};
use store::Tx;
use store::log::{PersonKey, head, person_key};

use crate::{LogError, Rng};

/// A person's secret.
pub(crate) type Key = [u8; 32];
/// Keys by person id.
pub(crate) type Keys = HashMap<String, PersonKey>;

/// Keys in one of the two generations of the cache.
const GENERATION: usize = 65_536;

/// Committed keys, the more recently used ones.
#[derive(Debug, Default)]
pub(crate) struct KeyCache {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many persons were to be erased when the keys were read: with the next one, any of them may be destroyed.
    erasures: u64,
    young: Keys,
    old: Keys,
    /// Keys proposed by requests under way, so that two of them propose the same for the same person.
    proposed: HashMap<String, (Key, usize)>,
}

/// Keys as they were read or made, when so many persons were to be erased.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) erasures: u64,
    pub(crate) keys: Vec<(String, PersonKey)>,
}

/// Keys that may not be committed yet; their proposal ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Proposal {
    cache: std::sync::Arc<KeyCache>,
    /// What is proposed.
    pub(crate) keys: Vec<(String, Key)>,
}

impl KeyCache {
    /// The committed key of a person, if it is at hand.
    pub(crate) fn get(&self, person: &str) -> Option<PersonKey> {
        let mut state = self.state();
        if let Some(key) = state.young.get(person) {
            return Some(*key);
        }
        let (person, key) = state.old.remove_entry(person)?;
        state.put(person, key);
        Some(key)
    }

    /// How many persons were to be erased, as far as is known here.
    pub(crate) fn erasures(&self) -> u64 {
        self.state().erasures
    }

    /// Forgets all keys if somebody was to be erased since they were read. What is proposed is forgotten too: somebody may
    /// have got it, and lost it again.
    pub(crate) fn follow(&self, erasures: u64) {
        self.state().follow(erasures);
    }

    /// Remembers committed keys, unless one of them may be destroyed since they were read.
    pub(crate) fn put(&self, fresh: Fresh) {
        let mut state = self.state();
        state.follow(fresh.erasures);
        if state.erasures == fresh.erasures {
            for (person, key) in fresh.keys {
                state.put(person, key);
            }
        }
    }

    /// The keys at hand of `people`, and those people of whom there is none.
    pub(crate) fn split<'a>(&self, people: HashSet<&'a str>) -> (Keys, Vec<&'a str>) {
        let mut keys = Keys::with_capacity(people.len());
        let mut missing = Vec::new();
        for person in people {
            match self.get(person) {
                Some(key) => drop(keys.insert(person.to_owned(), key)),
                None => missing.push(person),
            }
        }
        (keys, missing)
    }

    /// Proposes keys for people who have none.
    pub(crate) fn propose(self: &std::sync::Arc<Self>, people: &[&str], rng: &dyn Rng) -> Proposal {
        let mut state = self.state();
        let propose = |person: &&str| {
            let entry = state
                .proposed
                .entry((*person).to_owned())
                .or_insert_with(|| (rng.key(), 0));
            entry.1 += 1;
            ((*person).to_owned(), entry.0)
        };
        let keys = people.iter().map(propose).collect();
        drop(state);
        Proposal {
            cache: std::sync::Arc::clone(self),
            keys,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn follow(&mut self, erasures: u64) {
        if erasures > self.erasures {
            *self = Self {
                erasures,
                ..Self::default()
            };
        }
    }

    fn put(&mut self, person: String, key: PersonKey) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(person, key);
    }
}

impl Drop for Proposal {
    fn drop(&mut self) {
        let mut state = self.cache.state();
        for (person, _) in &self.keys {
            if let Some(entry) = state.proposed.get_mut(person) {
                entry.1 -= 1;
                if entry.1 == 0 {
                    state.proposed.remove(person);
                }
            }
        }
    }
}

/// Everyone these activities name.
pub(crate) fn people<'a>(facts: impl IntoIterator<Item = &'a Facts>) -> HashSet<&'a str> {
    facts.into_iter().flat_map(canonical::persons).collect()
}

/// The leaf hash of what is to be appended, all of whose persons are in `keys`.
pub(crate) fn leaf(facts: &Facts, keys: &Keys) -> Result<proof::Hash, LogError> {
    canonical::leaf_of(facts, |person| keys.get(person).map(|key| key.secret))
        .ok_or_else(|| LogError::Damaged(format!("a person named in a `{}` activity has no key", facts.kind)))
}

/// The leaf hash of what was appended, of which these digests are kept; `None` if a person's key is gone.
pub(crate) fn leaf_at(activity: &Activity, kept: &[KeptDigest], keys: &Keys) -> Option<proof::Hash> {
    canonical::leaf_with(activity, kept, |person| keys.get(person)?.at(activity.seq))
}

/// Sees to it, inside the caller's transaction, that everyone named has a key, and gives the keys that hold. A key that is
/// damaged is replaced: it holds no longer for what was recorded before. A key that is made holds from here on, so that who
/// was erased and is named again has nothing to do with who they were.
pub(crate) async fn ensure(
    tx: &mut Tx,
    cache: &KeyCache,
    people: HashSet<&str>,
    rng: &dyn Rng,
) -> Result<(Keys, Fresh), LogError> {
    let erasures = head::erasures(tx).await?;
    let (mut keys, missing) = if erasures == cache.erasures() {
        cache.split(people)
    } else {
        (Keys::new(), people.into_iter().collect())
    };
    if missing.is_empty() {
        let fresh = Fresh {
            erasures,
            keys: Vec::new(),
        };
        return Ok((keys, fresh));
    }
    let since = head::position(tx).await?.size;
    let mut found = person_key::load(tx, &missing).await?;
    let proposed: Vec<(&str, Key)> = missing
        .iter()
        .filter(|person| !found.contains_key(**person))
        .map(|person| (*person, rng.key()))
        .collect();
    if !proposed.is_empty() {
        person_key::ensure(tx, &proposed, since).await?;
        // Read back: with several nodes, another one's key may have been first.
        let new: Vec<&str> = proposed.iter().map(|(person, _)| *person).collect();
        found.extend(person_key::load(tx, &new).await?);
    }
    for (person, secret) in proposed {
        if !found.contains_key(person) {
            let key = PersonKey { secret, since };
            person_key::replace(tx, person, &key).await?;
            tracing::error!(
                person,
                since,
                "a person's key was damaged: what was recorded of them before cannot be held \
                against the tree one by one"
            );
            found.insert(person.to_owned(), key);
        }
    }
    let fresh = found.iter().map(|(person, key)| (person.clone(), *key)).collect();
    keys.extend(found);
    Ok((keys, Fresh { erasures, keys: fresh }))
}
