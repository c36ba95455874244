//! `whodid serve`: the pages and the API, until told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
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
    diagnostics::start(&config.diagnostics, None);
    // The directory first: a second server is refused by its lock, whatever address it wanted.
    let store = compose::open_store(&config.data_dir).await?;
    let listener = listen(&mut config).await?;
    let installation = compose::assemble(
        &config,
        store,
        config.log.clone(),
        std::sync::Arc::new(log::SystemClock),
    )
    .await?;
    if config.app.mail.smtp_url.is_none() {
        tracing::info!("no mail server is set: mails wait in Administration → Outbox");
    }
    say(format!("Listening on http://{}", config.web.listen))?;
    until_stopped(installation, config, listener).await
}

/// Takes the address. One chosen by the system (port 0) becomes part of the settings.
pub(super) async fn listen(config: &mut Config) -> Result<TcpListener> {
    let wanted: SocketAddr = config.web.listen;
    let listener = TcpListener::bind(wanted)
        .await
        .with_context(|| format!("cannot listen on {wanted}; choose another address with --listen"))?;
    config.web.listen = listener.local_addr()?;
    if !config.public_url_is_set {
        config.app.public_url = format!("http://{}", config.web.listen);
    }
    Ok(listener)
}

/// Serves until SIGTERM, SIGINT or a failure after which nothing may be acknowledged.
pub(super) async fn until_stopped(
    installation: Installation,
    config: Config,
    listener: TcpListener,
) -> Result<ExitCode> {
    let Installation { app, log } = installation;
    app::exports::start(&app);
    let mails = app::mail::start(&app)?;
    let failed = failure(log.failed());
    let serving = web::serve(AppState::new(app, config.web), listener, stop());
    let cause = tokio::select! {
        served = Box::pin(serving) => {
            served.context("the server failed")?;
            None
        }
        cause = failed => Some(cause),
    };
    if let Some(mails) = mails {
        mails.abort();
    }
    if let Some(cause) = cause {
        tracing::error!(cause, "stopping: the log cannot be trusted to keep what it is given");
        bail!("stopped, so that nothing is acknowledged that may be lost: {cause}. Look at the disk, then start again");
    }
    log.close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Done when the process is told to stop; told twice, it stops at once.
async fn stop() {
    told_to_stop().await;
    tracing::info!("stopping: finishing what is under way; once more stops at once");
    tokio::spawn(async {
        told_to_stop().await;
        std::process::exit(130);
    });
}

/// Done with the next SIGTERM or SIGINT.
pub(super) async fn told_to_stop() {
    let (terminated, interrupted) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    match (terminated, interrupted) {
        (Ok(mut terminated), Ok(mut interrupted)) => {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = interrupted.recv() => {}
            }
        }
        _ => {
            // Without handlers the signals keep their usual meaning, which is to end the process.
            tracing::warn!("cannot listen for signals; they end the process without waiting for requests");
            std::future::pending::<()>().await;
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
