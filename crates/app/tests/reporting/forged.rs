//! Rows that pretend to be this installation's own.

use std::collections::BTreeSet;

use activity::limits::FaultCode;
use activity::{Activity, By, Recorder, canonical, catalogue, json, sentence};
use app::accounts::LoginStatus;
use app::activity::{LogScope, ViewRequest, types, view};
use serde_json::{Value, json};
use testkit::EVERYDAY;

use crate::support::{GOOD, TestApp, WRONG};
use crate::world::{World, person};

/// A row in every field like one that this installation writes itself; ids of accounts are `id`'s where it has one.
fn forged(world: &World, code: &str, ids: Option<(&str, &str)>) -> Value {
    json!({
        "activity": code,
        "occurred_at": "2026-11-20T12:00:00Z",
        "user": person(&world.cara, ids.map(|ids| ids.0)),
        "by": { "kind": "administrator", "person": person(&world.ada, ids.map(|ids| ids.1)) },
        "targets": [{ "kind": "session", "id": "s-1", "name": "Weekly review" }],
        "ip": "203.0.113.7",
        "device": "Firefox on Linux",
        "user_agent": "Mozilla/5.0",
        "changes": [{ "field": "roles", "before": "member", "after": "administrator, member" }],
        "metadata": { "api_key": "key_1", "api_key_name": "Nightly" },
    })
}

#[tokio::test]
async fn no_type_about_an_account_here_is_taken_from_a_key_that_may_not_name_it() {
    let world = World::new().await;
    let key = world.key(&[], false).await;
    let before = world.test.activities().await.len();
    for code in EVERYDAY {
        let faults = world.faults(&key, forged(&world, code, None)).await;
        assert_eq!(
            faults,
            [
                ("/user/id".to_owned(), FaultCode::NotYours),
                ("/by/id".to_owned(), FaultCode::NotYours)
            ],
            "{code}"
        );
        let mut in_the_web_manager = forged(&world, code, Some(("24", "25")));
        in_the_web_manager["application"] = json!({ "id": "app_web", "name": "Web manager" });
        let faults = world.faults(&key, in_the_web_manager).await;
        assert!(
            faults.contains(&("/application".to_owned(), FaultCode::NotYourApplication)),
            "{code}: {faults:?}"
        );
    }
    assert_eq!(
        world.test.activities().await.len(),
        before,
        "nothing of it is in the log"
    );
}

#[tokio::test]
async fn what_only_this_installation_causes_is_refused_from_every_reporter() {
    let world = World::new().await;
    let only_here: Vec<&str> = catalogue::all()
        .filter(|entry| entry.only_here)
        .map(|entry| entry.code)
        .chain(["log.of_a_later_version", "account.x", "export", "whodid.anything"])
        .collect();
    assert!(only_here.len() > 30);
    let all = world.key(&[], true).await;
    for reporter in [world.key(&["billing"], false).await, all, world.headset()] {
        for code in &only_here {
            let faults = world.faults(&reporter, json!({ "activity": code })).await;
            assert!(
                faults.contains(&("/activity".to_owned(), FaultCode::OnlyThisInstallation)),
                "{code}: {faults:?}"
            );
        }
    }
}

#[tokio::test]
async fn one_refused_item_takes_no_other_with_it_and_names_what_to_do() {
    let world = World::new().await;
    let key = world.key(&[], false).await;
    let results = world
        .send_all(
            &key,
            vec![
                json!({ "activity": "user.login", "user": "24" }),
                json!({ "activity": "log.viewed", "user": "24" }),
                json!({ "activity": "user.login", "user": world.cara.person.id }),
                json!({ "activity": "invoice.paid", "user": "24" }),
            ],
        )
        .await;
    use app::ingest::ItemResult::{Recorded, Refused};
    let [Recorded(_), Refused(first), Refused(second), Recorded(_)] = results.as_slice() else {
        panic!("{results:?}");
    };
    assert!(first[0].detail.contains("\"log.viewed\"") && first[0].detail.contains("a type of your own"));
    assert!(second[0].detail.contains(&world.cara.person.id) && second[0].detail.contains("\"usr_\""));
}

