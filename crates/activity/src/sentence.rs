//! What an activity reads like: its sentence, its title and its colour. Owns no list of types: that is the catalogue.

use std::borrow::Cow;

use crate::catalogue::{self, ActivityType, Level, Part};
use crate::{By, Facts, Outcome, Person, Recorder};

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words of the sentence.
    Text(Cow<'a, str>),
    /// A value, shown as code.
    Code(Cow<'a, str>),
    /// What this thing was called.
    Name(Cow<'a, str>, Thing),
    /// The id of this thing, beside its name.
    Id(Cow<'a, str>, Thing),
}

/// What a sentence is about beside who did it and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// The activity's group.
    Group,
    /// The first of its targets.
    Target,
}

impl Piece<'_> {
    /// What it says.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Code(text) | Self::Name(text, _) | Self::Id(text, _) => text,
        }
    }
}

/// The key of the metadata under which what an API key did says its id.
pub const KEY_ID: &str = "api_key";
/// The key of the metadata under which what an API key did says what the key is called.
pub const KEY_NAME: &str = "api_key_name";

/// The API key with which something was done here, as it was called then.
#[must_use]
pub fn with_key(facts: &Facts) -> Option<&str> {
    // A reporter may write anything into the metadata.
    let of_ours = || facts.metadata.get(KEY_NAME).or_else(|| facts.metadata.get(KEY_ID));
    (!facts.recorder.is_reported())
        .then(of_ours)
        .flatten()
        .map(String::as_str)
}

/// What is said behind a sentence that does not say how it ended; empty for what was done.
fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "",
        Outcome::Failure => " (failed)",
        Outcome::Denied => " (denied)",
        Outcome::Challenged => " (challenged)",
        Outcome::Unknown => " (outcome unknown)",
    }
}

/// The sentence of an activity in pieces.
#[must_use]
pub fn pieces(facts: &Facts) -> Vec<Piece<'_>> {
    said(facts, true)
}

/// The same without who did it, for where that is said before.
#[must_use]
pub fn deed(facts: &Facts) -> Vec<Piece<'_>> {
    said(facts, false)
}

fn said(facts: &Facts, names_doer: bool) -> Vec<Piece<'_>> {
    let Some(entry) = catalogue::find(&facts.kind) else {
        return vec![Piece::Text(unknown(facts))];
    };
    if let Some(failed) = failed_sentence(entry, facts) {
        return vec![Piece::Text(failed.into())];
    }
    let mut said = Vec::with_capacity(4);
    let parts = entry
        .template
        .iter()
        .zip(entry.template.iter().skip(1).map(Some).chain([None]));
    let is_whole = parts.into_iter().all(|(part, next)| match (part, next) {
        (Part::Text(text), Some(Part::Doer)) if !names_doer => {
            said.push(Piece::Text(text.trim_end_matches(" by ").into()));
            true
        }
        (Part::Doer, _) if !names_doer => true,
        (part, _) => say(*part, facts, &mut said),
    });
    if !is_whole {
        said.clear();
        said.push(Piece::Text(entry.title.into()));
    }
    if !unsaid(entry, facts).is_empty() {
        said.push(Piece::Text(unsaid(entry, facts).into()));
    }
    said
}

/// The sentence of an activity as plain text; borrowed when there is no name in it.
#[must_use]
pub fn plain(facts: &Facts) -> Cow<'_, str> {
    let Some(entry) = catalogue::find(&facts.kind) else {
        return unknown(facts);
    };
    if let Some(failed) = failed_sentence(entry, facts) {
        return failed.into();
    }
    match entry.template {
        [Part::Text(text)] if unsaid(entry, facts).is_empty() => (*text).into(),
        _ => pieces(facts).iter().map(Piece::as_str).collect::<String>().into(),
    }
}

/// The status in words, such as `Logged in`: the Activity column of the administrator's CSV.
#[must_use]
pub fn title(facts: &Facts) -> Cow<'_, str> {
    let Some(entry) = catalogue::find(&facts.kind) else {
        return humanised(facts).into();
    };
    match failed_sentence(entry, facts) {
        Some(failed) => failed.into(),
        None if unsaid(entry, facts).is_empty() => entry.title.into(),
        None => format!("{}{}", entry.title, unsaid(entry, facts)).into(),
    }
}

