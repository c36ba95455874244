//! Accepting an invitation as somebody who has no account yet: the account is made and joins at once.

use activity::{Person, Reason};
use store::groups::{invitation, member};

use super::accept::{check_backed, membership};
use super::group_facts;
use super::invite::target;
use crate::accounts::{Registration, register};
use crate::tokens::token_hash;
use crate::{App, ChangeError, Visitor, facts};

/// Who joins. The e-mail address is the invited one: the mail was received there.
#[derive(Clone, Debug, Default)]
pub struct NewMember {
    /// Given name; may be empty if there is a family name.
    pub given_name: String,
    /// Family name; may be empty if there is a given name.
    pub family_name: String,
    /// Log-in name, unique.
    pub username: String,
    /// Password.
    pub password: String,
}

/// Creates an active account with the invited address and makes it a member. The invitation is used up only if the
/// account can be made.
pub async fn join_as_new(app: &App, visitor: &Visitor, token: &str, new: NewMember) -> Result<Person, ChangeError> {
    if !app.settings().groups.invitations_create_accounts {
        return Err(ChangeError::Forbidden);
    }
    let hash = token_hash(token);
    let found = invitation::by_token(&mut app.store().read().await?, &hash).await?;
    let invitation = found.ok_or(ChangeError::NotFound)?;
    let registration = Registration {
        given_name: new.given_name,
        family_name: new.family_name,
        username: new.username,
        email: invitation.email.clone(),
        password: new.password,
    };
    let checked = register::check(app, registration).await?;

    let mut tx = app.begin().await?;
    // Guarantee: used once. Of several at once, one deletes the row and the others find nothing.
    if !invitation::take(&mut tx, &invitation.id, app.now()).await? {
        return Err(ChangeError::NotFound);
    }
    check_backed(&mut tx, &invitation).await?;
    let person = register::insert(app, &mut tx, &checked).await?;
    let of = |code: &str| {
        let mut facts = facts::by_visitor(app, visitor, code, &person);
        facts.group = Some(invitation.group.clone());
        facts
    };
    let mut created = facts::by_visitor(app, visitor, "account.created", &person).because(Reason::InvitedToGroup);
    created.metadata.insert("roles".to_owned(), "member".to_owned());
    let mut accepted = of("group.invitation_accepted");
    accepted.targets = vec![target(&invitation)];
    let mut joined = of("group.joined");
    let role = invitation.role.code().to_owned();
    joined.metadata.insert("role".to_owned(), role);
    member::insert(&mut tx, &membership(app, &invitation, &person.id)).await?;
    group_facts::tell(&mut tx, &invitation.group.id, None);
    tx.commit([created, accepted, joined]).await?;
    Ok(person)
}
