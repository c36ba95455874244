//! Activities for this crate's own tests.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::field::Field;
use crate::{
    Activity, By, Change, Facts, Named, Outcome, Person, Recorder, RecorderKind, Reporter, Severity, Target, Time,
};

/// Sam Jones's failed log-in, in the English group, from a laptop in Germany.
pub(crate) fn failed_log_in() -> Activity {
    let mut facts = Facts::new("user.login_failed", Time::parse("2026-11-21T14:02:51.204Z").unwrap());
    facts.outcome = Outcome::Failure;
    facts.reason = Some("wrong_password".into());
    facts.user = Some(Person {
        id: "usr_7".into(),
        name: "Sam Jones".into(),
        username: "sjones".into(),
        email: "sam@example.com".into(),
    });
    facts.group = Some(Named {
        id: "grp_1".into(),
        name: "Groß GmbH".into(),
    });
    facts.application = Some(Named {
        id: "app_web".into(),
        name: "Web manager".into(),
    });
    facts.ip = Some("10.1.2.3".parse().unwrap());
    facts.device = Some("Firefox on Linux".into());
    facts.country = Some("DE".into());
    facts.metadata.insert("plan".into(), "Pro".into());
    Activity {
        seq: 1_204,
        recorded_at: Time::parse("2026-11-21T14:02:52Z").unwrap(),
        facts,
    }
}

prop_compose! {
    fn person()(id in ".{0,8}", name in ".{0,8}", username in "[a-z]{0,4}", email in ".{0,4}") -> Person {
        Person { id, name, username, email }
    }
}

prop_compose! {
    fn named()(id in ".{0,8}", name in ".{0,8}") -> Named {
        Named { id, name }
    }
}

prop_compose! {
    fn target()(kind in prop_oneof!["user", "[a-z]{0,5}"], person in person()) -> Target {
        let Person { id, name, username, email } = person;
        Target { kind, id, name, username, email }
    }
}

prop_compose! {
    fn change()(field in ".{0,4}", before in option::of(".{0,4}"), after in option::of(".{0,4}")) -> Change {
        Change { field, before, after }
    }
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![
        Just(By::Themself),
        person().prop_map(By::Administrator),
        person().prop_map(By::Member),
        named().prop_map(By::Application),
        person().prop_map(By::Person),
        Just(By::System),
    ]
}

prop_compose! {
    fn recorder()(
        kind in prop::sample::select(RecorderKind::ALL), named in named(), ip in option::of(any::<std::net::IpAddr>()),
    ) -> Recorder {
        Recorder::new(kind, Reporter { id: named.id, name: named.name, ip })
    }
}

prop_compose! {
    /// Any facts at all, within limits or not. Those that do not state their recorder have no field that came later.
    pub(crate) fn any_facts()(
        (kind, occurred_at, outcome) in (
            prop_oneof!["user.login", ".{0,8}"], any::<i64>(), prop::sample::select(Outcome::ALL)),
        (user, by, targets) in (option::of(person()), by(), vec(target(), 0..3)),
        (group, application, ip) in (option::of(named()), option::of(named()), option::of(any::<std::net::IpAddr>())),
        texts in vec(option::of(".{0,8}"), Field::texts().count()),
        (changes, metadata) in (vec(change(), 0..3), btree_map(".{0,4}", ".{0,4}", 0..3)),
        (severity, recorder) in (option::of(prop::sample::select(Severity::ALL)), recorder()),
    ) -> Facts {
        let mut facts = Facts::new(&*kind, Time(occurred_at));
        for (field, text) in Field::texts().zip(texts) {
            *field.text_mut(&mut facts).unwrap() = text;
        }
        facts = Facts { outcome, user, by, targets, group, application, ip, changes, metadata, severity, recorder, ..facts };
        if facts.recorder == Recorder::Unstated {
            first_version(&mut facts);
        }
        facts
    }
}

/// Takes away what canonical bytes of version 1 do not know.
fn first_version(facts: &mut Facts) {
    facts.targets.truncate(1);
    (facts.severity, facts.place, facts.trace_id, facts.raw) = (None, None, None, None);
    if facts.outcome != Outcome::Success {
        facts.outcome = Outcome::Failure;
    }
    if let By::Person(person) = &facts.by {
        facts.by = By::Member(person.clone());
    }
}
