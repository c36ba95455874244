//! Another name for a passkey.

use activity::Change;

use super::model::{name_of, target};
use crate::{App, Caller, ChangeError, facts};

/// Renames one of the caller's own passkeys. The same name again leaves no activity.
pub async fn rename(app: &App, caller: &Caller, id: &str, name: &str) -> Result<(), ChangeError> {
    let name = name_of(name)?;
    let mut tx = app.begin().await?;
    let passkey = store::passkeys::get(&mut tx, &caller.person.id, id).await?;
    let passkey = passkey.ok_or(ChangeError::NotFound)?;
    if passkey.name == name {
        return Ok(());
    }
    if !store::passkeys::rename(&mut tx, &caller.person.id, id, &name).await? {
        return Err(ChangeError::NotFound);
    }
    let mut renamed = facts::about(app, caller, "user.passkey_renamed", &caller.person);
    renamed.targets = vec![target(id, &name)];
    renamed.changes = vec![Change {
        field: "name".to_owned(),
        before: Some(passkey.name),
        after: Some(name),
    }];
    Ok(tx.commit(renamed).await?)
}
