//! Completion of a query as it is typed: keys, and the values that the scope itself holds, with how many rows have
//! them. Hands out names and values of rows the caller may read, never a row.

use activity::Person;
use activity::catalogue;
use activity::query::{Entity, KEYS, KeyInfo, KindPattern, Term, Value};
use activity::text::{Extent, Phrase, fold};
use engine::{Breakdown, Facet};
use jiff::tz::TimeZone;

use super::LogScope;
use super::meant::accounts;
use super::nearby::{Naming, met};
use super::overview::term;
use super::scope::{Question, Scoped, Subject};
use super::view::{ViewError, count};
use crate::{App, Caller};

/// Bytes of a word beyond which nothing is completed.
const MOST_BYTES: usize = 200;
/// Choices under one heading.
const MOST_VALUES: usize = 8;
/// Choices under one heading while no key was typed.
const MOST_OF_EACH: usize = 3;
/// How far the rows of a choice are counted.
const CAP: u64 = 1_000_000;
/// The most values of a dictionary that are looked through.
const MOST_LISTED: usize = 1_000;
/// The most rows that are looked at one by one for their number.
const MOST_CHECKED: u64 = 100_000;

/// Choices under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// What they are, such as `People`.
    pub heading: &'static str,
    /// The likeliest first.
    pub choices: Vec<Choice>,
}

/// A way to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What takes the place of the word that is typed.
    pub insert: String,
    /// What it is called.
    pub label: String,
    /// Its code, id or username.
    pub note: String,
    /// How many rows of the scope have it, where that is known.
    pub count: Option<u64>,
}

/// How the word `text` may go on, in a query about `scope`.
pub async fn complete(app: &App, caller: &Caller, scope: &LogScope, text: &str) -> Result<Vec<Choices>, ViewError> {
    let everything = Question {
        q: "",
        from: None,
        to: None,
        zone: &TimeZone::UTC,
    };
    let scoped = Scoped::new(app, caller, scope, everything).await?;
    if text.len() > MOST_BYTES {
        return Ok(Vec::new());
    }
    let completion = Completion { app, caller, scoped };
    let (not, bare) = match text.strip_prefix('-') {
        Some(bare) => ("-", bare),
        None => ("", text),
    };
    let found = match bare.split_once(':') {
        Some((key, values)) => match KEYS.iter().find(|info| info.key.eq_ignore_ascii_case(key)) {
            Some(info) => completion.values(info, values).await?,
            None => Vec::new(),
        },
        None => completion.anything(bare).await?,
    };
    let before = |mut choice: Choice| {
        choice.insert.insert_str(0, not);
        choice
    };
    let all = found.into_iter().filter(|choices| !choices.choices.is_empty());
    let all = all.map(|choices| Choices {
        choices: choices.choices.into_iter().map(before).collect(),
        ..choices
    });
    Ok(all.collect())
}

struct Completion<'a> {
    app: &'a App,
    caller: &'a Caller,
    scoped: Scoped,
}

