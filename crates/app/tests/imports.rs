//! An import is one thing: taken up where it was broken off, found by one query, undone as a whole, and read in again.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::cell::Cell;

use activity::Recorder;
use app::activity::{LogScope, ViewRequest, view};
use app::import::{self, Begin, End, Import, ImportError, ImportFormat, Imported, Input, Origin, Summary, Watch};
use app::ingest::{self, RecordError, Reporter, Submission};
use app::{App, Caller, ChangeError, PageRequest, Reports, Roles, Scopes, Via, holds, retention};
use support::TestApp;

/// Stops after so many lines; never where that is none.
struct Until(Cell<u32>);

impl Watch for Until {
    fn progress(&mut self, _: u64, _: u64) {}
    fn unreadable(&mut self, origin: Origin, why: &str) {
        panic!("line {}: {why}", origin.line);
    }
    fn stops(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left == 1
    }
}

fn request() -> Import {
    Import {
        format: ImportFormat::Jsonl,
        source: String::new(),
        year: None,
        zone: jiff::tz::TimeZone::UTC,
    }
}

/// So many lines, each about somebody else.
fn lines(of: std::ops::Range<u32>) -> Vec<u8> {
    let line = |n| {
        format!(
            "{{\"activity\":\"invoice.paid\",\"external_id\":\"{n}\",\"user\":{{\"id\":\"u{n}\",\"name\":\"Ann\"}},\
             \"occurred_at\":\"2026-03-01T10:00:00Z\"}}\n"
        )
    };
    of.map(line).collect::<String>().into_bytes()
}

async fn read_in(app: &App, admin: &Caller, of: Vec<u8>, until: u32) -> Result<Summary, ImportError> {
    let inputs = [Input::of_bytes("paid.jsonl", of)];
    import::import(app, admin, &request(), &inputs, &mut Until(Cell::new(until))).await
}

async fn all(app: &App, admin: &Caller) -> Vec<Imported> {
    let page = PageRequest {
        after: None,
        limit: 100,
    };
    import::list(app, admin, &page).await.unwrap().rows
}

/// How many activities a query finds.
async fn found(app: &App, admin: &Caller, q: &str) -> usize {
    let request = ViewRequest {
        q: q.to_owned(),
        limit: 1_000,
        ..ViewRequest::default()
    };
    let view = view(app, admin, &LogScope::Everything, &request).await.unwrap();
    view.rows.len()
}

#[tokio::test]
async fn an_import_is_undone_as_a_whole_and_the_same_file_can_be_read_in_again() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    read_in(app, &admin, lines(0..20), 0).await.unwrap();
    // What is there already is none of the second one, which is another file's.
    let second = read_in(app, &admin, lines(15..30), 0).await.unwrap();
    assert_eq!((second.recorded, second.known), (10, 5));
    let listed = all(app, &admin).await;
    let counts: Vec<_> = listed.iter().map(|one| (one.id, one.recorded, one.known)).collect();
    assert_eq!(counts, [(2, 10, 5), (1, 20, 0)]);
    let first = &listed[1];
    assert_eq!(
        (first.format.as_str(), first.files.as_slice()),
        ("jsonl", &["paid.jsonl".to_owned()][..])
    );
    assert!(first.ended_at.is_some() && first.spans.is_some() && first.by.id == admin.person.id);
    assert_eq!(found(app, &admin, &first.query()).await, 20);
    assert_eq!(found(app, &admin, "reported:import:2").await, 10);
    let rows = test.activities().await;
    let leaves = test.log.tree().await.unwrap().root_at(rows.len() as u64).await.unwrap();

    assert!(matches!(
        import::undo(app, &admin, 1, " ").await,
        Err(ChangeError::Invalid(_))
    ));
    assert!(matches!(
        import::undo(app, &admin, 9, "Wrong").await,
        Err(ChangeError::NotFound)
    ));
    let undone = import::undo(app, &admin, 1, "Wrong year")
        .await
        .unwrap()
        .undone
        .unwrap();
    assert_eq!(
        (undone.removed, undone.run, undone.reason.as_str()),
        (20, 1, "Wrong year")
    );
    assert_eq!(found(app, &admin, "reported:import:1").await, 0);
    assert_eq!(found(app, &admin, "activity:invoice.paid").await, 10);
    assert!(matches!(
        import::undo(app, &admin, 1, "Again").await,
        Err(ChangeError::Conflict(_))
    ));
    let told = test.activities().await;
    let told = told.iter().find(|row| &*row.kind == "log.import_undone").unwrap();
    assert_eq!(told.metadata["reason"], "Wrong year");
    assert_eq!(
        (told.metadata["count"].as_str(), told.metadata["import"].as_str()),
        ("20", "1")
    );

    // The rows of the others are there, and what was undone is new.
    let again = read_in(app, &admin, lines(0..20), 0).await.unwrap();
    assert_eq!(
        (again.recorded, again.known),
        (20, 0),
        "they went with the import that brought them"
    );
    let third = read_in(app, &admin, lines(0..20), 0).await.unwrap();
    assert_eq!((third.recorded, third.known), (0, 20));
    test.log.settle(true).await.unwrap();
    let after = test.log.tree().await.unwrap().root_at(rows.len() as u64).await.unwrap();
    assert_eq!(after, leaves, "every leaf stands");
    let verified = test.log.verify(|_| ()).await.unwrap();
    assert!(verified.faults.is_empty(), "{verified:?}");
    let runs = retention::state(app, &admin).await.unwrap().runs;
    assert_eq!(
        (runs[0].removed(), runs[0].import.as_ref().map(|of| of.id)),
        (20, Some(1))
    );
    assert!(runs[0].finished_at.is_some());
    assert_eq!(found(app, &admin, "activity:invoice.paid").await, 30);
}

