//! What ending a device, a log-in in the same browser, a disabled login and a changed credential take with them.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use activity::Time;
use app::accounts::{self, LinkPurpose};
use app::devices::{self, Identity, OtherDevices};
use app::factors::{self, Answer, EnableTotp, Proof};
use app::logging_in::{self, LogIn, LogInStep, SignedIn};
use app::{Caller, Roles, Visitor};
use support::{GOOD, MINUTE, OTHER, TestApp, WRONG, origin, visitor};

/// What the app shows at this moment.
fn code(key: &str, at: Time) -> String {
    let secret = totp_rs::Secret::try_from_base32(key).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret.as_bytes().to_vec()).build();
    let seconds = u64::try_from(at.0 / Time::SECOND).unwrap();
    totp.unwrap().generate(seconds).to_string()
}

/// A member with an authenticator app, signed in where they ask from, and on another browser that is remembered.
struct Remembered {
    test: TestApp,
    admin: Caller,
    owner: Caller,
    key: String,
    /// The other browser.
    other: SignedIn,
}

impl Remembered {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let admin = test.admin().await;
        let owner = test.signed_in("sam", Roles::default()).await;
        let key = factors::offer_totp(&test.app, &owner.person, None).unwrap().key;
        let typed = EnableTotp {
            others: OtherDevices::End,
            code: code(&key, test.app.now()),
            key: key.clone(),
            proof: Proof::Password(GOOD.to_owned()),
        };
        factors::enable_totp(&test.app, &owner, typed).await.unwrap();
        let mut this = Self {
            other: test.log_in("ada", GOOD).await.unwrap(),
            test,
            admin,
            owner,
            key,
        };
        this.other = this.log_in_and_remember().await;
        assert!(this.lets_in(GOOD).await, "the browser is remembered");
        this
    }

    fn code(&self) -> String {
        self.test.clock.advance(2 * MINUTE);
        code(&self.key, self.test.app.now())
    }

    async fn log_in_and_remember(&self) -> SignedIn {
        let LogInStep::SecondFactor(challenge) = self.test.step("sam", GOOD, None).await else {
            panic!("a second factor is due")
        };
        let answer = Answer::Totp(self.code());
        logging_in::second_factor(&self.test.app, &visitor(), &challenge.token, answer, true)
            .await
            .unwrap()
    }

    fn id(&self) -> &str {
        &self.owner.person.id
    }

    fn other_device(&self) -> &str {
        self.other.caller.via.device_id().unwrap()
    }

    /// Whether the other browser gets in with the password alone; its token is rotated like any browser's.
    async fn lets_in(&mut self, password: &str) -> bool {
        let known = self.other.known_device_token.clone();
        match self.test.step("sam", password, Some(&known)).await {
            LogInStep::Done(signed_in) => {
                self.other = signed_in;
                true
            }
            LogInStep::SecondFactor(_) => false,
            LogInStep::SetUp(_) => panic!("there is a second factor"),
        }
    }

    /// Whether the other browser has a bucket of its own: strangers do not lock it.
    async fn is_known(&mut self, password: &str) -> bool {
        for _ in 0..5 {
            self.test.log_in("sam", WRONG).await.unwrap_err();
        }
        let typed = LogIn {
            login: "sam".to_owned(),
            password: password.to_owned(),
            known_device: Some(self.other.known_device_token.clone()),
        };
        logging_in::log_in(&self.test.app, &visitor(), typed).await.is_ok()
    }

    async fn end(&self, way: &str) -> &'static str {
        let (app, id) = (&self.test.app, self.id());
        match way {
            "its owner" => devices::revoke_device(app, &self.owner, id, self.other_device())
                .await
                .unwrap(),
            "its owner, all others" => {
                devices::end_devices(app, &self.owner, id).await.unwrap();
            }
            "an administrator" => devices::revoke_device(app, &self.admin, id, self.other_device())
                .await
                .unwrap(),
            "an administrator, all" => {
                devices::end_devices(app, &self.admin, id).await.unwrap();
            }
            "a disabled login" => {
                accounts::set_login_enabled(app, &self.admin, id, false).await.unwrap();
                accounts::set_login_enabled(app, &self.admin, id, true).await.unwrap();
            }
            "a reset" => {
                accounts::request_reset(app, &visitor(), "sam").await.unwrap();
                let token = self.test.token_of("Reset your password").await;
                accounts::reset_password(app, &visitor(), &token, OTHER).await.unwrap();
                return OTHER;
            }
            "a new password" => {
                let typed = accounts::ChangePassword {
                    current: GOOD.to_owned(),
                    new: OTHER.to_owned(),
                    others: OtherDevices::End,
                };
                accounts::change_password(app, &self.owner, typed).await.unwrap();
                return OTHER;
            }
            other => panic!("{other}"),
        }
        GOOD
    }
}

