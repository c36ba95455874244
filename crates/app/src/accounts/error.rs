//! What can go wrong in using a mailed link.

use thiserror::Error;

use crate::error::{sentences, unavailable};
use crate::{FieldError, Unavailable};

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

unavailable!(LinkError);
