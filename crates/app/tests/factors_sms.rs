//! Codes by SMS, the service they are sent through, groups that require a second factor, and the mail about a new
//! device.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::factors::{self, Answer, EnableSms, Factor, Method, Proof, SendRefused};
use app::groups::{self, NewGroup};
use app::logging_in::{self, LogInStep, SecondFactorRefused, SetUp};
use app::{Caller, ChangeError, Roles};
use support::{GOOD, MINUTE, TestApp, visitor};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const PHONE: &str = "+49 151 234567 42";

/// The code in the newest SMS.
async fn sms(test: &TestApp) -> String {
    let mails = test.mails().await;
    let (_, text) = mails.iter().find(|(subject, _)| subject == "SMS").unwrap();
    text[..6].to_owned()
}

async fn request(test: &TestApp, caller: &Caller, phone: &str) -> Result<(), ChangeError> {
    let typed = EnableSms {
        phone: phone.to_owned(),
        proof: Proof::Password(GOOD.to_owned()),
    };
    factors::request_enable_sms(&test.app, caller, typed).await
}

async fn with_sms(test: &TestApp) -> Caller {
    let caller = test.signed_in("sam", Roles::default()).await;
    request(test, &caller, PHONE).await.unwrap();
    let code = sms(test).await;
    assert_eq!(
        factors::enable_sms(&test.app, &caller, &code, Default::default())
            .await
            .unwrap()
            .len(),
        10
    );
    test.clock.advance(MINUTE);
    caller
}

async fn challenge(test: &TestApp) -> String {
    match test.step("sam", GOOD, None).await {
        LogInStep::SecondFactor(challenge) => challenge.token,
        step => panic!("{step:?}"),
    }
}

async fn answer(test: &TestApp, token: &str, code: &str) -> Result<(), SecondFactorRefused> {
    let answer = Answer::Sms(code.to_owned());
    logging_in::second_factor(&test.app, &visitor(), token, answer, false)
        .await
        .map(drop)
}

/// Another code than this one.
fn other(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..5])
}

#[tokio::test]
async fn codes_by_sms_are_sent_at_log_in_and_taken_once_within_five_minutes() {
    let test = TestApp::new().await;
    let caller = with_sms(&test).await;
    let LogInStep::SecondFactor(first) = test.step("sam", GOOD, None).await else {
        panic!("a code is due")
    };
    let hint = "••• 42".to_owned();
    assert_eq!(first.methods, [Method::Sms { hint }, Method::Recovery]);
    let code = sms(&test).await;
    answer(&test, &first.token, &other(&code)).await.unwrap_err();
    answer(&test, &first.token, &code).await.unwrap();
    let second = challenge(&test).await;
    answer(&test, &second, &code).await.unwrap_err();
    test.clock.advance(MINUTE);
    logging_in::send_log_in_code(&test.app, &visitor(), &second)
        .await
        .unwrap();
    let code = sms(&test).await;
    test.clock.advance(5 * MINUTE);
    answer(&test, &second, &code).await.unwrap_err();
    let all = test.activities().await;
    let asked = all.iter().find(|a| &*a.kind == "user.sms_code_requested").unwrap();
    assert_eq!(activity::sentence::plain(asked), "Requested a code by SMS to ••• 42");
    let enabled = all.iter().find(|a| &*a.kind == "user.two_factor_enabled").unwrap();
    assert_eq!(activity::sentence::plain(enabled), "Set up 2FA: SMS");
    assert_eq!(enabled.user.as_ref().unwrap().id, caller.person.id);
}

#[tokio::test]
async fn a_code_is_sent_every_thirty_seconds_at_most_and_ten_a_day() {
    let test = TestApp::new().await;
    with_sms(&test).await;
    let token = challenge(&test).await;
    let visitor = visitor();
    let send = || logging_in::send_log_in_code(&test.app, &visitor, &token);
    assert!(
        matches!(send().await, Err(SendRefused::TooOften)),
        "one was sent at the log-in"
    );
    // Two were sent so far: to set it up, and at the log-in.
    for _ in 2..10 {
        test.clock.advance(MINUTE / 2);
        send().await.unwrap();
    }
    test.clock.advance(MINUTE / 2);
    assert!(matches!(send().await, Err(SendRefused::TooOften)), "ten a day");
}

#[tokio::test]
async fn a_code_to_change_the_number_does_not_log_in_and_the_other_way_round() {
    let test = TestApp::new().await;
    let caller = with_sms(&test).await;
    request(&test, &caller, "+1 555 010 9999")
        .await
        .expect_err("the password is not enough");
    factors::send_confirmation_code(&test.app, &caller).await.unwrap();
    let proof = Proof::Code(sms(&test).await);
    test.clock.advance(MINUTE);
    let phone = "+1 555 010 9999".to_owned();
    factors::request_enable_sms(&test.app, &caller, EnableSms { phone, proof })
        .await
        .unwrap();
    let to_new_number = sms(&test).await;
    test.clock.advance(MINUTE);
    let token = challenge(&test).await;
    let to_old_number = sms(&test).await;
    if to_new_number != to_old_number {
        answer(&test, &token, &to_new_number).await.unwrap_err();
        factors::enable_sms(&test.app, &caller, &to_old_number, Default::default())
            .await
            .unwrap_err();
    }
    answer(&test, &token, &to_old_number).await.unwrap();
}

