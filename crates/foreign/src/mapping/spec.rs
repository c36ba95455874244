//! The compilation of a mapping's file: what in it does not fit is said with its place.

use std::collections::{BTreeMap, HashMap};

use activity::{Outcome, Severity, limits};

use super::file::App;
use super::file::{Changed, File, Many, OutcomeWords, Paths, Person, Ruled, SeverityWords, Single, When, Word};
use super::path::Path;
use super::rule::{Condition, Rule, Test as Held, Words};
use super::{Application, Changes, Fields, Mapping, Someone, Targets};

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// It is no TOML of a mapping.
    #[error("{0}")]
    Shape(Box<toml::de::Error>),
    /// Something in it does not fit.
    #[error("{place}: {why}")]
    Value {
        /// Where.
        place: String,
        /// What is wrong.
        why: String,
    },
}

pub(super) fn compile(text: &str) -> Result<Mapping, MappingError> {
    let file: File = toml::from_str(text).map_err(|error| MappingError::Shape(Box::new(error)))?;
    let right = |name: &str| limits::is_code(name) && name.len() <= 40 && !name.contains('.');
    if !right(&file.name) {
        return Err(wrong("name", format!("`{}` is no word such as `okta`", file.name)));
    }
    let prefix = file.prefix.unwrap_or_else(|| file.name.clone());
    if !limits::is_code(&prefix) || activity::catalogue::is_only_here(&prefix) {
        return Err(wrong(
            "prefix",
            format!("`{prefix}` cannot begin codes of another product"),
        ));
    }
    let application = file.application.map_or_else(
        || Application {
            id: prefix.clone(),
            name: file.title.clone(),
        },
        |App { id, name }| Application { id, name },
    );
    for (place, code) in file.codes.iter().map(|(key, code)| (format!("codes.{key}"), code)) {
        is_code(&place, code)?;
    }
    Ok(Mapping {
        fields: fields(&file.fields)?,
        outcome: file.outcome.iter().map(outcome).collect::<Result<_, _>>()?,
        severity: severity(file.severity)?,
        actor: someone("actor", &file.actor)?,
        subject: someone("subject", &file.subject)?,
        targets: file.targets.into_iter().map(targets).collect::<Result<_, _>>()?,
        changes: file.changes.iter().map(changes).collect::<Result<_, _>>()?,
        metadata: metadata(&file.metadata)?,
        records: paths("records", &file.records)?,
        event: paths("event", &file.event)?,
        rules: file.rules.into_iter().map(rule).collect::<Result<_, _>>()?,
        codes: file.codes,
        tests: file.tests,
        name: file.name,
        title: file.title,
        prefix,
        application,
    })
}

fn wrong(place: &str, why: impl Into<String>) -> MappingError {
    MappingError::Value {
        place: place.to_owned(),
        why: why.into(),
    }
}

fn is_code(place: &str, code: &str) -> Result<(), MappingError> {
    if !limits::is_code(code) {
        return Err(wrong(
            place,
            format!("`{code}` is no type of activity such as `user.login`"),
        ));
    }
    if activity::catalogue::is_only_here(code) {
        return Err(wrong(place, format!("`{code}` is what only this installation causes")));
    }
    Ok(())
}

fn path(place: &str, text: &str) -> Result<Path, MappingError> {
    Path::parse(text).map_err(|why| wrong(place, why))
}

fn paths(place: &str, given: &Paths) -> Result<Vec<Path>, MappingError> {
    match given {
        Paths::None => Ok(Vec::new()),
        Paths::One(text) => Ok(vec![path(place, text)?]),
        Paths::Several(texts) => texts.iter().map(|text| path(place, text)).collect(),
    }
}

fn fields(of: &Single) -> Result<Fields, MappingError> {
    Ok(Fields {
        id: paths("fields.id", &of.id)?,
        time: paths("fields.time", &of.time)?,
        code: paths("fields.code", &of.code)?,
        text: paths("fields.text", &of.text)?,
        reason: paths("fields.reason", &of.reason)?,
        ip: paths("fields.ip", &of.ip)?,
        user_agent: paths("fields.user_agent", &of.user_agent)?,
        device: paths("fields.device", &of.device)?,
        country: paths("fields.country", &of.country)?,
        place: paths("fields.place", &of.place)?,
        trace_id: paths("fields.trace_id", &of.trace_id)?,
    })
}

