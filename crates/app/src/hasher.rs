//! Hashing and checking passwords with argon2id, a few at a time. Owns the queue in front of it: a flood of log-ins is
//! refused before it takes every core from the rest.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;

use crate::settings::PasswordSettings;
use crate::{App, Unavailable};

/// How many may wait for their turn, for each that is being worked on.
const QUEUE: usize = 32;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hashes and checks passwords.
pub(crate) struct Hasher {
    params: Params,
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    dummy: Arc<OnceLock<String>>,
}

impl Hasher {
    pub(crate) fn new(settings: &PasswordSettings) -> Self {
        // Settings that argon2 refuses fall back to the default cost, never to less.
        let params = Params::new(settings.argon2_memory_kib, settings.argon2_passes, 1, None).unwrap_or_default();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            params,
            turns: Arc::new(Semaphore::new(cores)),
            queue: Arc::new(Semaphore::new(cores * (QUEUE + 1))),
            dummy: Arc::default(),
        }
    }

    /// A permit to stand in the queue. Taken before an attempt is counted, so that a flood counts nobody's attempts.
    pub(crate) fn permit(&self) -> Result<HashPermit, Unavailable> {
        Arc::clone(&self.queue)
            .try_acquire_owned()
            .map(HashPermit)
            .map_err(|_| busy())
    }

    /// The PHC string of a password.
    pub(crate) async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, Unavailable> {
        let permit = self.permit()?;
        let params = self.params.clone();
        let password = normal(password);
        self.work(permit, move || hash(&params, password.as_bytes(), &salt))
            .await?
    }

    /// Whether a password is the one of this PHC string. Without a string it takes as long and says no.
    pub(crate) async fn verify(
        &self,
        permit: HashPermit,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, Unavailable> {
        let params = self.params.clone();
        let password = normal(password);
        let dummy = Arc::clone(&self.dummy);
        let stored = stored.map(str::to_owned);
        let has_one = stored.is_some();
        let matches = self
            .work(permit, move || {
                let against = match &stored {
                    Some(stored) => stored.as_str(),
                    None => dummy.get_or_init(|| hash(&params, b"nobody's password", &[0; 16]).unwrap_or_default()),
                };
                PasswordHash::new(against)
                    .map(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
                    .map_err(|error| Unavailable::new(error.to_string()))
            })
            .await??;
        Ok(matches && has_one)
    }

    /// Whether this PHC string was made at another cost than today's.
    pub(crate) fn is_outdated(&self, stored: &str) -> bool {
        let made = PasswordHash::new(stored)
            .ok()
            .and_then(|parsed| Params::try_from(&parsed).ok());
        made.is_none_or(|made| {
            (made.m_cost(), made.t_cost(), made.p_cost())
                != (self.params.m_cost(), self.params.t_cost(), self.params.p_cost())
        })
    }

    async fn work<T: Send + 'static>(
        &self,
        permit: HashPermit,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unavailable> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(Unavailable::new)?;
        // The turn goes along: a request that is given up must not let another hash start beside this one.
        let done = tokio::task::spawn_blocking(move || {
            let result = job();
            drop((turn, permit));
            result
        });
        done.await.map_err(Unavailable::new)
    }
}

/// A permit to stand in the queue, given back when dropped.
pub(crate) struct HashPermit(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// A new salt.
pub(crate) fn salt(app: &App) -> [u8; 16] {
    let mut salt = [0; 16];
    app.rng().fill(&mut salt);
    salt
}

fn busy() -> Unavailable {
    Unavailable::new("too many passwords are being checked at once")
}

fn hash(params: &Params, password: &[u8], salt: &[u8]) -> Result<String, Unavailable> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_with_salt(password, salt)
        .map(|hash| hash.to_string())
        .map_err(|error| Unavailable::new(error.to_string()))
}

/// The same password typed on another keyboard must hash the same.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}
