//! Which applications a new key may report for. Owns the check; what a key reports is judged by `ingest`.

use activity::Named;
use activity::limits::ID_BYTES;
use foreign::mapping;
use store::{Read, StoreError, reporters};

use crate::facts::is_built_in;
use crate::ids::Prefix;
use crate::{FieldError, Reports, Scopes};

const MOST: usize = 50;
const NAME_MAX: usize = 100;

/// What is asked for as it is kept: each application once, registered ones as they are called. Or what is wrong.
pub(super) async fn check(
    read: &mut Read,
    asked: &Reports,
    scopes: Scopes,
) -> Result<Result<Reports, Vec<FieldError>>, StoreError> {
    let mut errors = Vec::new();
    if !scopes.write && *asked != Reports::default() {
        errors.push(wrong(
            "Only a key that records activities (`activities:write`) reports for applications, names accounts, or sends \
             events of another product.",
        ));
    }
    if asked.applications.len() > MOST {
        let given = asked.applications.len();
        errors.push(wrong(format!(
            "{given} applications; at most {MOST} fit on one key. Create another key for the rest."
        )));
    }
    if let Some(name) = &asked.mapping
        && mapping::find(name).is_none()
    {
        let text = format!(
            "There is no mapping of this name; there are {}.",
            mapping::NAMES.join(", ")
        );
        errors.push(FieldError::new("mapping", text));
    }
    let mut applications: Vec<Named> = Vec::new();
    for application in asked.applications.iter().take(MOST) {
        let application = Named {
            id: application.id.trim().to_owned(),
            name: application.name.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        if applications.iter().any(|other| other.id == application.id) {
            continue;
        }
        match check_one(read, application).await? {
            Ok(application) => applications.push(application),
            Err(text) => errors.push(wrong(text)),
        }
    }
    Ok(if errors.is_empty() {
        Ok(Reports {
            applications,
            names_accounts: asked.names_accounts,
            mapping: asked.mapping.clone(),
        })
    } else {
        Err(errors)
    })
}

async fn check_one(read: &mut Read, application: Named) -> Result<Result<Named, String>, StoreError> {
    let Named { id, name } = &application;
    if id.is_empty() || id.len() > ID_BYTES || id.chars().any(char::is_control) {
        return Ok(Err(format!(
            "An application's id has 1 to {ID_BYTES} plain characters, such as `billing`."
        )));
    }
    if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Ok(Err(format!(
            "The name of `{id}` is too long; at most {NAME_MAX} plain characters fit."
        )));
    }
    if is_built_in(name) || is_built_in(id) {
        return Ok(Err(format!(
            "`{id} {name}` is what the log calls a way in that is built in; nobody reports for that."
        )));
    }
    if Prefix::of(id).is_none() {
        return Ok(Ok(application));
    }
    let registered = reporters::applications(read, &[id.as_str()]).await?.pop();
    Ok(registered.ok_or_else(|| {
        format!("`{id}` is not a registered application, and other ids may not begin as this installation's do.")
    }))
}

fn wrong(text: impl Into<String>) -> FieldError {
    FieldError::new("reports_for", text)
}
