//! Ending every device of an account at once.

use store::accounts::account;

use super::end::{EndReason, Keep, end_all_but};
use crate::{App, Caller, ChangeError, facts};

/// Logs every device of `user_id` out, and returns how many: an administrator anybody's, anybody their own; then the
/// one they ask from stays.
pub async fn end_devices(app: &App, caller: &Caller, user_id: &str) -> Result<u64, ChangeError> {
    if !(caller.is_administrator() || caller.person.id == user_id) {
        return Err(ChangeError::Forbidden);
    }
    let keep = caller.via.device_id().filter(|_| caller.person.id == user_id);
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, user_id).await?.ok_or(ChangeError::NotFound)?;
    let devices = end_all_but(app, &mut tx, user_id, Keep::device(keep), EndReason::AllEnded).await?;
    let mut facts = facts::about(app, caller, "device.all_ended", &account.person());
    facts.metadata.insert("devices".to_owned(), devices.len().to_string());
    tx.commit(facts).await?;
    Ok(devices.len() as u64)
}
