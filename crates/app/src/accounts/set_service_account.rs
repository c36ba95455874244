//! Making an account one that only programs use, or a person's again.

use activity::Change;
use store::accounts::account;

use super::reset_password::end_others;
use super::{ChangeError, set_roles};
use crate::activity::facts;
use crate::{App, Caller};

/// Sets it. A service account cannot log in with a password; its devices end at once.
pub async fn set_service_account(app: &App, caller: &Caller, id: &str, service: bool) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.store().begin().await?;
    let account = account::get(tx.conn(), id).await?.ok_or(ChangeError::NotFound)?;
    if service {
        set_roles::keep_an_administrator(&mut tx, &account, "service_account").await?;
    }
    if !account::set_service(tx.conn(), id, service).await? {
        return Ok(());
    }
    let text = |service: bool| Some(if service { "yes" } else { "no" }.to_owned());
    let mut changed = facts::about(app, caller, "account.service_account_changed", &account.person());
    changed.changes = vec![Change {
        field: "service_account".to_owned(),
        before: text(!service),
        after: text(service),
    }];
    let mut activities = vec![changed];
    if service {
        activities.extend(end_others(app, &mut tx, &account, None, "became a service account").await?);
    }
    app.log().append(&mut tx, activities).await?;
    Ok(tx.commit().await?)
}
