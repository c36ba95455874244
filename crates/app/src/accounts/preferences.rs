//! What a person chose for their pages: columns, filters. They concern nobody else and leave no activity.

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::accounts::preference;

use crate::{App, Caller, Quiet, Unavailable, Via};

/// The caller's choice of this name; `None` if they made none, or one that does not fit any more.
pub async fn preference<T: DeserializeOwned>(app: &App, caller: &Caller, name: &str) -> Result<Option<T>, Unavailable> {
    let mut read = app.store().read().await?;
    let json = preference::get(&mut read, &caller.person.id, name).await?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Keeps the caller's choice of this name, or forgets it.
pub async fn set_preference<T: Serialize>(
    app: &App,
    caller: &Caller,
    name: &str,
    value: Option<&T>,
) -> Result<(), Unavailable> {
    if matches!(caller.via, Via::CommandLine) {
        return Ok(());
    }
    let json = value.map(serde_json::to_string).transpose().map_err(Unavailable::new)?;
    let mut tx = app.begin().await?;
    preference::set(&mut tx, &caller.person.id, name, json.as_deref()).await?;
    tx.commit_quietly(Quiet::Preference).await
}
