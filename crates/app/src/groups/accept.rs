//! Accepting an invitation.

use store::accounts::account::{self, AccountRow};
use store::groups::GroupRole;
use store::groups::invitation::{self, InvitationRow};
use store::groups::member::{self, MemberRow};

use super::get::get_in;
use super::invite::target;
use super::standing::is_backed;
use super::{Group, InvitationKey, group_facts};
use crate::tokens::token_hash;
use crate::{Activities, App, Caller, ChangeError, Tx, names};

/// Uses the invitation up and makes the caller a member. Who is a member already stays what they are.
pub async fn accept(app: &App, caller: &Caller, key: &InvitationKey) -> Result<Group, ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let (invitation, account) = addressed(app, caller, &mut tx, key).await?;
    check_backed(&mut tx, &invitation).await?;
    // Guarantee: used once. Of several at once, one deletes the row and the others find nothing.
    if !invitation::take(&mut tx, &invitation.id, app.now()).await? {
        return Err(ChangeError::NotFound);
    }
    let person = account.person();
    let mut accepted = group_facts::of_member(app, caller, "group.invitation_accepted", &person, &invitation.group);
    accepted.targets = vec![target(&invitation)];
    let mut activities = Activities::from(accepted);
    if member::insert(&mut tx, &membership(app, &invitation, &account.id)).await? {
        let mut joined = group_facts::of_member(app, caller, "group.joined", &person, &invitation.group);
        let role = invitation.role.code().to_owned();
        joined.metadata.insert("role".to_owned(), role);
        activities.push(joined);
    }
    group_facts::tell(&mut tx, &invitation.group.id, Some(&account.id));
    let group = get_in(&mut tx, caller, &invitation.group.id).await?;
    tx.commit(activities).await?;
    Ok(group)
}

/// Refuses an invitation whose sender could not send it any more.
pub(super) async fn check_backed(tx: &mut Tx, invitation: &InvitationRow) -> Result<(), ChangeError> {
    if is_backed(tx, invitation).await? {
        return Ok(());
    }
    Err(ChangeError::conflict(
        "Whoever sent this invitation does not manage the group any more. Ask somebody who does for another.",
    ))
}

/// An address as somebody may see it who does not know it: `b•••@example.com`.
fn masked(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

/// The membership an invitation leads to. Nobody becomes an owner by a link.
pub(super) fn membership(app: &App, invitation: &InvitationRow, account_id: &str) -> MemberRow {
    MemberRow {
        group_id: invitation.group.id.clone(),
        account_id: account_id.to_owned(),
        role: match invitation.role {
            GroupRole::Owner => GroupRole::Administrator,
            role => role,
        },
        joined_at: app.now(),
        version: 1,
    }
}

/// The invitation and the caller's account, if it is to their address as it is now: a link is no use to anybody else.
pub(super) async fn addressed(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    key: &InvitationKey,
) -> Result<(InvitationRow, AccountRow), ChangeError> {
    let account = account::get(tx, &caller.person.id).await?;
    let account = account.ok_or(ChangeError::NotFound)?;
    let invitation = match key {
        InvitationKey::Id(id) => {
            let found = invitation::get(tx, id).await?;
            found.filter(|invitation| invitation.email_key == names::key(&account.email))
        }
        InvitationKey::Token(token) => invitation::by_token(tx, &token_hash(token)).await?,
    };
    let invitation = invitation.ok_or(ChangeError::NotFound)?;
    if invitation.email_key != names::key(&account.email) {
        return Err(ChangeError::conflict(format!(
            "This invitation was sent to {}, and your account has another address. Log in with the account of that \
             address, or ask whoever invited you to invite {}.",
            masked(&invitation.email),
            account.email
        )));
    }
    if invitation.expires_at <= app.now() {
        return Err(ChangeError::conflict(
            "This invitation has expired. Ask whoever invited you for another.",
        ));
    }
    Ok((invitation, account))
}