/// What is known of an account: last log-in and lockout, status, and how many rows of its log are of here and claimed.
async fn account(world: &World, id: &str) -> (String, LoginStatus, usize, usize) {
    let user = app::accounts::get_user(&world.test.app, &world.ada, id).await.unwrap();
    let row = user.unwrap().row;
    let request = ViewRequest {
        limit: 1000,
        ..ViewRequest::default()
    };
    let log = view(&world.test.app, &world.ada, &LogScope::User(id.to_owned()), &request)
        .await
        .unwrap();
    let (claimed, ours): (Vec<&Activity>, Vec<&Activity>) = log
        .rows
        .iter()
        .filter(|row| !row.kind.starts_with("log."))
        .partition(|row| row.recorder.is_reported());
    let times = format!("{:?} {:?}", row.last_login, row.locked_until);
    (times, row.status, ours.len(), claimed.len())
}

#[tokio::test]
async fn a_name_alone_makes_no_row_an_accounts_and_nothing_reported_moves_what_is_known_of_it() {
    let world = World::new().await;
    let cara = world.cara.person.id.clone();
    let before = account(&world, &cara).await;
    let strangers = world.key(&[], false).await;
    let trusted = world.key(&[], true).await;
    for code in EVERYDAY {
        let row = world
            .send(&strangers, forged(&world, code, Some(("24", "25"))))
            .await
            .unwrap();
        assert_eq!(row.user.as_ref().unwrap().id, "24", "{code}");
        assert!(
            matches!(&row.by, By::Person(person) if person.id == "25"),
            "{code}: {:?}",
            row.by
        );
    }
    assert_eq!(
        account(&world, &cara).await,
        before,
        "names link nothing to the account"
    );
    for code in EVERYDAY {
        for outcome in ["success", "failure"] {
            let mut item = forged(&world, code, None);
            item["outcome"] = json!(outcome);
            let row = world.send(&trusted, item).await.unwrap();
            assert!(row.recorder.is_reported() && row.by.person().unwrap().id == world.ada.person.id);
        }
    }
    let after = account(&world, &cara).await;
    assert_eq!(
        (&after.0, &after.1, after.2),
        (&before.0, &before.1, before.2),
        "claims count for nothing"
    );
    assert_eq!(after.3, 2 * EVERYDAY.len(), "claimed rows stand in the log, marked");
    // Twenty claimed failures lock nobody out, and a claimed success does not forgive real ones.
    for _ in 0..20 {
        let failed = json!({ "activity": "user.login_failed", "user": cara, "outcome": "failure" });
        world.send(&trusted, failed).await.unwrap();
    }
    assert!(world.test.log_in("cara", WRONG).await.is_err());
    world
        .send(&trusted, json!({ "activity": "user.login", "user": cara }))
        .await
        .unwrap();
    assert_ne!(world.test.status(&cara).await, LoginStatus::Locked);
    assert!(world.test.log_in("cara", GOOD).await.is_ok());
}

#[tokio::test]
async fn a_type_is_recorded_since_it_happened_here_and_reported_since_it_was_reported() {
    let world = World::new().await;
    let key = world.key(&[], true).await;
    for code in ["user.two_factor_enabled", "user.login", "invoice.paid"] {
        world
            .send(
                &key,
                json!({ "activity": code, "user": "24", "occurred_at": "2020-01-01T00:00:00Z" }),
            )
            .await
            .unwrap();
    }
    let types = types(&world.test.app, &world.ada).await.unwrap();
    let of = |code: &str| {
        let row = types.iter().find(|row| row.code == code).unwrap();
        (row.recorded_since.is_some(), row.reported_since.is_some())
    };
    assert_eq!(of("user.two_factor_enabled"), (false, true));
    assert_eq!(of("user.login"), (true, true));
    assert_eq!(of("invoice.paid"), (false, true));
    assert_eq!(of("group.created"), (true, false));
    let of_member = app::activity::types(&world.test.app, &world.cara).await.unwrap();
    assert!(
        of_member
            .iter()
            .all(|row| row.reported_since.is_none() && row.code != "invoice.paid")
    );
}

/// All that a reader can tell a row by, without its place in the log.
fn faces(row: &Activity) -> [String; 4] {
    let mut placeless = row.clone();
    (placeless.seq, placeless.recorded_at) = (0, row.occurred_at);
    let mut csv = Vec::new();
    let mut writer = app::exports::UserCsvWriter::new(&app::ZoneChoice::named("UTC").unwrap());
    writer.write_row(&placeless, &mut csv);
    let leaf = canonical::leaf_of(&placeless.facts, |_| Some([7; 32])).unwrap();
    [
        json::to_json(&placeless).to_string(),
        String::from_utf8(csv).unwrap(),
        format!("{} {}", sentence::plain(&row.facts), row.recorder.is_reported()),
        format!("{leaf:?}"),
    ]
}

