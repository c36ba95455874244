//! What the page of a half-finished log-in shows. Uses nothing up.

use activity::Person;
use store::factors::challenge::Purpose;

use super::{Challenge, challenge};
use crate::{App, Unavailable, Visitor, factors};

/// A half-finished log-in, as its page shows it.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Whose log-in it is.
    pub person: Person,
    /// What would do.
    pub challenge: Challenge,
}

/// The half-finished log-in with this token, if it waits for a second factor.
pub async fn peek_challenge(app: &App, visitor: &Visitor, token: &str) -> Result<Option<Waiting>, Unavailable> {
    peek(app, visitor, token, Purpose::SecondFactor).await
}

/// The same, if it waits for a second factor to be set up.
pub async fn peek_set_up(app: &App, visitor: &Visitor, token: &str) -> Result<Option<Waiting>, Unavailable> {
    peek(app, visitor, token, Purpose::SetUp).await
}

async fn peek(app: &App, visitor: &Visitor, token: &str, purpose: Purpose) -> Result<Option<Waiting>, Unavailable> {
    let mut read = app.store().read().await?;
    let Some(found) = challenge::find(app, visitor, &mut read, token, purpose).await? else {
        return Ok(None);
    };
    let methods = match purpose {
        Purpose::SecondFactor => factors::methods(&mut read, &found.account.id).await?,
        Purpose::SetUp => Vec::new(),
    };
    Ok(Some(Waiting {
        person: found.account.person(),
        challenge: Challenge {
            token: token.to_owned(),
            methods,
            expires_at: found.row.expires_at,
        },
    }))
}
