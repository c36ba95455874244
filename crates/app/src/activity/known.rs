//! What the ids in a query are called, so that a chip says a name. Names come from what this caller may read anyway:
//! accounts and groups for those who read everything, else the rows of the scope itself.

use std::collections::BTreeMap;

use activity::Activity;
use activity::query::{ByPattern, Entity, Term};

use super::get::latest;
use super::scope::Scoped;
use super::view::ViewError;
use crate::ids::Prefix;
use crate::{App, Caller};

/// The most ids of a query that are looked up.
const MOST_LOOKED_UP: usize = 24;

/// The names of ids.
pub(super) type Known = BTreeMap<String, String>;

/// What each id in the query is called.
pub(super) async fn known(app: &App, caller: &Caller, scoped: &Scoped) -> Result<Known, ViewError> {
    let mut asked: Vec<(String, Term)> = Vec::new();
    scoped.typed.each_term(&mut |term| {
        for id in ids(term) {
            if asked.len() < MOST_LOOKED_UP && asked.iter().all(|(known, _)| *known != id) {
                let term = only(term, &id);
                asked.push((id, term));
            }
        }
    });
    let mut known = Known::new();
    for (id, term) in asked {
        let name = match current(app, caller, &id).await? {
            Some(name) => Some(name),
            None => {
                let expr = scoped.subject.expr().and(term.into());
                latest(&scoped.log, expr, |row| named(row, &id)).await?
            }
        };
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            known.insert(id, name);
        }
    }
    Ok(known)
}

/// What it is called now, by its own table.
async fn current(app: &App, caller: &Caller, id: &str) -> Result<Option<String>, ViewError> {
    if *id == caller.person.id {
        return Ok(Some(caller.person.name.clone()));
    }
    if !caller.reads_everything() {
        return Ok(None);
    }
    let mut read = app.store().glance().await?;
    Ok(match Prefix::of(id) {
        Some(Prefix::User) => (store::accounts::account::get(&mut read, id).await?).map(|it| it.person().name),
        Some(Prefix::Group) => store::groups::get(&mut read, id).await?.map(|it| it.name),
        Some(Prefix::Session) => store::sessions::session::get(&mut read, id).await?.map(|it| it.name),
        Some(Prefix::Application) => store::applications::get(&mut read, id).await?.map(|it| it.name),
        _ => None,
    })
}

/// What a row calls it. What is reported may be called anything, so it keeps its id.
fn named(row: &Activity, id: &str) -> Option<String> {
    if row.recorder.is_reported() {
        return None;
    }
    let people = row.user.iter().chain(row.by.person()).map(|it| (&it.id, &it.name));
    let named = row.group.iter().chain(&row.application).map(|it| (&it.id, &it.name));
    let targets = row.targets.iter().map(|it| (&it.id, &it.name));
    let mut all = people.chain(named).chain(targets);
    all.find(|(known, _)| *known == id).map(|(_, name)| name.clone())
}

fn ids(term: &Term) -> Vec<String> {
    let id = |entity: &Entity| match entity {
        Entity::Id(id) => Some(id.clone()),
        Entity::Me | Entity::Is(_) => None,
    };
    match term {
        Term::User(all) | Term::Target(all) | Term::Group(all) | Term::Application(all) => {
            all.iter().filter_map(id).collect()
        }
        Term::By(all) => all
            .iter()
            .filter_map(|by| match by {
                ByPattern::Is(who) => id(who),
                ByPattern::Kind(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The same condition for this id alone.
fn only(term: &Term, id: &str) -> Term {
    let only = vec![Entity::Id(id.to_owned())];
    match term {
        Term::Target(_) => Term::Target(only),
        Term::Group(_) => Term::Group(only),
        Term::Application(_) => Term::Application(only),
        Term::By(_) => Term::By(only.into_iter().map(ByPattern::Is).collect()),
        _ => Term::User(only),
    }
}
