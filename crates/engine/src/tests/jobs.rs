//! Background jobs: one holder at a time, whatever becomes of it.

use std::time::Duration;

use activity::Time;
use activity::query::Expr;
use store::StoreError;

use super::racing::other;
use super::{Bed, many, rng};
use crate::ledger::rewrite::{Step, Work};
use crate::{Jobs, LEASE, LogError, Order};

/// What one process does in the background.
fn process(bed: &Bed) -> Jobs {
    Jobs::new(bed.store.clone(), bed.clock.clone(), &*rng(), Duration::from_millis(5))
}

/// Counts what was committed by others.
struct Commits(sqlx::AnyConnection);

impl Commits {
    async fn now(&mut self) -> i64 {
        sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut self.0)
            .await
            .unwrap()
    }
}

async fn holds(bed: &Bed, fence: &crate::Fence) -> bool {
    let mut tx = bed.store.begin().await.unwrap();
    let holds = fence.holds(&mut tx).await.unwrap();
    tx.rollback().await;
    holds
}

fn failing() -> impl Future<Output = Result<(), LogError>> {
    std::future::ready(Err(LogError::Damaged("by the test".to_owned())))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_renewed_while_the_work_waits_and_taken_over_once_it_has_lapsed() {
    let bed = Bed::new(50).await;
    let (one, two) = (process(&bed), process(&bed));
    let lease = one.claim("mail").await.unwrap().unwrap();
    assert!(one.claim("mail").await.unwrap().is_none(), "it is worked on here");
    assert!(two.take("mail").await.unwrap().is_none());
    let long = async {
        for _ in 0..10 {
            bed.clock.advance(LEASE / 3);
            lease.progress().reached(lease.progress().cursor().map_or(1, |_| 2));
            lease.progress().note("half");
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert!(two.take("mail").await.unwrap().is_none());
        }
    };
    lease.hold(long).await.unwrap();
    let fence = lease.fence().clone();
    drop(lease);
    bed.clock.advance(LEASE);
    let taken = two.claim("mail").await.unwrap().unwrap();
    assert_eq!(taken.progress().cursor().as_deref(), Some("half"));
    assert_eq!(taken.attempts(), 2);
    assert!(!holds(&bed, &fence).await && holds(&bed, taken.fence()).await);
    assert!(one.take("mail").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_given_up_where_it_waits_once_its_job_is_anothers_or_gone() {
    let bed = Bed::new(50).await;
    let (one, two) = (process(&bed), process(&bed));
    let lease = one.claim("mail").await.unwrap().unwrap();
    bed.clock.advance(LEASE);
    let _taken = two.claim("mail").await.unwrap().unwrap();
    let worked: Result<Option<()>, StoreError> = lease.work(std::future::pending()).await;
    assert_eq!(worked.unwrap(), None);
    let lease = one.claim("seal").await.unwrap().unwrap();
    let mut tx = bed.store.begin().await.unwrap();
    assert!(lease.fence().finish(&mut tx).await.unwrap());
    tx.commit().await.unwrap();
    bed.clock.advance(LEASE / 3);
    assert_eq!(lease.hold(std::future::pending::<()>()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failure_a_job_is_due_again_after_a_pause_that_grows_to_a_bound() {
    let bed = Bed::new(50).await;
    let (one, two) = (process(&bed), process(&bed));
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
        let lease = one.claim("mail").await.unwrap().unwrap();
        assert!(lease.work(failing()).await.is_err());
        bed.clock.advance(seconds * Time::SECOND - 1);
        assert!(two.claim("mail").await.unwrap().is_none(), "{seconds}");
        bed.clock.advance(1);
    }
    let lease = two.claim("mail").await.unwrap().unwrap();
    assert!(lease.work(failing()).await.is_err());
    let asked = one.take("mail").await.unwrap().unwrap();
    let done: Result<_, LogError> = asked.work(async { Ok(7) }).await;
    assert_eq!(done.unwrap(), Some(7), "who asks for it does not wait for the pause");
    let job = store::jobs::get(&mut bed.store.glance().await.unwrap(), "mail")
        .await
        .unwrap();
    let job = job.unwrap();
    assert_eq!((job.attempts, job.error), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_whose_turn_it_is_writes_nothing() {
    let bed = Bed::embedded(50).await;
    let (one, two) = (process(&bed), process(&bed));
    let done: Result<_, LogError> = one.claim("mail").await.unwrap().unwrap().work(async { Ok(()) }).await;
    done.unwrap();
    let lease = one.claim("seal").await.unwrap().unwrap();
    assert!(lease.work(failing()).await.is_err());
    let mut commits = Commits(bed.store.beside().await.unwrap());
    let before = commits.now().await;
    for _ in 0..5 {
        let again = one.claim("mail").await.unwrap().unwrap();
        let done: Result<_, LogError> = again.work(async { Ok(()) }).await;
        assert!(done.unwrap().is_some(), "it has it still");
        assert!(two.claim("mail").await.unwrap().is_none(), "it is another's");
        assert!(two.claim("seal").await.unwrap().is_none(), "it is not due yet");
        assert!(two.claim_oldest("export").await.unwrap().is_none(), "there is none");
    }
    assert_eq!(commits.now().await, before);
    one.close().await;
    assert!(
        two.claim("mail").await.unwrap().is_some(),
        "it was given free at the end"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_work_that_is_under_way_here_waits_for_its_end() {
    let bed = Bed::new(50).await;
    let jobs = process(&bed);
    let lease = jobs.claim("mail").await.unwrap().unwrap();
    let asking = jobs.clone();
    let asked = tokio::spawn(async move { asking.take("mail").await.unwrap().is_some() });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!asked.is_finished());
    drop(lease);
    assert!(asked.await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_takes_over_at_once_what_a_former_process_had() {
    let bed = Bed::embedded(50).await;
    let lease = process(&bed).claim("mail").await.unwrap().unwrap();
    let fence = lease.fence().clone();
    // As a killed process leaves it.
    std::mem::forget(lease);
    let bed = bed.reopen(50).await;
    let taken = process(&bed).claim("mail").await.unwrap().unwrap();
    assert_eq!(taken.attempts(), 2);
    assert!(!holds(&bed, &fence).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sealer_that_comes_back_after_its_lease_has_lapsed_replaces_nothing() {
    let bed = Bed::new(50).await;
    let other = other(&bed, 0).await;
    bed.append(many(0..120)).await;
    let before = bed.all(&Expr::All, Order::Newest, 50).await;
    // Its process stands still, so nothing is renewed.
    let log = bed.log.clone();
    let late = bed
        .late((Work::Seal, Step::Made), async move { log.settle(false).await })
        .await;
    assert!(matches!(other.settle(false).await, Err(LogError::Elsewhere)));
    bed.clock.advance(LEASE);
    other.settle(true).await.unwrap();
    let head = other.head().await.unwrap();
    // Whether it notices at the end or before.
    assert!(matches!(late.goes_on().await, Ok(()) | Err(LogError::Elsewhere)));
    assert_eq!(bed.log.head().await.unwrap().sealed, head.sealed);
    assert_eq!(bed.all(&Expr::All, Order::Newest, 50).await, before);
    let ledger = other.ledger();
    bed.clock.advance(3_600 * Time::SECOND);
    ledger.give_up_begun(false).await.unwrap();
    ledger.sweep().await.unwrap();
    let live = ledger.live().await.unwrap();
    assert_eq!(bed.volumes_on_disk().len(), live.len(), "nothing is left of it");
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!((verified.sound, verified.faults), (120, vec![]));
    other.close().await;
}
