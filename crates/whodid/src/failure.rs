//! How a command ends when it fails: the text a person gets, and the exit code a script gets.

use std::io;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::terminal::{note, visible};

/// What was asked for is wrong: exit code 2, as for a wrong flag.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misuse(pub(crate) String);

/// Says what failed and why, and chooses the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if error
        .chain()
        .any(|cause| cause.downcast_ref().is_some_and(is_closed_pipe))
    {
        // The reader had enough, as in `whodid log search | head`.
        return ExitCode::SUCCESS;
    }
    note(format!("error: {}", text(error)));
    if error.is::<Misuse>() || error.is::<ConfigError>() {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}

fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// The error and its causes, each said once. Lines of our own stay lines.
fn text(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.contains(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
