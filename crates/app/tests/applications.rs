//! Applications: their keys, signing in through them, refreshing, single devices, and what ends which devices.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::accounts::{self, ChangePassword};
use app::applications::{self, EditApplication, NewApplication, Presented, RefreshRefused, Registered};
use app::devices::{self, EndReason, Identity};
use app::factors::Answer;
use app::logging_in::{self, LogIn, LogInStep, SecondFactorRefused, SignedIn};
use app::{Caller, ChangeError, PageRequest, Roles, Via, Visitor};
use sqlx::Row as _;
use store::accounts::refresh_token;
use store::factors::second_factor;
use support::{GOOD, HOUR, OTHER, TestApp, WRONG, origin, visitor};

async fn register(test: &TestApp, name: &str, single_device: bool) -> Registered {
    let new = NewApplication {
        name: name.to_owned(),
        single_device,
    };
    applications::register(&test.app, &Caller::command_line(), new)
        .await
        .unwrap()
}

async fn through(test: &TestApp, registered: &Registered) -> Visitor {
    let presented =
        applications::authenticate(&test.app, registered.key.as_deref().unwrap(), origin("203.0.113.7")).await;
    match presented.unwrap() {
        Presented::Application(visitor) => visitor,
        other => panic!("{other:?}"),
    }
}

fn typed(login: &str) -> LogIn {
    LogIn {
        login: login.to_owned(),
        password: GOOD.to_owned(),
        known_device: None,
    }
}

async fn sign_in(test: &TestApp, visitor: &Visitor, login: &str) -> SignedIn {
    match logging_in::log_in(&test.app, visitor, typed(login)).await.unwrap() {
        LogInStep::Done(signed_in) => signed_in,
        step => panic!("{step:?}"),
    }
}

async fn identity(test: &TestApp, token: &str) -> Identity {
    devices::identify(&test.app, token, origin("203.0.113.7"))
        .await
        .unwrap()
}

async fn ended(test: &TestApp, token: &str) -> Option<EndReason> {
    match identity(test, token).await {
        Identity::SignedIn(_) => None,
        Identity::Ended(reason) => Some(reason),
        other => panic!("{other:?}"),
    }
}

fn disabled(disabled: bool) -> EditApplication {
    EditApplication {
        disabled: Some(disabled),
        ..EditApplication::default()
    }
}

#[tokio::test]
async fn an_applications_key_is_given_once_and_kept_only_as_a_hash() {
    let test = TestApp::new().await;
    let registered = register(&test, "Headset", false).await;
    let key = registered.key.as_ref().unwrap();
    assert!(key.starts_with("whodid_app_") && key.len() == 11 + 39, "{key}");
    assert_eq!(registered.application.hint.len(), 17);
    let mut read = test.store.read().await.unwrap();
    for hash in [vec![0_u8; 32], key.as_bytes().to_vec()] {
        let found = store::applications::by_key(&mut read, &hash).await.unwrap();
        assert!(found.is_none(), "what is stored is neither the key nor nothing");
    }
    drop(read);
    through(&test, &registered).await;
    let said = format!("{:?}", test.activities().await);
    assert!(said.contains("application.registered") && !said.contains(key.as_str()));
    let mut mistyped = key.clone();
    mistyped.pop();
    for wrong in [mistyped.as_str(), "", "whodid_app_", "whodid_app_é", GOOD] {
        let presented = applications::authenticate(&test.app, wrong, origin("203.0.113.7")).await;
        assert!(matches!(presented.unwrap(), Presented::Nobody), "{wrong}");
    }
    let again = applications::rotate_key(&test.app, &Caller::command_line(), &registered.application.id)
        .await
        .unwrap();
    through(&test, &again).await;
    let old = applications::authenticate(&test.app, key, origin("203.0.113.7")).await;
    assert!(matches!(old.unwrap(), Presented::Nobody), "the old key works no longer");
}