impl Completion<'_> {
    /// Whether the scope is that of many people.
    fn has_people(&self) -> bool {
        matches!(self.scoped.subject, Subject::Everybody | Subject::Group { .. })
    }

    /// Keys, and what in the log is called so.
    async fn anything(&self, typed: &str) -> Result<Vec<Choices>, ViewError> {
        let mut all = vec![keys(typed)];
        if fold(typed).chars().any(char::is_alphanumeric) {
            let typed = typed.trim_matches('"');
            if self.has_people() {
                all.push(choices("People", self.people(typed, MOST_OF_EACH).await?));
            }
            all.push(choices("Activities", self.kinds(typed, MOST_OF_EACH).await?));
            all.push(choices("Groups", self.named(Naming::Group, typed, MOST_OF_EACH).await?));
            let programs = self.named(Naming::Application, typed, MOST_OF_EACH).await?;
            all.push(choices("Applications", programs));
        }
        Ok(all)
    }

    /// The values of a key; what was typed before the last comma stays.
    async fn values(&self, info: &KeyInfo, typed: &str) -> Result<Vec<Choices>, ViewError> {
        let (kept, last) = match typed.rsplit_once(',') {
            Some((kept, last)) if typed.matches('"').count().is_multiple_of(2) || !last.contains('"') => (kept, last),
            _ => ("", typed),
        };
        let last = last.trim_matches('"');
        let found = match info.key {
            "activity" => self.kinds(last, MOST_VALUES).await?,
            "user" => [words(info, last), self.people(last, MOST_VALUES).await?].concat(),
            "by" => [words(info, last), self.doers(last).await?].concat(),
            "target" => self.named(Naming::Target, last, MOST_VALUES).await?,
            "group" => self.named(Naming::Group, last, MOST_VALUES).await?,
            "application" => self.named(Naming::Application, last, MOST_VALUES).await?,
            "outcome" => self.listed(Facet::Outcome, last).await?,
            "device" => self.listed(Facet::Device, last).await?,
            "country" => self.listed(Facet::Country, last).await?,
            "ip" => self.listed(Facet::Ip, last).await?,
            _ => words(info, last),
        };
        let add = |mut choice: Choice| {
            if let (false, Some((key, value))) = (kept.is_empty(), choice.insert.split_once(':')) {
                choice.insert = format!("{key}:{kept},{value}");
            }
            choice
        };
        Ok(vec![choices(heading(info), found.into_iter().map(add).collect())])
    }

    /// People by any part of name, username or e-mail address.
    async fn people(&self, typed: &str, most: usize) -> Result<Vec<Choice>, ViewError> {
        if !self.has_people() {
            return Ok(Vec::new());
        }
        let mut people = match self.caller.reads_everything() {
            true => accounts(self.app, typed, u32::try_from(most).unwrap_or(u32::MAX)).await?,
            false => Vec::new(),
        };
        self.join_met(Naming::User, typed, most, &mut people).await?;
        self.counted(Naming::User, people).await
    }

    /// The same as those who did something.
    async fn doers(&self, typed: &str) -> Result<Vec<Choice>, ViewError> {
        let people = self.people(typed, MOST_VALUES).await?;
        let by = people.into_iter().map(|choice| Choice {
            insert: choice.insert.replacen("user:", "by:", 1),
            count: None,
            ..choice
        });
        Ok(by.collect())
    }

    /// Groups, applications or targets by any part of their names.
    async fn named(&self, naming: Naming, typed: &str, most: usize) -> Result<Vec<Choice>, ViewError> {
        let mut named = Vec::new();
        self.join_met(naming, typed, most, &mut named).await?;
        self.counted(naming, named).await
    }

    /// Whom or what the rows of the scope name so, beside those that are known: by a beginning, then by any part.
    async fn join_met(
        &self,
        naming: Naming,
        typed: &str,
        most: usize,
        known: &mut Vec<Person>,
    ) -> Result<(), ViewError> {
        let part = Value::new(Phrase::new(typed, Extent::Part));
        let ways = [Some(Value::prefix(typed)), Some(part).filter(|_| !typed.is_empty())];
        for wanted in ways.into_iter().flatten() {
            if known.len() >= most {
                break;
            }
            for one in met(&self.scoped, naming, &wanted, most).await? {
                if known.iter().all(|it| it.id != one.id) {
                    known.push(one);
                }
            }
        }
        known.truncate(most);
        Ok(())
    }

    async fn counted(&self, naming: Naming, all: Vec<Person>) -> Result<Vec<Choice>, ViewError> {
        let mut choices = Vec::with_capacity(all.len());
        for one in all {
            let term = naming.term(vec![Entity::Id(one.id.clone())]);
            let expr = self.scoped.subject.expr().and(term.clone().into());
            let note = match (one.name.is_empty(), one.username.is_empty()) {
                (_, false) => one.username,
                (false, true) => one.id.clone(),
                (true, true) => String::new(),
            };
            choices.push(Choice {
                insert: term.to_string(),
                label: Some(one.name).filter(|name| !name.is_empty()).unwrap_or(one.id),
                note,
                count: Some(count(&self.scoped, &expr, CAP).await?.n),
            });
        }
        Ok(choices)
    }

    /// The largest values of a dictionary with how many rows of the scope have each.
    async fn top(&self, facet: Facet) -> Result<Vec<(String, u64)>, ViewError> {
        let by = Breakdown {
            facets: vec![facet],
            edges: Vec::new(),
            most_checked: MOST_CHECKED,
        };
        let summary = self
            .scoped
            .log
            .summary(&self.scoped.subject.expr(), &by, MOST_LISTED)
            .await?;
        Ok(summary
            .tops
            .into_iter()
            .next()
            .map(|top| top.values)
            .unwrap_or_default())
    }

    /// Values of a dictionary that hold what is typed, those that begin with it first.
    async fn listed(&self, facet: Facet, typed: &str) -> Result<Vec<Choice>, ViewError> {
        let typed = fold(typed);
        let mut found: Vec<(bool, Choice)> = Vec::new();
        for (value, count) in self.top(facet).await? {
            let folded = fold(&value);
            let Some(term) = term(facet, &value).filter(|_| folded.contains(&typed)) else {
                continue;
            };
            let choice = Choice {
                insert: term.to_string(),
                label: value,
                note: String::new(),
                count: Some(count),
            };
            found.push((!folded.starts_with(&typed), choice));
        }
        found.sort_by_key(|(is_within, _)| *is_within);
        Ok(found.into_iter().map(|(_, choice)| choice).take(MOST_VALUES).collect())
    }

    /// Activity types by title or code.
    async fn kinds(&self, typed: &str, most: usize) -> Result<Vec<Choice>, ViewError> {
        let typed = fold(typed);
        let counts = self.top(Facet::Kind).await?;
        let count_of = |code: &str| counts.iter().find(|(known, _)| known == code).map_or(0, |(_, n)| *n);
        let own = counts.iter().map(|(code, _)| code.as_str());
        let own = own
            .filter(|code| catalogue::find(code).is_none())
            .map(|code| (code, code));
        let all = catalogue::all().map(|entry| (entry.code, entry.title)).chain(own);
        let mut found: Vec<(usize, u64, Choice)> = Vec::new();
        for (code, title) in all {
            let (in_title, in_code) = (fold(title).find(&typed), code.find(&typed));
            let Some(place) = in_title.into_iter().chain(in_code).min() else {
                continue;
            };
            let n = count_of(code);
            let choice = Choice {
                insert: kind(KindPattern::Exact(code.to_owned())),
                label: title.to_owned(),
                note: code.to_owned(),
                count: Some(n),
            };
            found.push((place.min(1), n, choice));
        }
        found.sort_by(|one, other| (one.0, other.1, &one.2.note).cmp(&(other.0, one.1, &other.2.note)));
        let mut choices: Vec<Choice> = found.into_iter().map(|(_, _, choice)| choice).take(most).collect();
        let family: Vec<u64> = counts
            .iter()
            .filter(|(code, _)| code.starts_with(&typed))
            .map(|(_, n)| *n)
            .collect();
        if family.len() > 1 && !typed.is_empty() {
            choices.push(Choice {
                insert: kind(KindPattern::Prefix(typed.clone())),
                label: "All that begin with".to_owned(),
                note: format!("{typed}*"),
                count: Some(family.iter().sum()),
            });
        }
        Ok(choices)
    }
}

