//! `whodid demo`: an installation to look at, in a temporary directory that goes when it ends.

mod life;
mod passwords;
mod past;
mod seed;

use std::process::ExitCode;

use activity::Time;
use anyhow::{Context as _, Result};
use engine::{Clock as _, SystemClock};
use testkit::{GeneratorSettings, Standing};
use web::AllowedHost;

use super::serve::{self, Serving, Signals};
use crate::cli::{Demo, SettingFlags};
use crate::compose;
use crate::config::{Sources, load};
use crate::diagnostics;
use life::SecondFactor;
use passwords::Passwords;
use seed::Access;

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
    let passwords = Passwords::fit_for(config.web.listen.ip());
    if !config.web.listen.ip().is_loopback() {
        // It is looked at from other machines by whatever address they know. An address cannot be rebound as a name can.
        config.web.allowed_hosts.extend(every_address());
    }
    let store = compose::open_store(&config).await?;
    let settings = GeneratorSettings::sized(command.activities, SystemClock.now().plus(-2 * Time::SECOND));
    let months = settings.months;
    let seeded = tokio::select! {
        seeded = Box::pin(seed::seed(&config, store.clone(), (command.seed, settings), passwords)) => seeded?,
        // Before there is a server to stop, too, the directory goes.
        () = signals.next() => return Ok(ExitCode::from(130)),
    };
    let installation = compose::assemble(&config, store, config.log.clone(), compose::clock()).await?;
    let factor = match &seeded.cast {
        Some(cast) => {
            let (life, factor) = Box::pin(life::begin(&installation.app, cast)).await?;
            installation.app.tasks().once("life of the demo", life.run());
            Some(factor)
        }
        None => None,
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
    directory
        .close()
        .context("the temporary directory could not be removed")?;
    ended
}

/// Any address, and no name.
fn every_address() -> [AllowedHost; 2] {
    ["0.0.0.0/0", "::/0"].map(|network| AllowedHost::Network(network.parse().expect("these are networks")))
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
    for Access { standing, player } in &seeded.accesses {
        let role = match standing {
            Standing::Administrator => "Administrator",
            Standing::Auditor => "Auditor",
            Standing::Member => "Member",
        };
        text.push_str(&format!("  {role:<16} {:<25} {}\n", player.username, player.password));
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
    text.push_str(&match &seeded.passwords {
        Passwords::Fixed => "\n  Everybody else who is active has the same password.".to_owned(),
        Passwords::Random { others } => format!(
            "\n  Others reach this address, so the passwords are new ones. Everybody else who is active has: {others}"
        ),
    });
    text.push_str(&format!(
        "\n  Everything is in {directory} and goes when this ends (Ctrl-C)."
    ));
    text
}
