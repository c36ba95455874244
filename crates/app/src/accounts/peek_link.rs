//! Whether a mailed link can still be used, for the page that asks for a password.

use activity::Person;
use store::accounts::{account, link};

use super::{links, passwords};
use crate::tokens::token_hash;
use crate::{App, Unavailable, Visitor};

/// What a mailed link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Activates an account.
    Activation,
    /// Sets another password.
    Reset,
}

impl LinkPurpose {
    pub(super) fn stored(self) -> link::Purpose {
        match self {
            Self::Activation => link::Purpose::Activation,
            Self::Reset => link::Purpose::Reset,
        }
    }
}

/// A link that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose account it is for.
    pub person: Person,
    /// Least characters of the password to choose.
    pub least_password: usize,
}

/// The link with this token, `None` if it was used, has expired or never was. Looking does not use it up.
pub async fn peek_link(
    app: &App,
    _visitor: &Visitor,
    purpose: LinkPurpose,
    token: &str,
) -> Result<Option<Link>, Unavailable> {
    let mut read = app.store().read().await?;
    let id = link::peek(&mut read, purpose.stored(), &token_hash(token), app.now()).await?;
    let Some(id) = id else { return Ok(None) };
    let account = account::get(&mut read, &id).await?;
    let Some(account) = account.filter(links::may_use) else {
        return Ok(None);
    };
    Ok(Some(Link {
        person: account.person(),
        least_password: passwords::least_of(app, &mut read, &id).await?,
    }))
}
