//! `whodid import`: what was imported, and undoing it, at the machine itself.

use std::process::ExitCode;

use anyhow::{Result, bail};
use app::import::{self, Imported};
use app::{Caller, ChangeError, PageRequest};

use super::{reader, refused, settings};
use crate::cli::{DataDir, SettingFlags, UndoImport};
use crate::terminal::{note, say, visible};
use crate::{compose, diagnostics};

/// Imports that are read at once.
const PAGE: u32 = 1_000;

/// What was imported.
pub(super) async fn list(flags: &SettingFlags, data: DataDir) -> Result<ExitCode> {
    let config = settings(flags, data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("off"));
    let installation = compose::open_reader(&config).await?;
    let (mut imports, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest { after, limit: PAGE };
        let page = import::list(&installation.app, &Caller::command_line(), &request).await?;
        imports.extend(page.rows);
        after = page.turns.next;
        if after.is_none() {
            break;
        }
    }
    installation.log.close().await;
    if imports.is_empty() {
        note("Nothing was imported.");
    }
    for import in &imports {
        say(line(import))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Undoes one.
pub(super) async fn undo(flags: &SettingFlags, command: UndoImport) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir.clone())?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let installation = compose::open(&config).await.inspect_err(|error| {
        if compose::is_in_use(error) {
            note("hint: while the server runs, an administrator undoes imports in Admin → Imports, or at /v1/imports");
        }
    })?;
    let done = undone(&installation.app, &command).await;
    installation.log.close().await;
    done
}

async fn undone(app: &app::App, command: &UndoImport) -> Result<ExitCode> {
    let unknown = || format!("there is no import {}; `whodid import list` prints all", command.id);
    if !command.yes {
        let (import, goes) = match import::rehearse_undo(app, &Caller::command_line(), command.id).await {
            Err(ChangeError::NotFound) => bail!(unknown()),
            known => known?,
        };
        let removed = goes.removed;
        say(line(&import))?;
        say(match goes.held {
            0 if removed == 0 => "Nothing of it is in the log.".to_owned(),
            0 => format!(
                "{removed} activities would be removed, which nothing takes back. Repeat this with --yes to do it."
            ),
            held => format!("It stays: {held} of its {removed} activities name somebody who is under a legal hold."),
        })?;
        return Ok(ExitCode::FAILURE);
    }
    match import::undo(app, &reader(), command.id, &command.reason).await {
        Ok(import) => say(format!("Undone: {}", line(&import)))?,
        Err(ChangeError::NotFound) => bail!(unknown()),
        Err(other) => return Err(refused(other)),
    }
    Ok(ExitCode::SUCCESS)
}

fn line(import: &Imported) -> String {
    let Imported {
        id,
        begun_at,
        recorded,
        known,
        refused,
        ..
    } = import;
    let mut text = format!(
        "{id}  {begun_at}  {} ({}), by {}: {recorded} recorded, {known} there before, {refused} refused",
        visible(&import.files_text()),
        visible(&import.format),
        visible(&import.by.name),
    );
    if let Some((first, last)) = import.spans {
        text.push_str(&format!(", of {first} to {last}"));
    }
    if let Some(undone) = &import.undone {
        text.push_str(&format!(
            "; undone {} by {}: {}, {} removed",
            undone.at,
            visible(&undone.by.name),
            visible(&undone.reason),
            undone.removed
        ));
    } else if import.ended_at.is_none() {
        text.push_str("; not ended");
    }
    text
}
