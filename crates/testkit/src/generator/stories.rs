//! What goes wrong: lockouts, forgotten passwords, and somebody guessing.

use super::events::{Place, What};
use super::people::World;
use super::places::{NO_DEVICE, WEB, attacker};
use super::plan::{MINUTE, Plan, SECOND, Visit};

impl Plan {
    /// Five failures, the lock, a reset, and a log-in from a new device; or an administrator unlocks.
    pub(super) fn lockout(&mut self, world: &World, mut visit: Visit) -> i64 {
        for _ in 0..5 {
            self.push(visit.at, visit.user, What::WrongPassword, visit.place);
            visit.at += self.random.between(5 * SECOND, 35 * SECOND);
        }
        self.push(
            visit.at,
            visit.user,
            What::Locked,
            Place {
                device: NO_DEVICE,
                ip: visit.place.ip,
                ..visit.place
            },
        );
        if self.random.chance(250) {
            let by = self.administrator(world, visit.at);
            let (device, ip) = world.members[by as usize].places.usual(WEB, &mut self.random);
            visit.at += self.random.between(3 * MINUTE, 25 * MINUTE);
            let desk = Place {
                ip: Some(ip),
                device,
                application: WEB,
                script: false,
            };
            self.push(visit.at, visit.user, What::Unlocked(by), desk);
            visit.at += self.random.between(MINUTE, 10 * MINUTE);
            self.push(visit.at, visit.user, What::LoggedIn, visit.place);
            return visit.at;
        }
        let (device, ip) = world.members[visit.user as usize].places.unusual(&mut self.random);
        self.reset(
            visit.user,
            visit.at,
            Place {
                ip: Some(ip),
                device,
                application: WEB,
                script: false,
            },
        )
    }

    /// A forgotten password: a failure or two, then a reset.
    pub(super) fn forgotten(&mut self, mut visit: Visit) -> i64 {
        for _ in 0..=self.random.below(3) {
            self.push(visit.at, visit.user, What::WrongPassword, visit.place);
            visit.at += self.random.between(6 * SECOND, 50 * SECOND);
        }
        self.reset(
            visit.user,
            visit.at,
            Place {
                application: WEB,
                ..visit.place
            },
        )
    }

    fn reset(&mut self, user: u32, mut at: i64, place: Place) -> i64 {
        at += self.random.between(20 * SECOND, 6 * MINUTE);
        self.push(at, user, What::ResetRequested, place);
        at += self.random.between(MINUTE, 40 * MINUTE);
        self.push(at, user, What::ResetCompleted, place);
        at += self.random.between(8 * SECOND, MINUTE);
        self.push(at, user, What::LoggedIn, place);
        at
    }

    /// Somebody guesses passwords of many accounts from one address, about one a second.
    pub(super) fn attack(&mut self, world: &World, at: i64, attempts: usize) {
        let place = Place {
            ip: Some(attacker(&mut self.random)),
            device: NO_DEVICE,
            application: WEB,
            script: true,
        };
        let mut at = at;
        let mut left = attempts;
        while left > 0 {
            let victim = self.random.below(world.present);
            if self.random.chance(400) || !world.exists(victim, at) {
                let name = u8::try_from(self.random.below(8)).unwrap_or(0);
                self.push(at, 0, What::UnknownUser(name), place);
                left -= 1;
            } else {
                let victim = u32::try_from(victim).unwrap_or(0);
                let tries = left.min(1 + self.random.below(5));
                for _ in 0..tries {
                    at += self.random.between(SECOND / 3, 2 * SECOND);
                    self.push(at, victim, What::WrongPassword, place);
                }
                if tries == 5 {
                    self.push(
                        at + SECOND / 20,
                        victim,
                        What::Locked,
                        Place {
                            application: WEB,
                            ..Place::system(WEB)
                        },
                    );
                }
                left -= tries;
            }
            at += self.random.between(SECOND / 3, 2 * SECOND);
        }
    }
}