#[tokio::test]
async fn only_administrators_manage_applications_and_never_through_one() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let member = test.signed_in("sam", Roles::default()).await;
    let registered = register(&test, "Headset", false).await;
    let id = registered.application.id.as_str();
    let first = PageRequest { after: None, limit: 10 };
    let mut through = admin.clone();
    through.via = Via::Application {
        device_id: "dev_1".to_owned(),
        application: activity::Named::default(),
    };
    for caller in [&member, &through] {
        let refused = [
            applications::register(&test.app, caller, NewApplication::default())
                .await
                .map(drop),
            applications::list(&test.app, caller, &first).await.map(drop),
            applications::get(&test.app, caller, id).await.map(drop),
            applications::edit(&test.app, caller, id, None, disabled(true))
                .await
                .map(drop),
            applications::rotate_key(&test.app, caller, id).await.map(drop),
            applications::delete(&test.app, caller, id).await,
        ];
        for one in refused {
            assert!(matches!(one, Err(ChangeError::Forbidden)), "{one:?}");
        }
    }
    assert_eq!(
        applications::list(&test.app, &admin, &first).await.unwrap().rows.len(),
        1
    );
}

#[tokio::test]
async fn a_name_is_one_applications_alone_and_no_edit_overwrites_another() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let first = register(&test, "Headset", false).await.application;
    let long = "x".repeat(101);
    for name in ["headset", " HEADSET ", "", "  ", "Web manager", "a\u{202e}b", &long] {
        let new = NewApplication {
            name: name.to_owned(),
            ..NewApplication::default()
        };
        let refused = applications::register(&test.app, &admin, new).await;
        assert!(matches!(&refused, Err(ChangeError::Invalid(_))), "{name:?} {refused:?}");
    }
    let rename = |name: &str| EditApplication {
        name: Some(name.to_owned()),
        ..EditApplication::default()
    };
    let version = Some(first.version);
    let renamed = applications::edit(&test.app, &admin, &first.id, version, rename("Desktop"))
        .await
        .unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("Desktop", 2));
    let stale = applications::edit(&test.app, &admin, &first.id, version, rename("Tablet")).await;
    assert!(matches!(stale, Err(ChangeError::Stale)));
    let same = applications::edit(&test.app, &admin, &first.id, None, rename("Desktop")).await;
    assert_eq!(same.unwrap().version, 2, "nothing was changed");
    assert_eq!(test.count("application.renamed").await, 1);
}

#[tokio::test]
async fn a_member_signs_in_through_an_application_and_its_device_goes_on_by_refreshing() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    let registered = register(&test, "Headset", false).await;
    let visitor = applications::on_device(through(&test, &registered).await, Some(" Sam's   headset ")).unwrap();
    let signed_in = sign_in(&test, &visitor, "sam").await;
    let login = test.activities().await.into_iter().next_back().unwrap();
    assert_eq!(&*login.kind, "user.login");
    assert_eq!(login.application.as_ref().unwrap().name, "Headset");
    assert_eq!(login.device.as_deref(), Some("Sam's headset"));
    let devices = devices::list_devices(&test.app, &signed_in.caller).await.unwrap();
    assert_eq!(devices[0].application.as_ref().unwrap().name, "Headset");
    assert!(devices[0].current && devices[0].name == "Sam's headset");

    test.clock.advance(HOUR - 1);
    assert!(ended(&test, &signed_in.device_token).await.is_none());
    test.clock.advance(1);
    assert!(matches!(
        identity(&test, &signed_in.device_token).await,
        Identity::Expired
    ));
    let refresh = signed_in.refresh_token.unwrap();
    assert!(matches!(identity(&test, &refresh).await, Identity::Nobody));
    let next = applications::refresh(&test.app, &visitor, &refresh).await.unwrap();
    assert!(ended(&test, &next.access_token).await.is_none());
    assert!(matches!(
        identity(&test, &signed_in.device_token).await,
        Identity::Nobody
    ));
    test.clock.advance(29 * 24 * HOUR);
    let next = applications::refresh(&test.app, &visitor, &next.refresh_token)
        .await
        .unwrap();
    test.clock.advance(30 * 24 * HOUR);
    let late = applications::refresh(&test.app, &visitor, &next.refresh_token).await;
    assert!(matches!(late, Err(RefreshRefused::Refused)));
    assert_eq!(test.codes_of(&id).await, ["account.created", "user.login"]);
}

