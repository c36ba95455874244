//! The texts of mails.

use activity::{Seq, Time};
use store::accounts::account::AccountRow;
use store::groups::invitation::InvitationRow;

use super::name::in_mail;
use crate::devices::OtherDevices;
use crate::{App, Visitor};

/// A mail to write.
pub(crate) struct Letter {
    /// The account it is about; `None` for a stranger.
    pub(super) account_id: Option<String>,
    pub(super) recipient: String,
    pub(super) kind: &'static str,
    pub(super) subject: String,
    pub(super) body: String,
    /// From when on the link or code in it is worth nothing; `None` where there is none.
    pub(super) expires_at: Option<Time>,
}

/// A link that lets somebody in, once.
pub(crate) struct Link {
    pub(crate) address: String,
    pub(crate) expires_at: Time,
}

impl Letter {
    /// The same, with a secret that is worth nothing from then on.
    fn until(mut self, expires_at: Time) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}

fn letter(account: &AccountRow, kind: &'static str, subject: &str, paragraphs: &[&str]) -> Letter {
    // The name is text somebody typed; it stands on a line of its own and cannot reach a header.
    let body = format!(
        "Hello {},\n\n{}\n\nWhodid\n",
        in_mail(&account.person().name),
        paragraphs.join("\n\n")
    );
    Letter {
        account_id: Some(account.id.clone()),
        recipient: account.email.clone(),
        kind,
        subject: subject.to_owned(),
        body,
        expires_at: None,
    }
}

pub(crate) fn activation(account: &AccountRow, link: &Link) -> Letter {
    let name = format!("An account was created for you; your username is {}.", account.username);
    let open = format!("Open this link within 7 days to choose a password:\n\n{}", link.address);
    letter(account, "activation", "Activate your account", &[&name, &open]).until(link.expires_at)
}

pub(crate) fn reset(account: &AccountRow, link: &Link) -> Letter {
    let open = format!(
        "Somebody, most likely you, asked to reset the password of your account {}. Open this link within one hour to \
         choose another:\n\n{}",
        account.username, link.address
    );
    let not_you = "If it was not you, do nothing: the password stays as it is.";
    letter(account, "reset", "Reset your password", &[&open, not_you]).until(link.expires_at)
}

