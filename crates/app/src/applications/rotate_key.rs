//! Giving an application another key.

use store::applications;

use super::model::target;
use super::{Application, Registered};
use crate::tokens::token_hash;
use crate::{App, Caller, ChangeError, facts, key_text};

/// Makes a new key; the old one works no longer. Devices stay signed in.
pub async fn rotate_key(app: &App, caller: &Caller, id: &str) -> Result<Registered, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let key = key_text::new(app, key_text::APPLICATION);
    let mut tx = app.begin().await?;
    let mut row = applications::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    row.hint = key_text::hint(key_text::APPLICATION, &key);
    row.version += 1;
    applications::set_key(&mut tx, id, &token_hash(&key), &row.hint).await?;
    let mut rotated = facts::of_installation(app, caller, "application.key_rotated");
    rotated.targets = vec![target(&row.id, &row.name)];
    tx.commit(rotated).await?;
    Ok(Registered {
        key: Some(key),
        application: Application::of(row),
    })
}
