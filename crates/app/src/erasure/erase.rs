//! Erasing a person.

use activity::{ERASED, ERASED_NAME, Facts, Person, Reason, erased};
use store::accounts::account;
use store::disclosures;
use store::erasures::{self, Decided, ErasureRequestRow, Placeholder, RequestState};

use super::model::Removed;
use crate::accounts::keep_an_administrator;
use crate::holds::{held, meant, reason_of};
use crate::ids::{Prefix, new_id};
use crate::{App, Caller, ChangeError, Topic, Tx, Unavailable, exports, facts, names};

/// What stands for a query that told of them.
const QUERY: &str = "(of an erased person)";
/// Activities that wait to be appended, read at once.
const AT_ONCE: u32 = 500;

/// Who is to be erased.
#[derive(Clone, Copy, Debug)]
pub enum Whom<'a> {
    /// Whoever is meant by this: an account's username, e-mail address or id, or an id that only the log names.
    Person(&'a str),
    /// Whoever asked for it with this request.
    Request(&'a str),
}

/// Erases a person: from the commit on nothing shows them, their account and what else is kept of them is gone, and in the
/// background what the log says of them goes from every file, while every proof stands. The number of the erasure.
///
/// # Errors
/// [`ChangeError::NotFound`] if nobody is known by the id or no such request waits; [`ChangeError::Conflict`] if they are under a
/// legal hold, which is itself recorded, or are the only owner of a group; [`ChangeError::Invalid`] without a reason, for
/// oneself, and for the last administrator.
pub async fn erase(app: &App, caller: &Caller, whom: Whom<'_>, reason: &str) -> Result<u64, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let reason = reason_of(reason, "this person is erased")?;
    let (person, request) = found(app, caller, whom).await?;
    if person.id == caller.person.id {
        let text = "You cannot erase yourself: ask for it in your own settings, and another administrator decides.";
        return Err(ChangeError::invalid("person", text));
    }
    let decided = Decided {
        by: serde_json::to_string(&caller.person).map_err(Unavailable::new)?,
        at: app.now(),
        why: reason,
    };
    let mut tx = app.begin().await?;
    if let Some(hold) = held(&mut tx, &person.id).await? {
        let blocked = facts::failed(
            facts::about(app, caller, "erasure.performed", &person),
            Reason::LegalHold,
        );
        tx.commit(blocked).await?;
        return Err(ChangeError::conflict(format!(
            "This person is under a legal hold ({}). Lift it first.",
            hold.reason
        )));
    }
    check(&mut tx, &person.id).await?;
    let number = tx.erase(&person.id).await?;
    let ended = Ended {
        waiting: request.as_deref(),
        new_id: new_id(app, Prefix::ErasureRequest),
    };
    let files = forgotten(&mut tx, &person, number, ended, &decided).await?;
    let mut performed = facts::of_installation(app, caller, "erasure.performed");
    performed.metadata.insert("erasure".to_owned(), number.to_string());
    performed
        .metadata
        .insert("reason".to_owned(), facts::shortened(&decided.why));
    tx.tell([
        Topic::Rights(person.id.clone()),
        Topic::Account(person.id.clone()),
        Topic::Sessions,
    ]);
    tx.commit(performed).await?;
    for file in files {
        exports::remove(app, &file).await;
    }
    Ok(number)
}

/// Who it is, and the request that waits.
async fn found(app: &App, caller: &Caller, whom: Whom<'_>) -> Result<(Person, Option<String>), ChangeError> {
    let (id, request) = match whom {
        Whom::Person(id) => (id.trim().to_owned(), None),
        Whom::Request(id) => {
            let row = erasures::by_id(&mut app.store().glance().await?, id).await?;
            let row = row.filter(|row| row.state == RequestState::Waiting);
            let person_id = row.and_then(|row| row.person_id).ok_or(ChangeError::NotFound)?;
            (person_id, Some(id.to_owned()))
        }
    };
    let known = meant(app, caller, &id).await?;
    let known = known
        .filter(|person| person.id != ERASED)
        .ok_or(ChangeError::NotFound)?;
    let request = match request {
        Some(request) => Some(request),
        None => erasures::waiting_of(&mut app.store().glance().await?, &known.id)
            .await?
            .map(|row| row.id),
    };
    Ok((known, request))
}

/// Refuses what would leave nobody who can manage users, or a group without an owner.
async fn check(tx: &mut Tx, id: &str) -> Result<(), ChangeError> {
    if let Some(account) = account::get(tx, id).await? {
        keep_an_administrator(tx, &account, "person").await?;
    }
    let groups = erasures::owned_alone(tx, id).await?;
    match groups.first() {
        Some(name) => Err(ChangeError::conflict(format!(
            "They are the only owner of {name}. Make somebody else an owner of it first, or delete the group."
        ))),
        None => Ok(()),
    }
}

/// A wish to be erased that this is the end of.
pub(super) struct Ended<'a> {
    /// The one that waits; without one, one is kept that an administrator made.
    pub(super) waiting: Option<&'a str>,
    /// The id of that one.
    pub(super) new_id: String,
}

