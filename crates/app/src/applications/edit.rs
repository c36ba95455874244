//! Renaming an application, making it single-device or not, disabling and enabling it.

use activity::{Change, Facts};
use store::applications::{self, ApplicationRow, Edit};

use super::Application;
use super::end_all::{end_rest, end_some};
use super::model::{check_name, taken, target};
use crate::devices::EndReason;
use crate::{App, Caller, ChangeError, facts};

/// What to change; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct EditApplication {
    /// What it is called.
    pub name: Option<String>,
    /// Whether a log-in ends the account's other devices of it.
    pub single_device: Option<bool>,
    /// Whether nobody may use it.
    pub disabled: Option<bool>,
}

/// Edits it; an administrator's to do. `expected` is the version the caller has seen, `None` whichever it is now.
/// Disabling ends its devices; enabling begins without any.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: &str,
    expected: Option<i64>,
    edit: EditApplication,
) -> Result<Application, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let before = applications::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    if expected.is_some_and(|version| version != before.version) {
        return Err(ChangeError::Stale);
    }
    let name = edit.name.as_deref().unwrap_or(&before.name);
    let (name, name_key) = check_name(name).map_err(ChangeError::Invalid)?;
    if applications::name_taken(&mut tx, id, &name_key).await? {
        return Err(ChangeError::Invalid(vec![taken(&name)]));
    }
    let mut after = before.clone();
    after.name = name;
    after.single_device = edit.single_device.unwrap_or(before.single_device);
    after.disabled = edit.disabled.unwrap_or(before.disabled);
    if after == before {
        return Ok(Application::of(before));
    }
    let written = Edit {
        name: &after.name,
        name_key: &name_key,
        single_device: after.single_device,
        disabled: after.disabled,
    };
    // Of the version that was read, so that no edit overwrites another one.
    if !applications::edit(&mut tx, id, before.version, written).await? {
        return Err(ChangeError::Stale);
    }
    after.version += 1;
    let mut activities = changed(app, caller, &before, &after);
    let mut more = false;
    if before.disabled != after.disabled {
        let (forced, left) = end_some(app, &mut tx, &after, EndReason::ApplicationDisabled).await?;
        activities.extend(forced);
        more = left;
    }
    tx.commit_if_any(activities).await?;
    if more && let Err(error) = end_rest(app, &after, EndReason::ApplicationDisabled).await {
        // The edit is done, and a disabled application is refused at every request; enabling it ends the rest.
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, id, "not every device of an application was logged out");
    }
    Ok(Application::of(after))
}

/// One activity for each thing that was changed.
fn changed(app: &App, caller: &Caller, before: &ApplicationRow, after: &ApplicationRow) -> Vec<Facts> {
    let say = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let activity = |code: &str, field: &str, old: String, new: String| {
        let mut facts = facts::of_installation(app, caller, code);
        facts.targets = vec![target(&after.id, &after.name)];
        facts.changes = vec![Change {
            field: field.to_owned(),
            before: Some(old),
            after: Some(new),
        }];
        facts
    };
    let mut activities = Vec::new();
    if before.name != after.name {
        let (old, new) = (before.name.clone(), after.name.clone());
        activities.push(activity("application.renamed", "name", old, new));
    }
    if before.single_device != after.single_device {
        let (old, new) = (say(before.single_device), say(after.single_device));
        activities.push(activity("application.single_device_changed", "single_device", old, new));
    }
    if before.disabled != after.disabled {
        let code = match after.disabled {
            true => "application.disabled",
            false => "application.enabled",
        };
        activities.push(activity(code, "disabled", say(before.disabled), say(after.disabled)));
    }
    activities
}
