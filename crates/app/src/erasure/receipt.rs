//! The signed receipt of an erasure.

use store::erasures;

use crate::{App, Caller, ChangeError};

/// The receipt of the request with this id, as a signed note; `None` while the erasure goes on.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything, [`ChangeError::NotFound`] if nobody was erased by it.
pub async fn receipt(app: &App, caller: &Caller, id: &str) -> Result<Option<String>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let row = erasures::by_id(&mut app.store().glance().await?, id).await?;
    let row = row.filter(|row| row.erasure.is_some()).ok_or(ChangeError::NotFound)?;
    Ok(row.receipt)
}