#[tokio::test]
async fn a_legal_hold_keeps_an_import_until_it_is_lifted() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let auditor = Roles {
        administrator: false,
        auditor: true,
    };
    let auditor = test.signed_in("otto", auditor).await;
    read_in(app, &admin, lines(0..9), 0).await.unwrap();
    holds::place(app, &admin, "u3", "Case 12").await.unwrap();
    let (_, goes) = import::rehearse_undo(app, &admin, 1).await.unwrap();
    assert_eq!((goes.removed, goes.held), (9, 1));
    let Err(ChangeError::Conflict(why)) = import::undo(app, &admin, 1, "Wrong").await else {
        panic!("a hold is passed over");
    };
    assert!(why.contains("1 of its 9") && why.contains("legal hold"), "{why}");
    assert!(matches!(
        import::undo(app, &auditor, 1, "Wrong").await,
        Err(ChangeError::Forbidden)
    ));
    assert!(matches!(
        import::rehearse_undo(app, &auditor, 1).await,
        Err(ChangeError::Forbidden)
    ));
    assert_eq!(import::get(app, &auditor, 1).await.unwrap().undone, None);
    let member = test.signed_in("mia", Roles::default()).await;
    assert!(matches!(
        import::get(app, &member, 1).await,
        Err(ChangeError::Forbidden)
    ));
    let hold = holds::list(app, &admin).await.unwrap().remove(0);
    holds::lift(app, &admin, &hold.id).await.unwrap();
    assert_eq!(
        import::undo(app, &admin, 1, "Wrong")
            .await
            .unwrap()
            .undone
            .unwrap()
            .removed,
        9
    );
}

#[tokio::test]
async fn what_was_stopped_is_told_and_gone_on_with_as_the_same_import() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let stopped = read_in(app, &admin, lines(0..20), 8).await.unwrap();
    assert!(
        stopped.stopped && stopped.recorded == 8 && stopped.lines == 8,
        "{stopped:?}"
    );
    let listed = all(app, &admin).await;
    assert_eq!((listed.len(), listed[0].ended_at, listed[0].recorded), (1, None, 8));
    let rest = read_in(app, &admin, lines(0..20), 0).await.unwrap();
    assert_eq!((rest.recorded, rest.known, rest.stopped), (12, 8, false));
    let listed = all(app, &admin).await;
    assert_eq!((listed.len(), listed[0].recorded), (1, 20));
    assert!(listed[0].ended_at.is_some());
    let rows = test.activities().await;
    let told: Vec<_> = rows.iter().filter(|row| &*row.kind == "log.imported").collect();
    let said = |at: usize, key: &str| told[at].metadata.get(key).map(String::as_str);
    assert_eq!((said(0, "count"), said(0, "broken_off")), (Some("8"), Some("yes")));
    assert_eq!((said(1, "count"), said(1, "broken_off")), (Some("12"), None));
}

/// An activity with this id, as a part of an import.
fn of_id(app: &App, id: &str) -> Submission {
    let mut facts = activity::Facts::new("invoice.paid", app.now());
    facts.external_id = Some(id.to_owned());
    Submission {
        items: vec![Ok(facts)],
        ..Submission::default()
    }
}

