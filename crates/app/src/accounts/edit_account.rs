//! Several of an administrator's changes of one account at once: all of them, or none.

use activity::Facts;
use store::accounts::account::{self, AccountRow};

use super::edit_user::{self, EditUser};
use super::get_user::{get_user, get_user_in};
use super::{UserDetails, set_login_addresses, set_login_enabled, set_roles, set_service_account};
use crate::{Activities, App, Caller, ChangeError, Roles, Tx};

/// What to change; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct EditAccount {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Log-in name.
    pub username: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether it may log in.
    pub login_enabled: Option<bool>,
    /// What it may do beyond a member.
    pub roles: Option<Roles>,
    /// Whether only programs use it.
    pub service_account: Option<bool>,
    /// Addresses and networks it may log in from; none means anywhere.
    pub login_addresses: Option<Vec<String>>,
}

/// Changes the account as it was at `version`, or as it is now. Nothing changed leaves no activity and the version.
pub async fn edit_account(
    app: &App,
    caller: &Caller,
    id: &str,
    edit: EditAccount,
    version: Option<i64>,
) -> Result<UserDetails, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let before = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    if !account::edit(&mut tx, id, version).await? {
        return Err(ChangeError::Stale);
    }
    let activities = apply(app, caller, &mut tx, before, edit).await.map_err(renamed)?;
    let Some(activities) = Activities::of(activities) else {
        // As it is, and not with the version that is not kept.
        tx.rollback().await;
        return get_user(app, caller, id).await?.ok_or(ChangeError::NotFound);
    };
    let user = get_user_in(app, &mut tx, caller, id).await?;
    tx.commit(activities).await?;
    user.ok_or(ChangeError::NotFound)
}

async fn apply(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    before: AccountRow,
    edit: EditAccount,
) -> Result<Vec<Facts>, ChangeError> {
    let names = EditUser {
        given_name: edit.given_name.unwrap_or_else(|| before.given_name.clone()),
        family_name: edit.family_name.unwrap_or_else(|| before.family_name.clone()),
        username: edit.username.unwrap_or_else(|| before.username.clone()),
        email: edit.email.unwrap_or_else(|| before.email.clone()),
    };
    let mut activities = Vec::new();
    activities.extend(edit_user::within(app, caller, tx, &before, names).await?);
    // As it is named now: the activities that follow say so.
    let account = account::get(tx, &before.id).await?.ok_or(ChangeError::NotFound)?;
    if let Some(roles) = edit.roles {
        activities.extend(set_roles::within(app, caller, tx, &account, roles).await?);
    }
    if let Some(service) = edit.service_account {
        activities.extend(set_service_account::within(app, caller, tx, &account, service).await?);
    }
    if let Some(addresses) = edit.login_addresses {
        let text = addresses.join("\n");
        activities.extend(set_login_addresses::within(app, caller, tx, &account, &text).await?);
    }
    if let Some(enabled) = edit.login_enabled {
        activities.extend(set_login_enabled::within(app, caller, tx, &account, enabled).await?);
    }
    Ok(activities)
}

/// The fields that are called otherwise here than on their own pages.
fn renamed(error: ChangeError) -> ChangeError {
    let ChangeError::Invalid(mut fields) = error else {
        return error;
    };
    for field in &mut fields {
        field.field = match field.field {
            "addresses" => "login_addresses",
            "administrator" => "roles",
            other => other,
        };
    }
    ChangeError::Invalid(fields)
}
