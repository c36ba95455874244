//! One activity by its id.

use activity::{Activity, Seq};

use super::ViewError;
use crate::{App, Caller};

/// The activity with this id, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, seq: Seq) -> Result<Option<Activity>, ViewError> {
    let _ = (app, caller, seq);
    Ok(None)
}
