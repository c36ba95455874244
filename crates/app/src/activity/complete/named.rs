//! Whom or what a word may name: accounts, groups and applications as they are called now, then what only the rows of
//! the scope name. One question to the log for all sorts of them together.

use activity::Person;
use activity::query::{Entity, Expr, Value};
use activity::text::{Extent, Phrase, fold};
use engine::{Facet, Order, Search};

use super::counted::{Counted, count_of};
use super::{Choice, Completion};
use crate::activity::meant::accounts;
use crate::activity::nearby::Naming;
use crate::activity::view::ViewError;

/// How many values of a dictionary, the most frequent ones, are looked up by name.
const MOST_NAMED: usize = 200;
/// How many rows that name what is sought are looked at, the newest ones.
const MOST_ROWS: usize = 100;

/// What is found of one sort.
struct Found {
    naming: Naming,
    people: Vec<Person>,
}

impl Found {
    /// Adds one that is not there yet.
    fn add(&mut self, one: Person, most: usize) {
        if self.people.len() < most && self.people.iter().all(|known| known.id != one.id) {
            self.people.push(one);
        }
    }
}

impl Completion<'_> {
    /// For each sort those that are called so, by any part of a name; those that begin so come first.
    pub(super) async fn named(
        &self,
        namings: &[Naming],
        (typed, most): (&str, usize),
        counted: &Counted,
    ) -> Result<Vec<Vec<Choice>>, ViewError> {
        let mut all = Vec::new();
        for naming in namings {
            let people = self.known(*naming, (typed, most), counted).await?;
            all.push(Found {
                naming: *naming,
                people,
            });
        }
        self.join_met(typed, most, &mut all).await?;
        let folded = fold(typed);
        let mut choices = Vec::new();
        for Found { naming, mut people } in all {
            people.sort_by_key(|it| !fold(&it.name).starts_with(&folded));
            choices.push(self.choices(naming, people, counted).await?);
        }
        Ok(choices)
    }

    /// Those that are called so today: any account for who reads everything, else what the view has rows of.
    async fn known(
        &self,
        naming: Naming,
        (typed, most): (&str, usize),
        counted: &Counted,
    ) -> Result<Vec<Person>, ViewError> {
        let mut found = Found {
            naming,
            people: Vec::new(),
        };
        if naming == Naming::User && self.caller.reads_everything() {
            found.people = accounts(self.app, typed, u32::try_from(most).unwrap_or(u32::MAX)).await?;
        }
        let Some(facet) = facet(naming) else {
            return Ok(found.people);
        };
        let ids: Vec<&str> = counted
            .values(facet)
            .iter()
            .map(|(id, _)| id.as_str())
            .take(MOST_NAMED)
            .collect();
        let mut read = self.app.store().glance().await?;
        let named = |all: Vec<activity::Named>| -> Vec<Person> {
            let person = |it: activity::Named| Person {
                id: it.id,
                name: it.name,
                ..Person::default()
            };
            all.into_iter().map(person).collect()
        };
        let mut called = match naming {
            Naming::User => store::reporters::accounts(&mut read, &ids, None).await?,
            Naming::Group => named(store::reporters::groups(&mut read, &ids).await?),
            Naming::Application => named(store::reporters::applications(&mut read, &ids).await?),
            Naming::Target => Vec::new(),
        };
        called.sort_by_key(|it| ids.iter().position(|id| *id == it.id));
        let folded = fold(typed);
        let is_called = |it: &Person| {
            [&it.name, &it.username, &it.email]
                .iter()
                .any(|text| fold(text).contains(&folded))
        };
        for one in called.into_iter().filter(is_called) {
            found.add(one, most);
        }
        Ok(found.people)
    }

    /// Adds whom or what the newest rows of the scope name so, beside those that are known. The rows are given to
    /// nobody.
    async fn join_met(&self, typed: &str, most: usize, all: &mut [Found]) -> Result<(), ViewError> {
        let is = Entity::Is(match typed {
            "" => Value::prefix(""),
            typed => Value::new(Phrase::new(typed, Extent::Part)),
        });
        let named = |found: &Found| {
            let ids: Vec<Entity> = found.people.iter().map(|it| Entity::Id(it.id.clone())).collect();
            let named = Expr::from(found.naming.term(vec![is.clone()]));
            match ids.is_empty() {
                true => named,
                false => named.and(Expr::from(found.naming.term(ids)).negated()),
            }
        };
        let lacking = all.iter().filter(|found| found.people.len() < most).map(named);
        let Some(any) = lacking.reduce(Expr::or) else {
            return Ok(());
        };
        let search = Search {
            expr: self.scoped.subject.expr().and(any),
            order: Order::Newest,
            after: None,
            limit: MOST_ROWS,
        };
        let rows = self.scoped.log.search(&search).await?.rows;
        for row in rows.peek() {
            for found in &mut *all {
                for one in found.naming.of(row).into_iter().filter(|it| is.matches_person(it)) {
                    found.add(one, most);
                }
            }
        }
        Ok(())
    }

    async fn choices(&self, naming: Naming, all: Vec<Person>, counted: &Counted) -> Result<Vec<Choice>, ViewError> {
        let mut choices = Vec::with_capacity(all.len());
        for one in all {
            let term = naming.term(vec![Entity::Id(one.id.clone())]);
            let count = match facet(naming) {
                Some(facet) => counted.n(facet, &one.id),
                None => Some(count_of(&self.scoped, term.clone()).await?),
            };
            let note = match (one.name.is_empty(), one.username.is_empty()) {
                (_, false) => one.username,
                (false, true) => one.id.clone(),
                (true, true) => String::new(),
            };
            choices.push(Choice {
                insert: term.to_string(),
                label: Some(one.name).filter(|name| !name.is_empty()).unwrap_or(one.id),
                note,
                count,
            });
        }
        Ok(choices)
    }
}

/// The dictionary that counts these, if one does.
pub(super) fn facet(naming: Naming) -> Option<Facet> {
    match naming {
        Naming::User => Some(Facet::User),
        Naming::Group => Some(Facet::Group),
        Naming::Application => Some(Facet::Application),
        Naming::Target => None,
    }
}
