//! A member's changes of their own name and time zone.

use store::accounts::account::{self, AccountRow};
use store::accounts::word;

use super::UserDetails;
use super::edit_user::changes;
use super::get_user::{get_user, get_user_in};
use crate::zone::ZoneChoice;
use crate::{App, Caller, ChangeError, FieldError, facts, names};

/// What a member may change themself.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// IANA name, `UTC` or `EST`.
    pub time_zone: String,
}

/// What to change of it; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileEdit {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// IANA name, `UTC` or `EST`.
    pub time_zone: Option<String>,
}

/// Changes the caller's own profile. Nothing changed leaves no activity.
pub async fn edit_profile(app: &App, caller: &Caller, profile: Profile) -> Result<(), ChangeError> {
    let edit = ProfileEdit {
        given_name: Some(profile.given_name),
        family_name: Some(profile.family_name),
        time_zone: Some(profile.time_zone),
    };
    edit_profile_at(app, caller, edit, None).await.map(drop)
}

/// Changes part of the caller's own profile, as it was at `version` if one is given.
pub async fn edit_profile_at(
    app: &App,
    caller: &Caller,
    edit: ProfileEdit,
    version: Option<i64>,
) -> Result<UserDetails, ChangeError> {
    let mut tx = app.begin().await?;
    let before = account::get(&mut tx, &caller.person.id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    if !account::edit(&mut tx, &before.id, version).await? {
        return Err(ChangeError::Stale);
    }
    let (given_name, family_name) = (edit.given_name, edit.family_name);
    let after = AccountRow {
        given_name: given_name.map_or_else(|| before.given_name.clone(), |name| names::tidy(&name)),
        family_name: family_name.map_or_else(|| before.family_name.clone(), |name| names::tidy(&name)),
        time_zone: edit.time_zone.unwrap_or_else(|| before.time_zone.clone()),
        ..before.clone()
    };
    let mut errors = Vec::new();
    names::check(Some(&before), &after, &mut errors);
    if !is_zone(&after.time_zone) {
        let text = format!(
            "There is no time zone `{}`; give one such as Europe/Berlin.",
            after.time_zone
        );
        errors.push(FieldError::new("time_zone", text));
    }
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    let changes = changes(&before, &after);
    if changes.is_empty() {
        // As it is, and not with the version that is not kept.
        tx.rollback().await;
        return get_user(app, caller, &before.id).await?.ok_or(ChangeError::NotFound);
    }
    let keys = names::keys(&after);
    account::set_profile(&mut tx, &after, &keys).await?;
    word::replace(&mut tx, &after.id, &keys, &names::words(&keys)).await?;
    let mut edited = facts::about(app, caller, "account.profile_edited", &after.person());
    edited.changes = changes;
    let user = get_user_in(app, &mut tx, caller, &after.id).await?;
    tx.commit(edited).await?;
    user.ok_or(ChangeError::NotFound)
}

fn is_zone(name: &str) -> bool {
    ZoneChoice::named(name).is_some()
}
