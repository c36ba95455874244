//! Erasing people: nothing of somebody is left in any byte of the installation, whatever names them; nobody else loses anything;
//! every leaf, root and proof stands.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::path::Path;
use std::time::Duration;

use activity::{ERASED, ERASED_NAME};
use app::accounts::{self, Activation, NewUser};
use app::activity::{LogScope, ViewRequest, view};
use app::api_keys::{self, NewKeyRequest};
use app::connections;
use app::erasure::{self, Outcome, Whom};
use app::exports::{self, State};
use app::groups::{self, GroupRole, Invite, NewGroup};
use app::saved_searches::{self, LogKind, NewSavedSearch};
use app::sessions::{self, NewSession};
use app::{Caller, ChangeError, Reports, Roles, Scopes, Via, ZoneChoice, holds, import};
use engine::{SigningKey, Statement};
use support::{GOOD, TestApp};

/// What is in everything that is kept of the person who is erased, and in nothing else.
const CANARIES: [&str; 3] = ["zebulonix", "Quagmirez", "zebu.lonix@canary.example"];

/// Somebody whose every value is a canary.
async fn canary(test: &TestApp) -> Caller {
    let new = NewUser {
        given_name: "Zebulonix".to_owned(),
        family_name: "Quagmirez".to_owned(),
        username: "zebulonix".to_owned(),
        email: "zebu.lonix@canary.example".to_owned(),
        activation: Activation::Password(GOOD.to_owned()),
        ..NewUser::default()
    };
    accounts::create_user(&test.app, &Caller::command_line(), new)
        .await
        .unwrap();
    test.log_in("zebulonix", GOOD).await.unwrap().caller
}

/// Where a canary is found, in any spelling of its letters.
fn found_in(directory: &Path, canaries: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_in(&path, canaries));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
        for canary in canaries {
            let wanted = canary.to_ascii_lowercase();
            if bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes()) {
                found.push(format!("{canary} in {}", path.display()));
            }
        }
    }
    found
}

