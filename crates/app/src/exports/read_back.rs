//! Reads the rows of an exported file back, for checking it without a log. Owns that each row is what its own values say:
//! whatever a row says twice, it says alike. Files come from anybody.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::str::FromStr;

use activity::{
    Activity, By, Facts, Field, Named, Outcome, Person, Recorder, RecorderKind, Reporter, Severity, Target, Time, json,
};
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, PrimitiveArray, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::parquet::array;
use super::{Column, Format};

/// The longest line that is read: more than any activity has.
const LINE: u64 = 16 << 20;
/// Rows of a Parquet file that are read at once.
const BATCH: usize = 128;

/// A row that cannot be read, or contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row}: {why}")]
pub struct RowError {
    /// Which one, counted from 1; without the head of a file.
    pub row: u64,
    /// What is wrong with it.
    pub why: String,
}

/// The rows of a file, in its order.
pub struct FileRows {
    row: u64,
    from: From,
}

enum From {
    Jsonl(BufReader<File>),
    Parquet(ParquetRecordBatchReader, std::vec::IntoIter<Result<Activity, String>>),
    Ended,
}

/// Opens an exported file of this form; `None` for a form that does not say all of a row.
///
/// # Errors
/// If it cannot be read, or is not of this form.
pub fn rows_of(path: &Path, format: Format) -> std::io::Result<Option<FileRows>> {
    let from = match format {
        Format::Jsonl => From::Jsonl(BufReader::new(File::open(path)?)),
        Format::Parquet => {
            let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?).map_err(std::io::Error::other)?;
            let reader = builder.with_batch_size(BATCH).build().map_err(std::io::Error::other)?;
            From::Parquet(reader, Vec::new().into_iter())
        }
        Format::Csv | Format::Xlsx => return Ok(None),
    };
    Ok(Some(FileRows { row: 0, from }))
}

impl Iterator for FileRows {
    type Item = Result<Activity, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (found, is_last) = match &mut self.from {
            From::Ended => return None,
            From::Jsonl(lines) => match line(lines) {
                Ok(line) => (of_line(&line?), false),
                Err(why) => (Err(why), true),
            },
            From::Parquet(batches, rows) => loop {
                if let Some(row) = rows.next() {
                    break (row, false);
                }
                // The library panics on some damaged files.
                let next = catch_unwind(AssertUnwindSafe(|| Some(batches.next()?.map(|batch| of_batch(&batch)))));
                match next {
                    Ok(batch) => match batch? {
                        Ok(batch) => *rows = batch.into_iter(),
                        Err(error) => break (Err(error.to_string()), true),
                    },
                    Err(_) => break (Err("it is damaged and cannot be read".to_owned()), true),
                }
            },
        };
        if is_last {
            self.from = From::Ended;
        }
        self.row += 1;
        let row = self.row;
        Some(found.map_err(|why| RowError { row, why }))
    }
}

/// The next line, without its end; `None` behind the last.
fn line(lines: &mut BufReader<File>) -> Result<Option<Vec<u8>>, String> {
    let mut line = Vec::new();
    let read = lines.by_ref().take(LINE).read_until(b'\n', &mut line);
    match read.map_err(|error| error.to_string())? {
        0 => return Ok(None),
        _ if line.pop() == Some(b'\n') => {}
        _ => return Err("its line has no end, or is longer than any row".to_owned()),
    }
    Ok(Some(line))
}

fn of_line(line: &[u8]) -> Result<Activity, String> {
    let row: Activity = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let mut written: serde_json::Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let mut means = json::to_json(&row);
    // How the sentence is worded is not the log's to say, and may change with a version.
    for value in [&mut written, &mut means] {
        value.as_object_mut().and_then(|keys| keys.remove("sentence"));
    }
    if written != means {
        return Err(format!(
            "activity {} has keys that do not belong to its values",
            row.seq
        ));
    }
    Ok(row)
}

fn of_batch(batch: &RecordBatch) -> Vec<Result<Activity, String>> {
    let read = |row| {
        let cells = Cells { batch, row };
        let activity = cells.activity()?;
        let one = std::slice::from_ref(&activity);
        let sure = Column::ALL.into_iter().filter(|column| *column != Column::Sentence);
        for column in sure {
            let name = column.record_name();
            let cell = batch.column_by_name(name).ok_or_else(|| lacks(column))?.slice(row, 1);
            if *cell != *array(column, one) {
                return Err(format!(
                    "activity {}: the column `{name}` contradicts the others",
                    activity.seq
                ));
            }
        }
        Ok(activity)
    };
    (0..batch.num_rows()).map(read).collect()
}

fn lacks(column: Column) -> String {
    format!("the file has no column `{}` of its type", column.record_name())
}

