//! Activities for this crate's own tests.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::{Activity, By, Change, Facts, Named, Outcome, Person, Target, Time};

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
        Just(By::System),
    ]
}

prop_compose! {
    /// Any facts at all, within limits or not.
    pub(crate) fn any_facts()(
        (kind, occurred_at, failed) in (prop_oneof!["user.login", ".{0,8}"], any::<i64>(), any::<bool>()),
        (user, by, target) in (option::of(person()), by(), option::of(target())),
        (group, application, ip) in (option::of(named()), option::of(named()), option::of(any::<std::net::IpAddr>())),
        texts in vec(option::of(".{0,8}"), 6),
        (changes, metadata) in (vec(change(), 0..3), btree_map(".{0,4}", ".{0,4}", 0..3)),
    ) -> Facts {
        let [reason, device, user_agent, country, description, external_id] = texts.try_into().unwrap();
        Facts {
            kind: kind.into(),
            occurred_at: Time(occurred_at),
            outcome: if failed { Outcome::Failure } else { Outcome::Success },
            reason, user, by, target, group, application, ip, device, user_agent, country, description, changes,
            metadata, external_id,
        }
    }
}