#[tokio::test]
async fn using_a_refresh_token_again_ends_its_device() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let registered = register(&test, "Headset", false).await;
    let other = through(&test, &register(&test, "Desktop", false).await).await;
    let visitor = through(&test, &registered).await;
    let signed_in = sign_in(&test, &visitor, "sam").await;
    let first = signed_in.refresh_token.unwrap();
    let stolen = applications::refresh(&test.app, &other, &first).await;
    assert!(matches!(stolen, Err(RefreshRefused::Refused)), "another application's");
    let next = applications::refresh(&test.app, &visitor, &first).await.unwrap();
    let again = applications::refresh(&test.app, &visitor, &first).await;
    assert!(matches!(
        again,
        Err(RefreshRefused::Ended(EndReason::RefreshTokenReused))
    ));
    assert_eq!(
        ended(&test, &next.access_token).await,
        Some(EndReason::RefreshTokenReused)
    );
    for token in [&first, &next.refresh_token] {
        let after = applications::refresh(&test.app, &visitor, token).await;
        assert!(matches!(
            after,
            Err(RefreshRefused::Ended(EndReason::RefreshTokenReused))
        ));
    }
    let last = test.activities().await.into_iter().next_back().unwrap();
    assert_eq!(&*last.kind, "user.forced_logout");
    assert_eq!(last.reason.as_deref(), Some("refresh_token_reused"));
}

#[tokio::test]
async fn a_client_that_refreshes_without_end_leaves_a_bounded_number_of_tokens() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let visitor = through(&test, &register(&test, "Headset", false).await).await;
    let signed_in = sign_in(&test, &visitor, "sam").await;
    let device_id = signed_in.caller.via.device_id().unwrap().to_owned();
    let mut tx = test.store.begin().await.unwrap();
    for n in 0..1_500_u32 {
        let expires_at = test.app.now().plus(i64::from(n) + 1);
        refresh_token::insert(&mut tx, &device_id, &n.to_be_bytes(), expires_at)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let first = signed_in.refresh_token.unwrap();
    let next = applications::refresh(&test.app, &visitor, &first).await.unwrap();
    let kept = ended_tokens(&test, &visitor, &next.refresh_token).await;
    assert!((900..=1_002).contains(&kept), "{kept}");
}

/// Ends the device by using this token twice; how many of its tokens are known to have ended.
async fn ended_tokens(test: &TestApp, visitor: &Visitor, token: &str) -> i64 {
    applications::refresh(&test.app, visitor, token).await.unwrap();
    applications::refresh(&test.app, visitor, token).await.unwrap_err();
    let mut beside = test.store.beside().await.unwrap();
    let row = sqlx::query("SELECT COUNT(*) FROM ended_device");
    row.fetch_one(&mut beside).await.unwrap().try_get(0).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_refreshes_at_once_one_succeeds() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let registered = register(&test, "Headset", false).await;
    let visitor = through(&test, &registered).await;
    let token = sign_in(&test, &visitor, "sam").await.refresh_token.unwrap();
    let tries = (0..50).map(|_| {
        let (app, visitor, token) = (test.app.clone(), visitor.clone(), token.clone());
        tokio::spawn(async move { applications::refresh(&app, &visitor, &token).await.is_ok() })
    });
    let mut succeeded = 0;
    for one in tries.collect::<Vec<_>>() {
        succeeded += usize::from(one.await.unwrap());
    }
    assert_eq!(succeeded, 1);
    assert_eq!(test.count("user.forced_logout").await, 1, "the device ended once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_log_ins_at_once_to_a_single_device_application_exactly_one_stays() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    let browser = test.log_in("sam", GOOD).await.unwrap();
    let elsewhere = through(&test, &register(&test, "Desktop", false).await).await;
    let elsewhere = sign_in(&test, &elsewhere, "sam").await;
    let visitor = through(&test, &register(&test, "Headset", true).await).await;
    // Fewer than lock an account: an attempt counts as failed until its password is found right.
    for at_once in [2, 4] {
        let tries = (0..at_once).map(|_| {
            let (app, visitor) = (test.app.clone(), visitor.clone());
            tokio::spawn(async move { logging_in::log_in(&app, &visitor, typed("sam")).await.unwrap() })
        });
        let mut tokens = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            let LogInStep::Done(signed_in) = one.await.unwrap() else {
                panic!()
            };
            tokens.push(signed_in.device_token);
        }
        let mut left = 0;
        for token in &tokens {
            match ended(&test, token).await {
                None => left += 1,
                Some(reason) => assert_eq!(reason, EndReason::AnotherDevice),
            }
        }
        assert_eq!(left, 1, "of {at_once}");
    }
    // Two, then four: each but the last forced the one before it out.
    assert_eq!(test.count("user.forced_logout").await, 5);
    let codes = test.codes_of(&id).await;
    assert_eq!(codes.iter().filter(|code| *code == "user.login").count(), 8);
    for other in [&browser.device_token, &elsewhere.device_token] {
        assert!(ended(&test, other).await.is_none(), "other applications go on");
    }
    let all = test.activities().await;
    let forced = all
        .iter()
        .find(|activity| &*activity.kind == "user.forced_logout")
        .unwrap();
    assert_eq!(forced.reason.as_deref(), Some("another_device"));
    assert_eq!(forced.application.as_ref().unwrap().name, "Headset");
    assert_eq!(forced.target().unwrap().name, "Firefox on Linux");
}

