//! `whodid verify`: reads the whole log back and holds all of it against its tree; changes nothing, and works beside a
//! running server.

use std::process::ExitCode;

use anyhow::Result;
use engine::{Fault, Log, Verified};
use indicatif::ProgressBar;

use super::import::bar;
use super::settings;
use crate::cli::{SettingFlags, Verify};
use crate::compose;
use crate::diagnostics;
use crate::terminal::{say, visible};

pub(super) async fn run(flags: &SettingFlags, command: Verify) -> Result<ExitCode> {
    if let Some(file) = command.file.clone() {
        return super::verify_file::run(flags, command, file).await;
    }
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("error"));
    let compose::Installation { log, .. } = compose::open_reader(&config).await?;
    let verified = verified(&log).await?;
    for fault in &verified.faults {
        say(format!("WRONG  {}", visible(&described(fault))))?;
    }
    say(summary(&verified))?;
    Ok(match verified.faults.is_empty() {
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
    let (place, remedy) = match &fault.volume {
        Some(volume) => (
            format!("volume {volume}"),
            "a running server mends what it can by itself, as does `whodid reindex`; else put the volume back from a \
             backup",
        ),
        None => (
            "the database".to_owned(),
            "put it back from a backup, beside the volumes of that time, or go on without them: `whodid log close-gaps`",
        ),
    };
    format!(
        "activities {} to {last} ({place}): {}; {remedy}",
        fault.first_seq, fault.what
    )
}

fn summary(verified: &Verified) -> String {
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
