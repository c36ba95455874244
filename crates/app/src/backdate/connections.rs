//! The past of connections: who asked whom, and what became of it.

use std::collections::HashMap;

use activity::Time;
use store::accounts::account;
use store::connections::connection::{self, End, Past};

use super::at_the_machine;
use crate::{App, Caller, ChangeError, Quiet, names};

/// A request that waits, or what it led to.
#[derive(Clone, Debug)]
pub struct PastConnection {
    /// Who asked.
    pub asking: String,
    /// Who was asked.
    pub other: String,
    /// When they asked.
    pub requested_at: Time,
    /// When the other accepted; `None` if the request waits.
    pub accepted_at: Option<Time>,
}

/// Writes the connections. A pair that has one already keeps it.
pub async fn connections(app: &App, caller: &Caller, connections: &[PastConnection]) -> Result<(), ChangeError> {
    at_the_machine(caller)?;
    let mut tx = app.begin().await?;
    let mut names = HashMap::new();
    for id in connections.iter().flat_map(|past| [&past.asking, &past.other]) {
        if !names.contains_key(id.as_str()) {
            let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
            names.insert(id.as_str(), names::keys(&account).name);
        }
    }
    let end = |id| names.get_key_value(id).map(|(id, name_key)| End { id, name_key });
    let rows = connections.iter().map(|past| {
        Some(Past {
            asking: end(past.asking.as_str())?,
            other: end(past.other.as_str())?,
            requested_at: past.requested_at,
            accepted_at: past.accepted_at,
        })
    });
    let rows: Vec<Past<'_>> = rows.collect::<Option<_>>().ok_or(ChangeError::NotFound)?;
    connection::insert_all(&mut tx, &rows).await?;
    tx.commit_quietly(Quiet::Past).await?;
    Ok(())
}
