//! The write transaction of a use case, and how it ends: with the activities of what was changed, or without any for
//! one of the few reasons of [`Quiet`]. Owns that there is no third way; what is changed is the use case's.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut, Range};

use activity::{Facts, Seq, canonical, erased};
use store::accounts::account;
use store::log::{erasure, head};
use store::{Read, Store, StoreError};

use crate::ids::Prefix;
use crate::once::KeyedRequest;
use crate::{App, Topic, Unavailable};

/// Whether this is the id of an account.
fn is_account(id: &str) -> bool {
    Prefix::of(id) == Some(Prefix::User)
}

/// The changes of a use case until they are committed with their activities. Dropping it changes nothing.
pub(crate) struct Tx {
    app: App,
    inner: store::Tx,
    /// The request's `Idempotency-Key`, until its answer is kept.
    pub(crate) keyed: Option<KeyedRequest>,
}

/// Why a change is committed without an activity. Each is used where
/// `crates/app/tests/leaves_an_activity/quiet.rs` says, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// An attempt at a secret, a look-up or an attempt to join was counted: what follows from it is told by what follows.
    Counted,
    /// When a key or a device was last used, or somebody in a session was last heard of.
    Seen,
    /// The device of an application got its next token.
    TokenRefreshed,
    /// The right password was given and a second step is due: nobody is in yet.
    SecondStepDue,
    /// A browser is asked for a passkey; the answer leaves an activity.
    PasskeyAsked,
    /// How somebody's own pages look concerns nobody else.
    Preference,
    /// A password is kept by a hash of another cost; the password is the same.
    Rehashed,
    /// An export was asked for: whoever makes it says so when it is there, and renews a lease until then.
    ExportQueue,
    /// A mail waits for its next attempt, or an old one was cleared away.
    MailQueue,
    /// What follows from other columns was filled in, where an earlier version had no column for it.
    Derived,
    /// An import was begun, went on, or ended without having recorded anything: what it records, its end tells.
    ImportBegun,
    /// What the imported past led to; its activities are imported.
    Past,
    /// Readers of the log are listed for those they read; an activity tells of it only once in a while.
    Disclosed,
}

/// The database as use cases have it: to read from, and to be changed by a [`Tx`] alone.
pub(crate) struct Database(Store);

impl Database {
    pub(crate) fn new(store: Store) -> Self {
        Self(store)
    }

    /// A snapshot.
    pub(crate) async fn read(&self) -> Result<Read, StoreError> {
        self.0.read().await
    }

    /// To read from by a single statement that needs no snapshot.
    pub(crate) async fn glance(&self) -> Result<Read, StoreError> {
        self.0.glance().await
    }

    /// Begins to hear of what other processes commit, where the database tells of it.
    pub(crate) async fn listen(&self) -> Result<Option<store::Listener>, StoreError> {
        self.0.listen().await
    }

    /// Whether whatever is written goes through this process.
    pub(crate) fn is_alone(&self) -> bool {
        self.0.is_alone()
    }

    /// Whether another process owns the data, and this one may write nothing but who reads.
    pub(crate) fn is_reader(&self) -> bool {
        self.0.is_reader()
    }
}

impl App {
    /// Begins the changes of a use case. There is one transaction at a time: what can be done before it, should be.
    pub(crate) async fn begin(&self) -> Result<Tx, Unavailable> {
        Ok(Tx {
            app: self.clone(),
            inner: self.store().0.begin().await?,
            keyed: None,
        })
    }

    /// The same for what a reader leaves behind, also beside the process that owns the data.
    pub(crate) async fn begin_trace(&self) -> Result<Tx, Unavailable> {
        Ok(Tx {
            app: self.clone(),
            inner: self.store().0.begin_trace().await?,
            keyed: None,
        })
    }
}

/// For the functions of the tables. How it ends stays with [`Tx`]: ending takes the inner one itself, and nobody else
/// has it.
impl Deref for Tx {
    type Target = store::Tx;

    fn deref(&self) -> &store::Tx {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut store::Tx {
        &mut self.inner
    }
}

impl Tx {
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Tells the open pages that watch these topics, once the change is committed.
    pub(crate) fn tell(&mut self, topics: impl IntoIterator<Item = Topic>) {
        let live = self.app.live().clone();
        let topics: Vec<_> = topics.into_iter().collect();
        self.on_commit(move || topics.into_iter().for_each(|topic| live.tell(topic)));
    }

    /// Closes a hole of the log together with the changes.
    pub(crate) async fn close_hole(&mut self, hole: &engine::Hole) -> Result<(), Unavailable> {
        Ok(self.app.log().close_hole(&mut self.inner, hole).await?)
    }

