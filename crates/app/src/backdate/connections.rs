//! The past of connections: who asked whom, and what became of it.

use activity::Time;
use store::accounts::account;
use store::connections::connection::{self, End};

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
    for past in connections {
        let asking = account::get(&mut tx, &past.asking)
            .await?
            .ok_or(ChangeError::NotFound)?;
        let other = account::get(&mut tx, &past.other).await?.ok_or(ChangeError::NotFound)?;
        let (asking_key, other_key) = (names::keys(&asking).name, names::keys(&other).name);
        let asking = End {
            id: &asking.id,
            name_key: &asking_key,
        };
        let other = End {
            id: &other.id,
            name_key: &other_key,
        };
        let asked = connection::request(&mut tx, asking, other, past.requested_at).await?;
        if let (true, Some(at)) = (asked, past.accepted_at) {
            connection::decide(&mut tx, &past.other, &past.asking, true, at).await?;
        }
    }
    tx.commit_quietly(Quiet::Past).await?;
    Ok(())
}
