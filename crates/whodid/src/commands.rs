//! The commands, one file each. Owns what they share: settings from flags, zones, and queries.

mod backup;
mod checkpoints;
mod close_gaps;
mod demo;
mod doctor;
mod erase;
mod export;
mod files;
mod hold;
mod import;
mod imports;
mod key;
mod mapping;
mod progress;
mod reindex;
mod restore;
mod search;
mod send;
mod serve;
mod user;
mod verify;
mod verify_against;
mod verify_file;
mod witness;

use std::path::PathBuf;
use std::process::ExitCode;

use activity::query::{self, ParseError};
use anyhow::Result;
use app::activity::ViewRequest;
use app::{Caller, ChangeError, ZoneChoice};

use crate::cli::{Cli, Command, HoldCommand, ImportCommand, KeyCommand, LogCommand, SettingFlags, UserCommand};
use crate::config::{self, Config, Sources};
use crate::failure::Misuse;
use crate::terminal::{visible, width};

/// Runs the command.
pub(crate) async fn run(cli: Cli) -> Result<ExitCode> {
    let flags = cli.settings;
    match cli.command {
        Command::Serve(command) => serve::run(&flags, command).await,
        Command::Demo(command) => demo::run(&flags, command).await,
        Command::User(UserCommand::Create(command)) => user::create(&flags, command).await,
        Command::Erase(command) => Box::pin(erase::run(&flags, command)).await,
        Command::Hold(HoldCommand::List(data)) => hold::list(&flags, data).await,
        Command::Hold(HoldCommand::Place(command)) => Box::pin(hold::place(&flags, command)).await,
        Command::Hold(HoldCommand::Lift(command)) => Box::pin(hold::lift(&flags, command)).await,
        Command::Log(LogCommand::Search(command)) => search::run(&flags, command).await,
        Command::Log(LogCommand::Export(command)) => export::run(&flags, command).await,
        Command::Log(LogCommand::Import(command)) => import::run(&flags, command).await,
        Command::Import(ImportCommand::List(data)) => imports::list(&flags, data).await,
        Command::Import(ImportCommand::Undo(command)) => Box::pin(imports::undo(&flags, command)).await,
        Command::Mapping(command) => mapping::run(command),
        Command::Log(LogCommand::Checkpoint(command)) => Box::pin(checkpoints::show(&flags, command)).await,
        Command::Log(LogCommand::Proof(command)) => Box::pin(checkpoints::prove(&flags, command)).await,
        Command::Log(LogCommand::NewKey(data)) => Box::pin(checkpoints::new_key(&flags, data)).await,
        Command::Log(LogCommand::AcceptRollback(command)) => Box::pin(checkpoints::accept(&flags, command)).await,
        Command::Log(LogCommand::CloseGaps(command)) => Box::pin(close_gaps::run(&flags, command)).await,
        Command::Key(KeyCommand::Replace(data)) => key::replace(&flags, data).await,
        Command::Doctor(command) => doctor::run(&flags, command).await,
        Command::Verify(command) => Box::pin(verify::run(&flags, command)).await,
        Command::Backup(command) => Box::pin(backup::run(&flags, command)).await,
        Command::Restore(command) => Box::pin(restore::run(&flags, command)).await,
        Command::Reindex(command) => Box::pin(reindex::run(&flags, command)).await,
        Command::Witness(command) => Box::pin(witness::run(&flags, command)).await,
    }
}

fn settings(flags: &SettingFlags, data_dir: Option<PathBuf>) -> Result<Config> {
    Ok(config::load(&Sources::gather(flags, data_dir)?)?)
}

fn zone(name: &str) -> Result<ZoneChoice> {
    let unknown = || {
        Misuse(format!(
            "there is no zone `{}`; give UTC, EST or a name such as Europe/Berlin",
            visible(name)
        ))
    };
    Ok(ZoneChoice::named(name).ok_or_else(unknown)?)
}

/// The question of these words about everybody's log.
fn question(words: &[String], zone: &ZoneChoice) -> Result<ViewRequest> {
    let text = words.join(" ");
    query::parse(&text, zone.zone()).map_err(|error| Misuse(pointed_at(&text, &error)))?;
    Ok(ViewRequest {
        q: text,
        zone: zone.zone().clone(),
        explain: false,
        ..ViewRequest::default()
    })
}

/// Whoever has the data directory, by the user of the system they are.
fn reader() -> Caller {
    let uid = std::fs::metadata("/proc/self").map(|meta| std::os::unix::fs::MetadataExt::uid(&meta));
    let name = ["SUDO_USER", "USER"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    let user = match (name, uid) {
        (Some(name), Ok(uid)) => Some(format!("system user {name}, uid {uid}")),
        (Some(name), Err(_)) => Some(format!("system user {name}")),
        (None, Ok(uid)) => Some(format!("system user with uid {uid}")),
        (None, Err(_)) => None,
    };
    let mut caller = Caller::command_line();
    caller.origin.device = user.map(|user| user.chars().take(100).collect());
    caller
}

/// What a use case refused, as somebody at the terminal is told of it.
fn refused(error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::Invalid(errors) => {
            let all: Vec<_> = errors
                .iter()
                .map(|error| format!("{}: {}", error.field, error.message))
                .collect();
            Misuse(all.join("\n       ")).into()
        }
        other => other.into(),
    }
}

/// The error under the part of the query it is about.
fn pointed_at(text: &str, error: &ParseError) -> String {
    let before = text.get(..error.span.start).unwrap_or(text);
    let wrong = text.get(error.span.clone()).unwrap_or_default();
    let mut said = format!(
        "{}\n  {}\n  {}{}",
        error.message,
        visible(text),
        " ".repeat(width(&visible(before))),
        "^".repeat(width(&visible(wrong)).max(1)),
    );
    if let Some(suggestion) = &error.suggestion {
        said.push('\n');
        said.push_str(&suggestion.text);
    }
    said
}
