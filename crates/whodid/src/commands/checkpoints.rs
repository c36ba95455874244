//! `whodid log checkpoint`, `proof`, `new-key` and `accept-rollback`: what is signed of the log, and with what.

use std::process::ExitCode;

use anyhow::{Result, bail};
use app::{Caller, integrity};
use engine::SystemRng;

use super::settings;
use crate::cli::{AcceptRollback, CheckpointOf, DataDir, ProofOf, SettingFlags};
use crate::terminal::{note, say};
use crate::{compose, diagnostics, log_key};

/// The newest checkpoint that is kept, or the keys.
pub(super) async fn show(flags: &SettingFlags, command: CheckpointOf) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("off"));
    let installation = compose::open_reader(&config).await?;
    if command.keys {
        for key in integrity::keys(&installation.app).await? {
            say(key.vkey)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let newest = integrity::checkpoints(&installation.app, &Caller::command_line(), u64::MAX, 1).await?;
    let Some(newest) = newest.first() else {
        bail!("there is no checkpoint yet: the first is made when the log is served");
    };
    // The note ends with a line end of its own.
    say(newest.note.trim_end_matches('\n'))?;
    Ok(ExitCode::SUCCESS)
}

/// The proof of one activity.
pub(super) async fn prove(flags: &SettingFlags, command: ProofOf) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("off"));
    let installation = compose::open_reader(&config).await?;
    match integrity::prove(&installation.app, &Caller::command_line(), command.id).await? {
        Some(proof) => say(proof.file.trim_end_matches('\n'))?,
        None => bail!(
            "there is no activity {} in a checkpoint; one is made a second after something was recorded where the log is \
             served",
            command.id
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// Goes on with a new key.
pub(super) async fn new_key(flags: &SettingFlags, data: DataDir) -> Result<ExitCode> {
    let config = settings(flags, data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("error"));
    let store = compose::open_store(&config).await.inspect_err(hint)?;
    let renewed = log_key::renew(&config.log_key_file, &store, &SystemRng).await;
    store.close().await;
    let id = renewed?.first().map(|key| key.public().to_string()).unwrap_or_default();
    // Opening it notes the key, and records that it came.
    let installation = compose::open_at_rest(&config).await?;
    installation.log.close().await;
    say(format!(
        "Checkpoints are signed with this key from now on, and for 30 days with the one before as well:\n{id}\nKeep a copy of \
         {}, and give the line above to whoever checks checkpoints.",
        config.log_key_file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Goes on with the log that is there.
pub(super) async fn accept(flags: &SettingFlags, command: AcceptRollback) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("error"));
    if !command.yes {
        say(format!(
            "This goes on with the log in {}, whatever the checkpoint in {} and witnesses say, and records that. If there are \
             newer data, put them back instead; else repeat this with --yes.",
            config.data_dir.display(),
            config.checkpoint_file.display()
        ))?;
        return Ok(ExitCode::FAILURE);
    }
    let installation = compose::open_whatever_it_is(&config).await.inspect_err(hint)?;
    installation.log.close().await;
    say("The log goes on with what is there. Whoever holds a newer checkpoint can still tell.")?;
    Ok(ExitCode::SUCCESS)
}

fn hint(error: &anyhow::Error) {
    if compose::is_in_use(error) {
        note("hint: stop the server first");
    }
}
