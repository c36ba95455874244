//! One account, for its owner, administrators and auditors.

use activity::Person;
use store::Read;
use store::accounts::{account, address};

use super::UserRow;
use crate::devices::{Device, devices_of};
use crate::factors::{self, Factors};
use crate::{App, Caller, ChangeError, Unavailable};

/// One account with everything its pages show.
#[derive(Clone, Debug)]
pub struct UserDetails {
    /// As in the list of users.
    pub row: UserRow,
    /// Networks it may log in from; none means anywhere.
    pub login_addresses: Vec<String>,
    /// Its second factors.
    pub factors: Factors,
    /// Where it is signed in, last seen first.
    pub devices: Vec<Device>,
}

impl UserDetails {
    /// The account as activities name it.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.row.person
    }
}

/// The account with this id, `None` if there is none.
pub async fn get_user(app: &App, caller: &Caller, id: &str) -> Result<Option<UserDetails>, ChangeError> {
    if !(caller.is_administrator() || caller.reads_everything() || caller.person.id == id) {
        return Err(ChangeError::Forbidden);
    }
    Ok(get_user_in(app, &mut app.store().read().await?, caller, id).await?)
}

/// The same within a transaction, for somebody who may: what a change answers is read before it is committed.
pub(super) async fn get_user_in(
    app: &App,
    read: &mut Read,
    caller: &Caller,
    id: &str,
) -> Result<Option<UserDetails>, Unavailable> {
    let Some(account) = account::get(read, id).await? else {
        return Ok(None);
    };
    Ok(Some(UserDetails {
        row: UserRow::of(&account, app.now()),
        login_addresses: address::of(read, id).await?,
        factors: factors::factors_of(app, read, id).await?,
        devices: devices_of(app, read, id, caller.via.device_id()).await?,
    }))
}