/// One row of a batch.
struct Cells<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl Cells<'_> {
    fn column<T: 'static>(&self, column: Column) -> Result<&T, String> {
        let found = self.batch.column_by_name(column.record_name());
        found
            .and_then(|found| found.as_any().downcast_ref())
            .ok_or_else(|| lacks(column))
    }

    fn text(&self, column: Column) -> Result<Option<String>, String> {
        let cells: &StringArray = self.column(column)?;
        Ok(cells.is_valid(self.row).then(|| cells.value(self.row).to_owned()))
    }

    /// The text of a column as something else.
    fn read<T>(&self, column: Column, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
        let Some(text) = self.text(column)? else {
            return Ok(None);
        };
        let wrong = || format!("its `{}` cannot be read", column.record_name());
        read(&text).map(Some).ok_or_else(wrong)
    }

    fn time(&self, column: Column) -> Result<Time, String> {
        let cells: &PrimitiveArray<TimestampMicrosecondType> = self.column(column)?;
        Ok(Time(cells.value(self.row)))
    }

    fn texts<const N: usize>(&self, columns: [Column; N]) -> Result<Option<[String; N]>, String> {
        let mut texts = [const { String::new() }; N];
        let mut is_there = false;
        for (text, column) in texts.iter_mut().zip(columns) {
            if let Some(found) = self.text(column)? {
                (*text, is_there) = (found, true);
            }
        }
        Ok(is_there.then_some(texts))
    }

    fn activity(&self) -> Result<Activity, String> {
        let seqs: &UInt64Array = self.column(Column::Id)?;
        let kind = self.text(Column::Activity)?.ok_or_else(|| lacks(Column::Activity))?;
        let mut facts = Facts::new(kind, self.time(Column::OccurredAt)?);
        facts.outcome = self.read(Column::Outcome, Outcome::of_word)?.unwrap_or_default();
        facts.severity = self.read(Column::Severity, Severity::of_word)?;
        facts.user = self
            .texts([
                Column::UserId,
                Column::UserName,
                Column::UserUsername,
                Column::UserEmail,
            ])?
            .map(person);
        facts.by = self.by()?;
        facts.targets = self.targets()?;
        facts.group = self.texts([Column::GroupId, Column::GroupName])?.map(named);
        facts.application = self.texts([Column::ApplicationId, Column::ApplicationName])?.map(named);
        facts.ip = self.read(Column::Ip, of_str)?;
        facts.changes = self.read(Column::Changes, of_json)?.unwrap_or_default();
        facts.metadata = self.read(Column::Metadata, of_json)?.unwrap_or_default();
        for field in Field::texts() {
            let text = self.text(Column::Text(field))?;
            if let Some(slot) = field.text_mut(&mut facts) {
                *slot = text;
            }
        }
        facts.recorder = self.recorder()?;
        Ok(Activity {
            seq: seqs.value(self.row),
            recorded_at: self.time(Column::RecordedAt)?,
            facts,
        })
    }

    fn by(&self) -> Result<By, String> {
        let texts = self.texts([Column::ById, Column::ByName, Column::ByUsername, Column::ByEmail])?;
        let [id, name, username, email] = texts.unwrap_or_default();
        let kind = self.text(Column::ByKind)?.unwrap_or_default();
        Ok(match kind.as_str() {
            "self" => By::Themself,
            "system" => By::System,
            "administrator" => By::Administrator(person([id, name, username, email])),
            "member" => By::Member(person([id, name, username, email])),
            "person" => By::Person(person([id, name, username, email])),
            "application" => By::Application(named([id, name])),
            _ => return Err("its `by_kind` cannot be read".to_owned()),
        })
    }

    fn targets(&self) -> Result<Vec<Target>, String> {
        let columns = [
            Column::TargetKind,
            Column::TargetId,
            Column::TargetName,
            Column::TargetUsername,
            Column::TargetEmail,
        ];
        let first = self.texts(columns)?.map(|[kind, id, name, username, email]| Target {
            kind,
            id,
            name,
            username,
            email,
        });
        let more: Vec<Target> = self.read(Column::MoreTargets, of_json)?.unwrap_or_default();
        Ok(first.into_iter().chain(more).collect())
    }

    fn recorder(&self) -> Result<Recorder, String> {
        let kind = self.read(Column::RecordedBy, RecorderKind::of_word)?;
        let texts = self.texts([Column::RecordedById, Column::RecordedByName])?;
        let [id, name] = texts.unwrap_or_default();
        let ip = self.read(Column::RecordedByIp, of_str)?;
        Ok(Recorder::new(
            kind.unwrap_or(RecorderKind::Unstated),
            Reporter { id, name, ip },
        ))
    }
}

fn of_str<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn of_json<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn person([id, name, username, email]: [String; 4]) -> Person {
    Person {
        id,
        name,
        username,
        email,
    }
}

fn named([id, name]: [String; 2]) -> Named {
    Named { id, name }
}
