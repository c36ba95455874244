//! Sending an invitation once more, with another link.

use store::groups::invitation::{self, InvitationRow};

use super::delete_invitation::unknown;
use super::group_facts;
use super::invite::{check_rate, check_role, expiry, target, tell_invited};
use super::standing::managed;
use crate::mail::{self, budget, letters};
use crate::tokens::{new_token, token_hash};
use crate::{App, Caller, ChangeError};

/// Mails an invitation that waits or has expired again: the link before stops working, and it can be accepted for as
/// long as a new one. For who manages the group; it counts as sent today.
pub async fn resend_invitation(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let before = invitation::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let (group, standing) = managed(&mut tx, caller, &before.group.id).await.map_err(unknown)?;
    check_role(before.role, standing)?;
    let token = new_token(app);
    let row = InvitationRow {
        invited_by: caller.person.id.clone(),
        invited_by_name: caller.person.name.clone(),
        created_at: app.now(),
        expires_at: expiry(app),
        ..before
    };
    if !invitation::renew(&mut tx, &row, &token_hash(&token)).await? {
        return Err(ChangeError::NotFound);
    }
    check_rate(app, caller, &mut tx, 1).await?;
    if !budget::take(app, &mut tx, &row.email).await? {
        return Err(budget::enough());
    }
    mail::write(app, &mut tx, letters::invitation(app, &row, &token)).await?;
    tell_invited(&mut tx, &row.email_key).await?;
    let mut sent = group_facts::of_group(app, caller, "group.invitation_sent", &group.named());
    sent.targets = vec![target(&row)];
    sent.metadata.insert("role".to_owned(), row.role.code().to_owned());
    sent.metadata.insert("again".to_owned(), "yes".to_owned());
    group_facts::tell(&mut tx, &group.id, None);
    Ok(tx.commit(sent).await?)
}
