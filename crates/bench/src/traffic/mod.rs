//! The data of a run, untidy as logs are: any activity is a pure function of the seed and its place in the order of
//! arrival, so that it is made as it is sent, by anyone, as often as needed, and nothing is kept.

mod course;
mod kinds;
mod people;
pub mod places;
mod random;
#[cfg(test)]
mod tests;
mod words;

use activity::{Change, Facts, Named, Outcome, Reason, Target, Time};

pub use course::{Course, DELIVERY, SENDERS};
use course::{LATE_MICROS, Part};
use kinds::{Holds, Kind, Kinds};
use people::{SHARED, Somebody};
use places::{APPLICATIONS, Gateways};
use random::{Draw, Stream, Zipf};
use words::OTHERS;

/// Ten-thousandths of live rows that come an hour late.
const LATE: u64 = 100;
/// Ten-thousandths of rows of other types than failures that fail all the same: four in a hundred fail in all.
const FAILS: u64 = 103;
/// Ten-thousandths of rows with a group, of types that need none.
const GROUPED: u64 = 5_000;
/// Ten-thousandths of rows about files with a note.
const NOTED: u64 = 1_000;
/// Sessions begin anew after so many activities, and about so many rows tell of one.
const SESSION_LASTS: u64 = 30_000;
const SESSION_ROWS: f64 = 12.0;
const SESSION_SHARE: f64 = 0.33;
const FILES: u64 = 50_000;

/// The data.
#[derive(Debug)]
pub struct Traffic {
    seed: u64,
    pub course: Course,
    people: Vec<Somebody>,
    by_activity: Zipf,
    groups: Vec<Named>,
    by_size: Zipf,
    kinds: Kinds,
    gateways: Gateways,
    applications: Vec<Named>,
}

impl Traffic {
    pub fn new(seed: u64, course: Course) -> Self {
        let application = |name: &&str| Named {
            id: name.to_lowercase().replace(' ', "-"),
            name: (*name).to_owned(),
        };
        Self {
            seed,
            people: people::people(seed, course.end),
            by_activity: Zipf::new(people::PEOPLE),
            groups: people::groups(seed, course.end),
            by_size: Zipf::new(SHARED),
            kinds: Kinds::new(),
            gateways: Gateways::new(),
            applications: APPLICATIONS.iter().map(application).collect(),
            course,
        }
    }

    /// The activity that arrives at this place.
    pub fn facts(&self, place: u64) -> Facts {
        let (part, mut draw) = (self.course.part(place), Draw::of(self.seed, Stream::Row, place));
        let mut occurred_at = self.course.occurred(part, draw.unit());
        if matches!(part, Part::Live(_)) && draw.chance(LATE) {
            occurred_at = occurred_at.plus(-LATE_MICROS);
        }
        let kind = self.kinds.at(draw.below(1000));
        let somebody = &self.people[self.by_activity.at(draw.unit())];
        let mut facts = Facts::new(kind.code.clone(), occurred_at);
        self.everywhere(&mut facts, somebody, &mut draw);
        if kind.is_failure || draw.chance(FAILS) {
            facts.outcome = Outcome::Failure;
            let reason = draw.pick(&[Reason::WrongPassword, Reason::WrongCode, Reason::UnknownUser]);
            facts.reason = Some(reason.word().to_owned());
        }
        if kind.holds == Holds::Session || draw.chance(GROUPED) {
            self.grouped(&mut facts, kind, place, &mut draw);
        }
        self.of_its_kind(&mut facts, kind, &mut draw);
        facts
    }

    /// Activities in the order of arrival, from one place to another.
    pub fn between(&self, from: u64, to: u64) -> impl Iterator<Item = Facts> + '_ {
        (from..to).map(|place| self.facts(place))
    }

    fn everywhere(&self, facts: &mut Facts, somebody: &Somebody, draw: &mut Draw) {
        let used = places::used(draw);
        facts.user = Some(somebody.person.clone());
        facts.application = self.applications.get(used.application).cloned();
        facts.device = Some(used.words.to_owned());
        facts.user_agent = Some(used.agent.to_owned());
        facts.ip = Some(somebody.addresses.one(&self.gateways, draw));
        facts.country = Some(somebody.country.to_owned());
    }

    fn grouped(&self, facts: &mut Facts, kind: &Kind, place: u64, draw: &mut Draw) {
        let rank = self.by_size.at(draw.unit());
        facts.group = self.groups.get(rank).cloned();
        if kind.holds == Holds::Session {
            let expected = SESSION_LASTS as f64 * SESSION_SHARE * self.by_size.share(rank);
            let slot = draw.below((expected / SESSION_ROWS).ceil() as u64);
            let which = (place / SESSION_LASTS * SHARED as u64 + rank as u64) * SESSION_LASTS + slot;
            let mut own = Draw::of(self.seed, Stream::Session, which);
            let begun = self
                .course
                .occurred(self.course.part(place / SESSION_LASTS * SESSION_LASTS), 0.0);
            facts.targets = vec![target(
                "session",
                own.id("ses", begun.0),
                (*own.pick(testkit::SESSIONS)).to_owned(),
            )];
        }
    }

    fn of_its_kind(&self, facts: &mut Facts, kind: &Kind, draw: &mut Draw) {
        match kind.holds {
            Holds::Somebody => facts.targets = vec![self.other(draw)],
            Holds::File => {
                let number = draw.below(FILES);
                let id = Draw::of(self.seed, Stream::Thing, number).id("fil", self.course.begin().0);
                facts.targets = vec![target("file", id, format!("Plan {number}.dwg"))];
                if draw.chance(NOTED) {
                    facts.description = Some(draw.pick(OTHERS).note(draw));
                }
            }
            Holds::Note => facts.description = Some(draw.pick(OTHERS).note(draw)),
            Holds::Email => facts.changes.extend(facts.user.as_ref().map(|person| Change {
                field: "email".to_owned(),
                before: Some(format!("{}@example.net", person.username)),
                after: Some(person.email.clone()),
            })),
            Holds::Method => {
                let method = *draw.pick(&["SMS", "authenticator app"]);
                facts.metadata.insert("method".to_owned(), method.to_owned());
            }
            Holds::Nothing | Holds::Session => {}
        }
    }

    fn other(&self, draw: &mut Draw) -> Target {
        let person = self.people[self.by_activity.at(draw.unit())].person.clone();
        Target {
            username: person.username,
            email: person.email,
            ..target(Target::USER, person.id, person.name)
        }
    }

    /// The id of the user whose share of the rows is no more than this, the busiest of them.
    pub fn user(&self, share: f64) -> &str {
        &self.people[self.by_activity.no_more_than(share)].person.id
    }

    /// The id of the group whose share of the rows is no more than this, the busiest of them.
    pub fn group(&self, share: f64) -> &str {
        let grouped = SESSION_SHARE + (1.0 - SESSION_SHARE) * GROUPED as f64 / 10_000.0;
        &self.groups[self.by_size.no_more_than(share / grouped)].id
    }

    /// An id as random as the others', of a user who does not exist.
    pub fn nobody(&self) -> String {
        Draw::of(self.seed, Stream::Nobody, 0).id("usr", self.course.begin().0)
    }

    /// Since when there are activities: the beginning of the import.
    pub fn begin(&self) -> Time {
        self.course.begin()
    }
}

fn target(kind: &str, id: String, name: String) -> Target {
    Target {
        kind: kind.to_owned(),
        id,
        name,
        ..Target::default()
    }
}
