//! What somebody means when they ask the log: people by any name of theirs, what is near to what they typed, and what
//! their words may go on with.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use activity::{Facts, Named, Person};
use app::accounts::{self, EditUser};
use app::activity::{ActivityView, Choice, EmptyReason, Hint, LogScope, ViewError, ViewRequest, complete, view};
use app::groups::{self, NewGroup};
use app::{Caller, Roles};
use support::TestApp;

async fn rename(test: &TestApp, id: &str, username: &str, given_name: &str) {
    let edit = EditUser {
        given_name: given_name.to_owned(),
        family_name: "Tables".to_owned(),
        username: username.to_owned(),
        email: format!("{username}@example.com"),
    };
    let edited = accounts::edit_user(&test.app, &Caller::command_line(), id, edit).await;
    edited.unwrap();
}

async fn ask(test: &TestApp, caller: &Caller, q: &str) -> ActivityView {
    let request = ViewRequest {
        q: q.to_owned(),
        ..ViewRequest::default()
    };
    view(&test.app, caller, &LogScope::Everything, &request).await.unwrap()
}

fn users(view: &ActivityView) -> Vec<&str> {
    let mut ids: Vec<&str> = view
        .rows
        .iter()
        .filter_map(|row| row.user.as_ref())
        .map(|user| user.id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[tokio::test]
async fn the_log_finds_people_as_all_users_does() {
    let test = TestApp::new().await;
    let caller = test.admin().await;
    let zoe = test.named("zh", "Zoë", "Hargreaves").await;
    test.named("sj", "Sam", "Jones").await;
    for q in [
        "user:zoë",
        "user:zoe",
        "user:\"zoe hargreaves\"",
        "user:zoe hargreaves",
        "user:Zoë Hargreaves",
        "user:hargr*",
        "user:zh@example.com",
        "user:*argrea*",
    ] {
        assert_eq!(users(&ask(&test, &caller, q).await), [zoe.as_str()], "{q}");
    }
}

#[tokio::test]
async fn after_a_renaming_todays_name_finds_the_rows_of_before_and_says_so() {
    let test = TestApp::new().await;
    let caller = test.admin().await;
    let bob = test.named("bob", "Bob", "Tables").await;
    test.named("bobby", "Bobby", "Other").await;
    let before = ask(&test, &caller, &format!("user:={bob}")).await.count.unwrap().n;
    rename(&test, &bob, "robert", "Robert").await;

    let view = ask(&test, &caller, "user:robert").await;
    let all = ask(&test, &caller, &format!("user:={bob}")).await;
    assert_eq!(view.count, all.count, "none of theirs is missing");
    assert_eq!(users(&view), [bob.as_str()], "and nobody else's are among them");
    let [Hint::Formerly { now, then, count }] = view.hints.as_slice() else {
        panic!("{:?}", view.hints);
    };
    assert_eq!(
        (now.username.as_str(), then.username.as_str(), count.n),
        ("robert", "bob", before + 1),
        "the renaming itself was of the old name"
    );
    assert_eq!(
        ask(&test, &caller, "-user:robert")
            .await
            .rows
            .iter()
            .filter(|row| row.user.as_ref().is_some_and(|it| it.id == bob))
            .count(),
        0
    );
    assert!(all.hints.is_empty() && ask(&test, &caller, "user:bobby").await.hints.is_empty());
    assert_eq!(all.chips[0].value, "Robert Tables", "an id is called by its name");
    assert_eq!(all.chips[0].text, format!("user:={bob}"));
}

fn offered(view: &ActivityView) -> (Vec<&str>, Vec<(&str, u64)>) {
    match view.empty.as_ref() {
        Some(EmptyReason::NothingMatches { people, widen }) => (
            people.iter().map(|found| found.person.username.as_str()).collect(),
            widen
                .iter()
                .map(|wider| (wider.query.as_str(), wider.count.n))
                .collect(),
        ),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_found_offers_the_person_the_spelling_and_the_part_before_less() {
    let test = TestApp::new().await;
    let caller = test.admin().await;
    let zoe = test.named("zh", "Zoë", "Hargreaves").await;
    let new = NewGroup {
        name: "Morning briefing".to_owned(),
        ..NewGroup::default()
    };
    groups::create(&test.app, &caller, new).await.unwrap();

    let view = ask(&test, &caller, "hargr outcome:success").await;
    let (people, widen) = offered(&view);
    assert_eq!(people, ["zh"]);
    assert_eq!(widen[0].0, "hargr* outcome:success");
    let Some(EmptyReason::NothingMatches { people, .. }) = &view.empty else {
        panic!()
    };
    assert_eq!(people[0].query, format!("user:={zoe} outcome:success"));
    assert!(people[0].count.n > 0 && people[0].count == people[0].ever);

    let view = ask(&test, &caller, "user:hargraves").await;
    assert_eq!(offered(&view).1[0].0, "user:hargreaves", "a slip of the fingers");
    let view = ask(&test, &caller, "argreav").await;
    assert_eq!(offered(&view).1[0].0, "*argreav*");
    let view = ask(&test, &caller, "morning brief").await;
    assert_eq!(offered(&view).1[0].0, "morning brief*");
    let view = ask(&test, &caller, "group:mornin").await;
    assert_eq!(offered(&view).1[0].0, "group:morning");
    let view = ask(&test, &caller, "zh or sj").await;
    assert_eq!(offered(&view).1[0].0, "zh OR sj");
    assert_eq!(
        view.hints,
        [Hint::Operators {
            query: "zh OR sj".to_owned()
        }]
    );
}

#[tokio::test]
async fn what_has_no_letters_and_what_costs_too_much_offers_no_nonsense() {
    let test = TestApp::new().await;
    let caller = test.admin().await;
    let view = ask(&test, &caller, "user:*\"🎉\"* -zzz").await;
    let (people, widen) = offered(&view);
    assert!(people.is_empty() && !widen.is_empty());
}

fn choice<'a>(choices: &'a [Choice], label: &str) -> &'a Choice {
    let found = choices.iter().find(|choice| choice.label == label);
    found.unwrap_or_else(|| panic!("{label} is not among {choices:?}"))
}

async fn offers(test: &TestApp, caller: &Caller, scope: &LogScope, text: &str) -> Vec<Choice> {
    let groups = complete(&test.app, caller, (scope, &ViewRequest::default()), text)
        .await
        .unwrap();
    groups.into_iter().flat_map(|group| group.choices).collect()
}

#[tokio::test]
async fn words_are_completed_by_what_the_log_holds() {
    let test = TestApp::new().await;
    let caller = test.admin().await;
    let zoe = test.named("zh", "Zoë", "Hargreaves").await;
    let mut reported = Facts::new("acme.sold", test.app.now());
    reported.user = Some(Person {
        id: "u-7".to_owned(),
        name: "Zora External".to_owned(),
        ..Person::default()
    });
    reported.application = Some(Named {
        id: "shop".to_owned(),
        name: "Web shop".to_owned(),
    });
    reported.device = Some("Till 7".to_owned());
    reported.ip = "198.51.100.7".parse().ok();
    let batch = engine::Batch {
        facts: vec![reported],
        idempotency: None,
        source: engine::IdSpace::Reporter("test".to_owned()),
        numbers: Vec::new(),
    };
    test.log.ingest(batch).await.unwrap();
    let everything = LogScope::Everything;
    let offers = async |text: &str| offers(&test, &caller, &everything, text).await;

    let person = format!("user:={zoe}");
    for text in ["zo", "hargr", "user:zoe", "user:zh@ex", "user:harg"] {
        let all = offers(text).await;
        let found = choice(&all, "Zoë Hargreaves");
        assert_eq!(
            (found.insert.as_str(), found.note.as_str()),
            (person.as_str(), "zh"),
            "{text}"
        );
        assert!(found.count.is_some_and(|n| n > 0));
    }
    assert_eq!(choice(&offers("user:zor").await, "Zora External").insert, "user:=u-7");
    assert_eq!(
        choice(&offers("user:xternal").await, "Zora External").count,
        Some(1),
        "by any part"
    );
    assert_eq!(
        choice(&offers("-user:sam,zoe").await, "Zoë Hargreaves").insert,
        format!("-user:sam,={zoe}")
    );
    assert_eq!(
        choice(&offers("by:zoe").await, "Zoë Hargreaves").insert,
        format!("by:={zoe}")
    );
    assert_eq!(
        choice(&offers("application:web").await, "Web shop").insert,
        "application:=shop"
    );
    assert_eq!(
        choice(&offers("device:till").await, "Till 7").insert,
        "device:\"Till 7\""
    );
    assert_eq!(choice(&offers("ip:198").await, "198.51.100.7").count, Some(1));
    assert_eq!(choice(&offers("activity:acme").await, "acme.sold").count, Some(1));
    assert_eq!(
        choice(&offers("activity:logged in").await, "Logged in").insert,
        "activity:user.login"
    );
    assert_eq!(choice(&offers("outcome:s").await, "success").insert, "outcome:success");
    assert_eq!(choice(&offers("at:yes").await, "yesterday").insert, "at:yesterday");
    assert_eq!(choice(&offers("outc").await, "outcome").insert, "outcome:");
    assert!(offers("nokey:x").await.is_empty() && offers(&"x".repeat(9_000)).await.is_empty());
    for odd in [
        "",
        "-",
        ":",
        "user:",
        "user:\"",
        "user:a,\"b, c",
        "(",
        "*",
        "🎉",
        "activity:é",
        "ip:*",
    ] {
        let _ = offers(odd).await;
    }
}

#[tokio::test]
async fn completion_counts_what_the_view_would_show() {
    let test = TestApp::new().await;
    let caller = test.admin().await;
    let mut facts = Vec::new();
    for (n, kind) in ["acme.sold", "acme.sold", "acme.paid"].into_iter().enumerate() {
        let mut reported = Facts::new(kind, test.app.now().plus(-(n as i64) * activity::Time::DAY));
        reported.user = Some(Person {
            id: "u-7".to_owned(),
            name: "Zora External".to_owned(),
            ..Person::default()
        });
        reported.group = Some(Named {
            id: "till".to_owned(),
            name: "Tills of the shop".to_owned(),
        });
        reported.application = reported.group.clone();
        reported.targets = vec![activity::Target {
            id: "order-1".to_owned(),
            name: "First order".to_owned(),
            ..activity::Target::default()
        }];
        reported.device = Some("Till 7".to_owned());
        facts.push(reported);
    }
    let batch = engine::Batch {
        facts,
        idempotency: None,
        source: engine::IdSpace::Reporter("test".to_owned()),
        numbers: Vec::new(),
    };
    test.log.ingest(batch).await.unwrap();
    let texts = [
        ("user:zora", "Zora External"),
        ("zora", "Zora External"),
        ("tills", "Tills of the shop"),
        ("group:shop", "Tills of the shop"),
        ("application:till", "Tills of the shop"),
        ("target:order", "First order"),
    ];
    let now = test.app.now();
    for (q, from, n) in [
        ("", None, 3),
        ("activity:acme.sold", None, 2),
        ("activity:acme.sold", Some(now.plus(-3_600 * activity::Time::SECOND)), 1),
        ("activity:acme.paid", Some(now.plus(-3_600 * activity::Time::SECOND)), 0),
        ("activity:acme.sold user:=u-8", None, 0),
        // While it cannot be read, all of the range is counted.
        ("activity:(", Some(now.plus(-3_600 * activity::Time::SECOND)), 1),
    ] {
        let view = ViewRequest {
            q: q.to_owned(),
            from,
            ..ViewRequest::default()
        };
        for (text, label) in texts {
            let groups = complete(&test.app, &caller, (&LogScope::Everything, &view), text).await;
            let all: Vec<Choice> = groups.unwrap().into_iter().flat_map(|group| group.choices).collect();
            assert_eq!(choice(&all, label).count, Some(n), "{q} {from:?} {text}");
        }
        let groups = complete(&test.app, &caller, (&LogScope::Everything, &view), "device:till").await;
        let devices: Vec<Choice> = groups.unwrap().into_iter().flat_map(|group| group.choices).collect();
        let counts: Vec<Option<u64>> = devices.iter().map(|device| device.count).collect();
        let groups = complete(&test.app, &caller, (&LogScope::Everything, &view), "outcome:den").await;
        let denied: Vec<Choice> = groups.unwrap().into_iter().flat_map(|group| group.choices).collect();
        assert_eq!(
            choice(&denied, "denied").count,
            Some(0),
            "what there is none of can be asked for"
        );
        assert_eq!(counts, if n == 0 { Vec::new() } else { vec![Some(n)] }, "{q} {from:?}");
    }
}

#[tokio::test]
async fn completion_hands_out_only_what_may_be_read() {
    let test = TestApp::new().await;
    test.named("zh", "Zoë", "Hargreaves").await;
    test.active("mia", Roles::default()).await;
    let mia = test.log_in("mia", support::GOOD).await.unwrap().caller;
    let refused = complete(&test.app, &mia, (&LogScope::Everything, &ViewRequest::default()), "zo").await;
    assert!(matches!(refused, Err(ViewError::Forbidden)));
    for text in ["zo", "user:zo", "user:", "by:", "target:zo", "target:"] {
        let found = offers(&test, &mia, &LogScope::Me, text).await;
        assert!(
            found.iter().all(|choice| !choice.label.contains("Zoë")),
            "{text}: {found:?}"
        );
    }
    let own = offers(&test, &mia, &LogScope::Me, "activity:user.login").await;
    assert_eq!(choice(&own, "Logged in").count, Some(1), "of one's own log");

    // Whoever manages a group finds those whom its log names, and no account beside them.
    let new = NewGroup {
        name: "Field team".to_owned(),
        ..NewGroup::default()
    };
    let group = groups::create(&test.app, &mia, new).await.unwrap().id;
    let scope = LogScope::Group(group);
    assert!(offers(&test, &mia, &scope, "user:zo").await.is_empty());
    assert_eq!(
        choice(&offers(&test, &mia, &scope, "user:mi").await, "Mia Jones").note,
        "mia"
    );
}
