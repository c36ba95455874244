//! Logging in, lockout, known devices, and the column Last Login.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use activity::Outcome;
use app::accounts::{self, LoginStatus};
use app::{Caller, Roles, Visitor, devices, logging_in};
use support::{GOOD, HOUR, MINUTE, TestApp, WRONG, origin, visitor};

#[tokio::test]
async fn a_member_logs_in_and_out_and_both_are_in_their_log() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    let signed_in = test.log_in("SAM@example.com", GOOD).await.unwrap();
    assert_eq!(signed_in.caller.person.to_string(), "Sam Jones (sam)");
    let caller = devices::authenticate(&test.app, &signed_in.device_token, origin("203.0.113.7"))
        .await
        .unwrap();
    devices::log_out(&test.app, &caller.unwrap()).await.unwrap();
    let after = devices::authenticate(&test.app, &signed_in.device_token, origin("203.0.113.7"))
        .await
        .unwrap();
    assert!(after.is_none(), "the token must be dead after logging out");
    assert_eq!(
        test.codes_of(&id).await,
        ["account.created", "user.login", "user.logout"]
    );
    let login = &test.activities().await[1];
    assert_eq!(login.ip.unwrap().to_string(), "203.0.113.7");
    assert_eq!(login.device.as_deref(), Some("Firefox on Linux"));
}

#[tokio::test]
async fn every_refusal_is_the_same_to_the_outside_and_told_apart_in_the_log() {
    let test = TestApp::new().await;
    let admin = Caller::command_line();
    let disabled = test.active("dis", Roles::default()).await;
    accounts::set_login_enabled(&test.app, &admin, &disabled, false)
        .await
        .unwrap();
    let service = test.active("svc", Roles::default()).await;
    accounts::set_service_account(&test.app, &admin, &service, true)
        .await
        .unwrap();
    let elsewhere = test.active("els", Roles::default()).await;
    accounts::set_login_addresses(&test.app, &admin, &elsewhere, "10.0.0.0/8 2001:db8::1")
        .await
        .unwrap();
    test.active("sam", Roles::default()).await;
    test.invited("inv").await;
    let mut texts = Vec::new();
    for (login, password) in [
        ("nobody", GOOD),
        ("sam", WRONG),
        ("dis", GOOD),
        ("svc", GOOD),
        ("els", GOOD),
        ("inv", GOOD),
        ("sam", ""),
        ("", ""),
    ] {
        texts.push(test.log_in(login, password).await.unwrap_err().to_string());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    let all = test.activities().await;
    let failed: Vec<_> = all.iter().filter(|a| &*a.kind == "user.login_failed").collect();
    assert!(failed.iter().all(|a| a.outcome == Outcome::Failure));
    let reasons: Vec<_> = failed.iter().map(|a| a.reason.as_deref().unwrap()).collect();
    let expected = [
        "unknown_user",
        "wrong_password",
        "login_disabled",
        "service_account",
        "address_not_allowed",
        "account_not_activated",
        "wrong_password",
        "unknown_user",
    ];
    assert_eq!(reasons, expected);
    assert!(failed[0].user.is_none());
}

#[tokio::test]
async fn five_failures_lock_for_thirty_minutes_and_the_owner_gets_a_mail() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    for _ in 0..4 {
        test.log_in("sam", WRONG).await.unwrap_err();
    }
    assert_eq!(test.status(&id).await, LoginStatus::Failed);
    test.log_in("sam", WRONG).await.unwrap_err();
    assert_eq!(test.status(&id).await, LoginStatus::Locked);
    test.log_in("sam", GOOD)
        .await
        .expect_err("the right password must not open a locked account");
    assert_eq!(test.count("user.locked").await, 1);
    assert_eq!(test.count("user.login_failed").await, 6);
    assert_eq!(
        test.mails()
            .await
            .iter()
            .filter(|(subject, _)| subject == "Your account is locked")
            .count(),
        1
    );

    test.clock.advance(30 * MINUTE - 1);
    assert_eq!(test.status(&id).await, LoginStatus::Locked);
    test.log_in("sam", GOOD).await.unwrap_err();
    test.clock.advance(1);
    assert_eq!(
        test.status(&id).await,
        LoginStatus::Failed,
        "a lapsed lock without success reads Failed"
    );
    test.log_in("sam", GOOD).await.unwrap();
    assert_eq!(test.status(&id).await, LoginStatus::LastLogin(test.app.now()));
}

