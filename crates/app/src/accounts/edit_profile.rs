//! A member's changes of their own name and time zone.

use store::accounts::account::{self, AccountRow};
use store::accounts::word;

use super::edit_user::changes;
use super::{ChangeError, FieldError, names};
use crate::activity::facts;
use crate::exports::ZoneChoice;
use crate::{App, Caller};

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

/// Changes the caller's own profile. Nothing changed leaves no activity.
pub async fn edit_profile(app: &App, caller: &Caller, profile: Profile) -> Result<(), ChangeError> {
    let mut tx = app.store().begin().await?;
    let before = account::get(tx.conn(), &caller.person.id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let after = AccountRow {
        given_name: names::tidy(&profile.given_name),
        family_name: names::tidy(&profile.family_name),
        time_zone: profile.time_zone,
        ..before.clone()
    };
    let mut errors = Vec::new();
    names::check(&after, &mut errors);
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
        return Ok(());
    }
    let keys = names::keys(&after);
    account::set_profile(tx.conn(), &after, &keys).await?;
    word::replace(tx.conn(), &after.id, &keys, &names::words(&keys)).await?;
    let mut edited = facts::about(app, caller, "account.profile_edited", &after.person());
    edited.changes = changes;
    app.log().append(&mut tx, vec![edited]).await?;
    Ok(tx.commit().await?)
}

fn is_zone(name: &str) -> bool {
    ZoneChoice::named(name).is_some()
}
