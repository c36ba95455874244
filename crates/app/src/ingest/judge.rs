//! What an outside reporter may say: no type that only this installation causes, nothing for an application it does
//! not report for, and none of this installation's ids and names but those it was given. What is left is claimed: it
//! carries its reporter, and whoever did it is somebody of the reporting system.

use std::collections::HashMap;

use activity::limits::{FaultCode, FieldError, shown};
use activity::{By, Facts, Named, Person, Target, catalogue};
use store::reporters;

use super::reporter::{Naming, Reporter};
use crate::facts::is_built_in;
use crate::ids::Prefix;
use crate::{App, Unavailable};

/// An item of a submission: facts, or why they are refused.
pub(crate) type Item = Result<Facts, Vec<FieldError>>;

/// Judges each item for itself and makes what may stay the reporter's.
pub(crate) async fn judge(app: &App, reporter: &Reporter, items: Vec<Item>) -> Result<Vec<Item>, Unavailable> {
    let mut items: Vec<Item> = items
        .into_iter()
        .map(|item| item.and_then(|facts| restrict(reporter, facts)))
        .collect();
    let known = Known::of(app, reporter, &items).await?;
    if !known.asked {
        return Ok(items);
    }
    for item in &mut items {
        if let Ok(facts) = item
            && let Err(errors) = known.name(facts)
        {
            *item = Err(errors);
        }
    }
    Ok(items)
}

/// All that can be said without looking anything up, which is all there is to say of who may name nobody here.
pub(crate) fn restrict(reporter: &Reporter, mut facts: Facts) -> Item {
    let mut errors = Vec::new();
    if catalogue::is_only_here(&facts.kind) {
        errors.push(FieldError::of(
            FaultCode::OnlyThisInstallation,
            "/activity",
            format!(
                "{} is what only this installation can cause, so it cannot be reported; use a type of your own, such \
                 as \"acme.roles_changed\"",
                shown(&facts.kind)
            ),
        ));
    }
    application(reporter, &mut facts, &mut errors);
    facts.by = match facts.by {
        // An administrator or a member of the reporting system is none of this installation.
        By::Administrator(person) | By::Member(person) | By::Person(person) => By::Person(person),
        other => other,
    };
    if let By::Application(named) = &facts.by {
        not_built_in("/by", named, &mut errors);
    }
    each_id(&facts, |pointer, id, sort| {
        if let Err(error) = may_name(&reporter.naming, pointer, id, sort) {
            errors.push(error);
        }
    });
    facts.recorder = reporter.recorder.clone();
    if errors.is_empty() { Ok(facts) } else { Err(errors) }
}

/// The application an item is about: one of the reporter's, or its only one.
fn application(reporter: &Reporter, facts: &mut Facts, errors: &mut Vec<FieldError>) {
    let not_yours = |detail: String| FieldError::of(FaultCode::NotYourApplication, "/application", detail);
    match (&facts.application, reporter.applications.as_slice()) {
        // A mapping calls it as the product is called; which application here that is, the reporter's rights say.
        (Some(_), [only]) if reporter.by_mapping => facts.application = Some(only.clone()),
        (None, [only]) => facts.application = Some(only.clone()),
        (None, []) => {}
        (None, several) => errors.push(not_yours(format!(
            "an application is missing: this reports for {}; say for which of them",
            list(several)
        ))),
        (Some(named), []) => {
            if Prefix::of(&named.id).is_some() {
                errors.push(not_yours(format!(
                    "{} is an application of this installation, which reports with its own key; a key that was given \
                     it by an administrator may report for it too",
                    shown(&named.id)
                )));
            }
            not_built_in("/application", named, errors);
        }
        (Some(named), of) => match of.iter().find(|each| each.id == named.id) {
            // What it is called was decided with the key.
            Some(known) if !known.name.is_empty() => facts.application = Some(known.clone()),
            Some(_) => not_built_in("/application", named, errors),
            None if reporter.by_mapping => errors.push(not_yours(format!(
                "these are events of {}, and this reports for several applications, none of which has that id: {}; \
                 report them with a key for {} or for one application",
                shown(&named.id),
                list(of),
                shown(&named.id)
            ))),
            None => errors.push(not_yours(format!(
                "{} is not an application that this reports for: that is {}",
                shown(&named.id),
                list(of)
            ))),
        },
    }
}

fn list(applications: &[Named]) -> String {
    const MOST: usize = 5;
    let mut ids: Vec<String> = applications.iter().take(MOST).map(|each| shown(&each.id)).collect();
    if applications.len() > MOST {
        ids.push(format!("{} more", applications.len() - MOST));
    }
    ids.join(", ")
}

/// Refuses what reads like the web manager, the API or the command of this installation.
fn not_built_in(pointer: &str, named: &Named, errors: &mut Vec<FieldError>) {
    for (key, text) in [("name", &named.name), ("id", &named.id)] {
        if is_built_in(text) {
            errors.push(FieldError::of(
                FaultCode::NotYours,
                format!("{pointer}/{key}"),
                format!(
                    "{} is what this installation calls a way in of its own; use another name",
                    shown(text)
                ),
            ));
        }
    }
}

