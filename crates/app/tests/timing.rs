//! Unknown names, wrong passwords and locked accounts take as long as each other.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::time::{Duration, Instant};

use app::Roles;
use support::{GOOD, TestApp, WRONG};

/// The quickest of alternating attempts at a real cost; the bound is wide, because machines are noisy, and far below the
/// cost of the hash that a shortcut would save.
#[tokio::test]
async fn unknown_wrong_and_locked_take_as_long() {
    let test = TestApp::with(|settings| {
        settings.password.argon2_memory_kib = 19_456;
        settings.password.argon2_passes = 2;
        settings.password.lock_after = 1_000;
        settings.password.guesses_per_day = 1_000;
    })
    .await;
    test.active("sam", Roles::default()).await;
    let locked = test.active("loc", Roles::default()).await;
    let mut tx = test.store.begin().await.unwrap();
    let until = test.app.now().plus(support::HOUR);
    store::accounts::attempt::lock(&mut tx, &locked, until).await.unwrap();
    tx.commit().await.unwrap();

    let mut seen = Vec::new();
    // A shortcut shows every time; a machine that has other things to do does not slow down the same one every time.
    for _ in 0..6 {
        let least = quickest(&test).await;
        let (shortest, longest) = (least.iter().min().unwrap(), least.iter().max().unwrap());
        if *longest < *shortest * 3 / 2 + Duration::from_millis(3) {
            return;
        }
        seen.push(least);
    }
    panic!("unknown, wrong, locked: {seen:?}");
}

/// The quickest answer of several, to an unknown name, a wrong password and a locked account.
async fn quickest(test: &TestApp) -> [Duration; 3] {
    let attempts = [("nobody", WRONG), ("sam", WRONG), ("loc", GOOD)];
    let mut least = [Duration::MAX; 3];
    // The first round makes the dummy hash.
    for _ in 0..8 {
        for ((login, password), least) in attempts.iter().zip(&mut least) {
            let started = Instant::now();
            test.log_in(login, password).await.unwrap_err();
            *least = (*least).min(started.elapsed());
        }
    }
    least
}
