//! Timestamped Ed25519 cosignatures (c2sp.org/tlog-cosignature, v1): a witness's word that at a time this was the
//! largest tree it had seen of a log, consistent with all before.

use std::num::NonZeroU64;

use crate::checkpoint::SignedCheckpoint;
use crate::note::{CosigningKey, NoteError, Signature, WitnessKey, checked};

/// Seconds since 1970, from 1 to 2⁶³ − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PosixTime(NonZeroU64);

impl PosixTime {
    /// `None` for 0, which stands for no time, and for what does not fit 63 bits.
    #[must_use]
    pub fn new(seconds: u64) -> Option<Self> {
        let fits = i64::try_from(seconds).is_ok();
        NonZeroU64::new(seconds).filter(|_| fits).map(Self)
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0.get()
    }
}

/// A cosignature that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature<'keys> {
    /// Whose it is.
    pub by: &'keys WitnessKey,
    /// When the witness made it, by its own clock.
    pub at: PosixTime,
    /// Its line, to be added to a checkpoint.
    pub signature: Signature,
}

impl CosigningKey {
    /// Signs the checkpoint and the time. Whether it may be signed is for [`AddCheckpoint::judge`] to say.
    ///
    /// [`AddCheckpoint::judge`]: crate::AddCheckpoint::judge
    #[must_use]
    pub fn cosign(&self, checkpoint: &SignedCheckpoint, at: PosixTime) -> Signature {
        let signature = self.sign_bytes(&message(checkpoint, at));
        let bytes = [&at.seconds().to_be_bytes()[..], &signature].concat();
        Signature::new(self.public().name().clone(), self.public().id(), bytes)
    }
}

impl SignedCheckpoint {
    /// The cosignatures of these witnesses, the latest of each. Others are passed over; a wrong one that names one of
    /// these witnesses is an error. Says nothing of the log's own signature.
    pub fn cosignatures<'keys>(&self, witnesses: &'keys [WitnessKey]) -> Result<Vec<Cosignature<'keys>>, NoteError> {
        among(self.note().signatures(), self, witnesses)
    }
}

/// The cosignatures of the checkpoint among these signatures.
pub(crate) fn among<'keys>(
    signatures: &[Signature],
    checkpoint: &SignedCheckpoint,
    witnesses: &'keys [WitnessKey],
) -> Result<Vec<Cosignature<'keys>>, NoteError> {
    let mut latest: Vec<Cosignature<'keys>> = Vec::new();
    for (by, signature, at) in checked(signatures, witnesses, |key, bytes| time_of(checkpoint, key, bytes))? {
        let signature = signature.clone();
        let found = Cosignature { by, at, signature };
        match latest.iter_mut().find(|other| other.by == by) {
            Some(other) if other.at >= at => {}
            Some(other) => *other = found,
            None => latest.push(found),
        }
    }
    Ok(latest)
}

/// When this key cosigned the checkpoint, if it did.
fn time_of(checkpoint: &SignedCheckpoint, key: &WitnessKey, bytes: &[u8]) -> Option<PosixTime> {
    let (seconds, signature) = bytes.split_first_chunk()?;
    let at = PosixTime::new(u64::from_be_bytes(*seconds))?;
    key.verifies(&message(checkpoint, at), signature).then_some(at)
}

/// What is signed.
fn message(checkpoint: &SignedCheckpoint, at: PosixTime) -> Vec<u8> {
    let text = checkpoint.note().unverified_text();
    format!("cosignature/v1\ntime {}\n{text}", at.seconds()).into_bytes()
}

#[cfg(test)]
mod tests;
