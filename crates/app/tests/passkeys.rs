//! Passkeys: adding, logging in alone and after the password, what is refused, and removing.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::factors::Proof;
use app::logging_in::{self, LogInRefused, LogInStep, SecondFactorRefused, SignedIn};
use app::passkeys::{self, AddPasskey, Answered, RemoveProof};
use app::{Caller, ChangeError, Roles, accounts};
use support::authenticator::Authenticator;
use support::{GOOD, HOUR, MINUTE, TestApp, WRONG, visitor};

fn password() -> Proof {
    Proof::Password(GOOD.to_owned())
}

async fn add(test: &TestApp, caller: &Caller, authenticator: &mut Authenticator) -> String {
    add_with(test, caller, &password(), authenticator).await.0
}

/// Its id, and the recovery codes that are shown with it.
async fn add_with(
    test: &TestApp,
    caller: &Caller,
    proof: &Proof,
    authenticator: &mut Authenticator,
) -> (String, Vec<String>) {
    let asked = passkeys::begin_add(&test.app, caller, proof).await.unwrap();
    let new = AddPasskey {
        others: Default::default(),
        name: "Phone".to_owned(),
        answered: authenticator.create(&asked),
    };
    let before = passkeys::list(&test.app, caller).await.unwrap();
    let codes = passkeys::add(&test.app, caller, new).await.unwrap();
    let all = passkeys::list(&test.app, caller).await.unwrap();
    let added = all.iter().find(|one| before.iter().all(|known| known.id != one.id));
    (added.unwrap().id.clone(), codes)
}

async fn alone(test: &TestApp, authenticator: &mut Authenticator) -> Result<SignedIn, LogInRefused> {
    let asked = passkeys::begin_log_in(&test.app, &visitor()).await.unwrap().unwrap();
    passkeys::log_in(&test.app, &visitor(), &authenticator.get(&asked), None).await
}

async fn remove(
    test: &TestApp,
    caller: &Caller,
    id: &str,
    authenticator: &mut Authenticator,
) -> Result<(), ChangeError> {
    let asked = passkeys::begin_confirm(&test.app, caller).await?;
    let proof = RemoveProof::Passkey(authenticator.get(&asked));
    passkeys::remove(&test.app, caller, id, &proof).await
}

/// The token of a log-in whose password was right.
async fn after_password(test: &TestApp) -> String {
    match test.step("sam", GOOD, None).await {
        LogInStep::SecondFactor(challenge) => challenge.token,
        step => panic!("{step:?}"),
    }
}

#[tokio::test]
async fn a_passkey_logs_in_alone_and_says_so() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    add(&test, &sam, &mut phone).await;
    let signed_in = alone(&test, &mut phone).await.unwrap();
    assert_eq!(signed_in.caller.person.id, sam.person.id);
    alone(&test, &mut phone).await.unwrap();
    let activities = test.activities().await;
    let login = activities.iter().rfind(|row| &*row.kind == "user.login").unwrap();
    assert_eq!(login.metadata.get("second_factor").map(String::as_str), Some("passkey"));
    let added = activities
        .iter()
        .find(|row| &*row.kind == "user.passkey_added")
        .unwrap();
    assert_eq!(added.target().unwrap().name, "Phone");
    assert!(passkeys::list(&test.app, &sam).await.unwrap()[0].last_used_at.is_some());
    assert!(
        test.mails()
            .await
            .iter()
            .any(|(subject, _)| subject == "A passkey was added")
    );
}

#[tokio::test]
async fn the_first_passkey_comes_with_recovery_codes_and_the_next_one_is_proved_with_one() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let (_, codes) = add_with(&test, &sam, &password(), &mut Authenticator::new(1)).await;
    assert_eq!(
        (codes.len(), test.count("user.recovery_codes_shown").await),
        (10, 1),
        "for the day the passkey is lost"
    );
    let refused = passkeys::begin_add(&test.app, &sam, &password()).await.unwrap_err();
    assert!(
        matches!(refused, ChangeError::Invalid(_)),
        "a password alone adds nothing beside the second factor"
    );
    let proof = Proof::Code(codes[0].clone());
    let (_, more) = add_with(&test, &sam, &proof, &mut Authenticator::new(2)).await;
    assert!(more.is_empty(), "the codes stay");
    let token = after_password(&test).await;
    let answer = app::factors::Answer::Recovery(codes[1].clone());
    logging_in::second_factor(&test.app, &visitor(), &token, answer, false)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_passkey_is_the_second_factor_after_the_password() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    add(&test, &sam, &mut phone).await;
    let token = after_password(&test).await;
    let asked = passkeys::begin_second_factor(&test.app, &visitor(), &token)
        .await
        .unwrap();
    let answered = phone.get(&asked);
    passkeys::second_factor(&test.app, &visitor(), &token, &answered, false)
        .await
        .unwrap();
    let again = passkeys::second_factor(&test.app, &visitor(), &token, &answered, false).await;
    assert!(matches!(again, Err(SecondFactorRefused::Expired)));
}

