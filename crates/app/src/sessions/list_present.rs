//! Who is in a session, in the order they came; paged by key.

use store::PageFrom;
use store::sessions::presence;

use super::Presence;
use super::access::Access;
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, PageRequest};

/// One page of those who are in a session, for whoever may know of it.
pub async fn list_present(
    app: &App,
    caller: &Caller,
    id: &str,
    request: &PageRequest,
) -> Result<Page<Presence>, ChangeError> {
    let pages = Cursors::of(app, "present");
    let from: PageFrom<(i64, String)> = pages.from(request.after.as_deref())?;
    let limit = paging::limit(request.limit);
    let mut read = app.store().read().await?;
    let access = Access::to(&mut read, caller, id).await?;
    let access = access.filter(|access| access.sees).ok_or(ChangeError::NotFound)?;
    let place = from.map(|(at, id)| (*at, id.as_str()));
    let rows = presence::page(&mut read, id, &place, limit + 1).await?;
    // What was heard since the last write is still in memory.
    let heard = app.heartbeats().heard_in(id);
    Ok(pages.page(
        &from,
        rows,
        limit,
        |row| (row.joined_at.0, row.person.id.clone()),
        |row| {
            let last_seen_at = heard.get(&row.person.id).copied().unwrap_or(row.last_seen_at);
            let is_host = row.person.id == access.row.host_id;
            let mut person = row.person;
            if !access.manages {
                person.email.clear();
            }
            Presence {
                person,
                is_host,
                joined_at: row.joined_at,
                last_seen_at: last_seen_at.max(row.last_seen_at),
            }
        },
    ))
}
