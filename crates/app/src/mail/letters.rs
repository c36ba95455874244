//! The texts of mails.

use activity::Time;
use store::accounts::account::AccountRow;

use crate::App;

/// A mail to write.
pub(crate) struct Letter {
    pub(super) account_id: String,
    pub(super) recipient: String,
    pub(super) kind: &'static str,
    pub(super) subject: String,
    pub(super) body: String,
}

fn letter(account: &AccountRow, kind: &'static str, subject: &str, paragraphs: &[&str]) -> Letter {
    // The name is text somebody typed; it stands on a line of its own and cannot reach a header.
    let body = format!(
        "Hello {},\n\n{}\n\nWhodid\n",
        account.person().name,
        paragraphs.join("\n\n")
    );
    Letter {
        account_id: account.id.clone(),
        recipient: account.email.clone(),
        kind,
        subject: subject.to_owned(),
        body,
    }
}

pub(crate) fn activation(account: &AccountRow, link: &str) -> Letter {
    let name = format!("An account was created for you; your username is {}.", account.username);
    let open = format!("Open this link within 7 days to choose a password:\n\n{link}");
    letter(account, "activation", "Activate your account", &[&name, &open])
}

pub(crate) fn reset(account: &AccountRow, link: &str) -> Letter {
    let open = format!(
        "Somebody, most likely you, asked to reset the password of your account {}. Open this link within one hour to \
         choose another:\n\n{link}",
        account.username
    );
    let not_you = "If it was not you, do nothing: the password stays as it is.";
    letter(account, "reset", "Reset your password", &[&open, not_you])
}

pub(crate) fn locked(app: &App, account: &AccountRow, until: Time) -> Letter {
    let what = format!(
        "There were {} failed attempts to log in to your account {}, so it is locked until {} UTC. Browsers you have \
         logged in with before still work.",
        app.settings().password.lock_after,
        account.username,
        until.timestamp().strftime("%Y-%m-%d %H:%M"),
    );
    let reset = format!(
        "If you forgot the password, reset it; that unlocks the account:\n\n{}/forgot",
        app.settings().public_url.trim_end_matches('/')
    );
    let not_you = "If it was not you, somebody is guessing; your activity log shows from where.";
    letter(account, "locked", "Your account is locked", &[&what, &reset, not_you])
}

pub(crate) fn password_set(account: &AccountRow) -> Letter {
    let what = format!(
        "The password of your account {} was changed, and its other devices were logged out.",
        account.username
    );
    let not_you = "If it was not you, reset the password at once and tell an administrator.";
    letter(
        account,
        "password_changed",
        "Your password was changed",
        &[&what, not_you],
    )
}

/// To the old address, so that nobody loses an account in silence.
pub(crate) fn email_changed(before: &AccountRow, after: &AccountRow) -> Letter {
    let what = format!(
        "An administrator changed the e-mail address of your account {} from {} to {}.",
        after.username, before.email, after.email
    );
    letter(
        before,
        "email_changed",
        "Your e-mail address was changed",
        &[&what, "If this is wrong, tell an administrator."],
    )
}
