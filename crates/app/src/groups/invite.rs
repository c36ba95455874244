//! Inviting people into a group by e-mail, one or many at once. Never says whether an address has an account.

use activity::{Facts, Target, Time};
use serde::{Deserialize, Serialize};
use store::groups::invitation::{self, InvitationRow};
use store::groups::{GroupRole, GroupRow};

use super::addresses::{self, Entry};
use super::list_invitations::EXPIRED_KEPT;
use super::standing::managed;
use super::{Standing, group_facts};
use crate::ids::{Prefix, new_id};
use crate::limits::INVITATIONS;
use crate::mail::{self, budget, letters};
use crate::refusals::{self, Refused};
use crate::tokens::{new_token, token_hash};
use crate::{App, Begun, Caller, ChangeError, Topic, Tx, names};

/// Whom to invite, as what.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Addresses as they were pasted: one a line, or between commas or semicolons, bare or as `Name <address>`.
    pub addresses: String,
    /// What whoever accepts becomes; not an owner.
    pub role: GroupRole,
}

/// What became of one entry of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLine {
    /// The entry as it was pasted, shortened.
    pub line: String,
    /// What became of it.
    pub outcome: InviteOutcome,
}

/// What became of one entry of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InviteOutcome {
    /// A mail is on its way.
    Invited {
        /// `inv_…`
        id: String,
        /// The address.
        email: String,
    },
    /// A member of the group has this address.
    AlreadyMember,
    /// An invitation to this address waits.
    AlreadyInvited,
    /// Nobody was invited: the address takes no more mails today, from whomever.
    EnoughMails,
    /// It is no address; a sentence says why.
    Invalid(String),
}

/// Invites everybody on the list who is neither a member nor invited, and says for each what became of it.
pub async fn invite(
    app: &App,
    caller: &Caller,
    group_id: &str,
    invite: Invite,
) -> Result<Vec<InviteLine>, ChangeError> {
    caller.check_change()?;
    let entries = addresses::parse(&invite.addresses);
    let asked = (group_id, &invite.addresses, invite.role.code());
    let (mut tx, before) = match app
        .begin_once::<Vec<InviteLine>>(caller, "groups/invite", &asked)
        .await?
    {
        Begun::Now(tx) => (tx, None),
        Begun::Before(tx, lines) => (tx, Some(lines)),
    };
    let (group, standing) = managed(&mut tx, caller, group_id).await?;
    check_role(invite.role, standing)?;
    if let Some(lines) = before {
        return Ok(lines);
    }
    check_count(entries.len())?;
    invitation::delete_expired(&mut tx, group_id, app.now()).await?;
    invitation::delete_forgotten(&mut tx, app.now().plus(-EXPIRED_KEPT)).await?;
    let mut lines = Vec::with_capacity(entries.len());
    let mut activities = Vec::new();
    for entry in entries {
        let Entry { line, address } = entry;
        let outcome = match address {
            Err(reason) => InviteOutcome::Invalid(reason),
            Ok(email) => match one(app, caller, &mut tx, &group, (email, invite.role)).await? {
                Ok((outcome, sent)) => {
                    activities.push(sent);
                    outcome
                }
                Err(outcome) => outcome,
            },
        };
        lines.push(InviteLine { line, outcome });
    }
    if !activities.is_empty() {
        check_rate(app, caller, &mut tx, activities.len()).await?;
    }
    tx.answered(&lines).await?;
    group_facts::tell(&mut tx, group_id, None);
    tx.commit_if_any(activities).await?;
    Ok(lines)
}

/// A link goes astray: what it gives can be taken back by an owner, and ownership cannot.
pub(super) fn check_role(role: GroupRole, standing: Standing) -> Result<(), ChangeError> {
    match role {
        GroupRole::Owner if !standing.owns() => Err(ChangeError::Forbidden),
        GroupRole::Owner => {
            let text = "Nobody becomes an owner by a link. Invite them as an administrator, and make them an owner \
                        once they are in the group.";
            Err(ChangeError::invalid("role", text))
        }
        GroupRole::Administrator | GroupRole::Member => Ok(()),
    }
}

fn check_count(n: usize) -> Result<(), ChangeError> {
    match n {
        0 => Err(ChangeError::invalid("addresses", "Give at least one e-mail address.")),
        1..=INVITATIONS => Ok(()),
        _ => {
            let text = format!("These are {n} addresses; at most {INVITATIONS} can be invited at once.");
            Err(ChangeError::invalid("addresses", text))
        }
    }
}

/// Invitations are mails to strangers: one account sends only so many a day.
pub(super) async fn check_rate(app: &App, caller: &Caller, tx: &mut Tx, n: usize) -> Result<(), ChangeError> {
    let most = app.settings().groups.invitations_per_day;
    let day = app.now().0.div_euclid(Time::DAY);
    let n = u32::try_from(n).unwrap_or(u32::MAX);
    let sent = invitation::count_sent(tx, &caller.person.id, day, n).await?;
    if sent > u64::from(most) && !caller.is_administrator() {
        refusals::of_caller(app, caller, Refused::Invitations);
        let text = format!(
            "That would be {sent} invitations from you today; at most {most} are sent a day. Nobody was invited: \
             send fewer, or go on tomorrow."
        );
        return Err(ChangeError::conflict(text));
    }
    Ok(())
}

/// Invites one address, and says so for the log; or says why not.
async fn one(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    group: &GroupRow,
    (email, role): (String, GroupRole),
) -> Result<Result<(InviteOutcome, Facts), InviteOutcome>, ChangeError> {
    let now = app.now();
    let token = new_token(app);
    let row = InvitationRow {
        id: new_id(app, Prefix::Invitation),
        group: group.named(),
        email_key: names::key(&email),
        email,
        role,
        invited_by: caller.person.id.clone(),
        invited_by_name: caller.person.name.clone(),
        created_at: now,
        expires_at: expiry(app),
    };
    if invitation::is_member(tx, &group.id, &row.email_key).await? {
        return Ok(Err(InviteOutcome::AlreadyMember));
    }
    if !budget::take(app, tx, &row.email).await? {
        return Ok(Err(InviteOutcome::EnoughMails));
    }
    if !invitation::insert(tx, &row, &token_hash(&token)).await? {
        budget::give_back(app, tx, &row.email).await?;
        return Ok(Err(InviteOutcome::AlreadyInvited));
    }
    mail::write(app, tx, letters::invitation(app, &row, &token)).await?;
    tell_invited(tx, &row.email_key).await?;
    let mut sent = group_facts::of_group(app, caller, "group.invitation_sent", &row.group);
    sent.targets = vec![target(&row)];
    sent.metadata.insert("role".to_owned(), role.code().to_owned());
    let (id, email) = (row.id, row.email);
    Ok(Ok((InviteOutcome::Invited { id, email }, sent)))
}

/// From when an invitation that is sent now is refused.
pub(super) fn expiry(app: &App) -> Time {
    app.now()
        .plus(i64::from(app.settings().groups.invitation_days) * Time::DAY)
}

/// An invitation as the target of an activity: who was invited is an address, whether it has an account or not.
pub(super) fn target(row: &InvitationRow) -> Target {
    Target {
        kind: "invitation".to_owned(),
        id: row.id.clone(),
        email: row.email.clone(),
        ..Target::default()
    }
}

/// Tells the open pages of the account with this address, if there is one.
pub(super) async fn tell_invited(tx: &mut Tx, email_key: &str) -> Result<(), ChangeError> {
    if let Some(account) = store::accounts::account::by_login(tx, email_key).await? {
        tx.tell([Topic::Account(account.id)]);
    }
    Ok(())
}
