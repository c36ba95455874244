//! Reads that many ask for at the same time, made once for all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

/// What is asked for: the hash of what was presented.
type Key = Vec<u8>;

/// One read of a key at a time. Who asks while it goes on is answered by the next one, which begins after they asked:
/// nobody is told what was so before.
#[derive(Debug)]
pub(crate) struct Together<V> {
    asked: Mutex<HashMap<Key, Asked<V>>>,
}

/// Who asks for one key.
#[derive(Debug)]
struct Asked<V> {
    /// Held by the read that goes on.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// What answers whoever asks now; its read has not begun.
    next: Arc<OnceCell<V>>,
}

/// Somebody's place among them, until they are answered or have gone.
struct Place<'a, V> {
    together: &'a Together<V>,
    key: Key,
    turn: Arc<tokio::sync::Mutex<()>>,
    answer: Arc<OnceCell<V>>,
}

impl<V> Default for Together<V> {
    fn default() -> Self {
        Self {
            asked: Mutex::default(),
        }
    }
}

impl<V: Clone> Together<V> {
    /// What `read` gives, or what another's read of this key gave that began after this call. An error is its reader's own.
    pub(crate) async fn read<E, F>(&self, key: Key, read: impl FnOnce() -> F) -> Result<V, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        let place = self.join(key);
        let begin = || async {
            let _turn = place.turn.lock().await;
            place.begin();
            read().await
        };
        // If the one who reads goes away, another of those who wait reads.
        place.answer.get_or_try_init(begin).await.cloned()
    }

    fn join(&self, key: Key) -> Place<'_, V> {
        let mut all = self.asked();
        let asked = all.entry(key.clone()).or_insert_with(|| Asked {
            turn: Arc::default(),
            next: Arc::default(),
        });
        Place {
            together: self,
            turn: Arc::clone(&asked.turn),
            answer: Arc::clone(&asked.next),
            key,
        }
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<Key, Asked<V>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Place<'_, V> {
    /// Whoever asks from now on waits for another read.
    fn begin(&self) {
        let mut all = self.together.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = all.get_mut(&self.key)
            && Arc::ptr_eq(&asked.next, &self.answer)
        {
            asked.next = Arc::default();
        }
    }
}

impl<V> Drop for Place<'_, V> {
    fn drop(&mut self) {
        let mut all = self.together.asked.lock().unwrap_or_else(PoisonError::into_inner);
        // Given up here, and not once the lock is: of two who leave at once the later would not be seen to be the last.
        drop(std::mem::take(&mut self.turn));
        let is_last = |asked: &Asked<V>| Arc::strong_count(&asked.turn) == 1;
        if all.get(&self.key).is_some_and(is_last) {
            all.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use tokio::task::JoinSet;

    use super::*;

    /// What is read: how often it changed, and how often it was read.
    #[derive(Default)]
    struct World {
        version: AtomicU64,
        reads: AtomicU64,
    }

    impl World {
        async fn read(&self) -> Result<u64, ()> {
            self.reads.fetch_add(1, Ordering::SeqCst);
            let seen = self.version.load(Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(seen)
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nobody_is_told_what_was_so_before_they_asked_and_few_read() {
        let (together, world) = (Arc::new(Together::default()), Arc::new(World::default()));
        let mut askers = JoinSet::new();
        for _ in 0..32 {
            let (together, world) = (Arc::clone(&together), Arc::clone(&world));
            askers.spawn(async move {
                for _ in 0..20 {
                    let before = world.version.fetch_add(1, Ordering::SeqCst) + 1;
                    let read = || world.read();
                    let told = together.read(b"key".to_vec(), read).await.unwrap();
                    assert!(told >= before, "told {told}, which was before {before}");
                }
            });
        }
        askers.join_all().await;
        let reads = world.reads.load(Ordering::SeqCst);
        assert!(reads < 32 * 20 / 4, "{reads} reads");
        assert!(together.asked().is_empty(), "nothing is kept of who asked");
    }

    #[tokio::test]
    async fn keys_do_not_wait_for_each_other_and_an_error_is_ones_own() {
        let together: Together<u64> = Together::default();
        let never = together.read(b"slow".to_vec(), std::future::pending::<Result<u64, ()>>);
        let never = tokio::time::timeout(Duration::from_millis(20), never);
        let other = together.read(b"other".to_vec(), || async { Ok::<_, ()>(7) });
        let (cut, told) = tokio::join!(never, other);
        assert!(cut.is_err());
        assert_eq!(told, Ok(7));
        let failed = together
            .read(b"slow".to_vec(), || async { Err::<u64, _>("no disk") })
            .await;
        assert_eq!(failed, Err("no disk"));
        assert!(together.asked().is_empty());
    }

    #[tokio::test]
    async fn whoever_waits_for_a_reader_who_goes_away_reads() {
        let together: Arc<Together<u64>> = Arc::default();
        let first = together.read(b"key".to_vec(), std::future::pending::<Result<u64, ()>>);
        let first = tokio::time::timeout(Duration::from_millis(20), first);
        // The second waits for another read than the one under way, the third for the same as the second.
        let later = || async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            together.read(b"key".to_vec(), || async { Ok::<_, ()>(3) }).await
        };
        let (cut, second, third) = tokio::join!(first, later(), later());
        assert!(cut.is_err());
        assert_eq!((second, third), (Ok(3), Ok(3)));
        assert!(together.asked().is_empty());
    }
}
