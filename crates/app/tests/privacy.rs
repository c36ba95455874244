//! What a person sees of who read their log, and takes of what is kept about them.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::activity::{LogScope, ViewRequest, view};
use app::privacy::{export_my_data, readers};
use app::{Caller, PageRequest, Roles};
use futures::StreamExt as _;
use serde_json::Value;
use support::{TestApp, visitor};

async fn lines(test: &TestApp, caller: &Caller) -> Vec<Value> {
    let mut data = export_my_data(&test.app, caller).await.unwrap();
    let mut text = Vec::new();
    while let Some(chunk) = data.chunks.next().await {
        text.extend_from_slice(&chunk.unwrap());
    }
    let text = String::from_utf8(text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn who_read_my_log_is_listed_newest_first_and_i_am_not_among_them() {
    let test = TestApp::new().await;
    let ada = test.admin().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let page = PageRequest { after: None, limit: 50 };
    assert!(readers(&test.app, &sam, &page).await.unwrap().rows.is_empty());
    view(&test.app, &sam, &LogScope::Me, &ViewRequest::default())
        .await
        .unwrap();
    let theirs = LogScope::User(sam.person.id.clone());
    view(&test.app, &ada, &theirs, &ViewRequest::default()).await.unwrap();
    let found = readers(&test.app, &sam, &page).await.unwrap();
    assert_eq!((found.rows.len(), found.turns.next), (1, None));
    assert_eq!(found.rows[0].reader.username, "ada");
    assert_eq!(found.rows[0].query, format!("user:={}", sam.person.id));
    assert_eq!(test.count("log.viewed").await, 1);
}

#[tokio::test]
async fn an_export_of_my_data_holds_everything_about_me_and_no_secret() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    test.active("ann", Roles::default()).await;
    app::accounts::request_reset(&test.app, &visitor(), "sam")
        .await
        .unwrap();
    let mine = test.codes_of(&sam.person.id).await;
    let lines = lines(&test, &sam).await;
    let records: Vec<&str> = lines.iter().map(|line| line["record"].as_str().unwrap()).collect();
    for record in ["account", "device", "known_device", "mail", "activity"] {
        assert!(records.contains(&record), "{record} is missing from {records:?}");
    }
    let account = lines.iter().find(|line| line["record"] == "account").unwrap();
    assert_eq!(account["username"], "sam");
    let exported: Vec<&str> = lines
        .iter()
        .filter(|line| line["record"] == "activity")
        .map(|line| line["activity"]["activity"].as_str().unwrap())
        .collect();
    assert_eq!(exported, mine, "the whole own log, oldest first");
    let end = lines.last().unwrap();
    assert_eq!(end["record"], "end");
    assert_eq!(end["activities"], mine.len());
    let text = serde_json::to_string(&lines).unwrap();
    for secret in ["argon2", "token", "hash", "ann"] {
        assert!(!text.contains(secret), "{secret} is in the export");
    }
    assert_eq!(test.count("account.data_exported").await, 1);
}

#[tokio::test]
async fn every_section_can_be_read_on_this_database() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut read = test.store.read().await.unwrap();
    for section in store::privacy::SECTIONS {
        store::privacy::page(&mut read, section, &sam.person.id, "", 10)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", section.name));
    }
}

#[tokio::test]
async fn what_a_reader_beside_the_server_left_is_appended_whatever_lies_beside_it() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let mut facts = test.log.get(0).await.unwrap().unwrap().facts;
    facts.kind = "log.viewed".into();
    let readable = serde_json::to_string(&facts).unwrap();
    let mut tx = test.store.begin().await.unwrap();
    for n in 0..250 {
        let text = if n % 100 == 7 {
            readable.as_str()
        } else {
            "{\"of a later version\": 1}"
        };
        store::disclosures::insert_waiting(&mut tx, &format!("w{n:03}"), text)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let waited = app::activity::append_waiting(&test.app).await.unwrap();
    assert_eq!((waited.appended, waited.unreadable.len()), (3, 247));
    assert_eq!(test.count("log.viewed").await, 3);
    let again = app::activity::append_waiting(&test.app).await.unwrap();
    assert_eq!(
        (again.appended, again.unreadable.len()),
        (0, 247),
        "what cannot be read stays"
    );
}
