//! Registered applications.

use activity::Named;
use app::applications::{self, EditApplication, NewApplication, Presented, RefreshRefused, Registered};
use app::logging_in::{self, LogIn, LogInRefused, LogInStep, SignedIn};
use app::{PageRequest, Visitor};

use crate::support::{GOOD, origin};
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("applications/authenticate", Is::Silent("only when a key was last used")),
    (
        "applications/delete",
        Is::Mutating(&["application.deleted", "user.forced_logout"]),
    ),
    ("applications/device_name", Is::Machinery),
    ("applications/edit@name", Is::Mutating(&["application.renamed"])),
    (
        "applications/edit@single_device",
        Is::Mutating(&["application.single_device_changed"]),
    ),
    (
        "applications/edit@disabled",
        Is::Mutating(&["application.disabled", "user.forced_logout"]),
    ),
    ("applications/edit@enabled", Is::Mutating(&["application.enabled"])),
    ("applications/end_all", Is::Machinery),
    ("applications/list", Is::Reading),
    ("applications/mod", Is::Machinery),
    ("applications/model", Is::Machinery),
    // A refresh itself leaves nothing: it is the same device that goes on.
    ("applications/refresh@reused", Is::Mutating(&["user.forced_logout"])),
    ("applications/register", Is::Mutating(&["application.registered"])),
    ("applications/rotate_key", Is::Mutating(&["application.key_rotated"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    if row == "applications/register" {
        return action(applications::register(app, admin, new("Headset")));
    }
    let registered = applications::register(app, admin, new("Headset")).await.unwrap();
    let id = registered.application.id.clone();
    match row {
        "applications/delete" => {
            sign_in(stage, &registered).await;
            action(async move { applications::delete(app, admin, &id).await })
        }
        "applications/edit@name" => edited(stage, id, |edit| edit.name = Some("Desktop".to_owned())),
        "applications/edit@single_device" => edited(stage, id, |edit| edit.single_device = Some(true)),
        "applications/edit@disabled" => {
            sign_in(stage, &registered).await;
            edited(stage, id, |edit| edit.disabled = Some(true))
        }
        "applications/edit@enabled" => {
            edited(stage, id.clone(), |edit| edit.disabled = Some(true))
                .await
                .unwrap();
            edited(stage, id, |edit| edit.disabled = Some(false))
        }
        "applications/refresh@reused" => {
            let (visitor, signed_in) = sign_in(stage, &registered).await;
            let token = signed_in.refresh_token.unwrap();
            applications::refresh(app, &visitor, &token).await.unwrap();
            action(async move {
                match applications::refresh(app, &visitor, &token).await {
                    Err(RefreshRefused::Ended(_)) => Ok(()),
                    other => Err(other),
                }
            })
        }
        "applications/rotate_key" => action(async move { applications::rotate_key(app, admin, &id).await }),
        other => no_action(other),
    }
}

fn new(name: &str) -> NewApplication {
    NewApplication {
        name: name.to_owned(),
        single_device: false,
    }
}

fn edited<'a>(stage: &'a Stage<'a>, id: String, change: impl FnOnce(&mut EditApplication)) -> Action<'a> {
    let mut edit = EditApplication::default();
    change(&mut edit);
    action(async move { applications::edit(stage.app(), &stage.admin, &id, None, edit).await })
}

/// The member, signed in through the application.
async fn sign_in(stage: &Stage<'_>, registered: &Registered) -> (Visitor, SignedIn) {
    let presented =
        applications::authenticate(stage.app(), registered.key.as_deref().unwrap(), origin("203.0.113.7")).await;
    let Presented::Application(visitor) = presented.unwrap() else {
        panic!()
    };
    let typed = LogIn {
        login: "sam".to_owned(),
        password: GOOD.to_owned(),
        known_device: None,
    };
    let LogInStep::Done(signed_in) = logging_in::log_in(stage.app(), &visitor, typed).await.unwrap() else {
        panic!()
    };
    (visitor, signed_in)
}

/// Logs the member in to an application of one device, which is registered the first time.
pub(crate) async fn on_one_device(stage: &Stage<'_>) -> Result<SignedIn, LogInRefused> {
    let first = PageRequest { after: None, limit: 10 };
    let known = applications::list(stage.app(), &stage.admin, &first)
        .await
        .unwrap()
        .rows;
    let application = match known.into_iter().next() {
        Some(application) => application,
        None => {
            let single = NewApplication {
                single_device: true,
                ..new("Headset")
            };
            let registered = applications::register(stage.app(), &stage.admin, single).await;
            registered.unwrap().application
        }
    };
    let visitor = Visitor {
        origin: origin("203.0.113.7"),
        application: Some(Named {
            id: application.id,
            name: application.name,
        }),
        device_token: None,
    };
    let typed = LogIn {
        login: "sam".to_owned(),
        password: GOOD.to_owned(),
        known_device: None,
    };
    match logging_in::log_in(stage.app(), &visitor, typed).await? {
        LogInStep::Done(signed_in) => Ok(signed_in),
        other => panic!("{other:?}"),
    }
}
