//! Holds, and the erasure of people.

use app::erasure::{self, Whom};
use app::holds;

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("erasure/again", Is::Mutating(&["erasure.performed"])),
    ("erasure/decline", Is::Mutating(&["erasure.declined"])),
    ("erasure/erase", Is::Mutating(&["erasure.performed"])),
    ("erasure/erase@asked", Is::Mutating(&["erasure.performed"])),
    ("erasure/finish", Is::Mutating(&["erasure.finished"])),
    ("erasure/list", Is::Reading),
    ("erasure/mod", Is::Machinery),
    ("erasure/model", Is::Machinery),
    ("erasure/receipt", Is::Reading),
    ("erasure/request", Is::Mutating(&["erasure.requested"])),
    ("erasure/withdraw", Is::Mutating(&["erasure.withdrawn"])),
    ("holds/lift", Is::Mutating(&["hold.lifted"])),
    ("holds/mod", Is::Machinery),
    ("holds/place", Is::Mutating(&["hold.placed"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    let member = &stage.member;
    let asked = async || {
        erasure::request(app, member, "").await.unwrap();
        erasure::list(app, admin).await.unwrap().requests[0].id.clone()
    };
    match row {
        "erasure/again" => {
            let (store, log, now) = (&stage.test.store, &stage.test.log, app.now());
            action(erasure::erase_again(store, log, stage.id(), now))
        }
        "erasure/request" => action(erasure::request(app, member, "Please")),
        "erasure/withdraw" => {
            asked().await;
            action(erasure::withdraw(app, member))
        }
        "erasure/decline" => {
            let id = asked().await;
            action(async move { erasure::decline(app, admin, &id, "Not yet").await })
        }
        "erasure/erase" => action(erasure::erase(app, admin, Whom::Person(stage.id()), "Left")),
        "erasure/erase@asked" => {
            let id = asked().await;
            action(async move { erasure::erase(app, admin, Whom::Request(&id), "Asked for it").await })
        }
        "erasure/finish" => {
            erasure::erase(app, admin, Whom::Person(stage.id()), "Left")
                .await
                .unwrap();
            stage.test.sign().await;
            stage.test.erased().await;
            action(erasure::finish(app))
        }
        "holds/place" => action(holds::place(app, admin, stage.id(), "Case 12")),
        "holds/lift" => {
            let placed = holds::place(app, admin, stage.id(), "Case 12").await.unwrap();
            action(async move { holds::lift(app, admin, &placed.id).await })
        }
        other => no_action(other),
    }
}
