//! The dated catalogue: every activity type, and since when this installation records it.

use activity::Time;
use activity::catalogue::ActivityType;

use super::ViewError;
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
    let _ = (app, caller);
    Ok(Vec::new())
}