#[tokio::test]
async fn another_persons_passkey_is_no_second_factor() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let ann = test.signed_in("ann", Roles::default()).await;
    let (mut hers, mut his) = (Authenticator::new(1), Authenticator::new(2));
    add(&test, &ann, &mut hers).await;
    add(&test, &sam, &mut his).await;
    let token = after_password(&test).await;
    let asked = passkeys::begin_second_factor(&test.app, &visitor(), &token)
        .await
        .unwrap();
    let refused = passkeys::second_factor(&test.app, &visitor(), &token, &hers.get(&asked), false).await;
    assert!(matches!(refused, Err(SecondFactorRefused::Wrong)));
    let id = &sam.person.id;
    assert!(test.codes_of(id).await.iter().any(|code| code == "user.login_failed"));
}

#[tokio::test]
async fn an_answer_is_good_for_its_own_question_once_and_soon() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    add(&test, &sam, &mut phone).await;
    let asked = passkeys::begin_log_in(&test.app, &visitor()).await.unwrap().unwrap();
    let answered = phone.get(&asked);
    let other = passkeys::begin_log_in(&test.app, &visitor()).await.unwrap().unwrap();
    let mixed = Answered {
        token: other.token,
        ..answered.clone()
    };
    passkeys::log_in(&test.app, &visitor(), &mixed, None).await.unwrap_err();
    passkeys::log_in(&test.app, &visitor(), &answered, None).await.unwrap();
    passkeys::log_in(&test.app, &visitor(), &answered, None)
        .await
        .unwrap_err();
    let late = passkeys::begin_log_in(&test.app, &visitor()).await.unwrap().unwrap();
    test.clock.advance(5 * MINUTE);
    passkeys::log_in(&test.app, &visitor(), &phone.get(&late), None)
        .await
        .unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_answer_fifty_times_at_once_logs_in_once() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    add(&test, &sam, &mut phone).await;
    let asked = passkeys::begin_log_in(&test.app, &visitor()).await.unwrap().unwrap();
    let answered = phone.get(&asked);
    let uses: Vec<_> = (0..50)
        .map(|_| {
            let (app, answered) = (test.app.clone(), answered.clone());
            tokio::spawn(async move { passkeys::log_in(&app, &visitor(), &answered, None).await.is_ok() })
        })
        .collect();
    let mut in_at_last = 0;
    for one in uses {
        in_at_last += usize::from(one.await.unwrap());
    }
    assert_eq!(in_at_last, 1);
}

#[tokio::test]
async fn a_counter_that_does_not_move_on_is_refused() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    let (_, codes) = add_with(&test, &sam, &password(), &mut phone).await;
    let mut copy = phone.clone();
    alone(&test, &mut phone).await.unwrap();
    alone(&test, &mut phone).await.unwrap();
    alone(&test, &mut copy).await.unwrap_err();
    let mut without = Authenticator::new(2);
    without.counter = None;
    add_with(&test, &sam, &Proof::Code(codes[0].clone()), &mut without).await;
    alone(&test, &mut without).await.unwrap();
    alone(&test, &mut without)
        .await
        .expect("one that keeps no counter always says 0");
}

#[tokio::test]
async fn without_user_verification_or_from_another_site_it_is_refused() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    let (_, codes) = add_with(&test, &sam, &password(), &mut phone).await;
    let mut unverified = phone.clone();
    unverified.verifies = false;
    alone(&test, &mut unverified).await.unwrap_err();
    let mut phished = phone.clone();
    phished.origin = "https://whodid.example.net".to_owned();
    alone(&test, &mut phished).await.unwrap_err();
    let asked = passkeys::begin_add(&test.app, &sam, &Proof::Code(codes[0].clone()))
        .await
        .unwrap();
    let mut elsewhere = Authenticator::new(3);
    elsewhere.origin = "https://whodid.example.net".to_owned();
    let new = AddPasskey {
        others: Default::default(),
        name: String::new(),
        answered: elsewhere.create(&asked),
    };
    let refused = passkeys::add(&test.app, &sam, new).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Conflict(_)));
}