fn paid() -> Begin {
    Begin {
        format: "jsonl".to_owned(),
        source: String::new(),
        files: vec!["paid.jsonl".to_owned()],
    }
}

#[tokio::test]
async fn a_part_that_arrives_after_its_import_is_over_is_refused_and_recorded_by_the_next_one() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let mine = key("key_1", &admin);
    let id = import::begin(app, &mine, &paid()).await.unwrap().id;
    let part = async |id| {
        let reporter = Reporter::key(&mine).unwrap();
        import::part_of(app, reporter, id).await.unwrap()
    };
    // Both were let in before it was undone.
    let (first, late) = (part(id).await, part(id).await);
    ingest::record(app, &first, of_id(app, "a")).await.unwrap();
    import::undo(app, &admin, id, "Wrong").await.unwrap();
    let refused = Submission {
        items: vec![Err(vec![activity::limits::FieldError::new("", "wrong")])],
        ..Submission::default()
    };
    for over in [of_id(app, "a"), of_id(app, "b"), refused] {
        let answer = ingest::record(app, &late, over).await;
        assert!(matches!(answer, Err(RecordError::Over)), "{answer:?}");
    }
    assert_eq!(found(app, &admin, "activity:invoice.paid").await, 0);
    let next = import::begin(app, &mine, &paid()).await.unwrap().id;
    let (open, late) = (part(next).await, part(next).await);
    ingest::record(app, &open, of_id(app, "a")).await.unwrap();
    let whole = End {
        whole: true,
        unreadable: 0,
    };
    import::end(app, &mine, next, &whole).await.unwrap();
    let answer = ingest::record(app, &late, of_id(app, "b")).await;
    assert!(matches!(answer, Err(RecordError::Over)), "{answer:?}");
    assert_eq!(found(app, &admin, "activity:invoice.paid").await, 1);
}

#[tokio::test]
async fn each_end_tells_what_was_recorded_since_the_last_one_and_counts_a_line_once() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let mine = key("key_1", &admin);
    let id = import::begin(app, &mine, &paid()).await.unwrap().id;
    let part = import::part_of(app, Reporter::key(&mine).unwrap(), id).await.unwrap();
    for (more, whole, unreadable) in [
        (&["a", "b"][..], false, 4),
        (&[], false, 4),
        (&["c"], false, 2),
        (&["d"], true, 5),
        (&[], true, 9),
    ] {
        for external in more {
            ingest::record(app, &part, of_id(app, external)).await.unwrap();
        }
        import::end(app, &mine, id, &End { whole, unreadable }).await.unwrap();
    }
    let rows = test.activities().await;
    let told = rows.iter().filter(|row| &*row.kind == "log.imported");
    let counts: Vec<&str> = told.map(|row| row.metadata["count"].as_str()).collect();
    assert_eq!(counts, ["2", "1", "1"]);
    let import = import::get(app, &admin, id).await.unwrap();
    assert_eq!((import.recorded, import.refused), (4, 5));
}

#[tokio::test]
async fn what_is_undone_while_it_goes_on_is_undone_once_and_wholly() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let mine = key("key_1", &admin);
    let id = import::begin(app, &mine, &paid()).await.unwrap().id;
    let part = import::part_of(app, Reporter::key(&mine).unwrap(), id).await.unwrap();
    ingest::record(app, &part, of_id(app, "first")).await.unwrap();
    let sending = async {
        let mut sent = 1;
        while ingest::record(app, &part, of_id(app, &sent.to_string())).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let undo = || import::undo(app, &admin, id, "Wrong");
    let (sent, one, other) = tokio::join!(sending, undo(), undo());
    let done: Vec<_> = [one, other].into_iter().filter_map(Result::ok).collect();
    assert_eq!(done.len(), 1, "it is undone once");
    let undone = done[0].undone.as_ref().unwrap();
    assert_eq!(undone.removed, sent, "all that was recorded, and it is counted");
    assert_eq!(found(app, &admin, "activity:invoice.paid").await, 0);
    let runs = retention::state(app, &admin).await.unwrap().runs;
    assert_eq!(runs.len(), 1);
}