/// What may end devices.
#[derive(Clone, Copy, Debug)]
enum Cause {
    LoginDisabled,
    PasswordChanged,
    PasswordReset,
    AllEnded,
    BecameService,
    ApplicationDisabled,
    ApplicationDeleted,
    Locked,
}

impl Cause {
    /// The reason the browser, the application's device and the half-finished log-in end for; `None` for one that
    /// goes on.
    fn ends(self) -> (Option<EndReason>, Option<EndReason>, bool) {
        use EndReason as R;
        match self {
            Self::LoginDisabled => (Some(R::LoginDisabled), Some(R::LoginDisabled), true),
            // The browser it was changed on stays.
            Self::PasswordChanged => (None, Some(R::PasswordChanged), true),
            Self::PasswordReset => (Some(R::PasswordReset), Some(R::PasswordReset), true),
            Self::AllEnded => (Some(R::AllEnded), Some(R::AllEnded), true),
            Self::BecameService => (Some(R::ServiceAccount), Some(R::ServiceAccount), true),
            Self::ApplicationDisabled => (None, Some(R::ApplicationDisabled), false),
            Self::ApplicationDeleted => (None, Some(R::ApplicationDeleted), false),
            // A stranger must not be able to throw the owner out by guessing.
            Self::Locked => (None, None, false),
        }
    }

    async fn happens(self, test: &TestApp, id: &str, browser: &Caller, application: &str) {
        let (app, admin) = (&test.app, Caller::command_line());
        match self {
            Self::LoginDisabled => accounts::set_login_enabled(app, &admin, id, false).await.unwrap(),
            Self::PasswordChanged => {
                let typed = ChangePassword {
                    others: Default::default(),
                    current: GOOD.to_owned(),
                    new: OTHER.to_owned(),
                };
                accounts::change_password(app, browser, typed).await.unwrap();
            }
            Self::PasswordReset => {
                accounts::request_reset(app, &visitor(), "sam").await.unwrap();
                let token = test.token_of("Reset your password").await;
                accounts::reset_password(app, &visitor(), &token, OTHER).await.unwrap();
            }
            Self::AllEnded => drop(devices::end_devices(app, &admin, id).await.unwrap()),
            Self::BecameService => accounts::set_service_account(app, &admin, id, true).await.unwrap(),
            Self::ApplicationDisabled => {
                let edited = applications::edit(app, &admin, application, None, disabled(true)).await;
                edited.unwrap();
            }
            Self::ApplicationDeleted => applications::delete(app, &admin, application).await.unwrap(),
            Self::Locked => {
                for _ in 0..6 {
                    test.log_in("sam", WRONG).await.unwrap_err();
                }
                assert_eq!(test.count("user.locked").await, 1);
            }
        }
    }
}

