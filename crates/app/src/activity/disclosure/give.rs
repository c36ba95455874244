//! Gives rows to a reader, having written whose rows they are.

use std::collections::BTreeSet;

use activity::{Activity, Facts, Seq};
use store::disclosures;

use super::note::Said;
use super::people::{Owners, People, Reader};
use super::question::{Delivery, Question, via};
use super::{Kept, Rows, Unseen};
use crate::activity::scope::{Scoped, Subject};
use crate::activity::view::ViewError;
use crate::ids::{Prefix, new_id};
use crate::{App, Caller, Quiet, Tx, Unavailable, Via};

/// Rows of people already told of that a file gives before their number is written.
const MOST_UNTOLD: i64 = 50_000;
/// Characters of a query that lists single activities, before it lists no more.
const MOST_LISTED: usize = 200;

/// Rows on their way to one reader.
pub(crate) struct Disclosure {
    app: App,
    caller: Caller,
    question: Question,
    said: Said,
    /// Whether the rows of the caller's own account are theirs; looked up once, for a key.
    owns_account: Option<bool>,
    /// Whom this has told, and what rows it has given since then to whom; with the owners of all of them.
    told: BTreeSet<String>,
    untold: People,
}

impl Disclosure {
    /// Of what `scoped` asks for.
    pub(crate) fn new(app: &App, caller: &Caller, scoped: &Scoped, delivery: Delivery<'_>) -> Self {
        let question = Question::new(caller, scoped, delivery);
        let query = match delivery {
            Delivery::One(_) => question.text.clone(),
            _ => scoped.typed.to_string(),
        };
        let mut said = Said::new(scoped, &query);
        if let Delivery::File(_) = delivery {
            // That the export was generated is in that person's log, or in the reader's, before its first byte.
            match &scoped.subject {
                Subject::Other(_) | Subject::Own(_) => said.is_told_to_one = true,
                Subject::Group { .. } | Subject::Everybody => said.is_told_of_several = true,
            }
        }
        Self {
            app: app.clone(),
            caller: caller.clone(),
            question,
            said,
            owns_account: None,
            told: BTreeSet::new(),
            untold: People::default(),
        }
    }

    /// Gives these rows. Without an error, everybody whose rows they are can know of it.
    pub(crate) async fn give(&mut self, rows: Unseen) -> Result<Rows, ViewError> {
        let now = self.app.now().0;
        let since = now.saturating_sub(self.question.window);
        // The same row again for the same question, as when a page is loaded anew, is told of once.
        let is_new =
            |row: &&Activity| self.question.is_whole || !self.app.repeats().has(&self.question.digest, row.seq, since);
        let new: Vec<&Activity> = rows.peek().iter().filter(is_new).collect();
        let people = self.people(&new).await?;
        if people.owners == Owners::Nobody && people.counts.is_empty() {
            return Ok(rows.open());
        }
        let seqs: Vec<Seq> = new.iter().map(|row| row.seq).collect();
        let is_new =
            people.owners_are_new(&self.untold.owners) || people.counts.keys().any(|id| !self.told.contains(id));
        let mut untold = self.untold.clone();
        untold.join(people);
        if is_new || !self.question.is_whole || untold.counts.values().sum::<i64>() >= MOST_UNTOLD {
            self.tell(untold).await.map_err(not_told)?;
        } else {
            self.untold = untold;
        }
        if !self.question.is_whole {
            self.app.repeats().put(&self.question.digest, &seqs, now);
        }
        Ok(rows.open())
    }

    /// Writes what is not written yet. A file's disclosure ends with it, whole or broken off.
    pub(crate) async fn finish(&mut self) -> Result<(), ViewError> {
        if self.untold.counts.is_empty() {
            Ok(())
        } else {
            self.tell(self.untold.clone()).await
        }
    }

    /// Tells these people. Whatever fails or is broken off before the commit leaves everything as it was.
    async fn tell(&mut self, people: People) -> Result<(), ViewError> {
        let mut tx = self.app.begin_trace().await?;
        let mut due = self.write(&mut tx, &people).await?;
        if let Some(facts) = due.take_if(|_| self.app.store().is_reader()) {
            // Another process owns the log. It appends what waits for it.
            let json = serde_json::to_string(&facts).map_err(Unavailable::new)?;
            let left = disclosures::insert_waiting(&mut tx, &new_id(&self.app, Prefix::Waiting), &json).await;
            left?;
        }
        let ended = match due {
            Some(facts) => tx.commit(facts).await,
            None => tx.commit_quietly(Quiet::Disclosed).await,
        };
        ended?;
        self.said.is_told(&people.owners);
        self.told.extend(people.counts.into_keys());
        self.untold = People {
            owners: people.owners,
            ..People::default()
        };
        Ok(())
    }

