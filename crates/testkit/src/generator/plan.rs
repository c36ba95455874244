//! Plans one visit of one person: what they do from logging in to leaving. Owns no text; `stories` plans what goes wrong.

use std::ops::Range;

use super::events::{Event, Place, What};
use super::people::World;
use super::places::{HEADSET, STUDIO, WEB};
use super::random::Random;

pub(super) const SECOND: i64 = activity::Time::SECOND;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Hours of a working day at which visits begin, one entry for each hundredth-or-so of a day's visits.
const HOURS: &[i64] = &[
    6, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9, 9, 10, 10, 10, 11, 11, 12, 13, 13, 13, 14, 14, 14, 15, 15, 16, 16, 17, 18, 20, 21,
];

/// The planner of one seed: draws events into `events`, which its owner sorts and takes.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) random: Random,
    pub(super) events: Vec<Event>,
    order: u64,
}

/// A chain of events of one person from one place.
pub(super) struct Visit {
    pub(super) user: u32,
    pub(super) at: i64,
    pub(super) place: Place,
}

impl Plan {
    pub(super) fn new(random: Random) -> Self {
        Self {
            random,
            events: Vec::new(),
            order: 0,
        }
    }

    pub(super) fn push(&mut self, at: i64, user: u32, what: What, place: Place) {
        self.order += 1;
        self.events.push(Event {
            at,
            order: self.order,
            user,
            what,
            place,
        });
    }

    /// The account of this person is made by an administrator, the invitation mailed, and used within the hour.
    pub(super) fn creation(&mut self, world: &World, user: u32, created_at: i64) {
        let by = self.administrator(world, created_at);
        let (device, ip) = world.members[by as usize].places.usual(WEB, &mut self.random);
        let desk = Place {
            ip: Some(ip),
            device,
            application: WEB,
            script: false,
        };
        self.push(created_at, user, What::Created(by), desk);
        self.push(created_at + SECOND, user, What::ActivationSent(by), desk);
        let (device, ip) = world.members[user as usize].places.usual(WEB, &mut self.random);
        let activated = created_at + self.random.between(2 * MINUTE, 55 * MINUTE);
        self.push(
            activated,
            user,
            What::Activated,
            Place {
                ip: Some(ip),
                device,
                application: WEB,
                script: false,
            },
        );
    }

    /// The first administrator makes the groups, one after another, as soon as their account is in use.
    pub(super) fn groups(&mut self, world: &mut World) {
        let (device, ip) = world.members[0].places.usual(WEB, &mut self.random);
        let desk = Place {
            ip: Some(ip),
            device,
            application: WEB,
            script: false,
        };
        let mut at = world.profiles[0].created_at.0 + HOUR;
        for group in 0..index(world.groups.len()) {
            world.members[0].groups.push(group);
            self.push(at, 0, What::GroupCreated(group), desk);
            world.founded.push(at);
            at += self.random.between(20 * SECOND, 2 * MINUTE);
        }
        world.members[0].busy_until = at;
    }

    /// One visit of somebody within `window`, begun when people of their zone work; `false` if the draw fell on a
    /// weekend, the night or a busy person. `anyhow` takes any moment instead.
    pub(super) fn visit(&mut self, world: &mut World, window: Range<i64>, anyhow: bool) -> bool {
        let user = self.random.skewed(world.present);
        let member = &mut world.members[user];
        let at = if anyhow {
            let first = member.made_at + HOUR;
            if first >= window.end {
                return false;
            }
            self.random.between(window.start.max(first), window.end)
        } else {
            let local = *self.random.pick(HOURS) * HOUR + self.random.between(0, HOUR);
            let at = window.start + (local - member.offset - window.start).rem_euclid(DAY);
            let weekend = (at + member.offset).div_euclid(DAY).wrapping_add(3).rem_euclid(7) >= 5;
            if at >= window.end || at < member.busy_until || weekend && !self.random.chance(90) {
                return false;
            }
            at
        };
        let user = u32::try_from(user).unwrap_or(0);
        let application = match self.random.below(100) {
            0..68 => WEB,
            68..86 => STUDIO,
            _ => HEADSET,
        };
        let (device, ip) = member.places.usual(application, &mut self.random);
        let visit = Visit {
            user,
            at,
            place: Place {
                ip: Some(ip),
                device,
                application,
                script: false,
            },
        };
        let end = match self.random.below(1000) {
            0..18 => self.lockout(world, visit),
            18..40 => self.forgotten(visit),
            _ => self.ordinary(world, visit),
        };
        let member = &mut world.members[user as usize];
        member.busy_until = member.busy_until.max(end);
        true
    }

    fn ordinary(&mut self, world: &mut World, mut visit: Visit) -> i64 {
        if self.random.chance(70) {
            for _ in 0..=self.random.below(2) {
                self.push(visit.at, visit.user, What::WrongPassword, visit.place);
                visit.at += self.random.between(4 * SECOND, 40 * SECOND);
            }
        }
        self.push(visit.at, visit.user, What::LoggedIn, visit.place);
        for _ in 0..self.random.below(5) {
            visit.at += self.random.between(20 * SECOND, 25 * MINUTE);
            self.act(world, &mut visit);
        }
        visit.at += self.random.between(MINUTE, 2 * HOUR);
        if visit.place.application == HEADSET && self.random.chance(120) {
            self.push(
                visit.at,
                visit.user,
                What::ForcedLogout,
                Place {
                    ip: None,
                    ..visit.place
                },
            );
        } else if self.random.chance(620) {
            self.push(visit.at, visit.user, What::LoggedOut, visit.place);
        }
        visit.at
    }

