//! Invitations are bound to an address, a sender and a role, and strangers' mailboxes are spared.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::factors::Proof;
use app::groups::{self, Group, GroupRole, InvitationKey, Invite, InviteLine, InviteOutcome, NewGroup, NewMember};
use app::{Caller, ChangeError, Roles, accounts};
use support::{GOOD, HOUR, TestApp, visitor};

async fn group(test: &TestApp, owner: &Caller, name: &str) -> Group {
    let new = NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    };
    groups::create(&test.app, owner, new).await.unwrap()
}

async fn invite(test: &TestApp, sender: &Caller, group: &Group, address: &str, role: GroupRole) -> InviteOutcome {
    test.clock.advance(1_000);
    let list = Invite {
        addresses: address.to_owned(),
        role,
    };
    let mut lines: Vec<InviteLine> = groups::invite(&test.app, sender, &group.id, list).await.unwrap();
    lines.remove(0).outcome
}

async fn token(test: &TestApp) -> InvitationKey {
    InvitationKey::Token(test.token_of("Invitation to a group").await)
}

fn conflict<T: std::fmt::Debug>(result: Result<T, ChangeError>) -> String {
    match result {
        Err(ChangeError::Conflict(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_link_of_an_invitation_is_no_use_to_another_account() {
    let test = TestApp::new().await;
    let bob = test.signed_in("bob", Roles::default()).await;
    let mallory = test.signed_in("mallory", Roles::default()).await;
    let cara = test.signed_in("cara", Roles::default()).await;
    let team = group(&test, &bob, "Team").await;
    invite(&test, &bob, &team, "cara@example.com", GroupRole::Administrator).await;
    let key = token(&test).await;
    let text = conflict(groups::accept(&test.app, &mallory, &key).await);
    assert!(
        text.contains("c•••@example.com") && text.contains("mallory@example.com"),
        "{text}"
    );
    assert!(!text.contains("cara@"), "{text}");
    conflict(groups::decline(&test.app, &mallory, &key).await);
    let joined = groups::accept(&test.app, &cara, &key).await.unwrap();
    assert_eq!(joined.role, Some(GroupRole::Administrator));
}

#[tokio::test]
async fn an_invitation_is_worth_nothing_once_its_sender_could_not_send_it() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let owner = test.signed_in("olga", Roles::default()).await;
    let cara = test.signed_in("cara", Roles::default()).await;
    let team = group(&test, &owner, "Team").await;
    for (at, name) in ["removed", "demoted", "disabled", "auditor"].into_iter().enumerate() {
        let bob = test.signed_in(&format!("bob{at}"), Roles::default()).await;
        let id = bob.person.id.as_str();
        groups::add_member(&test.app, &admin, &team.id, id, GroupRole::Administrator)
            .await
            .unwrap();
        let address = if at % 2 == 0 {
            "cara@example.com"
        } else {
            "new@example.com"
        };
        let InviteOutcome::Invited { id: invitation, .. } =
            invite(&test, &bob, &team, address, GroupRole::Member).await
        else {
            panic!("{name}: not invited")
        };
        let InvitationKey::Token(link) = token(&test).await else {
            panic!()
        };
        match name {
            "removed" => groups::remove_member(&test.app, &owner, &team.id, id).await.unwrap(),
            "demoted" => {
                let ids = (team.id.as_str(), id);
                groups::change_role(&test.app, &owner, ids.0, ids.1, GroupRole::Member, None)
                    .await
                    .unwrap();
            }
            "disabled" => accounts::set_login_enabled(&test.app, &admin, id, false).await.unwrap(),
            _ => {
                let roles = Roles {
                    auditor: true,
                    ..Roles::default()
                };
                accounts::set_roles(&test.app, &admin, id, roles).await.unwrap();
            }
        }
        let refused = match address {
            "cara@example.com" => {
                let key = InvitationKey::Id(invitation.clone());
                conflict(groups::accept(&test.app, &cara, &key).await)
            }
            _ => {
                let new = NewMember {
                    given_name: "New".to_owned(),
                    username: "new".to_owned(),
                    password: GOOD.to_owned(),
                    ..NewMember::default()
                };
                conflict(groups::join_as_new(&test.app, &visitor(), &link, new).await.map(drop))
            }
        };
        assert!(
            refused.contains("does not manage the group any more"),
            "{name}: {refused}"
        );
        groups::delete_invitation(&test.app, &owner, &invitation).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_becomes_an_owner_by_a_link() {
    let test = TestApp::new().await;
    let bob = test.signed_in("bob", Roles::default()).await;
    let team = group(&test, &bob, "Team").await;
    let list = Invite {
        addresses: "cara@example.com".to_owned(),
        role: GroupRole::Owner,
    };
    let refused = groups::invite(&test.app, &bob, &team.id, list).await.unwrap_err();
    assert!(refused.to_string().contains("make them an owner"), "{refused}");
}

#[tokio::test]
async fn an_address_gets_few_mails_from_everybody_together_and_its_owner_still_a_reset() {
    let test = TestApp::new().await;
    test.active("victim", Roles::default()).await;
    let mut sent = 0;
    for at in 0..10 {
        let sender = test.signed_in(&format!("sender{at}"), Roles::default()).await;
        for n in 0..4 {
            let team = group(&test, &sender, &format!("Advertisement {n}")).await;
            // A plus sign makes no other mailbox.
            let address = format!("victim{}@example.com", ["", "+a", "+b", "+c"][n]);
            let outcome = invite(&test, &sender, &team, &address, GroupRole::Member).await;
            match outcome {
                InviteOutcome::Invited { id, .. } => {
                    sent += 1;
                    let again = groups::resend_invitation(&test.app, &sender, &id).await;
                    sent += usize::from(again.is_ok());
                }
                other => assert_eq!(other, InviteOutcome::EnoughMails),
            }
        }
    }
    assert_eq!(sent, 5, "within an hour");
    test.clock.advance(HOUR);
    let mallory = test.signed_in("mallory", Roles::default()).await;
    for n in 0..5 {
        let wanted = accounts::RequestEmailChange {
            email: "victim@example.com".to_owned(),
            proof: Proof::Password(GOOD.to_owned()),
        };
        let asked = accounts::request_email_change(&test.app, &mallory, wanted).await;
        sent += usize::from(asked.is_ok());
        test.clock.advance(if n == 3 { HOUR } else { 1_000 });
    }
    for hour in 0..20 {
        let team = group(&test, &mallory, &format!("Again {hour}")).await;
        let outcome = invite(&test, &mallory, &team, "victim@example.com", GroupRole::Member).await;
        sent += usize::from(matches!(outcome, InviteOutcome::Invited { .. }));
        test.clock.advance(HOUR / 2);
    }
    assert_eq!(sent, 12, "within a day");
    accounts::request_reset(&test.app, &visitor(), "victim").await.unwrap();
    let mails = test.mails().await;
    let resets = mails
        .iter()
        .filter(|(subject, _)| subject == "Reset your password")
        .count();
    assert_eq!(resets, 1, "what its owner asks for is not counted with what others do");
}

#[tokio::test]
async fn a_mail_to_a_stranger_carries_no_address_but_our_own() {
    let test = TestApp::new().await;
    let bob = test.signed_in("bob", Roles::default()).await;
    let team = group(
        &test,
        &bob,
        "Win at https://evil.example/now or evil.example, mail a@evil.example",
    )
    .await;
    invite(&test, &bob, &team, "stranger@example.com", GroupRole::Member).await;
    let mails = test.mails().await;
    let (_, body) = mails
        .iter()
        .find(|(subject, _)| subject == "Invitation to a group")
        .unwrap();
    assert!(!body.contains("evil") && body.contains("Win at …"), "{body}");
    assert_eq!(body.matches("://").count(), 1, "{body}");
}
