//! What people may be called: usernames that look like another's, what cannot be seen, names as people write them, and
//! accounts that are older than these rules.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use activity::likeness::{is_invisible, skeleton};
use app::accounts::{self, Activation, EditUser, NewUser, Profile};
use app::{Caller, ChangeError, Roles};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{GOOD, TestApp};

fn new(username: &str) -> NewUser {
    NewUser {
        given_name: "Ada".to_owned(),
        family_name: "Byron".to_owned(),
        username: username.to_owned(),
        email: format!("{}@example.com", data_encoding::HEXLOWER.encode(username.as_bytes())),
        activation: Activation::Later,
        ..NewUser::default()
    }
}

async fn create(test: &TestApp, username: &str) -> Result<String, ChangeError> {
    let created = accounts::create_user(&test.app, &Caller::command_line(), new(username)).await;
    created.map(|created| created.person.id)
}

/// What was said of the one field that is wrong.
fn said(error: ChangeError) -> (&'static str, String) {
    match error {
        ChangeError::Invalid(errors) if errors.len() == 1 => (errors[0].field, errors[0].message.clone()),
        other => panic!("{other:?}"),
    }
}

async fn refused(test: &TestApp, username: &str) -> String {
    let error = create(test, username).await.expect_err(username);
    let (field, message) = said(error);
    assert_eq!(field, "username", "{username:?}: {message}");
    message
}

/// The skeletons of all accounts, by id.
async fn skeletons(test: &TestApp) -> Vec<(String, Option<String>)> {
    let mut beside = test.store.beside().await.unwrap();
    let rows = sqlx::query_as("SELECT id, username_skeleton FROM account ORDER BY id");
    rows.fetch_all(&mut beside).await.unwrap()
}

async fn sql(test: &TestApp, statement: &'static str, id: &str) {
    let mut beside = test.store.beside().await.unwrap();
    sqlx::query(statement).bind(id).execute(&mut beside).await.unwrap();
}

#[tokio::test]
async fn nobody_gets_a_username_that_mixes_scripts_or_holds_what_cannot_be_seen() {
    let test = TestApp::new().await;
    create(&test, "ada").await.unwrap();
    for mixed in ["аda", "αda", "ad\u{430}", "adaж"] {
        assert!(refused(&test, mixed).await.contains("several scripts"), "{mixed}");
    }
    for c in "\u{fe0f}\u{3164}\u{34f}\u{e0100}\u{180b}\u{2800}\u{17b4}\u{200b}\u{200c}\u{200d}\u{202e}\u{feff}".chars()
    {
        let message = refused(&test, &format!("ada{c}")).await;
        assert!(message.contains("cannot be seen"), "U+{:04X}: {message}", u32::from(c));
    }
    for odd in ["ada❤", "ａda", "adaﬁ", "ada²"] {
        assert!(refused(&test, odd).await.contains("use letters and digits"), "{odd}");
    }
    assert!(refused(&test, "i\u{307}da").await.contains("marks"));
}

#[tokio::test]
async fn a_username_that_looks_like_another_is_taken() {
    let test = TestApp::new().await;
    for (first, alike) in [
        ("ida", vec!["ıda", "IDA"]),
        ("papa", vec!["рара", "ραρα", "PAPA"]),
        ("sally", vec!["sa1ly", "saIly", "SaIIy", "sal|y"]),
        ("marie", vec!["rnarie"]),
        ("сор", vec!["cop", "COP"]),
        ("oo", vec!["οο", "оо"]),
    ] {
        create(&test, first).await.unwrap();
        for name in alike {
            let message = refused(&test, name).await;
            assert_eq!(
                message, "This username, or one that looks like it, is taken; choose another.",
                "{name}"
            );
        }
    }
    let mia = create(&test, "mia").await.unwrap();
    let edit = |username: &str| EditUser {
        given_name: "Mia".to_owned(),
        family_name: String::new(),
        username: username.to_owned(),
        email: "mia@example.com".to_owned(),
    };
    let cli = Caller::command_line();
    let error = accounts::edit_user(&test.app, &cli, &mia, edit("ıda"))
        .await
        .unwrap_err();
    assert_eq!(said(error).0, "username");
    accounts::edit_user(&test.app, &cli, &mia, edit("mia2")).await.unwrap();
    assert!(refused(&test, "rnia2").await.contains("looks like it"));
    create(&test, "rnia").await.expect("what it was called before is free");
}