#[tokio::test]
async fn a_lapsed_lock_gives_the_whole_number_of_attempts_again() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    for _ in 0..5 {
        test.log_in("sam", WRONG).await.unwrap_err();
    }
    test.clock.advance(HOUR);
    for _ in 0..4 {
        test.log_in("sam", WRONG).await.unwrap_err();
    }
    test.log_in("sam", GOOD).await.unwrap();
    assert_eq!(test.count("user.locked").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_wrong_passwords_at_once_get_five_attempts_and_one_lock() {
    let test = std::sync::Arc::new(TestApp::new().await);
    test.active("sam", Roles::default()).await;
    let all: Vec<_> = (0..50)
        .map(|_| {
            let test = test.clone();
            tokio::spawn(async move { test.log_in("sam", WRONG).await.unwrap_err().to_string() })
        })
        .collect();
    let mut texts = Vec::new();
    for one in all {
        texts.push(one.await.unwrap());
    }
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    let activities = test.activities().await;
    let reasons = |reason: &str| {
        activities
            .iter()
            .filter(|a| a.reason.as_deref() == Some(reason))
            .count()
    };
    assert_eq!(reasons("wrong_password"), 5);
    assert_eq!(reasons("account_locked"), 45);
    assert_eq!(test.count("user.locked").await, 1);
    assert_eq!(test.mails().await.len(), 1);
}

#[tokio::test]
async fn strangers_cannot_lock_the_owner_out_of_a_device_they_use() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let before = test.log_in("sam", GOOD).await.unwrap();
    for _ in 0..7 {
        test.log_in("sam", WRONG).await.unwrap_err();
    }
    test.log_in("sam", GOOD).await.expect_err("elsewhere it is locked");
    let known = before.known_device_token.as_str();
    let again = test
        .log_in_on("sam", GOOD, Some(known))
        .await
        .expect("the known device still works");
    assert_ne!(
        again.known_device_token, before.known_device_token,
        "the token is another after each log-in"
    );
    test.log_in_on("sam", GOOD, Some(known))
        .await
        .expect_err("the token before is worth nothing");
    test.log_in("sam", GOOD)
        .await
        .expect_err("a log-in on a known device does not help the strangers");
}

#[tokio::test]
async fn a_known_device_has_no_more_attempts_than_anybody_and_locks_the_account() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    let first = test.log_in("sam", GOOD).await.unwrap();
    let second = test.log_in("sam", GOOD).await.unwrap();
    let known = first.known_device_token.as_str();
    for _ in 0..5 {
        test.log_in_on("sam", WRONG, Some(known)).await.unwrap_err();
    }
    test.log_in_on("sam", GOOD, Some(known))
        .await
        .expect_err("this device is locked");
    test.log_in("sam", GOOD).await.expect_err("and so is the account");
    let details = accounts::get_user(&test.app, &Caller::command_line(), &id)
        .await
        .unwrap()
        .unwrap();
    assert!(details.row.locked_until.is_some());
    test.log_in_on("sam", GOOD, Some(&second.known_device_token))
        .await
        .expect("another known device is free");
    accounts::unlock(&test.app, &Caller::command_line(), &id).await.unwrap();
    test.log_in_on("sam", GOOD, Some(known))
        .await
        .expect("unlocking frees the device as well");
}

#[tokio::test]
async fn the_token_of_one_persons_device_opens_no_bucket_of_another() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    test.active("eve", Roles::default()).await;
    let eve = test.log_in("eve", GOOD).await.unwrap();
    for _ in 0..5 {
        test.log_in_on("sam", WRONG, Some(&eve.known_device_token))
            .await
            .unwrap_err();
    }
    test.log_in_on("sam", GOOD, Some(&eve.known_device_token))
        .await
        .expect_err("counted as a stranger's");
}

