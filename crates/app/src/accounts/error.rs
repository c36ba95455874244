//! What can go wrong in the use cases of accounts, keys and mail. Owns the texts a person reads beside a field.

use std::error::Error;

use thiserror::Error;

/// A part this needs does not answer just now; nothing was changed.
#[derive(Debug, Error)]
#[error("a part this needs does not answer just now")]
pub struct Unavailable(#[source] Box<dyn Error + Send + Sync>);

impl Unavailable {
    pub(crate) fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name.
    pub field: &'static str,
    /// A sentence: what, which limit, what to do.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

/// Why a change was not made.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The caller may not.
    #[error("your account may not do this")]
    Forbidden,
    /// There is no such account, device, key or mail.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked for cannot be; one sentence a field.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl AccountError {
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
}

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

/// Why a mailed link did not do what it is for.
#[derive(Debug, Error)]
pub enum LinkError {
    /// It is not one of ours, was used, or has expired.
    #[error("this link was used already or has expired")]
    Gone,
    /// The password cannot be taken; the link can still be used.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

fn sentences(errors: &[FieldError]) -> String {
    errors
        .iter()
        .map(|error| error.message.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The three ways the machinery below can fail, into each error that has a place for it.
macro_rules! unavailable {
    ($($error:ty),+) => {$(
        impl From<Unavailable> for $error {
            fn from(cause: Unavailable) -> Self {
                Self::Unavailable(cause)
            }
        }
        unavailable!(@from $error, store::StoreError, store::SqlError, log::LogError);
    )+};
    (@from $error:ty, $($cause:ty),+) => {$(
        impl From<$cause> for $error {
            fn from(cause: $cause) -> Self {
                Unavailable::new(cause).into()
            }
        }
    )+};
}

unavailable!(AccountError, LogInRefused, LinkError);

impl From<store::StoreError> for Unavailable {
    fn from(cause: store::StoreError) -> Self {
        Self::new(cause)
    }
}

impl From<store::SqlError> for Unavailable {
    fn from(cause: store::SqlError) -> Self {
        Self::new(cause)
    }
}

impl From<log::LogError> for Unavailable {
    fn from(cause: log::LogError) -> Self {
        Self::new(cause)
    }
}
