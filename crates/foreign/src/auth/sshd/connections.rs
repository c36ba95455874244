//! What is known of the connections that sshd's processes serve, from their earlier lines, and what waits until it is
//! certain that no other line says it better. Bounded: the oldest are let go.

use std::collections::{HashMap, VecDeque};

use activity::{Reason, Time};

use super::party::Party;
use crate::auth::line::{ELSEWHERE, Line};
use crate::{Found, Harvest};

/// Connections remembered at least.
const REMEMBERED: usize = 20_000;
/// How long something waits for another line: longer than sshd lets anybody try to log in.
const WAITS: i64 = 10 * 60 * Time::SECOND;

/// A process of a machine.
pub(super) type Id = (u32, u32);

/// What is known of a connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    pub(super) user: Option<Box<str>>,
    pub(super) address: Option<Box<str>>,
    pub(super) port: Option<u16>,
    /// Why a user that exists is refused in it.
    pub(super) refused: Option<Reason>,
    /// That somebody is refused whoever they are: the failure, if no attempt follows that says so.
    pub(super) notice: Option<Found>,
    /// An attempt that failed, which a later line may say better.
    pub(super) attempt: Option<Attempt>,
    /// That it ended, without a name.
    pub(super) ending: Option<Found>,
    /// Failures that were told.
    pub(super) failures: u32,
    pub(super) gave_up: bool,
    pub(super) logged_in: bool,
    pub(super) ended: bool,
}

/// An attempt that failed.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) found: Found,
    /// The module of PAM that said so; `None` if sshd did.
    pub(super) module: Option<Box<str>>,
}

impl Connection {
    /// A line named this party.
    pub(super) fn heard(&mut self, party: &Party<'_>) {
        if let Some(user) = party.user.filter(|user| self.user.as_deref() != Some(*user)) {
            self.user = Some(user.into());
        }
        if let Some(address) = party
            .address
            .filter(|address| self.address.as_deref() != Some(*address))
        {
            self.address = Some(address.into());
            self.port = None;
        }
        self.port = party.port.or(self.port);
    }

    /// The party of a line, with what earlier lines said of it.
    pub(super) fn complete<'a>(&'a self, party: &Party<'a>) -> Party<'a> {
        let same = party.address.is_none() || party.address == self.address.as_deref();
        if !same {
            return *party;
        }
        Party {
            user: party.user.or(self.user.as_deref()),
            address: party.address.or(self.address.as_deref()),
            port: party.port.or(self.port),
        }
    }

    /// Another line says what waits here.
    pub(super) fn told(&mut self, harvest: &mut Harvest) {
        let notice = self.notice.take().is_some();
        let attempt = self.attempt.take().is_some();
        for _ in 0..u8::from(notice) + u8::from(attempt) {
            harvest.pass(ELSEWHERE);
        }
    }

    /// No other line says it: records what waits of an attempt.
    pub(super) fn settle_attempt(&mut self, harvest: &mut Harvest) {
        let Some(mut attempt) = self.attempt.take() else { return };
        self.supply(&mut attempt.found);
        harvest.found.push(attempt.found);
        self.failures += 1;
        if self.notice.take().is_some() {
            harvest.pass(ELSEWHERE);
        }
    }

    /// Nothing more comes of it: records whatever waits.
    pub(super) fn settle(&mut self, harvest: &mut Harvest) {
        self.settle_attempt(harvest);
        if let Some(mut notice) = self.notice.take() {
            if self.failures == 0 {
                self.supply(&mut notice);
                harvest.found.push(notice);
                self.failures += 1;
            } else {
                harvest.pass(ELSEWHERE);
            }
        }
        if let Some(ending) = self.ending.take() {
            harvest.found.push(ending);
        }
    }

    /// Puts in the address and the reason that other lines said.
    fn supply(&self, found: &mut Found) {
        let facts = &mut found.facts;
        if let Some(reason) = self.refused {
            facts.reason = Some(reason.word().to_owned());
        }
        if facts.ip.is_none() && !facts.metadata.contains_key("address") {
            let party = Party {
                user: None,
                address: self.address.as_deref(),
                port: self.port,
            };
            super::put_place(facts, &party);
        }
    }
}

/// The connections by machine and process.
#[derive(Debug, Default)]
pub(super) struct Connections {
    recent: HashMap<Id, Connection>,
    older: HashMap<Id, Connection>,
    /// Which connection somebody who logged in from an address and port has.
    places: HashMap<(u32, Box<str>, u16), Id>,
    /// Those in which something waits, by when it began to.
    waiting: VecDeque<(Time, Id)>,
}

impl Connections {
    /// The connection that a process serves.
    pub(super) fn of(&mut self, id: Id, harvest: &mut Harvest) -> &mut Connection {
        if self.recent.len() >= REMEMBERED {
            for (_, mut connection) in std::mem::replace(&mut self.older, std::mem::take(&mut self.recent)) {
                connection.settle(harvest);
            }
            self.places.clear();
        }
        if !self.recent.contains_key(&id) {
            let known = self.older.remove(&id).unwrap_or_default();
            self.recent.insert(id, known);
        }
        self.recent.entry(id).or_default()
    }

    /// Whether a process was heard of.
    pub(super) fn knows(&self, id: Id) -> bool {
        self.recent.contains_key(&id) || self.older.contains_key(&id)
    }

    /// Something waits in this connection since then.
    pub(super) fn wait(&mut self, id: Id, at: Time) {
        self.waiting.push_back((at, id));
    }

    /// Somebody at this address and port is served by this process.
    pub(super) fn place(&mut self, id: Id, party: &Party<'_>) {
        if let (Some(address), Some(port)) = (party.address, party.port) {
            self.places.insert((id.0, address.into(), port), id);
        }
    }

    /// The connection of somebody who logged in from there.
    pub(super) fn at_place(&self, host: u32, party: &Party<'_>) -> Option<Id> {
        let (address, port) = (party.address?, party.port?);
        self.places.get(&(host, address.into(), port)).copied()
    }

    /// Lets go of what has waited long enough by the clock of the log.
    pub(super) fn pass_time(&mut self, line: &mut Line<'_>) {
        while let Some((since, id)) = self.waiting.front().copied() {
            if line.at.0 - since.0 < WAITS {
                return;
            }
            self.waiting.pop_front();
            if let Some(connection) = self.recent.get_mut(&id).or_else(|| self.older.get_mut(&id)) {
                connection.settle(line.harvest);
            }
        }
    }

    /// The log is at its end.
    pub(super) fn finish(&mut self, harvest: &mut Harvest) {
        for connection in self.recent.values_mut().chain(self.older.values_mut()) {
            connection.settle(harvest);
        }
        self.waiting.clear();
    }
}
