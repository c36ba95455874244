//! Telling open pages at once that something they show has changed. Owns no content: whoever is told asks again, and
//! sees what they may see. Told only after the commit; what is missed is only a delay, so nothing here is kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What an open page may show.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What concerns one account: its connections, its invitations. The account's id.
    Account(String),
    /// What concerns one group: its members, its sessions. The group's id.
    Group(String),
    /// One session of a group: who is there. The session's id.
    Session(String),
    /// The list of the sessions of every group.
    Sessions,
    /// What an account may do: told with every activity about it, since whatever takes a right away leaves one. The
    /// account's id.
    Rights(String),
}

/// Who watches which topic. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Live {
    watched: Arc<Mutex<Watched>>,
}

#[derive(Debug, Default)]
struct Watched {
    last: u64,
    by_topic: HashMap<Topic, HashMap<u64, Arc<Notify>>>,
}

/// One watcher of some topics; watches until dropped.
#[derive(Debug)]
pub struct Watch {
    live: Live,
    id: u64,
    topics: Vec<Topic>,
    told: Arc<Notify>,
}

impl Live {
    /// Tells everybody who watches this topic. Call it after the commit.
    pub fn tell(&self, topic: Topic) {
        if let Some(watchers) = self.lock().by_topic.get(&topic) {
            watchers.values().for_each(|told| told.notify_one());
        }
    }

    /// Tells everybody who watches what some account may do.
    pub(crate) fn tell_of_all_rights(&self) {
        let watched = self.lock();
        let of_rights = watched
            .by_topic
            .iter()
            .filter(|(topic, _)| matches!(topic, Topic::Rights(_)));
        let watchers = of_rights.flat_map(|(_, watchers)| watchers.values());
        watchers.for_each(|told| told.notify_one());
    }

    /// Whether anybody watches anything.
    pub(crate) fn is_watched(&self) -> bool {
        !self.lock().by_topic.is_empty()
    }

    /// Watches these topics from now on.
    #[must_use]
    pub fn watch(&self, topics: Vec<Topic>) -> Watch {
        let told = Arc::new(Notify::new());
        let mut watched = self.lock();
        watched.last += 1;
        let id = watched.last;
        for topic in &topics {
            let watchers = watched.by_topic.entry(topic.clone()).or_default();
            watchers.insert(id, Arc::clone(&told));
        }
        drop(watched);
        Watch {
            live: self.clone(),
            id,
            topics,
            told,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Done as soon as one of the topics was told since the last time; what was told meanwhile counts as once.
    pub async fn changed(&self) {
        self.told.notified().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.live.lock();
        for topic in &self.topics {
            if let Some(watchers) = watched.by_topic.get_mut(topic) {
                watchers.remove(&self.id);
                if watchers.is_empty() {
                    watched.by_topic.remove(topic);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::{Live, Topic};

    const SOON: Duration = Duration::from_millis(50);

    fn group(id: &str) -> Topic {
        Topic::Group(id.to_owned())
    }

    #[tokio::test]
    async fn whoever_watches_a_topic_is_told_of_it_and_of_no_other() {
        let live = Live::default();
        let (first, second) = (live.watch(vec![group("a")]), live.watch(vec![group("a"), group("b")]));
        live.tell(group("b"));
        assert!(timeout(SOON, second.changed()).await.is_ok());
        assert!(timeout(SOON, first.changed()).await.is_err());
        live.tell(group("a"));
        live.tell(group("a"));
        for watch in [&first, &second] {
            assert!(timeout(SOON, watch.changed()).await.is_ok());
            assert!(timeout(SOON, watch.changed()).await.is_err(), "twice at once is once");
        }
    }

    #[tokio::test]
    async fn nothing_is_kept_of_who_no_longer_watches() {
        let live = Live::default();
        let watch = live.watch(vec![group("a"), Topic::Account("usr_1".to_owned())]);
        drop(watch);
        assert!(live.lock().by_topic.is_empty());
    }

    #[tokio::test]
    async fn who_watches_rights_can_be_told_all_at_once_and_nobody_else() {
        let live = Live::default();
        let rights = |id: &str| live.watch(vec![Topic::Rights(id.to_owned())]);
        let (first, second, other) = (rights("usr_1"), rights("usr_2"), live.watch(vec![group("a")]));
        live.tell_of_all_rights();
        assert!(timeout(SOON, first.changed()).await.is_ok() && timeout(SOON, second.changed()).await.is_ok());
        assert!(timeout(SOON, other.changed()).await.is_err());
        assert!(live.is_watched());
        drop((first, second, other));
        assert!(!live.is_watched());
    }
}
