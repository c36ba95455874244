//! The people, groups and sessions of a seed, and what the plan has to remember of each person.

use activity::{Named, Person, Time};

use super::names::CULTURES;
use super::places::{APPLICATIONS, Application, Places};
use super::random::Random;
use super::{GeneratorSettings, Profile, Standing};

const GROUPS: &[&str] = &[
    "Flight Training",
    "Atelier Étoile",
    "Surgical Skills",
    "Nordlys Werft",
    "Museum Guides",
    "研修センター",
    "Fire & Rescue",
    "Onboarding 2026",
    "Süd Montage",
    "Design Review",
    "Field Service",
    "Harbour Crane Simulator",
    "Языковая школа",
    "Safety <Level 2>",
    "Architecture Studio",
    "Quality Circle",
];
/// What sessions are called.
pub const SESSIONS: &[&str] = &[
    "Morning briefing",
    "Walk-through",
    "Café virtuel",
    "Evacuation drill",
    "Model review",
    "Open practice",
];
/// How long people go on joining a session that was started.
const RUNS: i64 = 36 * 3_600 * Time::SECOND;

/// A session that was started.
#[derive(Clone, Debug)]
pub(super) struct Meeting {
    pub(super) named: Named,
    pub(super) group: u16,
    started_at: i64,
}

/// A person as the plan sees them: fixed habits, and what changes from visit to visit.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) places: Places,
    /// Offset of the rhythm of their day, in microseconds.
    pub(super) offset: i64,
    pub(super) country: &'static str,
    pub(super) groups: Vec<u16>,
    pub(super) connections: Vec<u32>,
    pub(super) two_factor: bool,
    /// When their account is made.
    pub(super) made_at: i64,
    /// Nothing new begins before.
    pub(super) busy_until: i64,
}

/// Everything drawn once from a seed.
#[derive(Debug)]
pub(super) struct World {
    pub(super) profiles: Vec<Profile>,
    pub(super) members: Vec<Member>,
    pub(super) groups: Vec<Named>,
    /// When each of the groups is made; ascending.
    pub(super) founded: Vec<i64>,
    pub(super) applications: Vec<Named>,
    /// Sessions in the order they were started.
    pub(super) sessions: Vec<Meeting>,
    /// The latest session of each name of each group.
    latest: Vec<Option<u32>>,
    /// Which profiles are administrators.
    pub(super) administrators: Vec<u32>,
    /// How many of the people have an account by now: the first so many.
    pub(super) present: usize,
}

impl World {
    pub(super) fn draw(seed: u64, settings: &GeneratorSettings, start: i64, random: &mut Random) -> Self {
        let users = settings.users.max(3);
        let groups: Vec<Named> = (0..(users / 15).clamp(4, 64)).map(|at| group(at, random)).collect();
        let creations = creations(users, start, settings.end.0, random);
        let mut world = Self {
            profiles: Vec::new(),
            members: Vec::new(),
            latest: vec![None; groups.len() * SESSIONS.len()],
            groups,
            founded: Vec::new(),
            applications: APPLICATIONS.iter().map(Application::named).collect(),
            sessions: Vec::new(),
            administrators: Vec::new(),
            present: 0,
        };
        let mut taken = std::collections::HashMap::<String, u32>::new();
        for (at, created_at) in creations.into_iter().enumerate() {
            // Each from numbers of their own: more people or a longer time change nobody's name.
            let own = seed.wrapping_mul(0x1_0000_0001).wrapping_add(at as u64 + 1);
            let (mut profile, member) = somebody(at, created_at, &mut Random::new(own));
            let count = taken.entry(profile.person.username.clone()).or_default();
            *count += 1;
            if *count > 1 {
                profile.person.username.push_str(&count.to_string());
            }
            profile.person.email = format!("{}@example.com", profile.person.username);
            if profile.standing == Standing::Administrator {
                world.administrators.push(u32::try_from(at).unwrap_or(0));
            }
            world.profiles.push(profile);
            world.members.push(member);
        }
        world
    }

