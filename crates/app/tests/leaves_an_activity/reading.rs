//! Reading the log, and what others report into it: `activity`, `import` and `ingest`.

use activity::Facts;
use app::activity::{self as view, LogScope, ViewRequest};
use app::import::{self, Import, ImportFormat, Input, Origin, Watch};
use app::ingest::{self, ItemResult, Submission};

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("activity/chips", Is::Machinery),
    ("activity/cursor", Is::Machinery),
    ("activity/close_holes", Is::Mutating(&["log.gap_closed"])),
    // Giving rows of somebody else's log is a change of that log.
    ("activity/disclosure/give", Is::Mutating(&["log.viewed"])),
    ("activity/disclosure/give@several", Is::Mutating(&["log.searched"])),
    ("activity/disclosure/guarded", Is::Machinery),
    ("activity/disclosure/kept", Is::Machinery),
    ("activity/disclosure/mod", Is::Machinery),
    ("activity/disclosure/note", Is::Machinery),
    ("activity/disclosure/people", Is::Machinery),
    ("activity/disclosure/question", Is::Machinery),
    ("activity/disclosure/repeats", Is::Machinery),
    ("activity/disclosure/rows", Is::Machinery),
    ("activity/disclosure/waiting", Is::Machinery),
    ("activity/display", Is::Machinery),
    ("activity/empty", Is::Machinery),
    ("activity/follow", Is::Reading),
    // Counts and names of what a reader may read anyway; no row is given.
    ("activity/complete/mod", Is::Reading),
    ("activity/complete/counted", Is::Machinery),
    ("activity/complete/named", Is::Machinery),
    ("activity/overview/mod", Is::Reading),
    ("activity/overview/names", Is::Machinery),
    ("activity/overview/narrow", Is::Machinery),
    ("activity/hint", Is::Machinery),
    ("activity/known", Is::Machinery),
    ("activity/meant", Is::Machinery),
    ("activity/nearby", Is::Machinery),
    ("activity/get", Is::Reading),
    ("activity/mod", Is::Machinery),
    ("activity/reads", Is::Machinery),
    ("activity/scope", Is::Machinery),
    // What it gives is told of by the disclosure.
    ("activity/tail", Is::Reading),
    ("activity/take", Is::Reading),
    ("activity/types", Is::Reading),
    ("activity/view", Is::Reading),
    // Asks witnesses, and changes nothing here.
    ("integrity/courier", Is::Machinery),
    ("integrity/mod", Is::Machinery),
    // Hashes, which say nothing of anybody.
    ("integrity/prove", Is::Reading),
    ("integrity/public", Is::Reading),
    ("integrity/sources", Is::Reading),
    ("integrity/state", Is::Reading),
    ("integrity/verify", Is::Mutating(&["log.verified"])),
    ("integrity/verify@due", Is::Mutating(&["log.verified"])),
    ("import/begin", Is::Silent("its end tells of it")),
    ("import/decode", Is::Machinery),
    ("import/end", Is::Mutating(&["log.imported"])),
    // What was read in, without what it says.
    ("import/imported", Is::Reading),
    ("import/jsonl", Is::Machinery),
    ("import/lines", Is::Machinery),
    ("import/mod", Is::Machinery),
    ("import/order", Is::Machinery),
    ("import/reader", Is::Machinery),
    ("import/run", Is::Mutating(&["user.login", "log.imported"])),
    ("import/summary", Is::Machinery),
    ("import/undo", Is::Mutating(&["log.import_undone"])),
    ("ingest/judge", Is::Machinery),
    ("ingest/mod", Is::Machinery),
    ("ingest/record", Is::Mutating(&["user.login"])),
    ("ingest/reporter", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    match row {
        "activity/disclosure/give" => action(async move {
            let of_member = LogScope::User(stage.id().to_owned());
            view::view(app, admin, &of_member, &ViewRequest::default()).await
        }),
        "activity/disclosure/give@several" => {
            action(async move { view::view(app, admin, &LogScope::Everything, &ViewRequest::default()).await })
        }
        "activity/close_holes" => {
            // Looking for them seals what is hot, which is no part of closing them.
            let mut holes = view::open_holes(app, admin).await.unwrap();
            assert!(holes.is_empty(), "nothing is damaged here");
            holes.push(engine::Hole::lost(0..1, "it was damaged"));
            action(async move { view::close_holes(app, admin, &holes).await })
        }
        "integrity/verify" => action(async move { app::integrity::verify(app, admin).await.map(drop) }),
        "integrity/verify@due" => action(app::integrity::verify_due(app)),
        "import/run" => action(imported(stage)),
        "import/end" => {
            let (key, id) = sent(stage).await;
            let end = import::End {
                whole: true,
                unreadable: 0,
            };
            action(async move { import::end(app, &key, id, &end).await })
        }
        "import/undo" => {
            imported(stage).await.unwrap();
            action(import::undo(app, admin, 1, "Wrong year"))
        }
        "ingest/record" => action(recorded(stage)),
        other => no_action(other),
    }
}

async fn imported(stage: &Stage<'_>) -> Result<(), String> {
    let request = Import {
        format: ImportFormat::Auth,
        source: String::new(),
        year: Some(2025),
        zone: jiff::tz::TimeZone::UTC,
    };
    let line = "Dec 10 06:55:46 gate sshd[24200]: Accepted password for sam from 192.0.2.7 port 52001 ssh2\n";
    let inputs = [Input::of_bytes("auth.log", line.into())];
    import::import(stage.app(), &stage.admin, &request, &inputs, &mut Unwatched)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

struct Unwatched;

impl Watch for Unwatched {
    fn progress(&mut self, _: u64, _: u64) {}

    fn unreadable(&mut self, origin: Origin, why: &str) {
        panic!("line {}: {why}", origin.line);
    }
}

/// An import that a key began, and what it sent of it.
async fn sent(stage: &Stage<'_>) -> (app::Caller, u64) {
    let (app, key) = (stage.app(), key(stage));
    let begin = import::Begin {
        format: "jsonl".to_owned(),
        source: String::new(),
        files: vec!["a.jsonl".to_owned()],
    };
    let id = import::begin(app, &key, &begin).await.unwrap().id;
    let reporter = ingest::Reporter::key(&key).unwrap();
    let part = import::part_of(app, reporter, id).await.unwrap();
    ingest::record(app, &part, submission(stage)).await.unwrap();
    (key, id)
}

fn submission(stage: &Stage<'_>) -> Submission {
    let mut facts = Facts::new("user.login", stage.app().now());
    facts.user = Some(activity::Person {
        id: "24".to_owned(),
        ..stage.member.person.clone()
    });
    Submission {
        items: vec![Ok(facts)],
        ..Submission::default()
    }
}

fn key(stage: &Stage<'_>) -> app::Caller {
    app::Caller {
        via: app::Via::ApiKey {
            id: "key_1".to_owned(),
            name: "Nightly".to_owned(),
            scopes: app::Scopes {
                write: true,
                ..app::Scopes::default()
            },
            reports: app::Reports::default(),
        },
        ..stage.admin.clone()
    }
}

async fn recorded(stage: &Stage<'_>) -> Result<(), String> {
    let reporter = ingest::Reporter::key(&key(stage)).unwrap();
    let recorded = ingest::record(stage.app(), &reporter, submission(stage))
        .await
        .map_err(|error| error.to_string())?;
    match recorded.items.as_slice() {
        [ItemResult::Recorded(_)] => Ok(()),
        other => Err(format!("{other:?}")),
    }
}
