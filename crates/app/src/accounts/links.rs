//! Mailed links: making one, and the address it has. The token is stored only as a hash; the address begins with the
//! setting `public_url`, never with anything a request said.

use activity::Time;
use store::accounts::account::AccountRow;
use store::accounts::email_change;
use store::accounts::link::{self, Purpose, Validity};

use store::passkeys::ceremony;

use crate::factors::credentials_changed;
use crate::mail::letters::Link;
use crate::tokens::{new_token, token_hash};
use crate::{App, Tx, Unavailable};

const ACTIVATION: i64 = 7 * Time::DAY;
const RESET: i64 = 3_600 * Time::SECOND;

/// Whether an account may go on with a link that was mailed to it: checked at use, whatever it was when it was sent.
pub(super) fn may_use(account: &AccountRow) -> bool {
    account.login_enabled && !account.is_service
}

/// Ends every link and question of an account that waits: of one that may not log in, none opens anything, now or when
/// it may again.
pub(super) async fn end_all(tx: &mut Tx, account_id: &str) -> Result<(), Unavailable> {
    link::delete_all(tx, account_id, Purpose::Activation).await?;
    link::delete_all(tx, account_id, Purpose::Reset).await?;
    email_change::void_all(tx, account_id).await?;
    ceremony::delete_all(tx, account_id).await?;
    credentials_changed(tx, account_id).await
}

/// Makes a link.
pub(super) async fn make(app: &App, tx: &mut Tx, account_id: &str, purpose: Purpose) -> Result<Link, Unavailable> {
    let token = new_token(app);
    let created_at = app.now();
    link::delete_expired(tx, created_at).await?;
    let (path, valid) = match purpose {
        Purpose::Activation => {
            // Only the newest activation link works.
            link::delete_all(tx, account_id, purpose).await?;
            ("activate", ACTIVATION)
        }
        Purpose::Reset => ("reset", RESET),
    };
    let validity = Validity {
        created_at,
        expires_at: created_at.plus(valid),
    };
    link::insert(tx, account_id, purpose, &token_hash(&token), validity).await?;
    Ok(Link {
        address: format!(
            "{}/{path}?token={token}",
            app.settings().public_url.trim_end_matches('/')
        ),
        expires_at: validity.expires_at,
    })
}
