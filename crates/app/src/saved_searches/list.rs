//! The saved searches that somebody sees: their own, and those that a group of theirs shares of logs they can open.

use store::groups;
use store::saved_searches::{self, Seen};

use super::check::{opens, seen};
use super::{LogKind, SavedSearch};
use crate::groups::Standing;
use crate::{App, Caller, ChangeError, limits};

/// Rows looked at: the caller's own come first, and are all among them.
const MOST: u32 = 1_000;
const _: () = assert!(limits::SAVED_SEARCHES < MOST as usize);

/// Those the caller sees, their own first, each by name.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<SavedSearch>, ChangeError> {
    let mut read = app.store().read().await?;
    let mut all = Vec::new();
    for found in saved_searches::seen_by(&mut read, &caller.person.id, MOST).await? {
        if found.row.account_id == caller.person.id || is_for(&mut read, caller, &found).await? {
            all.push(SavedSearch::of(caller, found));
        }
    }
    Ok(all)
}

/// The one with this id, if the caller sees it.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Option<SavedSearch>, ChangeError> {
    Ok(list(app, caller).await?.into_iter().find(|search| search.id == id))
}

/// The one that the caller's logs of this kind begin with.
pub async fn default(app: &App, caller: &Caller, kind: LogKind) -> Result<Option<SavedSearch>, ChangeError> {
    let mut read = app.store().glance().await?;
    let row = saved_searches::default(&mut read, &caller.person.id, kind).await?;
    Ok(row.map(|row| SavedSearch::of(caller, seen(row, &caller.person, None))))
}

/// Whether what somebody else shares is for the caller: they can open such a log. A group's log is its managers'.
async fn is_for(read: &mut store::Read, caller: &Caller, found: &Seen) -> Result<bool, ChangeError> {
    if !opens(caller, found.row.kind) {
        return Ok(false);
    }
    let (LogKind::Group, false) = (found.row.kind, caller.reads_everything()) else {
        return Ok(true);
    };
    let Some(group) = found.row.content.shared_with.as_deref() else {
        return Ok(false);
    };
    let role = groups::role_of(read, group, &caller.person.id).await?;
    Ok(role.map(Standing::from).is_some_and(Standing::manages))
}
