//! Looking an account up by exactly what its owner logs in with.

use activity::Person;
use store::accounts::account;

use crate::{App, Caller, ChangeError, names};

/// Who has this username or e-mail address, typed in full and regardless of case. For administrators.
pub async fn find_user(app: &App, caller: &Caller, login: &str) -> Result<Option<Person>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut read = app.store().read().await?;
    let found = account::by_login(&mut read, &names::key(login)).await?;
    Ok(found.map(|account| account.person()))
}
