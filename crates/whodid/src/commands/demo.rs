//! `whodid demo`: an installation to look at, in a temporary directory that goes when it ends.

mod life;
mod past;
mod seed;

use std::process::ExitCode;

use activity::Time;
use anyhow::{Context as _, Result};
use log::{Clock as _, SystemClock};
use testkit::{GeneratorSettings, Standing};

use super::serve::{self, Serving, Signals};
use crate::cli::{Demo, SettingFlags};
use crate::compose;
use crate::config::{Sources, load};
use crate::diagnostics;
use life::SecondFactor;
use seed::{Access, PASSWORD};

pub(super) async fn run(flags: &SettingFlags, command: Demo) -> Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let directory = tempfile::Builder::new()
        .prefix("whodid-demo-")
        .tempdir()
        .context("cannot make a temporary directory")?;
    let mut sources = Sources::gather(flags, Some(directory.path().join("data")))?;
    sources
        .flags
        .push(("--listen", "web.listen".to_owned(), command.listen));
    let mut config = load(&sources)?;
    // Codes by SMS are shown in the outbox: there is nobody to send them.
    config.app.sms.outbox = config.app.sms.url.is_none();
    diagnostics::start(&config.diagnostics, Some("warn"));
    let listener = serve::listen(&mut config).await?;
    let store = compose::open_store(&config.data_dir).await?;
    let settings = GeneratorSettings::sized(command.activities, SystemClock.now().plus(-2 * Time::SECOND));
    let months = settings.months;
    let seeded = tokio::select! {
        seeded = Box::pin(seed::seed(&config, store.clone(), command.seed, settings)) => seeded?,
        // Before there is a server to stop, too, the directory goes.
        () = signals.next() => return Ok(ExitCode::from(130)),
    };
    let installation = compose::assemble(&config, store, config.log.clone(), std::sync::Arc::new(SystemClock)).await?;
    let (life, factor) = match &seeded.cast {
        Some(cast) => {
            let (life, factor) = Box::pin(life::begin(&installation.app, cast)).await?;
            (Some(tokio::spawn(life.run())), Some(factor))
        }
        None => (None, None),
    };
    let greeting = welcome(
        &config.app.public_url,
        (&seeded, factor.as_ref()),
        months,
        &config.data_dir.to_string_lossy(),
    );
    let serving = Serving {
        installation,
        config,
        listener,
        signals,
        greeting,
    };
    let ended = Box::pin(serve::until_stopped(serving)).await;
    if let Some(life) = life {
        life.abort();
    }
    directory
        .close()
        .context("the temporary directory could not be removed")?;
    ended
}

fn welcome(
    url: &str,
    (seeded, factor): (&seed::Seeded, Option<&SecondFactor>),
    months: u32,
    directory: &str,
) -> String {
    let mut text = format!(
        "\nWhodid demo: {} activities of {} people over {months} months.\n\n  {url}\n\n  Log in as        Username                  Password\n",
        seeded.activities, seeded.people
    );
    for Access { standing, username } in &seeded.accesses {
        let role = match standing {
            Standing::Administrator => "Administrator",
            Standing::Auditor => "Auditor",
            Standing::Member => "Member",
        };
        text.push_str(&format!("  {role:<16} {username:<25} {PASSWORD}\n"));
    }
    if let Some(factor) = factor {
        text.push_str(&format!(
            "\n  {} has a second factor. Key for an authenticator app: {}\n  Recovery codes, each good once: {}\n",
            factor.username,
            factor.key,
            factor
                .recovery_codes
                .iter()
                .take(3)
                .cloned()
                .collect::<Vec<_>>()
                .join("  ")
        ));
    }
    text.push_str(&format!(
        "\n  Everybody else who is active has the same password.\n  Everything is in {directory} and goes when this ends (Ctrl-C)."
    ));
    text
}
