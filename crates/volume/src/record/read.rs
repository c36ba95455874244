//! Reading the record.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use activity::canonical::KeptDigest;
use activity::{
    Activity, By, Facts, Named, Outcome, Person, Recorder, RecorderKind, Reporter, Seq, Severity, Target, Time,
};
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{
    Array, BinaryArray, FixedSizeBinaryArray, PrimitiveArray, RecordBatch, StringArray, UInt64Array, new_null_array,
};
use arrow_schema::ArrowError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use proof::Hash;

use super::schema::{NUMBERS, Text, VERSION, VERSION_KEY, schema};
use super::write::Kept;
use crate::error::{Result, VolumeError};

/// Rows read at once: no more, because one may hold 64 KiB however little of it is stored; no fewer, because each batch
/// costs something for every column.
const BATCH: usize = 512;

type Builder = ParquetRecordBatchReaderBuilder<File>;

/// A record open for reading from its start.
pub(crate) struct RecordReader {
    path: PathBuf,
    batches: ParquetRecordBatchReader,
}

/// An activity as it stands in the record.
#[derive(Clone, Debug)]
pub struct RecordRow {
    /// What is left of it.
    pub activity: Activity,
    /// Its leaf, if the row no longer yields it.
    pub leaf: Option<Hash>,
    /// Digests of values that are gone, with which it yields it.
    pub kept: Vec<KeptDigest>,
}

impl RecordRow {
    pub(crate) fn kept(&self) -> Kept<'_> {
        Kept {
            leaf: self.leaf.as_ref(),
            digests: &self.kept,
        }
    }
}

impl RecordReader {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, |builder| builder)
    }

    /// Only these rows, counted from the first.
    pub(crate) fn open_at(path: &Path, rows: &Range<u64>) -> Result<Self> {
        let at = |row: u64| usize::try_from(row).unwrap_or(usize::MAX);
        Self::open_with(path, |builder| {
            builder
                .with_offset(at(rows.start))
                .with_limit(at(rows.end - rows.start))
        })
    }

    fn open_with(path: &Path, choose: impl FnOnce(Builder) -> Builder) -> Result<Self> {
        let file = File::open(path).map_err(VolumeError::io(path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(VolumeError::record(path))?;
        let damaged = |detail: &str| VolumeError::damaged(&path.to_string_lossy(), detail);
        let pairs = builder.metadata().file_metadata().key_value_metadata();
        let version = pairs.into_iter().flatten().find(|pair| pair.key == VERSION_KEY);
        let version = version.and_then(|pair| pair.value.as_deref()?.parse::<u8>().ok());
        let Some(version) = version.filter(|version| (1..=VERSION).contains(version)) else {
            return Err(damaged("its record is of no version that this build reads"));
        };
        if builder.schema().fields() != schema(version).fields() {
            return Err(damaged("its record has other columns than its version"));
        }
        let batches = choose(builder)
            .with_batch_size(BATCH)
            .build()
            .map_err(VolumeError::record(path))?;
        Ok(Self {
            path: path.to_owned(),
            batches,
        })
    }

    pub(crate) fn next_batch(&mut self) -> Option<Result<RecordBatch>> {
        let path = &self.path;
        self.batches.next().map(|batch| {
            batch
                .and_then(|batch| widened(&batch))
                .map_err(|e| VolumeError::record(path)(e.into()))
        })
    }

    pub(crate) fn next_rows(&mut self) -> Option<Result<Vec<RecordRow>>> {
        let batch = self.next_batch()?;
        let damaged = || VolumeError::damaged(&self.path.to_string_lossy(), "a row of its record cannot be read");
        Some(batch.and_then(|batch| rows(&batch).ok_or_else(damaged)))
    }
}

/// A batch of an older version with the columns it lacks, which are null.
fn widened(batch: &RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
    let schema = schema(VERSION);
    if batch.num_columns() == schema.fields().len() {
        return Ok(batch.clone());
    }
    let columns = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            Some(column) => Arc::clone(column),
            None => new_null_array(field.data_type(), batch.num_rows()),
        });
    RecordBatch::try_new(Arc::clone(&schema), columns.collect())
}

