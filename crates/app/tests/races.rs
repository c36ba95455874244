//! Many at once: attempts count exactly, what is good for one use is used once, and one device of several stays.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::sync::Arc;

use activity::{Named, Time};
use app::applications::{self, NewApplication};
use app::devices::{self, Identity};
use app::factors::{self, Answer, EnableTotp, Proof};
use app::logging_in::{self, LogIn, LogInStep, SecondFactorRefused, SignedIn};
use app::{Caller, Roles, Visitor, accounts};
use sqlx::Row as _;
use support::{GOOD, MINUTE, TestApp, WRONG, origin, visitor};
use tokio::task::JoinSet;

/// Runs `n` of them at once and returns what each came to.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    n: usize,
    one: impl Fn(usize) -> F,
) -> Vec<T> {
    let mut all = JoinSet::new();
    for i in 0..n {
        all.spawn(one(i));
    }
    all.join_all().await
}

/// Locks an account only after so many failures, on one day as well.
async fn lenient(lock_after: u32) -> TestApp {
    TestApp::with(|settings| {
        settings.password.lock_after = lock_after;
        settings.password.guesses_per_day = lock_after.max(100);
    })
    .await
}

/// A member with an authenticator app.
struct WithFactor {
    test: Arc<TestApp>,
    id: String,
    recovery_codes: Vec<String>,
}

impl WithFactor {
    async fn new(lock_after: u32) -> Self {
        let test = lenient(lock_after).await;
        let sam = test.signed_in("sam", Roles::default()).await;
        let key = factors::offer_totp(&test.app, &sam.person, None).unwrap().key;
        let typed = EnableTotp {
            others: Default::default(),
            code: code(&key, test.app.now()),
            key,
            proof: Proof::Password(GOOD.to_owned()),
        };
        let recovery_codes = factors::enable_totp(&test.app, &sam, typed).await.unwrap();
        // Past every step the first code is good for.
        test.clock.advance(2 * MINUTE);
        Self {
            test: Arc::new(test),
            id: sam.person.id,
            recovery_codes,
        }
    }

    /// The token of a log-in that waits for the second factor.
    async fn challenge(&self) -> String {
        match self.test.step("sam", GOOD, None).await {
            LogInStep::SecondFactor(challenge) => challenge.token,
            other => panic!("{other:?}"),
        }
    }

    async fn failures(&self) -> i64 {
        let mut beside = self.test.store.beside().await.unwrap();
        let row = sqlx::query("SELECT failures FROM account WHERE id = $1").bind(&self.id);
        row.fetch_one(&mut beside).await.unwrap().try_get(0).unwrap()
    }

    async fn reasons(&self, reason: &str) -> usize {
        let all = self.test.activities().await;
        all.iter()
            .filter(|activity| &*activity.kind == "user.login_failed" && activity.reason.as_deref() == Some(reason))
            .count()
    }
}