/// Takes out of all other tables what is kept of somebody whom the log is taking out as this erasure; the files that are to
/// be removed after it.
pub(super) async fn forgotten(
    tx: &mut store::Tx,
    person: &Person,
    number: u64,
    ended: Ended<'_>,
    decided: &Decided,
) -> Result<Vec<String>, ChangeError> {
    let taken = erasures::left_behind(tx, &person.id).await?;
    hide_waiting(tx, &person.id).await?;
    let nobody = Person {
        id: ERASED.to_owned(),
        name: ERASED_NAME.to_owned(),
        ..Person::default()
    };
    let instead = Placeholder {
        id: &nobody.id,
        name: &nobody.name,
        person: &serde_json::to_string(&nobody).map_err(Unavailable::new)?,
        query: QUERY,
    };
    let gone = erasures::Whom {
        id: &person.id,
        email_key: &names::key(&person.email),
        told_by: &told_by(person),
    };
    let forgotten = erasures::forget(tx, gone, instead, decided.at.0).await?;
    let removed = Removed {
        counts: forgotten
            .counts
            .iter()
            .map(|(what, n)| ((*what).to_owned(), *n))
            .collect(),
        taken,
    };
    let removed = serde_json::to_string(&removed).map_err(Unavailable::new)?;
    match ended.waiting {
        Some(id) => {
            if !erasures::erased(tx, (id, number), decided, &removed).await? {
                return Err(ChangeError::NotFound);
            }
        }
        None => {
            let row = ErasureRequestRow {
                id: ended.new_id,
                state: RequestState::Erased,
                by_themself: false,
                person_id: None,
                person: None,
                reason: String::new(),
                asked_at: decided.at,
                decided: Some(decided.clone()),
                erasure: Some(number),
                removed: Some(removed),
                receipt: None,
            };
            erasures::insert(tx, &row).await?;
        }
    }
    let files = forgotten.files.into_iter().filter_map(|file| file.name);
    Ok(files.collect())
}

/// What readers beside this process left for the log is recorded as what it will be.
async fn hide_waiting(tx: &mut store::Tx, id: &str) -> Result<(), ChangeError> {
    let mut after = String::new();
    loop {
        let waiting = disclosures::waiting(tx, &after, AT_ONCE).await?;
        let Some((last, _)) = waiting.last() else {
            return Ok(());
        };
        after.clone_from(last);
        for (key, json) in &waiting {
            // What cannot be read waits for a later version, which finds the person erased.
            let Ok(mut facts) = serde_json::from_str::<Facts>(json) else {
                continue;
            };
            if erased::erase(&mut facts, |person| person == id) {
                let hidden = serde_json::to_string(&facts).map_err(Unavailable::new)?;
                disclosures::set_waiting(tx, key, &hidden).await?;
            }
        }
    }
}

/// What tells of a person wherever it stands in a query. A single name is too many people's.
fn told_by(person: &Person) -> Vec<String> {
    let name = Some(&person.name).filter(|name| name.contains(' '));
    let texts = [Some(&person.id), Some(&person.username), Some(&person.email), name];
    let texts = texts.into_iter().flatten().filter(|text| !text.is_empty());
    texts.cloned().collect()
}
