//! What is known of a volume without opening it: `meta.json`, and the same in the log's catalogue.

use activity::{Seq, Time};
use proof::Hash;
use serde::{Deserialize, Serialize};

/// The format of the index this build writes. What is older than [`OLDEST_FORMAT`] is rebuilt from the record.
pub const FORMAT: u32 = 3;
/// The oldest that is read. What is new in 3: long details may be compressed.
pub(crate) const OLDEST_FORMAT: u32 = 2;

/// A sealed volume's place in the log, its bounds and its sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeMeta {
    /// `FIRST-LAST-MAKING`: first and last sequence number with 20 digits, and what tells this making from every other,
    /// so that no two volumes have one id, and none is ever overwritten. Also the name of the directory. (Earlier builds
    /// wrote digits of the tree root in the third place.)
    pub id: String,
    /// The first activity's sequence number.
    pub first_seq: Seq,
    /// How many activities; at least 1.
    pub count: u64,
    /// The earliest `occurred_at`.
    pub min_occurred: Time,
    /// The latest `occurred_at`.
    pub max_occurred: Time,
    /// Whether `occurred_at` never decreases with `seq`.
    pub in_time_order: bool,
    /// When the first activity was recorded.
    pub first_recorded: Time,
    /// When the last activity was recorded.
    pub last_recorded: Time,
    /// Size of `record.parquet` in bytes.
    pub record_bytes: u64,
    /// Size of the index in bytes.
    pub index_bytes: u64,
    /// SHA-256 of `record.parquet`.
    #[serde(with = "hex")]
    pub record_sha256: [u8; 32],
    /// [`proof::CompactRange::root`] of its leaves' places in the log's tree.
    #[serde(with = "hex")]
    pub tree_root: Hash,
    /// The index's [`FORMAT`].
    pub index_format: u32,
}

impl VolumeMeta {
    /// The sequence number after the last one held.
    #[must_use]
    pub fn end_seq(&self) -> Seq {
        self.first_seq + self.count
    }

    /// Whether the activity with this sequence number is in it.
    #[must_use]
    pub fn holds(&self, seq: Seq) -> bool {
        (self.first_seq..self.end_seq()).contains(&seq)
    }

    /// Whether it can hold anything that happened in `from..to` (half open; `None` is unbounded).
    #[must_use]
    pub fn overlaps(&self, from: Option<Time>, to: Option<Time>) -> bool {
        from.is_none_or(|from| self.max_occurred >= from) && to.is_none_or(|to| self.min_occurred < to)
    }

    /// The id of a volume that is going to be made; `making` is never used twice.
    #[must_use]
    pub fn new_id(first_seq: Seq, count: u64, making: &str) -> String {
        let last = first_seq + count.saturating_sub(1);
        format!("{first_seq:020}-{last:020}-{making}")
    }

    /// The sequence number after the last one that a volume of this id holds; `None` if it is no volume's.
    #[must_use]
    pub fn end_of_id(id: &str) -> Option<Seq> {
        const DIGITS: usize = 20;
        let (first, rest) = id.split_once('-')?;
        let (last, making) = rest.split_once('-')?;
        let number = |text: &str| (text.len() == DIGITS).then(|| text.parse::<Seq>().ok()).flatten();
        let (first, last) = (number(first)?, number(last)?);
        (first <= last && !making.is_empty())
            .then(|| last.checked_add(1))
            .flatten()
    }
}

mod hex {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let wrong = || D::Error::custom(format!("`{text}` is not 64 hexadecimal digits"));
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
        }
        Ok(bytes)
    }
}
