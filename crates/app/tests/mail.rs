//! The mail queue against a mail server of ours: sent, tried again, given up.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::accounts;
use app::groups::{self, GroupRole, Invite, NewGroup};
use app::mail::{self, MailState};
use app::{Caller, ChangeError, Roles};
use support::{HOUR, TestApp, visitor};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A mail server that answers the first `refusals` recipients with `refusal`, and hands over what it takes.
struct Sink {
    address: String,
    taken: mpsc::UnboundedReceiver<String>,
    asked: Arc<AtomicUsize>,
}

impl Sink {
    async fn start(refusals: usize, refusal: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (give, taken) = mpsc::unbounded_channel();
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, counter.clone(), refusals, refusal, give.clone()));
            }
        });
        Self { address, taken, asked }
    }
}

async fn talk(
    stream: TcpStream,
    asked: Arc<AtomicUsize>,
    refusals: usize,
    refusal: &'static str,
    give: mpsc::UnboundedSender<String>,
) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").await.unwrap();
    let (mut line, mut mail, mut data) = (String::new(), String::new(), false);
    while stream.read_line(&mut line).await.is_ok_and(|n| n > 0) {
        let answer = match line.trim_end() {
            "." if data => {
                data = false;
                give.send(std::mem::take(&mut mail)).ok();
                "250 taken"
            }
            _ if data => {
                mail.push_str(&line);
                ""
            }
            "DATA" => {
                data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            rcpt if rcpt.starts_with("RCPT") && asked.fetch_add(1, Ordering::SeqCst) < refusals => refusal,
            _ => "250 ok",
        };
        if !answer.is_empty() && stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
        line.clear();
    }
}

async fn started(sink: &Sink) -> TestApp {
    let url = format!("smtp://{}", sink.address);
    let test = TestApp::with(|settings| {
        settings.mail.smtp_url = Some(url);
        settings.mail.from = Some("Whodid <whodid@example.com>".to_owned());
    })
    .await;
    assert!(mail::start(&test.app).unwrap());
    test
}

async fn newest(test: &TestApp) -> mail::Mail {
    mail::list(&test.app, &Caller::command_line(), None)
        .await
        .unwrap()
        .rows
        .remove(0)
}

