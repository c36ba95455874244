//! Work in the background, one pattern for all of it: a panic never ends it unnoticed, and all of it ends at shutdown
//! within a bound. Owns that; what is worked on, and whether the process can go on without it, is its owner's.

use std::any::Any;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::LogError;

/// The pause before work that panicked is taken up again, and the longest it grows to.
const FIRST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 1_000 });
const LONGEST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1_000 } else { 60_000 });

/// How far a thread steps back, as `nice` counts.
#[cfg(target_os = "linux")]
const STEPPED_BACK: i32 = 10;

/// Runs work that would hold up the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(LogError::of_ended(error)),
    }
}

/// Does `work` on a thread that comes after all others: where they want the processors as well, it gets about a tenth of one.
/// Only Linux has priorities of single threads: elsewhere it is work like any other.
pub(crate) fn behind<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // On its own, because a thread that stepped back may not come forward again.
    let on_its_own = || {
        #[cfg(target_os = "linux")]
        if let Err(error) = rustix::process::setpriority_process(None, STEPPED_BACK) {
            tracing::debug!(%error, "work that can wait does not step back");
        }
        work()
    };
    let done = std::thread::scope(|scope| scope.spawn(on_its_own).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What works in the background. Clones are of the same tasks.
#[derive(Clone, Debug)]
pub struct Tasks {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    stop: watch::Sender<bool>,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    kept: HashSet<&'static str>,
    tasks: JoinSet<()>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self {
            inner: Arc::new(Inner {
                stop: watch::channel(false).0,
                running: Mutex::default(),
            }),
        }
    }
}

impl Tasks {
    /// Does `work` again and again until shutdown: it is taken up anew when it ends or panics, after a pause that grows
    /// while it keeps failing. At shutdown it is dropped where it waits. One of each name; `false` if there is one.
    pub fn keep<W, F>(&self, name: &'static str, work: W) -> bool
    where
        W: Fn() -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        if !self.lock(|running| running.kept.insert(name)) {
            return false;
        }
        self.spawn(async move {
            let mut pause = FIRST_PAUSE;
            loop {
                let begun = Instant::now();
                match guarded(work()).await {
                    Ok(()) => tracing::error!(
                        task = name,
                        "work in the background ended by itself; taking it up again"
                    ),
                    Err(cause) => tracing::error!(
                        task = name,
                        cause,
                        "work in the background panicked, which is a fault of Whodid; taking it up again"
                    ),
                }
                metrics::counter!("whodid_task_restarts_total", "task" => name).increment(1);
                if begun.elapsed() > LONGEST_PAUSE {
                    pause = FIRST_PAUSE;
                }
                sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        });
        true
    }

    /// Does `work` once. Whoever waits for what it makes has to notice by themselves that it broke off.
    pub fn once(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(async move {
            if let Err(cause) = guarded(work).await {
                tracing::error!(
                    task = name,
                    cause,
                    "work in the background panicked, which is a fault of Whodid"
                );
                metrics::counter!("whodid_task_panics_total", "task" => name).increment(1);
            }
        });
    }

    /// Does `work` that ends by itself once it is told to stop, and that the process must not go on without: if it
    /// panics, `fail` is called with why.
    pub fn vital(
        &self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
        fail: impl FnOnce(&str) + Send + 'static,
    ) {
        let work = async move {
            if let Err(cause) = guarded(work).await {
                tracing::error!(task = name, cause, "work that nothing goes on without panicked");
                fail(&format!("{name} panicked: {cause}"));
            }
        };
        self.lock(|running| running.tasks.spawn(work));
    }

    /// Done when the work in the background is told to stop.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.inner.stop.subscribe();
        async move {
            // Nobody is left who could say so: that is the end as well.
            let _ = stop.wait_for(|stop| *stop).await;
        }
    }

    /// Tells all to stop and waits for them; what has not ended by then is cut off.
    pub async fn close(&self, patience: Duration) {
        self.inner.stop.send_replace(true);
        let mut tasks = self.lock(|running| std::mem::take(&mut running.tasks));
        let until = Instant::now() + patience;
        loop {
            match timeout_at(until, tasks.join_next()).await {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(_) => break,
            }
        }
        tracing::warn!(
            tasks = tasks.len(),
            "work in the background did not end in time and was cut off"
        );
        tasks.shutdown().await;
    }

    /// Dropped where it waits when all are told to stop.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stopped = self.stopped();
        self.lock(|running| {
            while running.tasks.try_join_next().is_some() {}
            running.tasks.spawn(async move {
                tokio::select! {
                    biased;
                    () = stopped => {}
                    () = work => {}
                }
            })
        });
    }

    fn lock<T>(&self, with: impl FnOnce(&mut Running) -> T) -> T {
        with(&mut self.inner.running.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The work's end, or why it panicked.
async fn guarded(work: impl Future<Output = ()>) -> Result<(), String> {
    // What a panic left half done is used again only through what holds across a crash of the process as well.
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .map_err(|cause| text(&*cause))
}

fn text(cause: &(dyn Any + Send)) -> String {
    let text = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "of an unknown kind".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn work_that_panics_or_ends_is_taken_up_again_ever_more_slowly() {
        let tasks = Tasks::default();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let begun = Instant::now();
        let work = move || {
            let run = counted.fetch_add(1, Ordering::SeqCst);
            async move { assert!(run.is_multiple_of(2), "every other run") }
        };
        assert!(tasks.keep("test", work));
        assert!(!tasks.keep("test", std::future::pending::<()>), "it is there already");
        while runs.load(Ordering::SeqCst) < 5 {
            sleep(Duration::from_millis(1)).await;
        }
        assert!(begun.elapsed() >= Duration::from_millis(10 + 20 + 40 + 80));
        tasks.close(Duration::from_secs(1)).await;
        let ended = runs.load(Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        assert_eq!(runs.load(Ordering::SeqCst), ended, "nothing runs after the end");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_steps_back_does_so_alone_and_its_panic_is_passed_on() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        assert_eq!(behind(priority), before + STEPPED_BACK);
        assert_eq!(priority(), before, "nobody else does");
        let panicked = std::panic::catch_unwind(|| behind(|| panic!("broken")));
        assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"broken"));
    }

    #[tokio::test]
    async fn a_panic_of_vital_work_is_passed_on_and_all_ends_within_the_bound() {
        let tasks = Tasks::default();
        let (say, said) = tokio::sync::oneshot::channel();
        tasks.vital("test", async { panic!("broken") }, move |cause| {
            say.send(cause.to_owned()).unwrap()
        });
        assert_eq!(said.await.unwrap(), "test panicked: broken");
        tasks.vital("deaf", std::future::pending(), |_| {});
        tasks.once("panics", async { panic!("alone") });
        let begun = Instant::now();
        tasks.close(Duration::from_millis(50)).await;
        assert!(begun.elapsed() >= Duration::from_millis(50), "it is waited for");
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "what does not listen is cut off"
        );
    }
}
