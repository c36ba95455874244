//! An administrator's changes of an account's name, username and e-mail address.

use activity::{Change, Facts};
use store::accounts::account::{self, AccountRow};
use store::accounts::link::{self, Purpose};
use store::accounts::{email_change, word};

use super::create_user::check_unique;
use crate::{App, Caller, ChangeError, Tx, factors, facts, mail, names};

/// What the account is to be called.
#[derive(Clone, Debug, Default)]
pub struct EditUser {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Log-in name.
    pub username: String,
    /// E-mail address.
    pub email: String,
}

/// Changes them. Nothing changed leaves no activity; a changed e-mail address is told to the old one.
pub async fn edit_user(app: &App, caller: &Caller, id: &str, edit: EditUser) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let before = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let Some(edited) = within(app, caller, &mut tx, &before, edit).await? else {
        return Ok(());
    };
    Ok(tx.commit(edited).await?)
}

/// Changes them as part of a transaction, and returns the activity of it; `None` if nothing differs.
pub(super) async fn within(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    before: &AccountRow,
    edit: EditUser,
) -> Result<Option<Facts>, ChangeError> {
    let after = AccountRow {
        given_name: names::tidy(&edit.given_name),
        family_name: names::tidy(&edit.family_name),
        username: names::tidy(&edit.username),
        email: names::tidy(&edit.email),
        ..before.clone()
    };
    let mut errors = Vec::new();
    names::check(Some(before), &after, &mut errors);
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    let changes = changes(before, &after);
    if changes.is_empty() {
        return Ok(None);
    }
    check_unique(tx, &after).await?;
    let keys = names::keys(&after);
    account::set_profile(tx, &after, &keys).await?;
    word::replace(tx, &after.id, &keys, &names::words(&keys)).await?;
    if after.email != before.email {
        // What was mailed to the old address opens nothing any more.
        link::delete_all(tx, &after.id, Purpose::Reset).await?;
        link::delete_all(tx, &after.id, Purpose::Activation).await?;
        email_change::void_all(tx, &after.id).await?;
        factors::credentials_changed(tx, &after.id).await?;
        mail::write(app, tx, mail::letters::email_changed(before, &after)).await?;
    }
    let mut edited = facts::about(app, caller, "account.edited", &after.person());
    edited.changes = changes;
    Ok(Some(edited))
}

/// What differs between two states of an account's texts.
pub(super) fn changes(before: &AccountRow, after: &AccountRow) -> Vec<Change> {
    let fields = [
        ("given_name", &before.given_name, &after.given_name),
        ("family_name", &before.family_name, &after.family_name),
        ("username", &before.username, &after.username),
        ("email", &before.email, &after.email),
        ("time_zone", &before.time_zone, &after.time_zone),
    ];
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    fields
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| Change {
            field: field.to_owned(),
            before: some(before),
            after: some(after),
        })
        .collect()
}
