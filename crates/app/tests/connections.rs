//! Connections: asked, answered, crossed, ended and blocked; what is in whose log; and that they are no directory.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::collections::HashSet;
use std::time::Duration;

use activity::Time;
use app::accounts::{self, Profile};
use app::backdate::{self, PastConnection};
use app::connections::{self, ConnectionSearch, Counts, LookUpError, Standing, Which};
use app::{Caller, ChangeError, Roles, Topic};
use futures::future::join_all;
use support::{HOUR, TestApp};

const DAY: i64 = 24 * HOUR;

async fn people<const N: usize>(test: &TestApp, names: [&str; N]) -> [Caller; N] {
    let mut callers = Vec::new();
    for name in names {
        callers.push(test.signed_in(name, Roles::default()).await);
    }
    callers.try_into().unwrap_or_else(|_| panic!())
}

async fn standing(test: &TestApp, caller: &Caller, other: &Caller) -> Standing {
    let found = connections::get(&test.app, caller, &other.person.id).await.unwrap();
    found.map_or(Standing::None, |found| found.standing)
}

async fn counts(test: &TestApp, caller: &Caller) -> (u64, u64, u64, u64) {
    let Counts {
        connected,
        received,
        sent,
        blocked,
    } = connections::count(&test.app, caller).await.unwrap();
    (connected, received, sent, blocked)
}

async fn listed(test: &TestApp, caller: &Caller, which: Which) -> Vec<String> {
    let search = ConnectionSearch {
        which,
        limit: 100,
        ..ConnectionSearch::default()
    };
    let page = connections::list(&test.app, caller, &search).await.unwrap();
    page.rows.into_iter().map(|row| row.person.username).collect()
}

/// The sentences of the connections in one person's log, oldest first.
async fn said(test: &TestApp, caller: &Caller) -> Vec<String> {
    let all = test.activities().await;
    let own = all.iter().filter(|activity| {
        activity.kind.starts_with("connection.") && activity.user.as_ref().unwrap().id == caller.person.id
    });
    own.map(|activity| activity::sentence::plain(activity).into_owned())
        .collect()
}

#[tokio::test]
async fn a_request_is_seen_by_both_at_once_and_each_deed_is_in_the_log_of_who_did_it() {
    let test = TestApp::new().await;
    let [sam, pia] = people(&test, ["sam", "pia"]).await;
    let told = test.app.live().watch(vec![Topic::Account(pia.person.id.clone())]);
    let asked = connections::request(&test.app, &sam, " PIA@example.com ")
        .await
        .unwrap();
    tokio::time::timeout(Duration::from_secs(1), told.changed())
        .await
        .unwrap();
    assert_eq!(
        (asked.standing, asked.person.name.as_str()),
        (Standing::Sent, "Pia Jones")
    );
    assert_eq!(asked.person.email, "", "whose address it is stays theirs to tell");
    assert_eq!(standing(&test, &sam, &pia).await, Standing::Sent);
    assert_eq!(standing(&test, &pia, &sam).await, Standing::Received);
    assert_eq!(
        (counts(&test, &sam).await, counts(&test, &pia).await),
        ((0, 0, 1, 0), (0, 1, 0, 0))
    );

    let told = test.app.live().watch(vec![Topic::Account(sam.person.id.clone())]);
    connections::accept(&test.app, &pia, &sam.person.id).await.unwrap();
    tokio::time::timeout(Duration::from_secs(1), told.changed())
        .await
        .unwrap();
    for (own, other) in [(&sam, &pia), (&pia, &sam)] {
        assert_eq!(standing(&test, own, other).await, Standing::Connected);
        assert_eq!(
            listed(&test, own, Which::Connected).await,
            std::slice::from_ref(&other.person.username)
        );
        assert_eq!(counts(&test, own).await, (1, 0, 0, 0));
    }
    connections::remove(&test.app, &sam, &pia.person.id).await.unwrap();
    assert_eq!(standing(&test, &pia, &sam).await, Standing::None);

    assert_eq!(
        said(&test, &sam).await,
        [
            "Requested to connect with Pia Jones",
            "Removed connection with Pia Jones"
        ]
    );
    assert_eq!(
        said(&test, &pia).await,
        ["Accepted a request to connect from Sam Jones"]
    );
    let all = test.activities().await;
    let requested = all
        .iter()
        .find(|activity| &*activity.kind == "connection.requested")
        .unwrap();
    let target = requested.target().unwrap();
    assert_eq!(
        (target.kind.as_str(), target.id.as_str()),
        ("user", pia.person.id.as_str())
    );
    assert_eq!(target.email, "");
}