#[tokio::test]
async fn of_two_at_once_that_look_alike_the_database_keeps_one() {
    let test = TestApp::new().await;
    create(&test, "ida").await.unwrap();
    let other = create(&test, "mia").await.unwrap();
    // As if both had been asked before either was kept.
    let mut beside = test.store.beside().await.unwrap();
    let both = sqlx::query("UPDATE account SET username_skeleton = $2 WHERE id = $1");
    let refused = both
        .bind(other)
        .bind(skeleton("ida"))
        .execute(&mut beside)
        .await
        .unwrap_err();
    assert!(refused.as_database_error().unwrap().is_unique_violation());
}

#[tokio::test]
async fn people_of_many_scripts_get_a_username() {
    let test = TestApp::new().await;
    for name in [
        "sam.jones",
        "x-y_z",
        "o'neil",
        "müller",
        "мария",
        "γιώργος",
        "株式会社abc",
        "さくら",
        "サクラa",
        "김민준",
        "مريم",
        "علیرضا",
        "प्रिया",
        "நிலா",
        "שרה",
        "ნინო",
        "արամ",
        "สมชาย",
        "nguyễn",
        "ᎠᏓ",
        "àlex·la",
        "a@example.com",
    ] {
        create(&test, name).await.expect(name);
    }
    for (_, skeleton) in skeletons(&test).await {
        assert!(skeleton.is_some());
    }
}

#[tokio::test]
async fn people_are_called_as_they_write_it() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let profile = |given_name: &str| Profile {
        given_name: given_name.to_owned(),
        family_name: "Jones".to_owned(),
        time_zone: "UTC".to_owned(),
    };
    for name in [
        "علی\u{200c}رضا",
        "ක්\u{200d}රිෂාන්",
        "അനില്\u{200d}",
        "র\u{200d}্যান্ড",
        "👩\u{200d}🚀",
        "Sam ❤\u{fe0f}",
        "🏳\u{fe0f}\u{200d}🌈",
        "1\u{fe0f}\u{20e3}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "葛\u{e0100}城",
        "Zoë O'Brien-Silva",
        "陽子 (Yoko)",
        "Nguyễn Văn A",
        "Ивaн",
    ] {
        accounts::edit_profile(&test.app, &sam, profile(name))
            .await
            .expect(name);
        let user = accounts::get_user(&test.app, &sam, &sam.person.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(user.person().name, format!("{name} Jones"));
    }
    for hidden in [
        "S\u{200d}am",
        "\u{200d}Sam",
        "Sam\u{200c}",
        "Sam\u{3164}",
        "\u{3164}",
        "S\u{34f}am",
        "Sam\u{2800}",
        "Sam\u{e0067}\u{e0062}",
        "Sam\u{202e}",
        "\u{feff}Sam",
        "Sam\u{fe0f}",
        "🏴\u{e0061}\u{e0061}\u{e007f}",
    ] {
        let error = accounts::edit_profile(&test.app, &sam, profile(hidden))
            .await
            .expect_err(hidden);
        let (field, message) = said(error);
        assert!(
            field == "given_name" && message.contains("cannot be seen"),
            "{hidden:?}: {message}"
        );
    }
}

#[tokio::test]
async fn an_address_holds_nothing_that_cannot_be_seen_whatever_joins_it() {
    let test = TestApp::new().await;
    let typed = NewUser {
        email: "علی\u{200c}رضا@example.com".to_owned(),
        ..new("ali")
    };
    let error = accounts::create_user(&test.app, &Caller::command_line(), typed)
        .await
        .unwrap_err();
    assert!(matches!(error, ChangeError::Invalid(errors) if errors.iter().all(|error| error.field == "email")));
}

