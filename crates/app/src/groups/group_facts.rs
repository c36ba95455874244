//! What the activities of groups have in common, and telling open pages of a group that it has changed.

use activity::{Facts, Named, Person};

use crate::{App, Caller, Topic, Tx, Via, facts};

/// Facts of something the caller did in a group, in their own log.
pub(super) fn of_group(app: &App, caller: &Caller, code: &str, group: &Named) -> Facts {
    let mut facts = match caller.via {
        // The command is no account: what it does is in nobody's log but the group's.
        Via::CommandLine => facts::of_installation(app, caller, code),
        _ => facts::about(app, caller, code, &caller.person),
    };
    facts.group = Some(group.clone());
    facts
}

/// Facts of something the caller did to a member of a group, in the member's log.
pub(super) fn of_member(app: &App, caller: &Caller, code: &str, member: &Person, group: &Named) -> Facts {
    let mut facts = facts::about(app, caller, code, member);
    facts.group = Some(group.clone());
    facts
}

/// Tells the open pages of a group and of an account once the change is committed.
pub(super) fn tell(tx: &mut Tx, group_id: &str, account_id: Option<&str>) {
    tx.tell([Topic::Group(group_id.to_owned())]);
    tx.tell(account_id.map(|id| Topic::Account(id.to_owned())));
}
