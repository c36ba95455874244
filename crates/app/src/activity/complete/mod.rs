//! Completion of a query as it is typed: keys, and the values that the scope itself holds, with how many rows of
//! the present view have them. Hands out names and values of rows the caller may read, never a row. A word costs the log
//! two questions: what the view is made of, and what its scope names so. Only targets, which no dictionary counts, are
//! counted one by one.

mod counted;
mod named;

use activity::query::{KEYS, KeyInfo, KindPattern, Term};
use activity::text::fold;
use activity::{Outcome, catalogue};
use engine::Facet;

use self::counted::Counted;
use super::LogScope;
use super::nearby::Naming;
use super::overview::term;
use super::scope::{Question, Scoped, Subject};
use super::view::{ViewError, ViewRequest};
use crate::{App, Caller};

/// Bytes of a word beyond which nothing is completed.
const MOST_BYTES: usize = 200;
/// Choices under one heading.
const MOST_VALUES: usize = 8;
/// Choices under one heading while no key was typed.
const MOST_OF_EACH: usize = 3;

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
    /// How many rows of the view have it, where that is known.
    pub count: Option<u64>,
}

/// How the word `text` may go on, in this view of `scope`, whose rows are counted. While its query cannot be read, those
/// of all its range are.
pub async fn complete(
    app: &App,
    caller: &Caller,
    (scope, view): (&LogScope, &ViewRequest),
    text: &str,
) -> Result<Vec<Choices>, ViewError> {
    let question = |q| Question {
        q,
        from: view.from,
        to: view.to,
        zone: &view.zone,
    };
    let scoped = match Scoped::new(app, caller, scope, question(&view.q)).await {
        Err(ViewError::Query(_)) => Scoped::new(app, caller, scope, question("")).await?,
        scoped => scoped?,
    };
    let scoped = scoped.hiding_reads(view.hides_reads);
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
            let namings = [Naming::User, Naming::Group, Naming::Application];
            let namings = if self.has_people() { &namings[..] } else { &namings[1..] };
            let facets = namings.iter().filter_map(|naming| named::facet(*naming));
            let facets: Vec<Facet> = facets.chain([Facet::Kind]).collect();
            let counted = Counted::of(&self.scoped, &facets).await?;
            let found = self.named(namings, (typed, MOST_OF_EACH), &counted).await?;
            let heading = |naming| match naming {
                Naming::User => "People",
                Naming::Group => "Groups",
                Naming::Application => "Applications",
                Naming::Target => "Targets",
            };
            let found = namings.iter().zip(found);
            all.extend(found.map(|(naming, found)| choices(heading(*naming), found)));
            // People first, then what they did.
            let place = all.len().min(if self.has_people() { 2 } else { 1 });
            all.insert(place, choices("Activities", kinds(typed, MOST_OF_EACH, &counted)));
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
            "activity" => kinds(last, MOST_VALUES, &Counted::of(&self.scoped, &[Facet::Kind]).await?),
            "user" => [words(info, last), self.people(last).await?].concat(),
            "by" => [words(info, last), self.doers(last).await?].concat(),
            "target" => self.called(Naming::Target, last).await?,
            "group" => self.called(Naming::Group, last).await?,
            "application" => self.called(Naming::Application, last).await?,
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
    async fn people(&self, typed: &str) -> Result<Vec<Choice>, ViewError> {
        match self.has_people() {
            true => self.called(Naming::User, typed).await,
            false => Ok(Vec::new()),
        }
    }

    /// The same as those who did something.
    async fn doers(&self, typed: &str) -> Result<Vec<Choice>, ViewError> {
        let by = self.people(typed).await?.into_iter().map(|choice| Choice {
            insert: choice.insert.replacen("user:", "by:", 1),
            count: None,
            ..choice
        });
        Ok(by.collect())
    }

    /// Those of one sort by any part of their names.
    async fn called(&self, naming: Naming, typed: &str) -> Result<Vec<Choice>, ViewError> {
        let facets: Vec<Facet> = named::facet(naming).into_iter().collect();
        let counted = Counted::of(&self.scoped, &facets).await?;
        let found = self.named(&[naming], (typed, MOST_VALUES), &counted).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Values of a dictionary that hold what is typed, those that begin with it first.
    async fn listed(&self, facet: Facet, typed: &str) -> Result<Vec<Choice>, ViewError> {
        let typed = fold(typed);
        let mut found: Vec<(bool, Choice)> = Vec::new();
        let mut values = Counted::of(&self.scoped, &[facet]).await?.values(facet).to_vec();
        // Outcomes are few and known: one that the view has no row of can be asked for all the same.
        let outcomes = Outcome::ALL.iter().filter(|_| facet == Facet::Outcome);
        for word in outcomes.map(|outcome| outcome.word()) {
            if values.iter().all(|(known, _)| known != word) {
                values.push((word.to_owned(), 0));
            }
        }
        for (value, count) in &values {
            let folded = fold(value);
            let Some(term) = term(facet, value).filter(|_| folded.contains(&typed)) else {
                continue;
            };
            let choice = Choice {
                insert: term.to_string(),
                label: value.clone(),
                note: String::new(),
                count: Some(*count),
            };
            found.push((!folded.starts_with(&typed), choice));
        }
        found.sort_by_key(|(is_within, _)| *is_within);
        Ok(found.into_iter().map(|(_, choice)| choice).take(MOST_VALUES).collect())
    }
}

/// Activity types by title or code.
fn kinds(typed: &str, most: usize, counted: &Counted) -> Vec<Choice> {
    let typed = fold(typed);
    let counts = counted.values(Facet::Kind);
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
    choices
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
