//! Ending the devices of an application, whosever they are: some with the change that causes it, the rest in
//! transactions of their own. Until then nobody gets in with them: a disabled application is refused at every request.

use activity::{Facts, Person};
use store::accounts::account;
use store::accounts::device::{self, DeviceRow};
use store::applications::ApplicationRow;

use super::model::named;
use crate::devices::{EndReason, end, forced_from};
use crate::{App, Tx, Unavailable};

/// Devices of one transaction.
const AT_ONCE: u32 = 500;

/// Ends some devices; returns the activities of it, and whether there may be more.
pub(super) async fn end_some(
    app: &App,
    tx: &mut Tx,
    application: &ApplicationRow,
    reason: EndReason,
) -> Result<(Vec<Facts>, bool), Unavailable> {
    let devices = device::some_of_application(tx, &application.id, AT_ONCE).await?;
    end(app, tx, &devices, reason).await?;
    let mut activities = Vec::new();
    // They are ordered by account: one activity each.
    for of_one in devices.chunk_by(|a, b| a.account_id == b.account_id) {
        let person = person(tx, of_one).await?;
        activities.extend(forced_from(app, &person, of_one, reason, named(application)));
    }
    Ok((activities, devices.len() == AT_ONCE as usize))
}

/// Ends the rest.
pub(super) async fn end_rest(app: &App, application: &ApplicationRow, reason: EndReason) -> Result<(), Unavailable> {
    loop {
        let mut tx = app.begin().await?;
        let (activities, more) = end_some(app, &mut tx, application, reason).await?;
        tx.commit_if_any(activities).await?;
        if !more {
            return Ok(());
        }
    }
}

async fn person(tx: &mut Tx, devices: &[DeviceRow]) -> Result<Person, Unavailable> {
    let id = devices.first().map_or("", |device| device.account_id.as_str());
    let account = account::get(tx, id).await?;
    Ok(account.map(|account| account.person()).unwrap_or_default())
}