pub(crate) fn locked(app: &App, account: &AccountRow, (failures, until): (u64, Time)) -> Letter {
    let what = format!(
        "There were {failures} failed attempts to log in to your account {}, so it is locked until {} UTC. Browsers you \
         have logged in with before still work. Each lock in a row lasts longer than the one before.",
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

pub(crate) fn password_set(account: &AccountRow, others: OtherDevices) -> Letter {
    let and = match others {
        OtherDevices::End => ", and its other devices were logged out",
        OtherDevices::Keep => "; its other devices stay logged in",
    };
    let what = format!("The password of your account {} was changed{and}.", account.username);
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

/// What both letters to a new address are called: the log names it, and must not tell whether the address is taken.
const NEW_EMAIL: &str = "A new e-mail address for an account";

/// To the new address, which is the account's once the link is used.
pub(crate) fn confirm_email(after: &AccountRow, link: &Link) -> Letter {
    let open = format!(
        "Somebody, most likely you, wants {} to be the e-mail address of the account {}. Open this link within 24 hours \
         to confirm it:\n\n{}",
        after.email,
        in_mail(&after.username),
        link.address
    );
    let not_you = "If it was not you, do nothing: nothing changes.";
    letter(after, "email_change", NEW_EMAIL, &[&open, not_you]).until(link.expires_at)
}

/// To a new address that another account has: whoever asked must not learn it, whoever reads the mailbox may.
pub(crate) fn email_taken(after: &AccountRow) -> Letter {
    let what = format!(
        "Somebody gave {} as the new e-mail address of an account, but it belongs to an account already. Nothing was \
         changed.",
        after.email
    );
    let yours = "If it was you, log in to the account that has this address, or give another one.";
    let mut letter = letter(after, "email_change", NEW_EMAIL, &[]);
    letter.body = format!("Hello,\n\n{what}\n\n{yours}\n\nWhodid\n");
    letter
}

/// To the present address when another is asked for.
pub(crate) fn email_change_asked(app: &App, account: &AccountRow, email: &str) -> Letter {
    let what = format!(
        "Somebody, most likely you, asked to change the e-mail address of your account {} to {email}. It changes once \
         it is confirmed from there.",
        account.username
    );
    let not_you = format!(
        "If it was not you, cancel it and change your password at once:\n\n{}/settings/email",
        app.settings().public_url.trim_end_matches('/')
    );
    letter(
        account,
        "email_change_asked",
        "Your e-mail address is to be changed",
        &[&what, &not_you],
    )
}

/// To the old address when the new one was confirmed.
pub(crate) fn email_change_done(before: &AccountRow, after: &AccountRow) -> Letter {
    let what = format!(
        "The e-mail address of your account {} was changed from {} to {}.",
        after.username, before.email, after.email
    );
    let not_you = "If it was not you, tell an administrator at once.";
    letter(
        before,
        "email_changed",
        "Your e-mail address was changed",
        &[&what, not_you],
    )
}

/// To an address that may have an account or not; the letter is the same for both.
pub(crate) fn invitation(app: &App, invitation: &InvitationRow, token: &str) -> Letter {
    // The names are text somebody typed; each stands on a line of its own and cannot reach a header.
    let what = format!(
        "{}\n\ninvites you to join the group\n\n{}",
        in_mail(&invitation.invited_by_name),
        in_mail(&invitation.group.name)
    );
    let open = format!(
        "Open this link to accept or decline:\n\n{}/invitation?token={token}",
        app.settings().public_url.trim_end_matches('/')
    );
    let until = format!(
        "It works until {} UTC. If you expected no invitation, do nothing.",
        invitation.expires_at.timestamp().strftime("%Y-%m-%d %H:%M")
    );
    Letter {
        account_id: None,
        recipient: invitation.email.clone(),
        kind: "invitation",
        subject: "Invitation to a group".to_owned(),
        body: format!("Hello,\n\n{what}\n\n{open}\n\n{until}\n\nWhodid\n"),
        expires_at: Some(invitation.expires_at),
    }
}

/// To the owner of an account that was logged in to on a device it was never used on.
pub(crate) fn new_device(app: &App, account: &AccountRow, visitor: &Visitor, seq: Seq) -> Letter {
    let ip = visitor.origin.ip.map(|ip| ip.to_canonical().to_string());
    let what = format!(
        "Your account {} was used to log in on a device it was not used on before:\n\nDevice: {}\nAddress: {}\nTime: {} UTC",
        account.username,
        visitor.origin.device.as_deref().unwrap_or("unknown"),
        ip.as_deref().unwrap_or("unknown"),
        app.now().timestamp().strftime("%Y-%m-%d %H:%M"),
    );
    let public_url = app.settings().public_url.trim_end_matches('/');
    let look = format!("This log-in in your activity log:\n\n{public_url}/activities/{seq}");
    let not_you = format!(
        "If it was you, there is nothing to do. If it was not, change your password and end that device at once:\n\n\
         {public_url}/settings/devices"
    );
    letter(
        account,
        "new_device",
        "Log-in on a new device",
        &[&what, &look, &not_you],
    )
}

/// To somebody whose second factor was changed, so that nobody loses it in silence.
pub(crate) fn second_factor_changed(account: &AccountRow, what: &str) -> Letter {
    let what = format!(
        "Two-factor authentication of your account {}: {what}.",
        account.username
    );
    let not_you = "If it was not you or somebody you asked, change your password at once and tell an administrator.";
    letter(
        account,
        "second_factor_changed",
        "Two-factor authentication was changed",
        &[&what, not_you],
    )
}

pub(crate) fn passkey_added(app: &App, account: &AccountRow, name: &str) -> Letter {
    let name = in_mail(name);
    let what = format!(
        "A passkey was added to your account {}: {name}. Whoever has it can log in with it.",
        account.username
    );
    let not_you = format!(
        "If it was not you, remove it, change your password and end the devices you do not know:\n\n{}/settings/passkeys",
        app.settings().public_url.trim_end_matches('/')
    );
    letter(account, "passkey_added", "A passkey was added", &[&what, &not_you])
}

pub(crate) fn passkey_removed(app: &App, account: &AccountRow, name: &str) -> Letter {
    let name = in_mail(name);
    let what = format!(
        "A passkey was removed from your account {}: {name}. It does not log in any more.",
        account.username
    );
    let not_you = format!(
        "If it was not you, change your password at once:\n\n{}/settings/password",
        app.settings().public_url.trim_end_matches('/')
    );
    letter(account, "passkey_removed", "A passkey was removed", &[&what, &not_you])
}

/// A text for the outbox, where no service sends SMS.
pub(crate) fn sms(account: &AccountRow, to: &str, text: &str, expires_at: Time) -> Letter {
    Letter {
        account_id: Some(account.id.clone()),
        recipient: to.to_owned(),
        kind: "sms",
        subject: "SMS".to_owned(),
        body: text.to_owned(),
        expires_at: Some(expires_at),
    }
}
