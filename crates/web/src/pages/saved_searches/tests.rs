//! Samples of the pages of saved searches.

use activity::Named;
use app::activity::{Columns, Density};
use app::saved_searches::{LogKind, SavedSearch};
use askama::Template as _;

use super::list::ListPage;
use crate::pages::activity::tests::{HOSTILE, assert_safe, at, shell};

fn search(name: &str, kind: LogKind, is_mine: bool) -> SavedSearch {
    SavedSearch {
        id: format!("srch_{name}"),
        kind,
        name: name.to_owned(),
        query: "outcome:failure".to_owned(),
        from: "-7d".to_owned(),
        to: String::new(),
        columns: Some(Columns::usual(true)),
        density: Some(Density::Compact),
        shows_reads: true,
        shared_with: Some(Named {
            id: "grp_1".to_owned(),
            name: name.to_owned(),
        }),
        is_default: is_mine,
        is_mine,
        owner: name.to_owned(),
        version: 1,
        created_at: at("2026-11-21T14:02:51Z"),
    }
}

fn list(mine: Vec<SavedSearch>, shared: Vec<SavedSearch>) -> String {
    let shell = shell("/saved-searches");
    ListPage { shell, mine, shared }.render().unwrap()
}

#[test]
fn a_saved_search_leads_to_its_log_with_everything_it_keeps() {
    let html = list(vec![search("Failures", LogKind::Everything, true)], Vec::new());
    let href = "/activity?q=outcome:failure&#38;from=-7d&#38;cols=time,who,what,where,application&#38;density=compact&#38;reads=1&#38;saved=srch_Failures";
    assert!(html.contains(href), "{html}");
    assert!(html.contains("Default") && html.contains("everyone’s log"));
    let users = list(vec![search("One", LogKind::User, true)], Vec::new());
    assert!(
        !users.contains("saved=srch_One"),
        "which user it is looked at for is chosen there"
    );
}

#[test]
fn what_others_call_their_searches_is_text() {
    let html = list(Vec::new(), vec![search(HOSTILE, LogKind::Group, false)]);
    assert!(html.contains("Shared with you") && !html.contains("/delete"));
    assert_safe(&html);
    assert_safe(&list(vec![search(HOSTILE, LogKind::Me, true)], Vec::new()));
}

#[test]
fn where_nothing_is_saved_the_page_says_how() {
    assert!(list(Vec::new(), Vec::new()).contains("Nothing saved yet"));
}