/// Calls `f` with every id of an item but its application's: where it stands, the id, and the sort of thing of this
/// installation that may be named there.
fn each_id(facts: &Facts, mut f: impl FnMut(&str, &str, Option<Prefix>)) {
    if let Some(user) = &facts.user {
        f("/user/id", &user.id, Some(Prefix::User));
    }
    match &facts.by {
        By::Administrator(person) | By::Member(person) | By::Person(person) => {
            f("/by/id", &person.id, Some(Prefix::User));
        }
        By::Application(named) => f("/by/id", &named.id, None),
        By::Themself | By::System => {}
    }
    for (place, target) in facts.targets.iter().enumerate() {
        f(&format!("/targets/{place}/id"), &target.id, of_kind(target));
    }
    if let Some(group) = &facts.group {
        f("/group/id", &group.id, Some(Prefix::Group));
    }
}

/// What a target of this kind is here.
fn of_kind(target: &Target) -> Option<Prefix> {
    match target.kind.as_str() {
        Target::USER => Some(Prefix::User),
        "group" => Some(Prefix::Group),
        "session" => Some(Prefix::Session),
        _ => None,
    }
}

fn may_name(naming: &Naming, pointer: &str, id: &str, sort: Option<Prefix>) -> Result<(), FieldError> {
    let Some(prefix) = Prefix::of(id) else { return Ok(()) };
    let given = match naming {
        Naming::Nobody => false,
        Naming::SignedInTo(_) => prefix == Prefix::User,
        Naming::Everybody => true,
    };
    if given && Some(prefix) == sort {
        return Ok(());
    }
    let detail = format!(
        "{} is written like an id of this installation, which begin with \"{}_\"; send the id your own system knows it \
         by. Naming accounts here is given to a key by an administrator, and to a registered application for those \
         who signed in to it",
        shown(id),
        prefix.text()
    );
    Err(FieldError::of(FaultCode::NotYours, pointer, detail))
}

/// What the ids of this installation that items name are called now.
#[derive(Default)]
struct Known {
    asked: bool,
    people: HashMap<String, Person>,
    things: HashMap<String, Named>,
}

impl Known {
    async fn of(app: &App, reporter: &Reporter, items: &[Item]) -> Result<Self, Unavailable> {
        let application = match &reporter.naming {
            Naming::Nobody => return Ok(Self::default()),
            Naming::SignedInTo(id) => Some(id.as_str()),
            Naming::Everybody => None,
        };
        let mut asked: HashMap<Prefix, Vec<String>> = HashMap::new();
        for facts in items.iter().flatten() {
            each_id(facts, |_, id, _| {
                if let Some(prefix) = Prefix::of(id) {
                    asked.entry(prefix).or_default().push(id.to_owned());
                }
            });
        }
        if asked.is_empty() {
            return Ok(Self::default());
        }
        let mut read = app.store().read().await?;
        let mut known = Self {
            asked: true,
            ..Self::default()
        };
        for (prefix, mut ids) in asked {
            ids.sort_unstable();
            ids.dedup();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let things = match prefix {
                Prefix::User => {
                    let people = reporters::accounts(&mut read, &ids, application).await?;
                    known
                        .people
                        .extend(people.into_iter().map(|person| (person.id.clone(), person)));
                    continue;
                }
                Prefix::Group => reporters::groups(&mut read, &ids).await?,
                Prefix::Session => reporters::sessions(&mut read, &ids).await?,
                _ => continue,
            };
            known
                .things
                .extend(things.into_iter().map(|thing| (thing.id.clone(), thing)));
        }
        Ok(known)
    }

    /// Puts the names of here beside the ids of here: whoever reports does not say what those are called.
    fn name(&self, facts: &mut Facts) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        each_id(facts, |pointer, id, _| {
            let is_ours = Prefix::of(id).is_some();
            if is_ours && !self.people.contains_key(id) && !self.things.contains_key(id) {
                let detail = format!(
                    "{} is nobody and nothing here that may be named; send the id your own system knows it by",
                    shown(id)
                );
                errors.push(FieldError::of(FaultCode::NotYours, pointer, detail));
            }
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        let rename = |person: &mut Person| {
            if let Some(known) = self.people.get(&person.id) {
                person.clone_from(known);
            }
        };
        if let Some(user) = &mut facts.user {
            rename(user);
        }
        if let By::Person(person) = &mut facts.by {
            rename(person);
        }
        for target in &mut facts.targets {
            if let Some(known) = self.people.get(&target.id) {
                target.name.clone_from(&known.name);
                target.username.clone_from(&known.username);
                target.email.clone_from(&known.email);
            } else if let Some(known) = self.things.get(&target.id) {
                target.name.clone_from(&known.name);
            }
        }
        if let Some(group) = &mut facts.group
            && let Some(known) = self.things.get(&group.id)
        {
            group.clone_from(known);
        }
        Ok(())
    }
}
