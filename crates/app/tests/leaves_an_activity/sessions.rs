//! Sessions of groups.

use app::groups::{self, GroupRole, NewGroup};
use app::sessions::{self, EditSession, NewSession};
use app::{Caller, ChangeError};

use crate::support::MINUTE;
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("sessions/access", Is::Machinery),
    ("sessions/heartbeats", Is::Machinery),
    ("sessions/create", Is::Mutating(&["session.created"])),
    (
        "sessions/create@now",
        Is::Mutating(&["session.created", "session.started", "session.joined"]),
    ),
    ("sessions/session_facts", Is::Machinery),
    ("sessions/edit", Is::Mutating(&["session.edited", "session.locked"])),
    ("sessions/edit@unlock", Is::Mutating(&["session.unlocked"])),
    ("sessions/end", Is::Mutating(&["session.left", "session.ended"])),
    ("sessions/get", Is::Reading),
    ("sessions/join", Is::Mutating(&["session.joined"])),
    ("sessions/join@refused", Is::Mutating(&["session.join_refused"])),
    ("sessions/join@wrong_password", Is::Mutating(&["session.join_refused"])),
    ("sessions/leave", Is::Mutating(&["session.left"])),
    ("sessions/list", Is::Reading),
    ("sessions/list_present", Is::Reading),
    ("sessions/mod", Is::Machinery),
    ("sessions/model", Is::Machinery),
    ("sessions/password", Is::Machinery),
    (
        "sessions/heartbeat",
        Is::Silent("only when somebody in a session was last heard of"),
    ),
    ("sessions/start", Is::Mutating(&["session.started", "session.joined"])),
    ("sessions/sweep", Is::Mutating(&["session.left"])),
    ("sessions/sweep@group", Is::Mutating(&["session.left", "session.ended"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin, member) = (stage.app(), &stage.admin, &stage.member);
    let group = group(stage).await;
    let planned = || NewSession {
        group_id: group.clone(),
        name: "Weekly review".to_owned(),
        password: None,
        start: false,
    };
    let running = || NewSession {
        start: true,
        ..planned()
    };
    match row {
        "sessions/create" => action(sessions::create(app, member, planned())),
        "sessions/create@now" => action(sessions::create(app, member, running())),
        "sessions/start" => {
            let id = created(stage, member, planned()).await;
            action(async move { sessions::start(app, member, &id).await })
        }
        "sessions/edit" | "sessions/edit@unlock" => {
            let id = created(stage, admin, running()).await;
            let edit = |locked| EditSession {
                name: Some("Monthly review".to_owned()),
                locked: Some(locked),
                ..EditSession::default()
            };
            if row == "sessions/edit" {
                return action(async move { sessions::edit(app, admin, &id, edit(true)).await });
            }
            sessions::edit(app, admin, &id, edit(true)).await.unwrap();
            action(async move { sessions::edit(app, admin, &id, edit(false)).await })
        }
        "sessions/join" => {
            let id = created(stage, admin, running()).await;
            action(async move { sessions::join(app, member, &id, None).await })
        }
        "sessions/join@refused" => {
            let id = created(stage, admin, running()).await;
            let locked = EditSession {
                locked: Some(true),
                ..EditSession::default()
            };
            sessions::edit(app, admin, &id, locked).await.unwrap();
            action(async move {
                match sessions::join(app, member, &id, None).await {
                    Err(ChangeError::Conflict(_)) => Ok(()),
                    other => Err(other),
                }
            })
        }
        "sessions/join@wrong_password" => {
            let secret = NewSession {
                password: Some("tea time".to_owned()),
                ..running()
            };
            let id = created(stage, admin, secret).await;
            action(async move {
                match sessions::join(app, member, &id, Some("coffee time")).await {
                    Err(ChangeError::Invalid(_)) => Ok(()),
                    other => Err(other),
                }
            })
        }
        "sessions/leave" => {
            let id = created(stage, member, running()).await;
            action(async move { sessions::leave(app, member, &id).await })
        }
        "sessions/end" => {
            let id = created(stage, member, running()).await;
            action(async move { sessions::end(app, admin, &id).await })
        }
        "sessions/sweep" => {
            created(stage, member, running()).await;
            stage.test.clock.advance(2 * MINUTE);
            action(sessions::sweep(app))
        }
        "sessions/sweep@group" => {
            created(stage, member, running()).await;
            groups::delete(app, admin, &group).await.unwrap();
            action(sessions::sweep(app))
        }
        other => no_action(other),
    }
}

/// A group of the administrator's, with the member in it.
async fn group(stage: &Stage<'_>) -> String {
    let new = NewGroup {
        name: "Field team".to_owned(),
        ..NewGroup::default()
    };
    let group = groups::create(stage.app(), &stage.admin, new).await.unwrap();
    groups::add_member(stage.app(), &stage.admin, &group.id, stage.id(), GroupRole::Member)
        .await
        .unwrap();
    group.id
}

async fn created(stage: &Stage<'_>, by: &Caller, new: NewSession) -> String {
    sessions::create(stage.app(), by, new).await.unwrap().id
}
