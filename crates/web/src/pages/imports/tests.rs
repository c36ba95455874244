use activity::{Named, Time};
use app::import::Undone;
use askama::Template as _;

use super::*;
use crate::pages::activity::tests::shell;

const AT: Time = Time(1_800_000_000_000_000);

fn named(name: &str) -> Named {
    Named {
        id: "usr_1".to_owned(),
        name: name.to_owned(),
    }
}

fn import(id: u64, hostile: &str) -> Imported {
    Imported {
        id,
        format: "auth".to_owned(),
        source: hostile.to_owned(),
        files: vec![hostile.to_owned(), "auth.log".to_owned()],
        by: named(hostile),
        begun_at: AT,
        heard_at: AT,
        ended_at: None,
        recorded: 1_204_551,
        known: 7,
        refused: 3,
        spans: Some((AT, AT)),
        mark: None,
        undone: None,
    }
}

fn undone(id: u64, hostile: &str) -> Imported {
    Imported {
        undone: Some(Undone {
            run: 1,
            at: AT,
            finished_at: None,
            removed: 5_000,
            by: named(hostile),
            reason: hostile.to_owned(),
        }),
        ..import(id, hostile)
    }
}

fn page(may_change: bool, imports: Vec<Imported>) -> String {
    let page = ImportsPage {
        shell: shell(HERE),
        may_change,
        imports,
        pager: Pager::default(),
    };
    page.render().unwrap()
}

#[test]
fn a_list_says_who_read_what_in_and_what_became_of_it() {
    let html = page(
        true,
        vec![undone(2, "<script>alert(1)</script>"), import(1, "auth.log.1")],
    );
    assert!(html.contains("auth.log.1 to auth.log") && html.contains("1,204,551") && html.contains("Not ended"));
    assert!(html.contains("href=\"/activity?q=reported:import:%3D1\""), "{html}");
    assert!(html.contains("/admin/imports/1/undo") && !html.contains("/admin/imports/2/undo"));
    assert!(html.contains("5,000 activities, being taken out of files"));
    assert!(!html.contains("<script>alert"));
    assert!(!page(false, vec![import(1, "a")]).contains("/undo"));
    assert!(page(true, Vec::new()).contains("Nothing was imported yet"));
}

#[test]
fn before_an_import_is_undone_it_is_said_what_that_takes_or_why_it_cannot_be() {
    let ask = |import: Imported, removed, held| {
        let page = UndoPage {
            shell: shell(HERE),
            import,
            goes: Undoing { removed, held },
            reason: "<b>".to_owned(),
            errors: Vec::new(),
        };
        page.render().unwrap()
    };
    let html = ask(import(1, "<script>alert(1)</script>"), 5_000, 0);
    assert!(html.contains("5,000 activities would be removed"));
    assert!(html.contains("action=\"/admin/imports/1/undo\"") && !html.contains("<script>alert"));
    for (import, removed, held, said) in [
        (import(1, "a"), 9, 1, "cannot be undone: 1 of its 9"),
        (import(1, "a"), 0, 0, "Nothing of it is in the log"),
        (undone(1, "a"), 0, 0, "It is undone already"),
    ] {
        let html = ask(import, removed, held);
        assert!(
            html.contains(said) && !html.contains("<form method=\"post\" action=\"/admin/imports"),
            "{html}"
        );
    }
}
