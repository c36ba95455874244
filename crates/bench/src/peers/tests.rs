use activity::Time;

use super::row::{COLUMNS, Value, values};
use super::*;
use crate::questions;
use crate::traffic::{Course, Traffic};

fn traffic() -> Traffic {
    Traffic::new(7, Course::new(5_000, Time(1_790_000_000 * Time::SECOND)))
}

#[test]
fn a_row_has_the_words_that_are_searched_for() {
    let traffic = traffic();
    let facts = (0..5_000).map(|place| traffic.facts(place));
    let facts = facts
        .into_iter()
        .find(|facts| facts.description.is_some())
        .expect("a note");
    let row = values(3, &facts);
    let Value::Text(text) = &row[COLUMNS.len() - 1] else {
        panic!("a text")
    };
    for wanted in [&facts.device, &facts.description] {
        let wanted = wanted.as_deref().expect("a device and a note").to_lowercase();
        assert!(text.contains(&wanted), "{text}");
    }
    assert_eq!(row[0], Value::Number(3));
}

#[test]
fn a_file_on_its_way_has_every_row_and_value() {
    let (traffic, directory) = (traffic(), tempfile::tempdir().expect("a directory"));
    let file = directory.path().join("part.csv");
    duckdb::write(&file, &traffic, 10..60).expect("a file");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(&file)
        .expect("CSV");
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len(), 50);
    assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
    assert_eq!((&rows[0][0], &rows[49][0]), ("10", "59"));
}

#[tokio::test]
async fn a_database_finds_what_there_is_to_find() {
    let (traffic, directory) = (traffic(), tempfile::tempdir().expect("a directory"));
    let pool = sqlite::open(directory.path()).await.expect("a database");
    sqlite::load(&pool, &traffic).await.expect("rows");
    for question in questions::all(&traffic) {
        let size = sqlite::ask(&pool, &question.sql()).await.expect("an answer");
        assert_eq!(size > 0, question.finds, "{}: {size}", question.name);
        if question.name == "count by type of everything" {
            assert_eq!(size, traffic.course.rows);
        }
    }
    pool.close().await;
}

#[test]
fn an_answer_that_differs_is_an_error() {
    let questions = questions::all(&traffic());
    let answer = |size| Answer { ms: 1.0, size };
    let measured = |size| Measured {
        name: "another".to_owned(),
        loaded_per_second: 1.0,
        bytes: 1.0,
        singles_per_second: None,
        csv_per_second: None,
        answers: vec![answer(size)],
    };
    assert!(measured(50).compare(&questions, &[answer(50)], 0).is_ok());
    assert!(measured(50).compare(&questions, &[answer(53)], 3).is_ok());
    assert!(measured(50).compare(&questions, &[answer(54)], 3).is_err());
    assert!(measured(51).compare(&questions, &[answer(50)], 3).is_err());
}
