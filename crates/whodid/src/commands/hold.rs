//! `whodid hold`: legal holds, placed and lifted at the machine itself.

use std::process::ExitCode;

use anyhow::{Result, bail};
use app::holds::{self, Hold};
use app::{Caller, ChangeError};

use super::{reader, refused, settings};
use crate::cli::{DataDir, HoldLift, HoldPlace, SettingFlags};
use crate::terminal::{note, say, visible};
use crate::{compose, diagnostics};

/// Who is under one.
pub(super) async fn list(flags: &SettingFlags, data: DataDir) -> Result<ExitCode> {
    let config = settings(flags, data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("off"));
    let installation = compose::open_reader(&config).await?;
    let holds = holds::list(&installation.app, &Caller::command_line()).await?;
    installation.log.close().await;
    if holds.is_empty() {
        note("Nobody is under a hold.");
    }
    for hold in &holds {
        say(line(hold))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Places one.
pub(super) async fn place(flags: &SettingFlags, command: HoldPlace) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let installation = compose::open(&config).await.inspect_err(hint)?;
    let placed = holds::place(&installation.app, &reader(), &command.person, &command.reason).await;
    installation.log.close().await;
    match placed {
        Ok(hold) => say(line(&hold))?,
        Err(ChangeError::NotFound) => bail!("nobody is known by `{}`", visible(&command.person)),
        Err(other) => return Err(refused(other)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Lifts one.
pub(super) async fn lift(flags: &SettingFlags, command: HoldLift) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let installation = compose::open(&config).await.inspect_err(hint)?;
    let lifted = holds::lift(&installation.app, &reader(), &command.id).await;
    installation.log.close().await;
    match lifted {
        Ok(hold) => say(format!("Lifted: {}", line(&hold)))?,
        Err(ChangeError::NotFound) => bail!(
            "there is no hold `{}`; `whodid hold list` prints all",
            visible(&command.id)
        ),
        Err(other) => return Err(refused(other)),
    }
    Ok(ExitCode::SUCCESS)
}

fn line(hold: &Hold) -> String {
    let Hold {
        id,
        person,
        reason,
        placed_by,
        placed_at,
    } = hold;
    format!(
        "{id}  {placed_at}  {} ({}), by {}: {}",
        visible(&person.to_string()),
        visible(&person.id),
        visible(&placed_by.to_string()),
        visible(reason)
    )
}

fn hint(error: &anyhow::Error) {
    if compose::is_in_use(error) {
        note(
            "hint: while the server runs, an administrator places and lifts holds in Admin → Erasure, or at /v1/holds",
        );
    }
}
