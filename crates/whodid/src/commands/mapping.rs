//! `whodid mapping`: lists, shows and tests how events of other products become activities. Needs no installation.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use activity::{Activity, json, limits};
use anyhow::{Context as _, Result, bail};
use app::import::mapping::{Mapped, Mapping, NAMES, text_of};
use serde_json::Value;

use super::files::Files;
use crate::cli::MappingCommand;
use crate::compose;
use crate::terminal::{note, say, visible, visible_json};

pub(super) fn run(command: MappingCommand) -> Result<ExitCode> {
    match command {
        MappingCommand::List => list(),
        MappingCommand::Show { name } => {
            let text = text_of(&name).with_context(|| unknown(&name))?;
            say(text.trim_end())?;
            Ok(ExitCode::SUCCESS)
        }
        MappingCommand::Test { mapping, events } => test(&named(&mapping)?, events),
    }
}

/// A mapping by its name or its file.
pub(super) fn named(name: &str) -> Result<Mapping> {
    if let Some(text) = text_of(name) {
        return Mapping::parse(text).with_context(|| format!("the mapping {name} cannot be used"));
    }
    if !name.ends_with(".toml") && !Path::new(name).is_file() {
        bail!("{}", unknown(name));
    }
    let shown = visible(name);
    let text = std::fs::read_to_string(name).with_context(|| format!("cannot read {shown}"))?;
    Mapping::parse(&text).with_context(|| format!("{shown} is no mapping that can be used"))
}

fn unknown(name: &str) -> String {
    let others = NAMES.join(", ");
    format!(
        "{} is no format: it is auth, jsonl, the file of a mapping, or one of these mappings: {others}",
        visible(name)
    )
}

fn list() -> Result<ExitCode> {
    for name in NAMES {
        let mapping = named(name)?;
        say(format!("{name:<18} {}", mapping.title))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn test(mapping: &Mapping, events: Option<PathBuf>) -> Result<ExitCode> {
    let now = compose::clock().now();
    let mut failed = 0;
    for outcome in mapping.test(now) {
        let holds = outcome.differences.is_empty();
        failed += u64::from(!holds);
        let verdict = if holds { "ok" } else { "FAILED" };
        say(format!("{verdict:<7} {}", visible(&outcome.name)))?;
        for difference in &outcome.differences {
            let (expected, got) = (visible(&difference.expected), visible(&difference.got));
            say(format!(
                "        {}: expected {expected}, got {got}",
                visible(&difference.place)
            ))?;
        }
    }
    let unreadable = match events {
        Some(events) => show(mapping, events)?,
        None => 0,
    };
    Ok(if failed + unreadable > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Shows what becomes of events, a line of JSON each, and says how many cannot be read.
fn show(mapping: &Mapping, events: PathBuf) -> Result<u64> {
    let now = compose::clock().now();
    let files = Files::of(vec![events], 1, false)?;
    let (mut read, mut unreadable) = (0_u64, 0_u64);
    for input in &files.inputs {
        for (number, line) in (1_u64..).zip((input.open)()?.lines()) {
            let line = line.with_context(|| format!("{} cannot be read", visible(&input.name)))?;
            if line.trim().is_empty() {
                continue;
            }
            let mut refuse = |why: &str| {
                unreadable += 1;
                note(format!("line {number}: cannot be read: {}", visible(why)));
            };
            let sent: Value = match serde_json::from_str(&line) {
                Ok(sent) => sent,
                Err(error) => {
                    refuse(&format!("is not JSON: {error}"));
                    continue;
                }
            };
            for (event, raw) in mapping.taken_apart(&sent, &line) {
                match mapping.read(event, &raw, now) {
                    Ok(Mapped::Activity(mut facts)) => {
                        if let Err(errors) = limits::check(&facts, now) {
                            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                            refuse(&all.join("; "));
                            continue;
                        }
                        // It stands in the file that is being looked at.
                        facts.raw = None;
                        let mut shown = json::to_json(&Activity {
                            seq: read,
                            recorded_at: now,
                            facts: *facts,
                        });
                        if let Some(shown) = shown.as_object_mut() {
                            shown.retain(|key, _| !matches!(key.as_str(), "id" | "recorded_at" | "recorded_by"));
                        }
                        say(visible_json(&shown.to_string()))?;
                        read += 1;
                    }
                    Ok(Mapped::Passed) => {}
                    Err(why) => refuse(&why),
                }
            }
        }
    }
    note(format!("{read} events read, {unreadable} not"));
    Ok(unreadable)
}
