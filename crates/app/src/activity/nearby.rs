//! What is near to a question that finds nothing: the person, the spelling, the beginning or the part that may be meant.
//! Looks at accounts only for those who read everything, else at the rows of the scope itself.

use activity::query::{ByPattern, Entity, Expr, Term, Value, Words, nearest};
use activity::text::{Extent, Phrase};
use activity::{Activity, Person};
use engine::{Order, Search};

use super::chips::{parts, replaced};
use super::meant::accounts;
use super::scope::{Scoped, Subject};
use super::view::ViewError;
use crate::{App, Caller};

/// How many people are offered.
const MOST_PEOPLE: usize = 3;
/// How many names that begin alike are compared with a word.
const MOST_COMPARED: u32 = 200;
/// How many of them are taken from rows, each by a search of its own.
const MOST_MET: usize = 8;
/// Letters of a word below which no other spelling is guessed.
const LEAST_LETTERS: usize = 4;

/// A question with another part in place of one.
pub(super) struct Near {
    pub(super) label: &'static str,
    pub(super) part: Expr,
    pub(super) query: Expr,
}

/// What rows name by an id and a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    User,
    Target,
    Group,
    Application,
}

impl Naming {
    /// The condition for these.
    pub(super) fn term(self, entities: Vec<Entity>) -> Term {
        match self {
            Self::User => Term::User(entities),
            Self::Target => Term::Target(entities),
            Self::Group => Term::Group(entities),
            Self::Application => Term::Application(entities),
        }
    }

    /// Those a row names.
    pub(super) fn of(self, row: &Activity) -> Vec<Person> {
        let named = |named: &activity::Named| Person {
            id: named.id.clone(),
            name: named.name.clone(),
            ..Person::default()
        };
        match self {
            Self::User => row.user.iter().cloned().collect(),
            Self::Group => row.group.iter().map(named).collect(),
            Self::Application => row.application.iter().map(named).collect(),
            Self::Target => (row.targets.iter())
                .map(|target| Person {
                    id: target.id.clone(),
                    name: target.name.clone(),
                    username: target.username.clone(),
                    email: target.email.clone(),
                })
                .collect(),
        }
    }
}

/// Whom or what the rows of the scope name so, the latest named first; of each the latest name. The rows are given to
/// nobody.
pub(super) async fn met(
    scoped: &Scoped,
    naming: Naming,
    wanted: &Value,
    most: usize,
) -> Result<Vec<Person>, ViewError> {
    let is = Entity::Is(wanted.clone());
    let mut met: Vec<Person> = Vec::new();
    while met.len() < most {
        let mut expr = scoped.subject.expr().and(naming.term(vec![is.clone()]).into());
        if !met.is_empty() {
            let known = met.iter().map(|it| Entity::Id(it.id.clone())).collect();
            expr = expr.and(Expr::from(naming.term(known)).negated());
        }
        let search = Search {
            expr,
            order: Order::Newest,
            after: None,
            limit: 1,
        };
        let found = scoped.log.search(&search).await?;
        let next = found.rows.peek().first().and_then(|row| {
            let mut all = naming.of(row).into_iter();
            all.find(|it| is.matches_person(it))
        });
        match next {
            Some(next) => met.push(next),
            None => break,
        }
    }
    Ok(met)
}

/// People who may be meant by the words of the question, each with the question about them.
pub(super) async fn people(app: &App, caller: &Caller, scoped: &Scoped) -> Result<Vec<(Person, Expr)>, ViewError> {
    if matches!(scoped.subject, Subject::Own(_) | Subject::Other(_)) {
        return Ok(Vec::new());
    }
    let mut found: Vec<(Person, Expr)> = Vec::new();
    for (places, name) in names(&scoped.typed) {
        let people = match caller.reads_everything() {
            true => accounts(app, &name, u32::try_from(MOST_PEOPLE).unwrap_or(1)).await?,
            false => met(scoped, Naming::User, &Value::prefix(name), MOST_PEOPLE).await?,
        };
        for person in people {
            let asked = about(&scoped.typed, &places, &person);
            if found.len() < MOST_PEOPLE && found.iter().all(|(known, _)| known.id != person.id) {
                found.push((person, asked));
            }
        }
    }
    Ok(found)
}

