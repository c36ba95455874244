//! The log of OpenSSH's server: what each message means as an activity. One attempt is one failure, and whoever was
//! refused leaves one, whichever of several lines says so; that another line says it is looked up, never assumed.

mod connections;
mod facts;
mod message;
mod pam_lines;
mod party;

use std::collections::HashSet;

use activity::{Facts, Reason, shorten};

use super::line::{ELSEWHERE, Line, text};
use super::pam;
use crate::Harvest;
use connections::{Attempt, Connections, Id};
pub(super) use facts::too_often;
use facts::{about, failure, put_place, reason_of};
use message::Message;
use party::Party;

/// Most repetitions one line may stand for.
pub(super) const MOST_REPEATED: u32 = 100_000;

/// What is known of sshd's connections.
#[derive(Debug, Default)]
pub(super) struct Sshd {
    connections: Connections,
    /// Machines on which PAM tells of sessions.
    with_sessions: HashSet<u32>,
    /// A number for lines that name no process, each of which is a connection of its own.
    unnumbered: u32,
}

impl Sshd {
    /// Reads a message of sshd.
    pub(super) fn read(&mut self, line: &mut Line<'_>) -> Result<(), String> {
        self.connections.pass_time(line);
        if let Some(said) = pam::split(line.head.program, line.head.text) {
            self.of_pam(line, &said);
            return Ok(());
        }
        match message::read(line.head.text)? {
            Message::Repeated { times, .. } if times > MOST_REPEATED => Err(too_often(times)),
            Message::Repeated { times, inner } => {
                let message = message::read(inner)?;
                if matches!(message, Message::Repeated { .. }) {
                    return Err("a repetition of a repetition".to_owned());
                }
                for _ in 0..times {
                    self.take(line, message);
                }
                Ok(())
            }
            message => {
                self.take(line, message);
                Ok(())
            }
        }
    }

    /// The log is at its end.
    pub(super) fn finish(&mut self, harvest: &mut Harvest) {
        self.connections.finish(harvest);
    }

    /// The connection of a line, anew where the one of that number has ended.
    fn id(&mut self, line: &Line<'_>) -> Id {
        let number = line.head.pid.unwrap_or_else(|| {
            self.unnumbered = self.unnumbered.wrapping_sub(1);
            self.unnumbered
        });
        (line.host, number)
    }

    fn begun(&mut self, line: &mut Line<'_>) -> Id {
        let id = self.id(line);
        let connection = self.connections.of(id, line.harvest);
        if connection.ended {
            connection.settle(line.harvest);
            *connection = connections::Connection::default();
        }
        id
    }

    fn take(&mut self, line: &mut Line<'_>, message: Message<'_>) {
        match message {
            Message::Accepted { method, party } => self.accepted(line, method, &party),
            Message::Failed { method, invalid, party } => {
                let reason = reason_of(method, invalid);
                let facts = failure(about(line, "user.login_failed", &party), reason, method);
                match method {
                    "none" => self.notice(line, &party, facts, None),
                    _ => self.failed(line, &party, facts),
                }
            }
            Message::InvalidUser(party) => {
                let mut facts = failure(about(line, "ssh.invalid_user", &party), Reason::UnknownUser, "");
                facts.description = Some(text(&format!(
                    "Log in tried with unknown user name {}",
                    party.user.unwrap_or_default()
                )));
                self.notice(line, &party, facts, None);
            }
            Message::NotAllowed { party, reason, why } => {
                let mut facts = failure(about(line, "user.login_failed", &party), reason, "");
                facts.metadata.insert("why".to_owned(), shorten::value(why));
                self.notice(line, &party, facts, Some(reason));
            }
            Message::PamFailed(party) => {
                let facts = failure(about(line, "user.login_failed", &party), Reason::WrongPassword, "pam");
                self.attempt(line, &party, facts, None);
            }
            Message::TooManyFailures(party) => self.too_many(line, &party),
            Message::Ended { party, why, early } => self.ended(line, &party, why, early),
            Message::Dropped { pid } => self.dropped(line, pid),
            Message::Nothing(reason) => line.pass(reason),
            Message::Unknown | Message::Repeated { .. } => line.unknown(),
        }
    }

    fn accepted(&mut self, line: &mut Line<'_>, method: &str, party: &Party<'_>) {
        let id = self.begun(line);
        let connection = self.connections.of(id, line.harvest);
        // What a module of PAM had refused another let in.
        connection.told(line.harvest);
        connection.heard(party);
        connection.logged_in = true;
        self.connections.place(id, party);
        let mut facts = about(line, "user.login", party);
        facts.metadata.insert("method".to_owned(), shorten::value(method));
        line.record(facts);
    }

    fn failed(&mut self, line: &mut Line<'_>, party: &Party<'_>, mut facts: Facts) {
        let id = self.begun(line);
        let connection = self.connections.of(id, line.harvest);
        connection.told(line.harvest);
        connection.heard(party);
        connection.failures += 1;
        if let Some(reason) = connection.refused {
            facts.reason = Some(reason.word().to_owned());
        }
        line.record(facts);
    }

