//! Second factors: setting them up, logging in with them, and what cannot be done with them.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::sync::Arc;

use activity::Named;
use app::accounts::{self, ChangePassword};
use app::factors::{self, Answer, EnableTotp, Factor, Method, Proof};
use app::logging_in::{self, LogIn, LogInStep, SecondFactorRefused, SetUp, SetUpRefused, SignedIn};
use app::{Caller, ChangeError, Roles, Visitor, applications};
use support::{GOOD, HOUR, MINUTE, OTHER, TestApp, WRONG, visitor};
use totp_rs::{Builder, Secret};

/// The code that an authenticator app with this key shows now.
fn code_of(test: &TestApp, key: &str) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(key).unwrap())
        .build()
        .unwrap();
    totp.generate(u64::try_from(test.app.now().0 / 1_000_000).unwrap())
        .to_string()
}

/// A member with an authenticator app: who they are, the app's key and the recovery codes.
async fn with_app(test: &TestApp) -> (Caller, String, Vec<String>) {
    let caller = test.signed_in("sam", Roles::default()).await;
    let (key, codes) = enable_app(test, &caller).await.unwrap();
    // The code that set it up is used.
    test.clock.advance(MINUTE);
    (caller, key, codes)
}

async fn enable_app(test: &TestApp, caller: &Caller) -> Result<(String, Vec<String>), ChangeError> {
    let key = factors::offer_totp(&test.app, &caller.person, None).unwrap().key;
    let typed = EnableTotp {
        others: Default::default(),
        key: key.clone(),
        code: code_of(test, &key),
        proof: Proof::Password(GOOD.to_owned()),
    };
    let codes = factors::enable_totp(&test.app, caller, typed).await?;
    Ok((key, codes))
}

/// The token of a log-in whose password was right.
async fn challenge(test: &TestApp) -> String {
    match test.step("sam", GOOD, None).await {
        LogInStep::SecondFactor(challenge) => challenge.token,
        step => panic!("{step:?}"),
    }
}

async fn answer(test: &TestApp, token: &str, answer: Answer) -> Result<SignedIn, SecondFactorRefused> {
    logging_in::second_factor(&test.app, &visitor(), token, answer, false).await
}

fn totp(code: impl Into<String>) -> Answer {
    Answer::Totp(code.into())
}

/// Reasons of failed log-ins, oldest first.
async fn reasons(test: &TestApp) -> Vec<String> {
    let all = test.activities().await;
    let failed = all.iter().filter(|activity| &*activity.kind == "user.login_failed");
    failed.map(|activity| activity.reason.clone().unwrap()).collect()
}

#[tokio::test]
async fn a_member_sets_an_app_up_and_the_next_log_in_asks_for_its_code() {
    let test = TestApp::new().await;
    let (caller, key, codes) = with_app(&test).await;
    assert_eq!(codes.len(), 10);
    let step = test.step("sam", GOOD, None).await;
    let LogInStep::SecondFactor(challenge) = step else {
        panic!("{step:?}")
    };
    assert_eq!(challenge.methods, [Method::Totp, Method::Recovery]);
    let signed_in = answer(&test, &challenge.token, totp(code_of(&test, &key)))
        .await
        .unwrap();
    assert_eq!(signed_in.caller.person.id, caller.person.id);
    let all = test.activities().await;
    let enabled = all.iter().find(|a| &*a.kind == "user.two_factor_enabled").unwrap();
    assert_eq!(activity::sentence::plain(enabled), "Set up 2FA: authenticator app");
    let login = all.iter().rfind(|a| &*a.kind == "user.login").unwrap();
    assert_eq!(login.metadata["second_factor"], "authenticator app");
    assert_eq!(test.count("user.recovery_codes_shown").await, 1);
    let again = answer(&test, &challenge.token, totp(code_of(&test, &key))).await;
    assert!(
        matches!(again, Err(SecondFactorRefused::Expired)),
        "a finished log-in is finished"
    );
}

#[tokio::test]
async fn an_app_is_set_up_only_with_its_own_code_and_the_password() {
    let test = TestApp::new().await;
    let caller = test.signed_in("sam", Roles::default()).await;
    let key = factors::offer_totp(&test.app, &caller.person, None).unwrap().key;
    let typed = |code: String, password: &str| EnableTotp {
        others: Default::default(),
        key: key.clone(),
        code,
        proof: Proof::Password(password.to_owned()),
    };
    for wrong in [typed("000000".to_owned(), GOOD), typed(code_of(&test, &key), WRONG)] {
        let refused = factors::enable_totp(&test.app, &caller, wrong).await;
        assert!(matches!(refused, Err(ChangeError::Invalid(_))), "{refused:?}");
    }
    test.log_in("sam", GOOD).await.unwrap();
    assert_eq!(test.count("user.reauthentication_failed").await, 1);
}

