//! `whodid backup`: takes a snapshot of an installation, says which there are, or reads all of them back.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use activity::Time;
use anyhow::{Context as _, Result, bail};
use engine::{Clock as _, SystemClock};
use store::log::head;
use store::{Store, StoreUrl};

use super::progress::bar;
use super::settings;
use crate::backup::{self, Keep, Place, Source};
use crate::cli::{Backup, SettingFlags};
use crate::config::Config;
use crate::terminal::{say, size, visible};
use crate::{compose, diagnostics};

pub(super) async fn run(flags: &SettingFlags, command: Backup) -> Result<ExitCode> {
    if command.list {
        return list(&command.directory);
    }
    if command.check {
        return check(&command.directory);
    }
    let config = settings(flags, command.data.data_dir.clone())?;
    diagnostics::start(&config.diagnostics, Some("error"));
    let keep = Keep {
        newest: command.keep.map(|n| n as usize),
        since: command
            .keep_days
            .map(|days| SystemClock.now().plus(-i64::from(days) * Time::DAY)),
    };
    config.needs_own_database("backup")?;
    compose::refuse_half_restored(&config.data_dir)?;
    let store = Store::open_reader(&StoreUrl::directory(&config.data_dir)).await?;
    let done = take(&config, &store, &command.directory, keep).await;
    store.close().await;
    done
}

async fn take(config: &Config, store: &Store, directory: &Path, keep: Keep) -> Result<ExitCode> {
    let (began, now) = (Instant::now(), SystemClock.now());
    for own in [&config.data_dir, &config.log.volumes_dir] {
        refuse_inside(directory, own)?;
    }
    let name = head::installation_name(&mut store.glance().await?).await?;
    let name = name.context("there is no log in the data directory yet; the first start of the server makes one")?;
    let place = Place::to_write(directory, &name)?;
    let bar = bar(Some(0));
    let from = Source {
        store,
        volumes_dir: &config.log.volumes_dir,
    };
    let taken = Box::pin(backup::take(&place, from, now, &bar)).await;
    bar.finish_and_clear();
    let taken = taken?;
    say(format!(
        "Snapshot {}: {} activities, root {}. {} of {} volumes were copied, the others were there; {} written and read back in \
         {:.1} s.",
        taken.name,
        taken.manifest.size,
        taken.manifest.root,
        taken.copied,
        taken.manifest.volumes.len(),
        size(taken.written),
        began.elapsed().as_secs_f64(),
    ))?;
    if keep.newest.is_some() || keep.since.is_some() {
        let pruned = tokio::task::block_in_place(|| backup::prune(&place, keep));
        let pruned = pruned.context("the snapshot was taken, but older ones could not be removed")?;
        say(format!(
            "{} older snapshots were removed, and {} volumes that only they had.",
            pruned.snapshots, pruned.volumes
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses a backup inside of what it is of, and the other way round.
fn refuse_inside(backup: &Path, own: &Path) -> Result<()> {
    let whole = |path: &Path| {
        let whole = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        whole.unwrap_or_else(|_| path.to_owned())
    };
    let (to, from) = (whole(backup), whole(own));
    if to.starts_with(&from) || from.starts_with(&to) {
        bail!(
            "a backup in {} would lie with {} itself and be lost with it; give a directory elsewhere",
            backup.display(),
            own.display()
        );
    }
    Ok(())
}

fn list(directory: &Path) -> Result<ExitCode> {
    let place = Place::to_read(directory)?;
    let snapshots = place.snapshots()?;
    for snapshot in &snapshots {
        say(format!(
            "{}  {} activities  {} volumes  {}",
            visible(&snapshot.name),
            snapshot.manifest.size,
            snapshot.manifest.volumes.len(),
            size(snapshot.manifest.bytes())
        ))?;
    }
    say(format!(
        "{} snapshots. Volumes that several have are kept once.",
        snapshots.len()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn check(directory: &Path) -> Result<ExitCode> {
    let place = Place::to_read(directory)?;
    let snapshots = place.snapshots()?;
    let bar = bar(Some(0));
    let wrong = tokio::task::block_in_place(|| backup::check(&place, &snapshots, &bar));
    bar.finish_and_clear();
    let wrong = wrong?;
    for what in &wrong {
        say(format!("WRONG  {}", visible(what)))?;
    }
    if wrong.is_empty() {
        say(format!(
            "{} snapshots: every file is the one that was copied.",
            snapshots.len()
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(
        "Snapshots that have these files cannot be put back as a whole. Remove the directory of such a volume: the next backup \
         copies it anew, if the log still has it.",
    )?;
    Ok(ExitCode::FAILURE)
}