#[tokio::test]
async fn each_change_ends_what_it_must_at_once_and_each_ended_token_is_told_why() {
    for cause in [
        Cause::LoginDisabled,
        Cause::PasswordChanged,
        Cause::PasswordReset,
        Cause::AllEnded,
        Cause::BecameService,
        Cause::ApplicationDisabled,
        Cause::ApplicationDeleted,
        Cause::Locked,
    ] {
        let test = TestApp::new().await;
        let id = test.active("sam", Roles::default()).await;
        let browser = test.log_in("sam", GOOD).await.unwrap();
        let registered = register(&test, "Headset", false).await;
        let visitor = through(&test, &registered).await;
        let device = sign_in(&test, &visitor, "sam").await;
        let mut tx = test.store.begin().await.unwrap();
        second_factor::ensure(&mut tx, &id).await.unwrap();
        second_factor::set_totp(&mut tx, &id, &[7; 20], 0, test.app.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let LogInStep::SecondFactor(challenge) = test.step("sam", GOOD, None).await else {
            panic!("a second factor is due")
        };

        cause
            .happens(&test, &id, &browser.caller, &registered.application.id)
            .await;

        let (of_browser, of_device, of_challenge) = cause.ends();
        assert_eq!(ended(&test, &browser.device_token).await, of_browser, "{cause:?}");
        assert_eq!(ended(&test, &device.device_token).await, of_device, "{cause:?}");
        if let Some(reason) = of_device {
            let token = device.refresh_token.unwrap();
            let refused = applications::refresh(&test.app, &visitor, &token).await;
            assert!(
                matches!(refused, Err(RefreshRefused::Ended(why)) if why == reason),
                "{cause:?}"
            );
        }
        let code = Answer::Totp("000000".to_owned());
        let answer = logging_in::second_factor(&test.app, &support::visitor(), &challenge.token, code, false).await;
        let expired = matches!(answer, Err(SecondFactorRefused::Expired));
        assert_eq!(expired, of_challenge, "{cause:?} {answer:?}");
    }
}

#[tokio::test]
async fn a_disabled_application_lets_nobody_in_and_begins_without_devices_when_it_is_enabled() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    test.active("kim", Roles::default()).await;
    let admin = test.admin().await;
    let registered = register(&test, "Headset", false).await;
    let visitor = through(&test, &registered).await;
    let devices = [
        sign_in(&test, &visitor, "sam").await,
        sign_in(&test, &visitor, "sam").await,
        sign_in(&test, &visitor, "kim").await,
    ];
    let id = &registered.application.id;
    applications::edit(&test.app, &admin, id, None, disabled(true))
        .await
        .unwrap();
    let presented =
        applications::authenticate(&test.app, registered.key.as_deref().unwrap(), origin("203.0.113.7")).await;
    assert!(matches!(presented.unwrap(), Presented::Disabled));
    // One activity a person, however many devices.
    assert_eq!(test.count("user.forced_logout").await, 2);
    // Somebody whose sign-in was under way makes a device of no use.
    let late = sign_in(&test, &visitor, "sam").await;
    assert!(matches!(identity(&test, &late.device_token).await, Identity::Nobody));
    applications::edit(&test.app, &admin, id, None, disabled(false))
        .await
        .unwrap();
    for device in devices.iter().chain([&late]) {
        let reason = ended(&test, &device.device_token).await;
        assert_eq!(reason, Some(EndReason::ApplicationDisabled));
    }
    sign_in(&test, &visitor, "sam").await;
}

#[tokio::test]
async fn what_an_ended_token_is_told_is_forgotten_after_a_month() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let first = test.log_in("sam", GOOD).await.unwrap();
    devices::log_out(&test.app, &first.caller).await.unwrap();
    test.clock.advance(30 * 24 * HOUR);
    assert_eq!(ended(&test, &first.device_token).await, Some(EndReason::LoggedOut));
    test.clock.advance(1);
    let second = test.log_in("sam", GOOD).await.unwrap();
    devices::log_out(&test.app, &second.caller).await.unwrap();
    assert!(matches!(identity(&test, &first.device_token).await, Identity::Nobody));
    assert_eq!(ended(&test, &second.device_token).await, Some(EndReason::LoggedOut));
}

#[tokio::test]
async fn members_end_their_own_devices_only() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let kim = test.signed_in("kim", Roles::default()).await;
    let of_kim = kim.via.device_id().unwrap();
    let own = devices::revoke_device(&test.app, &sam, &sam.person.id, of_kim).await;
    assert!(matches!(own, Err(ChangeError::NotFound)));
    let other = devices::revoke_device(&test.app, &sam, &kim.person.id, of_kim).await;
    assert!(matches!(other, Err(ChangeError::Forbidden)));
    let listed = devices::list_devices_of(&test.app, &sam, &kim.person.id).await;
    assert!(matches!(listed, Err(ChangeError::NotFound)));
    assert_eq!(devices::list_devices(&test.app, &kim).await.unwrap().len(), 1);
}
