//! How many may do something at once, in all and each. Owns the counting; what is done is their own.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// Permits, some for all and fewer for each. Clones give the same ones.
#[derive(Debug)]
pub struct Limiter<K: Eq + Hash> {
    shared: Arc<Shared<K>>,
}

#[derive(Debug)]
struct Shared<K> {
    all: usize,
    each: usize,
    taken: Mutex<Taken<K>>,
    freed: Notify,
}

#[derive(Debug)]
struct Taken<K> {
    all: usize,
    by: HashMap<K, usize>,
}

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Whoever asked holds as many as each may.
    Each,
    /// All together hold as many as there are.
    All,
}

/// A permit; given back when dropped.
#[derive(Debug)]
pub struct Permit<K: Eq + Hash> {
    shared: Arc<Shared<K>>,
    key: K,
}

impl<K: Eq + Hash> Clone for Limiter<K> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<K: Eq + Hash + Clone> Limiter<K> {
    /// So many permits in all, and for each.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        let taken = Mutex::new(Taken {
            all: 0,
            by: HashMap::new(),
        });
        Self {
            shared: Arc::new(Shared {
                all,
                each,
                taken,
                freed: Notify::new(),
            }),
        }
    }

    /// A permit, if there is one now.
    ///
    /// # Errors
    /// If there is none, with why.
    pub fn take(&self, key: K) -> Result<Permit<K>, Full> {
        let mut taken = self.shared.lock();
        let held = taken.by.get(&key).copied().unwrap_or(0);
        if held >= self.shared.each {
            return Err(Full::Each);
        }
        if taken.all >= self.shared.all {
            return Err(Full::All);
        }
        taken.all += 1;
        taken.by.insert(key.clone(), held + 1);
        drop(taken);
        Ok(Permit {
            shared: Arc::clone(&self.shared),
            key,
        })
    }

    /// A permit, as soon as there is one, but no later than this.
    ///
    /// # Errors
    /// If there is none all that time, with why.
    pub async fn wait(&self, key: K, patience: Duration) -> Result<Permit<K>, Full> {
        let until = Instant::now() + patience;
        loop {
            let mut freed = std::pin::pin!(self.shared.freed.notified());
            // Before it is looked: a permit that is freed in between wakes this.
            freed.as_mut().enable();
            match self.take(key.clone()) {
                Ok(permit) => return Ok(permit),
                Err(full) if timeout_at(until, freed).await.is_err() => return Err(full),
                Err(_) => {}
            }
        }
    }
}

impl<K> Shared<K> {
    fn lock(&self) -> MutexGuard<'_, Taken<K>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut taken = self.shared.lock();
        taken.all = taken.all.saturating_sub(1);
        if let Some(held) = taken.by.get_mut(&self.key) {
            *held -= 1;
            if *held == 0 {
                taken.by.remove(&self.key);
            }
        }
        drop(taken);
        self.shared.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_has_its_own_bound_and_all_have_one_together() {
        let limiter = Limiter::new(3, 2);
        let first = limiter.take("a").unwrap();
        let second = limiter.take("a").unwrap();
        assert_eq!(limiter.take("a").unwrap_err(), Full::Each);
        let other = limiter.take("b").unwrap();
        assert_eq!(limiter.take("c").unwrap_err(), Full::All);
        drop((first, second, other));
        assert!(limiter.shared.lock().by.is_empty(), "nothing is kept of who has gone");
        assert_eq!(limiter.shared.lock().all, 0);
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_place_that_is_freed_meanwhile() {
        let limiter = Limiter::new(1, 1);
        let held = limiter.take("a").unwrap();
        let waiting = limiter.clone();
        let waiting = tokio::spawn(async move { waiting.wait("b", Duration::from_secs(2)).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!waiting.is_finished());
        drop(held);
        let permit = waiting.await.unwrap().unwrap();
        assert_eq!(
            limiter.wait("c", Duration::from_millis(20)).await.unwrap_err(),
            Full::All
        );
        drop(permit);
    }
}
