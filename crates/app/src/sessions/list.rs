//! Lists of sessions: of one group, of all groups of the caller, of every group. Those that came last into their state
//! first; paged by key.

use activity::Time;
use store::PageFrom;
use store::sessions::SessionState;
use store::sessions::list::{self, SessionQuery};

use super::Session;
use crate::groups::visible;
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, Topic};

/// What to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSearch {
    /// Of this group alone.
    pub group_id: Option<String>,
    /// In this state.
    pub state: SessionState,
    /// The page after this cursor.
    pub after: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: u32,
}

/// One page of sessions. Without a group: of the caller's groups, or of all for administrators and auditors.
pub async fn list(app: &App, caller: &Caller, search: &SessionSearch) -> Result<Page<Session>, ChangeError> {
    let pages = Cursors::of(app, "sessions");
    let from: PageFrom<(i64, String)> = pages.from(search.after.as_deref())?;
    let limit = paging::limit(search.limit);
    let read = &mut app.store().read().await?;
    let query = SessionQuery {
        group_id: search.group_id.as_deref(),
        state: search.state,
        from: from.map(|(at, id)| (Time(*at), id.as_str())),
        limit: limit + 1,
    };
    let rows = match &search.group_id {
        Some(group_id) => {
            visible(read, caller, group_id).await?;
            list::page(read, &query).await?
        }
        None if sees_all(caller) => list::page(read, &query).await?,
        None => list::page_of(read, &caller.person.id, &query).await?,
    };
    Ok(pages.page(
        &from,
        rows,
        limit,
        |listed| (listed.row.state_at.0, listed.row.id.clone()),
        Session::from,
    ))
}

/// What an open page of this list watches.
pub async fn topics(app: &App, caller: &Caller, group_id: Option<&str>) -> Result<Vec<Topic>, ChangeError> {
    if let Some(group_id) = group_id {
        let mut read = app.store().read().await?;
        visible(&mut read, caller, group_id).await?;
        return Ok(vec![Topic::Group(group_id.to_owned())]);
    }
    if sees_all(caller) {
        return Ok(vec![Topic::Sessions]);
    }
    let mut read = app.store().read().await?;
    let groups = list::groups_of(&mut read, &caller.person.id).await?;
    let own = Topic::Account(caller.person.id.clone());
    Ok(groups.into_iter().map(Topic::Group).chain([own]).collect())
}

fn sees_all(caller: &Caller) -> bool {
    caller.is_administrator() || caller.reads_everything()
}
