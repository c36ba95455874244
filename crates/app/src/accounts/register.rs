//! Making an active account for somebody who has proved that an e-mail address is theirs. Owns no activity: why the
//! account is made is its caller's to say.

use activity::Person;
use store::accounts::account::{self, AccountRow};
use store::accounts::word;

use super::create_user::{check_unique, row};
use super::{Activation, NewUser, passwords};
use crate::hasher::salt;
use crate::{App, ChangeError, FieldError, Roles, Tx, names};

/// Whose account it is to be.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) password: String,
}

/// An account that can be made.
pub(crate) struct Checked {
    account: AccountRow,
    hash: String,
}

/// Checks names and password, and hashes it: before a transaction, since that takes its time.
pub(crate) async fn check(app: &App, new: Registration) -> Result<Checked, ChangeError> {
    let account = row(
        app,
        &NewUser {
            given_name: new.given_name,
            family_name: new.family_name,
            username: new.username,
            email: new.email,
            roles: Roles::default(),
            service_account: false,
            activation: Activation::Later,
        },
    );
    let mut errors = Vec::new();
    names::check(None, &account, &mut errors);
    // Who chooses a username themself does not take the address of somebody who has no account yet.
    if account.username.contains('@') && names::key(&account.username) != names::key(&account.email) {
        let text = "A username is no e-mail address but your own. Choose one without @.";
        errors.push(FieldError::new("username", text));
    }
    if let Err(error) = passwords::check(app, &account, &new.password) {
        errors.push(error);
    }
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    let hash = app.hasher().hash(&new.password, salt(app)).await?;
    Ok(Checked { account, hash })
}

/// Inserts the account, active and with its password.
pub(crate) async fn insert(app: &App, tx: &mut Tx, checked: &Checked) -> Result<Person, ChangeError> {
    let account = &checked.account;
    check_unique(tx, account).await?;
    let keys = names::keys(account);
    account::insert(tx, account, &keys).await?;
    word::replace(tx, &account.id, &keys, &names::words(&keys)).await?;
    account::set_password(tx, &account.id, &checked.hash, app.now()).await?;
    account::set_activated(tx, &account.id, app.now()).await?;
    Ok(account.person())
}