#[tokio::test]
async fn an_import_that_brings_nothing_is_none_and_names_are_told_within_limits() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    read_in(app, &admin, Vec::new(), 0).await.unwrap();
    assert_eq!(all(app, &admin).await, []);
    let inputs: Vec<Input> = (0..2_000)
        .map(|n| Input::of_bytes(&format!("{n}\n{}", "é".repeat(300)), Vec::new()))
        .collect();
    let begin = request().begin(&inputs);
    let begun = import::begin(app, &key("key_1", &admin), &begin).await.unwrap();
    assert!(begun.files.len() > 2 && begun.files.len() <= import::FILES);
    assert!(begun.files[0].starts_with('0') && begun.files.last().unwrap().starts_with("1999"));
    assert!(begun.files.iter().any(|name| name.ends_with(" more")));
    let few = request().begin(&inputs[..3]).files;
    assert!(few.len() == 3 && few.iter().all(|name| name.chars().count() == import::NAME));
}

fn key(id: &str, admin: &Caller) -> Caller {
    Caller {
        via: Via::ApiKey {
            id: id.to_owned(),
            name: "Nightly".to_owned(),
            scopes: Scopes {
                write: true,
                ..Scopes::default()
            },
            reports: Reports::default(),
        },
        ..admin.clone()
    }
}

#[tokio::test]
async fn what_a_key_sends_as_a_part_of_its_import_is_the_imports_and_nobody_elses() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let (mine, other) = (key("key_1", &admin), key("key_2", &admin));
    let begin = Begin {
        format: "jsonl".to_owned(),
        source: String::new(),
        files: vec!["paid.jsonl".to_owned()],
    };
    let refused = import::begin(app, &mine, &Begin::default()).await;
    assert!(matches!(refused, Err(ChangeError::Invalid(errors)) if errors.len() == 2));
    assert!(matches!(
        import::begin(app, &admin, &begin).await,
        Err(ChangeError::Forbidden)
    ));
    let id = import::begin(app, &mine, &begin).await.unwrap().id;
    assert_eq!(import::begin(app, &mine, &begin).await.unwrap().id, id);
    assert_ne!(import::begin(app, &other, &begin).await.unwrap().id, id);
    let reporter = |of: &Caller| Reporter::key(of).unwrap();
    let foreign = import::part_of(app, reporter(&other), id).await;
    assert!(matches!(foreign, Err(ChangeError::NotFound)), "{foreign:?}");
    let part = import::part_of(app, reporter(&mine), id).await.unwrap();
    let mut facts = activity::Facts::new("invoice.paid", app.now());
    facts.external_id = Some("a".to_owned());
    let submission = || Submission {
        items: vec![
            Ok(facts.clone()),
            Err(vec![activity::limits::FieldError::new("", "wrong")]),
        ],
        mark: Some("1-abc".to_owned()),
        ..Submission::default()
    };
    for _ in 0..2 {
        ingest::record(app, &part, submission()).await.unwrap();
    }
    let import = import::get(app, &admin, id).await.unwrap();
    assert_eq!((import.recorded, import.known, import.refused), (1, 1, 2));
    assert_eq!(import.mark.as_deref(), Some("1-abc"));
    let rows = test.activities().await;
    let row = rows.iter().find(|row| &*row.kind == "invoice.paid").unwrap();
    assert!(matches!(&row.recorder, Recorder::Import(of) if of.id == id.to_string() && of.name == "paid.jsonl"));
    let end = End {
        whole: true,
        unreadable: 3,
    };
    assert!(matches!(
        import::end(app, &other, id, &end).await,
        Err(ChangeError::NotFound)
    ));
    let ended = import::end(app, &mine, id, &end).await.unwrap();
    assert!(ended.ended_at.is_some() && ended.refused == 5);
    assert_eq!(
        import::end(app, &mine, id, &end).await.unwrap(),
        ended,
        "it may be repeated"
    );
    let over = import::part_of(app, reporter(&mine), id).await;
    assert!(matches!(over, Err(ChangeError::Conflict(_))), "{over:?}");
    let rows = test.activities().await;
    let told: Vec<_> = rows.iter().filter(|row| &*row.kind == "log.imported").collect();
    assert!(told.len() == 1 && told[0].metadata["count"] == "1", "{told:?}");
    // Undone, it takes no more, and a key's id is free again.
    import::undo(app, &admin, id, "Wrong").await.unwrap();
    assert_eq!(found(app, &admin, "activity:invoice.paid").await, 0);
    let next = import::begin(app, &mine, &begin).await.unwrap().id;
    let part = import::part_of(app, reporter(&mine), next).await.unwrap();
    ingest::record(app, &part, submission()).await.unwrap();
    assert_eq!(import::get(app, &admin, next).await.unwrap().recorded, 1);
}
