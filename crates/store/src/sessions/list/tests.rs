//! Whether the page of somebody's own sessions uses its indexes.

use super::*;
use crate::{Store, StoreUrl};

#[tokio::test]
async fn ones_own_sessions_are_found_group_by_group_by_their_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::Directory(dir.path().to_owned())).await.unwrap();
    let query = SessionQuery {
        group_id: None,
        state: SessionState::Ended,
        from: PageFrom::After((Time(5), "ses_5")),
        limit: 51,
    };
    let mut read = store.read().await.unwrap();
    let sql = page_of_sql("usr_1", &query).explained();
    let rows = sql.fetch_all(&mut read).await.unwrap();
    let steps: Vec<_> = rows.iter().map(|row| text(row, "detail").unwrap()).collect();
    let steps = steps.join("\n");
    for index in [
        "group_member_of (account_id=?)",
        "COVERING INDEX session_of_group (group_id=? AND state=? AND (state_at,id)<(?,?))",
    ] {
        assert!(steps.contains(index), "{steps}");
    }
    for table in ["SCAN n", "SCAN s", "SCAN m", "SCAN g"] {
        let walked = steps.lines().any(|step| step.trim() == table);
        assert!(!walked, "it walks a whole table\n{steps}");
    }
}
