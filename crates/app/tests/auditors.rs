//! An auditor reads every log and changes nothing but their own account, whatever they were before.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::accounts;
use app::connections::LookUpError;
use app::groups::{self, EditGroup, GroupRole, InvitationKey, Invite, InviteOutcome, NewGroup};
use app::sessions::{self, EditSession, NewSession};
use app::{Caller, ChangeError, Roles};
use support::TestApp;

const NOBODY: Roles = Roles {
    administrator: false,
    auditor: false,
};

fn forbidden<T: std::fmt::Debug>(what: &str, result: Result<T, ChangeError>) {
    assert!(matches!(result, Err(ChangeError::Forbidden)), "{what}: {result:?}");
}

fn named(name: &str) -> NewGroup {
    NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    }
}

fn session_in(group: &str) -> NewSession {
    NewSession {
        group_id: group.to_owned(),
        name: "Talk".to_owned(),
        ..NewSession::default()
    }
}

#[tokio::test]
async fn an_auditor_who_owned_groups_and_sessions_changes_none_of_them() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let mia = test.signed_in("mia", NOBODY).await;
    let before = test.signed_in("otto", NOBODY).await;
    let team = groups::create(app, &before, named("Team")).await.unwrap();
    let id = team.id.as_str();
    groups::add_member(app, &admin, id, &mia.person.id, GroupRole::Member)
        .await
        .unwrap();
    let planned = sessions::create(app, &before, session_in(id)).await.unwrap();
    let invite = || Invite {
        addresses: "x@example.com".to_owned(),
        role: GroupRole::Member,
    };
    let lines = groups::invite(app, &before, id, invite()).await.unwrap();
    let InviteOutcome::Invited { id: sent, .. } = &lines[0].outcome else {
        panic!("{lines:?}")
    };
    let other = groups::create(app, &mia, named("Other")).await.unwrap();
    let to_otto = Invite {
        addresses: "otto@example.com".to_owned(),
        role: GroupRole::Member,
    };
    let lines = groups::invite(app, &mia, &other.id, to_otto).await.unwrap();
    let InviteOutcome::Invited { id: got, .. } = &lines[0].outcome else {
        panic!("{lines:?}")
    };
    app::connections::request(app, &mia, "otto").await.unwrap();

    let roles = Roles {
        auditor: true,
        ..NOBODY
    };
    accounts::set_roles(app, &admin, &before.person.id, roles)
        .await
        .unwrap();
    let otto = Caller { roles, ..before };
    let size = test.activities().await.len();
    let mias = (id, mia.person.id.as_str());
    forbidden("create", groups::create(app, &otto, named("Mine")).await);
    forbidden(
        "create_subgroup",
        groups::create_subgroup(app, &otto, id, named("Below")).await,
    );
    forbidden("edit", groups::edit(app, &otto, id, EditGroup::default(), None).await);
    forbidden("delete", groups::delete(app, &otto, id).await);
    forbidden("invite", groups::invite(app, &otto, id, invite()).await);
    forbidden("resend", groups::resend_invitation(app, &otto, sent).await);
    forbidden("delete_invitation", groups::delete_invitation(app, &otto, sent).await);
    forbidden(
        "accept",
        groups::accept(app, &otto, &InvitationKey::Id(got.clone())).await,
    );
    forbidden(
        "change_role",
        groups::change_role(app, &otto, mias.0, mias.1, GroupRole::Owner, None).await,
    );
    forbidden("remove_member", groups::remove_member(app, &otto, mias.0, mias.1).await);
    forbidden(
        "add_member",
        groups::add_member(app, &otto, id, &admin.person.id, GroupRole::Member).await,
    );
    forbidden("session", sessions::create(app, &otto, session_in(id)).await);
    forbidden(
        "edit session",
        sessions::edit(app, &otto, &planned.id, EditSession::default()).await,
    );
    forbidden("start", sessions::start(app, &otto, &planned.id).await);
    forbidden("join", sessions::join(app, &otto, &planned.id, None).await);
    forbidden("end", sessions::end(app, &otto, &planned.id).await);
    let asked = app::connections::request(app, &otto, "ada").await;
    assert!(
        matches!(asked, Err(LookUpError::Change(ChangeError::Forbidden))),
        "{asked:?}"
    );
    forbidden("connect", app::connections::accept(app, &otto, &mia.person.id).await);
    assert_eq!(test.activities().await.len(), size, "nothing happened");

    let profile = accounts::Profile {
        given_name: "Otto".to_owned(),
        family_name: "Weber".to_owned(),
        time_zone: "UTC".to_owned(),
    };
    accounts::edit_profile(app, &otto, profile)
        .await
        .expect("their own account is theirs");
    app::connections::reject(app, &otto, &mia.person.id)
        .await
        .expect("nobody is kept in a connection");
    groups::decline(app, &otto, &InvitationKey::Id(got.clone()))
        .await
        .unwrap();
}
