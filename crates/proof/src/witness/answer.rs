//! What a log reads in a witness's answer.

use crate::checkpoint::SignedCheckpoint;
use crate::cosignature::{Cosignature, among};
use crate::note::{MAX_NOTE_BYTES, NoteError, WitnessKey, signature_lines};
use crate::text::decimal;

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'keys> {
    /// It cosigned. At least one cosignature, verified, the latest of each witness; add them to the checkpoint.
    Cosigned(Vec<Cosignature<'keys>>),
    /// It cosigned a tree of this size last: prove from there and ask again. Where that is what was done, with a checkpoint
    /// of that size, it cosigned another one.
    Conflict {
        /// That size.
        size: u64,
    },
}

/// Why an answer is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The witness refuses: 400 for a request it cannot read, 403 for signatures it does not trust, 404 for a log it does
    /// not know, 422 for a proof that fails, anything else as HTTP has it.
    #[error("the witness answered with the status {0}")]
    Refused(u16),
    /// The answer is not what the protocol has.
    #[error("the witness's answer is neither signature lines nor, with the status 409, a size and a line break")]
    Malformed,
    /// A signature that cannot be read, or one of a witness that is known and does not fit.
    #[error(transparent)]
    Signature(#[from] NoteError),
    /// All cosignatures are by others.
    #[error("none of the cosignatures is by a witness that is known")]
    Unknown,
}

/// Reads the answer to a request for `asked`. Cosignatures of others than these witnesses are passed over.
pub fn read_answer<'keys>(
    status: u16,
    body: &[u8],
    asked: &SignedCheckpoint,
    witnesses: &'keys [WitnessKey],
) -> Result<Answer<'keys>, AnswerError> {
    if !matches!(status, 200 | 409) {
        return Err(AnswerError::Refused(status));
    }
    let body = Some(body).filter(|body| body.len() <= MAX_NOTE_BYTES);
    let body = body
        .and_then(|body| str::from_utf8(body).ok())
        .ok_or(AnswerError::Malformed)?;
    if status == 409 {
        let size = body
            .strip_suffix('\n')
            .and_then(decimal)
            .ok_or(AnswerError::Malformed)?;
        return Ok(Answer::Conflict { size });
    }
    let cosignatures = among(&signature_lines(body)?, asked, witnesses)?;
    if cosignatures.is_empty() {
        return Err(AnswerError::Unknown);
    }
    Ok(Answer::Cosigned(cosignatures))
}
