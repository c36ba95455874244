//! The past of accounts.

use activity::Time;
use store::accounts::{account, word};

use super::at_the_machine;
use crate::hasher::salt;
use crate::{App, Caller, ChangeError, Quiet, names};

/// What the past left of an account.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The account's id.
    pub id: String,
    /// The e-mail address it ended up with.
    pub email: String,
    /// The zone its person lives in.
    pub time_zone: String,
    /// When its activation link was used.
    pub activated_at: Option<Time>,
    /// When it last logged in.
    pub last_login_at: Option<Time>,
    /// Whether the latest attempt to log in failed.
    pub last_attempt_failed: bool,
    /// Whether it may log in.
    pub login_enabled: bool,
}

/// Writes the past into the accounts. Those that were activated and have no password yet get `password`, hashed once
/// for all of them: it is no secret.
pub async fn accounts(app: &App, caller: &Caller, pasts: &[Past], password: &str) -> Result<(), ChangeError> {
    at_the_machine(caller)?;
    let hash = app.hasher().hash(password, salt(app)).await?;
    let mut tx = app.begin().await?;
    for past in pasts {
        let mut row = account::get(&mut tx, &past.id).await?.ok_or(ChangeError::NotFound)?;
        let before = names::keys(&row);
        row.email.clone_from(&past.email);
        row.time_zone.clone_from(&past.time_zone);
        let keys = names::keys(&row);
        account::set_email_and_zone(&mut tx, &row, &keys).await?;
        if keys != before {
            word::replace(&mut tx, &past.id, &keys, &names::words(&keys)).await?;
        }
        if row.login_enabled != past.login_enabled {
            account::set_login_enabled(&mut tx, &past.id, past.login_enabled).await?;
        }
        if let Some(at) = past.activated_at {
            account::set_activated(&mut tx, &past.id, at).await?;
            if row.password_hash.is_none() {
                account::set_password(&mut tx, &past.id, &hash, at).await?;
            }
        }
        if let Some(at) = past.last_login_at {
            account::set_logged_in(&mut tx, &past.id, at).await?;
        }
        if past.last_attempt_failed {
            account::set_attempt_failed(&mut tx, &past.id).await?;
        }
    }
    tx.commit_quietly(Quiet::Past).await?;
    Ok(())
}
