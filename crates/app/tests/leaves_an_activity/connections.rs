//! Connections between people.

use app::connections;

use crate::support::GOOD;
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("connections/accept", Is::Mutating(&["connection.accepted"])),
    ("connections/block", Is::Mutating(&["connection.blocked"])),
    ("connections/cancel", Is::Mutating(&["connection.cancelled"])),
    (
        "connections/find",
        Is::Silent("counts a look-up; whom somebody looked for is in nobody's log"),
    ),
    ("connections/get", Is::Reading),
    ("connections/list", Is::Reading),
    ("connections/mod", Is::Machinery),
    ("connections/model", Is::Machinery),
    ("connections/people", Is::Machinery),
    ("connections/reject", Is::Mutating(&["connection.rejected"])),
    ("connections/remove", Is::Mutating(&["connection.removed"])),
    ("connections/request", Is::Mutating(&["connection.requested"])),
    ("connections/request@crossing", Is::Mutating(&["connection.accepted"])),
    ("connections/unblock", Is::Mutating(&["connection.unblocked"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, member) = (stage.app(), &stage.member);
    stage.test.active("pia", app::Roles::default()).await;
    let pia = stage.test.log_in("pia", GOOD).await.unwrap().caller;
    let id = pia.person.id.clone();
    let asked = async || drop(connections::request(app, member, "pia").await.unwrap());
    let was_asked = async || drop(connections::request(app, &pia, "sam").await.unwrap());
    match row {
        "connections/request" => action(connections::request(app, member, "pia")),
        "connections/request@crossing" => {
            was_asked().await;
            action(connections::request(app, member, "pia"))
        }
        "connections/accept" => {
            was_asked().await;
            action(async move { connections::accept(app, member, &id).await })
        }
        "connections/reject" => {
            was_asked().await;
            action(async move { connections::reject(app, member, &id).await })
        }
        "connections/cancel" => {
            asked().await;
            action(async move { connections::cancel(app, member, &id).await })
        }
        "connections/remove" => {
            was_asked().await;
            connections::accept(app, member, &id).await.unwrap();
            action(async move { connections::remove(app, member, &id).await })
        }
        "connections/block" => {
            was_asked().await;
            action(async move { connections::block(app, member, &id).await })
        }
        "connections/unblock" => {
            connections::block(app, member, &id).await.unwrap();
            action(async move { connections::unblock(app, member, &id).await })
        }
        other => no_action(other),
    }
}
