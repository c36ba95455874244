//! Holds, and the erasure of people.

use app::holds;

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("holds/lift", Is::Mutating(&["hold.lifted"])),
    ("holds/mod", Is::Machinery),
    ("holds/place", Is::Mutating(&["hold.placed"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    match row {
        "holds/place" => action(holds::place(app, admin, stage.id(), "Case 12")),
        "holds/lift" => {
            let placed = holds::place(app, admin, stage.id(), "Case 12").await.unwrap();
            action(async move { holds::lift(app, admin, &placed.id).await })
        }
        other => no_action(other),
    }
}
