//! Creating an account.

use store::accounts::account::{self, AccountRow};
use store::accounts::link::Purpose;
use store::accounts::word;

use activity::Person;
use serde::Serialize;

use super::get_user::get_user_in;
use super::{UserDetails, links, passwords};
use crate::hasher::salt;
use crate::ids::{Prefix, new_id};
use crate::{Activities, App, Begun, Caller, ChangeError, FieldError, Roles, Tx, Via, facts, mail, names};

/// The account to create.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Given name; may be empty if there is a family name.
    pub given_name: String,
    /// Family name; may be empty if there is a given name.
    pub family_name: String,
    /// Log-in name, unique.
    pub username: String,
    /// E-mail address, unique.
    pub email: String,
    /// What it may do beyond a member.
    pub roles: Roles,
    /// Only programs use it, with API keys; it is never activated.
    pub service_account: bool,
    /// How it gets its password.
    pub activation: Activation,
}

/// How a new account gets its password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// A link is mailed.
    #[default]
    Mail,
    /// Later: nothing is sent now.
    Later,
    /// A link is returned. Only for the command on the machine itself.
    Link,
    /// This one, already activated. Only for the command on the machine itself: nobody chooses another's password.
    Password(String),
}

/// An account that was created.
#[derive(Clone, Debug)]
pub struct Created {
    /// The account as activities name it.
    pub person: Person,
    /// The account with everything its pages show.
    pub user: UserDetails,
    /// The activation link, for [`Activation::Link`].
    pub link: Option<String>,
}

/// A new account in the middle of its transaction.
struct Inserted {
    link: Option<String>,
    activities: Activities,
}

/// A request to create an account, in the middle of its transaction.
enum Asked {
    Now(Tx, Box<(AccountRow, Inserted)>),
    /// It was done for an earlier request with the same key.
    Before(Tx, String),
}

/// Creates an account.
pub async fn create_user(app: &App, caller: &Caller, new: NewUser) -> Result<Created, ChangeError> {
    match begin(app, caller, new).await? {
        Asked::Now(mut tx, new) => {
            let (account, inserted) = *new;
            tx.answered(&account.id).await?;
            let created = answer(app, caller, &mut tx, &account.id, inserted.link).await?;
            tx.commit(inserted.activities).await?;
            Ok(created)
        }
        Asked::Before(mut tx, id) => answer(app, caller, &mut tx, &id, None).await,
    }
}

/// The same, where who it is will do: what else an account's page shows is not read.
pub async fn create_person(app: &App, caller: &Caller, new: NewUser) -> Result<Person, ChangeError> {
    match begin(app, caller, new).await? {
        Asked::Now(mut tx, new) => {
            let (account, inserted) = *new;
            tx.answered(&account.id).await?;
            tx.commit(inserted.activities).await?;
            Ok(account.person())
        }
        Asked::Before(mut tx, id) => {
            let account = account::get(&mut tx, &id).await?.ok_or(ChangeError::NotFound)?;
            Ok(account.person())
        }
    }
}

async fn begin(app: &App, caller: &Caller, new: NewUser) -> Result<Asked, ChangeError> {
    let at_machine = matches!(caller.via, Via::CommandLine);
    let needs_machine = matches!(new.activation, Activation::Link | Activation::Password(_));
    if !caller.is_administrator() || (needs_machine && !at_machine) {
        return Err(ChangeError::Forbidden);
    }
    let account = row(app, &new);
    let mut errors = Vec::new();
    names::check(None, &account, &mut errors);
    let mut hash = None;
    if let Activation::Password(password) = &new.activation {
        match passwords::check(app, &account, password) {
            Ok(()) => hash = Some(app.hasher().hash(password, salt(app)).await?),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    let mut tx = match app
        .begin_once::<String>(caller, "accounts/create_user", &asked(&account, &new))
        .await?
    {
        Begun::Now(tx) => tx,
        Begun::Before(tx, id) => return Ok(Asked::Before(tx, id)),
    };
    let inserted = insert(app, caller, &mut tx, &account, (new, hash)).await?;
    Ok(Asked::Now(tx, Box::new((account, inserted))))
}

/// What tells one request from another.
fn asked<'a>(account: &'a AccountRow, new: &NewUser) -> impl Serialize + use<'a> {
    (
        [
            &account.given_name,
            &account.family_name,
            &account.username,
            &account.email,
        ],
        new.roles.in_words(),
        new.service_account,
        new.activation == Activation::Mail,
    )
}

async fn answer(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    id: &str,
    link: Option<String>,
) -> Result<Created, ChangeError> {
    let user = get_user_in(app, tx, caller, id).await?.ok_or(ChangeError::NotFound)?;
    Ok(Created {
        person: user.person().clone(),
        user,
        link,
    })
}

async fn insert(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    account: &AccountRow,
    (new, hash): (NewUser, Option<String>),
) -> Result<Inserted, ChangeError> {
    check_unique(tx, account).await?;
    let keys = names::keys(account);
    account::insert(tx, account, &keys).await?;
    word::replace(tx, &account.id, &keys, &names::words(&keys)).await?;
    let person = account.person();
    let mut created = facts::about(app, caller, "account.created", &person);
    created.metadata.insert("roles".to_owned(), new.roles.in_words());
    let mut activities = Activities::from(created);
    let mut link = None;
    match (&new.activation, &hash) {
        (_, Some(hash)) => {
            account::set_password(tx, &account.id, hash, app.now()).await?;
            account::set_activated(tx, &account.id, app.now()).await?;
        }
        _ if new.service_account => {}
        (Activation::Mail, _) => {
            let address = links::make(app, tx, &account.id, Purpose::Activation).await?;
            mail::write(app, tx, mail::letters::activation(account, &address)).await?;
            activities.push(facts::about(app, caller, "account.activation_link_sent", &person));
        }
        (Activation::Link, _) => {
            link = Some(links::make(app, tx, &account.id, Purpose::Activation).await?.address);
            activities.push(facts::about(app, caller, "account.activation_link_sent", &person));
        }
        _ => {}
    }
    Ok(Inserted { link, activities })
}

pub(super) fn row(app: &App, new: &NewUser) -> AccountRow {
    AccountRow {
        id: new_id(app, Prefix::User),
        given_name: names::tidy(&new.given_name),
        family_name: names::tidy(&new.family_name),
        username: names::tidy(&new.username),
        email: names::tidy(&new.email),
        time_zone: "UTC".to_owned(),
        password_hash: None,
        login_enabled: true,
        is_administrator: new.roles.administrator,
        is_auditor: new.roles.auditor,
        is_service: new.service_account,
        created_at: app.now(),
        activated_at: None,
        last_login_at: None,
        last_attempt_failed: false,
        failures: 0,
        locked_until: None,
        version: 1,
    }
}

/// Refuses a username or e-mail address that another account has, and a username that looks like another's. Held until
/// commit: the unique indexes stand behind it, this only names the field.
pub(super) async fn check_unique(tx: &mut Tx, account: &AccountRow) -> Result<(), ChangeError> {
    let (username, email) = account::taken(tx, &account.id, &names::keys(account)).await?;
    let mut errors = Vec::new();
    if username {
        let text = "This username, or one that looks like it, is taken; choose another.";
        errors.push(FieldError::new("username", text));
    }
    if email {
        let text = format!(
            "Another account has the e-mail address `{}`; choose another.",
            account.email
        );
        errors.push(FieldError::new("email", text));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ChangeError::Invalid(errors))
    }
}
