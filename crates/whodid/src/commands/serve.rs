//! `whodid serve`: the pages and the API, until told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use store::accounts::account;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use web::AppState;

use crate::cli::{Serve, SettingFlags};
use crate::compose::{self, Installation};
use crate::config::{Config, Sources, load};
use crate::diagnostics;
use crate::terminal::say;

pub(super) async fn run(flags: &SettingFlags, command: Serve) -> Result<ExitCode> {
    let mut sources = Sources::gather(flags, command.data.data_dir)?;
    sources.flags.extend(
        command
            .listen
            .map(|listen| ("--listen", "web.listen".to_owned(), listen)),
    );
    let mut config = load(&sources)?;
    config.check_public_url()?;
    diagnostics::start(&config.diagnostics, None);
    let signals = Signals::listen()?;
    // The directory first: a second server is refused by its lock, whatever address it wanted.
    let store = compose::open_store(&config).await?;
    let listener = listen(&mut config).await?;
    if !account::any(&mut store.glance().await?).await? {
        tracing::warn!("there is no account yet: stop, and make one with `whodid user create --admin …`");
    }
    let installation = compose::assemble_watched(&config, store, config.log.clone(), compose::clock()).await?;
    if config.app.mail.smtp_url.is_none() {
        tracing::info!("no mail server is set: mails wait in Administration → Outbox");
    }
    let greeting = format!("Listening on http://{}", config.web.listen);
    until_stopped(Serving {
        installation,
        config,
        listener,
        signals,
        greeting,
    })
    .await
}

/// Takes the address. One chosen by the system (port 0) becomes part of the settings.
pub(super) async fn listen(config: &mut Config) -> Result<TcpListener> {
    let wanted: SocketAddr = config.web.listen;
    let listener = TcpListener::bind(wanted)
        .await
        .with_context(|| format!("cannot listen on {wanted}; choose another address with --listen"))?;
    config.web.listen = listener.local_addr()?;
    config.derive_public_url();
    Ok(listener)
}

/// What a server needs.
pub(super) struct Serving {
    pub(super) installation: Installation,
    pub(super) config: Config,
    pub(super) listener: TcpListener,
    pub(super) signals: Signals,
    /// What is said when connections are accepted.
    pub(super) greeting: String,
}

/// Serves until SIGTERM, SIGINT or a failure after which nothing may be acknowledged.
pub(super) async fn until_stopped(serving: Serving) -> Result<ExitCode> {
    let Serving {
        installation: Installation { app, log },
        config,
        listener,
        signals,
        greeting,
    } = serving;
    app::accounts::fill_skeletons_later(&app);
    app::accounts::fold_names_later(&app);
    app::exports::start(&app);
    app::erasure::keep_finishing(&app);
    app::integrity::keep_verifying(&app);
    app::sessions::keep_presence(&app);
    app::refusals::keep_writing(&app);
    app::retention::keep_applying(&app);
    app::activity::keep_appending(&app);
    app::keep_looking_out(&app);
    app::mail::start(&app)?;
    // Nobody may be reading any more: a closed terminal is no reason to stop serving.
    if let Err(error) = say(greeting) {
        tracing::debug!(%error, "the greeting was not read");
    }
    let failed = failure(log.failed());
    let serving = web::serve(AppState::new(app.clone(), config.web), listener, stop(signals));
    let cause = tokio::select! {
        served = Box::pin(serving) => {
            served.context("the server failed")?;
            None
        }
        cause = failed => Some(cause),
    };
    app.close().await;
    if let Some(cause) = cause {
        tracing::error!(cause, "stopping: the log cannot be trusted to keep what it is given");
        bail!("stopped, so that nothing is acknowledged that may be lost: {cause}. Look at the disk, then start again");
    }
    if let Err(error) = app::refusals::write(&app, true).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "refused attempts were not written"
        );
    }
    log.close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Done when the process is told to stop; told twice, it stops at once.
pub(super) async fn stop(mut signals: Signals) {
    signals.next().await;
    tracing::info!("stopping: finishing what is under way; once more stops at once");
    tokio::spawn(async move {
        signals.next().await;
        std::process::exit(130);
    });
}

/// SIGTERM and SIGINT. They no longer end the process by themselves once this is made.
pub(super) struct Signals {
    terminated: Signal,
    interrupted: Signal,
}

impl Signals {
    /// Made before anything that has to be tidied up.
    pub(super) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminated: listen(SignalKind::terminate())?,
            interrupted: listen(SignalKind::interrupt())?,
        })
    }

    /// Done with the next of them.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminated.recv() => {}
            _ = self.interrupted.recv() => {}
        }
    }
}

async fn failure(mut failed: watch::Receiver<Option<String>>) -> String {
    match failed.wait_for(Option::is_some).await {
        Ok(cause) => cause.clone().unwrap_or_default(),
        // The log is closed, which is no failure.
        Err(_) => std::future::pending().await,
    }
}