/// How its row is coloured.
#[must_use]
pub fn level(facts: &Facts) -> Level {
    match (facts.outcome, catalogue::find(&facts.kind)) {
        (Outcome::Failure | Outcome::Denied, _) => Level::Failure,
        (Outcome::Challenged, _) => Level::Warning,
        (Outcome::Success | Outcome::Unknown, Some(entry)) => entry.level,
        (Outcome::Success | Outcome::Unknown, None) => Level::Usual,
    }
}

/// Who put it into the log, such as ``Reported by API key `Nightly import`, claimed``.
#[must_use]
pub fn recorded(facts: &Facts) -> Vec<Piece<'_>> {
    let sort = match &facts.recorder {
        Recorder::Whodid => return vec![Piece::Text("Recorded by Whodid".into())],
        Recorder::Unstated => return vec![Piece::Text("Recorded before rows said by whom".into())],
        Recorder::ApiKey(_) => "Reported by API key ",
        Recorder::Application(_) => "Reported by application ",
        Recorder::Import(_) => "Reported by import ",
    };
    let name = facts.recorder.reporter().map_or("", |reporter| {
        if reporter.name.is_empty() {
            reporter.id.as_str()
        } else {
            reporter.name.as_str()
        }
    });
    vec![
        Piece::Text(sort.into()),
        Piece::Code(name.into()),
        Piece::Text(", claimed".into()),
    ]
}

/// A text with names between backticks, such as an example of the catalogue, in pieces.
#[must_use]
pub fn pieces_of(text: &str) -> Vec<Piece<'_>> {
    let turns = text.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    turns
        .map(|(turn, piece)| {
            if turn % 2 == 0 {
                Piece::Text(piece.into())
            } else {
                Piece::Code(piece.into())
            }
        })
        .collect()
}

/// The sentence of its own that a type has for failure.
fn failed_sentence(entry: &ActivityType, facts: &Facts) -> Option<&'static str> {
    entry.failed.filter(|_| facts.outcome.is_failure())
}

/// How it ended, where the type's usual words do not say so.
fn unsaid(entry: &ActivityType, facts: &Facts) -> &'static str {
    if facts.outcome.is_failure() && entry.level == Level::Failure {
        ""
    } else {
        ended(facts.outcome)
    }
}

/// The sentence of a type outside the catalogue.
fn unknown(facts: &Facts) -> Cow<'_, str> {
    match &facts.description {
        Some(description) if !description.trim().is_empty() => description.into(),
        _ => humanised(facts).into(),
    }
}

/// `invoice.paid` as `Invoice paid`.
fn humanised(facts: &Facts) -> String {
    let words = facts.kind.replace(['.', '_', '-'], " ");
    let mut letters = words.trim().chars();
    let mut said: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    said.push_str(letters.as_str());
    if !(facts.outcome.is_failure() && said.ends_with("failed")) {
        said.push_str(ended(facts.outcome));
    }
    said
}

/// Adds the pieces of a part; `false` if there is nothing to show.
fn say<'a>(part: Part, facts: &'a Facts, said: &mut Vec<Piece<'a>>) -> bool {
    let code = match part {
        Part::Text(text) => {
            said.push(Piece::Text(text.into()));
            return true;
        }
        Part::Group => {
            return facts
                .group
                .as_ref()
                .is_some_and(|group| name_and_id([&group.name, &group.id], Thing::Group, said));
        }
        Part::Target => {
            return facts
                .target()
                .is_some_and(|target| name_and_id([&target.name, &target.id], Thing::Target, said));
        }
        Part::TargetName => {
            let name = facts.target().and_then(|target| {
                let names = [&target.name, &target.username, &target.email, &target.id];
                names.into_iter().find(|name| !name.is_empty())
            });
            let name = name.map(|name| Piece::Name(name.as_str().into(), Thing::Target));
            return name.map(|name| said.push(name)).is_some();
        }
        Part::Meta(key) => facts.metadata.get(key),
        Part::After(field) => {
            let change = facts.changes.iter().find(|change| change.field == field);
            change.and_then(|change| change.after.as_ref())
        }
        Part::Doer => {
            let doer = doer(facts).filter(|doer| !doer.is_empty());
            return doer.map(|doer| said.push(Piece::Code(doer.into()))).is_some();
        }
    };
    let code = code.filter(|code| !code.is_empty());
    code.map(|code| said.push(Piece::Code(code.as_str().into()))).is_some()
}

