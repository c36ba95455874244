//! Parquet with typed columns: instants as timestamps, ids as numbers, everything else as text that is null where there
//! is nothing. Names are those of a volume's record, where it has the same column.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use activity::Activity;
use arrow_array::builder::{StringBuilder, TimestampMicrosecondBuilder, UInt64Builder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::Column;
use super::values::{Sort, Value};

/// Rows of one row group, and what of it is held encoded at once: it is ended by whichever comes first.
const ROW_GROUP: usize = 1 << 20;
const ROW_GROUP_BYTES: usize = 16 << 20;
/// A dictionary may grow to this before its column falls back to plain texts.
const DICTIONARY_BYTES: usize = 1 << 20;
/// Instants are the same in every zone.
const UTC: &str = "UTC";

/// Writes rows as Parquet.
pub(super) struct ParquetWriter<W: Write + Send> {
    columns: Vec<Column>,
    schema: Arc<Schema>,
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> ParquetWriter<W> {
    pub(super) fn new(columns: Vec<Column>, out: W) -> io::Result<Self> {
        let fields: Vec<Field> = columns.iter().map(|column| field(*column)).collect();
        let schema = Arc::new(Schema::new(fields));
        let writer =
            properties().and_then(|properties| ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)));
        Ok(Self {
            columns,
            schema,
            writer: writer.map_err(as_io)?,
        })
    }

    pub(super) fn write_rows(&mut self, rows: &[Activity]) -> io::Result<()> {
        let arrays = self.columns.iter().map(|column| array(*column, rows)).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(io::Error::other)?;
        self.writer.write(&batch).map_err(as_io)
    }

    /// What it is written to.
    pub(super) fn inner(&self) -> &W {
        self.writer.inner()
    }

    /// Writes the end of the file, and gives back what it was written to.
    pub(super) fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(as_io)
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("whodid".to_owned())
        .build())
}

fn field(column: Column) -> Field {
    let (holds, may_lack) = match column.sort() {
        Sort::Time => (DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())), false),
        Sort::Number => (DataType::UInt64, false),
        Sort::Text => (DataType::Utf8, true),
    };
    Field::new(column.record_name(), holds, may_lack)
}

pub(super) fn array(column: Column, rows: &[Activity]) -> ArrayRef {
    let values = rows.iter().map(|row| column.value(row));
    match column.sort() {
        Sort::Time => {
            let mut builder = TimestampMicrosecondBuilder::with_capacity(rows.len()).with_timezone(UTC);
            values.for_each(|value| match value {
                Value::Time(at) => builder.append_value(at.0),
                _ => builder.append_null(),
            });
            Arc::new(builder.finish())
        }
        Sort::Number => {
            let mut builder = UInt64Builder::with_capacity(rows.len());
            values.for_each(|value| match value {
                Value::Number(number) => builder.append_value(number),
                _ => builder.append_null(),
            });
            Arc::new(builder.finish())
        }
        Sort::Text => {
            let mut builder = StringBuilder::new();
            values.for_each(|value| append(&mut builder, &value));
            Arc::new(builder.finish())
        }
    }
}

fn append(builder: &mut StringBuilder, value: &Value<'_>) {
    // Writing to a builder cannot fail; what was written is the value that is appended.
    match value {
        Value::Empty => return builder.append_null(),
        Value::Text(text) => return builder.append_value(text),
        Value::Made(text) => return builder.append_value(text),
        Value::Shown(shown) => drop(write!(builder, "{shown}")),
        Value::Number(number) => drop(write!(builder, "{number}")),
        Value::Time(at) => drop(write!(builder, "{at}")),
    }
    builder.append_value("");
}

/// The error of the disk that lies under it, so that what is told of it is the disk's.
fn as_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    }
}