#[tokio::test]
async fn numbers_that_cannot_be_sent_to_and_installations_without_sms_are_told_so() {
    let test = TestApp::with(|settings| settings.sms.outbox = false).await;
    let caller = test.signed_in("sam", Roles::default()).await;
    let refused = request(&test, &caller, "0151 2345678").await;
    assert!(matches!(refused, Err(ChangeError::Invalid(_))));
    let refused = request(&test, &caller, PHONE).await;
    assert!(matches!(refused, Err(ChangeError::Conflict(_))));
    assert!(!factors::get_factors(&test.app, &caller).await.unwrap().sms_offered);
}

#[tokio::test]
async fn turning_sms_off_asks_for_a_code_that_was_sent_for_it() {
    let test = TestApp::new().await;
    let caller = with_sms(&test).await;
    factors::send_confirmation_code(&test.app, &caller).await.unwrap();
    let code = sms(&test).await;
    factors::turn_off(&test.app, &caller, Factor::Sms, &other(&code))
        .await
        .unwrap_err();
    factors::turn_off(&test.app, &caller, Factor::Sms, &code).await.unwrap();
    assert_eq!(test.count("user.two_factor_disabled").await, 1);
    test.log_in("sam", GOOD).await.unwrap();
}

#[tokio::test]
async fn a_group_that_requires_a_factor_has_its_members_set_one_up() {
    let test = TestApp::new().await;
    let caller = test.signed_in("sam", Roles::default()).await;
    let new = NewGroup {
        name: "Example Group".to_owned(),
        requires_second_factor: true,
        owner: None,
    };
    groups::create(&test.app, &caller, new).await.unwrap();
    let LogInStep::SetUp(challenge) = test.step("sam", GOOD, None).await else {
        panic!("the group requires it")
    };
    logging_in::send_set_up_code(&test.app, &visitor(), &challenge.token, PHONE)
        .await
        .unwrap();
    let code = sms(&test).await;
    let visitor = visitor();
    let set_up = |code: String| {
        let sms = SetUp::Sms { code };
        logging_in::set_up_at_log_in(&test.app, &visitor, &challenge.token, sms, Default::default())
    };
    set_up(other(&code)).await.unwrap_err();
    let done = set_up(code).await.unwrap();
    test.clock.advance(MINUTE);
    let caller = done.signed_in.caller;
    factors::send_confirmation_code(&test.app, &caller).await.unwrap();
    let refused = factors::turn_off(&test.app, &caller, Factor::Sms, &sms(&test).await).await;
    assert!(matches!(refused, Err(ChangeError::Conflict(_))), "{refused:?}");
}

/// A service that takes one form and answers with this status: its address, and what it was sent.
async fn service(status: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/messages", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = String::new();
        let mut buffer = [0; 4_096];
        while !request.contains("Body=") {
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the request ended early: {request}");
            request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        request
    });
    (url, served)
}

#[tokio::test]
async fn the_service_is_sent_a_form_with_number_sender_and_text() {
    let (url, served) = service("201 Created").await;
    let test = TestApp::with(|settings| {
        settings.sms.url = Some(url);
        settings.sms.authorization = Some("Basic c2VjcmV0".to_owned());
        settings.sms.from = Some("+15550100000".to_owned());
    })
    .await;
    let caller = test.signed_in("sam", Roles::default()).await;
    request(&test, &caller, PHONE).await.unwrap();
    let form = served.await.unwrap();
    assert!(form.starts_with("POST /messages HTTP/1.1\r\n"), "{form}");
    assert!(form.contains("authorization: Basic c2VjcmV0\r\n"), "{form}");
    for field in ["To=%2B4915123456742", "From=%2B15550100000", "Body="] {
        assert!(form.contains(field), "{form}");
    }
    let code = form.split_once("Body=").unwrap().1[..6].to_owned();
    factors::enable_sms(&test.app, &caller, &code, Default::default())
        .await
        .unwrap();
    assert!(
        test.mails().await.iter().all(|(subject, _)| subject != "SMS"),
        "nothing in the outbox"
    );
}

#[tokio::test]
async fn a_service_that_refuses_or_is_not_there_is_told_in_plain_words() {
    let (url, _served) = service("500 Oops").await;
    let refusing = TestApp::with(|settings| settings.sms.url = Some(url)).await;
    let nobody = TestApp::with(|settings| settings.sms.url = Some("http://127.0.0.1:1/".to_owned())).await;
    for test in [refusing, nobody] {
        let caller = test.signed_in("sam", Roles::default()).await;
        let refused = request(&test, &caller, PHONE).await;
        let text = refused.unwrap_err().to_string();
        assert!(text.starts_with("The code could not be sent."), "{text}");
    }
}

#[tokio::test]
async fn a_log_in_on_a_new_device_is_mailed_with_a_link_to_that_very_activity() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let first = test.log_in("sam", GOOD).await.unwrap();
    test.log_in_on("sam", GOOD, Some(&first.known_device_token))
        .await
        .unwrap();
    assert_eq!(
        test.mails().await.len(),
        0,
        "the first log-in of all, and one on a known device"
    );
    test.log_in("sam", GOOD).await.unwrap();
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1);
    let (subject, body) = &mails[0];
    assert_eq!(subject, "Log-in on a new device");
    let all = test.activities().await;
    let login = all.iter().rfind(|a| &*a.kind == "user.login").unwrap();
    assert!(
        body.contains(&format!("https://whodid.example.com/activities/{}\n", login.seq)),
        "{body}"
    );
    for told in [
        "Device: Firefox on Linux",
        "Address: 203.0.113.7",
        "Time: 2026-11-21 12:00 UTC",
    ] {
        assert!(body.contains(told), "{body}");
    }
}
