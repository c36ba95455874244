//! Verifying the whole log while it is served: one at a time, with its progress, and its result as an activity.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use activity::{Facts, Outcome, Time};
use engine::Verified;
use store::log::{Verification, verification};

use crate::{App, Caller, ChangeError, Unavailable, facts};

/// How often the whole log is verified by itself, counted from when it was begun last.
const EVERY: i64 = 7 * Time::DAY;
/// How often it is looked whether that is due.
const LOOK_AGAIN: Duration = Duration::from_secs(600);
const JOB: &str = "verify";

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
        if let Err(error) = by_somebody(&of, &caller, running).await {
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
        Some(running) => by_somebody(app, caller, running).await.map(Some),
        None => Ok(None),
    }
}

async fn claim(app: &App, caller: &Caller) -> Result<Option<Running>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    Ok(running(app).await?)
}

async fn running(app: &App) -> Result<Option<Running>, Unavailable> {
    let size = app.log().look().await?.complete_through().size;
    Ok(app.verifier().claim(app.now(), size))
}

/// Verifies by itself if that is due, beside whatever goes on: what it came to, if it did.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn verify_due(app: &App) -> Result<Option<Verification>, Unavailable> {
    let last = verification::last(&mut app.store().glance().await?).await?;
    if last.is_some_and(|last| app.now() < last.began_at.plus(EVERY)) {
        return Ok(None);
    }
    let Some(lease) = app.jobs().claim(JOB).await? else {
        return Ok(None);
    };
    let work = async {
        let Some(running) = running(app).await? else {
            return Ok(None);
        };
        let began_at = app.now();
        let found = app.log().verify_gently(|looked_at| running.reached(looked_at)).await?;
        keep(app, began_at, found, facts::of_system(app, "log.verified"))
            .await
            .map(Some)
    };
    Ok(lease.work(Box::pin(work)).await?.flatten())
}

/// Does so until the process ends. Serving calls it once.
pub fn keep_verifying(app: &App) {
    let of = app.clone();
    app.tasks().keep("verifying now and then", move || {
        let app = of.clone();
        async move {
            loop {
                tokio::time::sleep(LOOK_AGAIN).await;
                if let Err(error) = verify_due(&app).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the log could not be verified by itself"
                    );
                }
            }
        }
    });
}

async fn by_somebody(app: &App, caller: &Caller, running: Running) -> Result<Verification, ChangeError> {
    let began_at = app.now();
    let found = app.log().verify(|looked_at| running.reached(looked_at)).await?;
    let told = facts::of_installation(app, caller, "log.verified");
    Ok(keep(app, began_at, found, told).await?)
}

/// Keeps what a verification found, with its activity.
async fn keep(app: &App, began_at: Time, found: Verified, mut told: Facts) -> Result<Verification, Unavailable> {
    let Verified {
        size, sound, faults, ..
    } = found;
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
