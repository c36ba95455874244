//! Who read the caller's log, or took it away as a file.

use activity::Activity;

use crate::activity::{Scope, ViewError, ViewRequest, view};
use crate::{App, Caller};

/// The query of the whole list, for the caller's own activity log.
pub const READERS_QUERY: &str = "activity:log.viewed,export.generated,export.downloaded -by:self";

/// Most that are shown before the whole list is asked for.
const NEWEST: usize = 50;

/// The newest who read the caller's log.
#[derive(Clone, Debug)]
pub struct Readers {
    /// One activity a look or a file, newest first.
    pub rows: Vec<Activity>,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// The newest looks at the caller's own log by anybody else.
pub async fn readers(app: &App, caller: &Caller) -> Result<Readers, ViewError> {
    let request = ViewRequest {
        q: READERS_QUERY.to_owned(),
        limit: NEWEST,
        explain: false,
        ..ViewRequest::default()
    };
    let found = view(app, caller, &Scope::Me, &request).await?;
    Ok(Readers {
        has_more: found.older.is_some(),
        rows: found.rows,
    })
}
