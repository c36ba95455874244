//! Removes kept files whose time is over. What is known of them stays, and the log says that they went.

use store::exports::{ExportRow, Gone};

use super::ExportError;
use super::beside::remove;
use super::rows::{described, subject_of};
use crate::{App, facts};

/// Files that are removed in one go.
const AT_ONCE: i64 = 50;

/// Removes what is due now.
pub(super) async fn expire(app: &App) -> Result<(), ExportError> {
    let mut read = app.store().glance().await?;
    let due = store::exports::expired(&mut read, app.now().0, AT_ONCE).await?;
    for id in due {
        if let Some(row) = store::exports::by_id(&mut read, &id).await? {
            let_go(app, &row).await?;
        }
    }
    Ok(())
}

async fn let_go(app: &App, row: &ExportRow) -> Result<(), ExportError> {
    let facts = described(facts::by_system(app, "export.expired", &subject_of(row)?), row);
    let mut tx = app.begin().await?;
    if store::exports::let_go(&mut tx, &row.id, Gone::Expired, app.now().0).await? {
        tx.commit(facts).await?;
    }
    if let Some(name) = &row.file {
        remove(app, name).await;
    }
    Ok(())
}
