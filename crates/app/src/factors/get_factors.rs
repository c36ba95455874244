//! What second factors an account has, for its owner and for administrators. Shows no secret.

use activity::Time;
use store::factors::{recovery_code, second_factor, sms_code};
use store::{Read, groups, passkeys};

use super::answer::hint;
use crate::{App, Caller, ChangeError, Unavailable};

/// The second factors of an account.
#[derive(Clone, Debug, Default)]
pub struct Factors {
    /// Since when the authenticator app is set up.
    pub totp_since: Option<Time>,
    /// The end of the number codes are sent to, and since when.
    pub sms: Option<(String, Time)>,
    /// How many passkeys there are.
    pub passkeys: usize,
    /// Recovery codes that were not used yet.
    pub recovery_codes: u64,
    /// Whether an administrator requires a second factor.
    pub required: bool,
    /// Whether a group the account is a member of does.
    pub required_by_group: bool,
    /// Whether codes can be sent by SMS here.
    pub sms_offered: bool,
    /// The end of a number that a code was sent to and that waits to be confirmed.
    pub sms_waiting: Option<String>,
}

impl Factors {
    /// Whether there is any.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.totp_since.is_some() || self.sms.is_some() || self.passkeys > 0
    }

    /// Whether changes of them are proved with a code, not with the password.
    #[must_use]
    pub fn proved_with_code(&self) -> bool {
        self.totp_since.is_some() || self.sms.is_some() || self.recovery_codes > 0
    }
}

/// Whether codes can be sent by SMS here.
#[must_use]
pub fn sms_offered(app: &App) -> bool {
    app.sms().is_set_up()
}

/// The caller's own.
pub async fn get_factors(app: &App, caller: &Caller) -> Result<Factors, ChangeError> {
    Ok(of(app, &mut app.store().read().await?, &caller.person.id).await?)
}

/// Those of this account, for a use case that has decided who may see them.
pub(crate) async fn of(app: &App, read: &mut Read, account_id: &str) -> Result<Factors, Unavailable> {
    let row = second_factor::get(read, account_id).await?;
    let waiting = sms_code::waiting(read, account_id, sms_code::Purpose::SetUp, app.now()).await?;
    Ok(Factors {
        totp_since: row.totp_since,
        sms: row.phone.as_deref().map(hint).zip(row.sms_since),
        passkeys: passkeys::of(read, account_id).await?.len(),
        recovery_codes: recovery_code::count(read, account_id).await?,
        required: row.required,
        required_by_group: groups::requires_second_factor(read, account_id).await?,
        sms_offered: sms_offered(app),
        sms_waiting: waiting.as_deref().map(hint),
    })
}
