//! The caller's groups; all groups, for administrators and auditors.

use store::groups::list::{self, Groups};

use super::{Group, Standing};
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, names};

/// What to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupSearch {
    /// Beginnings of words of the name, regardless of case; all must match.
    pub find: String,
    /// Every group, not only the caller's own. For administrators and auditors.
    pub all: bool,
    /// The page after this cursor.
    pub after: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: u32,
}

/// One page of groups, by name.
pub async fn list(app: &App, caller: &Caller, search: &GroupSearch) -> Result<Page<Group>, ChangeError> {
    if search.all && !(caller.is_administrator() || caller.reads_everything()) {
        return Err(ChangeError::Forbidden);
    }
    let which = match search.all {
        true => Groups::All,
        false => Groups::Of(caller.person.id.clone()),
    };
    let pages = Cursors::of(app, "groups");
    let from = pages.from(search.after.as_deref())?;
    let limit = paging::limit(search.limit);
    let words = names::typed_words(&search.find);
    let mut read = app.store().read().await?;
    let viewer = &caller.person.id;
    let rows = list::groups(&mut read, viewer, &which, &words, &from, limit + 1).await?;
    let administrator = caller.is_administrator();
    Ok(pages.page(
        &from,
        rows,
        limit,
        |listed| (listed.row.name_key.clone(), listed.row.id.clone()),
        |listed| {
            let standing = match administrator {
                true => Some(Standing::Owner),
                false => listed.role.map(Standing::from),
            };
            Group::of(listed, standing)
        },
    ))
}
