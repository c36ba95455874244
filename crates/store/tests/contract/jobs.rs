//! What the table of jobs promises: one holder at a time, and nothing of a former one.

use activity::Time;
use store::Tx;
use store::jobs::{self, Claim, Held, Job, Progress};

use super::place::Place;

async fn begin(place: &Place) -> Tx {
    place.store.begin().await.unwrap()
}

/// A claim from `now` on, for ten.
fn by(owner: &str, now: i64) -> Claim<'_> {
    Claim {
        owner,
        now: Time(now),
        until: Time(now + 10),
        early: false,
    }
}

fn held(job: &Job) -> Held<'_> {
    Held {
        name: &job.name,
        fence: job.fence,
    }
}

fn half() -> Progress {
    Progress {
        cursor: Some("seq 5".to_owned()),
        done: 5,
        total: 10,
        bytes: 500,
    }
}

pub(crate) async fn of_two_that_claim_at_once_one_gets_it(place: Place) {
    let mut tx = begin(&place).await;
    jobs::add(&mut tx, "mail", Time(0)).await.unwrap();
    jobs::add(&mut tx, "mail", Time(99)).await.unwrap();
    tx.commit().await.unwrap();
    let claim = |owner: &'static str| {
        let store = place.store.clone();
        tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let claimed = jobs::claim(&mut tx, "mail", by(owner, 1)).await.unwrap();
            tx.commit().await.unwrap();
            claimed.is_some()
        })
    };
    let (one, two) = (claim("one"), claim("two"));
    assert!(one.await.unwrap() != two.await.unwrap());
    let job = jobs::get(&mut place.store.glance().await.unwrap(), "mail")
        .await
        .unwrap();
    let job = job.unwrap();
    assert_eq!((job.fence, job.attempts, job.lease_until), (1, 1, Time(11)));
    let nothing = jobs::claim(&mut begin(&place).await, "seal", by("one", 1))
        .await
        .unwrap();
    assert_eq!(nothing, None, "what was never added is not there");
}

pub(crate) async fn a_former_holder_of_a_lapsed_lease_changes_nothing(place: Place) {
    let tx = &mut begin(&place).await;
    jobs::add(tx, "mail", Time(0)).await.unwrap();
    let former = jobs::claim(tx, "mail", by("one", 1)).await.unwrap().unwrap();
    assert!(jobs::holds(tx, held(&former)).await.unwrap());
    assert!(jobs::renew(tx, held(&former), Time(20), &half()).await.unwrap());
    assert_eq!(jobs::claim(tx, "mail", by("two", 19)).await.unwrap(), None);
    let present = jobs::claim(tx, "mail", by("two", 20)).await.unwrap().unwrap();
    assert_eq!((present.fence, present.attempts), (2, 2));
    assert_eq!(present.progress, half(), "where the other ended");
    for changed in [
        jobs::holds(tx, held(&former)).await,
        jobs::renew(tx, held(&former), Time(99), &Progress::default()).await,
        jobs::succeed(tx, held(&former)).await,
        jobs::fail(tx, held(&former), "late", Time(99)).await,
        jobs::finish(tx, held(&former)).await,
    ] {
        assert!(!changed.unwrap());
    }
    assert_eq!(jobs::get(tx, "mail").await.unwrap(), Some(present.clone()));
    assert!(jobs::holds(tx, held(&present)).await.unwrap());
    assert!(jobs::finish(tx, held(&present)).await.unwrap());
    assert!(!jobs::holds(tx, held(&present)).await.unwrap(), "it is gone");
}

