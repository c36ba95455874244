//! What a mailed invitation says, for the page its link opens.

use store::accounts::account;
use store::groups::invitation;

use super::Invitation;
use crate::tokens::token_hash;
use crate::{App, Unavailable, Visitor};

/// What a mailed link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationLink {
    /// The invitation; it may have expired.
    pub invitation: Invitation,
    /// Whether the invited address has an account: then one logs in to accept.
    pub has_account: bool,
    /// Whether who has none may create it here.
    pub may_create_account: bool,
}

/// The invitation whose link has this token, `None` if it was used, deleted or never was. Looking does not use it up.
/// Only who received the mail has the token, so it may say whether the address has an account.
pub async fn peek_invitation(
    app: &App,
    _visitor: &Visitor,
    token: &str,
) -> Result<Option<InvitationLink>, Unavailable> {
    let mut read = app.store().read().await?;
    let Some(row) = invitation::by_token(&mut read, &token_hash(token)).await? else {
        return Ok(None);
    };
    let has_account = account::by_login(&mut read, &row.email_key).await?.is_some();
    Ok(Some(InvitationLink {
        invitation: Invitation::of(row, app.now()),
        has_account,
        may_create_account: !has_account && app.settings().groups.invitations_create_accounts,
    }))
}
