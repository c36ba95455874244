//! Asking somebody to connect.

use activity::{Person, Time};
use store::accounts::account::AccountRow;
use store::connections::block;
use store::connections::connection::{self, ConnectionRow, End, State};

use super::people::{self, name_key, towards};
use super::{Connection, LookUpError, Standing};
use crate::{App, Caller, ChangeError, Quiet, Tx};

/// Asks whoever has exactly this username or e-mail address. If they asked already, the two are connected.
pub async fn request(app: &App, caller: &Caller, login: &str) -> Result<Connection, LookUpError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let own = people::own(&mut tx, caller).await?;
    people::count(app, &mut tx, caller).await?;
    let Some(other) = people::typed(&mut tx, caller, login).await? else {
        // The look-up counts, found or not.
        tx.commit_quietly(Quiet::Counted).await?;
        return Err(LookUpError::Nobody);
    };
    let (blocked_at, _) = block::between(&mut tx, &own.id, &other.id).await?;
    if blocked_at.is_some() {
        let text = format!("You block {}. Unblock them first.", called(&other));
        return Err(ChangeError::Conflict(text).into());
    }
    let between = connection::get(&mut tx, &own.id, &other.id).await?;
    let (code, standing) = match between {
        Some(row) if row.state == State::Requested && row.by_other => ("connection.accepted", Standing::Connected),
        _ => ("connection.requested", Standing::Sent),
    };
    match standing {
        Standing::Connected if !connection::decide(&mut tx, &own.id, &other.id, true, app.now()).await? => {
            return Err(ChangeError::Stale.into());
        }
        Standing::Connected => {}
        _ => ask(app, &mut tx, &own, &other, between).await?,
    }
    let facts = towards(app, caller, code, &other);
    people::done(tx, facts, &other.id).await?;
    Ok(Connection {
        person: people::contact(&other),
        standing,
        since: Some(app.now()),
    })
}

async fn ask(
    app: &App,
    tx: &mut Tx,
    own: &AccountRow,
    other: &AccountRow,
    between: Option<ConnectionRow>,
) -> Result<(), ChangeError> {
    if let Some(again_at) = between.and_then(|row| may_ask_again(app, row)) {
        let text = format!(
            "{} rejected your request. You can ask again from {again_at}.",
            called(other)
        );
        return Err(ChangeError::Conflict(text));
    }
    let (own_key, other_key) = (name_key(own), name_key(other));
    let asking = End {
        id: &own.id,
        name_key: &own_key,
    };
    let asked = End {
        id: &other.id,
        name_key: &other_key,
    };
    if connection::request(tx, asking, asked, app.now()).await? {
        return Ok(());
    }
    let text = match between.map(|row| row.state) {
        Some(State::Accepted) => format!("You are connected with {} already.", called(other)),
        _ => format!("You asked {} already; they have not answered yet.", called(other)),
    };
    Err(ChangeError::Conflict(text))
}

/// When who was rejected may ask again, if that is not yet. Whoever rejected may ask at any time.
fn may_ask_again(app: &App, row: ConnectionRow) -> Option<Time> {
    let rejected_at = row
        .decided_at
        .filter(|_| row.state == State::Rejected && !row.by_other)?;
    let again_at = rejected_at.plus(i64::from(app.settings().connections.ask_again_days) * Time::DAY);
    (again_at > app.now()).then_some(again_at)
}

/// How somebody is called in a sentence.
fn called(account: &AccountRow) -> String {
    let Person { name, username, .. } = account.person();
    if name.is_empty() { username } else { name }
}
