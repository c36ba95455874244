//! The subgroups of a group.

use store::groups::list::{self, Groups};

use super::{Group, Standing, visible};
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, PageRequest};

/// One page of subgroups, by name: all of them for who manages the group, only their own for its other members.
pub async fn list_subgroups(
    app: &App,
    caller: &Caller,
    group_id: &str,
    page: &PageRequest,
) -> Result<Page<Group>, ChangeError> {
    let pages = Cursors::of(app, "subgroups");
    let from = pages.from(page.after.as_deref())?;
    let limit = paging::limit(page.limit);
    let mut read = app.store().read().await?;
    let (group, above) = visible(&mut read, caller, group_id).await?;
    let sees_all = above.is_none_or(Standing::manages);
    let which = Groups::Below {
        parent: group.id,
        member: (!sees_all).then(|| caller.person.id.clone()),
    };
    let viewer = &caller.person.id;
    let rows = list::groups(&mut read, viewer, &which, &[], &from, limit + 1).await?;
    let above = above.filter(|above| above.manages());
    Ok(pages.page(
        &from,
        rows,
        limit,
        |listed| (listed.row.name_key.clone(), listed.row.id.clone()),
        |listed| {
            let own = listed.role.map(Standing::from);
            Group::of(listed, own.into_iter().chain(above).min())
        },
    ))
}