    /// Whether this person's account is made by this moment.
    pub(super) fn exists(&self, person: usize, at: i64) -> bool {
        self.profiles
            .get(person)
            .is_some_and(|profile| profile.created_at.0 <= at)
    }

    /// How many of the groups are made before this moment: the first so many.
    pub(super) fn groups_before(&self, at: i64) -> usize {
        self.founded.partition_point(|founded| *founded < at)
    }

    /// A session of this group to join at this moment, and whether it has to be started.
    pub(super) fn session(&mut self, group: u16, at: i64, random: &mut Random) -> (u32, bool) {
        let name = random.skewed(SESSIONS.len());
        let slot = usize::from(group) * SESSIONS.len() + name;
        let latest = self.latest[slot];
        let started_at = latest.map(|latest| self.sessions[latest as usize].started_at);
        if let (Some(latest), Some(started_at)) = (latest, started_at)
            && (started_at..started_at + RUNS).contains(&at)
        {
            return (latest, false);
        }
        let number = u32::try_from(self.sessions.len()).unwrap_or(u32::MAX);
        self.sessions.push(Meeting {
            named: Named {
                id: id("ses", random),
                name: SESSIONS[name].to_owned(),
            },
            group,
            started_at: at,
        });
        // Days are planned visit by visit, not in order: the latest stays the latest.
        if started_at.is_none_or(|started_at| started_at < at) {
            self.latest[slot] = Some(number);
        }
        (number, true)
    }
}

/// When each account is made: the first two at once, most early, the rest over the whole time.
fn creations(users: usize, start: i64, end: i64, random: &mut Random) -> Vec<i64> {
    let span = end - start;
    let mut all: Vec<i64> = (0..users)
        .map(|at| match at {
            0 => start + 20 * Time::SECOND,
            1 => start + 300 * Time::SECOND,
            _ if random.chance(750) => start + 600 * Time::SECOND + random.between(0, span / 20),
            _ => start + random.between(span / 20, span * 9 / 10),
        })
        .collect();
    all.sort_unstable();
    all
}

fn somebody(at: usize, created_at: i64, random: &mut Random) -> (Profile, Member) {
    let culture = random.pick(CULTURES);
    let (given, typed_given) = *random.pick(culture.given);
    let (family, typed_family) = *random.pick(culture.family);
    let standing = match at {
        0 => Standing::Administrator,
        1 => Standing::Auditor,
        _ if at % 40 == 2 => Standing::Administrator,
        _ => Standing::Member,
    };
    let username = format!("{}.{}", typed_given.to_lowercase(), typed_family.to_lowercase());
    let person = Person {
        id: id("usr", random),
        name: format!("{given} {family}"),
        username,
        email: String::new(),
    };
    let profile = Profile {
        person,
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        standing,
        zone: culture.zone,
        created_at: Time(created_at),
    };
    let member = Member {
        places: Places::draw(random),
        offset: culture.offset * 60 * Time::SECOND,
        country: culture.country,
        groups: Vec::new(),
        connections: Vec::new(),
        two_factor: false,
        made_at: created_at,
        busy_until: created_at + 3_600 * Time::SECOND,
    };
    (profile, member)
}

fn group(at: usize, random: &mut Random) -> Named {
    let name = GROUPS[at % GROUPS.len()];
    let name = if at < GROUPS.len() {
        name.to_owned()
    } else {
        format!("{name} {}", at / GROUPS.len() + 1)
    };
    Named {
        id: id("grp", random),
        name,
    }
}

/// `usr_` and the like with 20 characters nobody would mistake for one another.
fn id(prefix: &str, random: &mut Random) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut text = format!("{prefix}_");
    text.extend((0..20).map(|_| char::from(*random.pick(LETTERS))));
    text
}
