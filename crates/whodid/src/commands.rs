//! The commands, one file each. Owns what they share: settings from flags, zones, and queries.

mod demo;
mod doctor;
mod export;
mod import;
mod search;
mod serve;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use activity::query::{self, Binding, Expr, ParseError};
use anyhow::Result;
use app::exports::ZoneChoice;
use log::{Clock as _, SystemClock};

use crate::cli::{Cli, Command, LogCommand, SettingFlags, UserCommand};
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
        Command::Log(LogCommand::Search(command)) => search::run(&flags, command).await,
        Command::Log(LogCommand::Export(command)) => export::run(&flags, command).await,
        Command::Log(LogCommand::Import(command)) => import::run(&flags, command).await,
        Command::Doctor(command) => doctor::run(&flags, command).await,
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

/// The query of these words, ready to be asked. Nobody is `me` at a command line.
fn bound_query(words: &[String], zone: &ZoneChoice) -> Result<Expr> {
    let text = words.join(" ");
    let expr = query::parse(&text, zone.zone()).map_err(|error| Misuse(pointed_at(&text, &error)))?;
    Ok(expr.bind(&Binding {
        now: SystemClock.now(),
        me: None,
    }))
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
