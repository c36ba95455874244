//! The generator's own random numbers: a pure function of seed, stream and place, so that any row can be made alone.

use data_encoding::BASE32HEX_NOPAD;

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// Microseconds in a millisecond, which a UUIDv7 begins with.
const MILLI: i64 = 1_000;

/// What numbers are drawn for; each has numbers of its own.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    Person,
    Group,
    Row,
    Session,
    Thing,
    Nobody,
}

/// Numbers for one thing. Not for secrets.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    pub fn of(seed: u64, stream: Stream, at: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(GOLDEN) ^ ((stream as u64) << 56)) ^ at))
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number in `0..bound`; 0 if the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.word()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `0..1`.
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True this many times in ten thousand.
    pub fn chance(&mut self, of_ten_thousand: u64) -> bool {
        self.below(10_000) < of_ten_thousand
    }

    /// One of these, which are never none: every caller passes a constant table.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap_or(0)]
    }

    /// An id as an installation makes them, a UUIDv7 in 26 characters, but with a hyphen: no program from outside may
    /// speak of ids that are written like this installation's.
    pub fn id(&mut self, sort: &str, made_at: i64) -> String {
        let (time, mut bytes) = ((made_at / MILLI).to_be_bytes(), [0; 16]);
        bytes[..6].copy_from_slice(&time[2..]);
        bytes[6..14].copy_from_slice(&self.word().to_be_bytes());
        bytes[14..].copy_from_slice(&self.word().to_be_bytes()[..2]);
        bytes[6] = 0x70 | (bytes[6] & 0x0F);
        bytes[8] = 0x80 | (bytes[8] & 0x3F);
        format!("{sort}-{}", BASE32HEX_NOPAD.encode(&bytes).to_ascii_lowercase())
    }
}

/// The finalizer of splitmix64.
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// Ranks whose shares fall as 1, 1/2, 1/3, … (Zipf with s = 1).
#[derive(Debug)]
pub struct Zipf {
    /// Up to and with this rank.
    cumulative: Vec<f64>,
}

impl Zipf {
    pub fn new(ranks: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=ranks).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        let mut cumulative: Vec<f64> = sums.collect();
        cumulative.iter_mut().for_each(|upto| *upto /= sum);
        Self { cumulative }
    }

    /// The rank, from 0, at this point of `0..1`.
    pub fn at(&self, point: f64) -> usize {
        let rank = self.cumulative.partition_point(|upto| *upto <= point);
        rank.min(self.cumulative.len().saturating_sub(1))
    }

    /// The share of a rank, counted from 0.
    pub fn share(&self, rank: usize) -> f64 {
        let below = rank.checked_sub(1).map_or(0.0, |before| self.cumulative[before]);
        self.cumulative[rank] - below
    }

    /// The most frequent rank whose share is no more than this; the last if there is none.
    pub fn no_more_than(&self, share: f64) -> usize {
        let ranks = 0..self.cumulative.len();
        let last = ranks.end.saturating_sub(1);
        ranks
            .into_iter()
            .find(|rank| self.share(*rank) <= share)
            .unwrap_or(last)
    }
}
