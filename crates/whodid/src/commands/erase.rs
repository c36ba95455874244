//! `whodid erase`: a person is erased at the machine itself, and the receipt printed once nothing of them is left.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use app::ChangeError;
use app::erasure::{self, Outcome, Whom};
use indicatif::ProgressBar;

use super::progress::bar;
use super::{reader, refused, settings};
use crate::cli::{Erase, SettingFlags};
use crate::compose::Installation;
use crate::terminal::{note, say, visible};
use crate::{compose, diagnostics};

/// How often it is looked how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

pub(super) async fn run(flags: &SettingFlags, command: Erase) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir.clone())?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let installation = compose::open(&config).await.inspect_err(|error| {
        if compose::is_in_use(error) {
            note("hint: while the server runs, an administrator erases people in Admin → Erasure, or at /v1/erasures");
        }
    })?;
    let done = Box::pin(erase(&installation, &command)).await;
    installation.log.close().await;
    done
}

async fn erase(installation: &Installation, command: &Erase) -> Result<ExitCode> {
    let (app, caller) = (&installation.app, reader());
    let whom = app::holds::meant(app, &caller, &command.person)
        .await
        .map_err(refused)?;
    let Some(whom) = whom else {
        bail!("nobody is known by `{}`", visible(&command.person));
    };
    let named = visible(&format!("{whom} ({})", whom.id)).into_owned();
    if !command.yes {
        say(format!(
            "{named} would be erased, which nothing takes back. Repeat this with --yes to do it."
        ))?;
        return Ok(ExitCode::FAILURE);
    }
    let number = match erasure::erase(app, &caller, Whom::Person(&whom.id), &command.reason).await {
        Ok(number) => number,
        Err(ChangeError::NotFound) => bail!("nobody is known by `{}`", visible(&command.person)),
        Err(other) => return Err(refused(other)),
    };
    note(format!(
        "{named} is shown nowhere any more; now what is in files is taken out."
    ));
    let receipt = finished(installation, number).await?;
    say(receipt.trim_end_matches('\n'))?;
    Ok(ExitCode::SUCCESS)
}

/// The receipt of this erasure, once nothing of it is left in any file.
async fn finished(installation: &Installation, number: u64) -> Result<String> {
    let (app, caller) = (&installation.app, reader());
    let bar: ProgressBar = bar(None);
    loop {
        erasure::finish(app).await.context("the receipt cannot be made")?;
        let request = erasure::numbered(app, &caller, number).await?;
        let outcome = request.decision.as_ref().map(|decision| &decision.outcome);
        if let Some(Outcome::Erased {
            progress, has_receipt, ..
        }) = outcome
        {
            bar.set_length(progress.seq);
            bar.set_position(progress.looked_at);
            if *has_receipt {
                bar.finish_and_clear();
                let receipt = erasure::receipt(app, &caller, &request.id).await?;
                return receipt.context("the receipt is gone");
            }
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