#[tokio::test]
async fn ending_a_device_forgets_what_it_remembered_and_its_bucket_of_attempts() {
    for way in [
        "its owner",
        "its owner, all others",
        "an administrator",
        "an administrator, all",
        "a disabled login",
        "a reset",
        "a new password",
    ] {
        let mut sam = Remembered::new().await;
        let password = sam.end(way).await;
        assert!(
            !sam.lets_in(password).await,
            "ended by {way}: the second factor is asked for"
        );
        assert!(
            !sam.is_known(password).await,
            "ended by {way}: it is a stranger's device now"
        );
    }
}

#[tokio::test]
async fn ending_all_others_forgets_browsers_that_are_not_signed_in_just_now_and_spares_ones_own() {
    let mut sam = Remembered::new().await;
    devices::log_out(&sam.test.app, &sam.other.caller).await.unwrap();
    assert!(sam.lets_in(GOOD).await, "logging out is no distrust");
    devices::log_out(&sam.test.app, &sam.other.caller).await.unwrap();
    devices::end_devices(&sam.test.app, &sam.owner, sam.id()).await.unwrap();
    assert!(!sam.lets_in(GOOD).await, "the cookie it keeps is worth nothing");

    sam.other = sam.log_in_and_remember().await;
    let own = sam.other.caller.clone();
    devices::end_devices(&sam.test.app, &own, sam.id()).await.unwrap();
    assert!(sam.lets_in(GOOD).await, "the browser that asked stays what it was");
}

#[tokio::test]
async fn new_recovery_codes_ask_every_browser_again() {
    let mut sam = Remembered::new().await;
    let proof = Proof::Code(sam.code());
    factors::new_recovery_codes(&sam.test.app, &sam.owner, &proof)
        .await
        .unwrap();
    assert!(!sam.lets_in(GOOD).await);
}

fn in_browser(signed_in: &SignedIn) -> Visitor {
    Visitor {
        device_token: Some(signed_in.device_token.clone()),
        ..visitor()
    }
}

async fn log_in_there(test: &TestApp, browser: &Visitor, login: &str) -> SignedIn {
    let typed = LogIn {
        login: login.to_owned(),
        password: GOOD.to_owned(),
        known_device: None,
    };
    match logging_in::log_in(&test.app, browser, typed).await.unwrap() {
        LogInStep::Done(signed_in) => signed_in,
        step => panic!("{step:?}"),
    }
}

async fn is_in(test: &TestApp, token: &str) -> bool {
    let found = devices::identify(&test.app, token, origin("203.0.113.7"))
        .await
        .unwrap();
    matches!(found, Identity::SignedIn(_))
}

#[tokio::test]
async fn logging_in_anew_in_a_browser_ends_what_it_was_signed_in_with_whoever_it_was() {
    let test = TestApp::new().await;
    let sam = test.active("sam", Roles::default()).await;
    let mia = test.active("mia", Roles::default()).await;
    let first = test.log_in("sam", GOOD).await.unwrap();
    let second = log_in_there(&test, &in_browser(&first), "sam").await;
    assert!(!is_in(&test, &first.device_token).await && is_in(&test, &second.device_token).await);
    let third = log_in_there(&test, &in_browser(&second), "mia").await;
    assert!(!is_in(&test, &second.device_token).await && is_in(&test, &third.device_token).await);
    assert_eq!(
        test.codes_of(&sam).await,
        [
            "account.created",
            "user.login",
            "user.forced_logout",
            "user.login",
            "user.forced_logout"
        ]
    );
    devices::log_out(&test.app, &third.caller).await.unwrap();
    for former in [&first, &second, &third] {
        assert!(
            !is_in(&test, &former.device_token).await,
            "nothing of the browser works any more"
        );
    }
    assert_eq!(test.codes_of(&mia).await.last().unwrap(), "user.logout");
    let all = test.activities().await;
    let forced = all.iter().find(|a| &*a.kind == "user.forced_logout").unwrap();
    assert_eq!(forced.reason.as_deref(), Some("logged_in_again"));
}

#[tokio::test]
async fn a_wrong_password_ends_nothing_and_logging_out_works_where_nothing_else_does() {
    let test = TestApp::new().await;
    let id = test.active("sam", Roles::default()).await;
    let signed_in = test.log_in("sam", GOOD).await.unwrap();
    let typed = LogIn {
        login: "sam".to_owned(),
        password: WRONG.to_owned(),
        known_device: None,
    };
    logging_in::log_in(&test.app, &in_browser(&signed_in), typed)
        .await
        .unwrap_err();
    assert!(is_in(&test, &signed_in.device_token).await);

    accounts::set_login_addresses(&test.app, &Caller::command_line(), &id, "10.0.0.0/8")
        .await
        .unwrap();
    devices::log_out_browser(&test.app, &in_browser(&signed_in))
        .await
        .unwrap();
    let at_work = devices::identify(&test.app, &signed_in.device_token, origin("10.1.1.1")).await;
    assert!(matches!(at_work.unwrap(), Identity::Ended(_)));
}

