//! `whodid key`: the key that wraps secrets at rest.

use std::process::ExitCode;

use anyhow::Result;
use engine::SystemRng;

use super::settings;
use crate::cli::{DataDir, SettingFlags};
use crate::terminal::say;
use crate::{compose, diagnostics, secret_key};

/// Goes on with another key. What the lost one wrapped stays where it is, in case the key is found again.
pub(super) async fn replace(flags: &SettingFlags, data: DataDir) -> Result<ExitCode> {
    let config = settings(flags, data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("error"));
    let path = &config.secret_key_file;
    let store = compose::open_store(&config).await?;
    let before = secret_key::needed(&store).await?;
    let key = secret_key::replace(path, &store, &SystemRng).await;
    store.close().await;
    let (id, file) = (key?.id(), path.display());
    say(match before {
        Some(before) if before == id => format!("Nothing to do: {file} holds the key {id}, which wraps the secrets."),
        Some(before) => format!(
            "Secrets are wrapped with the key {id} from now on; keep a copy of {file}.\nWhat the key {before} wrapped cannot \
             be read: people with an authenticator app log in with a recovery code, or an administrator resets their second \
             factor, and set it up again; waiting mails have to be caused again."
        ),
        None => format!("Secrets are wrapped with the key {id} from now on; keep a copy of {file}."),
    })?;
    Ok(ExitCode::SUCCESS)
}
