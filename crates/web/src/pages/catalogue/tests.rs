//! Samples of the page of logged activities.

use activity::catalogue;
use app::activity::TypeRow;
use askama::Template as _;

use super::TypesPage;
use crate::pages::activity::tests::{assert_safe, at, shell};

fn page(rows: Vec<TypeRow>) -> String {
    TypesPage::new(shell("/activity/types"), rows, "/activity")
        .render()
        .unwrap()
}

fn catalogue(since: impl Fn(&str) -> Option<activity::Time>) -> Vec<TypeRow> {
    let row = |entry: &'static catalogue::ActivityType| TypeRow {
        code: entry.code.to_owned(),
        entry: Some(entry),
        recorded_since: since(entry.code),
        reported_since: None,
    };
    catalogue::all().map(row).collect()
}

#[test]
fn every_type_of_the_catalogue_is_listed_with_its_example_and_date() {
    let html = page(catalogue(|code| {
        (code == "user.login").then(|| at("2026-12-03T12:00:00Z"))
    }));
    for entry in catalogue::all() {
        assert!(
            html.contains(&format!("<code><bdi>{}</bdi></code>", entry.code)),
            "{}",
            entry.code
        );
    }
    assert!(html.contains("2026-12-03 07:00:00 EST"));
    assert!(html.contains("not yet"));
    assert!(html.contains("<code><bdi>Example Group</bdi></code>"));
    assert!(html.contains("href=\"/activity?q=activity:user.login\""));
}

#[test]
fn a_type_of_another_program_is_listed_by_its_code_and_is_text() {
    let mut rows = catalogue(|_| None);
    rows.push(TypeRow {
        code: "\"><script>alert(1)</script>".to_owned(),
        entry: None,
        recorded_since: None,
        reported_since: Some(at("2026-12-03T12:00:00Z")),
    });
    let html = page(rows);
    assert!(html.contains("Of other programs") && html.contains("reported by programs since"));
    assert!(html.contains("only this installation"));
    assert_safe(&html);
}

#[test]
fn an_empty_catalogue_is_still_a_page() {
    assert!(page(Vec::new()).contains("0 of 0 types"));
}
