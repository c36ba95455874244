//! Writing the record.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use activity::canonical::KeptDigest;
use activity::{Activity, By, RecorderKind, Severity};
use arrow_array::builder::{
    BinaryBuilder, FixedSizeBinaryBuilder, StringBuilder, TimestampMicrosecondBuilder, UInt64Builder,
};
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use proof::Hash;

use super::read::RecordRow;
use super::schema::{OCCURRED_AT, RECORDED_AT, SEQ, Text, VERSION, VERSION_KEY, schema};
use crate::error::{Result, VolumeError};
use crate::query::Room;

/// Rows of one row group: few and large ones share their dictionaries; one is held encoded in memory while written.
const ROW_GROUP: usize = 1 << 20;
/// A dictionary may grow to this before its column falls back to plain texts.
const DICTIONARY_BYTES: usize = 4 << 20;
/// What of it is held encoded at once: a row group of heavy rows is ended by this.
const ROW_GROUP_BYTES: usize = 32 << 20;
/// Rows turned into columns at once: few, because a page ends only between them.
const BATCH: Room = Room {
    rows: 512,
    bytes: 1 << 20,
};

/// What is kept with a row in the place of values that are gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'a> {
    /// Its leaf, where the row does not yield it any more.
    pub(crate) leaf: Option<&'a Hash>,
    /// Digests with which it yields it.
    pub(crate) digests: &'a [KeptDigest],
}

impl Kept<'_> {
    /// Where nothing is gone.
    pub(crate) const NOTHING: Self = Self {
        leaf: None,
        digests: &[],
    };
}

/// A record being written.
pub(crate) struct RecordWriter {
    path: PathBuf,
    writer: ArrowWriter<File>,
    /// Rows that are columns already, and not written yet.
    columns: Columns,
    rows: usize,
    bytes: usize,
}

impl RecordWriter {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = File::create_new(path).map_err(VolumeError::io(path))?;
        let writer = properties()
            .and_then(|properties| ArrowWriter::try_new(file, schema(VERSION), Some(properties)))
            .map_err(VolumeError::record(path))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            columns: Columns::default(),
            rows: 0,
            bytes: 0,
        })
    }

    /// Adds a row, and what is kept of what is gone from it.
    pub(crate) fn add(&mut self, activity: &Activity, kept: Kept<'_>) -> Result<()> {
        self.columns
            .add(activity, kept)
            .map_err(VolumeError::record(&self.path))?;
        self.rows += 1;
        self.bytes += activity::weight(activity);
        if self.rows >= BATCH.rows || self.bytes >= BATCH.bytes {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        (self.rows, self.bytes) = (0, 0);
        let columns = std::mem::take(&mut self.columns);
        let batch = columns.finish().map_err(VolumeError::record(&self.path))?;
        self.writer.write(&batch).map_err(VolumeError::record(&self.path))
    }

    /// Adds rows of another record as they are.
    pub(crate) fn add_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.flush()?;
        self.writer.write(batch).map_err(VolumeError::record(&self.path))
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.writer.close().map_err(VolumeError::record(&self.path))?;
        Ok(())
    }
}

/// These rows as columns.
pub(crate) fn batch_of(rows: &[RecordRow]) -> std::result::Result<RecordBatch, ParquetError> {
    let mut columns = Columns::default();
    rows.iter().try_for_each(|row| columns.add(&row.activity, row.kept()))?;
    columns.finish()
}

fn properties() -> std::result::Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_data_page_row_count_limit(1 << 17)
        // Texts come in no order: their bounds tell nothing, and every value would be compared with them.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by("whodid".to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new(VERSION_KEY.to_owned(), VERSION.to_string())]));
    for number in [SEQ, OCCURRED_AT, RECORDED_AT] {
        let column = ColumnPath::from(number);
        properties = properties
            .set_column_statistics_enabled(column.clone(), EnabledStatistics::Chunk)
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties.build())
}

/// Rows turned into columns.
struct Columns {
    seq: UInt64Builder,
    occurred_at: TimestampMicrosecondBuilder,
    recorded_at: TimestampMicrosecondBuilder,
    texts: [StringBuilder; Text::ALL.len()],
    leaf: FixedSizeBinaryBuilder,
    digests: BinaryBuilder,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            seq: UInt64Builder::new(),
            occurred_at: TimestampMicrosecondBuilder::new().with_timezone("UTC"),
            recorded_at: TimestampMicrosecondBuilder::new().with_timezone("UTC"),
            texts: std::array::from_fn(|_| StringBuilder::new()),
            leaf: FixedSizeBinaryBuilder::new(size_of::<Hash>() as i32),
            digests: BinaryBuilder::new(),
        }
    }
}

