//! `whodid user create`: an account made at the machine itself; the way to the first administrator.

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use app::accounts::{Activation, NewUser, create_user};
use app::{Caller, Roles};

use super::{refused, settings};
use crate::cli::{SettingFlags, UserCreate};
use crate::compose;
use crate::diagnostics;
use crate::failure::Misuse;
use crate::terminal::{note, say, visible};

/// Bytes of the longest password line that is read.
const LONGEST: u64 = 4_096;

pub(super) async fn create(flags: &SettingFlags, command: UserCreate) -> Result<ExitCode> {
    let config = settings(flags, command.data.data_dir)?;
    diagnostics::start(&config.diagnostics, Some("warn"));
    let activation = if command.password_stdin {
        Activation::Password(password()?)
    } else {
        Activation::Link
    };
    let (given_name, family_name) = names(&command.name);
    let new = NewUser {
        given_name,
        family_name,
        username: command.username,
        email: command.email,
        roles: Roles {
            administrator: command.admin,
            auditor: command.auditor,
        },
        service_account: false,
        activation,
    };
    let installation = compose::open(&config).await.inspect_err(|error| {
        if compose::is_in_use(error) {
            note("hint: while the server runs, an administrator creates accounts in Users → Create user");
        }
    })?;
    let created = create_user(&installation.app, &Caller::command_line(), new).await;
    installation.log.close().await;
    let created = created.map_err(refused)?;
    say(format!("Created {}.", visible(&created.person.to_string())))?;
    if let Some(link) = created.link {
        say(format!(
            "To set the password, open this within 7 days (it works once):\n{link}"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The first line of the standard input.
fn password() -> Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_string(&mut text);
    read.context("cannot read a password from the standard input")?;
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Misuse("--password-stdin: there is no password on the standard input".to_owned()).into());
    }
    Ok(line.to_owned())
}

/// Given name and family name of a full name: the last word is the family's.
fn names(full: &str) -> (String, String) {
    match full.trim().rsplit_once(char::is_whitespace) {
        Some((given, family)) => (given.trim().to_owned(), family.to_owned()),
        None => (full.trim().to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn the_last_word_of_a_name_is_the_family_name() {
        assert_eq!(names("Sam Jones"), ("Sam".to_owned(), "Jones".to_owned()));
        assert_eq!(
            names(" Ana María  López "),
            ("Ana María".to_owned(), "López".to_owned())
        );
        assert_eq!(names("Madonna"), ("Madonna".to_owned(), String::new()));
    }
}
