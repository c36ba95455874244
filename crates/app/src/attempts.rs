//! Attempts at a secret: counted before the secret is checked, settled after. The same counter for every secret; a
//! bucket of its own for a device the owner uses, so that strangers cannot lock them out of it.

use activity::Facts;
use store::accounts::account::AccountRow;
use store::accounts::attempt::{self, Bucket, Failures};
use store::accounts::known_device;

use crate::hasher::HashPermit;
use crate::tokens::token_hash;
use crate::waits::Waits;
use crate::{Activities, App, Quiet, Tx, Unavailable, mail};

/// An attempt that was counted as failed until it is settled.
pub(crate) struct Attempt {
    permit: Option<HashPermit>,
    /// The known device it came from.
    pub(crate) known_device: Option<String>,
    /// Its bucket with it; `None` if the bucket is locked, or there is no account.
    failures: Option<Failures>,
    /// The hash to check against; `None` where no secret can be right.
    stored: Option<String>,
}

/// Where an attempt comes from, as far as buckets go.
#[derive(Clone, Copy)]
pub(super) enum AttemptOrigin<'a> {
    /// A browser or client that is not signed in.
    Visitor {
        /// Its token of a known device, if it has one.
        token: Option<&'a str>,
        /// The id of the application it asks through; `None` for the web manager.
        application: Option<&'a str>,
    },
    /// A signed-in device of this known device, or none.
    KnownDevice(Option<&'a str>),
}

/// Counts an attempt. With and without an account it is one durable write, so that both take as long.
pub(super) async fn reserve(
    app: &App,
    account: Option<&AccountRow>,
    origin: AttemptOrigin<'_>,
) -> Result<Attempt, Unavailable> {
    let permit = app.hasher().permit()?;
    let mut tx = app.begin().await?;
    attempt::count(&mut tx).await?;
    let mut reserved = Attempt {
        permit: Some(permit),
        known_device: None,
        failures: None,
        stored: None,
    };
    if let Some(account) = account {
        reserved.known_device = match origin {
            AttemptOrigin::Visitor {
                token: Some(token),
                application,
            } => known_device::find(&mut tx, (&account.id, application), &token_hash(token)).await?,
            AttemptOrigin::KnownDevice(id) => id.map(str::to_owned),
            AttemptOrigin::Visitor { token: None, .. } => None,
        };
        reserved.failures = count(app, &mut tx, &account.id, reserved.known_device.as_deref()).await?;
        reserved.stored = account.password_hash.clone().filter(|_| reserved.failures.is_some());
    }
    tx.commit_quietly(Quiet::Counted).await?;
    Ok(reserved)
}

/// Counts an attempt at a code in the transaction that checks it.
pub(crate) async fn reserve_code(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    known_device: Option<&str>,
) -> Result<Attempt, Unavailable> {
    let failures = count(app, tx, &account.id, known_device).await?;
    Ok(Attempt {
        permit: None,
        known_device: known_device.map(str::to_owned),
        failures,
        stored: None,
    })
}

/// Counts an attempt as failed before it is made; `None` if the bucket is locked. The bucket is held meanwhile, and the
/// attempt that fills it locks it: any number of attempts at once get no more than the limit, and a crash before their
/// outcome leaves a lock that lapses.
async fn count(
    app: &App,
    tx: &mut Tx,
    account_id: &str,
    known_device: Option<&str>,
) -> Result<Option<Failures>, Unavailable> {
    let bucket = bucket(account_id, known_device);
    let Some(held) = attempt::hold(tx, bucket).await? else {
        return Ok(None);
    };
    let next = waits(app, known_device).reserve(&held, app.now());
    if let Some(next) = &next {
        attempt::keep(tx, bucket, next).await?;
    }
    Ok(next)
}

/// Empties the bucket of somebody who has proved all that is asked of them.
pub(crate) async fn clear(tx: &mut Tx, account_id: &str, known_device: Option<&str>) -> Result<(), Unavailable> {
    let bucket = bucket(account_id, known_device);
    if let Some(held) = attempt::hold(tx, bucket).await? {
        attempt::keep(tx, bucket, &Waits::succeeded(&held)).await?;
    }
    Ok(())
}

impl Attempt {
    /// Checks the password. Unknown, locked and not yet activated accounts take as long and are wrong.
    pub(super) async fn check(&mut self, app: &App, password: &str) -> Result<bool, Unavailable> {
        let permit = match self.permit.take() {
            Some(permit) => permit,
            None => app.hasher().permit()?,
        };
        app.hasher().verify(permit, password, self.stored.as_deref()).await
    }

    /// Whether the bucket had room.
    pub(crate) fn was_locked(&self) -> bool {
        self.failures.is_none()
    }

    /// The hash that was checked against.
    pub(super) fn stored(&self) -> Option<&str> {
        self.stored.as_deref()
    }

    /// Takes the failure back and empties the bucket.
    pub(crate) async fn succeeded(&self, tx: &mut Tx, account_id: &str) -> Result<(), Unavailable> {
        clear(tx, account_id, self.known_device.as_deref()).await
    }

    /// Takes the failure back and leaves those before it.
    pub(crate) async fn give_back(&self, app: &App, tx: &mut Tx, account_id: &str) -> Result<(), Unavailable> {
        let bucket = bucket(account_id, self.known_device.as_deref());
        if let Some(held) = attempt::hold(tx, bucket).await? {
            let back = waits(app, self.known_device.as_deref()).give_back(&held);
            attempt::keep(tx, bucket, &back).await?;
        }
        Ok(())
    }

    /// Leaves the failure counted. Returns the activities of it: `failed`, and the lock if this attempt filled the
    /// bucket, in which case the owner is told by mail.
    pub(crate) async fn failed(
        &self,
        app: &App,
        tx: &mut Tx,
        account: &AccountRow,
        failed: Facts,
    ) -> Result<Activities, Unavailable> {
        let bucket = bucket(&account.id, self.known_device.as_deref());
        let filled = self.failures.filter(|failures| failures.locked_until.is_some());
        let Some((filled, until)) = filled.and_then(|filled| Some((filled, filled.locked_until?))) else {
            return Ok(failed.into());
        };
        // A success at the same time may have emptied the bucket since.
        if !attempt::is_locked(tx, bucket, app.now()).await? {
            return Ok(failed.into());
        }
        if self.known_device.is_some() {
            // What a known device guesses wrong five times is guessed from everywhere: other known devices stay free.
            attempt::lock(tx, &account.id, until).await?;
        }
        let (reason, failures) = waits(app, self.known_device.as_deref()).why(&filled);
        let mut locked = failed.clone().because(reason);
        locked.kind = "user.locked".into();
        locked.outcome = activity::Outcome::Success;
        locked
            .metadata
            .insert("failed_attempts".to_owned(), failures.to_string());
        locked.by = activity::By::System;
        if account.login_enabled {
            mail::write(app, tx, mail::letters::locked(app, account, (filled.failures, until))).await?;
        }
        Ok([failed, locked].into())
    }
}

fn bucket<'a>(account_id: &'a str, known_device: Option<&'a str>) -> Bucket<'a> {
    known_device.map_or(Bucket::Account(account_id), Bucket::KnownDevice)
}

fn waits(app: &App, known_device: Option<&str>) -> Waits {
    let settings = &app.settings().password;
    match known_device {
        Some(_) => Waits::for_known_devices(settings),
        None => Waits::for_strangers(settings),
    }
}
