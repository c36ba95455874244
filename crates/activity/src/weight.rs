//! How much memory an activity takes beyond its frame: what every bound in bytes counts.

use crate::{By, Facts, Named, Person, Recorder, Target};

/// What one entry of a list or a map costs beside its texts, in bytes.
const ENTRY: usize = 96;

/// Bytes of every text of an activity, and a share for each entry of its lists. The frame itself, which all activities
/// have alike, is bounded by bounding their number.
#[must_use]
pub fn weight(facts: &Facts) -> usize {
    // Taken apart as a whole, so that a new field is counted or does not compile.
    let Facts {
        kind: _,
        occurred_at: _,
        outcome: _,
        severity: _,
        ip: _,
        reason,
        user,
        by,
        targets,
        group,
        application,
        device,
        user_agent,
        country,
        place,
        trace_id,
        description,
        changes,
        metadata,
        external_id,
        raw,
        recorder,
    } = facts;
    let texts = [
        reason,
        device,
        user_agent,
        country,
        place,
        trace_id,
        description,
        external_id,
        raw,
    ];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let by = match by {
        By::Administrator(who) | By::Member(who) | By::Person(who) => person(who),
        By::Application(program) => named(program),
        By::Themself | By::System => 0,
    };
    let changes = changes.iter().map(|change| {
        let values = [&change.before, &change.after].into_iter().flatten();
        ENTRY + change.field.len() + values.map(String::len).sum::<usize>()
    });
    let metadata = metadata.iter().map(|(key, value)| ENTRY + key.len() + value.len());
    texts
        + by
        + user.as_ref().map_or(0, person)
        + group.as_ref().map_or(0, named)
        + application.as_ref().map_or(0, named)
        + recorded_by(recorder)
        + targets.iter().map(target).sum::<usize>()
        + changes.sum::<usize>()
        + metadata.sum::<usize>()
}

fn person(person: &Person) -> usize {
    person.id.len() + person.name.len() + person.username.len() + person.email.len()
}

fn named(named: &Named) -> usize {
    named.id.len() + named.name.len()
}

fn target(target: &Target) -> usize {
    let texts = [&target.kind, &target.id, &target.name, &target.username, &target.email];
    ENTRY + texts.into_iter().map(String::len).sum::<usize>()
}

fn recorded_by(recorder: &Recorder) -> usize {
    recorder
        .reporter()
        .map_or(0, |reporter| reporter.id.len() + reporter.name.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, samples::failed_log_in};

    #[test]
    fn every_text_and_every_entry_weighs() {
        let light = failed_log_in().facts;
        let mut heavy = light.clone();
        heavy.description = Some("x".repeat(1000));
        assert_eq!(weight(&heavy), weight(&light) + 1000);
        heavy.metadata.insert("key".to_owned(), String::new());
        heavy.changes.push(Change::default());
        assert_eq!(weight(&heavy), weight(&light) + 1000 + 3 + 2 * ENTRY);
    }
}
