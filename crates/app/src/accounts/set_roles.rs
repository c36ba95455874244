//! Changing what an account may do.

use activity::{Change, Facts};
use store::accounts::account::{self, AccountRow};

use crate::{App, Caller, ChangeError, Roles, Tx, facts};

/// Sets the roles. The last administrator who can log in stays one.
pub async fn set_roles(app: &App, caller: &Caller, id: &str, roles: Roles) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let Some(changed) = within(app, caller, &mut tx, &account, roles).await? else {
        return Ok(());
    };
    Ok(tx.commit(changed).await?)
}

/// Sets them as part of a transaction, and returns the activity of it; `None` if it has these already.
pub(super) async fn within(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    account: &AccountRow,
    roles: Roles,
) -> Result<Option<Facts>, ChangeError> {
    let before = Roles::of(account);
    if before == roles {
        return Ok(None);
    }
    if !roles.administrator {
        keep_an_administrator(tx, account, "administrator").await?;
    }
    account::set_roles(tx, &account.id, roles.administrator, roles.auditor).await?;
    let mut changed = facts::about(app, caller, "account.roles_changed", &account.person());
    changed.changes = vec![Change {
        field: "roles".to_owned(),
        before: Some(before.in_words()),
        after: Some(roles.in_words()),
    }];
    Ok(Some(changed))
}

/// Refuses a change after which nobody could manage users.
pub(crate) async fn keep_an_administrator(
    tx: &mut Tx,
    account: &AccountRow,
    field: &'static str,
) -> Result<(), ChangeError> {
    let counts = account.is_administrator && account.login_enabled && !account.is_service;
    if counts && account::other_administrators(tx, &account.id).await? == 0 {
        let text = "This is the last administrator who can log in. Make somebody else an administrator first.";
        return Err(ChangeError::invalid(field, text));
    }
    Ok(())
}
