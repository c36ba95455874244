//! `whodid restore`: puts an installation, or one volume of it, back from its backup, and says what is still to be done.

use std::path::Path;
use std::process::ExitCode;

use activity::Time;
use anyhow::Result;
use engine::Log;
use proof::SignedCheckpoint;
use store::{Store, StoreUrl};

use super::progress::bar;
use super::{settings, verify};
use crate::backup::{self, Place, Restored};
use crate::cli::{Restore, SettingFlags};
use crate::config::Config;
use crate::failure::Misuse;
use crate::terminal::{note, say, visible};
use crate::{compose, diagnostics, log_key, secret_key};

pub(super) async fn run(flags: &SettingFlags, command: Restore) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("error"));
    let until = command.until.as_deref().map(time).transpose()?;
    config.needs_own_database("restore")?;
    let place = Place::to_read(&command.directory)?;
    if let Some(id) = command.volume {
        return put_back(&place, &config, &id).await;
    }
    let restored = Box::pin(backup::restore(&place, &config, until, || bar(Some(0)))).await?;
    report(&config, restored).await
}

fn time(text: &str) -> Result<Time> {
    Time::parse(text).map_err(|error| {
        Misuse(format!(
            "`{}` is no time, such as 2026-11-28T08:00:00Z: {error}",
            visible(text)
        ))
        .into()
    })
}

async fn report(config: &Config, restored: Restored) -> Result<ExitCode> {
    let Restored {
        name,
        taken_at,
        verified,
        erased,
        exports,
        notes,
    } = restored;
    for fault in &verified.faults {
        say(format!("WRONG  {}", visible(&verify::described(fault))))?;
    }
    say(format!(
        "Snapshot {name} was put into {}: the log as of {taken_at}.",
        config.data_dir.display()
    ))?;
    say(verify::summary(&verified))?;
    if erased > 0 {
        say(format!("{erased} persons who were erased since were erased again."))?;
    }
    if exports > 0 {
        say(format!(
            "{exports} exports have no file any more: a backup holds none. They can be made again."
        ))?;
    }
    for text in notes {
        say(format!("NOTE  {}", visible(&text)))?;
    }
    if !verified.faults.is_empty() {
        say(
            "The log is damaged, and nothing opens it as it is. Remove what is in the directory and restore another snapshot.",
        )?;
        return Ok(ExitCode::FAILURE);
    }
    for text in still_to_do(config).await? {
        say(format!("TO DO  {text}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What the restored installation needs before it can be served.
async fn still_to_do(config: &Config) -> Result<Vec<String>> {
    let store = Store::open_reader(&StoreUrl::directory(&config.data_dir)).await?;
    let mut texts = Vec::new();
    let key = &config.secret_key_file;
    let needed = secret_key::needed(&store).await?;
    let held = secret_key::read(key).and_then(|found| secret_key::compare(key, found.as_ref(), needed));
    texts.extend(held.err().map(|error| error.to_string()));
    texts.extend(
        log_key::missing(&config.log_key_file, &store)
            .await
            .map(|error| error.to_string()),
    );
    let log = Log::open_reader(store, config.log.clone(), compose::clock()).await?;
    texts.extend(rolled_back(&config.checkpoint_file, &log).await?);
    Ok(texts)
}

/// What the checkpoint that is kept outside the data says against the restored log. It stays whatever it says.
async fn rolled_back(anchor: &Path, log: &Log) -> Result<Option<String>> {
    let Ok(bytes) = std::fs::read(anchor) else {
        return Ok(None);
    };
    let Ok(checkpoint) = SignedCheckpoint::parse(&bytes) else {
        return Ok(Some(format!(
            "{} holds no checkpoint; the server will refuse to start",
            anchor.display()
        )));
    };
    let (known, size) = (checkpoint.unverified(), log.head().await?.through.size);
    let what = if known.size() > size {
        format!("is of {} activities, and the restored log has {size}", known.size())
    } else if log.tree().await?.root_at(known.size()).await? != *known.root() {
        "is of another log than the restored one".to_owned()
    } else {
        return Ok(None);
    };
    Ok(Some(format!(
        "the checkpoint in {} {what}: the server refuses to start, so that older data cannot pass for newer. If the newer data \
         are lost for good, `whodid log accept-rollback --yes` goes on with the restored log and records that it did",
        anchor.display()
    )))
}

async fn put_back(place: &Place, config: &Config, id: &str) -> Result<ExitCode> {
    let aside = backup::put_back(place, config, id).await.inspect_err(|error| {
        if compose::is_in_use(error) {
            note("hint: stop the server to put a volume back");
        }
    })?;
    say(format!("The volume {id} was put back, every file as it was written."))?;
    if let Some(aside) = aside {
        say(format!(
            "What was there is kept as {}; remove it once `whodid verify` finds nothing wrong.",
            config.log.volumes_dir.join(aside).display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