pub(crate) async fn what_failed_is_free_when_it_is_due_again(place: Place) {
    let tx = &mut begin(&place).await;
    jobs::add(tx, "mail", Time(0)).await.unwrap();
    let first = jobs::claim(tx, "mail", by("one", 1)).await.unwrap().unwrap();
    assert!(jobs::fail(tx, held(&first), "no space", Time(50)).await.unwrap());
    let failed = jobs::get(tx, "mail").await.unwrap().unwrap();
    assert_eq!(
        (failed.owner, failed.error.as_deref(), failed.due_at),
        (None, Some("no space"), Time(50))
    );
    assert!(!jobs::renew(tx, held(&first), Time(99), &half()).await.unwrap());
    assert_eq!(jobs::claim(tx, "mail", by("two", 49)).await.unwrap(), None);
    let early = Claim {
        early: true,
        ..by("two", 49)
    };
    assert_eq!(jobs::claim(tx, "mail", early).await.unwrap().unwrap().attempts, 2);
    let again = jobs::claim(tx, "mail", by("two", 60)).await.unwrap().unwrap();
    assert_eq!((again.attempts, again.fence), (3, 3));
    assert!(jobs::succeed(tx, held(&again)).await.unwrap());
    let done = jobs::get(tx, "mail").await.unwrap().unwrap();
    assert_eq!(
        (done.attempts, done.error, done.owner.as_deref()),
        (0, None, Some("two"))
    );
    assert!(
        jobs::holds(tx, held(&again)).await.unwrap(),
        "its holder keeps it until the lease lapses"
    );
    assert!(jobs::fail(tx, held(&again), "x", Time(70)).await.unwrap());
    let failed = jobs::get(tx, "mail").await.unwrap().unwrap();
    assert_eq!(failed.attempts, 1, "a failure counts, also without a claim of its own");
}

pub(crate) async fn jobs_of_a_kind_are_due_in_order_to_whom_they_are_free(place: Place) {
    let tx = &mut begin(&place).await;
    for (name, due_at) in [
        ("export:b", 1),
        ("export:a", 1),
        ("export:c", 0),
        ("export:d", 9),
        ("export_x:a", 0),
    ] {
        jobs::add(tx, name, Time(due_at)).await.unwrap();
    }
    jobs::claim(tx, "export:a", by("one", 1)).await.unwrap().unwrap();
    assert_eq!(
        jobs::due(tx, "export", "two", Time(1)).await.unwrap(),
        ["export:c", "export:b"]
    );
    let own = ["export:c", "export:a", "export:b"];
    assert_eq!(jobs::due(tx, "export", "one", Time(1)).await.unwrap(), own);
    let lapsed = jobs::due(tx, "export", "two", Time(11)).await.unwrap();
    assert_eq!(lapsed, ["export:c", "export:a", "export:b", "export:d"]);
    jobs::delete(tx, "export:c").await.unwrap();
    assert_eq!(jobs::due(tx, "export", "two", Time(1)).await.unwrap(), ["export:b"]);
}

pub(crate) async fn leases_are_released_of_one_owner_or_of_all(place: Place) {
    let tx = &mut begin(&place).await;
    for (name, owner) in [("mail", "one"), ("seal", "two"), ("presence", "two")] {
        jobs::add(tx, name, Time(0)).await.unwrap();
        jobs::claim(tx, name, by(owner, 1)).await.unwrap().unwrap();
    }
    jobs::release(tx, "one").await.unwrap();
    assert!(!jobs::has_any(tx, "one").await.unwrap() && jobs::has_any(tx, "two").await.unwrap());
    assert!(jobs::claim(tx, "seal", by("three", 1)).await.unwrap().is_none());
    assert_eq!(jobs::release_all(tx).await.unwrap(), 2);
    let seal = jobs::claim(tx, "seal", by("three", 1)).await.unwrap().unwrap();
    assert_eq!(seal.fence, 2, "the former holder is fenced off");
}

pub(crate) async fn a_lease_without_an_owner_is_no_row(place: Place) {
    for broken in [
        "INSERT INTO job (name, due_at, lease_until) VALUES ('x', 0, 5)",
        "INSERT INTO job (name, due_at, owner) VALUES ('x', 0, 'one')",
        "INSERT INTO job (name, due_at, fence) VALUES ('x', 0, -1)",
        "INSERT INTO job (name, due_at) VALUES ('', 0)",
    ] {
        let mut beside = place.store.beside().await.unwrap();
        assert!(sqlx::query(broken).execute(&mut beside).await.is_err(), "{broken}");
    }
}
