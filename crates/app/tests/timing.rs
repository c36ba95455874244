//! Unknown names, wrong passwords and locked accounts take as long as each other.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::time::{Duration, Instant};

use app::Roles;
use support::{GOOD, TestApp, WRONG};

/// Medians over alternating attempts at a real cost; the bound is wide, because machines are noisy, and far below the
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
    store::accounts::attempt::lock(tx.conn(), &locked, until).await.unwrap();
    tx.commit().await.unwrap();

    let attempts = [("nobody", WRONG), ("sam", WRONG), ("loc", GOOD)];
    let mut times: [Vec<Duration>; 3] = Default::default();
    for round in 0..16 {
        for (at, (login, password)) in attempts.iter().enumerate() {
            let started = Instant::now();
            test.log_in(login, password).await.unwrap_err();
            // The first round makes the dummy hash.
            if round > 0 {
                times[at].push(started.elapsed());
            }
        }
    }
    let medians = times.map(|mut all| {
        all.sort();
        all[all.len() / 2]
    });
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    assert!(
        *most < *least * 3 / 2 + Duration::from_millis(3),
        "unknown, wrong, locked: {medians:?}"
    );
}
