//! The proof that one activity stands in the log, for whoever may see it: hashes alone, not the activity.

use activity::Seq;
use engine::Proof;

use crate::activity::{ViewError, may_see};
use crate::{App, Caller};

/// The proof of the activity `seq`; `None` if there is none that `caller` may see.
///
/// # Errors
/// As of reading it.
pub async fn prove(app: &App, caller: &Caller, seq: Seq) -> Result<Option<Proof>, ViewError> {
    if !may_see(app, caller, seq).await? {
        return Ok(None);
    }
    Ok(app.log().prove(seq).await?)
}
