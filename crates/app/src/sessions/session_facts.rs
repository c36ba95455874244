//! What every activity about a session says: the session, its group, who did it.

use activity::{Facts, Named, Person, Reason, Target};
use store::sessions::SessionRow;

use crate::{App, Caller, Topic, Tx, facts};

/// Facts of something the caller did with a session, in their own log.
pub(super) fn by(app: &App, caller: &Caller, code: &str, row: &SessionRow) -> Facts {
    about(facts::about(app, caller, code, &caller.person), row)
}

/// Somebody left, because of this; by whoever caused it, or by the system.
pub(super) fn left(app: &App, caller: Option<&Caller>, person: &Person, row: &SessionRow, reason: Reason) -> Facts {
    let facts = match caller {
        Some(caller) => facts::about(app, caller, "session.left", person),
        None => facts::by_system(app, "session.left", person),
    };
    about(facts, row).because(reason)
}

/// The facts with their session and its group.
pub(super) fn about(mut facts: Facts, row: &SessionRow) -> Facts {
    facts.group = Some(row.group.clone());
    facts.targets = vec![Target {
        kind: "session".to_owned(),
        id: row.id.clone(),
        name: row.name.clone(),
        ..Target::default()
    }];
    facts
}

/// The facts without the names that a stranger must not learn by trying to join.
pub(super) fn nameless(mut facts: Facts) -> Facts {
    if let Some(target) = facts.targets.first_mut() {
        target.name.clear();
    }
    facts.group = facts.group.map(|group| Named {
        id: group.id,
        name: String::new(),
    });
    facts
}

/// Tells the open pages that show this session or the sessions of its group, once it is committed.
pub(super) fn tell(tx: &mut Tx, row: &SessionRow) {
    tx.tell([
        Topic::Session(row.id.clone()),
        Topic::Group(row.group.id.clone()),
        Topic::Sessions,
    ]);
}