    /// Somebody is refused whoever they are, which the attempt that follows says again.
    fn notice(&mut self, line: &mut Line<'_>, party: &Party<'_>, facts: Facts, refused: Option<Reason>) {
        let id = self.begun(line);
        let connection = self.connections.of(id, line.harvest);
        let said = connection.notice.is_some() || connection.failures > 0 || connection.attempt.is_some();
        connection.heard(party);
        connection.refused = refused.or(connection.refused);
        if said && party.address.is_none() {
            return line.pass(ELSEWHERE);
        }
        if line.head.pid.is_none() {
            return line.record(facts);
        }
        if connection.notice.take().is_some() {
            line.pass(ELSEWHERE);
        }
        let found = line.keyed(facts);
        self.connections.of(id, line.harvest).notice = Some(found);
        self.connections.wait(id, line.at);
    }

    /// An attempt failed, which sshd may say once more: module by module, then by itself.
    fn attempt(&mut self, line: &mut Line<'_>, party: &Party<'_>, facts: Facts, module: Option<&str>) {
        let id = self.begun(line);
        let connection = self.connections.of(id, line.harvest);
        let before = connection.attempt.as_ref().map(|attempt| attempt.module.as_deref());
        match (before, module) {
            // Another module refused the same attempt.
            (Some(Some(before)), Some(module)) if before != module => {
                connection.heard(party);
                return line.pass(ELSEWHERE);
            }
            (Some(Some(_)), None) => {
                connection.attempt = None;
                line.pass(ELSEWHERE);
            }
            (Some(_), _) => connection.settle_attempt(line.harvest),
            (None, _) => {}
        }
        let found = line.keyed(facts);
        let connection = self.connections.of(id, line.harvest);
        connection.heard(party);
        connection.attempt = Some(Attempt {
            found,
            module: module.map(Into::into),
        });
        if line.head.pid.is_none() {
            return connection.settle(line.harvest);
        }
        self.connections.wait(id, line.at);
    }

    fn too_many(&mut self, line: &mut Line<'_>, party: &Party<'_>) {
        let id = self.id(line);
        let connection = self.connections.of(id, line.harvest);
        if connection.gave_up {
            return line.pass(ELSEWHERE);
        }
        connection.settle(line.harvest);
        connection.heard(party);
        connection.gave_up = true;
        let party = connection.complete(party);
        let mut facts = failure(
            about(line, "ssh.too_many_failures", &party),
            Reason::TooManyFailures,
            "",
        );
        facts.description = Some("Disconnected after too many failed log-ins".to_owned());
        line.record(facts);
    }

    fn ended(&mut self, line: &mut Line<'_>, party: &Party<'_>, why: &str, early: bool) {
        let mut id = self.id(line);
        if !early && let Some(served) = self.connections.at_place(line.host, party) {
            id = served;
        }
        let with_sessions = self.with_sessions.contains(&line.host);
        let connection = self.connections.of(id, line.harvest);
        if connection.logged_in {
            if with_sessions || connection.ended {
                return line.pass(ELSEWHERE);
            }
            connection.ended = true;
            let facts = about(line, "user.logout", &connection.complete(party));
            return line.record(facts);
        }
        let named = party.user.is_some_and(|user| !user.is_empty());
        let known = connection.failures > 0 || connection.notice.is_some() || connection.attempt.is_some();
        connection.heard(party);
        let silent = connection.ending.take();
        connection.settle(line.harvest);
        let again = std::mem::replace(&mut connection.ended, true);
        if known || connection.gave_up || (again && silent.is_none()) {
            if let Some(silent) = silent {
                line.harvest.found.push(silent);
            }
            return line.pass(ELSEWHERE);
        }
        if named && !early {
            // Somebody who had logged in before this log begins.
            if silent.is_some() {
                line.pass(ELSEWHERE);
            }
            if with_sessions {
                return line.pass(ELSEWHERE);
            }
            let facts = about(line, "user.logout", party);
            return line.record(facts);
        }
        if !named && let Some(silent) = silent {
            line.harvest.found.push(silent);
            return line.pass(ELSEWHERE);
        }
        if silent.is_some() {
            line.pass(ELSEWHERE);
        }
        self.left(line, id, party, why);
    }

    /// Nothing else is told of a connection but that it ended.
    fn left(&mut self, line: &mut Line<'_>, id: Id, party: &Party<'_>, why: &str) {
        let named = party.user.is_some_and(|user| !user.is_empty());
        let mut facts = about(line, "ssh.disconnected", party);
        if named {
            facts = failure(facts, Reason::Refused, "");
            facts.description = Some("Left without having logged in".to_owned());
            if !why.is_empty() {
                facts.metadata.insert("why".to_owned(), shorten::value(why));
            }
        } else {
            facts.reason = (!why.is_empty()).then(|| shorten::value(why));
            facts.description = Some("Disconnected".to_owned());
        }
        if named || line.head.pid.is_none() {
            return line.record(facts);
        }
        // The next line may name who it was.
        let found = line.keyed(facts);
        self.connections.of(id, line.harvest).ending = Some(found);
        self.connections.wait(id, line.at);
    }

    fn dropped(&mut self, line: &mut Line<'_>, pid: Option<u32>) {
        if let Some(pid) = pid.or(line.head.pid)
            && self.connections.knows((line.host, pid))
        {
            let connection = self.connections.of((line.host, pid), line.harvest);
            connection.settle(line.harvest);
            connection.ended = true;
        }
        line.pass("connection trouble");
    }
}
