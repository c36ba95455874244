//! How a disclosure shows in the log itself: one activity for a reader and a log within a while, whatever the queries
//! were, so that reads do not drown it. Rows of one person are in that person's log, those of several in the reader's.

use activity::{Facts, Person};

use super::people::Owners;
use super::question::via;
use crate::activity::scope::Scoped;
use crate::activity::view::ViewError;
use crate::facts::{self, shortened};
use crate::{App, Caller, Tx, Via};

/// What an activity says of the question.
#[derive(Clone, Debug)]
pub(super) struct Said {
    query: String,
    range: (Option<activity::Time>, Option<activity::Time>),
    group: Option<activity::Named>,
    /// What is in the log already: an activity in this person's log, and one in the reader's.
    pub(super) is_told_to_one: bool,
    pub(super) is_told_of_several: bool,
}

impl Said {
    pub(super) fn new(scoped: &Scoped, query: &str) -> Self {
        Self {
            query: query.to_owned(),
            range: scoped.range,
            group: scoped.subject.group().cloned(),
            is_told_to_one: false,
            is_told_of_several: false,
        }
    }

    /// The activity that has to tell of this, if none does yet; to be appended in this transaction.
    pub(super) async fn due(
        &self,
        app: &App,
        caller: &Caller,
        tx: &mut Tx,
        owners: &Owners,
        window: i64,
    ) -> Result<Option<Facts>, ViewError> {
        let subject = match owners {
            Owners::One(person) if !self.is_told_to_one => Some(person),
            Owners::Several if !self.is_told_of_several => None,
            Owners::Nobody | Owners::One(_) | Owners::Several => return Ok(None),
        };
        let subject_id = subject.map_or("", |person| person.id.as_str());
        let (_, via_id) = via(&caller.via);
        let now = app.now().0;
        let noted = store::disclosures::noted_at(tx, &caller.person.id, via_id, subject_id);
        let noted = noted.await?;
        let is_noted = noted.is_some_and(|at| at >= now.saturating_sub(window));
        let facts = match subject {
            _ if is_noted => None,
            Some(person) => Some(self.viewed(app, caller, &named_now(tx, person).await?)),
            None => Some(self.searched(app, caller)),
        };
        if facts.is_some() {
            let set = store::disclosures::set_noted_at(tx, &caller.person.id, via_id, subject_id, now);
            set.await?;
        }
        Ok(facts)
    }

    /// That is committed.
    pub(super) fn is_told(&mut self, owners: &Owners) {
        match owners {
            Owners::Nobody => {}
            Owners::One(_) => self.is_told_to_one = true,
            Owners::Several => self.is_told_of_several = true,
        }
    }

    /// In the log of whom the rows are about.
    fn viewed(&self, app: &App, caller: &Caller, subject: &Person) -> Facts {
        let mut viewed = self.with_question(facts::about(app, caller, "log.viewed", subject));
        // A group that is gone has no name, and must not lose the one its log knows.
        viewed.group = self.group.clone().filter(|group| !group.name.is_empty());
        viewed
    }

    /// In the reader's own log.
    fn searched(&self, app: &App, caller: &Caller) -> Facts {
        let code = "log.searched";
        let mut searched = self.with_question(match caller.via {
            Via::CommandLine => facts::of_installation(app, caller, code),
            _ => facts::about(app, caller, code, &caller.person),
        });
        if let Some(group) = &self.group {
            // In words only: that a group's log was read does not belong into the group's log.
            searched.metadata.insert("group".to_owned(), group.id.clone());
        }
        searched
    }

    fn with_question(&self, mut facts: Facts) -> Facts {
        if !self.query.is_empty() {
            facts.metadata.insert("query".to_owned(), shortened(&self.query));
        }
        let (from, to) = self.range;
        for (key, at) in [("from", from), ("to", to)] {
            if let Some(at) = at {
                facts.metadata.insert(key.to_owned(), at.to_string());
            }
        }
        facts
    }
}

/// The person as their account is named now, else as the log names them.
async fn named_now(tx: &mut Tx, person: &Person) -> Result<Person, ViewError> {
    let account = store::accounts::account::get(tx, &person.id).await;
    Ok(account?.map_or_else(|| person.clone(), |account| account.person()))
}
