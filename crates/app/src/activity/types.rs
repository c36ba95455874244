//! The dated catalogue: every activity type, and since when this installation records it.

use activity::Time;
use activity::catalogue::{self, ActivityType};

use super::view::{ViewError, unavailable};
use crate::{App, Caller};

/// One activity type and its date.
#[derive(Clone, Debug)]
pub struct TypeRow {
    /// The code, such as `user.login`.
    pub code: String,
    /// Its entry of the catalogue; `None` for a code that only a reporter defined.
    pub entry: Option<&'static ActivityType>,
    /// Since when it is recorded here; `None` if it never happened yet.
    pub recorded_since: Option<Time>,
}

/// Every known type, those of the catalogue first and in its order.
pub async fn types(app: &App, caller: &Caller) -> Result<Vec<TypeRow>, ViewError> {
    if !caller.may_read() {
        return Err(ViewError::Forbidden);
    }
    let mut recorded = app.log().recorded_since().await.map_err(unavailable)?;
    let mut rows: Vec<TypeRow> = catalogue::all()
        .map(|entry| TypeRow {
            code: entry.code.to_owned(),
            entry: Some(entry),
            recorded_since: recorded.remove(entry.code),
        })
        .collect();
    // Codes of other programs may say something about them: only who may read everything sees those.
    if caller.reads_everything() {
        rows.extend(recorded.into_iter().map(|(code, since)| TypeRow {
            code,
            entry: None,
            recorded_since: Some(since),
        }));
    }
    Ok(rows)
}