/// Adds a name and an id, in this order, as far as they are there.
fn name_and_id<'a>([name, id]: [&'a str; 2], thing: Thing, said: &mut Vec<Piece<'a>>) -> bool {
    match (name, id) {
        ("", "") => return false,
        ("", only) | (only, "") => said.push(Piece::Name(only.into(), thing)),
        (name, id) => said.extend([
            Piece::Name(name.into(), thing),
            Piece::Text(" (".into()),
            Piece::Id(id.into(), thing),
            Piece::Text(")".into()),
        ]),
    }
    true
}

/// Who did it, in words.
fn doer(facts: &Facts) -> Option<String> {
    match &facts.by {
        By::Themself => facts.user.as_ref().map(Person::to_string),
        By::Administrator(person) | By::Member(person) | By::Person(person) => Some(person.to_string()),
        By::Application(named) if named.name.is_empty() => Some(named.id.clone()),
        By::Application(named) => Some(named.name.clone()),
        By::System if facts.recorder.is_reported() => Some("the reporting system".to_owned()),
        By::System => Some("the system".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Named, Time};

    #[test]
    fn a_sentence_without_the_names_it_needs_is_the_title() {
        let mut facts = Facts::new("group.joined", Time(0));
        assert_eq!(plain(&facts), "Joined group");
        facts.group = Some(Named {
            id: "grp_1".into(),
            name: String::new(),
        });
        assert_eq!(plain(&facts), "Joined group: grp_1");
        facts.group = Some(Named {
            id: "grp_1".into(),
            name: "Team".into(),
        });
        assert_eq!(plain(&facts), "Joined group: Team (grp_1)");
    }

    #[test]
    fn a_deed_does_not_say_again_who_did_it() {
        let mut facts = Facts::new("log.viewed", Time(0));
        facts.by = By::Administrator(Person {
            name: "Ann Lee".into(),
            ..Person::default()
        });
        let text = |pieces: Vec<Piece<'_>>| pieces.iter().map(Piece::as_str).collect::<String>();
        assert_eq!(text(pieces(&facts)), "Activity log viewed by Ann Lee");
        assert_eq!(text(deed(&facts)), "Activity log viewed");
        facts.kind = "group.member_added".into();
        facts.group = Some(Named {
            id: "grp_1".into(),
            name: "Team".into(),
        });
        assert_eq!(text(pieces(&facts)), "Added to group by Ann Lee: Team (grp_1)");
        assert_eq!(text(deed(&facts)), "Added to group: Team (grp_1)");
    }

    #[test]
    fn a_failure_never_reads_like_a_success() {
        let mut facts = Facts::new("user.login", Time(0));
        assert_eq!((title(&facts), level(&facts)), ("Logged in".into(), Level::Usual));
        facts.outcome = Outcome::Failure;
        assert_eq!(
            (title(&facts), plain(&facts)),
            ("Log in failed".into(), "Log in failed".into())
        );
        facts.kind = "user.login_failed".into();
        assert_eq!((title(&facts), level(&facts)), ("Log in failed".into(), Level::Failure));
        facts.kind = "user.password_changed".into();
        assert_eq!(
            (title(&facts), plain(&facts)),
            ("Changed password (failed)".into(), "Changed password (failed)".into())
        );
    }

    #[test]
    fn a_type_outside_the_catalogue_shows_its_description_or_its_code_in_words() {
        let mut facts = Facts::new("invoice.paid_twice", Time(0));
        assert_eq!(plain(&facts), "Invoice paid twice");
        facts.description = Some("Paid invoice 7 twice".into());
        assert_eq!(
            (plain(&facts), title(&facts)),
            ("Paid invoice 7 twice".into(), "Invoice paid twice".into())
        );
    }

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(
            pieces_of("Joined `A` (`b`)"),
            [
                Piece::Text("Joined ".into()),
                Piece::Code("A".into()),
                Piece::Text(" (".into()),
                Piece::Code("b".into()),
                Piece::Text(")".into()),
            ]
        );
    }
}
