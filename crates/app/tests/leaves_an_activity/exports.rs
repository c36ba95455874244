//! Exports.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::activity::{Scope, ViewRequest};
use app::exports::{self, Format, State, ViewExport, ZoneChoice};
use futures::StreamExt as _;
use log::SeededRng;

use crate::{Deed, Is, Stage, Table, deed, no_deed};

pub(crate) const TABLE: Table = &[
    ("exports/columns", Is::Machinery),
    ("exports/csv", Is::Machinery),
    ("exports/delete", Is::Mutating(&["export.deleted"])),
    ("exports/download", Is::Mutating(&["export.downloaded"])),
    (
        "exports/generate",
        Is::Silent("only asks; whoever makes the file says so when it is there"),
    ),
    ("exports/list", Is::Reading),
    ("exports/mod", Is::Machinery),
    ("exports/model", Is::Machinery),
    ("exports/rows", Is::Machinery),
    ("exports/stamp", Is::Machinery),
    (
        "exports/stream",
        Is::Mutating(&["export.generated", "export.downloaded"]),
    ),
    ("exports/worker", Is::Mutating(&["export.generated"])),
    ("exports/writer", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Deed<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    match row {
        "exports/delete" => {
            let id = made(stage).await;
            deed(async move { exports::delete(app, admin, &id).await })
        }
        "exports/download" => {
            let id = made(stage).await;
            deed(async move { exports::open_download(app, admin, &id).await })
        }
        "exports/stream" => deed(streamed(stage)),
        "exports/worker" => {
            // As if its maker had been interrupted.
            let id = made(stage).await;
            let mut tx = stage.test.store.begin().await.unwrap();
            sqlx::query(
                "UPDATE export SET state = 'running', file = NULL, sha256 = NULL, finished_at = NULL, lease_until = 0,
                 written = 0, bytes = 0 WHERE id = $1",
            )
            .bind(&id)
            .execute(tx.conn())
            .await
            .unwrap();
            tx.commit().await.unwrap();
            deed(made_again(stage, id))
        }
        other => no_deed(other),
    }
}

/// The id of a file of the member's log that is there.
async fn made(stage: &Stage<'_>) -> String {
    let (app, admin) = (stage.app(), &stage.admin);
    let zone = ZoneChoice::utc();
    let export = exports::generate_user_csv(app, admin, stage.id(), &zone).await.unwrap();
    done(stage, &export.id).await.unwrap();
    export.id
}

async fn done(stage: &Stage<'_>, id: &str) -> Result<(), String> {
    for _ in 0..50 {
        let export = exports::get(stage.app(), &stage.admin, id).await.unwrap().unwrap();
        if export.state == State::Done {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err("the file was not made".to_owned())
}

/// What a restart does with an interrupted file: it begins again.
async fn made_again(stage: &Stage<'_>, id: String) -> Result<(), String> {
    let test = stage.test;
    let rng = Arc::new(SeededRng::new(8));
    let settings = test.app.settings().clone();
    let restarted = App::new(test.store.clone(), test.log.clone(), test.clock.clone(), rng, settings);
    exports::start(&restarted);
    done(stage, &id).await
}

async fn streamed(stage: &Stage<'_>) -> Result<(), String> {
    let request = ViewExport {
        view: ViewRequest::default(),
        format: Format::Jsonl,
        columns: Vec::new(),
        zone: ZoneChoice::utc(),
    };
    let mut streamed = exports::export_view(stage.app(), &stage.member, &Scope::Me, &request)
        .await
        .map_err(|error| error.to_string())?;
    while let Some(chunk) = streamed.chunks.next().await {
        chunk.map_err(|error| error.to_string())?;
    }
    Ok(())
}
