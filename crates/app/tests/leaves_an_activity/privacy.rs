//! What a person sees and takes of what is kept about them.

use app::privacy;

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("privacy/export_my_data", Is::Mutating(&["account.data_exported"])),
    ("privacy/mod", Is::Machinery),
    ("privacy/readers", Is::Reading),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, member) = (stage.app(), &stage.member);
    match row {
        "privacy/export_my_data" => action(privacy::export_my_data(app, member)),
        other => no_action(other),
    }
}
