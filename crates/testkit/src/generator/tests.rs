use std::collections::{BTreeMap, BTreeSet};

use activity::{By, Facts, Outcome, Time};

use super::{Generator, GeneratorSettings, Standing};
use crate::{EVERYDAY, at};

fn sized(activities: u64) -> GeneratorSettings {
    GeneratorSettings::sized(activities, at("2026-11-21T15:00:00Z"))
}

fn all(seed: u64, settings: GeneratorSettings) -> Vec<Facts> {
    Generator::new(seed, settings).collect()
}

#[test]
fn exactly_as_many_come_as_are_wanted_in_time_order_and_within_the_months() {
    for activities in [0, 1, 7, 200, 2_000, 10_000] {
        let settings = sized(activities);
        let (end, months) = (settings.end, i64::from(settings.months));
        let facts = all(3, settings);
        assert_eq!(facts.len() as u64, activities);
        assert!(facts.is_sorted_by_key(|facts| facts.occurred_at));
        assert!(
            facts
                .iter()
                .all(|facts| facts.occurred_at < end && facts.occurred_at >= end.plus(-months * 30 * Time::DAY))
        );
    }
}

#[test]
fn few_people_can_do_very_much() {
    let settings = GeneratorSettings {
        users: 3,
        activities: 20_000,
        months: 1,
        end: at("2026-11-21T15:00:00Z"),
    };
    assert_eq!(all(1, settings).len(), 20_000);
}

#[test]
fn the_same_seed_gives_the_same_facts_and_another_seed_others() {
    assert_eq!(all(7, sized(2_000)), all(7, sized(2_000)));
    assert_ne!(all(7, sized(2_000)), all(8, sized(2_000)));
}

#[test]
fn ten_thousand_activities_hold_every_type_and_reach_the_end() {
    let facts = all(42, sized(10_000));
    let mut counts = BTreeMap::<&str, usize>::new();
    for facts in &facts {
        *counts.entry(&facts.kind).or_default() += 1;
    }
    for code in EVERYDAY {
        assert!(counts.contains_key(code), "{code} never happens: {counts:?}");
    }
    assert!(counts["user.login"] > counts["user.logout"], "{counts:?}");
    let last = facts.last().map(|facts| facts.occurred_at);
    assert!(last > Some(at("2026-11-20T09:00:00Z")), "{last:?}");
}

#[test]
fn no_two_names_of_anybody_look_alike() {
    let mut looks = std::collections::HashMap::new();
    for culture in super::names::CULTURES {
        for (given, family) in culture
            .given
            .iter()
            .flat_map(|given| culture.family.iter().map(move |family| (given.1, family.1)))
        {
            let username = format!("{given}.{family}").to_lowercase();
            let like = looks.insert(activity::likeness::skeleton(&username), username.clone());
            assert!(
                like.is_none() || like == Some(username.clone()),
                "{username} looks like {like:?}"
            );
        }
    }
}

#[test]
fn people_are_named_uniquely_and_some_of_them_not_in_ascii() {
    let generator = Generator::new(5, sized(1_000_000));
    let profiles = generator.profiles();
    let ids: BTreeSet<_> = profiles.iter().map(|profile| &profile.person.id).collect();
    let usernames: BTreeSet<_> = profiles.iter().map(|profile| &profile.person.username).collect();
    assert_eq!((ids.len(), usernames.len()), (profiles.len(), profiles.len()));
    assert!(usernames.iter().all(|name| name.is_ascii() && !name.contains(' ')));
    let beyond = profiles
        .iter()
        .filter(|profile| !profile.person.name.is_ascii())
        .count();
    assert!(beyond * 3 > profiles.len() && beyond < profiles.len());
    assert_eq!(profiles[0].standing, Standing::Administrator);
    assert_eq!(profiles[1].standing, Standing::Auditor);
}

