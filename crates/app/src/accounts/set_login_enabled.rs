//! Allowing an account to log in, or not.

use activity::Facts;
use store::accounts::account::{self, AccountRow};

use super::{links, set_roles};
use crate::devices::{EndReason, Keep, end_others};
use crate::{App, Caller, ChangeError, Tx, facts};

/// Sets it. Forbidding ends every device at once, and nobody does it to themself; it was so already: nothing happens.
pub async fn set_login_enabled(app: &App, caller: &Caller, id: &str, enabled: bool) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let activities = within(app, caller, &mut tx, &account, enabled).await?;
    Ok(tx.commit_if_any(activities).await?)
}

/// Sets it as part of a transaction, and returns the activities of it; none if it was so already.
pub(super) async fn within(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    account: &AccountRow,
    enabled: bool,
) -> Result<Vec<Facts>, ChangeError> {
    if !enabled {
        set_roles::keep_an_administrator(tx, account, "login_enabled").await?;
        if caller.person.id == account.id {
            let text = "You cannot disable your own login; another administrator can.";
            return Err(ChangeError::invalid("login_enabled", text));
        }
    }
    if !account::set_login_enabled(tx, &account.id, enabled).await? {
        return Ok(Vec::new());
    }
    let code = if enabled {
        "account.login_enabled"
    } else {
        "account.login_disabled"
    };
    let mut activities = vec![facts::about(app, caller, code, &account.person())];
    if !enabled {
        links::end_all(tx, &account.id).await?;
        activities.extend(end_others(app, tx, account, Keep::Nothing, EndReason::LoginDisabled).await?);
    }
    Ok(activities)
}
