//! A witness of logs (C2SP tlog-witness): cosigns a checkpoint if it follows the one that it cosigned before. Owns that no
//! two of its cosignatures contradict each other, whatever comes at once and whenever it is killed.

mod key;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use activity::Time;
use engine::{Clock, Rng};
use proof::{
    AddCheckpoint, CONFLICT_TYPE, CosigningKey, KnownLog, Origin, PosixTime, Refusal, VerifyingKey, WitnessKey,
};
use tokio::sync::Notify;

pub(crate) use self::key::WitnessKeyError;
use self::state::State;
pub(crate) use self::state::StateError;

const PLAIN: &str = "text/plain; charset=utf-8";

/// Where a witness keeps what it has, and what it is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    /// The file of its key.
    pub(crate) key: &'a Path,
    /// The directory of its state.
    pub(crate) state: &'a Path,
    /// What a new key is called.
    pub(crate) name: Option<&'a str>,
}

/// Why a witness cannot begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WitnessError {
    /// Its key.
    #[error(transparent)]
    Key(#[from] WitnessKeyError),
    /// Its state.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A witness that is open.
pub(crate) struct Witness {
    key: CosigningKey,
    /// The keys of each log, by its name.
    logs: BTreeMap<Origin, Vec<VerifyingKey>>,
    clock: Arc<dyn Clock>,
    /// Held from the comparison of sizes until what follows of it is on the disk. None once that failed.
    state: Mutex<Option<State>>,
    failed: Notify,
}

/// An answer: the status, the type and the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Witness {
    /// Opens what lies there, or begins anew where nothing does. Its logs are those that have these keys; a log is called
    /// what its keys are.
    pub(crate) fn open(
        places: Places<'_>,
        logs: &[VerifyingKey],
        clock: Arc<dyn Clock>,
        rng: &dyn Rng,
    ) -> Result<Self, WitnessError> {
        let (state, held) = State::lock(places.state)?;
        let found = key::read(places.key)?;
        let key = match (found, held) {
            (Some(key), held) => {
                state.check(held.as_ref(), key.public())?;
                key
            }
            // Without its key, what a witness saw says nothing of another's.
            (None, Some(held)) if !held.seen.is_empty() => return Err(key::missing(places.key, &held.key).into()),
            (None, _) => {
                let key = key::new(places.name, rng)?;
                // The state first: a key without one is refused, so that what it saw is never forgotten.
                state.begin(key.public())?;
                key::write(places.key, &key)?;
                key
            }
        };
        let state = state.of(key.public())?;
        let mut by_name: BTreeMap<Origin, Vec<VerifyingKey>> = BTreeMap::new();
        for log in logs {
            if let Ok(origin) = log.name().as_ref().parse() {
                by_name.entry(origin).or_default().push(log.clone());
            }
        }
        Ok(Self {
            key,
            logs: by_name,
            clock,
            state: Mutex::new(Some(state)),
            failed: Notify::new(),
        })
    }

    /// The key that it cosigns with.
    pub(crate) fn key(&self) -> &WitnessKey {
        self.key.public()
    }

    /// Its logs, and the size of what it cosigned last of each.
    pub(crate) fn logs(&self) -> Vec<(String, u64)> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = |origin: &Origin| state.as_ref().map_or(0, |state| state.seen(origin).size);
        let logs = self.logs.keys();
        logs.map(|origin| (origin.to_string(), seen(origin))).collect()
    }

    /// Done when its state could not be written: what is on the disk is not known any more, and it answers nobody.
    pub(crate) async fn failed(&self) {
        self.failed.notified().await;
    }

    /// Answers the body of a request to `add-checkpoint`.
    pub(crate) fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(error) => return refused(&Refusal::from(error)),
        };
        let mut held = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = held.as_mut() else {
            return unavailable();
        };
        let known = |origin: &Origin| {
            let keys = self.logs.get(origin)?;
            let seen = state.seen(origin);
            Some(KnownLog { keys, seen })
        };
        let accepted = match request.judge(known) {
            Ok(accepted) => accepted,
            Err(refusal) => return refused(&refusal),
        };
        let Some(at) = posix(self.clock.now()) else {
            tracing::error!("the clock of this machine says what cannot be; nothing is cosigned");
            return unavailable();
        };
        let (origin, seen) = (request.checkpoint.unverified().origin(), accepted.seen());
        if let Err(error) = state.keep(origin, seen) {
            tracing::error!(%error, "what is cosigned could not be kept, so it is not");
            *held = None;
            self.failed.notify_one();
            return unavailable();
        }
        tracing::debug!(log = %origin, size = seen.size, "cosigned");
        Answer {
            status: 200,
            content_type: PLAIN,
            body: accepted.answer(&[&self.key], at),
        }
    }
}

fn posix(at: Time) -> Option<PosixTime> {
    PosixTime::new(u64::try_from(at.0 / Time::SECOND).ok()?)
}

fn refused(refusal: &Refusal) -> Answer {
    let content_type = match refusal {
        Refusal::Conflict { .. } => CONFLICT_TYPE,
        _ => PLAIN,
    };
    Answer {
        status: refusal.status(),
        content_type,
        body: refusal.body(),
    }
}

fn unavailable() -> Answer {
    Answer {
        status: 503,
        content_type: PLAIN,
        body: "this witness cannot cosign at the moment\n".to_owned(),
    }
}
