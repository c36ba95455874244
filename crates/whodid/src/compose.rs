//! The composition root: puts store, log and use cases together from settings. Owns no behaviour of theirs.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use app::{App, SecretKey};
use engine::{Clock, Log, Rng as _, Signer, SteadyClock, SystemClock, SystemRng};
use store::{Store, StoreError};

use crate::config::Config;
use crate::secret_key;
use crate::{log_key, rights};

/// In a data directory that a backup is being put back into, or was not to the end.
pub(crate) const RESTORING: &str = "whodid.restoring";

/// Everything of one installation, owned by this process.
pub(crate) struct Installation {
    pub(crate) app: App,
    pub(crate) log: Log,
}

/// Opens the installation to write, making it if there is none: for this process alone, or beside other servers where the
/// database is one's.
pub(crate) async fn open(config: &Config) -> Result<Installation> {
    let store = open_store(config).await?;
    assemble(config, store, config.log.clone(), clock()).await
}

/// Opens the installation for this process alone, without the work in the background: what is to be mended is still there.
pub(crate) async fn open_at_rest(config: &Config) -> Result<Installation> {
    at_rest(config, false).await
}

/// The same, also where the log is not the one that a checkpoint is known of, which is recorded.
pub(crate) async fn open_whatever_it_is(config: &Config) -> Result<Installation> {
    at_rest(config, true).await
}

async fn at_rest(config: &Config, accept: bool) -> Result<Installation> {
    let store = open_store(config).await?;
    let mut settings = config.log.clone();
    settings.background = false;
    let how = Signing {
        accept,
        asks_witnesses: accept,
    };
    assemble_as(config, store, settings, clock(), how).await
}

/// The clock of the machine, which is not believed at once when it is set.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SteadyClock::new(Arc::new(SystemClock)))
}

/// Opens the store of these settings, and takes from other users of the machine what they may do with its files.
pub(crate) async fn open_store(config: &Config) -> Result<Store> {
    let directory = &config.data_dir;
    private_directory(directory).with_context(|| format!("cannot make the data directory {}", directory.display()))?;
    refuse_half_restored(directory)?;
    let store = Store::open(&config.database).await?;
    let open = rights::open_to_others(config);
    if let Err((path, error)) = rights::tighten(&open) {
        tracing::warn!(path = %path.display(), %error, "other users can use this file, and that cannot be changed");
    } else if let Some(first) = open.first() {
        tracing::warn!(
            files = open.len(), such_as = %first.display(),
            "other users of this machine could read files of the data; they cannot any more"
        );
    }
    for warning in rights::warnings(config) {
        tracing::warn!("{warning}");
    }
    Ok(store)
}

/// Refuses a directory in which not all of a backup is: whoever was erased since may still be in it.
pub(crate) fn refuse_half_restored(directory: &Path) -> Result<()> {
    if directory.join(RESTORING).exists() {
        bail!(
            "a backup was not put back into {} to its end. Remove what is in it, and repeat `whodid restore`",
            directory.display()
        );
    }
    Ok(())
}

/// Puts the parts together over an open store.
pub(crate) async fn assemble(
    config: &Config,
    store: Store,
    settings: engine::LogSettings,
    clock: Arc<dyn Clock>,
) -> Result<Installation> {
    assemble_as(config, store, settings, clock, Signing::default()).await
}

/// The same, with its witnesses asked before anything is done, and about each checkpoint from then on.
pub(crate) async fn assemble_watched(
    config: &Config,
    store: Store,
    settings: engine::LogSettings,
    clock: Arc<dyn Clock>,
) -> Result<Installation> {
    let how = Signing {
        accept: false,
        asks_witnesses: true,
    };
    assemble_as(config, store, settings, clock, how).await
}

/// How signing begins.
#[derive(Clone, Copy, Debug, Default)]
struct Signing {
    /// Also where the log is not the one that a checkpoint is known of.
    accept: bool,
    asks_witnesses: bool,
}

async fn assemble_as(
    config: &Config,
    store: Store,
    settings: engine::LogSettings,
    clock: Arc<dyn Clock>,
    how: Signing,
) -> Result<Installation> {
    let rng = Arc::new(SystemRng);
    if !how.accept {
        engine::refuse_shorter(&store, &config.checkpoint_file).await?;
    }
    let key = secret_key::open(&config.secret_key_file, &store, &*rng).await?;
    let log = Log::open(store.clone(), settings, Arc::clone(&clock), rng.clone()).await?;
    let keys = log_key::open(&config.log_key_file, &store, &*rng).await?;
    if how.asks_witnesses {
        let courier = Arc::new(app::integrity::HttpCourier::default());
        log.watched_by(config.witnesses.clone(), courier)?;
    }
    log.sign_with(signer(config, keys)?, how.accept).await?;
    log.keep_tombstones_in(config.erasures_file.clone()).await?;
    let app = App::new(store, log.clone(), clock, rng, config.app.clone(), key);
    Ok(Installation { app, log })
}

/// Who signs the log with these keys.
pub(crate) fn signer(config: &Config, keys: Vec<proof::SigningKey>) -> Result<Signer> {
    Ok(Signer {
        origin: log_key::origin(&keys, &config.log_key_file)?,
        keys,
        anchor: Some(config.checkpoint_file.clone()),
    })
}

/// Opens the installation for reading, also beside a running server. All it writes is who read.
pub(crate) async fn open_reader(config: &Config) -> Result<Installation> {
    refuse_half_restored(&config.data_dir)?;
    let store = Store::open_reader(&config.database).await?;
    let clock = clock();
    let log = Log::open_reader(store.clone(), config.log.clone(), Arc::clone(&clock)).await?;
    // Reading needs no secret: it works without the key file, and this key opens nothing.
    let key = SecretKey::new(&SystemRng.key());
    let app = App::new(store, log.clone(), clock, Arc::new(SystemRng), config.app.clone(), key);
    Ok(Installation { app, log })
}

/// Whether this error means that another process has the data directory.
pub(crate) fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::InUse { .. }))
}

/// Makes a directory that only its owner can read; an existing one is left as it is.
fn private_directory(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
