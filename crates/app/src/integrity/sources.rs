//! Sources that number their events: what of each came, and what is missing.

use engine::{NamedNumbering, NumberingId, SourceOf};
use serde::{Deserialize, Serialize};

use crate::paging::{Cursors, limit};
use crate::{App, Caller, ChangeError, Page, PageRequest, Unavailable};

/// The row a page of sources ends with: the sort of whose it is, their id, the source and its numbering.
#[derive(Serialize, Deserialize)]
struct Last(String, String, String, String);

impl Last {
    fn of(id: &NumberingId) -> Self {
        let (sort, of) = id.of.parts();
        Self(sort.to_owned(), of.to_owned(), id.source.clone(), id.epoch.clone())
    }

    fn id(&self) -> Result<NumberingId, Unavailable> {
        Ok(NumberingId {
            of: SourceOf::of(&self.0, self.1.clone()).map_err(Unavailable::new)?,
            source: self.2.clone(),
            epoch: self.3.clone(),
        })
    }
}

/// One page of all numberings of all sources, in the order of whose they are and their names.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything, [`ChangeError::Invalid`] for another list's cursor.
pub async fn sources(app: &App, caller: &Caller, request: &PageRequest) -> Result<Page<NamedNumbering>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let pages = Cursors::of(app, "sources");
    let from = pages.from::<Last>(request.after.as_deref())?;
    let after = from.key().map(Last::id).transpose()?;
    let most = limit(request.limit);
    let rows = app.log().numberings(after.as_ref(), most + 1).await?;
    Ok(pages.onwards(rows, most, |row| Last::of(&row.id)))
}
