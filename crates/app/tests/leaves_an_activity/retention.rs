//! How long activities are kept.

use activity::Time;
use app::retention::{self, Keep, Rules, Wanted};

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("retention/apply", Is::Mutating(&["retention.applied"])),
    ("retention/apply@due", Is::Mutating(&["retention.applied"])),
    ("retention/change", Is::Mutating(&["retention.changed"])),
    ("retention/mod", Is::Machinery),
    // It says what went, which is in no scope.
    ("retention/note", Is::Reading),
    // Counts of what a reader may read anyway.
    ("retention/rehearse", Is::Reading),
    ("retention/rules", Is::Machinery),
    ("retention/state", Is::Reading),
    ("retention/worker", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    match row {
        "retention/change" => action(async move { retention::change(app, admin, &for_a_day()).await }),
        "retention/apply" | "retention/apply@due" => {
            retention::change(app, admin, &for_a_day()).await.unwrap();
            stage.test.clock.advance(3 * Time::DAY);
            match row {
                "retention/apply" => action(retention::apply(app, admin)),
                _ => action(retention::apply_due(app)),
            }
        }
        other => no_action(other),
    }
}

fn for_a_day() -> Wanted {
    Wanted {
        rules: Rules {
            others: Keep::Days(1),
            ..Rules::default()
        },
        reason: "Policy 7".to_owned(),
    }
}
