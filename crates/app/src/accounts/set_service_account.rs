//! Making an account one that only programs use, or a person's again.

use activity::{Change, Facts};
use store::accounts::account::{self, AccountRow};

use super::{links, set_roles};
use crate::devices::{EndReason, Keep, end_others};
use crate::{App, Caller, ChangeError, Tx, facts};

/// Sets it. A service account cannot log in with a password; its devices end at once.
pub async fn set_service_account(app: &App, caller: &Caller, id: &str, service: bool) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let activities = within(app, caller, &mut tx, &account, service).await?;
    Ok(tx.commit_if_any(activities).await?)
}

/// Sets it as part of a transaction, and returns the activities of it; none if it was so already.
pub(super) async fn within(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    account: &AccountRow,
    service: bool,
) -> Result<Vec<Facts>, ChangeError> {
    if service {
        set_roles::keep_an_administrator(tx, account, "service_account").await?;
        if caller.person.id == account.id {
            let text =
                "You cannot make your own account a service account, which cannot log in; another administrator can.";
            return Err(ChangeError::invalid("service_account", text));
        }
    }
    if !account::set_service(tx, &account.id, service).await? {
        return Ok(Vec::new());
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
        links::end_all(tx, &account.id).await?;
        activities.extend(end_others(app, tx, account, Keep::Nothing, EndReason::ServiceAccount).await?);
    }
    Ok(activities)
}
