//! The bytes of a hot batch: many facts, encoded and compressed. Owns the compression; the encoding is the activity crate's.

use activity::{Activity, Facts, codec};
use store::log::{HotBatch, Loaded};

use crate::LogError;

/// Quick, and already a fifth of the size: a hot batch lives only until it is sealed.
const LEVEL: i32 = 1;
/// Bytes of texts with which a batch ends: who reads one holds all of it, once as bytes and once as activities.
const HEAVY: u64 = 2 << 20;
/// A batch is far below this; more means that the bytes are not a batch.
const MAX_UNPACKED: usize = 1 << 30;

/// Facts that make one hot batch.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    /// How many they are.
    pub(crate) count: usize,
    /// What they weigh.
    pub(crate) weight: u64,
    pub(crate) bytes: Vec<u8>,
}

/// Packs facts: into one batch, or into as many as it takes where they are heavy.
pub(crate) fn pack(facts: &[&Facts]) -> Result<Vec<Packed>, LogError> {
    let mut batches = Vec::new();
    let mut rest = facts;
    while !rest.is_empty() {
        let (count, weight) = fitting(rest);
        let (batch, others) = rest.split_at(count);
        batches.push(Packed {
            count,
            weight,
            bytes: compress(batch)?,
        });
        rest = others;
    }
    Ok(batches)
}

/// How many, from the first, make one batch, and what they weigh.
fn fitting(facts: &[&Facts]) -> (usize, u64) {
    let (mut count, mut weight) = (0, 0);
    for facts in facts {
        count += 1;
        weight += activity::weight(facts) as u64;
        if weight >= HEAVY {
            break;
        }
    }
    (count, weight)
}

/// The bytes of one batch.
pub(crate) fn compress(facts: &[&Facts]) -> Result<Vec<u8>, LogError> {
    let plain = codec::encode_batch(facts.iter().copied());
    let mut packed = u32::try_from(plain.len())
        .map_err(|_| LogError::Damaged(format!("a batch of {} bytes is too large", plain.len())))?
        .to_le_bytes()
        .to_vec();
    let bytes = zstd::bulk::compress(&plain, LEVEL).map_err(|e| LogError::Damaged(format!("cannot compress: {e}")))?;
    packed.extend_from_slice(&bytes);
    Ok(packed)
}

/// Unpacks a batch into its activities.
pub(crate) fn unpack(batch: &Loaded) -> Result<Vec<Activity>, LogError> {
    if !batch.is_sound {
        return Err(damaged(batch, "it is not what was written"));
    }
    rows(batch)
}

/// Unpacks a batch as far as it can be, damaged or not.
pub(crate) fn rows(batch: &HotBatch) -> Result<Vec<Activity>, LogError> {
    let facts = unpack_facts(&batch.facts).map_err(|why| damaged(batch, &why))?;
    if facts.len() as u64 != batch.count {
        return Err(damaged(
            batch,
            &format!("it holds {} activities instead of {}", facts.len(), batch.count),
        ));
    }
    let recorded_at = batch.recorded_at;
    Ok((batch.first_seq..)
        .zip(facts)
        .map(|(seq, facts)| Activity {
            seq,
            recorded_at,
            facts,
        })
        .collect())
}

fn unpack_facts(packed: &[u8]) -> Result<Vec<Facts>, String> {
    let (length, bytes) = packed.split_first_chunk::<4>().ok_or("it is cut off")?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > MAX_UNPACKED {
        return Err(format!("it claims {length} bytes"));
    }
    let plain = zstd::bulk::decompress(bytes, length).map_err(|e| e.to_string())?;
    codec::decode_batch(&plain).map_err(|e| e.to_string())
}

fn damaged(batch: &HotBatch, why: &str) -> LogError {
    LogError::Damaged(format!("hot batch {}: {why}", batch.first_seq))
}