impl Columns {
    fn add(&mut self, activity: &Activity, kept: Kept<'_>) -> std::result::Result<(), ParquetError> {
        self.seq.append_value(activity.seq);
        self.occurred_at.append_value(activity.occurred_at.0);
        self.recorded_at.append_value(activity.recorded_at.0);
        self.add_kept(kept)?;
        let changes = json((!activity.changes.is_empty()).then_some(&activity.changes))?;
        let metadata = json((!activity.metadata.is_empty()).then_some(&activity.metadata))?;
        let more = json(activity.targets.get(1..).filter(|more| !more.is_empty()))?;
        let ip = activity.ip.map(|ip| ip.to_string());
        let (by_kind, by) = by_texts(&activity.by);
        let user = activity.user.as_ref();
        let target = activity.target();
        let recorder = activity.recorder.kind();
        let reporter = activity.recorder.reporter();
        let reporter_ip = reporter.and_then(|it| it.ip).map(|ip| ip.to_string());
        let (group, application) = (activity.group.as_ref(), activity.application.as_ref());
        for ((text, _), column) in Text::ALL.iter().zip(&mut self.texts) {
            column.append_option(match text {
                Text::Activity => Some(&*activity.kind),
                Text::Outcome => Some(activity.outcome.word()),
                Text::Severity => activity.severity.map(Severity::word),
                Text::MoreTargets => more.as_deref(),
                Text::RecordedByKind => (recorder != RecorderKind::Unstated).then(|| recorder.word()),
                Text::RecordedById => reporter.map(|it| it.id.as_str()),
                Text::RecordedByName => reporter.and_then(|it| filled(&it.name)),
                Text::RecordedByIp => reporter_ip.as_deref(),
                Text::UserId => user.map(|it| it.id.as_str()),
                Text::UserName => user.and_then(|it| filled(&it.name)),
                Text::UserUsername => user.and_then(|it| filled(&it.username)),
                Text::UserEmail => user.and_then(|it| filled(&it.email)),
                Text::ByKind => Some(by_kind),
                Text::ById => by[0],
                Text::ByName => by[1],
                Text::ByUsername => by[2],
                Text::ByEmail => by[3],
                Text::TargetKind => target.map(|it| it.kind.as_str()),
                Text::TargetId => target.map(|it| it.id.as_str()),
                Text::TargetName => target.and_then(|it| filled(&it.name)),
                Text::TargetUsername => target.and_then(|it| filled(&it.username)),
                Text::TargetEmail => target.and_then(|it| filled(&it.email)),
                Text::GroupId => group.map(|it| it.id.as_str()),
                Text::GroupName => group.and_then(|it| filled(&it.name)),
                Text::ApplicationId => application.map(|it| it.id.as_str()),
                Text::ApplicationName => application.and_then(|it| filled(&it.name)),
                Text::Ip => ip.as_deref(),
                Text::Reason
                | Text::Device
                | Text::UserAgent
                | Text::Country
                | Text::Place
                | Text::TraceId
                | Text::Description
                | Text::ExternalId
                | Text::Raw => text.field().and_then(|field| field.text(activity)),
                Text::Changes => changes.as_deref(),
                Text::Metadata => metadata.as_deref(),
            });
        }
        Ok(())
    }

    fn add_kept(&mut self, kept: Kept<'_>) -> std::result::Result<(), ParquetError> {
        match kept.leaf {
            Some(leaf) => self.leaf.append_value(leaf)?,
            None => self.leaf.append_null(),
        }
        match kept.digests {
            [] => self.digests.append_null(),
            digests => self.digests.append_value(KeptDigest::to_bytes(digests)),
        }
        Ok(())
    }

    fn finish(mut self) -> std::result::Result<RecordBatch, ParquetError> {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.seq.finish()),
            Arc::new(self.occurred_at.finish()),
            Arc::new(self.recorded_at.finish()),
        ];
        columns.extend(self.texts.iter_mut().map(|text| Arc::new(text.finish()) as ArrayRef));
        columns.push(Arc::new(self.leaf.finish()));
        columns.push(Arc::new(self.digests.finish()));
        Ok(RecordBatch::try_new(schema(VERSION), columns)?)
    }
}

fn json(value: Option<&(impl serde::Serialize + ?Sized)>) -> std::result::Result<Option<String>, ParquetError> {
    let text = value.map(serde_json::to_string).transpose();
    text.map_err(|e| ParquetError::External(Box::new(e)))
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn by_texts(by: &By) -> (&'static str, [Option<&str>; 4]) {
    let (kind, person) = match by {
        By::Themself => return ("self", [None; 4]),
        By::System => return ("system", [None; 4]),
        By::Application(it) => return ("application", [Some(&it.id), filled(&it.name), None, None]),
        By::Administrator(person) => ("administrator", person),
        By::Member(person) => ("member", person),
        By::Person(person) => ("person", person),
    };
    (
        kind,
        [
            Some(&person.id),
            filled(&person.name),
            filled(&person.username),
            filled(&person.email),
        ],
    )
}
