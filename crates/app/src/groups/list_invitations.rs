//! The invitations to a group that wait or have expired lately.

use activity::Time;
use store::PageFrom;
use store::groups::invitation;

use super::{Invitation, Standing, visible};
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, PageRequest};

/// For so long after it expired, an invitation is shown: who sent it sees that nobody answered, and may send another.
pub(super) const EXPIRED_KEPT: i64 = 30 * Time::DAY;

/// One page of invitations, newest first, for who manages the group and auditors.
pub async fn list_invitations(
    app: &App,
    caller: &Caller,
    group_id: &str,
    page: &PageRequest,
) -> Result<Page<Invitation>, ChangeError> {
    let pages = Cursors::of(app, "invitations");
    let from: PageFrom<(i64, String)> = pages.from(page.after.as_deref())?;
    let limit = paging::limit(page.limit);
    let mut read = app.store().read().await?;
    let (group, standing) = visible(&mut read, caller, group_id).await?;
    if !standing.is_none_or(Standing::manages) {
        return Err(ChangeError::Forbidden);
    }
    let place = from.map(|(at, id)| (*at, id.as_str()));
    let now = app.now();
    let rows = invitation::of_group(&mut read, &group.id, now.plus(-EXPIRED_KEPT), &place, limit + 1).await?;
    Ok(pages.page(
        &from,
        rows,
        limit,
        |row| (row.created_at.0, row.id.clone()),
        |row| Invitation::of(row, now),
    ))
}
