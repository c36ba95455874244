//! Every form of file is read back as it was written, by a reader that is not ours.

use std::io::Cursor;

use activity::{Activity, Facts, Time};
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array as _, PrimitiveArray, RecordBatch, StringArray, UInt64Array};
use calamine::{Data, Reader as _, Xlsx};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::file::{FileForm, FileWriter};
use super::super::xlsx::XlsxWriter;
use super::super::{Column, Format, Stamp};
use super::{asked, exported};
use crate::activity::LogScope;
use crate::activity::tests::support::{Setup, auditor, of};
use crate::zone::ZoneChoice;

pub(super) fn row(seq: u64, facts: Facts) -> Activity {
    Activity {
        seq,
        recorded_at: facts.occurred_at,
        facts,
    }
}

/// The file of these rows.
pub(super) fn written(format: Format, columns: &[Column], rows: &[Activity]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let form = FileForm {
        format,
        columns: columns.to_vec(),
        zone: ZoneChoice::est(),
        has_mark: true,
    };
    let out = Box::new(std::fs::File::create(&path).unwrap());
    let mut writer = FileWriter::new(form, out, dir.path()).unwrap();
    for chunk in rows.chunks(100) {
        writer.write_rows(chunk).unwrap();
    }
    let summary = writer.finish().unwrap();
    let bytes = std::fs::read(path).unwrap();
    assert_eq!((summary.rows, summary.bytes), (rows.len() as u64, bytes.len() as u64));
    bytes
}

pub(super) fn batches(file: Vec<u8>) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file)).unwrap();
    reader.build().unwrap().map(Result::unwrap).collect()
}

pub(super) fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Vec<Option<&'a str>> {
    let column = batch.column_by_name(name).unwrap().as_any();
    column.downcast_ref::<StringArray>().unwrap().iter().collect()
}

/// The cells of each sheet, row by row.
pub(super) fn sheets(file: Vec<u8>) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let names = book.sheet_names();
    let rows = |name: String| {
        let range = book.worksheet_range(&name).unwrap();
        (name, range.rows().map(<[Data]>::to_vec).collect())
    };
    names.into_iter().map(rows).collect()
}

fn at(text: &str) -> Facts {
    let mut facts = of("sam", "user.login");
    facts.occurred_at = Time::parse(text).unwrap();
    facts
}

#[tokio::test]
async fn parquet_has_the_names_and_the_types_of_the_record() {
    let setup = Setup::new().await;
    setup.append((0..5_000).map(|_| at("2026-07-01T12:00:00.25Z"))).await;
    let file = exported(
        &setup.app,
        &auditor(),
        &LogScope::Everything,
        &asked("", Format::Parquet),
    )
    .await;
    let batches = batches(file);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 5_000);
    let batch = &batches[0];
    let names: Vec<String> = batch
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(names, Column::ALL.map(Column::record_name));
    for of_record in [
        "seq",
        "occurred_at",
        "recorded_by_kind",
        "user_username",
        "by_kind",
        "group_name",
        "trace_id",
    ] {
        assert!(names.iter().any(|name| name == of_record), "{of_record}");
    }
    let times = batch.column_by_name("occurred_at").unwrap().as_any();
    let times = times
        .downcast_ref::<PrimitiveArray<TimestampMicrosecondType>>()
        .unwrap();
    assert_eq!(times.value(0), Time::parse("2026-07-01T12:00:00.25Z").unwrap().0);
    assert_eq!(times.timezone(), Some("UTC"));
    let seqs = batch.column_by_name("seq").unwrap().as_any();
    assert_eq!(
        seqs.downcast_ref::<UInt64Array>().unwrap().value(0),
        4_999,
        "newest first"
    );
    assert_eq!(texts(batch, "user_name")[0], Some("Sam Jones"));
    assert_eq!(texts(batch, "country")[0], None, "nothing is null, not empty");
}

#[test]
fn parquet_ends_a_row_group_by_its_bytes() {
    let rows: Vec<Activity> = (0..3_000)
        .map(|seq| {
            let mut facts = at("2026-07-01T12:00:00Z");
            // Nothing that a dictionary or a compressor makes small.
            let noise: String = (0..2_000)
                .map(|i| format!("{:x}", (seq + 7) * (i + 3) * 2_654_435_761))
                .collect();
            facts.raw = Some(noise);
            row(seq, facts)
        })
        .collect();
    let file = written(Format::Parquet, &Column::ALL, &rows);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file)).unwrap();
    let groups = reader.metadata().row_groups();
    assert!(groups.len() > 1, "{} row groups", groups.len());
    assert_eq!(groups.iter().map(|group| group.num_rows()).sum::<i64>(), 3_000);
}

#[test]
fn a_workbook_has_dates_numbers_and_text_in_the_chosen_zone() {
    let rows = [
        row(7, at("2026-07-01T12:00:00.25Z")),
        row(6, at("1899-06-01T00:00:00Z")),
    ];
    let columns = [
        Column::Id,
        Column::OccurredAt,
        Column::User,
        Column::Ip,
        Column::Changes,
    ];
    let sheets = sheets(written(Format::Xlsx, &columns, &rows));
    assert_eq!(sheets.len(), 1);
    let (name, cells) = &sheets[0];
    assert_eq!(name, "Activities");
    assert_eq!(cells[0][1], Data::String("occurred_at (EST)".to_owned()));
    assert_eq!(cells[1][0], Data::Float(7.0));
    let Data::DateTime(when) = &cells[1][1] else {
        panic!("{:?}", cells[1])
    };
    // 46204 days after Excel's first, at seven in the morning and a quarter of a second.
    let seconds = (when.as_f64() - 46_204.0) * 86_400.0;
    assert!((seconds - 25_200.25).abs() < 0.001, "{seconds}");
    assert_eq!(cells[1][2], Data::String("Sam Jones (sam)".to_owned()));
    assert_eq!(cells[2][1], Data::String("1899-05-31T19:00:00.000000-05:00".to_owned()));
}

#[test]
fn a_workbook_goes_on_in_another_sheet_where_one_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let columns = vec![Column::Id];
    let stamp = (Stamp::new(&ZoneChoice::utc()), "UTC");
    let mut writer = XlsxWriter::new(columns, stamp, dir.path()).unwrap().with_rows(4);
    let rows: Vec<Activity> = (0..7).map(|seq| row(seq, at("2026-07-01T12:00:00Z"))).collect();
    writer.write_rows(&rows[..5]).unwrap();
    writer.write_rows(&rows[5..]).unwrap();
    let sheets = sheets(writer.finish(Vec::new()).unwrap());
    let all: Vec<_> = sheets
        .iter()
        .map(|(name, cells)| (name.as_str(), cells.len()))
        .collect();
    // Each begins with the names of its columns.
    assert_eq!(all, [("Activities", 4), ("Activities 2", 4), ("Activities 3", 2)]);
    assert_eq!(sheets[1].1[0][0], Data::String("id".to_owned()));
    assert_eq!(sheets[2].1[1][0], Data::Float(6.0));
}

#[test]
fn a_csv_begins_with_a_byte_order_mark_where_it_is_asked_for() {
    let file = written(
        Format::Csv,
        &[Column::Id, Column::OccurredAt],
        &[row(7, at("2026-07-01T12:00:00Z"))],
    );
    let text = String::from_utf8(file).unwrap();
    assert_eq!(text, "\u{feff}id,occurred_at\r\n7,2026-07-01T07:00:00.000000-05:00\r\n");
}