async fn until(test: &TestApp, state: MailState, attempts: u64) -> mail::Mail {
    for _ in 0..500 {
        let mail = newest(test).await;
        if mail.state == state && mail.attempts == attempts {
            return mail;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never {state:?} after {attempts} tries: {:?}", newest(test).await);
}

#[tokio::test]
async fn a_mail_is_sent_at_once_and_its_link_forgotten() {
    let mut sink = Sink::start(0, "").await;
    let test = started(&sink).await;
    test.invited("sam").await;
    let taken = tokio::time::timeout(Duration::from_secs(5), sink.taken.recv())
        .await
        .unwrap()
        .unwrap();
    assert!(
        taken.contains("To: sam@example.com") && taken.contains("Subject: Activate your account"),
        "{taken}"
    );
    let sent = until(&test, MailState::Sent, 1).await;
    assert!(!sent.has_text);
    assert_eq!(test.mail_rows().await[0].sealed_body, None);
    assert_eq!(test.count("mail.sent").await, 1);
}

#[tokio::test]
async fn a_mail_server_that_cannot_now_is_asked_again_later() {
    let sink = Sink::start(1, "451 later").await;
    let test = started(&sink).await;
    test.invited("sam").await;
    let waiting = until(&test, MailState::Queued, 1).await;
    assert!(waiting.last_error.unwrap().contains("later"));
    mail::retry(&test.app, &Caller::command_line(), &waiting.id)
        .await
        .unwrap();
    until(&test, MailState::Sent, 2).await;
    assert_eq!(sink.asked.load(Ordering::SeqCst), 2);
    assert_eq!(test.count("mail.retried").await, 1);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_or_for_a_day_is_given_up() {
    let sink = Sink::start(usize::MAX, "550 no such mailbox").await;
    let test = started(&sink).await;
    test.invited("sam").await;
    let refused = until(&test, MailState::Failed, 1).await;
    assert!(!refused.has_text);
    assert!(
        mail::retry(&test.app, &Caller::command_line(), &refused.id)
            .await
            .is_err(),
        "its text is gone"
    );

    let sink = Sink::start(usize::MAX, "451 later").await;
    let test = started(&sink).await;
    test.invited("sam").await;
    let waiting = until(&test, MailState::Queued, 1).await;
    test.clock.advance(24 * HOUR);
    mail::retry(&test.app, &Caller::command_line(), &waiting.id)
        .await
        .unwrap();
    until(&test, MailState::Failed, 2).await;
    assert_eq!(test.count("mail.failed").await, 1);
}

#[tokio::test]
async fn settings_of_mail_that_cannot_work_are_refused_at_the_start() {
    for (url, from) in [
        ("nonsense", "a@example.com"),
        ("smtp://127.0.0.1:1", "nobody in particular"),
    ] {
        let test = TestApp::with(|settings| {
            settings.mail.smtp_url = Some(url.to_owned());
            settings.mail.from = Some(from.to_owned());
        })
        .await;
        assert!(mail::start(&test.app).is_err(), "{url} {from}");
    }
    assert!(!mail::start(&TestApp::new().await.app).unwrap());
}

#[tokio::test]
async fn the_text_of_a_mail_is_wrapped_and_shown_only_by_an_act_its_owner_is_told_of() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let sam = test.invited("sam").await;
    let (id, row) = (newest(&test).await.id, test.mail_rows().await.remove(0));
    let sealed = row.sealed_body.unwrap();
    assert!(!sealed.windows(5).any(|part| part == b"token"), "wrapped");
    assert!(
        test.codes_of(&sam).await.iter().all(|code| code != "mail.shown"),
        "listing shows no text"
    );

    let shown = mail::show(&test.app, &admin, &id).await.unwrap();
    assert!(shown.body.contains("/activate?token="), "{}", shown.body);
    assert!(!format!("{shown:?}").contains("token="), "{shown:?}");
    assert_eq!(test.codes_of(&sam).await.last().unwrap(), "mail.shown");
    let activity = test.activities().await.pop().unwrap();
    assert_eq!(activity.facts.by, activity::By::Administrator(admin.person.clone()));
    mail::show(&test.app, &admin, &id).await.unwrap();
    assert_eq!(test.count("mail.shown").await, 2, "each time it is shown");

    let auditor = test
        .signed_in(
            "otto",
            Roles {
                auditor: true,
                ..Roles::default()
            },
        )
        .await;
    for other in [auditor, test.signed_in("mia", Roles::default()).await] {
        assert!(matches!(
            mail::show(&test.app, &other, &id).await,
            Err(ChangeError::Forbidden)
        ));
    }
    assert_eq!(test.count("mail.shown").await, 2);
}

#[tokio::test]
async fn a_mail_to_an_address_is_told_to_whoever_has_it() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let mia = test.active("mia", Roles::default()).await;
    let new = NewGroup {
        name: "Studio".to_owned(),
        ..NewGroup::default()
    };
    let group = groups::create(&test.app, &admin, new).await.unwrap();
    let invite = Invite {
        addresses: "Mia@example.com".to_owned(),
        role: GroupRole::Member,
    };
    groups::invite(&test.app, &admin, &group.id, invite).await.unwrap();
    let id = newest(&test).await.id;
    mail::show(&test.app, &admin, &id).await.unwrap();
    assert_eq!(test.codes_of(&mia).await.last().unwrap(), "mail.shown");
}

#[tokio::test]
async fn a_text_is_forgotten_once_its_link_has_expired() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    test.active("mia", Roles::default()).await;
    accounts::request_reset(&test.app, &visitor(), "mia").await.unwrap();
    let id = newest(&test).await.id;
    test.clock.advance(HOUR - 1);
    mail::show(&test.app, &admin, &id).await.unwrap();
    test.clock.advance(1);
    assert!(!newest(&test).await.has_text);
    assert!(matches!(
        mail::show(&test.app, &admin, &id).await,
        Err(ChangeError::Conflict(_))
    ));
    assert!(
        test.mail_rows().await[0].sealed_body.is_some(),
        "nobody has tidied up yet"
    );
    assert!(!mail::start(&test.app).unwrap(), "there is no server");
    for _ in 0..500 {
        if test.mail_rows().await[0].sealed_body.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(test.mail_rows().await[0].sealed_body, None);

    // One that waits to be sent is given up instead of being sent too late.
    let sink = Sink::start(1, "451 later").await;
    let test = started(&sink).await;
    test.active("mia", Roles::default()).await;
    accounts::request_reset(&test.app, &visitor(), "mia").await.unwrap();
    until(&test, MailState::Queued, 1).await;
    test.clock.advance(HOUR);
    let refused = mail::retry(&test.app, &Caller::command_line(), &newest(&test).await.id).await;
    assert!(refused.is_err());
    accounts::request_reset(&test.app, &visitor(), "mia").await.unwrap();
    for _ in 0..500 {
        if test.count("mail.failed").await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(test.count("mail.failed").await, 1);
    assert_eq!(sink.asked.load(Ordering::SeqCst), 2, "the expired one was not sent");
}
