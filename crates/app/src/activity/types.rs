//! The dated catalogue: every activity type, and since when this installation records it.

use std::collections::BTreeSet;

use activity::Time;
use activity::catalogue::{self, ActivityType};

use super::view::ViewError;
use crate::{App, Caller};

/// One activity type and its date.
#[derive(Clone, Debug)]
pub struct TypeRow {
    /// The code, such as `user.login`.
    pub code: String,
    /// Its entry of the catalogue; `None` for a code that only a reporter defined.
    pub entry: Option<&'static ActivityType>,
    /// Since when this installation records it itself; `None` if it never happened yet.
    pub recorded_since: Option<Time>,
    /// Since when it is reported from outside; `None` if it never was.
    pub reported_since: Option<Time>,
}

/// Every known type, those of the catalogue first and in its order.
pub async fn types(app: &App, caller: &Caller) -> Result<Vec<TypeRow>, ViewError> {
    if !caller.may_read() {
        return Err(ViewError::Forbidden);
    }
    let mut recorded = app.log().recorded_since().await?;
    let mut reported = app.log().reported_since().await?;
    // What other programs report may say something about them: only who may read everything sees that.
    if !caller.reads_everything() {
        reported.clear();
    }
    let mut rows: Vec<TypeRow> = catalogue::all()
        .map(|entry| TypeRow {
            code: entry.code.to_owned(),
            entry: Some(entry),
            recorded_since: recorded.remove(entry.code),
            reported_since: reported.remove(entry.code),
        })
        .collect();
    if caller.reads_everything() {
        let codes: BTreeSet<String> = recorded.keys().chain(reported.keys()).cloned().collect();
        rows.extend(codes.into_iter().map(|code| TypeRow {
            recorded_since: recorded.get(&code).copied(),
            reported_since: reported.get(&code).copied(),
            entry: None,
            code,
        }));
    }
    Ok(rows)
}
