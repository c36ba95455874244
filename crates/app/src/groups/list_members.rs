//! The members of a group: found by a beginning, narrowed by role, paged by key in order of their names.

use store::PageFrom;
use store::groups::GroupRole;
use store::groups::list::{self, MemberQuery};

use super::{Member, Standing, visible};
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Turns, names};

/// What to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberSearch {
    /// Beginnings of words, regardless of case; all must match. Of name, username or e-mail address for who manages
    /// the group, of the name for its other members.
    pub find: String,
    /// Only members with this role.
    pub role: Option<GroupRole>,
    /// The page after this cursor.
    pub after: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: u32,
}

/// One page of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// Its rows.
    pub rows: Vec<Member>,
    /// How many match on all pages.
    pub total: u64,
    /// The pages beside it.
    pub turns: Turns,
}

/// One page of members, for the group's own members, who manages it, administrators and auditors.
pub async fn list_members(
    app: &App,
    caller: &Caller,
    group_id: &str,
    search: &MemberSearch,
) -> Result<MemberPage, ChangeError> {
    let pages = Cursors::of(app, "members");
    let from: PageFrom<(String, String)> = pages.from(search.after.as_deref())?;
    let limit = paging::limit(search.limit);
    let mut read = app.store().read().await?;
    let (group, standing) = visible(&mut read, caller, group_id).await?;
    // Members see each other's names. Addresses are for who manages the group, and cannot be guessed at by a find.
    let sees_emails = standing.is_none_or(Standing::manages);
    let query = MemberQuery {
        group_id: group.id,
        words: names::typed_words(&search.find),
        names_only: !sees_emails,
        role: search.role,
        from,
    };
    let rows = list::members(&mut read, &query, limit + 1).await?;
    let total = match rows.len() as u64 {
        // All of them are here: no need to count.
        n if query.from == PageFrom::First && n <= u64::from(limit) => n,
        _ => list::count_members(&mut read, &query).await?,
    };
    let page = pages.page(
        &query.from,
        rows,
        limit,
        |listed| (listed.name_key.clone(), listed.account.id.clone()),
        |listed| Member::of(listed, sees_emails),
    );
    Ok(MemberPage {
        rows: page.rows,
        total,
        turns: page.turns,
    })
}
