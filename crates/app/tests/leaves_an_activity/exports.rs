//! Exports.

use std::time::Duration;

use activity::{Facts, Person};
use app::ZoneChoice;
use app::exports::{self, State};
use store::exports::ExportRow;

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("exports/attest", Is::Machinery),
    ("exports/beside", Is::Machinery),
    ("exports/cancel", Is::Mutating(&["export.cancelled"])),
    ("exports/columns", Is::Machinery),
    (
        "exports/create",
        Is::Silent("only asks; whoever makes the file says so when it is there"),
    ),
    ("exports/csv", Is::Machinery),
    ("exports/delete", Is::Mutating(&["export.deleted"])),
    ("exports/disk", Is::Machinery),
    ("exports/download", Is::Mutating(&["export.downloaded"])),
    ("exports/estimate", Is::Reading),
    ("exports/expire", Is::Machinery),
    ("exports/file", Is::Machinery),
    ("exports/find", Is::Reading),
    (
        "exports/generate",
        Is::Silent("only asks; whoever makes the file says so when it is there"),
    ),
    ("exports/get", Is::Reading),
    ("exports/make", Is::Machinery),
    ("exports/mod", Is::Machinery),
    ("exports/model", Is::Machinery),
    ("exports/parquet", Is::Machinery),
    ("exports/proofs", Is::Machinery),
    ("exports/question", Is::Machinery),
    ("exports/read_back", Is::Machinery),
    ("exports/recover", Is::Machinery),
    ("exports/rows", Is::Machinery),
    ("exports/stamp", Is::Machinery),
    ("exports/stated", Is::Machinery),
    ("exports/values", Is::Machinery),
    ("exports/worker", Is::Mutating(&["export.generated"])),
    ("exports/xlsx", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    match row {
        "exports/delete" => {
            let id = made(stage).await;
            action(async move { exports::delete(app, admin, &id).await })
        }
        "exports/download" => {
            let id = made(stage).await;
            action(async move { exports::open_part(app, admin, &id, exports::Part::File).await })
        }
        "exports/cancel" => {
            let row = interrupted(stage);
            let mut tx = stage.test.store.begin().await.unwrap();
            store::exports::insert(&mut tx, &row).await.unwrap();
            tx.commit().await.unwrap();
            action(async move { exports::cancel(app, admin, &row.id).await })
        }
        "exports/worker" => {
            let row = interrupted(stage);
            let mut tx = stage.test.store.begin().await.unwrap();
            store::exports::insert(&mut tx, &row).await.unwrap();
            let job = store::exports::job(&row.id);
            store::jobs::add(&mut tx, &job, stage.app().now()).await.unwrap();
            tx.commit().await.unwrap();
            action(async move {
                exports::start(app);
                done(stage, &row.id).await
            })
        }
        other => no_action(other),
    }
}

/// The id of a file of the member's log that is there.
async fn made(stage: &Stage<'_>) -> String {
    let (app, admin) = (stage.app(), &stage.admin);
    let zone = ZoneChoice::utc();
    let export = exports::generate_user_csv(app, admin, stage.id(), &zone, None)
        .await
        .unwrap();
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

/// A file of the member's log whose maker was interrupted: whoever starts to make files begins it again.
fn interrupted(stage: &Stage<'_>) -> ExportRow {
    let json = |person: &Person| serde_json::to_string(person).unwrap();
    let (member, admin, now) = (&stage.member.person, &stage.admin.person, stage.app().now());
    let mut origin = Facts::new("export.generated", now);
    origin.user = Some(member.clone());
    ExportRow {
        id: "exp_interrupted".to_owned(),
        kind: store::exports::Kind::UserCsv,
        format: store::exports::Format::Csv,
        state: store::exports::State::Running,
        subject_id: Some(member.id.clone()),
        subject: Some(json(member)),
        requester_id: admin.id.clone(),
        requester: json(admin),
        origin: serde_json::to_string(&origin).unwrap(),
        query: String::new(),
        question: None,
        columns: String::new(),
        has_mark: false,
        zone: "UTC".to_owned(),
        created_at: now.0,
        finished_at: None,
        expected: 0,
        written: 0,
        bytes: 0,
        sha256: None,
        file: None,
        manifest_bytes: None,
        proof_bytes: None,
        expires_at: None,
        gone: None,
        gone_at: None,
        through_size: None,
        through_at: None,
        error: None,
    }
}
