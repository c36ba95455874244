//! Asking for a password reset from the log-in page. The answer never says whether there is such an account.

use activity::{Reason, Time};
use store::accounts::link::{self, Purpose};
use store::accounts::{account, attempt};

use super::links;
use crate::{App, Unavailable, Visitor, facts, mail, names};

/// Links an account may have open at once: more mails help nobody but somebody who wants to flood a mailbox.
const OPEN_LINKS: u64 = 3;

/// Mails a link valid for an hour, if there is such an account and it can log in. Always succeeds alike, and always
/// writes once.
pub async fn request_reset(app: &App, visitor: &Visitor, login: &str) -> Result<(), Unavailable> {
    let mut tx = app.begin().await?;
    attempt::count(&mut tx).await?;
    let account = account::by_login(&mut tx, &names::key(login.get(..320).unwrap_or(login))).await?;
    let facts = match &account {
        None => facts::failed(
            facts::of_nobody(app, visitor, "user.password_reset_requested"),
            Reason::UnknownUser,
        ),
        Some(account) => {
            let asked = facts::by_visitor(app, visitor, "user.password_reset_requested", &account.person());
            let since = app.now().plus(-3_600 * Time::SECOND);
            let open = link::count_since(&mut tx, &account.id, Purpose::Reset, since).await?;
            match () {
                () if !account.login_enabled => facts::failed(asked, Reason::LoginDisabled),
                () if account.is_service => facts::failed(asked, Reason::ServiceAccount),
                () if account.password_hash.is_none() => facts::failed(asked, Reason::AccountNotActivated),
                () if open >= OPEN_LINKS => facts::failed(asked, Reason::TooManyRequests),
                () => {
                    let address = links::make(app, &mut tx, &account.id, Purpose::Reset).await?;
                    mail::write(app, &mut tx, mail::letters::reset(account, &address)).await?;
                    asked
                }
            }
        }
    };
    tx.commit(facts).await
}
