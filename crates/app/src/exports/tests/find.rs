//! Exports are found among those that a caller may see, and nothing else is.

use activity::Time;

use super::super::{Export, ExportSearch, Format, Stage, delete, find};
use super::{asked, exported, listed};
use crate::activity::LogScope;
use crate::activity::tests::support::{Setup, administrator, auditor, member};
use crate::{Caller, PageRequest, Turns};

/// The first page of so many rows.
fn first(limit: u32) -> PageRequest {
    PageRequest { after: None, limit }
}

/// The queries of those that are found.
async fn found(setup: &Setup, caller: &Caller, text: &str, stage: Option<Stage>, mine: bool) -> Vec<String> {
    let search = ExportSearch {
        find: text.to_owned(),
        stage,
        mine,
        page: first(50),
    };
    let page = find(&setup.app, caller, &search).await.unwrap();
    assert_eq!(page.turns, Turns::default());
    let query = |export: Export| export.asked.map(|asked| asked.q).unwrap_or_default();
    page.rows.into_iter().map(query).collect()
}

#[tokio::test]
async fn exports_are_found_by_text_stage_and_whose_they_are() {
    let setup = Setup::new().await;
    let (maria, ada, sam) = (administrator(), auditor(), member("sam"));
    let scope = LogScope::Everything;
    for (caller, q) in [(&maria, "outcome:success"), (&ada, "Zoë"), (&maria, "device:Ünix")] {
        exported(&setup.app, caller, &scope, &asked(q, Format::Csv)).await;
        setup.clock.advance(Time::SECOND);
    }
    exported(
        &setup.app,
        &sam,
        &LogScope::Me,
        &asked("outcome:failure", Format::Jsonl),
    )
    .await;
    let ours = listed(&setup.app, &maria).await;
    delete(&setup.app, &maria, &ours[1].id).await.unwrap();
    let all = ["outcome:failure", "device:Ünix", "Zoë", "outcome:success"];
    assert_eq!(found(&setup, &maria, "  ", None, false).await, all);
    assert_eq!(
        found(&setup, &maria, "zoe", None, false).await,
        ["Zoë"],
        "regardless of case and accents"
    );
    assert_eq!(
        found(&setup, &maria, "ÁDA everyone", None, false).await,
        ["Zoë"],
        "by who asked, and whose log"
    );
    assert_eq!(found(&setup, &maria, "json", None, false).await, ["outcome:failure"]);
    let digest = ours[0].sha256.clone().unwrap();
    assert_eq!(
        found(&setup, &maria, &digest[..12], None, false).await,
        ["outcome:failure"]
    );
    assert_eq!(
        found(&setup, &maria, "%", None, false).await,
        [""; 0],
        "signs stand for themselves"
    );
    assert_eq!(
        found(&setup, &maria, "", Some(Stage::Gone), false).await,
        ["device:Ünix"]
    );
    assert_eq!(
        found(&setup, &maria, "", Some(Stage::Kept), true).await,
        ["outcome:success"]
    );
    assert_eq!(found(&setup, &maria, "", Some(Stage::Failed), false).await, [""; 0]);
    assert_eq!(
        found(&setup, &sam, "", None, false).await,
        ["outcome:failure"],
        "a member finds their own"
    );
    assert_eq!(found(&setup, &sam, "zoe", None, false).await, [""; 0]);
    // Page by page, whatever is left out between.
    let mut search = ExportSearch {
        find: "outcome".to_owned(),
        page: first(1),
        ..ExportSearch::default()
    };
    let mut ids = Vec::new();
    loop {
        let page = find(&setup.app, &maria, &search).await.unwrap();
        ids.extend(page.rows.into_iter().map(|export| export.id));
        let Some(next) = page.turns.next else {
            search.page.after = page.turns.prev;
            break;
        };
        search.page.after = Some(next);
    }
    assert_eq!(ids.len(), 2);
    let page = find(&setup.app, &maria, &search).await.unwrap();
    assert_eq!(page.rows[0].id, ids[0], "and back");
    assert_eq!(page.turns.prev, None);
    search.find = "zoe".to_owned();
    assert!(
        find(&setup.app, &maria, &search).await.is_err(),
        "a cursor is of what was looked for"
    );
}
