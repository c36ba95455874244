//! Another e-mail address: confirmed from there, told to the old one, and silent about who has it already.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::accounts::{self, LinkError, RequestEmailChange};
use app::factors::Proof;
use app::{Caller, ChangeError, Roles, devices};
use support::{GOOD, HOUR, MINUTE, OTHER, TestApp, WRONG, visitor};

const SUBJECT: &str = "A new e-mail address for an account";

async fn request(test: &TestApp, caller: &Caller, email: &str) -> Result<(), ChangeError> {
    // The next mail is newer than the one before.
    test.clock.advance(1_000);
    let typed = RequestEmailChange {
        email: email.to_owned(),
        proof: Proof::Password(GOOD.to_owned()),
    };
    accounts::request_email_change(&test.app, caller, typed).await
}

/// Recipient, subject and text of every mail, newest first.
async fn mails(test: &TestApp) -> Vec<(String, String, String)> {
    let of = test.mail_rows().await.into_iter();
    of.map(|mail| (mail.recipient.clone(), mail.subject.clone(), support::body(&mail)))
        .collect()
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_confirmed_from_there() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    request(&test, &sam, " Sam.New@example.com ").await.unwrap();
    let pending = accounts::pending_email_change(&test.app, &sam).await.unwrap().unwrap();
    assert_eq!(pending.email, "Sam.New@example.com");
    assert!(test.log_in("sam.new@example.com", GOOD).await.is_err(), "not yet");
    let token = test.token_of(SUBJECT).await;
    let peeked = accounts::peek_email_change(&test.app, &visitor(), &token)
        .await
        .unwrap();
    assert_eq!(peeked.unwrap().person.username, "sam");
    test.clock.advance(24 * HOUR - 1);
    accounts::confirm_email_change(&test.app, &visitor(), &token, Default::default())
        .await
        .unwrap();
    test.log_in("sam.new@example.com", GOOD).await.unwrap();
    assert!(test.log_in("sam@example.com", GOOD).await.is_err());
    let again = accounts::confirm_email_change(&test.app, &visitor(), &token, Default::default()).await;
    assert!(matches!(again, Err(LinkError::Gone)));

    let changed = test.activities().await;
    let changed = changed.iter().find(|row| &*row.kind == "user.email_changed").unwrap();
    assert_eq!(changed.user.as_ref().unwrap().id, sam.person.id);
    let change = &changed.changes[0];
    assert_eq!(
        (change.field.as_str(), change.before.as_deref()),
        ("email", Some("sam@example.com"))
    );
    assert_eq!(change.after.as_deref(), Some("Sam.New@example.com"));
    let told: Vec<_> = mails(&test)
        .await
        .into_iter()
        .map(|(to, subject, _)| (to, subject))
        .collect();
    for notice in [
        "Your e-mail address is to be changed",
        "Your e-mail address was changed",
    ] {
        assert!(
            told.contains(&("sam@example.com".to_owned(), notice.to_owned())),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn a_link_ends_after_a_day_when_cancelled_and_when_another_is_asked_for() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let gone = async |token: &str| {
        let outcome = accounts::confirm_email_change(&test.app, &visitor(), token, Default::default()).await;
        matches!(outcome, Err(LinkError::Gone))
    };
    request(&test, &sam, "one@example.com").await.unwrap();
    let one = test.token_of(SUBJECT).await;
    request(&test, &sam, "two@example.com").await.unwrap();
    let two = test.token_of(SUBJECT).await;
    assert!(gone(&one).await, "replaced");
    accounts::cancel_email_change(&test.app, &sam).await.unwrap();
    assert!(gone(&two).await, "cancelled");
    let nothing = accounts::cancel_email_change(&test.app, &sam).await;
    assert!(matches!(nothing, Err(ChangeError::NotFound)));
    request(&test, &sam, "three@example.com").await.unwrap();
    let three = test.token_of(SUBJECT).await;
    test.clock.advance(24 * HOUR);
    assert!(gone(&three).await, "expired");
    assert!(accounts::pending_email_change(&test.app, &sam).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_link_fifty_times_at_once_changes_the_address_once() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    request(&test, &sam, "new@example.com").await.unwrap();
    let token = test.token_of(SUBJECT).await;
    let uses: Vec<_> = (0..50)
        .map(|_| {
            let (app, token) = (test.app.clone(), token.clone());
            tokio::spawn(async move {
                accounts::confirm_email_change(&app, &visitor(), &token, Default::default())
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut done = 0;
    for one in uses {
        done += usize::from(one.await.unwrap());
    }
    assert_eq!((done, test.count("user.email_changed").await), (1, 1));
}

#[tokio::test]
async fn a_taken_address_is_answered_like_a_free_one_and_only_its_mailbox_is_told() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let ann = test.active("ann", Roles::default()).await;
    request(&test, &sam, "Ann@Example.com").await.unwrap();
    let pending = accounts::pending_email_change(&test.app, &sam).await.unwrap().unwrap();
    assert_eq!(pending.email, "Ann@Example.com");
    let (to, subject, text) = mails(&test)
        .await
        .into_iter()
        .find(|(_, subject, _)| subject == SUBJECT)
        .unwrap();
    assert_eq!((to.as_str(), subject.as_str()), ("Ann@Example.com", SUBJECT));
    assert!(!text.contains("token=") && !text.contains("sam"), "{text}");
    assert_eq!(test.codes_of(&ann).await.len(), 1, "only her account's creation");
}

#[tokio::test]
async fn an_address_taken_meanwhile_is_refused_and_the_link_still_works_later() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    request(&test, &sam, "ann@example.com").await.unwrap();
    let token = test.token_of(SUBJECT).await;
    test.active("ann", Roles::default()).await;
    let refused = accounts::confirm_email_change(&test.app, &visitor(), &token, Default::default()).await;
    assert!(matches!(refused, Err(LinkError::Invalid(_))));
    assert_eq!(test.count("user.email_changed").await, 0);
}

#[tokio::test]
async fn a_change_by_an_administrator_makes_the_link_void() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    request(&test, &sam, "new@example.com").await.unwrap();
    let token = test.token_of(SUBJECT).await;
    let edit = accounts::EditUser {
        given_name: "Sam".to_owned(),
        family_name: "Jones".to_owned(),
        username: "sam".to_owned(),
        email: "office@example.com".to_owned(),
    };
    accounts::edit_user(&test.app, &Caller::command_line(), &sam.person.id, edit)
        .await
        .unwrap();
    let outcome = accounts::confirm_email_change(&test.app, &visitor(), &token, Default::default()).await;
    assert!(matches!(outcome, Err(LinkError::Gone)));
}

#[tokio::test]
async fn an_address_that_was_changed_back_revives_no_link() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    request(&test, &sam, "new@example.com").await.unwrap();
    let token = test.token_of(SUBJECT).await;
    for email in ["office@example.com", "sam@example.com"] {
        let edit = accounts::EditAccount {
            email: Some(email.to_owned()),
            ..accounts::EditAccount::default()
        };
        accounts::edit_account(&test.app, &Caller::command_line(), &sam.person.id, edit, None)
            .await
            .unwrap();
    }
    let outcome = accounts::confirm_email_change(&test.app, &visitor(), &token, Default::default()).await;
    assert!(matches!(outcome, Err(LinkError::Gone)));
    let told = mails(&test).await;
    let told = |to: &str| {
        told.iter()
            .any(|(mail_to, subject, _)| mail_to == to && subject == "Your e-mail address was changed")
    };
    assert!(
        told("sam@example.com") && told("office@example.com"),
        "each old address"
    );
}

#[tokio::test]
async fn a_new_password_forgets_the_address_that_whoever_knew_the_old_one_asked_for() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    request(&test, &sam, "one@example.com").await.unwrap();
    let one = test.token_of(SUBJECT).await;
    let typed = accounts::ChangePassword {
        others: Default::default(),
        current: GOOD.to_owned(),
        new: OTHER.to_owned(),
    };
    accounts::change_password(&test.app, &sam, typed).await.unwrap();
    let changed = accounts::confirm_email_change(&test.app, &visitor(), &one, Default::default()).await;
    assert!(matches!(changed, Err(LinkError::Gone)));

    test.clock.advance(1_000);
    let proof = Proof::Password(OTHER.to_owned());
    let email = "two@example.com".to_owned();
    accounts::request_email_change(&test.app, &sam, RequestEmailChange { email, proof })
        .await
        .unwrap();
    let two = test.token_of(SUBJECT).await;
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    let reset = test.token_of("Reset your password").await;
    accounts::reset_password(&test.app, &visitor(), &reset, GOOD)
        .await
        .unwrap();
    let changed = accounts::confirm_email_change(&test.app, &visitor(), &two, Default::default()).await;
    assert!(matches!(changed, Err(LinkError::Gone)));
}

#[tokio::test]
async fn asking_needs_the_password_an_address_and_patience() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    for wrong in ["", "nobody", "sam@example.com"] {
        let refused = request(&test, &sam, wrong).await;
        assert!(matches!(refused, Err(ChangeError::Invalid(_))), "{wrong}");
    }
    let typed = RequestEmailChange {
        email: "new@example.com".to_owned(),
        proof: Proof::Password(WRONG.to_owned()),
    };
    accounts::request_email_change(&test.app, &sam, typed)
        .await
        .unwrap_err();
    assert_eq!(test.count("user.reauthentication_failed").await, 1);
    for n in 0..5 {
        request(&test, &sam, &format!("new{n}@example.com")).await.unwrap();
    }
    let refused = request(&test, &sam, "new6@example.com").await;
    assert!(matches!(refused, Err(ChangeError::Conflict(_))));
    test.clock.advance(61 * MINUTE);
    request(&test, &sam, "new6@example.com").await.unwrap();
}

#[tokio::test]
async fn confirming_ends_reset_links_and_leaves_devices_that_are_to_stay() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    let reset = test.token_of("Reset your password").await;
    request(&test, &sam, "new@example.com").await.unwrap();
    let token = test.token_of(SUBJECT).await;
    accounts::confirm_email_change(&test.app, &visitor(), &token, devices::OtherDevices::Keep)
        .await
        .unwrap();
    let outcome = accounts::reset_password(&test.app, &visitor(), &reset, OTHER).await;
    assert!(matches!(outcome, Err(LinkError::Gone)));
    assert_eq!(devices::list_devices(&test.app, &sam).await.unwrap().len(), 1);
}