    /// One thing somebody does while signed in.
    fn act(&mut self, world: &mut World, visit: &mut Visit) {
        let administrator = world.administrators.contains(&visit.user);
        let alone = world.members[visit.user as usize].groups.is_empty();
        match self.random.below(1000) {
            _ if alone => self.grouping(world, visit),
            0..560 => self.session(world, visit),
            560..690 => self.grouping(world, visit),
            690..800 => self.connecting(world, visit),
            800..850 => self.account(world, visit),
            _ if administrator => self.administer(world, visit),
            _ if visit.user == 1 => {
                let whose = self.somebody(world, visit.at);
                if whose != visit.user {
                    self.push(visit.at, whose, What::LogViewed(visit.user), visit.place);
                }
            }
            _ => self.session(world, visit),
        }
    }

    fn session(&mut self, world: &mut World, visit: &mut Visit) {
        let groups = &world.members[visit.user as usize].groups;
        let Some(group) = groups.get(self.random.below(groups.len())).copied() else {
            return;
        };
        // Visits of a day are not planned in their order: the group may have been joined in a later one.
        if usize::from(group) >= world.groups_before(visit.at) {
            return;
        }
        let (session, new) = world.session(group, visit.at, &mut self.random);
        if new {
            self.push(visit.at, visit.user, What::SessionStarted(session), visit.place);
            visit.at += self.random.between(SECOND, 5 * SECOND);
        }
        self.push(visit.at, visit.user, What::SessionJoined(session), visit.place);
        visit.at += self.random.between(4 * MINUTE, 80 * MINUTE);
        if self.random.chance(930) {
            self.push(visit.at, visit.user, What::SessionLeft(session), visit.place);
        }
    }

    fn grouping(&mut self, world: &mut World, visit: &mut Visit) {
        let founded = world.groups_before(visit.at);
        if founded == 0 {
            return;
        }
        let group = index(self.random.below(founded));
        let groups = &mut world.members[visit.user as usize].groups;
        match groups.iter().position(|of| *of == group) {
            Some(at) if groups.len() > 1 && self.random.chance(250) => {
                groups.remove(at);
                self.push(visit.at, visit.user, What::GroupLeft(group), visit.place);
            }
            Some(_) => self.push(visit.at, visit.user, What::DefaultGroup(group), visit.place),
            None if groups.len() >= 4 && visit.user != 0 || self.random.chance(200) => {
                self.push(visit.at, visit.user, What::InvitationDeclined(group), visit.place);
            }
            None => {
                groups.push(group);
                self.push(visit.at, visit.user, What::InvitationAccepted(group), visit.place);
                self.push(
                    visit.at + SECOND / 50,
                    visit.user,
                    What::GroupJoined(group),
                    visit.place,
                );
            }
        }
    }

    fn connecting(&mut self, world: &mut World, visit: &mut Visit) {
        let other = self.somebody(world, visit.at);
        if other == visit.user {
            return;
        }
        let connections = &mut world.members[visit.user as usize].connections;
        let what = match connections.iter().position(|of| *of == other) {
            Some(at) => {
                connections.swap_remove(at);
                What::Removed(other)
            }
            None if connections.len() > 20 || self.random.chance(150) => What::Rejected(other),
            None if self.random.chance(120) && !connections.is_empty() => {
                let at = self.random.below(connections.len());
                What::Removed(connections.swap_remove(at))
            }
            None if self.random.chance(500) => What::Requested(other),
            None => {
                connections.push(other);
                What::Accepted(other)
            }
        };
        self.push(visit.at, visit.user, what, visit.place);
    }

    fn account(&mut self, world: &mut World, visit: &mut Visit) {
        let member = &mut world.members[visit.user as usize];
        let what = match self.random.below(10) {
            0..4 => What::PasswordChanged,
            4..6 => What::EmailChanged,
            _ if member.two_factor => What::TwoFactorOff,
            sms => What::TwoFactorOn { sms: sms == 9 },
        };
        match what {
            What::TwoFactorOn { .. } => member.two_factor = true,
            What::TwoFactorOff => member.two_factor = false,
            _ => {}
        }
        self.push(visit.at, visit.user, what, visit.place);
    }

    fn administer(&mut self, world: &World, visit: &mut Visit) {
        let (by, whose) = (visit.user, self.somebody(world, visit.at));
        if whose == by {
            return;
        }
        self.push(visit.at, whose, What::LogViewed(by), visit.place);
        visit.at += self.random.between(5 * SECOND, MINUTE);
        match self.random.below(10) {
            0..3 => {
                self.push(visit.at, whose, What::ExportGenerated(by), visit.place);
                visit.at += self.random.between(5 * SECOND, MINUTE);
                self.push(visit.at, whose, What::ExportDownloaded(by), visit.place);
            }
            3 if whose > 2 => {
                self.push(visit.at, whose, What::LogInDisabled(by), visit.place);
                visit.at += self.random.between(MINUTE, 30 * MINUTE);
                self.push(visit.at, whose, What::LogInEnabled(by), visit.place);
            }
            _ => {}
        }
    }

    /// One of the administrators there are at this moment; the first if there is no other yet.
    pub(super) fn administrator(&mut self, world: &World, at: i64) -> u32 {
        let there = |person: &&u32| world.exists(**person as usize, at);
        let present = world.administrators.iter().take_while(there).count();
        *self.random.pick(&world.administrators[..present.max(1)])
    }

    /// Somebody whose account there is at this moment; the first administrator, whose there is before any other, where
    /// the draw falls on one that is made later on the same day.
    fn somebody(&mut self, world: &World, at: i64) -> u32 {
        let drawn = self.random.skewed(world.present);
        let drawn = if world.exists(drawn, at) { drawn } else { 0 };
        u32::try_from(drawn).unwrap_or(0)
    }
}

fn index(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
