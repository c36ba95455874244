//! Sixteen at once, where each looks before it writes: what was true when it looked is true when it has written, because one
//! transaction writes at a time on either database.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::sync::Arc;

use app::accounts::{self, Activation, NewUser};
use app::groups::{self, NewGroup};
use app::{Caller, Roles};
use store::groups::GroupRole;
use support::{GOOD, TestApp};
use tokio::task::JoinSet;

const AT_ONCE: usize = 16;

/// Runs them all at once; how many succeeded.
async fn succeeded<F: Future<Output = bool> + Send + 'static>(one: impl Fn(usize) -> F) -> usize {
    let mut all = JoinSet::new();
    for n in 0..AT_ONCE {
        all.spawn(one(n));
    }
    all.join_all().await.into_iter().filter(|done| *done).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_administrators_who_are_all_taken_it_from_one_stays() {
    let test = Arc::new(TestApp::new().await);
    let administrator = Roles {
        administrator: true,
        auditor: false,
    };
    let mut ids = Vec::new();
    for n in 0..AT_ONCE {
        ids.push(test.active(&format!("ada{n}"), administrator).await);
    }
    let ids = Arc::new(ids);
    let taken = succeeded(|n| {
        let (test, ids) = (Arc::clone(&test), Arc::clone(&ids));
        async move {
            let admin = Caller::command_line();
            let taken = accounts::set_roles(&test.app, &admin, &ids[n], Roles::default()).await;
            taken.is_ok()
        }
    });
    assert_eq!(taken.await, AT_ONCE - 1);
    assert_eq!(test.count("account.roles_changed").await, AT_ONCE - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_owners_who_all_leave_one_stays() {
    let test = Arc::new(TestApp::new().await);
    let admin = test.admin().await;
    let new = NewGroup {
        name: "Crew".to_owned(),
        requires_second_factor: false,
        owner: None,
    };
    let group = groups::create(&test.app, &admin, new).await.unwrap().id;
    let mut owners = vec![admin.clone()];
    for n in 1..AT_ONCE {
        let id = test.active(&format!("sam{n}"), Roles::default()).await;
        let added = groups::add_member(&test.app, &admin, &group, &id, GroupRole::Owner).await;
        added.unwrap();
        owners.push(test.log_in(&format!("sam{n}"), GOOD).await.unwrap().caller);
    }
    let (owners, group) = (Arc::new(owners), Arc::new(group));
    let left = succeeded(|n| {
        let (test, owners, group) = (Arc::clone(&test), Arc::clone(&owners), Arc::clone(&group));
        async move { groups::leave(&test.app, &owners[n], &group).await.is_ok() }
    });
    assert_eq!(left.await, AT_ONCE - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_username_is_one_persons() {
    let test = Arc::new(TestApp::new().await);
    let made = succeeded(|n| {
        let test = Arc::clone(&test);
        async move {
            let new = NewUser {
                given_name: "Sam".to_owned(),
                family_name: "Jones".to_owned(),
                username: ["sam", "SAM"][n % 2].to_owned(),
                email: format!("sam{n}@example.com"),
                activation: Activation::Later,
                ..NewUser::default()
            };
            let made = accounts::create_user(&test.app, &Caller::command_line(), new).await;
            made.is_ok()
        }
    });
    assert_eq!(made.await, 1);
    assert_eq!(test.count("account.created").await, 1);
}

/// People who are named for the first time by many at once, in whatever order, have one key each.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_named_by_sixteen_at_once_for_the_first_time_has_one_key() {
    let test = Arc::new(TestApp::new().await);
    let named = succeeded(|n| {
        let test = Arc::clone(&test);
        async move {
            let facts = |k: usize| {
                let mut facts = activity::Facts::new("invoice.paid", test.app.now());
                let id = format!("acme-{}", if n % 2 == 0 { k } else { 39 - k });
                facts.user = Some(activity::Person {
                    name: "Ann".to_owned(),
                    username: id.clone(),
                    email: String::new(),
                    id,
                });
                facts
            };
            let mut tx = test.store.begin().await.unwrap();
            let appended = test.log.append(&mut tx, (0..40).map(facts).collect()).await;
            appended.is_ok() && tx.commit().await.is_ok()
        }
    });
    assert_eq!(named.await, AT_ONCE);
    let verified = test.log.verify(|_| {}).await.unwrap();
    assert!(verified.faults.is_empty(), "{:?}", verified.faults);
}