async fn made(test: &TestApp, by: &Caller, whose: &str) -> String {
    let export = exports::generate_user_csv(&test.app, by, whose, &ZoneChoice::utc(), None)
        .await
        .unwrap();
    for _ in 0..100 {
        let now = exports::get(&test.app, by, &export.id).await.unwrap().unwrap();
        if now.state == State::Done {
            return export.id;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the file was not made")
}

async fn saved(test: &TestApp, by: &Caller, name: &str, query: &str) {
    let new = NewSavedSearch {
        kind: LogKind::Me,
        name: name.to_owned(),
        query: query.to_owned(),
        zone: jiff::tz::TimeZone::UTC,
        from: String::new(),
        to: String::new(),
        columns: String::new(),
        density: String::new(),
        shows_reads: false,
        shared_with: None,
        is_default: false,
    };
    saved_searches::create(&test.app, by, new).await.unwrap();
}

/// The leaf of every activity.
async fn leaves(test: &TestApp) -> Vec<[u8; 32]> {
    let size = test.log.head().await.unwrap().through.size;
    let mut leaves = Vec::new();
    for seq in 0..size {
        leaves.push(test.log.prove(seq).await.unwrap().unwrap().leaf);
    }
    leaves
}

/// Leaves traces of somebody wherever anything is kept.
async fn leave_traces(test: &TestApp, admin: &Caller, person: &Caller, friend: &Caller) {
    let (app, id) = (&test.app, person.person.id.as_str());
    let group = groups::create(
        app,
        admin,
        NewGroup {
            name: "Field team".to_owned(),
            ..NewGroup::default()
        },
    )
    .await;
    let group = group.unwrap().id;
    groups::add_member(app, admin, &group, id, GroupRole::Owner)
        .await
        .unwrap();
    groups::add_member(app, admin, &group, &friend.person.id, GroupRole::Member)
        .await
        .unwrap();
    let somebody = Invite {
        addresses: "somebody@example.com".to_owned(),
        role: GroupRole::Member,
    };
    groups::invite(app, person, &group, somebody).await.unwrap();
    let own = groups::create(
        app,
        person,
        NewGroup {
            name: "Own team".to_owned(),
            ..NewGroup::default()
        },
    )
    .await;
    if let Ok(own) = own {
        groups::add_member(app, admin, &own.id, &friend.person.id, GroupRole::Owner)
            .await
            .unwrap();
    }
    let meeting = NewSession {
        group_id: group.clone(),
        name: "Stand-up".to_owned(),
        password: None,
        start: true,
    };
    sessions::create(app, person, meeting).await.unwrap();
    connections::request(app, person, "sam").await.unwrap();
    let key = NewKeyRequest {
        name: "Import".to_owned(),
        scopes: Scopes {
            write: true,
            ..Scopes::default()
        },
        ..NewKeyRequest::default()
    };
    api_keys::create(app, person, key).await.ok();
    accounts::send_activation(app, admin, id).await.ok();
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_left_and_all_else_stands() {
    let test = TestApp::new().await;
    let (admin, person) = (test.admin().await, canary(&test).await);
    let friend = test.signed_in("sam", Roles::default()).await;
    leave_traces(&test, &admin, &person, &friend).await;
    let id = person.person.id.clone();
    // Rows of theirs in others' hands, files of them and by them, and searches that tell of them.
    let of_them = LogScope::User(id.clone());
    view(&test.app, &admin, &of_them, &ViewRequest::default())
        .await
        .unwrap();
    let (theirs, friends) = (
        made(&test, &admin, &id).await,
        made(&test, &admin, &friend.person.id).await,
    );
    let canaries: Vec<String> = CANARIES.map(str::to_owned).into_iter().chain([id.clone()]).collect();
    test.log.settle(true).await.unwrap();
    assert!(
        !found_in(test.dir(), &canaries).is_empty(),
        "there is something to erase"
    );
    test.sign().await;
    let before = leaves(&test).await;

    erasure::request(&test.app, &person, "I leave").await.unwrap();
    let waiting = erasure::list(&test.app, &admin).await.unwrap().requests;
    assert_eq!(waiting[0].person.as_ref().unwrap().id, id);
    let number = erasure::erase(&test.app, &admin, Whom::Request(&waiting[0].id), "Asked for it")
        .await
        .unwrap();

    // At once.
    assert!(accounts::get_user(&test.app, &admin, &id).await.unwrap().is_none());
    assert!(test.log_in("zebulonix", GOOD).await.is_err());
    for row in test.activities().await {
        let text = format!("{row:?}").to_lowercase();
        assert!(!text.contains("zebulonix") && !text.contains("quagmirez"), "{text}");
    }
    assert!(exports::get(&test.app, &admin, &theirs).await.unwrap().is_none());
    assert!(exports::get(&test.app, &admin, &friends).await.unwrap().is_some());

    // And from every file, soon.
    test.erased().await;
    assert_eq!(erasure::finish(&test.app).await.unwrap(), 1);
    assert_eq!(found_in(test.dir(), &canaries), Vec::<String>::new());

    // What is others' is there, every leaf stands, and the log says what happened.
    assert!(
        test.codes_of(&friend.person.id)
            .await
            .contains(&"user.login".to_owned())
    );
    assert!(test.activities().await.iter().any(|row| {
        row.user
            .as_ref()
            .is_some_and(|user| user.id == ERASED && user.name == ERASED_NAME)
    }));
    let verified = test.log.verify(|_| {}).await.unwrap();
    assert_eq!((verified.faults.len(), verified.sound), (0, verified.size));
    assert!(leaves(&test).await.starts_with(&before), "every leaf is what it was");

    // The receipt says so, and not who it was.
    let after = erasure::list(&test.app, &admin).await.unwrap().requests;
    let decision = after[0].decision.as_ref().unwrap();
    assert_eq!((&after[0].person, decision.why.as_str()), (&None, "Asked for it"));
    let Outcome::Erased {
        progress,
        removed,
        has_receipt,
    } = &decision.outcome
    else {
        panic!("{decision:?}")
    };
    assert!(*has_receipt && progress.id == number && progress.finished_at.is_some());
    assert!(removed.contains(&("account".to_owned(), 1)), "{removed:?}");
    let receipt = erasure::receipt(&test.app, &admin, &after[0].id)
        .await
        .unwrap()
        .unwrap();
    let key = SigningKey::from_seed("test.example/whodid".parse().unwrap(), &[7; 32]);
    let said = Statement::open(receipt.as_bytes(), &[key.public().clone()]).unwrap();
    let value = |of: &str| {
        said.lines()
            .find(|(key, _)| *key == of)
            .map(|(_, value)| value.to_owned())
    };
    assert_eq!(value("erasure"), Some(number.to_string()));
    assert_eq!(value("asked-by").as_deref(), Some("the person"));
    assert_eq!(value("activities-rewritten"), Some(progress.rewritten.to_string()));
    assert!(progress.rewritten > 3);
}

#[tokio::test]
async fn an_import_by_a_key_of_the_erased_does_not_say_what_they_called_it() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let both = Roles {
        administrator: true,
        auditor: false,
    };
    let person = test.signed_in("zoe", both).await;
    let request = NewKeyRequest {
        name: "Zoe's laptop".to_owned(),
        scopes: Scopes {
            write: true,
            ..Scopes::default()
        },
        ..NewKeyRequest::default()
    };
    let made = api_keys::create(&test.app, &person, request).await.unwrap();
    let key = Caller {
        via: Via::ApiKey {
            id: made.key.id,
            name: made.key.name,
            scopes: made.key.scopes,
            reports: Reports::default(),
        },
        ..person.clone()
    };
    let begin = import::Begin {
        format: "jsonl".to_owned(),
        source: String::new(),
        files: vec!["a.jsonl".to_owned()],
    };
    let begun = import::begin(&test.app, &key, &begin).await.unwrap();
    assert_eq!(begun.by.name, "Zoe's laptop");
    erasure::erase(&test.app, &admin, Whom::Person(&person.person.id), "Asked for it")
        .await
        .unwrap();
    let import = import::get(&test.app, &admin, begun.id).await.unwrap();
    assert_eq!((import.by.id.as_str(), import.by.name.as_str()), (ERASED, ERASED_NAME));
}

#[tokio::test]
async fn a_name_that_is_also_the_id_of_somebody_else_erases_neither() {
    let test = TestApp::new().await;
    let (admin, person) = (test.admin().await, canary(&test).await);
    let mut reported = activity::Facts::new("user.login", test.app.now());
    reported.user = Some(activity::Person {
        id: "zebulonix".to_owned(),
        ..activity::Person::default()
    });
    let mut tx = test.store.begin().await.unwrap();
    test.log.append(&mut tx, vec![reported]).await.unwrap();
    tx.commit().await.unwrap();
    let refused = erasure::erase(&test.app, &admin, Whom::Person("zebulonix"), "Left").await;
    assert!(matches!(refused, Err(ChangeError::Invalid(_))), "{refused:?}");
    let by_mail = Whom::Person("zebu.lonix@canary.example");
    assert_eq!(erasure::erase(&test.app, &admin, by_mail, "Left").await.unwrap(), 1);
    assert!(
        accounts::get_user(&test.app, &admin, &person.person.id)
            .await
            .unwrap()
            .is_none()
    );
    // Now it is one person's alone.
    let theirs = erasure::erase(&test.app, &admin, Whom::Person("zebulonix"), "Left").await;
    assert_eq!(theirs.unwrap(), 2);
}

/// Somebody whose request was under way, or whose refused attempts were counted, when they were erased.
#[tokio::test]
async fn what_was_begun_before_an_erasure_and_ends_after_it_names_nobody() {
    let test = TestApp::new().await;
    let (admin, person) = (test.admin().await, canary(&test).await);
    app::refusals::of_caller(&test.app, &person, app::refusals::Refused::ApiCalls);
    erasure::erase(&test.app, &admin, Whom::Person(&person.person.id), "Left")
        .await
        .unwrap();
    app::refusals::write(&test.app, true).await.unwrap();
    let rows = test.activities().await;
    let refused = rows.iter().find(|row| &*row.kind == "user.attempts_refused").unwrap();
    assert_eq!(refused.user.as_ref().unwrap().id, ERASED);
    // Whom others report under an id of theirs is theirs anew; an account's id is nobody else's.
    for row in rows {
        assert!(!format!("{row:?}").contains(&person.person.id), "{row:?}");
    }
}

#[tokio::test]
async fn searches_of_others_for_the_person_go_and_those_that_only_look_alike_stay() {
    let test = TestApp::new().await;
    let (admin, person) = (test.admin().await, canary(&test).await);
    for (name, query) in [
        ("About them", "\"ZEBULONIX quagmirez\""),
        ("Theirs", "user:zebu.lonix@canary.example outcome:failure"),
        ("zebulonix", "outcome:failure"),
        ("By id", &format!("user:={}", person.person.id)),
        ("Longer", "user:zebulonixes"),
        ("One of many names", "quagmirez"),
        ("Failures", "outcome:failure"),
    ] {
        saved(&test, &admin, name, query).await;
    }
    erasure::erase(&test.app, &admin, Whom::Person(&person.person.id), "Left")
        .await
        .unwrap();
    let kept = saved_searches::list(&test.app, &admin).await.unwrap();
    let mut names: Vec<&str> = kept.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Failures", "Longer", "One of many names"]);
}

#[tokio::test]
async fn a_hold_blocks_an_erasure_and_the_log_says_that_it_did() {
    let test = TestApp::new().await;
    let (admin, person) = (test.admin().await, canary(&test).await);
    let id = person.person.id.as_str();
    let hold = holds::place(&test.app, &admin, " ZEBULONIX ", "  Case   12 ")
        .await
        .unwrap();
    assert_eq!(hold.person.id, id);
    let refused = erasure::erase(&test.app, &admin, Whom::Person(id), "Left").await;
    assert!(
        matches!(&refused, Err(ChangeError::Conflict(text)) if text.contains("Case 12")),
        "{refused:?}"
    );
    assert!(accounts::get_user(&test.app, &admin, id).await.unwrap().is_some());
    assert_eq!(test.log.erasures().await.unwrap(), []);
    let rows = test.activities().await;
    let blocked = rows.iter().find(|row| &*row.kind == "erasure.performed").unwrap();
    assert_eq!(blocked.outcome, activity::Outcome::Failure);
    assert_eq!(blocked.reason.as_deref(), Some("legal_hold"));
    assert_eq!(blocked.user.as_ref().unwrap().id, id);
    holds::lift(&test.app, &admin, &hold.id).await.unwrap();
    assert!(matches!(
        holds::lift(&test.app, &admin, &hold.id).await,
        Err(ChangeError::NotFound)
    ));
    assert_eq!(
        erasure::erase(&test.app, &admin, Whom::Person(id), "Left")
            .await
            .unwrap(),
        1
    );
    assert!(matches!(
        erasure::erase(&test.app, &admin, Whom::Person(id), "Left").await,
        Err(ChangeError::NotFound)
    ));
}

#[tokio::test]
async fn only_an_administrator_erases_and_nobody_themself_or_the_last_of_them() {
    let test = TestApp::new().await;
    let (admin, person) = (test.admin().await, canary(&test).await);
    let (mine, theirs) = (admin.person.id.as_str(), person.person.id.as_str());
    for (caller, whom, why) in [(&person, mine, "x"), (&person, theirs, "x")] {
        let refused = erasure::erase(&test.app, caller, Whom::Person(whom), why).await;
        assert!(matches!(refused, Err(ChangeError::Forbidden)), "{refused:?}");
    }
    for (whom, why) in [(mine, "Left"), (theirs, ""), (theirs, " \u{200b} ")] {
        let refused = erasure::erase(&test.app, &admin, Whom::Person(whom), why).await;
        assert!(
            matches!(refused, Err(ChangeError::Invalid(_))),
            "{whom} {why:?}: {refused:?}"
        );
    }
    let refused = erasure::erase(&test.app, &Caller::command_line(), Whom::Person(mine), "Left").await;
    assert!(
        matches!(refused, Err(ChangeError::Invalid(_))),
        "the last administrator: {refused:?}"
    );
    for nobody in ["", "usr_none", ERASED] {
        let refused = erasure::erase(&test.app, &admin, Whom::Person(nobody), "Left").await;
        assert!(matches!(refused, Err(ChangeError::NotFound)), "{nobody}: {refused:?}");
    }
    for refused in [
        erasure::list(&test.app, &person).await.map(drop),
        holds::place(&test.app, &person, mine, "x").await.map(drop),
        erasure::decline(&test.app, &person, "ers_1", "x").await,
    ] {
        assert!(matches!(refused, Err(ChangeError::Forbidden)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_wish_waits_once_and_is_withdrawn_or_declined_with_a_reason() {
    let test = TestApp::new().await;
    let (admin, person) = (test.admin().await, canary(&test).await);
    for _ in 0..2 {
        erasure::request(&test.app, &person, "").await.unwrap();
    }
    assert_eq!(test.count("erasure.requested").await, 1);
    assert!(erasure::mine(&test.app, &person).await.unwrap().is_some());
    erasure::withdraw(&test.app, &person).await.unwrap();
    assert!(matches!(
        erasure::withdraw(&test.app, &person).await,
        Err(ChangeError::NotFound)
    ));
    erasure::request(&test.app, &person, "Really").await.unwrap();
    let waiting = erasure::list(&test.app, &admin).await.unwrap().requests;
    assert_eq!(waiting.len(), 2);
    let id = waiting[0].id.as_str();
    assert!(matches!(
        erasure::decline(&test.app, &admin, id, " ").await,
        Err(ChangeError::Invalid(_))
    ));
    erasure::decline(&test.app, &admin, id, "A contract runs")
        .await
        .unwrap();
    let refused = erasure::erase(&test.app, &admin, Whom::Request(id), "x").await;
    assert!(matches!(refused, Err(ChangeError::NotFound)), "{refused:?}");
    assert!(erasure::mine(&test.app, &person).await.unwrap().is_none());
}
