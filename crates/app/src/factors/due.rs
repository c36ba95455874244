//! Whether a second factor is asked for, and which would do.

use activity::Time;
use store::accounts::known_device;
use store::factors::{recovery_code, second_factor};
use store::{Read, groups, passkeys};

use super::Method;
use super::answer::hint;
use crate::Unavailable;

/// What a log-in still needs once the password was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing.
    Nothing {
        /// There is a second factor, but this browser is not asked for it.
        remembered: bool,
    },
    /// The second factor.
    SecondFactor,
    /// Setting one up: the account must have one and has none.
    SetUp,
}

/// What a log-in of this account on this known device still needs.
pub(crate) async fn due(
    read: &mut Read,
    account_id: &str,
    known_device: Option<&str>,
    now: Time,
) -> Result<Due, Unavailable> {
    if has_any(read, account_id).await? {
        let remembered = match known_device {
            Some(id) => known_device::is_remembered(read, account_id, id, now).await?,
            None => false,
        };
        return Ok(match remembered {
            true => Due::Nothing { remembered },
            false => Due::SecondFactor,
        });
    }
    let row = second_factor::get(read, account_id).await?;
    let must = row.required || row.short_password || groups::requires_second_factor(read, account_id).await?;
    Ok(match must {
        true => Due::SetUp,
        false => Due::Nothing { remembered: false },
    })
}

/// Whether an account has a second factor. Recovery codes alone are none.
pub(crate) async fn has_any(read: &mut Read, account_id: &str) -> Result<bool, Unavailable> {
    let row = second_factor::get(read, account_id).await?;
    Ok(row.totp_secret.is_some() || row.phone.is_some() || passkeys::any(read, account_id).await?)
}

/// The ways an account can prove its second factor, the best first.
pub(crate) async fn methods(read: &mut Read, account_id: &str) -> Result<Vec<Method>, Unavailable> {
    let row = second_factor::get(read, account_id).await?;
    let mut methods = Vec::new();
    if passkeys::any(read, account_id).await? {
        methods.push(Method::Passkey);
    }
    if row.totp_secret.is_some() {
        methods.push(Method::Totp);
    }
    if let Some(phone) = &row.phone {
        methods.push(Method::Sms { hint: hint(phone) });
    }
    if recovery_code::count(read, account_id).await? > 0 {
        methods.push(Method::Recovery);
    }
    Ok(methods)
}
