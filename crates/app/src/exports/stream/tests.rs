//! How a streamed export ends: its row, its activity and its bytes say the same.

use std::sync::{Arc, OnceLock};

use activity::{Activity, Time};
use engine::LEASE;
use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _};

use super::super::{State, get, worker};
use super::*;
use crate::activity::tests::support::{Setup, auditor, of};

/// An export that gets its rows from the test.
struct Fed {
    setup: Setup,
    id: String,
    rows: mpsc::Sender<Result<Unseen, LogError>>,
    chunks: Chunks,
    run: tokio::task::JoinHandle<()>,
}

async fn fed() -> Fed {
    let setup = Setup::new().await;
    let mut row = new_row(
        &setup.app,
        &auditor(),
        StoredKind::ViewJsonl,
        None,
        String::new(),
        "UTC",
    )
    .unwrap();
    row.state = StoredState::Running;
    let mut tx = setup.app.begin().await.unwrap();
    store::exports::insert(&mut tx, &row).await.unwrap();
    let job = store::exports::job(&row.id);
    let lease = setup.app.jobs().begin(&mut tx, &job).await.unwrap();
    tx.commit_quietly(crate::Quiet::ExportQueue).await.unwrap();
    let (rows, source) = mpsc::channel(1);
    let (feed, chunks) = feed(&setup.app.settings().exports);
    let id = row.id.clone();
    let everything = Question {
        q: "",
        from: None,
        to: None,
        zone: &jiff::tz::TimeZone::UTC,
    };
    let scoped = Scoped::new(&setup.app, &auditor(), &LogScope::Everything, everything)
        .await
        .unwrap();
    let run = Run {
        disclosure: Disclosure::new(&setup.app, &auditor(), &scoped, Delivery::File(&id)),
        app: setup.app.clone(),
        row,
        feed,
        through: Through {
            size: 1,
            at: setup.now(),
        },
        tally: Tally::default(),
        lease: Arc::new(lease),
    };
    let run = tokio::spawn(run.run(source, RowWriter::Jsonl, Arc::new(OnceLock::new())));
    Fed {
        setup,
        id,
        rows,
        chunks,
        run,
    }
}

fn chunk() -> Unseen {
    let facts = of("sam", "user.login");
    Unseen::of_a_test(vec![Activity {
        seq: 0,
        recorded_at: facts.occurred_at,
        facts,
    }])
}

impl Fed {
    /// Ten times as long as a lease, with a look for lapsed ones after each step.
    async fn long(&self) {
        for _ in 0..30 {
            self.setup.clock.advance(LEASE / 3);
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            worker::make_all(&self.setup.app).await.unwrap();
        }
    }

    /// Takes what is left of the file; its state then, and whether the file ended as a whole one does.
    async fn ended(self) -> (State, bool) {
        let Self {
            setup,
            id,
            rows,
            chunks,
            run,
        } = self;
        drop(rows);
        let read: Vec<_> = chunks.collect().await;
        run.await.unwrap();
        let state = get(&setup.app, &auditor(), &id).await.unwrap().unwrap().state;
        let outcomes = setup.all("activity:export.downloaded").await;
        assert_eq!(outcomes.len(), 1, "how it ended is said once");
        assert_eq!(outcomes[0].outcome == activity::Outcome::Success, state == State::Done);
        (state, read.iter().all(Result::is_ok))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_waits_for_rows_longer_than_its_lease_is_delivered_whole_and_recorded_so() {
    let mut it = fed().await;
    it.rows.send(Ok(chunk())).await.unwrap();
    it.long().await;
    it.rows.send(Ok(chunk())).await.unwrap();
    it.long().await;
    assert_eq!(it.ended().await, (State::Done, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_was_given_up_meanwhile_does_not_end_as_a_whole_one() {
    let mut it = fed().await;
    it.rows.send(Ok(chunk())).await.unwrap();
    // As another process does when this one does not answer for long: the job has another holder.
    let later = it.setup.now().plus(Time::DAY);
    worker::make_all(&it.setup.another_process(later)).await.unwrap();
    assert_eq!(it.ended().await, (State::Failed, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_fails_midway_breaks_the_file_off() {
    let mut it = fed().await;
    it.rows.send(Ok(chunk())).await.unwrap();
    it.rows.send(Err(LogError::Closed)).await.unwrap();
    assert_eq!(it.ended().await, (State::Failed, false));
}
