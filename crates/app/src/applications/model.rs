//! An application as callers see it, and which names it may have.

use activity::{Named, Target, Time};
use store::applications::ApplicationRow;

use crate::facts::is_built_in;
use crate::{FieldError, limits, names};

/// A registered application, without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// `app_…`
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The first characters of its key.
    pub hint: String,
    /// Whether a log-in ends the account's other devices of it.
    pub single_device: bool,
    /// Whether nobody may use it.
    pub disabled: bool,
    /// Counts its edits.
    pub version: i64,
    /// When it was registered.
    pub created_at: Time,
    /// When its key was last used, to a few minutes.
    pub last_used_at: Option<Time>,
}

impl Application {
    pub(super) fn of(row: ApplicationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            hint: row.hint,
            single_device: row.single_device,
            disabled: row.disabled,
            version: row.version,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

pub(super) fn named(row: &ApplicationRow) -> Named {
    Named {
        id: row.id.clone(),
        name: row.name.clone(),
    }
}

pub(super) fn target(id: &str, name: &str) -> Target {
    Target {
        kind: "application".to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        ..Target::default()
    }
}

/// The name as it is kept, and its key.
pub(super) fn check_name(typed: &str) -> Result<(String, String), Vec<FieldError>> {
    let name = names::tidy(typed);
    let key = names::key(&name);
    let mut errors = Vec::new();
    names::check_text("name", "name", &name, limits::APPLICATION_NAME, &mut errors);
    if key.is_empty() {
        errors.push(FieldError::new(
            "name",
            "Say what the application is called, such as `Headset`.",
        ));
    } else if is_built_in(&name) {
        errors.push(FieldError::new(
            "name",
            format!("`{name}` is what the log calls a way in that is built in; choose another name."),
        ));
    }
    if errors.is_empty() {
        Ok((name, key))
    } else {
        Err(errors)
    }
}

pub(super) fn taken(name: &str) -> FieldError {
    FieldError::new(
        "name",
        format!("There is an application called `{name}` already; choose another name."),
    )
}