#[tokio::test]
async fn a_disabled_account_has_no_link_that_works_neither_now_nor_when_it_is_enabled_again() {
    let test = TestApp::new().await;
    let admin = Caller::command_line();
    let sam = test.signed_in("sam", Roles::default()).await;
    let new = test.invited("inv").await;
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    test.clock.advance(MINUTE);
    let wanted = accounts::RequestEmailChange {
        email: "sam@elsewhere.example".to_owned(),
        proof: Proof::Password(GOOD.to_owned()),
    };
    accounts::request_email_change(&test.app, &sam, wanted).await.unwrap();
    let reset = test.token_of("Reset your password").await;
    let activation = test.token_of("Activate your account").await;
    let email = test.token_of("A new e-mail address for an account").await;
    for enabled in [false, true] {
        for id in [&sam.person.id, &new] {
            accounts::set_login_enabled(&test.app, &admin, id, enabled)
                .await
                .unwrap();
        }
        for (purpose, token) in [(LinkPurpose::Reset, &reset), (LinkPurpose::Activation, &activation)] {
            let seen = accounts::peek_link(&test.app, &visitor(), purpose, token)
                .await
                .unwrap();
            assert!(seen.is_none(), "{purpose:?}");
        }
        accounts::reset_password(&test.app, &visitor(), &reset, OTHER)
            .await
            .unwrap_err();
        accounts::activate(&test.app, &visitor(), &activation, OTHER)
            .await
            .unwrap_err();
        let peeked = accounts::peek_email_change(&test.app, &visitor(), &email)
            .await
            .unwrap();
        assert!(peeked.is_none());
        accounts::confirm_email_change(&test.app, &visitor(), &email, OtherDevices::Keep)
            .await
            .unwrap_err();
    }
    test.log_in("sam", GOOD).await.expect("the password is the old one");
}

#[tokio::test]
async fn turning_on_a_second_factor_ends_the_other_devices_unless_they_are_to_stay() {
    for (others, stays) in [(OtherDevices::default(), false), (OtherDevices::Keep, true)] {
        let test = TestApp::new().await;
        let owner = test.signed_in("sam", Roles::default()).await;
        let other = test.log_in("sam", GOOD).await.unwrap();
        let key = factors::offer_totp(&test.app, &owner.person, None).unwrap().key;
        let typed = EnableTotp {
            others,
            code: code(&key, test.app.now()),
            key,
            proof: Proof::Password(GOOD.to_owned()),
        };
        factors::enable_totp(&test.app, &owner, typed).await.unwrap();
        assert_eq!(is_in(&test, &other.device_token).await, stays, "{others:?}");
        assert_eq!(test.count("user.forced_logout").await, usize::from(!stays));
    }
}

#[tokio::test]
async fn a_new_password_and_a_new_address_end_the_other_devices_unless_they_are_to_stay() {
    for (others, stays) in [(OtherDevices::default(), false), (OtherDevices::Keep, true)] {
        let test = TestApp::new().await;
        let own = test.active("sam", Roles::default()).await;
        let own = (own, test.log_in("sam", GOOD).await.unwrap());
        let other = test.log_in("sam", GOOD).await.unwrap();
        let typed = accounts::ChangePassword {
            current: GOOD.to_owned(),
            new: OTHER.to_owned(),
            others,
        };
        accounts::change_password(&test.app, &own.1.caller, typed)
            .await
            .unwrap();
        assert_eq!(is_in(&test, &other.device_token).await, stays, "password, {others:?}");

        let other = test.log_in("sam", OTHER).await.unwrap();
        let wanted = accounts::RequestEmailChange {
            email: "sam@elsewhere.example".to_owned(),
            proof: Proof::Password(OTHER.to_owned()),
        };
        accounts::request_email_change(&test.app, &own.1.caller, wanted)
            .await
            .unwrap();
        let token = test.token_of("A new e-mail address for an account").await;
        accounts::confirm_email_change(&test.app, &in_browser(&own.1), &token, others)
            .await
            .unwrap();
        assert_eq!(is_in(&test, &other.device_token).await, stays, "address, {others:?}");
        assert!(
            is_in(&test, &own.1.device_token).await,
            "the browser it was confirmed in stays"
        );
    }
}
