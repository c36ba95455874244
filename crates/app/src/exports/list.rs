//! The exports a caller may see: every one for administrators and auditors, their own for anybody else.

use super::{Export, ExportError};
use crate::{App, Caller};

/// The latest exports, newest first; `after` is the id of the last one seen.
pub async fn list(
    app: &App,
    caller: &Caller,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Export>, ExportError> {
    let _ = (app, caller, after, limit);
    Ok(Vec::new())
}

/// One export, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Option<Export>, ExportError> {
    let _ = (app, caller, id);
    Ok(None)
}
