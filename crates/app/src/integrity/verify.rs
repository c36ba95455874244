//! Verifying the whole log while it is served: one at a time, with its progress, and its result as an activity.

use std::sync::{Arc, Mutex, PoisonError};

use activity::{Outcome, Time};
use engine::Verified;
use store::log::{Verification, verification};

use crate::{App, Caller, ChangeError, facts};

/// How far a verification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verifying {
    /// When it began.
    pub since: Time,
    /// How many activities it has looked at.
    pub looked_at: u64,
    /// Of how many.
    pub of: u64,
}

/// The verification that goes on in this process, if one does.
#[derive(Debug, Default)]
pub(crate) struct Verifier(Mutex<Option<Verifying>>);

impl Verifier {
    /// How far it is.
    pub(crate) fn running(&self) -> Option<Verifying> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to verify, unless somebody has it.
    fn claim(self: &Arc<Self>, since: Time, of: u64) -> Option<Running> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_some() {
            return None;
        }
        *running = Some(Verifying {
            since,
            looked_at: 0,
            of,
        });
        Some(Running(Arc::clone(self)))
    }
}

/// Held by whoever verifies.
struct Running(Arc<Verifier>);

impl Running {
    fn reached(&self, looked_at: u64) {
        if let Some(running) = &mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) {
            running.looked_at = looked_at;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Begins to verify the whole log in the background; false if that goes on already.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything.
pub async fn begin_verifying(app: &App, caller: &Caller) -> Result<bool, ChangeError> {
    let Some(running) = claim(app, caller).await? else {
        return Ok(false);
    };
    let (of, caller) = (app.clone(), caller.clone());
    app.tasks().once("verifying the log", async move {
        if let Err(error) = work(&of, &caller, running).await {
            tracing::error!(%error, "the log could not be verified to its end");
        }
    });
    Ok(true)
}

/// Verifies the whole log and records what that came to; `None` if it is verified already.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything, and if the store cannot be read or written. What is
/// wrong with the log is in the result.
pub async fn verify(app: &App, caller: &Caller) -> Result<Option<Verification>, ChangeError> {
    match claim(app, caller).await? {
        Some(running) => work(app, caller, running).await.map(Some),
        None => Ok(None),
    }
}

async fn claim(app: &App, caller: &Caller) -> Result<Option<Running>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let size = app.log().look().await?.complete_through().size;
    Ok(app.verifier().claim(app.now(), size))
}

async fn work(app: &App, caller: &Caller, running: Running) -> Result<Verification, ChangeError> {
    let began_at = app.now();
    let Verified {
        size, sound, faults, ..
    } = app.log().verify(|looked_at| running.reached(looked_at)).await?;
    let first_fault = faults.first().map(|fault| {
        let last = (fault.first_seq + fault.count).saturating_sub(1);
        format!("activities {} to {last}: {}", fault.first_seq, fault.what)
    });
    let done = Verification {
        began_at,
        ended_at: app.now(),
        size,
        sound,
        faults: faults.len() as u64,
        first_fault,
    };
    let mut told = facts::of_installation(app, caller, "log.verified");
    told.outcome = match done.faults {
        0 => Outcome::Success,
        _ => Outcome::Failure,
    };
    let numbers = [("size", size), ("sound", sound), ("faults", done.faults)];
    told.metadata
        .extend(numbers.map(|(key, value)| (key.to_owned(), value.to_string())));
    let mut tx = app.begin().await?;
    verification::insert(&mut tx, &done).await?;
    tx.commit(told).await?;
    Ok(done)
}
