//! `whodid reindex`: builds indexes anew from their records. Nothing is written over: a new volume takes the old one's
//! place once it has been read back and checked.

use std::process::ExitCode;

use anyhow::Result;

use super::settings;
use crate::cli::{Reindex, SettingFlags};
use crate::compose;
use crate::diagnostics;
use crate::terminal::{note, say, visible};

pub(super) async fn run(flags: &SettingFlags, command: Reindex) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let installation = compose::open_at_rest(&config).await.inspect_err(|error| {
        if compose::is_in_use(error) {
            note("hint: a running server builds anew what cannot be read by itself; stop it for `reindex`");
        }
    })?;
    let done = installation.log.reindex(command.all).await;
    installation.log.close().await;
    let (mut made, mut failed) = (0, 0);
    for (volume, result) in done? {
        match result {
            Ok(()) => made += 1,
            Err(error) => {
                failed += 1;
                say(format!(
                    "WRONG  {volume}: {}",
                    visible(&format!("{:#}", anyhow::Error::new(error)))
                ))?;
            }
        }
    }
    say(match (made, failed) {
        (0, 0) => "Every index can be read and is of this version's format.".to_owned(),
        (made, 0) => format!("{made} indexes were built anew."),
        (made, failed) => format!(
            "{made} indexes were built anew, {failed} could not be: put those volumes back from a backup; `whodid verify` \
             says what is wrong with them."
        ),
    })?;
    Ok(match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
