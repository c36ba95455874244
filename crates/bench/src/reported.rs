//! The generated data as another system reports it: what an installation records itself, no program may send.

use activity::{By, Facts, catalogue};

/// An id of another system in the place of one that is written like this installation's.
pub fn id(ours: &str) -> String {
    ours.replacen('_', "-", 1)
}

/// The same activity, of another system.
pub fn facts(mut facts: Facts) -> Facts {
    if catalogue::is_only_here(&facts.kind) {
        facts.kind = format!("acme.{}", facts.kind).into();
    }
    if let Some(user) = &mut facts.user {
        user.id = id(&user.id);
    }
    match &mut facts.by {
        By::Administrator(person) | By::Member(person) | By::Person(person) => person.id = id(&person.id),
        By::Application(named) => named.id = id(&named.id),
        By::Themself | By::System => {}
    }
    for target in &mut facts.targets {
        target.id = id(&target.id);
    }
    if let Some(group) = &mut facts.group {
        group.id = id(&group.id);
    }
    if let Some(application) = &mut facts.application {
        application.id = id(&application.id);
        application.name = format!("Acme {}", application.name);
    }
    facts
}