#[test]
fn a_lock_follows_five_failures_of_that_person() {
    let facts = all(11, sized(10_000));
    let locks = facts
        .iter()
        .enumerate()
        .filter(|(_, facts)| &*facts.kind == "user.locked");
    for (at, lock) in locks {
        assert_eq!(lock.by, By::System);
        let theirs = facts[..at]
            .iter()
            .rev()
            .filter(|earlier| earlier.user == lock.user)
            .take(5);
        assert!(theirs.clone().count() == 5 && theirs.into_iter().all(|earlier| earlier.outcome == Outcome::Failure));
    }
}

#[test]
fn nobody_acts_or_is_acted_on_before_their_account_is_made() {
    for seed in 0..6 {
        let mut generator = Generator::new(seed, sized(10_000));
        let facts: Vec<_> = generator.by_ref().collect();
        let made: BTreeMap<_, _> = generator
            .profiles()
            .iter()
            .map(|profile| (profile.person.id.clone(), profile.created_at))
            .collect();
        for facts in facts {
            let by = match &facts.by {
                By::Administrator(person) | By::Member(person) | By::Person(person) => Some(&person.id),
                _ => None,
            };
            let people = [
                facts.user.as_ref().map(|user| &user.id),
                by,
                facts.target().map(|target| &target.id),
            ];
            for id in people.into_iter().flatten() {
                assert!(made.get(id).is_none_or(|made| *made <= facts.occurred_at), "{facts:?}");
            }
        }
    }
}

#[test]
fn weekends_are_quiet() {
    let facts = all(2, sized(10_000));
    let weekend = facts
        .iter()
        .filter(|facts| (facts.occurred_at.0.div_euclid(Time::DAY) + 3).rem_euclid(7) >= 5)
        .count();
    assert!(weekend * 6 < facts.len(), "{weekend} of {}", facts.len());
}

#[test]
fn an_adopted_person_goes_by_the_new_id() {
    let mut generator = Generator::new(9, sized(500));
    generator.adopt(0, "usr_real");
    assert!(generator.any(|facts| facts.user.is_some_and(|person| person.id == "usr_real")));
}

#[test]
fn addresses_are_the_ones_for_documentation() {
    for facts in all(4, sized(3_000)) {
        let Some(ip) = facts.ip else { continue };
        let text = ip.to_string();
        let ours = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
        assert!(ours.iter().any(|start| text.starts_with(start)), "{text}");
    }
}

#[test]
fn more_activity_leaves_the_first_people_as_they_are() {
    let names = |activities| {
        let generator = Generator::new(42, sized(activities));
        generator
            .profiles()
            .iter()
            .take(12)
            .map(|profile| profile.person.username.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(100), names(1_000_000));
}

#[test]
fn nothing_happens_in_a_group_or_to_anybody_before_they_are_made() {
    for hours in 0..24 {
        // So many people that all groups take an hour to be made, and its first days, when the first are there already.
        let end = at("2026-11-21T15:00:00Z").plus(hours * 3_600 * Time::SECOND);
        let early = Generator::new(1, GeneratorSettings::sized(1_000_000, end)).take(5_000);
        let (mut accounts, mut groups) = (BTreeSet::new(), BTreeSet::new());
        for facts in early {
            let user = facts
                .user
                .as_ref()
                .map(|user| user.username.clone())
                .unwrap_or_default();
            match (&*facts.kind, &facts.group) {
                ("account.created", _) => drop(accounts.insert(user)),
                ("group.created", Some(group)) => drop(groups.insert(group.id.clone())),
                (kind, group) => {
                    let of_a_group = group.as_ref().is_none_or(|group| groups.contains(&group.id));
                    // Whoever guesses may name somebody who is not there.
                    let of_somebody = kind == "user.login_failed" || accounts.contains(&user);
                    assert!(
                        of_a_group && of_somebody,
                        "{kind} of {user} in {group:?}, {hours} hours later"
                    );
                }
            }
        }
    }
}
