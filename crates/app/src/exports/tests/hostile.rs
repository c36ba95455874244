//! What others wrote runs nothing and loses nothing, in every form of file.

use activity::{Activity, Time};
use calamine::Data;
use proptest::prelude::*;

use super::super::{Column, Format};
use super::files::{batches, row, sheets, texts, written};
use super::{asked, exported};
use crate::activity::LogScope;
use crate::activity::tests::support::{Setup, auditor, hostile, of};

#[tokio::test]
async fn a_csv_of_hostile_fields_is_read_back_whole_and_runs_nothing() {
    let setup = Setup::new().await;
    setup.append([hostile()]).await;
    let file = exported(&setup.app, &auditor(), &LogScope::Everything, &asked("", Format::Csv)).await;
    let mut reader = ::csv::Reader::from_reader(file.as_slice());
    let header = reader.headers().unwrap().clone();
    assert_eq!(header.iter().collect::<Vec<_>>(), Column::ALL.map(Column::name));
    let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), 1);
    for cell in &records[0] {
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0']),
            "{cell:?}"
        );
    }
    let at = header.iter().position(|name| name == "reason").unwrap();
    assert_eq!(records[0][at], format!("'{}", hostile().reason.unwrap()));
}

/// A row that says this.
fn saying(text: &str) -> Activity {
    let mut facts = of("sam", "user.login");
    facts.occurred_at = Time::parse("2026-07-01T12:00:00Z").unwrap();
    facts.reason = Some(text.to_owned());
    facts.metadata.insert("said".to_owned(), text.to_owned());
    row(1, facts)
}

/// Texts made of what matters here, more often than chance would make them.
fn hostile_text() -> impl Strategy<Value = String> {
    let parts = [
        "=",
        "+1",
        "-",
        "@",
        "=HYPERLINK(\"http://x\")",
        "{=1}",
        "_x0041_",
        "_x000D_",
        "<a>",
        "&amp;",
        "]]>",
        "\t",
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\u{1}",
        "\u{1f}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{202e}",
        "é",
        "👩\u{200d}🚀",
        "'",
        "\"",
        " ",
        "a",
        "http://x",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 1..12).prop_map(|parts| parts.concat())
}

const COLUMNS: [Column; 2] = [Column::Text(activity::Field::Reason), Column::Metadata];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_workbook_holds_text_as_text_and_opens(text in hostile_text()) {
        let sheets = sheets(written(Format::Xlsx, &COLUMNS, &[saying(&text)]));
        let cell = &sheets[0].1[1][0];
        let Data::String(read) = cell else { panic!("{cell:?}") };
        // XML knows no such characters, and its readers make one of the ways to end a line.
        let plain = |text: &str| -> String {
            let lines = text.replace("\r\n", "\n").replace('\r', "\n");
            lines.chars().filter(|c| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' | '\u{fffd}')).collect()
        };
        prop_assert_eq!(plain(read), plain(&text));
    }

    #[test]
    fn parquet_gives_back_every_character(text in hostile_text()) {
        let batches = batches(written(Format::Parquet, &COLUMNS, &[saying(&text)]));
        prop_assert_eq!(texts(&batches[0], "reason"), [Some(text.as_str())]);
        let metadata = texts(&batches[0], "metadata")[0].unwrap();
        let metadata: serde_json::Value = serde_json::from_str(metadata).unwrap();
        prop_assert_eq!(metadata["said"].as_str(), Some(text.as_str()));
    }
}

#[test]
fn a_cell_that_would_be_too_long_for_a_workbook_is_cut_and_says_so() {
    for long in ["x".repeat(40_000), "👩".repeat(20_000), "é".repeat(32_768)] {
        let sheets = sheets(written(Format::Xlsx, &COLUMNS, &[saying(&long)]));
        let Data::String(read) = &sheets[0].1[1][0] else {
            panic!("no text")
        };
        let units = read.encode_utf16().count();
        assert!((32_766..=32_767).contains(&units), "{units}");
        let (kept, _) = read.split_once("… [cut").unwrap();
        assert!(long.starts_with(kept));
    }
    let whole = "x".repeat(32_767);
    let sheets = sheets(written(Format::Xlsx, &COLUMNS, &[saying(&whole)]));
    assert_eq!(sheets[0].1[1][0], Data::String(whole));
}
