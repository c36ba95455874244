//! Asking for another e-mail address: it is the account's only once it is confirmed from there.

use activity::Time;
use store::accounts::account::{self, AccountRow};
use store::accounts::email_change::{self, EmailChangeRow};
use store::accounts::link::Validity;

use crate::factors::{Proof, reauthenticate};
use crate::mail::letters::Link;
use crate::refusals::{self, Refused};
use crate::tokens::{new_token, token_hash};
use crate::{App, Caller, ChangeError, Tx, Unavailable, facts, mail, names};

/// What was typed.
#[derive(Clone, Debug)]
pub struct RequestEmailChange {
    /// The new address.
    pub email: String,
    /// What shows that it is the owner who asks.
    pub proof: Proof,
}

/// How long the link works.
const VALID: i64 = 24 * 3_600 * Time::SECOND;
/// Requests an account may make in an hour: mails to any address can be asked for here.
const MOST_AN_HOUR: u64 = 5;

/// Mails a link to the new address and a notice to the present one. An address that another account has is answered
/// the same way; only the mail there says so.
pub async fn request_email_change(app: &App, caller: &Caller, typed: RequestEmailChange) -> Result<(), ChangeError> {
    let before = account_of(app, caller).await?;
    let after = AccountRow {
        email: names::tidy(&typed.email),
        ..before.clone()
    };
    check(&before, &after)?;
    reauthenticate(app, caller, &typed.proof).await?;

    let mut tx = app.begin().await?;
    // Read again: the address may have been changed while the proof was checked.
    let account = account::get(&mut tx, &before.id).await?.ok_or(ChangeError::NotFound)?;
    let since = app.now().plus(-3_600 * Time::SECOND);
    if email_change::count_since(&mut tx, &account.id, since).await? >= MOST_AN_HOUR {
        refusals::of_caller(app, caller, Refused::EmailChanges);
        let text = "You asked for another address several times within an hour. Try again in an hour.";
        return Err(ChangeError::conflict(text));
    }
    // Asked before anything is known of the address: the answer is the same whether somebody has it or not.
    if !mail::budget::take(app, &mut tx, &after.email).await? {
        refusals::of_caller(app, caller, Refused::EmailChanges);
        return Err(mail::budget::enough());
    }
    let link = keep(app, &mut tx, &account, &after.email).await?;
    let (_, is_taken) = account::taken(&mut tx, &account.id, &names::keys(&after)).await?;
    let to_new = match is_taken {
        // The link is thrown away: nothing can be confirmed with it.
        true => mail::letters::email_taken(&after),
        false => mail::letters::confirm_email(&after, &link),
    };
    mail::write(app, &mut tx, to_new).await?;
    mail::write(
        app,
        &mut tx,
        mail::letters::email_change_asked(app, &account, &after.email),
    )
    .await?;
    let mut asked = facts::about(app, caller, "user.email_change_requested", &account.person());
    asked.metadata.insert("email".to_owned(), after.email);
    Ok(tx.commit(asked).await?)
}

async fn account_of(app: &App, caller: &Caller) -> Result<AccountRow, ChangeError> {
    let mut read = app.store().read().await?;
    let account = account::get(&mut read, &caller.person.id).await?;
    account.ok_or(ChangeError::NotFound)
}

/// Refuses what is no address, and the one the account has.
fn check(before: &AccountRow, after: &AccountRow) -> Result<(), ChangeError> {
    let mut errors = Vec::new();
    names::check(Some(before), after, &mut errors);
    errors.retain(|error| error.field == "email");
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    if before.email == after.email {
        let text = "This is your e-mail address already; give another one.";
        return Err(ChangeError::invalid("email", text));
    }
    Ok(())
}

/// Keeps the change under a new link, which is returned; earlier ones are void.
async fn keep(app: &App, tx: &mut Tx, account: &AccountRow, email: &str) -> Result<Link, Unavailable> {
    let token = new_token(app);
    let created_at = app.now();
    let change = EmailChangeRow {
        account_id: account.id.clone(),
        email: email.to_owned(),
        old_email_key: names::keys(account).email,
        validity: Validity {
            created_at,
            expires_at: created_at.plus(VALID),
        },
    };
    email_change::insert(tx, &change, &token_hash(&token)).await?;
    Ok(Link {
        address: format!(
            "{}/confirm-email?token={token}",
            app.settings().public_url.trim_end_matches('/')
        ),
        expires_at: change.validity.expires_at,
    })
}