/// What the app shows at this moment.
fn code(key: &str, at: Time) -> String {
    let secret = totp_rs::Secret::try_from_base32(key).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret.as_bytes().to_vec()).build();
    let seconds = u64::try_from(at.0 / Time::SECOND).unwrap();
    totp.unwrap().generate(seconds).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_wrong_codes_and_passwords_at_once_count_exactly() {
    let sam = WithFactor::new(1_000).await;
    let token = sam.challenge().await;
    let results = at_once(200, |i| {
        let (test, token) = (sam.test.clone(), token.clone());
        async move {
            let wrong = match i % 10 {
                0 | 1 => return test.log_in("sam", WRONG).await.is_err(),
                2 | 3 => Answer::Recovery("aaaa-bbbb-cccc".to_owned()),
                _ => Answer::Totp("no code".to_owned()),
            };
            let result = logging_in::second_factor(&test.app, &visitor(), &token, wrong, false).await;
            matches!(result, Err(SecondFactorRefused::Wrong))
        }
    })
    .await;
    assert!(results.iter().all(|refused| *refused));
    assert_eq!(sam.failures().await, 200);
    assert_eq!(sam.reasons("wrong_code").await, 160);
    assert_eq!(sam.reasons("wrong_password").await, 40);
    assert_eq!(sam.test.count("user.locked").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_half_finished_log_in_ends_in_one_device_whatever_is_given_at_once() {
    let sam = WithFactor::new(1_000).await;
    let token = sam.challenge().await;
    let codes = Arc::new(sam.recovery_codes.clone());
    let results = at_once(codes.len(), |i| {
        let (test, token, codes) = (sam.test.clone(), token.clone(), codes.clone());
        async move {
            let answer = Answer::Recovery(codes[i].clone());
            logging_in::second_factor(&test.app, &visitor(), &token, answer, false).await
        }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(sam.test.count("user.recovery_code_used").await, 1);
}

/// Sam, who logs in through an application of one device.
struct OneDevice {
    test: Arc<TestApp>,
    sam: String,
    visitor: Visitor,
}

impl OneDevice {
    async fn new() -> Self {
        // Every attempt counts until its password was checked: so many at once would fill a small bucket.
        let test = lenient(1_000).await;
        let admin = test.admin().await;
        let sam = test.active("sam", Roles::default()).await;
        let new = NewApplication {
            name: "Headset".to_owned(),
            single_device: true,
        };
        let registered = applications::register(&test.app, &admin, new).await.unwrap();
        let application = Named {
            id: registered.application.id,
            name: registered.application.name,
        };
        Self {
            test: Arc::new(test),
            sam,
            visitor: Visitor {
                origin: origin("203.0.113.7"),
                application: Some(application),
                device_token: None,
            },
        }
    }

    async fn log_ins(&self, n: usize) -> Vec<SignedIn> {
        let all = at_once(n, |_| {
            let (test, visitor) = (self.test.clone(), self.visitor.clone());
            async move { logged_in(&test, &visitor).await.unwrap() }
        });
        all.await
    }

    /// How many of these devices are still signed in; the others are told why they are not.
    async fn still_in(&self, signed_in: &[SignedIn]) -> usize {
        let mut n = 0;
        for device in signed_in {
            let origin = origin("203.0.113.7");
            match devices::identify(&self.test.app, &device.device_token, origin)
                .await
                .unwrap()
            {
                Identity::SignedIn(_) => n += 1,
                Identity::Ended(reason) => assert_eq!(reason.code(), "another_device"),
                other => panic!("{other:?}"),
            }
        }
        n
    }
}

async fn logged_in(test: &TestApp, visitor: &Visitor) -> Result<SignedIn, logging_in::LogInRefused> {
    let typed = LogIn {
        login: "sam".to_owned(),
        password: GOOD.to_owned(),
        known_device: None,
    };
    match logging_in::log_in(&test.app, visitor, typed).await? {
        LogInStep::Done(signed_in) => Ok(signed_in),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_devices_one_stays_and_every_other_one_is_in_the_log_as_forced_out() {
    let one = OneDevice::new().await;
    let browser = logged_in(&one.test, &visitor()).await.unwrap();
    let signed_in = one.log_ins(20).await;
    assert_eq!(one.still_in(&signed_in).await, 1);
    assert_eq!(one.test.count("user.forced_logout").await, 19);
    assert_eq!(
        one.still_in(&[browser]).await,
        1,
        "the web manager is another application"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_disabled_while_logging_in_has_no_device_left() {
    let one = OneDevice::new().await;
    let results = at_once(20, |i| {
        let (test, sam) = (one.test.clone(), one.sam.clone());
        let visitor = if i % 2 == 0 { one.visitor.clone() } else { visitor() };
        async move {
            if i == 10 {
                let admin = Caller::command_line();
                accounts::set_login_enabled(&test.app, &admin, &sam, false)
                    .await
                    .unwrap();
                return None;
            }
            logged_in(&test, &visitor).await.ok()
        }
    })
    .await;
    for device in results.into_iter().flatten() {
        let found = devices::identify(&one.test.app, &device.device_token, origin("203.0.113.7")).await;
        assert!(!matches!(found.unwrap(), Identity::SignedIn(_)));
    }
    let mut beside = one.test.store.beside().await.unwrap();
    let devices = sqlx::query("SELECT id FROM device WHERE account_id = $1").bind(&one.sam);
    assert!(devices.fetch_all(&mut beside).await.unwrap().is_empty());
}
