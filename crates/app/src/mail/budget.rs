//! How many mails others may have sent to one address: strangers have no account whose owner could complain, and many
//! senders together fill a mailbox as well as one. What owners ask for themselves has limits of its own.

use activity::Time;
use store::accounts::mail_sent;

use crate::{App, ChangeError, Tx, Unavailable, names};

const OTHERS: &str = "others";
const HOUR: i64 = 3_600 * Time::SECOND;

/// Counts one more mail that somebody else has sent to this address; `false`, and not counted, if that is one too many.
/// Says nothing about whether the address has an account.
pub(crate) async fn take(app: &App, tx: &mut Tx, address: &str) -> Result<bool, Unavailable> {
    let (settings, key, hour) = (&app.settings().mail, mailbox(address), app.now().0.div_euclid(HOUR));
    let sent = mail_sent::count(tx, &key, OTHERS, hour).await?;
    let fits = sent.in_hour <= u64::from(settings.from_others_per_hour)
        && sent.in_day <= u64::from(settings.from_others_per_day);
    if !fits {
        give_back(app, tx, address).await?;
    }
    Ok(fits)
}

/// Takes back one that was counted and not sent.
pub(crate) async fn give_back(app: &App, tx: &mut Tx, address: &str) -> Result<(), Unavailable> {
    let hour = app.now().0.div_euclid(HOUR);
    Ok(mail_sent::give_back(tx, &mailbox(address), OTHERS, hour).await?)
}

/// What whoever asks for one too many is told.
pub(crate) fn enough() -> ChangeError {
    ChangeError::conflict(
        "No mail was sent: an address takes only a few a day from everybody together. Try again tomorrow.",
    )
}

/// The mailbox of an address: what stands behind a plus sign only sorts its mails.
fn mailbox(address: &str) -> String {
    let key = names::key(address);
    let (local, domain) = key.rsplit_once('@').unwrap_or((&key, ""));
    let local = local.split('+').next().unwrap_or(local);
    format!("{local}@{domain}")
}