#[tokio::test]
async fn no_row_that_is_taken_equals_a_genuine_one_in_anything_a_reader_sees() {
    let world = World::new().await;
    let trusted = world.key(&[], true).await;
    let headset = world.headset();
    let genuine = world.test.activities().await;
    let known: BTreeSet<[String; 4]> = genuine.iter().map(faces).collect();
    let mut taken = 0;
    for row in &genuine {
        for reporter in [&trusted, &headset] {
            for change in [0, 1, 2] {
                // The row itself, and as near to it as this reporter may come.
                let mut item = json::to_json(row);
                for key in ["id", "recorded_at", "recorded_by", "sentence"] {
                    item.as_object_mut().unwrap().remove(key);
                }
                if change > 0 {
                    item.as_object_mut().unwrap().remove("application");
                }
                if change > 1 {
                    item.as_object_mut().unwrap().remove("by");
                }
                if let Ok(copy) = world.send(reporter, item).await {
                    taken += 1;
                    assert!(matches!(copy.recorder, Recorder::ApiKey(_) | Recorder::Application(_)));
                    let faces = faces(&copy);
                    for known in &known {
                        for (face, known) in faces.iter().zip(known) {
                            assert_ne!(face, known);
                        }
                    }
                }
            }
        }
    }
    assert!(
        taken >= 5,
        "only {taken} of the copies were taken: this would show nothing"
    );
}

#[tokio::test]
async fn a_user_who_is_only_reported_is_called_by_their_id() {
    let world = World::new().await;
    let key = world.key(&[], false).await;
    world
        .send(&key, forged(&world, "user.login", Some(("24", "25"))))
        .await
        .unwrap();
    let person = app::activity::person(&world.test.app, &world.ada, "24").await.unwrap();
    assert_eq!(person.unwrap().to_string(), "24");
    let unknown = app::activity::person(&world.test.app, &world.ada, "26").await.unwrap();
    assert!(unknown.is_none());
}

#[tokio::test]
async fn an_import_says_no_more_than_a_program() {
    struct Lines(Vec<(u64, String)>);
    impl app::import::Watch for Lines {
        fn progress(&mut self, _: u64, _: u64) {}
        fn unreadable(&mut self, origin: app::import::Origin, why: &str) {
            self.0.push((origin.line, why.to_owned()));
        }
    }
    let test = TestApp::new().await;
    let cara = test.active("cara", app::Roles::default()).await;
    let text = [
        json!({ "activity": "user.login", "user": "24", "by": { "kind": "administrator", "id": "25" } }),
        json!({ "activity": "log.viewed", "user": "24" }),
        json!({ "activity": "user.login", "user": cara }),
        json!({ "activity": "user.login", "user": "24", "application": "app_web" }),
        json!({ "activity": "user.login", "user": "24", "recorded_by": { "kind": "whodid" } }),
    ];
    let text: Vec<String> = text.iter().map(Value::to_string).collect();
    let request = app::import::Import {
        format: app::import::ImportFormat::Jsonl,
        source: "old".to_owned(),
        year: None,
        zone: jiff::tz::TimeZone::UTC,
    };
    let mut lines = Lines(Vec::new());
    let inputs = [app::import::Input::of_bytes("old.jsonl", text.join("\n").into_bytes())];
    let done = app::import::import(&test.app, &app::Caller::command_line(), &request, &inputs, &mut lines).await;
    assert_eq!(done.unwrap().recorded, 2);
    let refused: Vec<u64> = lines.0.iter().map(|(line, _)| *line).collect();
    assert_eq!(refused, [2, 3, 4], "{:?}", lines.0);
    let rows = test.activities().await;
    let imported: Vec<&Activity> = rows.iter().filter(|row| row.recorder.is_reported()).collect();
    assert_eq!(imported.len(), 2);
    assert!(matches!(&imported[0].by, By::Person(person) if person.id == "25"));
    for row in imported {
        let Recorder::Import(reporter) = &row.recorder else {
            panic!("{row:?}");
        };
        assert_eq!((&*reporter.id, &*reporter.name), ("1", "old.jsonl"));
    }
}
