//! Ending every device of an account at once.

use store::accounts::{account, device};

use super::ChangeError;
use crate::activity::facts;
use crate::{App, Caller, Via};

/// Logs every device of `user_id` out, and returns how many: an administrator anybody's, anybody their own; then the
/// one they ask from stays.
pub async fn end_devices(app: &App, caller: &Caller, user_id: &str) -> Result<u64, ChangeError> {
    if !(caller.is_administrator() || caller.person.id == user_id) {
        return Err(ChangeError::Forbidden);
    }
    let keep = match &caller.via {
        Via::Device { id } if caller.person.id == user_id => Some(id.as_str()),
        _ => None,
    };
    let mut tx = app.store().begin().await?;
    let account = account::get(tx.conn(), user_id).await?.ok_or(ChangeError::NotFound)?;
    let ended = device::delete_others(tx.conn(), user_id, keep).await?;
    let mut facts = facts::about(app, caller, "device.all_ended", &account.person());
    facts.metadata.insert("devices".to_owned(), ended.to_string());
    app.log().append(&mut tx, vec![facts]).await?;
    tx.commit().await?;
    Ok(ended)
}
