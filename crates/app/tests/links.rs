//! Activation, reset, changing a password: links that work once, and what they end.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::accounts::{self, ChangePassword, LinkError, LinkPurpose};
use app::{Caller, ChangeError, Roles, devices};
use support::{GOOD, HOUR, MINUTE, OTHER, TestApp, WRONG, origin, visitor};

#[tokio::test]
async fn an_activation_link_sets_the_password_once_within_seven_days() {
    let test = TestApp::new().await;
    let id = test.invited("sam").await;
    let first = test.token_of("Activate your account").await;
    test.clock.advance(MINUTE);
    accounts::send_activation(&test.app, &Caller::command_line(), &id)
        .await
        .unwrap();
    let token = test.token_of("Activate your account").await;
    let peek = |token: String| {
        let app = test.app.clone();
        async move {
            accounts::peek_link(&app, &visitor(), LinkPurpose::Activation, &token)
                .await
                .unwrap()
        }
    };
    assert!(peek(first).await.is_none(), "only the newest link works");
    let short = accounts::activate(&test.app, &visitor(), &token, "too short")
        .await
        .unwrap_err();
    assert!(matches!(short, LinkError::Invalid(_)));
    assert!(
        peek(token.clone()).await.is_some(),
        "a refused password leaves the link"
    );
    test.clock.advance(7 * 24 * HOUR - 1);
    accounts::activate(&test.app, &visitor(), &token, GOOD).await.unwrap();
    let again = accounts::activate(&test.app, &visitor(), &token, OTHER)
        .await
        .unwrap_err();
    assert!(matches!(again, LinkError::Gone));
    test.log_in("sam", GOOD).await.unwrap();
    let sent = accounts::send_activation(&test.app, &Caller::command_line(), &id)
        .await
        .unwrap_err();
    assert!(
        matches!(sent, ChangeError::Invalid(_)),
        "an active account needs no link"
    );
}

#[tokio::test]
async fn an_activation_link_ends_after_seven_days() {
    let test = TestApp::new().await;
    test.invited("sam").await;
    let token = test.token_of("Activate your account").await;
    test.clock.advance(7 * 24 * HOUR);
    let late = accounts::activate(&test.app, &visitor(), &token, GOOD)
        .await
        .unwrap_err();
    assert!(matches!(late, LinkError::Gone));
}

#[tokio::test]
async fn a_reset_ends_every_device_unlocks_and_tells_the_owner() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    let device = test.log_in("sam", GOOD).await.unwrap().device_token;
    for _ in 0..5 {
        test.log_in("sam", WRONG).await.unwrap_err();
    }
    accounts::request_reset(&test.app, &visitor(), "Sam").await.unwrap();
    let token = test.token_of("Reset your password").await;
    test.clock.advance(HOUR - 1);
    accounts::reset_password(&test.app, &visitor(), &token, OTHER)
        .await
        .unwrap();
    assert!(
        devices::authenticate(&test.app, &device, origin("203.0.113.7"))
            .await
            .unwrap()
            .is_none()
    );
    test.log_in("sam", OTHER).await.expect("a completed reset unlocks");
    let codes = test.codes_of(&id).await;
    for code in [
        "user.password_reset_requested",
        "user.password_reset_completed",
        "user.forced_logout",
    ] {
        assert!(
            codes.iter().any(|found| found == code),
            "{code} is missing from {codes:?}"
        );
    }
    assert!(
        test.mails()
            .await
            .iter()
            .any(|(subject, _)| subject == "Your password was changed")
    );
}