/// What is seen of a row of a record without making it.
#[derive(Clone, Copy, Debug)]
pub struct Glance<'a> {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was recorded.
    pub recorded_at: Time,
    /// Its type.
    pub kind: &'a str,
    /// The id of its user.
    pub user: Option<&'a str>,
    /// The id of who or what did it, where that is not its user.
    pub by: Option<&'a str>,
    /// The id of its chief target.
    pub target: Option<&'a str>,
    /// Whether there are other targets.
    pub has_more_targets: bool,
}

/// The columns of a batch.
pub(crate) struct Columns<'a> {
    seq: &'a UInt64Array,
    occurred_at: &'a PrimitiveArray<TimestampMicrosecondType>,
    recorded_at: &'a PrimitiveArray<TimestampMicrosecondType>,
    texts: Vec<&'a StringArray>,
    leaf: &'a FixedSizeBinaryArray,
    digests: &'a BinaryArray,
}

fn rows(batch: &RecordBatch) -> Option<Vec<RecordRow>> {
    Columns::of(batch)?.rows(0..batch.num_rows())
}

type Kinds = std::collections::HashMap<String, Arc<str>>;

impl<'a> Columns<'a> {
    /// `None` if the batch is of no record.
    pub(crate) fn of(batch: &'a RecordBatch) -> Option<Self> {
        let column = |at: usize| batch.columns().get(at).map(|column| column.as_any());
        Some(Self {
            seq: column(0)?.downcast_ref()?,
            occurred_at: column(1)?.downcast_ref()?,
            recorded_at: column(2)?.downcast_ref()?,
            texts: (0..Text::ALL.len())
                .map(|at| column(NUMBERS + at)?.downcast_ref())
                .collect::<Option<_>>()?,
            leaf: column(NUMBERS + Text::ALL.len())?.downcast_ref()?,
            digests: column(NUMBERS + Text::ALL.len() + 1)?.downcast_ref()?,
        })
    }

    /// These rows; `None` if one cannot be read.
    pub(crate) fn rows(&self, rows: impl IntoIterator<Item = usize>) -> Option<Vec<RecordRow>> {
        let mut kinds = Kinds::new();
        rows.into_iter().map(|row| self.row(row, &mut kinds)).collect()
    }

    /// When they happened, and when they were recorded.
    pub(crate) fn times(&self) -> impl Iterator<Item = (Time, Time)> {
        let recorded = self.recorded_at.values().iter();
        let times = self.occurred_at.values().iter().zip(recorded);
        times.map(|(occurred, recorded)| (Time(*occurred), Time(*recorded)))
    }

