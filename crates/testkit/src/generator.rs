//! Realistic activity from a seed: people, their rhythm, and what happens to them, in time order.
//!
//! The same seed and settings give the same facts on every machine; no clock, no random source of the system.

mod events;
mod names;
mod people;
mod places;
mod plan;
mod random;
mod render;
mod stories;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;

use activity::{Facts, Person, Time};

use events::Event;
pub use people::SESSIONS;
use people::World;
use plan::{DAY, Plan};
use random::Random;

/// How much activity, of how many people, over which time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratorSettings {
    /// How many people there are; at least 3 (an administrator, an auditor and a member).
    pub users: usize,
    /// Exactly how many activities come.
    pub activities: u64,
    /// How many months of 30 days they span.
    pub months: u32,
    /// The end of that span: nothing happens at or after it.
    pub end: Time,
}

impl GeneratorSettings {
    /// People and months that suit this many activities: about one account for 200 of them, 6 to 12 months.
    #[must_use]
    pub fn sized(activities: u64, end: Time) -> Self {
        let users = usize::try_from(activities / 200).unwrap_or(usize::MAX).clamp(12, 5_000);
        Self {
            users,
            activities,
            months: if activities > 200_000 { 12 } else { 6 },
            end,
        }
    }
}

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Manages users.
    Administrator,
    /// Reads every log.
    Auditor,
    /// Everyone else.
    Member,
}

/// Somebody whose activity is generated.
#[derive(Clone, Debug)]
pub struct Profile {
    /// As the activities name them.
    pub person: Person,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// What their account is for. The first is an administrator, the second the auditor.
    pub standing: Standing,
    /// IANA time zone they live in.
    pub zone: &'static str,
    /// When their account was made: the instant of their `account.created`.
    pub created_at: Time,
}

/// The generator: an iterator of facts in time order.
#[derive(Debug)]
pub struct Generator {
    world: World,
    plan: Plan,
    end: i64,
    days: u64,
    /// The day to plan next, counted from the start.
    day: u64,
    wanted: u64,
    /// Events handed over or ready to be.
    taken: u64,
    ready: VecDeque<Event>,
}

impl Generator {
    /// The activity of these settings; the same for the same seed.
    #[must_use]
    pub fn new(seed: u64, settings: GeneratorSettings) -> Self {
        let mut random = Random::new(seed);
        let days = u64::from(settings.months.max(1)) * 30;
        let end = settings.end.0;
        let start = end - i64::try_from(days).unwrap_or(360) * DAY;
        let world = World::draw(seed, &settings, start, &mut random);
        let plan = Plan::new(random);
        let (wanted, ready) = (settings.activities, VecDeque::new());
        Self {
            world,
            plan,
            end,
            days,
            day: 0,
            wanted,
            taken: 0,
            ready,
        }
    }

    /// The people, in the order of their accounts' creation, as they are named by now.
    #[must_use]
    pub fn profiles(&self) -> &[Profile] {
        &self.world.profiles
    }

    /// Names one of the people by another id from the next activity on: the id of an account that was really made.
    pub fn adopt(&mut self, index: usize, id: &str) {
        if let Some(profile) = self.world.profiles.get_mut(index) {
            id.clone_into(&mut profile.person.id);
        }
    }

    /// Calls one of the groups by another id from the next activity on: the id of a group that was really made. They
    /// are made in this order.
    pub fn adopt_group(&mut self, index: usize, id: &str) {
        if let Some(group) = self.world.groups.get_mut(index) {
            id.clone_into(&mut group.id);
        }
    }

    /// Calls an application by another id from the next activity on: 1 is the studio, 2 the headset client.
    pub fn adopt_application(&mut self, index: usize, id: &str) {
        if let Some(application) = self.world.applications.get_mut(index) {
            id.clone_into(&mut application.id);
        }
    }

    /// Plans one more day and makes its events ready.
    fn plan_day(&mut self) {
        let last = self.day + 1 == self.days;
        let until = self.end - i64::try_from(self.days - self.day - 1).unwrap_or(0) * DAY;
        let window = until - DAY..until;
        self.make_accounts(window.end);
        if self.day == 0 {
            self.plan.groups(&mut self.world);
        }
        let share = share_by(self.day + 1, self.days, self.wanted, self.end);
        let mut within = self.plan.events.iter().filter(|event| event.at < until).count() as u64;
        if self.plan.random.chance(35) {
            within += self.attack(window.clone());
        }
        let mut refused = 0;
        while self.taken + within < share && self.world.present > 0 {
            let planned = self.plan.events.len();
            let anyhow = refused > 40 + 2 * self.world.present;
            if !self.plan.visit(&mut self.world, window.clone(), anyhow) {
                refused += 1;
                continue;
            }
            within += self.plan.events[planned..]
                .iter()
                .filter(|event| event.at < until)
                .count() as u64;
        }
        self.hand_over(until);
        if last {
            self.plan.events.clear();
        }
        self.day += 1;
    }

    fn make_accounts(&mut self, before: i64) {
        while let Some(profile) = self.world.profiles.get(self.world.present) {
            let created_at = profile.created_at.0;
            if created_at >= before {
                break;
            }
            let user = u32::try_from(self.world.present).unwrap_or(0);
            self.world.present += 1;
            self.plan.creation(&self.world, user, created_at);
        }
    }

    fn attack(&mut self, window: Range<i64>) -> u64 {
        let planned = self.plan.events.len();
        let most = usize::try_from(self.wanted / 60).unwrap_or(usize::MAX).clamp(6, 400);
        let attempts = most / 3 + self.plan.random.below(most);
        let at = self.plan.random.between(window.start, window.end - DAY / 12);
        self.plan.attack(&self.world, at, attempts);
        (self.plan.events.len() - planned) as u64
    }

    /// Moves what happens before `until` into `ready`, in order of time, and never more than is still wanted.
    fn hand_over(&mut self, until: i64) {
        let events = &mut self.plan.events;
        events.sort_unstable_by_key(|event| (event.at, event.order));
        let due = events.partition_point(|event| event.at < until);
        let due = due.min(usize::try_from(self.wanted - self.taken).unwrap_or(usize::MAX));
        self.taken += due as u64;
        self.ready.extend(events.drain(..due));
    }
}

/// How many of the wanted activities have happened by the end of so many days: weekends are quiet, and use grows.
fn share_by(day: u64, days: u64, wanted: u64, end: i64) -> u64 {
    if day >= days {
        return wanted;
    }
    let weight = |upto: u64| -> f64 {
        let first = end.div_euclid(DAY) - i64::try_from(days).unwrap_or(0);
        let weights = (0..upto).map(|at| {
            let weekday = (first + i64::try_from(at).unwrap_or(0) + 3).rem_euclid(7);
            let rhythm = if weekday >= 5 { 0.12 } else { 1.0 };
            rhythm * (0.6 + 0.8 * at as f64 / days as f64)
        });
        weights.sum()
    };
    (wanted as f64 * weight(day) / weight(days)) as u64
}

impl Iterator for Generator {
    type Item = Facts;

    fn next(&mut self) -> Option<Facts> {
        while self.ready.is_empty() && self.day < self.days && self.taken < self.wanted {
            self.plan_day();
        }
        let event = self.ready.pop_front()?;
        Some(render::render(&event, &mut self.world))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.wanted - self.taken + self.ready.len() as u64;
        (0, usize::try_from(left).ok())
    }
}