#[tokio::test]
async fn a_rejected_request_can_be_repeated_after_days_and_the_other_side_may_ask_at_any_time() {
    let test = TestApp::new().await;
    let [sam, pia] = people(&test, ["sam", "pia"]).await;
    connections::request(&test.app, &sam, "pia").await.unwrap();
    connections::reject(&test.app, &pia, &sam.person.id).await.unwrap();
    assert_eq!(
        (counts(&test, &sam).await, counts(&test, &pia).await),
        ((0, 0, 0, 0), (0, 0, 0, 0))
    );
    let again = connections::request(&test.app, &sam, "pia").await.unwrap_err();
    assert!(again.to_string().contains("2026-11-28"), "{again}");
    test.clock.advance(7 * DAY);
    connections::request(&test.app, &sam, "pia").await.unwrap();
    connections::reject(&test.app, &pia, &sam.person.id).await.unwrap();
    let asked = connections::request(&test.app, &pia, "sam").await.unwrap();
    assert_eq!(asked.standing, Standing::Sent);
    assert_eq!(
        said(&test, &pia).await,
        [
            "Rejected a request to connect from Sam Jones",
            "Rejected a request to connect from Sam Jones",
            "Requested to connect with Sam Jones"
        ]
    );
}

#[tokio::test]
async fn blocking_and_unblocking_is_no_way_to_ask_again_at_once() {
    let test = TestApp::new().await;
    let [sam, pia] = people(&test, ["sam", "pia"]).await;
    connections::request(&test.app, &sam, "pia").await.unwrap();
    connections::reject(&test.app, &pia, &sam.person.id).await.unwrap();
    connections::block(&test.app, &sam, &pia.person.id).await.unwrap();
    connections::unblock(&test.app, &sam, &pia.person.id).await.unwrap();
    let again = connections::request(&test.app, &sam, "pia").await.unwrap_err();
    assert!(again.to_string().contains("You can ask again from"), "{again}");
    assert_eq!(counts(&test, &pia).await, (0, 0, 0, 0));
}

