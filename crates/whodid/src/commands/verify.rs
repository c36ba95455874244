//! `whodid verify`: reads the whole log back and holds all of it against its tree; changes nothing, and works beside a
//! running server.

use std::process::ExitCode;

use anyhow::Result;
use engine::{Fault, Log, Verified};
use indicatif::ProgressBar;

use super::progress::bar;
use super::{settings, verify_against};
use crate::cli::{SettingFlags, Verify};
use crate::compose;
use crate::diagnostics;
use crate::failure::Misuse;
use crate::terminal::{say, visible};

pub(super) async fn run(flags: &SettingFlags, command: Verify) -> Result<ExitCode> {
    if let Some(file) = command.file.clone() {
        return super::verify_file::run(flags, command, file).await;
    }
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("error"));
    let compose::Installation { log, .. } = compose::open_reader(&config).await?;
    let against = match &command.against {
        Some(file) => Some(verify_against::verify(&log, file, &command.key).await?),
        None if !command.key.is_empty() => {
            return Err(Misuse("--key goes with a FILE, or with --against".to_owned()).into());
        }
        None => None,
    };
    let begins = against.as_ref().is_none_or(Result::is_ok);
    match &against {
        Some(Ok(what)) => say(format!("holds  {}", visible(what)))?,
        Some(Err(what)) => say(format!("WRONG  {}", visible(what)))?,
        None => {}
    }
    let verified = verified(&log).await?;
    for fault in &verified.faults {
        say(format!("WRONG  {}", visible(&described(fault))))?;
    }
    say(summary(&verified))?;
    Ok(match verified.faults.is_empty() && begins {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Verifies with a progress bar.
pub(super) async fn verified(log: &Log) -> Result<Verified> {
    let bar: ProgressBar = bar(None);
    bar.set_length(log.head().await?.through.size);
    let verified = log.verify(|at| bar.set_position(at)).await;
    bar.finish_and_clear();
    Ok(verified?)
}

/// A fault, and what to do about it.
pub(super) fn described(fault: &Fault) -> String {
    let last = (fault.first_seq + fault.count).saturating_sub(1);
    let place = match &fault.volume {
        Some(volume) => format!("volume {volume}"),
        None => "the database".to_owned(),
    };
    format!(
        "activities {} to {last} ({place}): {}; {}",
        fault.first_seq,
        fault.what,
        remedy(fault)
    )
}

/// How a fault is mended, the cheapest way first.
fn remedy(fault: &Fault) -> String {
    let Some(volume) = &fault.volume else {
        return "put the database back from a backup together with its volumes: `whodid restore BACKUP --data-dir EMPTY`; or go \
                on without them: `whodid log close-gaps`"
            .to_owned();
    };
    let back = format!(
        "`whodid restore BACKUP --volume {volume}` puts it back from a backup, or its directory is copied from another copy of \
         this installation"
    );
    match (fault.is_record_whole(), fault.damaged.is_empty()) {
        (true, false) => format!(
            "its record is whole: `whodid reindex` makes the rest anew from it, as a running server does by itself; else {back}"
        ),
        (true, true) => format!("its files are those that were written, and are not what was committed: {back}"),
        (false, _) => format!("a running server makes its record anew if its index is whole; else {back}"),
    }
}

pub(super) fn summary(verified: &Verified) -> String {
    let Verified {
        size,
        sound,
        lost,
        without_key,
        faults,
    } = verified;
    let mut text = match (*size == sound + lost, faults.is_empty()) {
        (true, true) if *lost > 0 => format!(
            "{sound} of {size} activities: every file, row and leaf is what was recorded. {lost} cannot be read; their gaps \
             were closed."
        ),
        (true, true) => format!("{size} activities: every file, row and leaf is what was recorded."),
        _ => format!(
            "{sound} of {size} activities are what was recorded; {} places are wrong.",
            faults.len()
        ),
    };
    if *without_key > 0 {
        text.push_str(&format!(
            " {without_key} of them name a person whose key is gone: they are as they were written, and cannot be held \
             against the tree one by one."
        ));
    }
    text
}
