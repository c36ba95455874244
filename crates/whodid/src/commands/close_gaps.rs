//! `whodid log close-gaps`: says which activities cannot be read any more, and goes on without them when told to.

use std::process::ExitCode;

use anyhow::Result;
use app::Caller;
use app::activity::{close_holes, open_holes};

use super::settings;
use crate::cli::{CloseGaps, SettingFlags};
use crate::compose;
use crate::diagnostics;
use crate::terminal::{note, say, visible};

pub(super) async fn run(flags: &SettingFlags, command: CloseGaps) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("off"));
    let installation = compose::open_at_rest(&config).await.inspect_err(|error| {
        if compose::is_in_use(error) {
            note("hint: stop the server to close gaps");
        }
    })?;
    let done = close(&installation, command.yes).await;
    installation.log.close().await;
    done
}

async fn close(installation: &compose::Installation, yes: bool) -> Result<ExitCode> {
    let (app, caller) = (&installation.app, Caller::command_line());
    let holes = open_holes(app, &caller).await?;
    for hole in &holes {
        say(visible(&hole.to_string()))?;
    }
    say(match (holes.len(), yes) {
        (0, _) => "Every activity can be read, or its gap is closed.".to_owned(),
        (n, true) => {
            close_holes(app, &caller, &holes).await?;
            format!("{n} gaps were closed. Nothing was deleted; the log says that they were.")
        }
        (n, false) => format!(
            "{n} gaps are open. If there is a backup that has these activities, put it back; else repeat this with --yes to \
             go on without them."
        ),
    })?;
    Ok(if holes.is_empty() || yes {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
