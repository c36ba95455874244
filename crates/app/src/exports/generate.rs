//! Generate CSV: asks for a new file of one user's log and says how far it is.

use super::{Export, ExportError, ZoneChoice};
use crate::{App, Caller};

/// The files of one user's log.
#[derive(Clone, Debug, Default)]
pub struct UserCsv {
    /// The latest complete file, for Download CSV.
    pub ready: Option<Export>,
    /// The one being made.
    pub running: Option<Export>,
    /// The latest attempt, if it was given up after the complete file was made.
    pub failed: Option<Export>,
}

/// Starts a new file of this user's log, or returns the one that is being made.
pub async fn generate_user_csv(
    app: &App,
    caller: &Caller,
    user_id: &str,
    zone: &ZoneChoice,
) -> Result<Export, ExportError> {
    let _ = (app, caller, user_id, zone);
    Err(ExportError::Forbidden)
}

/// The files of this user's log.
pub async fn user_csv(app: &App, caller: &Caller, user_id: &str) -> Result<UserCsv, ExportError> {
    let _ = (app, caller, user_id);
    Ok(UserCsv::default())
}
