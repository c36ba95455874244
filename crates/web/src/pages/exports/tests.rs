//! Samples of the pages of exports.

use app::exports::{Export, Format, Gone, Kind, State};
use app::{Caller, Page, Turns};
use askama::Template as _;

use super::one::OnePage;
use super::shown::Shown;
use super::{ListPage, ListUrl};
use crate::pages::activity::tests::{administrator, assert_safe, at, export, shell};
use crate::shell::turns;

fn page_of(exports: Vec<Export>) -> String {
    list(&administrator(), exports, Turns::default(), ListUrl::default())
}

fn list(reader: &Caller, rows: Vec<Export>, turns: Turns, url: ListUrl) -> String {
    let page = Page { rows, turns };
    ListPage::new(shell("/exports"), reader, page, url).render().unwrap()
}

fn page(states: &[State]) -> String {
    page_of(states.iter().map(|state| export(*state)).collect())
}

#[test]
fn an_empty_page_says_where_exports_come_from() {
    let html = page(&[]);
    assert!(html.contains("No exports yet") && html.contains("Generate CSV"));
    assert!(html.contains("href=\"/activity/export\" data-export"));
}

#[test]
fn every_state_is_shown_and_only_what_is_there_can_be_downloaded() {
    let html = page(&[
        State::Queued,
        State::Running,
        State::Done,
        State::Failed,
        State::Cancelled,
    ]);
    assert!(
        html.contains("Waiting, 2 before it") && html.contains("24 % of 5,000") && html.contains("kept until replaced")
    );
    assert!(html.contains("class=\"bad\"") && html.contains(">Failed<") && html.contains(">Cancelled<"));
    assert_eq!(html.matches("/exports/exp_1/download").count(), 1);
    assert_eq!(
        html.matches("/exports/exp_1/cancel").count(),
        2,
        "what is not there yet can be called off"
    );
    assert_eq!(html.matches("/exports/exp_1/delete").count(), 1);
    assert!(
        html.contains("every=\"1\""),
        "a page with unfinished exports keeps itself up to date"
    );
    assert_safe(&html);
    assert!(!page(&[State::Done]).contains("every="));
}

#[test]
fn a_digest_is_shown_short_and_copied_whole() {
    let html = page(&[State::Done]);
    assert!(html.contains(">abababab…</code>"), "{html}");
    assert!(html.contains(&format!("data-text=\"{}\"", "ab".repeat(32))));
}

#[test]
fn the_record_outlives_the_file_and_says_what_became_of_it() {
    for (gone, says) in [
        (Gone::Expired, ">Expired<"),
        (Gone::Deleted, ">Deleted<"),
        (Gone::Replaced, ">Replaced<"),
    ] {
        let mut past = export(State::Done);
        past.is_kept = false;
        past.gone = Some(gone);
        past.gone_at = Some(at("2026-11-25T12:00:00Z"));
        let html = page_of(vec![past]);
        assert!(html.contains(says) && html.contains("the record stays"), "{html}");
        assert!(!html.contains("/download") && html.contains("2026-11-25 07:00:00 EST"));
    }
    let mut sent = export(State::Done);
    (sent.kind, sent.is_kept) = (Kind::Sent, false);
    let html = page_of(vec![sent]);
    assert!(html.contains(">Sent<") && html.contains("nothing is kept"));
}

#[test]
fn somebody_else_may_neither_cancel_nor_delete() {
    let mut auditor = administrator();
    auditor.roles.administrator = false;
    auditor.roles.auditor = true;
    auditor.person.id = "usr_otto".to_owned();
    let exports = vec![export(State::Running), export(State::Done)];
    let html = list(&auditor, exports, Turns::default(), ListUrl::default());
    assert!(html.contains("/download") && !html.contains("/cancel") && !html.contains("/delete"));
}

#[test]
fn what_was_asked_can_be_asked_again() {
    let mut view = export(State::Failed);
    view.kind = Kind::View;
    view.format = Format::Parquet;
    view.asked = serde_json::from_str(
        r#"{"whose":{"group":"grp/1"},"q":"outcome:failure & more","bound":"","from":null,"to":null}"#,
    )
    .unwrap();
    let html = page_of(vec![view]);
    let href = "/groups/grp%2F1/activity/export?q=outcome:failure%20%26%20more&#38;format=parquet";
    assert!(
        html.contains(&format!("href=\"{href}\" data-export>Try again")),
        "{html}"
    );
}

#[test]
fn a_full_page_leads_to_older_exports() {
    let beside = turns(Some("b1"), Some("c1"));
    let html = list(&administrator(), vec![export(State::Done)], beside, ListUrl::default());
    for (cursor, label) in [("b1", "Newer"), ("c1", "Older")] {
        assert!(html.contains(&format!("href=\"/exports?after={cursor}\"")), "{html}");
        assert!(html.contains(&format!(">{label}</a>")), "{html}");
    }
}

#[test]
fn what_is_looked_for_stands_in_the_form_the_title_and_the_way_on() {
    let url = ListUrl {
        find: "\"><b>zoë".to_owned(),
        state: "failed".to_owned(),
        whose: "mine".to_owned(),
        after: "exp_9".to_owned(),
    };
    let look = |rows: Vec<Export>, beside: Turns| list(&administrator(), rows, beside, url.clone());
    let html = look(vec![export(State::Failed)], turns(Some("b1"), Some("c1")));
    let on = "/exports?find=%22%3E%3Cb%3Ezo%C3%AB&#38;state=failed&#38;whose=mine";
    assert!(html.contains(&format!("href=\"{on}&#38;after=c1\"")), "{html}");
    assert!(html.contains(&format!("href=\"{on}\">Newest")), "{html}");
    assert!(html.contains("value=\"failed\" selected") && html.contains("value=\"mine\" selected"));
    assert!(
        html.contains("zoë, Failed, Yours: Exports") && !html.contains("<b>zo"),
        "{html}"
    );
    assert!(look(Vec::new(), Turns::default()).contains("No older export says"));
    assert!(look(Vec::new(), turns(None, Some("c1"))).contains("Look through older ones"));
}

#[test]
fn hostile_names_and_queries_are_text() {
    let mut hostile = export(State::Failed);
    hostile.query = "\"\"><script>alert(1)</script>\u{202e}".to_owned();
    hostile.requested_by.name = hostile.query.clone();
    hostile.error = Some(hostile.query.clone());
    assert_safe(&page_of(vec![hostile.clone()]));
    let one = OnePage {
        shell: shell("/exports/exp_1"),
        shown: Shown::of(hostile, &administrator()),
    };
    assert_safe(&one.render().unwrap());
}

#[test]
fn the_page_of_one_says_how_far_it_is_and_how_it_ended() {
    for (state, says, goes_on) in [
        (State::Queued, "waits for its turn, 2 before it", true),
        (State::Running, "1,234 of 5,000 rows", true),
        (State::Done, "is ready: 1,234 rows", false),
        (State::Failed, "did not finish", false),
        (State::Cancelled, "was cancelled", false),
    ] {
        let one = OnePage {
            shell: shell("/exports/exp_1"),
            shown: Shown::of(export(state), &administrator()),
        };
        let html = one.render().unwrap();
        assert!(html.contains(says), "{html}");
        assert_eq!(html.contains("every="), goes_on);
        assert_eq!(html.contains("/cancel"), goes_on);
        assert_safe(&html);
    }
}
