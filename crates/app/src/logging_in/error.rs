//! What can go wrong in logging in.

use thiserror::Error;

use crate::Unavailable;
use crate::error::unavailable;

/// Why a log-in was refused.
#[derive(Debug, Error)]
pub enum LogInRefused {
    /// Unknown name, wrong password, locked, disabled, not activated, wrong address: all one answer.
    #[error("The username or password is not right, or this account cannot log in now.")]
    Refused,
    /// A part this needs does not answer, or too many passwords are being checked.
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// Why the second step of a log-in was refused.
#[derive(Debug, Error)]
pub enum SecondFactorRefused {
    /// The code is wrong or was used, or the account is locked or may not log in: all one answer.
    #[error("The code is not right or was used already, or this account cannot log in now.")]
    Wrong,
    /// There is no such half-finished log-in any more.
    #[error("This log-in took too long or was finished already. Log in again.")]
    Expired,
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(LogInRefused, SecondFactorRefused);