#[tokio::test]
async fn wrong_answers_lock_the_account_and_a_locked_or_disabled_account_is_refused() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    add(&test, &sam, &mut phone).await;
    let mut wrong = phone.clone();
    wrong.verifies = false;
    for _ in 0..5 {
        alone(&test, &mut wrong).await.unwrap_err();
    }
    assert_eq!(test.count("user.locked").await, 1);
    alone(&test, &mut phone).await.unwrap_err();
    test.clock.advance(HOUR);
    phone.counter = Some(20);
    alone(&test, &mut phone).await.unwrap();
    accounts::set_login_enabled(&test.app, &Caller::command_line(), &sam.person.id, false)
        .await
        .unwrap();
    alone(&test, &mut phone).await.unwrap_err();
}

#[tokio::test]
async fn adding_asks_for_the_password_and_removing_for_a_second_factor() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let wrong = Proof::Password(WRONG.to_owned());
    let refused = passkeys::begin_add(&test.app, &sam, &wrong).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Invalid(_)));
    let mut phone = Authenticator::new(1);
    let id = add(&test, &sam, &mut phone).await;
    let code = RemoveProof::Code("123456".to_owned());
    let refused = passkeys::remove(&test.app, &sam, &id, &code).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Invalid(_)));
    let refused = remove(&test, &sam, &id, &mut Authenticator::new(2)).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Conflict(_)));
    assert_eq!(test.count("user.reauthentication_failed").await, 3);
    passkeys::rename(&test.app, &sam, &id, " Old  phone ").await.unwrap();
    assert_eq!(passkeys::list(&test.app, &sam).await.unwrap()[0].name, "Old phone");
    remove(&test, &sam, &id, &mut phone).await.unwrap();
    alone(&test, &mut phone).await.unwrap_err();
    test.log_in("sam", GOOD)
        .await
        .expect("without a passkey the password is enough");
}

#[tokio::test]
async fn nobody_touches_anothers_passkey() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let ann = test.signed_in("ann", Roles::default()).await;
    let mut phone = Authenticator::new(1);
    let (id, codes) = add_with(&test, &sam, &password(), &mut phone).await;
    let renamed = passkeys::rename(&test.app, &ann, &id, "Mine").await.unwrap_err();
    let code = RemoveProof::Code("123456".to_owned());
    let removed = passkeys::remove(&test.app, &ann, &id, &code).await.unwrap_err();
    assert!(matches!(
        (renamed, removed),
        (ChangeError::NotFound, ChangeError::NotFound)
    ));
    let asked = passkeys::begin_add(&test.app, &sam, &Proof::Code(codes[0].clone()))
        .await
        .unwrap();
    let stolen = AddPasskey {
        others: Default::default(),
        name: String::new(),
        answered: Authenticator::new(2).create(&asked),
    };
    passkeys::add(&test.app, &ann, stolen).await.unwrap_err();
    assert!(passkeys::list(&test.app, &ann).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_last_second_factor_stays_where_one_is_required() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let (mut first, mut second) = (Authenticator::new(1), Authenticator::new(2));
    let (one, codes) = add_with(&test, &sam, &password(), &mut first).await;
    let (two, _) = add_with(&test, &sam, &Proof::Code(codes[0].clone()), &mut second).await;
    app::factors::require_mfa(&test.app, &Caller::command_line(), &sam.person.id, true)
        .await
        .unwrap();
    remove(&test, &sam, &one, &mut second).await.unwrap();
    let last = remove(&test, &sam, &two, &mut second).await.unwrap_err();
    assert!(matches!(last, ChangeError::Conflict(_)), "{last:?}");
    assert_eq!(passkeys::list(&test.app, &sam).await.unwrap().len(), 1);
}

#[tokio::test]
async fn passkeys_belong_to_a_name_and_need_https_but_on_this_machine() {
    let cases = [
        ("https://log.example.com", Some("https://log.example.com")),
        ("http://127.0.0.1:8080", Some("http://localhost:8080")),
        ("http://[::1]:8080", Some("http://localhost:8080")),
        ("http://localhost:8080/", Some("http://localhost:8080")),
        ("http://log.example.com", None),
        ("https://192.0.2.1", None),
    ];
    for (public_url, origin) in cases {
        let test = TestApp::with(|settings| settings.public_url = public_url.to_owned()).await;
        assert_eq!(passkeys::origin(&test.app).as_deref(), origin, "{public_url}");
        let asked = passkeys::begin_log_in(&test.app, &visitor()).await.unwrap();
        assert_eq!(asked.is_some(), origin.is_some(), "{public_url}");
    }
}
