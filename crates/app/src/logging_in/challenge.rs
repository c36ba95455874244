//! The half-finished log-in: its password was right, and it waits ten minutes for a code, a passkey, or a second
//! factor to be set up. Owns who may go on with it; checks no code.

use activity::Time;
use store::accounts::account::{self, AccountRow};
use store::factors::challenge::{self, ChallengeRow, Purpose};

use super::SignedIn;
use crate::factors::{self, Method};
use crate::tokens::{new_token, token_hash};
use crate::{App, Tx, Unavailable, Visitor};

/// How long it waits.
const VALID: i64 = 10 * 60 * Time::SECOND;

/// A half-finished log-in.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Continues it; given away once.
    pub token: String,
    /// What would do, the best first. Empty where a second factor is to be set up.
    pub methods: Vec<Method>,
    /// From when it is refused.
    pub expires_at: Time,
}

/// What a right password leads to.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one is made in a log-in, and it is taken apart at once"
)]
pub enum LogInStep {
    /// In.
    Done(SignedIn),
    /// A second factor is asked for.
    SecondFactor(Challenge),
    /// A second factor is required and there is none yet.
    SetUp(Challenge),
}

/// A half-finished log-in that somebody goes on with.
pub(crate) struct Challenged {
    /// Whose it is.
    pub(crate) account: AccountRow,
    /// What it waits for, and where the password was typed.
    pub(crate) row: ChallengeRow,
}

/// Keeps a log-in whose password was right, and gives it a token.
pub(super) async fn begin(
    app: &App,
    visitor: &Visitor,
    tx: &mut Tx,
    account: &AccountRow,
    (purpose, known_device_id): (Purpose, Option<String>),
) -> Result<Challenge, Unavailable> {
    let token = new_token(app);
    let now = app.now();
    let row = ChallengeRow {
        account_id: account.id.clone(),
        purpose,
        known_device_id,
        application_id: visitor.application.as_ref().map(|application| application.id.clone()),
        created_at: now,
        expires_at: now.plus(VALID),
    };
    challenge::delete_expired(tx, now).await?;
    challenge::insert(tx, &row, &token_hash(&token)).await?;
    let methods = match purpose {
        Purpose::SecondFactor => factors::methods(tx, &account.id).await?,
        Purpose::SetUp => Vec::new(),
    };
    Ok(Challenge {
        token,
        methods,
        expires_at: row.expires_at,
    })
}

/// The half-finished log-in with this token, if it waits for this, and the same application goes on with it.
pub(crate) async fn find(
    app: &App,
    visitor: &Visitor,
    read: &mut store::Read,
    token: &str,
    purpose: Purpose,
) -> Result<Option<Challenged>, Unavailable> {
    let Some(row) = challenge::get(read, &token_hash(token), app.now()).await? else {
        return Ok(None);
    };
    if row.purpose != purpose || row.application_id.as_deref() != visitor.application_id() {
        return Ok(None);
    }
    let account = account::get(read, &row.account_id).await?;
    Ok(account.map(|account| Challenged { account, row }))
}

/// Uses it up; `false` if it was used already.
pub(crate) async fn use_up(tx: &mut Tx, token: &str) -> Result<bool, Unavailable> {
    Ok(challenge::take(tx, &token_hash(token)).await?)
}