    /// Tells those whose rows a kept file holds, in the transaction that says that it was downloaded; the activity is
    /// to be appended with it.
    pub(crate) async fn give_kept(&mut self, tx: &mut Tx, kept: Kept) -> Result<Option<Facts>, ViewError> {
        let owns = self.owns_account().await?;
        let people = kept.given(owns.then_some(self.caller.person.id.as_str()));
        self.write(tx, &people).await
    }

    /// Writes how many rows of whom are given, and gives the activity that has to tell of it.
    async fn write(&self, tx: &mut Tx, people: &People) -> Result<Option<Facts>, ViewError> {
        if !people.counts.is_empty() {
            let now = self.app.now().0;
            let id = self.row(tx, now).await?;
            disclosures::add_people(tx, &id, &people.counts, now).await?;
        }
        let (app, caller) = (&self.app, &self.caller);
        self.said
            .due(app, caller, tx, &people.owners, self.question.window)
            .await
    }

    /// The id of the row that the rows given now belong to: of the same question a while ago, or a new one.
    async fn row(&self, tx: &mut Tx, now: i64) -> Result<String, ViewError> {
        let Question {
            kind,
            digest,
            text,
            window,
            ..
        } = &self.question;
        let known = disclosures::newest(tx, digest, now.saturating_sub(*window)).await;
        if let Some((id, query)) = known? {
            if let Some(both) = listed(&query, text) {
                let set = disclosures::set_query(tx, &id, &both).await;
                set?;
            }
            return Ok(id);
        }
        let (via, via_id) = via(&self.caller.via);
        let row = disclosures::Disclosure {
            id: new_id(&self.app, Prefix::Disclosure),
            digest: digest.to_vec(),
            kind: *kind,
            reader_id: self.caller.person.id.clone(),
            reader: serde_json::to_string(&self.caller.person).map_err(Unavailable::new)?,
            via,
            via_id: via_id.to_owned(),
            via_name: match &self.caller.via {
                Via::Application { application, .. } => application.name.clone(),
                _ => self.caller.origin.device.clone().unwrap_or_default(),
            },
            ip: self.caller.origin.ip.map(|ip| ip.to_canonical().to_string()),
            query: text.clone(),
            first_at: now,
        };
        disclosures::insert(tx, &row).await?;
        Ok(row.id)
    }

    async fn people(&mut self, rows: &[&Activity]) -> Result<People, ViewError> {
        let id = &self.caller.person.id;
        let names_caller = rows.iter().any(|row| {
            let is_theirs = |person: &activity::Person| person.id == *id;
            row.user.as_ref().is_some_and(is_theirs) || row.by.person().is_some_and(is_theirs)
        });
        let owns_account = !names_caller || self.owns_account().await?;
        Ok(People::of(
            rows.iter().copied(),
            Reader {
                caller: &self.caller,
                owns_account,
                follows: self.question.follows,
            },
        ))
    }

    /// A key that an administrator made for somebody is not that person.
    async fn owns_account(&mut self) -> Result<bool, ViewError> {
        let Via::ApiKey { id, .. } = &self.caller.via else {
            return Ok(true);
        };
        if let Some(known) = self.owns_account {
            return Ok(known);
        }
        let mut read = self.app.store().glance().await?;
        let key = store::accounts::api_key::get(&mut read, id).await?;
        let owns = key.is_some_and(|key| key.created_by == self.caller.person.id);
        self.owns_account = Some(owns);
        Ok(owns)
    }
}

/// That these rows are given could not be written, so they are not.
#[derive(Debug, thiserror::Error)]
#[error("whose activities these are could not be written down for them to see, so none is given")]
struct Untold(#[source] ViewError);

fn not_told(cause: ViewError) -> ViewError {
    Unavailable::new(Untold(cause)).into()
}

impl People {
    /// Whether these change whose rows were given so far.
    fn owners_are_new(&self, so_far: &Owners) -> bool {
        let mut both = so_far.clone();
        both.join(self.owners.clone());
        both != *so_far
    }
}

/// `id:1,2` of `id:1` and `id:2`: single activities are listed with those before them, until there are many.
fn listed(before: &str, now: &str) -> Option<String> {
    let id = now.strip_prefix("id:")?;
    let mut listed = before.strip_prefix("id:")?.split(',');
    if listed.clone().count() == 0 || listed.any(|known| known == id) || id.parse::<u64>().is_err() {
        return None;
    }
    (before.len() < MOST_LISTED).then(|| format!("{before},{id}"))
}
