//! What is known of a volume without opening it: `meta.json`, and the same in the log's ledger.

use std::collections::BTreeMap;
use std::ops::Range;

use activity::{Seq, Time};
use proof::Hash;
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The format of the index this build writes.
pub const INDEX_FORMAT: u32 = 4;
/// The oldest that is read; what is older is built anew from the record. What is new in 3: long details may be
/// compressed. In 4: texts are folded without accents, scripts without blanks are cut into pairs, and addresses and user
/// agents have words.
pub(crate) const OLDEST_INDEX_FORMAT: u32 = 4;
/// The format of `meta.json` this build writes. What is new in 2: sums of every file, and the formats of all of them.
pub(crate) const META_FORMAT: u32 = 2;
const TREE_FORMAT: u32 = 1;

/// A sealed volume's place in the log, its bounds and its sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeMeta {
    /// The format of this description.
    pub(crate) format: u32,
    /// `FIRST-LAST-MAKING`: first and last sequence number with 20 digits, and what tells this making from every other,
    /// so that no two volumes have one id, and none is ever overwritten. Also the name of the directory. (Earlier builds
    /// wrote digits of the tree root in the third place.)
    pub id: String,
    /// The first activity's sequence number.
    pub first_seq: Seq,
    /// How many activities; at least 1.
    pub count: u64,
    /// How many of them lost all their values to retention. Where all did, there is no index.
    #[serde(default, skip_serializing_if = "is_none")]
    pub removed: u64,
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
    /// [`proof::CompactRange::root`] of its leaves' places in the log's tree.
    #[serde(with = "hex")]
    pub tree_root: Hash,
    /// The formats of its files.
    pub formats: Formats,
    /// Its files but `meta.json`, by their names below its directory, with `/` between folders. Of a volume whose meta
    /// is of format 1, only the record is known.
    pub files: BTreeMap<String, FileSum>,
}

/// The formats of a volume's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formats {
    /// Of `record.parquet`; `None` where the meta does not say. The record itself says it too.
    pub record: Option<u32>,
    /// Of `index/`.
    pub index: u32,
    /// Of `tree`.
    pub tree: u32,
}

impl Formats {
    /// Those this build writes.
    pub(crate) const NEWEST: Self = Self {
        record: Some(crate::record::schema::VERSION as u32),
        index: INDEX_FORMAT,
        tree: TREE_FORMAT,
    };
}

/// What a file is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSum {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    #[serde(with = "hex")]
    pub sha256: [u8; 32],
}

/// The name of the record.
pub const RECORD: &str = "record.parquet";
/// The name of the folder of the index.
pub(crate) const INDEX: &str = "index";
/// The name of the tree levels.
pub(crate) const TREE: &str = "tree";

impl VolumeMeta {
    /// Reads a meta of any format that was ever written.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        let mut value: Value = serde_json::from_slice(json)?;
        if let Some(fields) = value.as_object_mut().filter(|fields| !fields.contains_key("format")) {
            let mut take = |name: &str| fields.remove(name).unwrap_or(Value::Null);
            let formats = json!({ "record": null, "index": take("index_format"), "tree": TREE_FORMAT });
            let record = json!({ "bytes": take("record_bytes"), "sha256": take("record_sha256") });
            take("index_bytes");
            fields.insert("format".to_owned(), META_FORMAT.into());
            fields.insert("formats".to_owned(), formats);
            fields.insert("files".to_owned(), json!({ RECORD: record }));
        }
        let meta: Self = serde_json::from_value(value)?;
        match meta.format {
            META_FORMAT => Ok(meta),
            other => Err(serde_json::Error::custom(format!(
                "it is of format {other}; this build reads formats up to {META_FORMAT}"
            ))),
        }
    }

    /// The sequence number after the last one held.
    #[must_use]
    pub fn end_seq(&self) -> Seq {
        self.first_seq + self.count
    }

    /// The earliest and latest `occurred_at`.
    #[must_use]
    pub fn times(&self) -> (Time, Time) {
        (self.min_occurred, self.max_occurred)
    }

    /// Whether nothing is left in it but leaves: it has a record and its part of the tree, and no index.
    #[must_use]
    pub fn is_emptied(&self) -> bool {
        self.removed == self.count
    }

    /// Its activities.
    #[must_use]
    pub fn seqs(&self) -> Range<Seq> {
        self.first_seq..self.end_seq()
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

    /// Whether this build reads its index, or has to build it anew.
    #[must_use]
    pub fn reads_index(&self) -> bool {
        (OLDEST_INDEX_FORMAT..=INDEX_FORMAT).contains(&self.formats.index)
    }

    /// Whether the sums of all its files are known, not only the record's.
    #[must_use]
    pub fn knows_all(&self) -> bool {
        self.files.contains_key(TREE)
    }

    /// Size of the record in bytes, as far as is known.
    #[must_use]
    pub fn record_bytes(&self) -> u64 {
        self.files.get(RECORD).map_or(0, |file| file.bytes)
    }

    /// Size of the index in bytes, as far as is known.
    #[must_use]
    pub fn index_bytes(&self) -> u64 {
        let of_index = |(name, _): &(&String, &FileSum)| name.starts_with(INDEX);
        self.files.iter().filter(of_index).map(|(_, file)| file.bytes).sum()
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
        Self::seqs_of_id(id).map(|seqs| seqs.end)
    }

    /// The activities that a volume of this id holds; `None` if it is no volume's.
    #[must_use]
    pub fn seqs_of_id(id: &str) -> Option<Range<Seq>> {
        const DIGITS: usize = 20;
        let (first, rest) = id.split_once('-')?;
        let (last, making) = rest.split_once('-')?;
        let number = |text: &str| (text.len() == DIGITS).then(|| text.parse::<Seq>().ok()).flatten();
        let (first, last) = (number(first)?, number(last)?);
        let end = last.checked_add(1)?;
        (first <= last && !making.is_empty()).then_some(first..end)
    }
}

// `skip_serializing_if` hands a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_none(removed: &u64) -> bool {
    *removed == 0
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