    /// What is seen of each row, in order.
    pub(crate) fn glances(&self) -> impl Iterator<Item = Glance<'_>> {
        (0..self.seq.len()).map(|row| Glance {
            seq: self.seq.value(row),
            recorded_at: Time(self.recorded_at.value(row)),
            kind: self.text(Text::Activity, row).unwrap_or_default(),
            user: self.text(Text::UserId, row),
            by: self.text(Text::ById, row),
            target: self.text(Text::TargetId, row),
            has_more_targets: self.text(Text::MoreTargets, row).is_some(),
        })
    }

    fn text(&self, text: Text, row: usize) -> Option<&str> {
        let column = self.texts.get(text as usize)?;
        column.is_valid(row).then(|| column.value(row))
    }

    fn owned(&self, text: Text, row: usize) -> Option<String> {
        self.text(text, row).map(str::to_owned)
    }

    fn or_empty(&self, text: Text, row: usize) -> String {
        self.owned(text, row).unwrap_or_default()
    }

    fn row(&self, row: usize, kinds: &mut Kinds) -> Option<RecordRow> {
        let kind = self.text(Text::Activity, row)?;
        let kind = match kinds.get(kind) {
            Some(known) => Arc::clone(known),
            None => Arc::clone(kinds.entry(kind.to_owned()).or_insert_with(|| kind.into())),
        };
        let mut facts = Facts::new(kind, Time(self.occurred_at.value(row)));
        facts.outcome = Outcome::of_word(self.text(Text::Outcome, row)?)?;
        if let Some(severity) = self.text(Text::Severity, row) {
            facts.severity = Some(Severity::of_word(severity)?);
        }
        facts.recorder = self.recorder(row)?;
        facts.user = self.person([Text::UserId, Text::UserName, Text::UserUsername, Text::UserEmail], row);
        facts.by = self.by(row)?;
        facts.targets = self.targets(row)?;
        facts.group = self.named([Text::GroupId, Text::GroupName], row);
        facts.application = self.named([Text::ApplicationId, Text::ApplicationName], row);
        facts.ip = self
            .text(Text::Ip, row)
            .map(|ip| ip.parse().ok())
            .map_or(Some(None), |ip| ip.map(Some))?;
        for (text, _) in Text::ALL {
            if let Some(slot) = text.field().and_then(|field| field.text_mut(&mut facts)) {
                *slot = self.owned(text, row);
            }
        }
        if let Some(changes) = self.text(Text::Changes, row) {
            facts.changes = serde_json::from_str(changes).ok()?;
        }
        if let Some(metadata) = self.text(Text::Metadata, row) {
            facts.metadata = serde_json::from_str(metadata).ok()?;
        }
        let leaf = self
            .leaf
            .is_valid(row)
            .then(|| Hash::try_from(self.leaf.value(row)).ok())
            .flatten();
        let kept = match self.digests.is_valid(row) {
            true => KeptDigest::of_bytes(self.digests.value(row))?,
            false => Vec::new(),
        };
        let recorded_at = Time(self.recorded_at.value(row));
        Some(RecordRow {
            activity: Activity {
                seq: self.seq.value(row),
                recorded_at,
                facts,
            },
            leaf,
            kept,
        })
    }

    fn person(&self, [id, name, username, email]: [Text; 4], row: usize) -> Option<Person> {
        Some(Person {
            id: self.owned(id, row)?,
            name: self.or_empty(name, row),
            username: self.or_empty(username, row),
            email: self.or_empty(email, row),
        })
    }

    fn named(&self, [id, name]: [Text; 2], row: usize) -> Option<Named> {
        Some(Named {
            id: self.owned(id, row)?,
            name: self.or_empty(name, row),
        })
    }

    fn targets(&self, row: usize) -> Option<Vec<Target>> {
        let first = self.owned(Text::TargetId, row).map(|id| Target {
            id,
            kind: self.or_empty(Text::TargetKind, row),
            name: self.or_empty(Text::TargetName, row),
            username: self.or_empty(Text::TargetUsername, row),
            email: self.or_empty(Text::TargetEmail, row),
        });
        let mut targets: Vec<Target> = first.into_iter().collect();
        if let Some(more) = self.text(Text::MoreTargets, row) {
            targets.extend(serde_json::from_str::<Vec<Target>>(more).ok()?);
        }
        Some(targets)
    }

    fn recorder(&self, row: usize) -> Option<Recorder> {
        let Some(kind) = self.text(Text::RecordedByKind, row) else {
            return Some(Recorder::Unstated);
        };
        let ip = self.text(Text::RecordedByIp, row).map(str::parse).transpose().ok()?;
        let reporter = Reporter {
            id: self.or_empty(Text::RecordedById, row),
            name: self.or_empty(Text::RecordedByName, row),
            ip,
        };
        Some(Recorder::new(RecorderKind::of_word(kind)?, reporter))
    }

    fn by(&self, row: usize) -> Option<By> {
        let person = || self.person([Text::ById, Text::ByName, Text::ByUsername, Text::ByEmail], row);
        Some(match self.text(Text::ByKind, row)? {
            "self" => By::Themself,
            "system" => By::System,
            "administrator" => By::Administrator(person()?),
            "member" => By::Member(person()?),
            "person" => By::Person(person()?),
            "application" => By::Application(self.named([Text::ById, Text::ByName], row)?),
            _ => return None,
        })
    }
}