/// What a key looks at, without how it is written.
fn heading(info: &KeyInfo) -> &'static str {
    info.description.split([';', ':']).next().unwrap_or(info.description)
}

fn kind(pattern: KindPattern) -> String {
    Term::Kind(vec![pattern]).to_string()
}

fn choices(heading: &'static str, choices: Vec<Choice>) -> Choices {
    Choices { heading, choices }
}

/// Keys that begin like the word, then those whose description has it.
fn keys(typed: &str) -> Choices {
    let typed = typed.to_lowercase();
    let key = |info: &KeyInfo| Choice {
        insert: match info.key {
            "metadata." => info.key.to_owned(),
            key => format!("{key}:"),
        },
        label: info.key.trim_end_matches('.').to_owned(),
        note: heading(info).to_owned(),
        count: None,
    };
    let begins = |info: &&KeyInfo| info.key.starts_with(&typed);
    let mentions = |info: &&KeyInfo| !begins(info) && info.description.to_lowercase().contains(&typed);
    let first = KEYS.iter().filter(begins).map(key);
    let mentioned = KEYS
        .iter()
        .filter(mentions)
        .filter(|_| typed.len() > 2)
        .map(key)
        .take(MOST_OF_EACH);
    choices("Filters", first.chain(mentioned).collect())
}

/// The fixed values of a key.
fn words(info: &KeyInfo, typed: &str) -> Vec<Choice> {
    let typed = typed.to_lowercase();
    let values = info.values.iter().filter(|value| value.starts_with(&typed));
    let choice = |value: &&str| Choice {
        insert: format!("{}:{value}", info.key),
        label: (*value).to_owned(),
        ..Choice::default()
    };
    values.map(choice).collect()
}
