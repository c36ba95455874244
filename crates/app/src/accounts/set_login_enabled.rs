//! Allowing an account to log in, or not.

use store::accounts::account;

use super::reset_password::end_others;
use super::{ChangeError, set_roles};
use crate::activity::facts;
use crate::{App, Caller};

/// Sets it. Forbidding ends every device at once; it was so already: nothing happens.
pub async fn set_login_enabled(app: &App, caller: &Caller, id: &str, enabled: bool) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.store().begin().await?;
    let account = account::get(tx.conn(), id).await?.ok_or(ChangeError::NotFound)?;
    if !enabled {
        set_roles::keep_an_administrator(&mut tx, &account, "login_enabled").await?;
    }
    if !account::set_login_enabled(tx.conn(), id, enabled).await? {
        return Ok(());
    }
    let code = if enabled {
        "account.login_enabled"
    } else {
        "account.login_disabled"
    };
    let mut activities = vec![facts::about(app, caller, code, &account.person())];
    if !enabled {
        activities.extend(end_others(app, &mut tx, &account, None, "login disabled").await?);
    }
    app.log().append(&mut tx, activities).await?;
    Ok(tx.commit().await?)
}
