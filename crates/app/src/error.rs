//! What can go wrong in the use cases that change something. Owns the texts a person reads beside a field.

use std::error::Error;

use thiserror::Error;

type Cause = Box<dyn Error + Send + Sync>;

/// A part this needs does not answer just now.
#[derive(Debug, Error)]
pub enum Unavailable {
    /// Nothing was changed; it may be repeated.
    #[error("a part this needs does not answer just now")]
    Unchanged(#[source] Cause),
    /// The database did not say whether it kept the change.
    #[error("it is not known whether this was done; look before you repeat it")]
    Unknown(#[source] Cause),
}

/// Whether an error, or what caused it, says that a change may have been kept.
#[must_use]
pub fn is_unknown(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        // Each by its own type: an error that wraps another transparently leaves it out of the chain.
        let unknown = matches!(error.downcast_ref(), Some(Unavailable::Unknown(_)))
            || error.downcast_ref().is_some_and(store::StoreError::is_unknown)
            || error.downcast_ref().is_some_and(engine::LogError::is_unknown);
        if unknown {
            return true;
        }
        next = error.source();
    }
    false
}

impl Unavailable {
    pub(crate) fn new(cause: impl Into<Cause>) -> Self {
        Self::Unchanged(cause.into())
    }

    /// The same, of an error that says itself whether it is known what became of the change.
    fn of(cause: impl Into<Cause>, unknown: bool) -> Self {
        match unknown {
            true => Self::Unknown(cause.into()),
            false => Self::Unchanged(cause.into()),
        }
    }
}

/// Whether a mistake of ours lies under this error: something panicked. Trying again does not help then, and nothing
/// that is stored is to blame.
#[must_use]
pub fn is_mistake(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (*error).source()).any(|error| {
        matches!(error.downcast_ref(), Some(engine::LogError::Panicked(_)))
            || error.downcast_ref().is_some_and(tokio::task::JoinError::is_panic)
    })
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
pub enum ChangeError {
    /// The caller may not.
    #[error("your account may not do this")]
    Forbidden,
    /// There is no such thing, or none that this caller may know of.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked for cannot be; one sentence a field.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// It clashes with how things stand; the sentence says how, and what to do.
    #[error("{0}")]
    Conflict(String),
    /// Somebody else changed it since the caller looked.
    #[error("somebody else changed this meanwhile; look at it again")]
    Stale,
    /// The `Idempotency-Key` was used before for something else.
    #[error("this Idempotency-Key was used before for a different request; send a new key with a new request")]
    KeyReused,
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl ChangeError {
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict(message.into())
    }
}

pub(crate) fn sentences(errors: &[FieldError]) -> String {
    errors
        .iter()
        .map(|error| error.message.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The ways the machinery below can fail, into each error that has a place for it. One that tells some failures
/// of the log apart says how itself, and is made `except engine::LogError`.
macro_rules! unavailable {
    ($error:ty, except engine::LogError) => {
        impl From<$crate::error::Unavailable> for $error {
            fn from(cause: $crate::error::Unavailable) -> Self {
                Self::Unavailable(cause)
            }
        }
        $crate::error::unavailable!(@from $error, store::StoreError);
    };
    ($($error:ty),+) => {$(
        $crate::error::unavailable!($error, except engine::LogError);
        $crate::error::unavailable!(@from $error, engine::LogError);
    )+};
    (@from $error:ty, $($cause:ty),+) => {$(
        impl From<$cause> for $error {
            fn from(cause: $cause) -> Self {
                $crate::error::Unavailable::from(cause).into()
            }
        }
    )+};
}

pub(crate) use unavailable;

unavailable!(ChangeError);

impl From<store::StoreError> for Unavailable {
    fn from(cause: store::StoreError) -> Self {
        let unknown = cause.is_unknown();
        Self::of(cause, unknown)
    }
}

impl From<engine::IngestError> for Unavailable {
    fn from(cause: engine::IngestError) -> Self {
        match cause {
            engine::IngestError::Unavailable(cause) | engine::IngestError::Unknown(cause) => cause.into(),
            other => Self::new(other),
        }
    }
}

impl From<engine::LogError> for Unavailable {
    fn from(cause: engine::LogError) -> Self {
        let unknown = cause.is_unknown();
        Self::of(cause, unknown)
    }
}

#[cfg(test)]
mod tests {
    use engine::LogError;

    use super::*;
    use crate::activity::ViewError;

    #[test]
    fn a_panic_is_a_mistake_of_ours_however_deep_it_lies_and_nothing_else_is() {
        let panicked = || LogError::Panicked("capacity overflow".to_owned());
        assert!(is_mistake(&panicked()));
        assert!(is_mistake(&ChangeError::from(panicked())));
        assert!(is_mistake(&ViewError::from(panicked())));
        assert!(is_mistake(&Unavailable::new(ChangeError::from(panicked()))));
        for other in [
            LogError::Closed,
            LogError::Damaged("x".into()),
            LogError::Overloaded { hot: 1 },
        ] {
            assert!(!is_mistake(&ChangeError::from(other)));
        }
    }
}
