//! Samples of the page of exports.

use app::exports::State;
use askama::Template as _;

use super::ListPage;
use super::told::ToldPage;
use crate::pages::activity::tests::{administrator, assert_safe, export, shell};

fn page(states: &[State]) -> String {
    let exports = states.iter().map(|state| export(*state)).collect();
    ListPage::new(shell("/exports"), &administrator(), exports, true)
        .render()
        .unwrap()
}

#[test]
fn an_empty_page_says_where_exports_come_from() {
    let html = page(&[]);
    assert!(html.contains("No exports yet") && html.contains("Generate CSV"));
}

#[test]
fn every_state_is_shown_and_only_what_is_there_can_be_downloaded() {
    let html = page(&[State::Queued, State::Running, State::Done, State::Failed]);
    assert!(html.contains("waiting") && html.contains("24 %") && html.contains("ready") && html.contains("given up"));
    assert_eq!(html.matches("/exports/exp_1/download").count(), 1);
    assert!(
        html.contains("every=\"2\""),
        "a page with unfinished exports keeps itself up to date"
    );
    assert_safe(&html);
    assert!(!page(&[State::Done]).contains("every="));
}

#[test]
fn a_full_page_leads_to_older_exports() {
    let html = page(&[State::Done; super::LIMIT]);
    assert!(html.contains("href=\"/exports?after=exp_1\""));
}

#[test]
fn hostile_names_and_queries_are_text() {
    let mut hostile = export(State::Done);
    hostile.query = "\"\"><script>alert(1)</script>\u{202e}".to_owned();
    hostile.requested_by.name = hostile.query.clone();
    let exports = vec![hostile];
    assert_safe(
        &ListPage::new(shell("/exports"), &administrator(), exports, true)
            .render()
            .unwrap(),
    );
}

#[test]
fn the_page_that_began_an_export_is_told_how_it_goes_and_how_it_ended() {
    for (state, says, goes_on) in [
        (State::Running, "so far", true),
        (State::Done, "Exported", false),
        (State::Failed, "not whole", false),
    ] {
        let told = ToldPage {
            shell: shell("/exports/exp_1/told"),
            export: export(state),
        };
        let html = told.render().unwrap();
        assert!(html.contains(says), "{html}");
        assert_eq!(html.contains("every="), goes_on);
        assert_safe(&html);
    }
}