#[tokio::test]
async fn a_code_of_the_app_is_taken_once_and_at_most_one_step_off() {
    let test = TestApp::new().await;
    let (_, key, _) = with_app(&test).await;
    let now = code_of(&test, &key);
    answer(&test, &challenge(&test).await, totp(now.clone())).await.unwrap();
    let again = answer(&test, &challenge(&test).await, totp(now.clone())).await;
    assert!(matches!(again, Err(SecondFactorRefused::Wrong)));
    test.clock.advance(MINUTE);
    let before_last = challenge(&test).await;
    assert!(answer(&test, &before_last, totp(now)).await.is_err(), "two steps late");
    answer(&test, &before_last, totp(code_of(&test, &key))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_log_ins_with_one_code_at_once_let_one_in() {
    let test = Arc::new(TestApp::new().await);
    let (_, key, codes) = with_app(&test).await;
    assert_eq!(at_once(&test, totp(code_of(&test, &key))).await, 1);
    test.clock.advance(HOUR);
    assert_eq!(at_once(&test, Answer::Recovery(codes[3].to_uppercase())).await, 1);
    assert_eq!(test.count("user.recovery_code_used").await, 1);
    let used = test.activities().await;
    let used = used.iter().find(|a| &*a.kind == "user.recovery_code_used").unwrap();
    assert_eq!(used.metadata["codes_left"], "9");
}

/// How many of fifty half-finished log-ins get in with the same answer at once.
async fn at_once(test: &Arc<TestApp>, typed: Answer) -> usize {
    let mut tokens = Vec::new();
    for _ in 0..50 {
        tokens.push(challenge(test).await);
    }
    let all: Vec<_> = tokens
        .into_iter()
        .map(|token| {
            let (test, typed) = (test.clone(), typed.clone());
            tokio::spawn(async move { answer(&test, &token, typed).await.is_ok() })
        })
        .collect();
    let mut right = 0;
    for one in all {
        right += usize::from(one.await.unwrap());
    }
    right
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_wrong_codes_at_once_get_five_guesses_and_one_lock() {
    let test = Arc::new(TestApp::new().await);
    with_app(&test).await;
    let token = challenge(&test).await;
    let all: Vec<_> = (0..200)
        .map(|n| {
            let (test, token) = (test.clone(), token.clone());
            tokio::spawn(async move { answer(&test, &token, totp(format!("{n:06}"))).await.is_ok() })
        })
        .collect();
    for one in all {
        assert!(!one.await.unwrap());
    }
    let reasons = reasons(&test).await;
    let count = |reason: &str| reasons.iter().filter(|found| *found == reason).count();
    assert_eq!((count("wrong_code"), count("account_locked")), (5, 195));
    assert_eq!(test.count("user.locked").await, 1);
}

#[tokio::test]
async fn a_locked_account_takes_no_code_and_a_right_password_gives_no_new_guesses() {
    let test = TestApp::new().await;
    let (_, key, codes) = with_app(&test).await;
    for _ in 0..4 {
        let token = challenge(&test).await;
        answer(&test, &token, totp("000000")).await.unwrap_err();
    }
    let token = challenge(&test).await;
    answer(&test, &token, Answer::Recovery("aaaa-aaaa".to_owned()))
        .await
        .unwrap_err();
    assert_eq!(
        test.count("user.locked").await,
        1,
        "passwords and codes are counted together"
    );
    for right in [totp(code_of(&test, &key)), Answer::Recovery(codes[0].clone())] {
        assert!(answer(&test, &token, right).await.is_err(), "locked");
    }
    test.log_in("sam", GOOD).await.unwrap_err();
    test.clock.advance(31 * MINUTE);
    let token = challenge(&test).await;
    answer(&test, &token, totp(code_of(&test, &key))).await.unwrap();
    for _ in 0..4 {
        answer(&test, &challenge(&test).await, totp("000000"))
            .await
            .unwrap_err();
    }
    assert_eq!(test.count("user.locked").await, 1, "a whole log-in forgets what failed");
}

#[tokio::test]
async fn a_remembered_device_is_not_asked_until_a_credential_changes() {
    let test = TestApp::new().await;
    let (_, key, _) = with_app(&test).await;
    let token = challenge(&test).await;
    let code = totp(code_of(&test, &key));
    let first = logging_in::second_factor(&test.app, &visitor(), &token, code, true)
        .await
        .unwrap();
    test.clock.advance(29 * 24 * HOUR);
    let known = first.known_device_token.as_str();
    let LogInStep::Done(second) = test.step("sam", GOOD, Some(known)).await else {
        panic!("29 days later it is still remembered")
    };
    assert!(
        matches!(test.step("sam", GOOD, None).await, LogInStep::SecondFactor(_)),
        "another device"
    );
    let typed = ChangePassword {
        others: Default::default(),
        current: GOOD.to_owned(),
        new: OTHER.to_owned(),
    };
    accounts::change_password(&test.app, &second.caller, typed)
        .await
        .unwrap();
    let known = second.known_device_token.as_str();
    assert!(matches!(
        test.step("sam", OTHER, Some(known)).await,
        LogInStep::SecondFactor(_)
    ));
}

#[tokio::test]
async fn a_device_that_an_application_had_remembered_is_not_remembered_in_the_web_manager() {
    let test = TestApp::new().await;
    let (_, key, _) = with_app(&test).await;
    let new = applications::NewApplication {
        name: "Headset".to_owned(),
        single_device: false,
    };
    let registered = applications::register(&test.app, &Caller::command_line(), new)
        .await
        .unwrap();
    let headset = Visitor {
        application: Some(Named {
            id: registered.application.id,
            name: registered.application.name,
        }),
        ..visitor()
    };
    let log_in = async |known: Option<&str>| {
        let typed = LogIn {
            login: "sam".to_owned(),
            password: GOOD.to_owned(),
            known_device: known.map(str::to_owned),
        };
        logging_in::log_in(&test.app, &headset, typed).await.unwrap()
    };
    let LogInStep::SecondFactor(due) = log_in(None).await else {
        panic!("no code was asked for")
    };
    let code = totp(code_of(&test, &key));
    let first = logging_in::second_factor(&test.app, &headset, &due.token, code, true)
        .await
        .unwrap();
    let known = first.known_device_token.as_str();
    assert!(matches!(
        test.step("sam", GOOD, Some(known)).await,
        LogInStep::SecondFactor(_)
    ));
    assert!(matches!(log_in(Some(known)).await, LogInStep::Done(_)), "there it is");
}

#[tokio::test]
async fn a_passkey_is_not_added_with_the_password_where_there_is_a_code() {
    let test = TestApp::new().await;
    let (caller, key, _) = with_app(&test).await;
    let password = Proof::Password(GOOD.to_owned());
    let refused = app::passkeys::begin_add(&test.app, &caller, &password).await;
    assert!(
        matches!(refused, Err(ChangeError::Invalid(_))),
        "it would be a way round the second factor"
    );
    let code = Proof::Code(code_of(&test, &key));
    app::passkeys::begin_add(&test.app, &caller, &code).await.unwrap();
}

#[tokio::test]
async fn a_device_is_remembered_for_thirty_days() {
    let test = TestApp::new().await;
    let (_, key, _) = with_app(&test).await;
    let token = challenge(&test).await;
    let code = totp(code_of(&test, &key));
    let first = logging_in::second_factor(&test.app, &visitor(), &token, code, true)
        .await
        .unwrap();
    test.clock.advance(30 * 24 * HOUR);
    let step = test.step("sam", GOOD, Some(&first.known_device_token)).await;
    assert!(matches!(step, LogInStep::SecondFactor(_)));
}

#[tokio::test]
async fn a_reset_neither_skips_the_second_factor_nor_leaves_half_a_log_in() {
    let test = TestApp::new().await;
    let (_, key, _) = with_app(&test).await;
    let half = challenge(&test).await;
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    let token = test.token_of("Reset your password").await;
    accounts::reset_password(&test.app, &visitor(), &token, OTHER)
        .await
        .unwrap();
    let refused = answer(&test, &half, totp(code_of(&test, &key))).await;
    assert!(matches!(refused, Err(SecondFactorRefused::Expired)));
    assert!(matches!(
        test.step("sam", OTHER, None).await,
        LogInStep::SecondFactor(_)
    ));
}

#[tokio::test]
async fn a_half_finished_log_in_waits_ten_minutes_and_dies_with_the_account() {
    let test = TestApp::new().await;
    let (caller, key, _) = with_app(&test).await;
    let token = challenge(&test).await;
    test.clock.advance(10 * MINUTE);
    let late = answer(&test, &token, totp(code_of(&test, &key))).await;
    assert!(matches!(late, Err(SecondFactorRefused::Expired)));
    let token = challenge(&test).await;
    accounts::set_login_enabled(&test.app, &Caller::command_line(), &caller.person.id, false)
        .await
        .unwrap();
    answer(&test, &token, totp(code_of(&test, &key))).await.unwrap_err();
    assert!(answer(&test, "made up", totp("123456")).await.is_err());
}

#[tokio::test]
async fn whoever_must_have_a_factor_sets_it_up_in_the_middle_of_the_log_in() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    factors::require_mfa(&test.app, &Caller::command_line(), &id, true)
        .await
        .unwrap();
    let LogInStep::SetUp(challenge) = test.step("sam", GOOD, None).await else {
        panic!("a factor is required")
    };
    let waiting = logging_in::peek_set_up(&test.app, &visitor(), &challenge.token).await;
    let person = waiting.unwrap().unwrap().person;
    let key = factors::offer_totp(&test.app, &person, None).unwrap().key;
    let set_up = |code: String| SetUp::Totp { key: key.clone(), code };
    let visitor = visitor();
    let finish =
        |set_up: SetUp| logging_in::set_up_at_log_in(&test.app, &visitor, &challenge.token, set_up, Default::default());
    assert!(matches!(
        finish(set_up("123".to_owned())).await,
        Err(SetUpRefused::Wrong)
    ));
    assert!(matches!(
        answer(&test, &challenge.token, totp("123456")).await,
        Err(SecondFactorRefused::Expired)
    ));
    let done = finish(set_up(code_of(&test, &key))).await.unwrap();
    assert_eq!(done.recovery_codes.len(), 10);
    assert!(matches!(
        finish(set_up(code_of(&test, &key))).await,
        Err(SetUpRefused::Expired)
    ));
    let codes = test.codes_of(&id).await;
    let end = [
        "user.login_failed",
        "user.two_factor_enabled",
        "user.recovery_codes_shown",
        "user.login",
    ];
    assert_eq!(codes[codes.len() - 4..], end);
    test.clock.advance(MINUTE);
    assert!(matches!(test.step("sam", GOOD, None).await, LogInStep::SecondFactor(_)));
    let refused = factors::turn_off(&test.app, &done.signed_in.caller, Factor::Totp, &code_of(&test, &key)).await;
    assert!(
        matches!(refused, Err(ChangeError::Conflict(_))),
        "as long as it is required"
    );
    factors::require_mfa(&test.app, &Caller::command_line(), &id, false)
        .await
        .unwrap();
    factors::turn_off(&test.app, &done.signed_in.caller, Factor::Totp, &code_of(&test, &key))
        .await
        .unwrap();
}

#[tokio::test]
async fn turning_off_asks_for_a_factor_and_takes_the_recovery_codes_along() {
    let test = TestApp::new().await;
    let (caller, key, codes) = with_app(&test).await;
    let off = |code: String| {
        let (app, caller) = (test.app.clone(), caller.clone());
        async move { factors::turn_off(&app, &caller, Factor::Totp, &code).await }
    };
    assert!(
        matches!(off(GOOD.to_owned()).await, Err(ChangeError::Invalid(_))),
        "a password is no code"
    );
    assert!(matches!(off("000000".to_owned()).await, Err(ChangeError::Invalid(_))));
    assert_eq!(test.count("user.reauthentication_failed").await, 2);
    off(code_of(&test, &key)).await.unwrap();
    assert_eq!(test.count("user.two_factor_disabled").await, 1);
    test.log_in("sam", GOOD).await.unwrap();
    enable_app(&test, &caller).await.unwrap();
    let token = challenge(&test).await;
    let old = answer(&test, &token, Answer::Recovery(codes[0].clone())).await;
    assert!(old.is_err(), "codes from before are worth nothing");
}

#[tokio::test]
async fn another_app_is_set_up_only_with_the_factor_there_is() {
    let test = TestApp::new().await;
    let (caller, key, _) = with_app(&test).await;
    enable_app(&test, &caller)
        .await
        .expect_err("the password is not enough");
    let new = factors::offer_totp(&test.app, &caller.person, None).unwrap().key;
    let typed = EnableTotp {
        others: Default::default(),
        key: new.clone(),
        code: code_of(&test, &new),
        proof: Proof::Code(code_of(&test, &key)),
    };
    let codes = factors::enable_totp(&test.app, &caller, typed).await.unwrap();
    assert!(codes.is_empty(), "the recovery codes stay");
    test.clock.advance(MINUTE);
    let token = challenge(&test).await;
    answer(&test, &token, totp(code_of(&test, &key))).await.unwrap_err();
    answer(&test, &token, totp(code_of(&test, &new))).await.unwrap();
}

#[tokio::test]
async fn new_recovery_codes_end_those_before() {
    let test = TestApp::new().await;
    let (caller, key, old) = with_app(&test).await;
    let make = |proof: Proof| {
        let (app, caller) = (test.app.clone(), caller.clone());
        async move { factors::new_recovery_codes(&app, &caller, &proof).await }
    };
    make(Proof::Code("000000".to_owned())).await.unwrap_err();
    make(Proof::Password(GOOD.to_owned()))
        .await
        .expect_err("a password does not get round the second factor");
    let new = make(Proof::Code(code_of(&test, &key))).await.unwrap();
    let token = challenge(&test).await;
    answer(&test, &token, Answer::Recovery(old[0].clone()))
        .await
        .unwrap_err();
    answer(
        &test,
        &token,
        Answer::Recovery(format!(" {} ", new[0].replace('-', " "))),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_short_password_is_taken_beside_a_factor_and_keeps_the_factor() {
    let test = TestApp::new().await;
    let (caller, key, _) = with_app(&test).await;
    let change = |current: &str, new: &str| {
        let typed = ChangePassword {
            others: Default::default(),
            current: current.to_owned(),
            new: new.to_owned(),
        };
        let (app, caller) = (test.app.clone(), caller.clone());
        async move { accounts::change_password(&app, &caller, typed).await }
    };
    assert!(change(GOOD, "kettles").await.is_err(), "seven are too few");
    change(GOOD, "kettles!").await.unwrap();
    let refused = factors::turn_off(&test.app, &caller, Factor::Totp, &code_of(&test, &key)).await;
    assert!(matches!(refused, Err(ChangeError::Conflict(_))));
    factors::reset_mfa(&test.app, &Caller::command_line(), &caller.person.id)
        .await
        .unwrap();
    let step = test.step("sam", "kettles!", None).await;
    assert!(
        matches!(step, LogInStep::SetUp(_)),
        "a short password never stands alone"
    );
    assert!(
        change("kettles!", "saucers!").await.is_err(),
        "without a factor it must be long"
    );
    change("kettles!", GOOD).await.unwrap();
    test.log_in("sam", GOOD).await.unwrap();
}

#[tokio::test]
async fn only_administrators_require_and_reset_and_the_owner_is_told() {
    let test = TestApp::new().await;
    let (caller, _, _) = with_app(&test).await;
    let id = caller.person.id.clone();
    let refused = [
        factors::require_mfa(&test.app, &caller, &id, true).await,
        factors::reset_mfa(&test.app, &caller, &id).await,
    ];
    assert!(
        refused
            .iter()
            .all(|refused| matches!(refused, Err(ChangeError::Forbidden)))
    );
    let admin = test.admin().await;
    factors::require_mfa(&test.app, &admin, &id, true).await.unwrap();
    factors::require_mfa(&test.app, &admin, &id, true).await.unwrap();
    assert_eq!(test.count("account.mfa_required").await, 1, "it was so already");
    let version = async || {
        let user = accounts::get_user(&test.app, &admin, &id).await.unwrap().unwrap();
        user.row.version
    };
    let before = version().await;
    factors::reset_mfa(&test.app, &admin, &id).await.unwrap();
    assert_eq!(
        version().await,
        before + 1,
        "an edit of what was read before is refused"
    );
    assert!(matches!(test.step("sam", GOOD, None).await, LogInStep::SetUp(_)));
    let mails = test.mails().await;
    assert_eq!(mails[0].0, "Two-factor authentication was changed");
    let again = factors::reset_mfa(&test.app, &admin, &id).await;
    assert!(matches!(again, Err(ChangeError::Conflict(_))));
    assert_eq!(test.count("account.mfa_reset").await, 1);
}
