//! Registering an application.

use store::applications::{self, ApplicationRow};

use super::Application;
use super::model::{check_name, taken, target};
use crate::ids::{Prefix, new_id};
use crate::tokens::token_hash;
use crate::{App, Begun, Caller, ChangeError, facts, key_text};

/// The application to register.
#[derive(Clone, Debug, Default)]
pub struct NewApplication {
    /// What it is called.
    pub name: String,
    /// Whether a log-in ends the account's other devices of it.
    pub single_device: bool,
}

/// An application with a new key.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The key itself, shown once: `None` where the request repeats one that was answered with it.
    pub key: Option<String>,
    /// What is kept of it.
    pub application: Application,
}

/// Registers it; an administrator's to do.
pub async fn register(app: &App, caller: &Caller, new: NewApplication) -> Result<Registered, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let (name, name_key) = check_name(&new.name).map_err(ChangeError::Invalid)?;
    let key = key_text::new(app, key_text::APPLICATION);
    let row = ApplicationRow {
        id: new_id(app, Prefix::Application),
        name,
        hint: key_text::hint(key_text::APPLICATION, &key),
        single_device: new.single_device,
        disabled: false,
        version: 1,
        created_by: caller.person.id.clone(),
        created_at: app.now(),
        last_used_at: None,
    };
    let asked = (&row.name, row.single_device);
    let mut tx = match app
        .begin_once::<String>(caller, "applications/register", &asked)
        .await?
    {
        Begun::Now(tx) => tx,
        Begun::Before(mut tx, id) => {
            let row = applications::get(&mut tx, &id).await?.ok_or(ChangeError::NotFound)?;
            return Ok(Registered {
                key: None,
                application: Application::of(row),
            });
        }
    };
    if !applications::insert(&mut tx, &row, &name_key, &token_hash(&key)).await? {
        return Err(ChangeError::Invalid(vec![taken(&row.name)]));
    }
    let mut registered = facts::of_installation(app, caller, "application.registered");
    registered.targets = vec![target(&row.id, &row.name)];
    tx.answered(&row.id).await?;
    tx.commit(registered).await?;
    Ok(Registered {
        key: Some(key),
        application: Application::of(row),
    })
}
