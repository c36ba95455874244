//! People and groups are found in the lists as the log finds them: without case, accents or blanks that a script has not.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::Caller;
use app::accounts::{self, UserSearch};
use app::groups::{self, GroupSearch, NewGroup};
use support::TestApp;

/// The ids that All Users finds.
async fn found(test: &TestApp, find: &str) -> Vec<String> {
    let search = UserSearch {
        find: find.to_owned(),
        limit: 50,
        ..UserSearch::default()
    };
    let page = accounts::list_users(&test.app, &Caller::command_line(), &search).await;
    page.unwrap().rows.into_iter().map(|row| row.person.id).collect()
}

async fn sql(test: &TestApp, statement: &'static str, id: &str) {
    let mut beside = test.store.beside().await.unwrap();
    sqlx::query(statement).bind(id).execute(&mut beside).await.unwrap();
}

#[tokio::test]
async fn people_are_found_however_their_names_are_typed() {
    let test = TestApp::new().await;
    for (username, given_name, family_name, finds) in [
        ("zh", "Zoë", "Hargreaves", "zoe|zoë|ZOË|Zoe Harg|hargr"),
        ("sm", "Jörg", "Straßer", "jorg|STRASSER|straßer"),
        ("od", "Οδυσσεύς", "Δούκας", "ΟΔΥΣΣΕΥΣ|οδυσσευς δουκας"),
        ("tr", "İstanbul", "Işık", "istanbul|ISTANBUL|isik|ışık"),
        ("jp", "東京", "都庁", "東京|京|都庁|庁"),
        ("th", "ประเทศไทย", "ใจดี", "ไทย|เทศ"),
        ("ko", "서울특별", "김", "특별"),
    ] {
        let id = test.named(username, given_name, family_name).await;
        for find in finds.split('|') {
            assert_eq!(found(&test, find).await, [id.as_str()], "{find}");
        }
    }
}

#[tokio::test]
async fn people_and_groups_that_were_there_before_are_found_once_their_names_are_folded() {
    let test = TestApp::new().await;
    let caller = test.admin().await;
    let zoe = test.named("zh", "Zoë", "Hargreaves").await;
    let new = NewGroup {
        name: "Größe GmbH".to_owned(),
        ..NewGroup::default()
    };
    let group = groups::create(&test.app, &caller, new).await.unwrap().id;
    // As an earlier version left them.
    for (statement, id) in [
        ("UPDATE account SET name_key = 'zoë hargreaves' WHERE id = $1", &zoe),
        ("DELETE FROM account_word WHERE account_id = $1", &zoe),
        ("DELETE FROM group_word WHERE group_id = $1", &group),
        ("UPDATE folding SET version = 0 WHERE $1 <> ''", &group),
    ] {
        sql(&test, statement, id).await;
    }
    assert_eq!(found(&test, "zoe").await, [""; 0]);

    assert_eq!(accounts::fold_names(&test.app).await.unwrap(), 2);
    assert_eq!(found(&test, "zoe").await, [zoe.as_str()]);
    let search = GroupSearch {
        find: "grosse".to_owned(),
        limit: 10,
        ..GroupSearch::default()
    };
    let listed = groups::list(&test.app, &caller, &search).await.unwrap();
    assert_eq!(listed.rows.len(), 1);
    assert_eq!(accounts::fold_names(&test.app).await.unwrap(), 0, "once");
}