#[tokio::test]
async fn a_reset_link_ends_after_an_hour_and_is_no_activation_link() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    let token = test.token_of("Reset your password").await;
    let other = accounts::activate(&test.app, &visitor(), &token, OTHER)
        .await
        .unwrap_err();
    assert!(matches!(other, LinkError::Gone));
    test.clock.advance(HOUR);
    let late = accounts::reset_password(&test.app, &visitor(), &token, OTHER)
        .await
        .unwrap_err();
    assert!(matches!(late, LinkError::Gone));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reset_link_used_fifty_times_at_once_works_once() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    let token = test.token_of("Reset your password").await;
    let uses: Vec<_> = (0..50)
        .map(|n| {
            let (app, token) = (test.app.clone(), token.clone());
            tokio::spawn(async move {
                accounts::reset_password(&app, &visitor(), &token, &format!("{OTHER} number {n}"))
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut worked = 0;
    for one in uses {
        worked += usize::from(one.await.unwrap());
    }
    assert_eq!(worked, 1);
    assert_eq!(test.count("user.password_reset_completed").await, 1);
}

#[tokio::test]
async fn asking_for_a_reset_answers_alike_and_floods_nobody() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    test.invited("inv").await;
    for login in ["nobody", "inv", "sam", "sam", "sam", "sam", "sam"] {
        accounts::request_reset(&test.app, &visitor(), login).await.unwrap();
    }
    let mails = test.mails().await;
    assert_eq!(
        mails
            .iter()
            .filter(|(subject, _)| subject == "Reset your password")
            .count(),
        3
    );
    assert_eq!(test.count("user.password_reset_requested").await, 7);
    test.clock.advance(61 * MINUTE);
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    assert_eq!(test.mails().await.len(), mails.len() + 1);
}

#[tokio::test]
async fn links_begin_with_the_public_address_of_the_settings() {
    let test = TestApp::with(|settings| settings.public_url = "https://log.example.org/".to_owned()).await;
    test.invited("sam").await;
    let (_, body) = test.mails().await.remove(0);
    assert!(body.contains("\nhttps://log.example.org/activate?token="), "{body}");
}

#[tokio::test]
async fn changing_the_password_asks_for_the_current_one_and_ends_other_devices() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    let other = test.log_in("sam", GOOD).await.unwrap().device_token;
    let here = test.log_in("sam", GOOD).await.unwrap();
    let change = |current: &str, new: &str| {
        let typed = ChangePassword {
            others: Default::default(),
            current: current.to_owned(),
            new: new.to_owned(),
        };
        accounts::change_password(&test.app, &here.caller, typed)
    };
    for bad in [
        (WRONG, OTHER),
        (GOOD, "short"),
        (GOOD, "passwordpassword"),
        (GOOD, &"x".repeat(129)),
    ] {
        let error = change(bad.0, bad.1).await.unwrap_err();
        assert!(matches!(error, ChangeError::Invalid(_)), "{bad:?}");
    }
    change(GOOD, OTHER).await.unwrap();
    assert!(
        devices::authenticate(&test.app, &other, origin("203.0.113.7"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        devices::authenticate(&test.app, &here.device_token, origin("203.0.113.7"))
            .await
            .unwrap()
            .is_some()
    );
    let codes = test.codes_of(&id).await;
    assert_eq!(
        codes[3..],
        [
            "user.reauthentication_failed",
            "user.password_changed",
            "user.forced_logout"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_password_changes_at_once_with_one_current_password_one_is_done() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let changes: Vec<_> = (0..4)
        .map(|n| {
            let (app, sam) = (test.app.clone(), sam.clone());
            let typed = ChangePassword {
                others: Default::default(),
                current: GOOD.to_owned(),
                new: format!("{OTHER} {n}"),
            };
            tokio::spawn(async move { accounts::change_password(&app, &sam, typed).await.is_ok() })
        })
        .collect();
    let mut done = 0;
    for change in changes {
        done += usize::from(change.await.unwrap());
    }
    assert_eq!((done, test.count("user.password_changed").await), (1, 1));
}

#[tokio::test]
async fn an_activation_link_dies_with_the_address_it_was_mailed_to() {
    let test = TestApp::new().await;
    let id = test.invited("sam").await;
    let token = test.token_of("Activate your account").await;
    let edit = accounts::EditUser {
        given_name: "Sam".to_owned(),
        family_name: "Jones".to_owned(),
        username: "sam".to_owned(),
        email: "sam.jones@example.com".to_owned(),
    };
    accounts::edit_user(&test.app, &Caller::command_line(), &id, edit)
        .await
        .unwrap();
    let gone = accounts::activate(&test.app, &visitor(), &token, GOOD).await;
    assert!(matches!(gone, Err(LinkError::Gone)), "a stranger may read that mailbox");
}

#[tokio::test]
async fn wrong_current_passwords_count_as_failed_attempts() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let here = test.log_in("sam", GOOD).await.unwrap();
    for _ in 0..5 {
        let typed = ChangePassword {
            others: Default::default(),
            current: WRONG.to_owned(),
            new: OTHER.to_owned(),
        };
        accounts::change_password(&test.app, &here.caller, typed)
            .await
            .unwrap_err();
    }
    let typed = ChangePassword {
        others: Default::default(),
        current: GOOD.to_owned(),
        new: OTHER.to_owned(),
    };
    accounts::change_password(&test.app, &here.caller, typed)
        .await
        .expect_err("five wrong ones are the end");
    assert_eq!(test.count("user.locked").await, 1);
    test.log_in("sam", GOOD)
        .await
        .expect_err("the same counter guards the log-in page");
}

#[tokio::test]
async fn a_password_typed_on_another_keyboard_is_the_same_password() {
    let test = TestApp::new().await;
    test.invited("sam").await;
    let token = test.token_of("Activate your account").await;
    accounts::activate(&test.app, &visitor(), &token, "cafe\u{301} au lait, ﬁne")
        .await
        .unwrap();
    test.log_in("sam", "caf\u{e9} au lait, fine").await.unwrap();
}