/// The places of the question that may name a person, with that name: all words of text together, then each, and each
/// name after a key.
fn names(typed: &Expr) -> Vec<(Vec<usize>, String)> {
    let all: Vec<(usize, &Term)> = parts(typed)
        .iter()
        .enumerate()
        .filter_map(|(at, part)| match part {
            Expr::Term(term) => Some((at, term)),
            _ => None,
        })
        .collect();
    let text = |(at, term): &(usize, &Term)| match term {
        Term::Text(words) => Some((*at, words.text().to_owned())),
        _ => None,
    };
    let texts: Vec<(usize, String)> = all.iter().filter_map(text).collect();
    let mut names = Vec::new();
    if texts.len() > 1 {
        let (places, words): (Vec<usize>, Vec<String>) = texts.iter().cloned().unzip();
        names.push((places, words.join(" ")));
    }
    names.extend(texts.into_iter().map(|(at, word)| (vec![at], word)));
    let keyed = all
        .iter()
        .filter(|(_, term)| matches!(term, Term::User(_) | Term::By(_) | Term::Target(_)));
    names.extend(keyed.filter_map(|(at, term)| Some((vec![*at], typed_of(term)?.0.to_owned()))));
    names
}

/// The question with this person at the first of the places, and nothing at the others.
fn about(typed: &Expr, places: &[usize], person: &Person) -> Expr {
    let id = Entity::Id(person.id.clone());
    let mut asked = Expr::All;
    for (at, part) in parts(typed).iter().enumerate() {
        asked = asked.and(match part {
            part if !places.contains(&at) => part.clone(),
            _ if places.first() != Some(&at) => Expr::All,
            Expr::Term(Term::By(_)) => Term::By(vec![ByPattern::Is(id.clone())]).into(),
            Expr::Term(Term::Target(_)) => Term::Target(vec![id.clone()]).into(),
            _ => Term::User(vec![id.clone()]).into(),
        });
    }
    asked
}

/// Other spellings first, then beginnings and parts, of each value of the question.
pub(super) async fn offers(app: &App, caller: &Caller, scoped: &Scoped) -> Result<Vec<Near>, ViewError> {
    let (mut spelled, mut wider) = (Vec::new(), Vec::new());
    for (at, part) in parts(&scoped.typed).iter().enumerate() {
        let Expr::Term(term) = part else { continue };
        let Some((typed, extent)) = typed_of(term) else {
            continue;
        };
        // A word that was meant to join others is no word to be found.
        if matches!(term, Term::Text(_)) && ["and", "or", "not"].contains(&typed.to_lowercase().as_str()) {
            continue;
        }
        let near = |label, part: Expr| Near {
            label,
            query: replaced(&scoped.typed, at, part.clone()),
            part,
        };
        if let Some(other) = spelling(app, caller, scoped, (term, typed)).await? {
            spelled.extend(with_typed(term, &other, extent).map(|part| near("spelled", part)));
        }
        if extent == Extent::Whole {
            wider.extend(with_typed(term, typed, Extent::Beginning).map(|part| near("beginning with", part)));
        }
        if extent != Extent::Part {
            wider.extend(with_typed(term, typed, Extent::Part).map(|part| near("any part of a word:", part)));
        }
    }
    spelled.extend(wider);
    Ok(spelled)
}

/// The same text with its words spelled as the names near to it are; `None` if no name is near.
async fn spelling(
    app: &App,
    caller: &Caller,
    scoped: &Scoped,
    (term, typed): (&Term, &str),
) -> Result<Option<String>, ViewError> {
    let mut changed = false;
    let mut words = Vec::new();
    for word in typed.split_whitespace() {
        let other = match word.chars().count() {
            letters if letters < LEAST_LETTERS => None,
            _ => spelled(app, caller, scoped, (term, word)).await?,
        };
        changed |= other.is_some();
        words.push(other.unwrap_or_else(|| word.to_owned()));
    }
    Ok(changed.then(|| words.join(" ")))
}