#[tokio::test]
async fn the_column_last_login_reads_as_it_should_at_every_step() {
    let test = TestApp::new().await;
    let id = test.invited("sam").await;
    assert_eq!(test.status(&id).await, LoginStatus::Never);
    test.log_in("sam", GOOD).await.unwrap_err();
    assert_eq!(test.status(&id).await, LoginStatus::Failed);

    let other = test.invited("tom").await;
    let token = test.token_of("Activate your account").await;
    accounts::activate(&test.app, &visitor(), &token, GOOD).await.unwrap();
    assert_eq!(test.status(&other).await, LoginStatus::Active);
    test.log_in("tom", WRONG).await.unwrap_err();
    assert_eq!(test.status(&other).await, LoginStatus::Failed);
    for _ in 0..4 {
        test.log_in("tom", WRONG).await.unwrap_err();
    }
    assert_eq!(test.status(&other).await, LoginStatus::Locked);
    test.clock.advance(HOUR);
    test.log_in("tom", GOOD).await.unwrap();
    let at = test.app.now();
    test.clock.advance(HOUR);
    for _ in 0..5 {
        test.log_in("tom", WRONG).await.unwrap_err();
    }
    assert_eq!(
        test.status(&other).await,
        LoginStatus::LastLogin(at),
        "whoever has logged in keeps the date"
    );
}

#[tokio::test]
async fn what_an_administrator_changes_applies_to_devices_at_once() {
    let test = TestApp::new().await;
    let admin = Caller::command_line();
    let id = test.active("sam", Roles::default()).await;
    let token = test.log_in("sam", GOOD).await.unwrap().device_token;
    let here = || devices::authenticate(&test.app, &token, origin("203.0.113.7"));
    accounts::set_roles(
        &test.app,
        &admin,
        &id,
        Roles {
            administrator: false,
            auditor: true,
        },
    )
    .await
    .unwrap();
    assert!(here().await.unwrap().unwrap().reads_everything());
    accounts::set_login_addresses(&test.app, &admin, &id, "203.0.113.0/24")
        .await
        .unwrap();
    assert!(here().await.unwrap().is_some());
    let elsewhere = devices::authenticate(&test.app, &token, origin("198.51.100.1"))
        .await
        .unwrap();
    assert!(elsewhere.is_none(), "the address is checked at every request");
    accounts::set_login_enabled(&test.app, &admin, &id, false)
        .await
        .unwrap();
    assert!(here().await.unwrap().is_none());
    accounts::set_login_enabled(&test.app, &admin, &id, true).await.unwrap();
    assert!(
        here().await.unwrap().is_none(),
        "enabling again does not bring devices back"
    );
    assert_eq!(test.count("user.forced_logout").await, 1);
}

#[tokio::test]
async fn a_device_ends_when_it_is_idle_or_old() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let day = 24 * HOUR;
    let token = test.log_in("sam", GOOD).await.unwrap().device_token;
    let here = || devices::authenticate(&test.app, &token, origin("203.0.113.7"));
    for _ in 0..4 {
        test.clock.advance(7 * day);
        assert!(here().await.unwrap().is_some(), "in use it stays");
    }
    test.clock.advance(2 * day);
    assert!(here().await.unwrap().is_none(), "30 days are the end whatever happens");
    let idle = test.log_in("sam", GOOD).await.unwrap().device_token;
    test.clock.advance(14 * day);
    assert!(
        devices::authenticate(&test.app, &idle, origin("203.0.113.7"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_mapped_ipv6_address_counts_as_the_ipv4_address_it_is() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    accounts::set_login_addresses(&test.app, &Caller::command_line(), &id, "203.0.113.7")
        .await
        .unwrap();
    let visitor = Visitor {
        origin: origin("::ffff:203.0.113.7"),
        application: None,
        device_token: None,
    };
    let typed = logging_in::LogIn {
        login: "sam".to_owned(),
        password: GOOD.to_owned(),
        known_device: None,
    };
    logging_in::log_in(&test.app, &visitor, typed).await.unwrap();
}