fn outcome(of: &OutcomeWords) -> Result<Words<Outcome>, MappingError> {
    let lists = [
        (&of.success, Outcome::Success),
        (&of.failure, Outcome::Failure),
        (&of.denied, Outcome::Denied),
        (&of.challenged, Outcome::Challenged),
        (&of.unknown, Outcome::Unknown),
    ];
    let words = lists
        .iter()
        .flat_map(|(words, outcome)| words.iter().map(|word| (word.to_ascii_lowercase(), *outcome)));
    Ok(Words {
        paths: paths("outcome.path", &of.path)?,
        words: words.collect(),
        other: of.other,
    })
}

fn severity(of: Option<SeverityWords>) -> Result<Words<Severity>, MappingError> {
    let Some(SeverityWords { path, words }) = of else {
        return Ok(Words {
            paths: Vec::new(),
            words: HashMap::new(),
            other: None,
        });
    };
    let mut known: HashMap<String, Severity> = Severity::ALL
        .iter()
        .map(|severity| (severity.word().to_owned(), *severity))
        .collect();
    for (word, severity) in [("warn", Severity::Warning), ("fatal", Severity::Critical)] {
        known.insert(word.to_owned(), severity);
    }
    known.extend(
        words
            .into_iter()
            .map(|(word, severity)| (word.to_ascii_lowercase(), severity)),
    );
    Ok(Words {
        paths: paths("severity.path", &path)?,
        words: known,
        other: None,
    })
}

fn someone(place: &str, of: &Person) -> Result<Someone, MappingError> {
    Ok(Someone {
        id: paths(place, &of.id)?,
        name: paths(place, &of.name)?,
        username: paths(place, &of.username)?,
        email: paths(place, &of.email)?,
        program: conditions(place, &of.program)?,
        system: conditions(place, &of.system)?,
    })
}

fn targets(of: Many) -> Result<Targets, MappingError> {
    const PLACE: &str = "targets";
    let default_kind = of.default_kind.unwrap_or_else(|| "thing".to_owned());
    for kind in of.kinds.values().chain([&default_kind]) {
        if !limits::is_code(kind) {
            return Err(wrong(PLACE, format!("`{kind}` is no sort of target such as `user`")));
        }
    }
    Ok(Targets {
        each: of.each.as_deref().map(|text| path(PLACE, text)).transpose()?,
        kind: paths(PLACE, &of.kind)?,
        default_kind,
        kinds: of.kinds,
        id: paths(PLACE, &of.id)?,
        name: paths(PLACE, &of.name)?,
        username: paths(PLACE, &of.username)?,
        email: paths(PLACE, &of.email)?,
    })
}

fn changes(of: &Changed) -> Result<Changes, MappingError> {
    Ok(Changes {
        each: path("changes", &of.each)?,
        field: paths("changes", &of.field)?,
        before: paths("changes", &of.before)?,
        after: paths("changes", &of.after)?,
    })
}

fn metadata(of: &BTreeMap<String, String>) -> Result<Vec<(String, Path)>, MappingError> {
    if of.len() > limits::METADATA_KEYS - 5 {
        return Err(wrong("metadata", "more keys than an activity may have"));
    }
    let entry = |(key, text): (&String, &String)| {
        if key.is_empty() || key.len() > limits::METADATA_KEY_BYTES {
            return Err(wrong("metadata", format!("`{key}` is no key")));
        }
        Ok((key.clone(), path("metadata", text)?))
    };
    of.iter().map(entry).collect()
}

fn conditions(place: &str, of: &BTreeMap<String, When>) -> Result<Vec<Condition>, MappingError> {
    let mut all = Vec::new();
    for (text, when) in of {
        let mut held = |test| -> Result<(), MappingError> {
            all.push(Condition {
                path: path(place, text)?,
                test,
            });
            Ok(())
        };
        match when {
            When::Is(word) => held(Held::OneOf(vec![word.text()]))?,
            When::OneOf(words) => held(Held::OneOf(words.iter().map(Word::text).collect()))?,
            When::More(more) => {
                if let Some(not) = &more.not {
                    held(Held::NoneOf(not.clone()))?;
                }
                if let Some(begins) = &more.begins {
                    held(Held::Begins(begins.clone()))?;
                }
                if let Some(holds) = &more.holds {
                    held(Held::Holds(holds.clone()))?;
                }
                if let Some(present) = more.present {
                    held(Held::Present(present))?;
                }
            }
        }
    }
    Ok(all)
}

fn rule(of: Ruled) -> Result<Rule, MappingError> {
    if let Some(code) = &of.code {
        is_code("rules.code", code)?;
    }
    Ok(Rule {
        when: conditions("rules.when", &of.when)?,
        pass: of.pass,
        code: of.code,
        outcome: of.outcome,
        reason: of.reason,
        text: of.text,
        subject: of.subject.unwrap_or(true),
    })
}