async fn spelled(
    app: &App,
    caller: &Caller,
    scoped: &Scoped,
    (term, word): (&Term, &str),
) -> Result<Option<String>, ViewError> {
    let beginning: String = word.chars().take(2).collect();
    let namings: &[Naming] = match term {
        Term::Text(_) => &[Naming::User, Naming::Group, Naming::Application, Naming::Target],
        Term::User(_) | Term::By(_) => &[Naming::User],
        Term::Target(_) => &[Naming::Target],
        Term::Group(_) => &[Naming::Group],
        Term::Application(_) => &[Naming::Application],
        _ => return Ok(None),
    };
    let mut near: Vec<Person> = Vec::new();
    if namings.contains(&Naming::User) && caller.reads_everything() {
        near.extend(accounts(app, &beginning, MOST_COMPARED).await?);
    }
    for naming in namings {
        near.extend(met(scoped, *naming, &Value::prefix(&beginning), MOST_MET).await?);
    }
    let fold = |word: &str| activity::text::fold(word);
    let folded = fold(word);
    let known: Vec<String> = near
        .iter()
        .flat_map(|it| it.name.split_whitespace().chain(it.username.split(['.', '_', '-'])))
        .map(fold)
        .filter(|known| *known != folded)
        .collect();
    Ok(nearest(&folded, known.iter().map(String::as_str)).map(str::to_owned))
}

/// What was typed as the only value of a condition, if that is a text.
fn typed_of(term: &Term) -> Option<(&str, Extent)> {
    let text = |words: &'_ Words| words.phrase().extent();
    let value = |value: &'_ Value| value.phrase().extent();
    match term {
        Term::Text(words) => Some((words.text(), text(words))),
        Term::Device(all) | Term::UserAgent(all) | Term::Place(all) => match all.as_slice() {
            [words] => Some((words.text(), text(words))),
            _ => None,
        },
        Term::Reason(all) | Term::Trace(all) | Term::Metadata { values: all, .. } => match all.as_slice() {
            [only] => Some((only.text(), value(only))),
            _ => None,
        },
        Term::User(all) | Term::Target(all) | Term::Group(all) | Term::Application(all) => match all.as_slice() {
            [Entity::Is(only)] => Some((only.text(), value(only))),
            _ => None,
        },
        Term::By(all) => match all.as_slice() {
            [ByPattern::Is(Entity::Is(only))] => Some((only.text(), value(only))),
            _ => None,
        },
        _ => None,
    }
}

/// The same condition with another text as its value; `None` if it would ask for nothing.
fn with_typed(term: &Term, typed: &str, extent: Extent) -> Option<Expr> {
    let phrase = Phrase::new(typed, extent);
    let words = || Some(vec![Words::new(phrase.clone())?]);
    let value = || vec![Value::new(phrase.clone())];
    let is = || vec![Entity::Is(Value::new(phrase.clone()))];
    let term = match term {
        Term::Text(_) => Term::Text(Words::new(phrase.clone())?),
        Term::Device(_) => Term::Device(words()?),
        Term::UserAgent(_) => Term::UserAgent(words()?),
        Term::Place(_) => Term::Place(words()?),
        Term::Reason(_) => Term::Reason(value()),
        Term::Trace(_) => Term::Trace(value()),
        Term::Metadata { key, .. } => Term::Metadata {
            key: key.clone(),
            values: value(),
        },
        Term::User(_) => Term::User(is()),
        Term::Target(_) => Term::Target(is()),
        Term::Group(_) => Term::Group(is()),
        Term::Application(_) => Term::Application(is()),
        Term::By(_) => Term::By(is().into_iter().map(ByPattern::Is).collect()),
        _ => return None,
    };
    Some(term.into())
}
