//! Many at once: attempts count exactly, what is good for one use is used once, and one device of several stays.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::sync::Arc;

use activity::{Named, Time};
use app::accounts::{self, Identity, LogIn, LogInStep, Proof, SecondFactorRefused, SignedIn};
use app::applications::{self, NewApplication};
use app::factors::{self, Answer, EnableTotp};
use app::{Caller, Roles, Visitor};
use sqlx::Row as _;
use support::{GOOD, MINUTE, OTHER, TestApp, origin, visitor};
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

/// A member with an authenticator app.
struct WithFactor {
    test: Arc<TestApp>,
    id: String,
    key: String,
    recovery_codes: Vec<String>,
}

impl WithFactor {
    async fn new(lock_after: u32) -> Self {
        let test = TestApp::with(|settings| settings.password.lock_after = lock_after).await;
        let sam = test.signed_in("sam", Roles::default()).await;
        let key = factors::offer_totp(&test.app, &sam.person, None).unwrap().key;
        let typed = EnableTotp {
            code: code(&key, test.app.now()),
            key: key.clone(),
            proof: Proof::Password(GOOD.to_owned()),
        };
        let recovery_codes = factors::enable_totp(&test.app, &sam, typed).await.unwrap();
        // Past every step the first code is good for.
        test.clock.advance(2 * MINUTE);
        Self {
            test: Arc::new(test),
            id: sam.person.id,
            key,
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

    async fn challenges(&self, n: usize) -> Arc<Vec<String>> {
        let mut tokens = Vec::new();
        for _ in 0..n {
            tokens.push(self.challenge().await);
        }
        Arc::new(tokens)
    }

    /// Gives `answer` to each challenge at once.
    async fn answered(&self, tokens: Arc<Vec<String>>, answer: Answer) -> Vec<Result<SignedIn, SecondFactorRefused>> {
        at_once(tokens.len(), |i| {
            let (test, tokens, answer) = (self.test.clone(), tokens.clone(), answer.clone());
            async move { accounts::second_factor(&test.app, &visitor(), &tokens[i], answer, false).await }
        })
        .await
    }

    async fn failures(&self) -> i64 {
        let mut read = self.test.store.read().await.unwrap();
        let row = sqlx::query("SELECT failures FROM account WHERE id = $1").bind(&self.id);
        row.fetch_one(read.conn()).await.unwrap().try_get(0).unwrap()
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

/// A code that is not the one of any step nearby.
fn wrong_code(key: &str, at: Time) -> String {
    let near = [-60, -30, 0, 30, 60].map(|seconds| code(key, at.plus(seconds * Time::SECOND)));
    let all = (0..10).map(|n| format!("{n:06}"));
    all.into_iter().find(|code| !near.contains(code)).unwrap()
}

fn is_wrong<T>(result: &Result<T, SecondFactorRefused>) -> bool {
    matches!(result, Err(SecondFactorRefused::Wrong))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_wrong_codes_at_once_count_exactly() {
    let sam = WithFactor::new(1_000).await;
    let tokens = Arc::new(vec![sam.challenge().await; 200]);
    let wrong = wrong_code(&sam.key, sam.test.app.now());
    let results = sam.answered(tokens, Answer::Totp(wrong)).await;
    assert!(results.iter().all(is_wrong), "{results:?}");
    assert_eq!(sam.failures().await, 200);
    assert_eq!(sam.reasons("wrong code").await, 200);
    assert_eq!(sam.test.count("user.locked").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_wrong_codes_at_once_five_are_looked_at_and_then_even_the_right_one_is_refused() {
    let sam = WithFactor::new(5).await;
    let tokens = Arc::new(vec![sam.challenge().await; 200]);
    let wrong = wrong_code(&sam.key, sam.test.app.now());
    let results = sam.answered(tokens.clone(), Answer::Totp(wrong)).await;
    assert!(results.iter().all(is_wrong), "{results:?}");
    assert_eq!(sam.reasons("wrong code").await, 5);
    assert_eq!(sam.reasons("account locked").await, 195);
    assert_eq!(sam.test.count("user.locked").await, 1);
    let right = code(&sam.key, sam.test.app.now());
    let late = sam
        .answered(Arc::new(vec![tokens[0].clone()]), Answer::Totp(right))
        .await;
    assert!(is_wrong(&late[0]), "{late:?}");
    let recovery = Answer::Recovery(sam.recovery_codes[0].clone());
    let late = sam.answered(Arc::new(vec![tokens[0].clone()]), recovery).await;
    assert!(is_wrong(&late[0]), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_recovery_code_given_fifty_times_at_once_lets_in_once() {
    let sam = WithFactor::new(1_000).await;
    let tokens = sam.challenges(50).await;
    let used = Answer::Recovery(sam.recovery_codes[3].clone());
    let results = sam.answered(tokens, used).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|result| is_wrong(result)).count(), 49);
    assert_eq!(sam.test.count("user.recovery_code_used").await, 1);
    assert_eq!(sam.reasons("wrong code").await, 49);
    let next = sam.challenges(1).await;
    let other = Answer::Recovery(sam.recovery_codes[4].clone());
    sam.answered(next, other).await.remove(0).unwrap();
    assert_eq!(sam.test.count("user.recovery_code_used").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_of_the_app_given_fifty_times_at_once_lets_in_once() {
    let sam = WithFactor::new(1_000).await;
    let tokens = sam.challenges(50).await;
    let right = Answer::Totp(code(&sam.key, sam.test.app.now()));
    let results = sam.answered(tokens, right).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|result| is_wrong(result)).count(), 49);
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
            accounts::second_factor(&test.app, &visitor(), &token, answer, false).await
        }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(sam.test.count("user.recovery_code_used").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reset_link_used_fifty_times_at_once_works_once() {
    let test = Arc::new(TestApp::new().await);
    let id = test.active("sam", Roles::default()).await;
    accounts::request_reset(&test.app, &visitor(), "sam").await.unwrap();
    let token = test.token_of("Reset your password").await;
    let results = at_once(50, |_| {
        let (test, token) = (test.clone(), token.clone());
        async move {
            accounts::reset_password(&test.app, &visitor(), &token, OTHER)
                .await
                .is_ok()
        }
    })
    .await;
    assert_eq!(results.iter().filter(|ok| **ok).count(), 1);
    let codes = test.codes_of(&id).await;
    let completed = codes.iter().filter(|code| *code == "user.password_reset_completed");
    assert_eq!(completed.count(), 1);
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
        let test = TestApp::with(|settings| settings.password.lock_after = 1_000).await;
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
            match accounts::identify(&self.test.app, &device.device_token, origin)
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

async fn logged_in(test: &TestApp, visitor: &Visitor) -> Result<SignedIn, accounts::LogInRefused> {
    let typed = LogIn {
        login: "sam".to_owned(),
        password: GOOD.to_owned(),
        known_device: None,
    };
    match accounts::log_in(&test.app, visitor, typed).await? {
        LogInStep::Done(signed_in) => Ok(signed_in),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_devices_logging_in_at_once_to_a_single_device_application_one_stays() {
    for _ in 0..5 {
        let one = OneDevice::new().await;
        let signed_in = one.log_ins(2).await;
        assert_eq!(one.still_in(&signed_in).await, 1);
        assert_eq!(one.test.count("user.forced_logout").await, 1);
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
        let found = accounts::identify(&one.test.app, &device.device_token, origin("203.0.113.7")).await;
        assert!(!matches!(found.unwrap(), Identity::SignedIn(_)));
    }
    let mut read = one.test.store.read().await.unwrap();
    let devices = sqlx::query("SELECT id FROM device WHERE account_id = $1").bind(&one.sam);
    assert!(devices.fetch_all(read.conn()).await.unwrap().is_empty());
}
