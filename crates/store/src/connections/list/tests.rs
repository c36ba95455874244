//! Whether pages of connections are walked in the order of their indexes.

use super::*;
use crate::{Store, StoreUrl};

async fn plan(store: &Store, which: Which, words: &[String], from: PageFrom<(&str, &str)>) -> String {
    let query = ListQuery {
        account_id: "usr_1",
        which,
        words,
        usernames: words,
        from,
    };
    let mut read = store.read().await.unwrap();
    let sql = page_sql(&query, 51).explained();
    let rows = sql.fetch_all(&mut read).await.unwrap();
    let steps = rows.iter().map(|row| text(row, "detail").unwrap());
    steps.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_page_of_connections_is_walked_in_the_order_of_its_indexes() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::Directory(dir.path().to_owned())).await.unwrap();
    for (which, indexes) in [
        (Which::Connected, &["connection_of_low", "connection_of_high"][..]),
        (
            Which::Received,
            &["connection_request_of_low", "connection_request_of_high"],
        ),
        (
            Which::Sent,
            &["connection_request_of_low", "connection_request_of_high"],
        ),
        (Which::Blocked, &["connection_block_by_name"]),
    ] {
        let place = ("ann", "usr_2");
        for (words, from) in [
            (&[][..], PageFrom::After(place)),
            (&["ann".to_owned()], PageFrom::After(place)),
            (&[], PageFrom::Before(place)),
        ] {
            let steps = plan(&store, which, words, from).await;
            for index in indexes {
                assert!(steps.contains(index), "{which:?}: no {index}\n{steps}");
            }
            for table in ["SCAN c", "SCAN a", "SCAN connection"] {
                let walked = steps.lines().any(|step| step.trim() == table);
                assert!(!walked, "{which:?}: it walks a whole table\n{steps}");
            }
            let straight = "_name_key,"; // … of the row beside the cursor
            assert!(
                steps.contains(straight) || which == Which::Blocked,
                "{which:?}\n{steps}"
            );
        }
    }
}