    /// Has a person erased from the log together with the changes; the erasure's number. Before anything is appended.
    pub(crate) async fn erase(&mut self, person_id: &str) -> Result<u64, Unavailable> {
        Ok(self.app.log().erase(&mut self.inner, person_id).await?)
    }

    /// Commits the changes with their activities: all or nothing. What is to be answered is read before.
    pub(crate) async fn commit(self, activities: impl Into<Activities>) -> Result<(), Unavailable> {
        self.append(activities).await?.commit().await
    }

    /// The same where a list without an activity means that nothing was changed: then nothing is kept.
    pub(crate) async fn commit_if_any(self, activities: Vec<Facts>) -> Result<(), Unavailable> {
        match Activities::of(activities) {
            Some(activities) => self.commit(activities).await,
            None => {
                self.rollback().await;
                Ok(())
            }
        }
    }

    /// Appends the activities of the changes, for what needs their places in the log; only the commit is left. Who
    /// watches what one of the accounts they are about may do is told by the commit.
    pub(crate) async fn append(mut self, activities: impl Into<Activities>) -> Result<Appended, Unavailable> {
        let Activities { first, mut others } = activities.into();
        others.insert(0, first);
        self.hide_erased(&mut others).await?;
        let about: BTreeSet<String> = others
            .iter()
            .filter_map(|facts| Some(facts.user.as_ref()?.id.clone()))
            .collect();
        self.tell(about.into_iter().map(Topic::Rights));
        let seqs = self.app.log().append(&mut self.inner, others).await?;
        Ok(Appended { seqs, tx: self })
    }

    /// Takes accounts that were erased meanwhile out of what was begun or counted before: they come back under no new key.
    async fn hide_erased(&mut self, activities: &mut [Facts]) -> Result<(), Unavailable> {
        if head::erasures(&mut self.inner).await? == 0 {
            return Ok(());
        }
        let named = activities
            .iter()
            .flat_map(canonical::persons)
            .filter(|id| is_account(id));
        let named: BTreeSet<String> = named.map(str::to_owned).collect();
        for id in named {
            let is_gone = account::get(&mut self.inner, &id).await?.is_none();
            if is_gone && erasure::is_of(&mut self.inner, &id).await? {
                for facts in &mut *activities {
                    erased::erase(facts, |person| person == id);
                }
            }
        }
        Ok(())
    }

    /// Commits changes that are no activity.
    pub(crate) async fn commit_quietly(self, _why: Quiet) -> Result<(), Unavailable> {
        Ok(self.inner.commit().await?)
    }

    /// Changes nothing, and waits for it.
    pub(crate) async fn rollback(self) {
        self.inner.rollback().await;
    }
}

/// Changes whose activities are appended.
#[must_use = "nothing is kept before the commit"]
pub(crate) struct Appended {
    /// Where the activities are.
    pub(crate) seqs: Range<Seq>,
    /// For the mails that name these places.
    pub(crate) tx: Tx,
}

impl Appended {
    /// Commits them.
    pub(crate) async fn commit(self) -> Result<(), Unavailable> {
        Ok(self.tx.inner.commit().await?)
    }
}

/// What a change leaves in the log: one activity at least, in this order.
#[derive(Debug)]
pub(crate) struct Activities {
    first: Facts,
    others: Vec<Facts>,
}

impl Activities {
    /// These; `None` if there are none.
    pub(crate) fn of(all: Vec<Facts>) -> Option<Self> {
        let mut all = all.into_iter();
        Some(Self {
            first: all.next()?,
            others: all.collect(),
        })
    }

    /// `last`, behind what led to it.
    pub(crate) fn ending(before: impl IntoIterator<Item = Facts>, last: Facts) -> Self {
        let mut before = before.into_iter();
        match before.next() {
            None => last.into(),
            Some(first) => Self {
                first,
                others: before.chain([last]).collect(),
            },
        }
    }

    /// One more behind them.
    pub(crate) fn push(&mut self, facts: Facts) {
        self.others.push(facts);
    }
}

impl Extend<Facts> for Activities {
    fn extend<I: IntoIterator<Item = Facts>>(&mut self, more: I) {
        self.others.extend(more);
    }
}

impl From<Facts> for Activities {
    fn from(first: Facts) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }
}

macro_rules! from_array {
    ($($n:literal),+) => {$(
        impl From<[Facts; $n]> for Activities {
            fn from([first, others @ ..]: [Facts; $n]) -> Self {
                Self {
                    first,
                    others: others.into(),
                }
            }
        }
    )+};
}

from_array!(2, 3);