#[tokio::test]
async fn a_request_is_withdrawn_by_who_asked_and_answered_by_who_was_asked() {
    let test = TestApp::new().await;
    let [sam, pia, eve] = people(&test, ["sam", "pia", "eve"]).await;
    connections::request(&test.app, &sam, "pia").await.unwrap();
    let (sam_id, pia_id) = (sam.person.id.as_str(), pia.person.id.as_str());
    let is_missing = |outcome| matches!(outcome, Err(ChangeError::NotFound));
    assert!(
        is_missing(connections::accept(&test.app, &sam, pia_id).await),
        "nobody accepts their own"
    );
    assert!(is_missing(connections::reject(&test.app, &sam, pia_id).await));
    assert!(is_missing(connections::cancel(&test.app, &pia, sam_id).await));
    assert!(is_missing(connections::remove(&test.app, &pia, sam_id).await));
    assert!(is_missing(connections::accept(&test.app, &eve, sam_id).await));
    assert!(is_missing(connections::accept(&test.app, &eve, "usr_nobody").await));
    let twice = connections::request(&test.app, &sam, "pia").await.unwrap_err();
    assert!(twice.to_string().contains("asked Pia Jones already"), "{twice}");
    connections::cancel(&test.app, &sam, pia_id).await.unwrap();
    assert!(is_missing(connections::accept(&test.app, &pia, sam_id).await));
    assert_eq!(standing(&test, &pia, &sam).await, Standing::None);
    connections::request(&test.app, &sam, "pia").await.unwrap();
    connections::accept(&test.app, &pia, sam_id).await.unwrap();
    assert!(is_missing(connections::cancel(&test.app, &sam, pia_id).await));
    let again = connections::accept(&test.app, &pia, sam_id).await.unwrap_err();
    assert!(again.to_string().contains("connected already"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_cross_are_a_connection() {
    let test = TestApp::new().await;
    let [sam, pia] = people(&test, ["sam", "pia"]).await;
    let (one, other) = tokio::join!(
        connections::request(&test.app, &sam, "pia"),
        connections::request(&test.app, &pia, "sam")
    );
    let outcomes = HashSet::from([one.unwrap().standing as u8, other.unwrap().standing as u8]);
    assert_eq!(
        outcomes,
        HashSet::from([Standing::Sent as u8, Standing::Connected as u8])
    );
    assert_eq!(standing(&test, &sam, &pia).await, Standing::Connected);
    assert_eq!(
        (
            test.count("connection.requested").await,
            test.count("connection.accepted").await
        ),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_answers_at_once_one_counts() {
    let test = TestApp::new().await;
    let [sam, pia] = people(&test, ["sam", "pia"]).await;
    connections::request(&test.app, &sam, "pia").await.unwrap();
    let id = &sam.person.id;
    let accepts = join_all((0..50).map(|_| connections::accept(&test.app, &pia, id))).await;
    assert_eq!(accepts.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(test.count("connection.accepted").await, 1);
    let removes = join_all((0..50).map(|n| {
        let (own, other) = if n % 2 == 0 { (&sam, &pia) } else { (&pia, &sam) };
        connections::remove(&test.app, own, &other.person.id)
    }));
    assert_eq!(removes.await.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(test.count("connection.removed").await, 1);
    let blocks = join_all((0..50).map(|_| connections::block(&test.app, &pia, id))).await;
    assert!(blocks.iter().all(Result::is_ok));
    assert_eq!(test.count("connection.blocked").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_and_accepting_at_once_do_one_of_the_two() {
    let test = TestApp::new().await;
    let [sam, pia] = people(&test, ["sam", "pia"]).await;
    for _ in 0..20 {
        connections::request(&test.app, &sam, "pia").await.unwrap();
        let (withdrawn, accepted, rejected) = tokio::join!(
            connections::cancel(&test.app, &sam, &pia.person.id),
            connections::accept(&test.app, &pia, &sam.person.id),
            connections::reject(&test.app, &pia, &sam.person.id)
        );
        let done = [withdrawn.is_ok(), accepted.is_ok(), rejected.is_ok()];
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
        let expected = if accepted.is_ok() {
            Standing::Connected
        } else {
            Standing::None
        };
        assert_eq!(standing(&test, &sam, &pia).await, expected);
        if accepted.is_ok() {
            connections::remove(&test.app, &sam, &pia.person.id).await.unwrap();
        }
        test.clock.advance(8 * DAY);
    }
}

#[tokio::test]
async fn whoever_blocks_somebody_does_not_exist_for_them() {
    let test = TestApp::new().await;
    let [sam, pia] = people(&test, ["sam", "pia"]).await;
    connections::request(&test.app, &sam, "pia").await.unwrap();
    connections::accept(&test.app, &pia, &sam.person.id).await.unwrap();
    connections::block(&test.app, &pia, &sam.person.id).await.unwrap();
    assert_eq!(standing(&test, &sam, &pia).await, Standing::None);
    assert_eq!(standing(&test, &pia, &sam).await, Standing::Blocked);
    assert_eq!(listed(&test, &pia, Which::Blocked).await, ["sam"]);
    assert!(matches!(
        connections::find(&test.app, &sam, "pia").await,
        Err(LookUpError::Nobody)
    ));
    assert!(matches!(
        connections::request(&test.app, &sam, "pia").await,
        Err(LookUpError::Nobody)
    ));
    let own = connections::request(&test.app, &pia, "sam").await.unwrap_err();
    assert!(own.to_string().contains("Unblock them first"), "{own}");
    assert_eq!(
        connections::find(&test.app, &pia, "sam").await.unwrap().standing,
        Standing::Blocked
    );

    connections::unblock(&test.app, &pia, &sam.person.id).await.unwrap();
    assert!(matches!(
        connections::unblock(&test.app, &pia, &sam.person.id).await,
        Err(ChangeError::NotFound)
    ));
    assert_eq!(standing(&test, &pia, &sam).await, Standing::None);
    assert_eq!(
        connections::request(&test.app, &sam, "pia").await.unwrap().standing,
        Standing::Sent
    );
    let log = said(&test, &pia).await;
    assert_eq!(log[1..], ["Blocked Sam Jones", "Unblocked Sam Jones"]);
}

#[tokio::test]
async fn nobody_reads_a_directory_out_of_looking_people_up() {
    let test = TestApp::new().await;
    let [sam, pia, eve] = people(&test, ["sam", "pia", "eve"]).await;
    let disabled = test.signed_in("dis", Roles::default()).await;
    let cli = Caller::command_line();
    accounts::set_login_enabled(&test.app, &cli, &disabled.person.id, false)
        .await
        .unwrap();
    let service = test.signed_in("svc", Roles::default()).await;
    accounts::set_service_account(&test.app, &cli, &service.person.id, true)
        .await
        .unwrap();
    connections::block(&test.app, &eve, &sam.person.id).await.unwrap();

    let mut answers = HashSet::new();
    for login in [
        "nobody",
        "eve",
        "eve@example.com",
        "sam",
        "dis",
        "svc",
        "pi",
        "pia@",
        "Pia Jones",
        "%",
        "",
    ] {
        let found = connections::find(&test.app, &sam, login).await.unwrap_err();
        let asked = connections::request(&test.app, &sam, login).await.unwrap_err();
        assert!(
            matches!((&found, &asked), (LookUpError::Nobody, LookUpError::Nobody)),
            "{login}"
        );
        answers.extend([found.to_string(), asked.to_string()]);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(test.count("connection.requested").await, 0);

    for _ in 22..60 {
        connections::find(&test.app, &sam, "pia").await.unwrap();
    }
    let LookUpError::TooMany(wait) = connections::find(&test.app, &sam, "pia").await.unwrap_err() else {
        panic!()
    };
    assert!(
        wait <= Duration::from_secs(3_600) && wait > Duration::from_secs(3_500),
        "{wait:?}"
    );
    assert!(matches!(
        connections::request(&test.app, &sam, "pia").await,
        Err(LookUpError::TooMany(_))
    ));
    connections::find(&test.app, &pia, "sam").await.unwrap();
    test.clock.advance(HOUR);
    connections::find(&test.app, &sam, "pia").await.unwrap();

    assert!(matches!(
        connections::request(&test.app, &cli, "pia").await,
        Err(LookUpError::Change(ChangeError::Forbidden))
    ));
    assert!(matches!(
        connections::request(&test.app, &service, "pia").await,
        Err(LookUpError::Change(ChangeError::Forbidden))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn look_ups_at_once_count_exactly() {
    let test = TestApp::new().await;
    let [sam, _pia] = people(&test, ["sam", "pia"]).await;
    let found = join_all((0..200).map(|n| connections::find(&test.app, &sam, ["pia", "nobody"][n % 2]))).await;
    let refused = found
        .iter()
        .filter(|outcome| matches!(outcome, Err(LookUpError::TooMany(_))))
        .count();
    assert_eq!(refused, 140);
}

const SEED: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO account (id, given_name, family_name, username, email, name_key, username_key, email_key, created_at)
SELECT printf('usr_%s%025d', substr('09z', 1 + i % 3, 1), i), printf('Given%d', i % 10), printf('Family%d', i),
  printf('user%d', i), printf('user%d@example.com', i), printf('given%d family%d', i % 10, i), printf('user%d', i),
  printf('user%d@example.com', i), i FROM n";
const CONNECT: &str = "
INSERT INTO connection (low_id, high_id, state, by_low, requested_at, decided_at, low_name_key, high_name_key)
SELECT min(a.id, me.id), max(a.id, me.id), 'accepted', 1, 1, 2,
  CASE WHEN a.id < me.id THEN a.name_key ELSE me.name_key END,
  CASE WHEN a.id < me.id THEN me.name_key ELSE a.name_key END
FROM account a, account me WHERE me.username = 'sam' AND a.username LIKE 'user%'";

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_connections_are_paged_in_order_and_nobody_twice() {
    let test = TestApp::embedded().await;
    let [sam] = people(&test, ["sam"]).await;
    let mut beside = test.store.beside().await.unwrap();
    for sql in [SEED, CONNECT] {
        sqlx::raw_sql(sql).execute(&mut beside).await.unwrap();
    }
    assert_eq!(counts(&test, &sam).await, (5_000, 0, 0, 0));
    for (find, expected) in [
        ("", 5_000),
        ("family4", 1_111),
        ("given7", 500),
        ("user12", 111),
        ("given7 family7", 12),
    ] {
        let mut search = ConnectionSearch {
            find: find.to_owned(),
            limit: 97,
            ..ConnectionSearch::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = connections::list(&test.app, &sam, &search).await.unwrap();
            seen.extend(
                page.rows
                    .into_iter()
                    .map(|row| (row.person.name.to_lowercase(), row.person.id)),
            );
            match page.turns.next {
                Some(next) => search.after = Some(next),
                None => break,
            }
        }
        assert!(seen.is_sorted(), "{find}");
        assert_eq!(
            seen.iter().collect::<HashSet<_>>().len(),
            seen.len(),
            "{find}: nobody twice"
        );
        assert_eq!(seen.len(), expected, "{find}");
    }
}

#[tokio::test]
async fn somebody_renamed_stands_where_the_new_name_belongs() {
    let test = TestApp::new().await;
    let [sam, pia, eve, bob] = people(&test, ["sam", "pia", "eve", "bob"]).await;
    for other in [&pia, &eve, &bob] {
        connections::request(&test.app, &sam, &other.person.username)
            .await
            .unwrap();
        connections::accept(&test.app, other, &sam.person.id).await.unwrap();
    }
    assert_eq!(listed(&test, &sam, Which::Connected).await, ["bob", "eve", "pia"]);
    let profile = Profile {
        given_name: "Zoë".to_owned(),
        family_name: "Jones".to_owned(),
        time_zone: "UTC".to_owned(),
    };
    accounts::edit_profile(&test.app, &bob, profile).await.unwrap();
    assert_eq!(listed(&test, &sam, Which::Connected).await, ["eve", "pia", "bob"]);
    let search = ConnectionSearch {
        find: "ZOË".to_owned(),
        limit: 10,
        ..ConnectionSearch::default()
    };
    let found = connections::list(&test.app, &sam, &search).await.unwrap();
    assert_eq!(found.rows[0].person.name, "Zoë Jones");
}

#[tokio::test]
async fn a_past_of_connections_is_written_and_what_there_is_already_stays() {
    let test = TestApp::new().await;
    let [sam, pia, lee, kim] = people(&test, ["sam", "pia", "lee", "kim"]).await;
    connections::request(&test.app, &sam, "pia@example.com").await.unwrap();
    let past = |asking: &Caller, other: &Caller, accepted_at| PastConnection {
        asking: asking.person.id.clone(),
        other: other.person.id.clone(),
        requested_at: Time(1),
        accepted_at,
    };
    let all = [
        past(&pia, &sam, Some(Time(2))),
        past(&sam, &lee, Some(Time(2))),
        past(&kim, &sam, None),
        past(&pia, &kim, Some(Time(2))),
        past(&kim, &pia, None),
    ];
    assert!(matches!(
        backdate::connections(&test.app, &sam, &all).await,
        Err(ChangeError::Forbidden)
    ));
    let machine = Caller::command_line();
    backdate::connections(&test.app, &machine, &all).await.unwrap();
    assert_eq!(standing(&test, &sam, &pia).await, Standing::Sent, "it stays");
    assert_eq!(standing(&test, &lee, &sam).await, Standing::Connected);
    assert_eq!(standing(&test, &sam, &kim).await, Standing::Received);
    assert_eq!(
        standing(&test, &kim, &pia).await,
        Standing::Connected,
        "the first counts"
    );
    assert_eq!(listed(&test, &pia, Which::Connected).await, ["kim"]);
    let mut nobody = all[0].clone();
    nobody.other = "usr_nobody".to_owned();
    let unknown = backdate::connections(&test.app, &machine, &[nobody]).await;
    assert!(matches!(unknown, Err(ChangeError::NotFound)));
}
