//! Guessing: waits that grow, the most of a day, and what is refused unseen.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::accounts;
use app::refusals::{self, Refused};
use app::{Caller, Roles, Visitor};
use support::{GOOD, HOUR, MINUTE, TestApp, WRONG, origin, visitor};

/// Guesses every ten minutes for so long; how many of them were looked at.
async fn guess_for(test: &TestApp, time: i64) -> usize {
    let before = looked_at(test).await;
    let end = test.app.now().plus(time);
    while test.app.now() < end {
        test.log_in("sam", WRONG).await.unwrap_err();
        test.clock.advance(10 * MINUTE);
    }
    looked_at(test).await - before
}

async fn looked_at(test: &TestApp) -> usize {
    let all = test.activities().await;
    all.iter()
        .filter(|activity| activity.reason.as_deref() == Some("wrong_password"))
        .count()
}

#[tokio::test]
async fn whoever_guesses_all_day_gets_few_guesses_and_the_owner_is_never_locked_out_of_a_known_device() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let known = test.log_in("sam", GOOD).await.unwrap().known_device_token;
    let first = guess_for(&test, 24 * HOUR).await;
    assert!(first <= 35, "{first} guesses on the first day");
    let second = guess_for(&test, 24 * HOUR).await;
    assert!(second <= 20, "{second} guesses on the second day: the waits stay long");
    for _ in 0..5 {
        test.log_in("sam", WRONG).await.unwrap_err();
    }
    test.log_in_on("sam", GOOD, Some(&known)).await.unwrap();
    test.log_in("sam", GOOD).await.expect_err("elsewhere it stays locked");
}

#[tokio::test]
async fn an_administrator_and_a_reset_lift_the_longest_wait() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    guess_for(&test, 24 * HOUR).await;
    accounts::unlock(&test.app, &Caller::command_line(), &id).await.unwrap();
    test.log_in("sam", WRONG).await.unwrap_err();
    test.log_in("sam", GOOD).await.unwrap();
    for _ in 0..5 {
        test.log_in("sam", WRONG).await.unwrap_err();
    }
    test.clock.advance(30 * MINUTE);
    test.log_in("sam", GOOD)
        .await
        .expect("the waits began at the first again");
}

#[tokio::test]
async fn the_owner_who_logs_in_now_and_then_buys_a_guesser_no_more_than_the_most_of_a_day() {
    let test = TestApp::with(|settings| settings.password.guesses_per_day = 12).await;
    test.active("sam", Roles::default()).await;
    let mut guesses = 0;
    for _ in 0..10 {
        for _ in 0..4 {
            test.log_in("sam", WRONG).await.unwrap_err();
        }
        let _ = test.log_in("sam", GOOD).await;
        test.clock.advance(30 * MINUTE);
        guesses = looked_at(&test).await;
    }
    assert_eq!(guesses, 12);
    let all = test.activities().await;
    let reasons: Vec<_> = all
        .iter()
        .filter(|a| &*a.kind == "user.locked")
        .map(|a| a.reason.clone().unwrap())
        .collect();
    assert_eq!(reasons, ["too_many_failures_in_a_day"]);
    test.clock.advance(24 * HOUR);
    test.log_in("sam", GOOD).await.unwrap();
}

#[tokio::test]
async fn what_is_refused_unseen_is_one_activity_for_each_address_and_minute() {
    let test = TestApp::new().await;
    let from = |ip: &str| Visitor {
        origin: origin(ip),
        ..visitor()
    };
    for _ in 0..31 {
        refusals::of_visitor(&test.app, &from("203.0.113.7"), Refused::Secrets);
    }
    // One client has a whole network of these.
    refusals::of_visitor(&test.app, &from("2001:db8::1"), Refused::Secrets);
    refusals::of_visitor(&test.app, &from("2001:db8::2"), Refused::Secrets);
    assert_eq!(
        refusals::write(&test.app, false).await.unwrap(),
        0,
        "the minute is not over"
    );
    test.clock.advance(MINUTE);
    assert_eq!(refusals::write(&test.app, false).await.unwrap(), 2);
    assert_eq!(refusals::write(&test.app, true).await.unwrap(), 0, "written once");
    let mut counts: Vec<_> = test
        .activities()
        .await
        .iter()
        .map(|activity| (activity.kind.to_string(), activity.metadata["count"].clone()))
        .collect();
    counts.sort();
    let of = |n: &str| ("user.attempts_refused".to_owned(), n.to_owned());
    assert_eq!(counts, [of("2"), of("31")]);
}

#[tokio::test]
async fn a_flood_from_everywhere_is_bounded_and_still_counted() {
    let test = TestApp::new().await;
    for n in 0..12_000_u32 {
        let ip = std::net::Ipv4Addr::from(n).to_string();
        let from = Visitor {
            origin: origin(&ip),
            ..visitor()
        };
        refusals::of_visitor(&test.app, &from, Refused::Secrets);
    }
    let written = refusals::write(&test.app, true).await.unwrap();
    assert_eq!(written, 10_001);
    let all = test.activities().await;
    let total: u64 = all.iter().map(|a| a.metadata["count"].parse::<u64>().unwrap()).sum();
    assert_eq!(total.max(10_000), total, "{total}");
}