#[tokio::test]
async fn the_oldest_of_older_accounts_that_look_alike_keeps_others_away_and_all_stay_as_they_are() {
    let test = TestApp::new().await;
    let mut ids = Vec::new();
    for name in ["placeholder1", "placeholder2", "placeholder3"] {
        ids.push(test.active(name, Roles::default()).await);
    }
    // As an earlier version left them.
    sql(
        &test,
        "UPDATE account SET username_skeleton = NULL, username = 'papa', username_key = 'papa' WHERE id = $1",
        &ids[0],
    )
    .await;
    sql(
        &test,
        "UPDATE account SET username_skeleton = NULL, username = 'рара', username_key = 'рара' WHERE id = $1",
        &ids[1],
    )
    .await;
    sql(&test, "UPDATE account SET username_skeleton = NULL, username = 'a\u{3164}жda', username_key = 'a\u{1160}жda' WHERE id = $1", &ids[2]).await;

    assert_eq!(accounts::fill_skeletons(&test.app).await.unwrap(), 1);
    assert_eq!(
        accounts::fill_skeletons(&test.app).await.unwrap(),
        1,
        "again at the next start, which harms nobody"
    );
    let filled: std::collections::HashMap<_, _> = skeletons(&test).await.into_iter().collect();
    assert_eq!(filled[&ids[0]].as_deref(), Some(skeleton("papa").as_str()));
    assert_eq!(filled[&ids[1]], None, "the younger of the two");
    assert!(filled[&ids[2]].is_some());
    assert!(refused(&test, "ραρα").await.contains("looks like it"));

    // Who has such a name logs in with it and changes the rest.
    for (id, login) in [(&ids[1], "рара"), (&ids[2], "a\u{3164}жda")] {
        test.log_in(login, GOOD).await.unwrap();
        let edit = EditUser {
            given_name: "Other".to_owned(),
            family_name: "Name".to_owned(),
            username: login.to_owned(),
            email: format!("{id}@example.org"),
        };
        accounts::edit_user(&test.app, &Caller::command_line(), id, edit)
            .await
            .unwrap();
    }
    // The elder is called otherwise from now on: the next start gives the younger its own.
    let edit = EditUser {
        given_name: "Ida".to_owned(),
        family_name: String::new(),
        username: "ida.byron".to_owned(),
        email: "ida@example.com".to_owned(),
    };
    accounts::edit_user(&test.app, &Caller::command_line(), &ids[0], edit)
        .await
        .unwrap();
    assert_eq!(accounts::fill_skeletons(&test.app).await.unwrap(), 0);
    assert!(skeletons(&test).await.iter().all(|(_, skeleton)| skeleton.is_some()));
}

/// Names of letters that look like each other, mostly of one script, so that they often do.
fn alike() -> impl Strategy<Value = String> {
    let alphabets = ["aio0lI1rnm|", "аіосрг", "αοιρν", "aаαoоο"];
    let letters = proptest::sample::select(alphabets.to_vec());
    letters.prop_flat_map(|letters| {
        let letter = proptest::sample::select(letters.chars().collect::<Vec<_>>());
        proptest::collection::vec(letter, 1..5).prop_map(|letters| letters.into_iter().collect())
    })
}

#[test]
fn two_that_look_alike_never_both_exist_and_none_holds_one_of_the_list() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let test = runtime.block_on(TestApp::new());
    let hidden = proptest::sample::select(('\0'..=char::MAX).filter(|c| is_invisible(*c)).collect::<Vec<_>>());
    let names = (alike(), proptest::option::weighted(0.3, hidden));
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&names, |(before, hidden)| {
            let (first, rest) = before.split_at(before.chars().next().map_or(0, char::len_utf8));
            let typed = format!("{first}{}{rest}", hidden.map(String::from).unwrap_or_default());
            let created = runtime.block_on(create(&test, &typed));
            // Some controls are blanks around words: those are not part of what was typed.
            let inner = hidden.is_some_and(|c| !c.is_whitespace());
            prop_assert!(!(inner && created.is_ok()), "{typed:?}");
            Ok(())
        })
        .unwrap();
    let mut all: Vec<_> = runtime
        .block_on(skeletons(&test))
        .into_iter()
        .map(|(_, skeleton)| skeleton.unwrap())
        .collect();
    let before = all.len();
    all.sort();
    all.dedup();
    assert!(before > 20, "{before}");
    assert_eq!(all.len(), before);
}
