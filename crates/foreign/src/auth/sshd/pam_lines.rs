//! What PAM's modules say in the name of sshd.

use activity::Reason;

use super::facts::{about, failure};
use super::party::Party;
use super::{MOST_REPEATED, Sshd};
use crate::auth::line::{ELSEWHERE, Line};
use crate::auth::pam;

impl Sshd {
    pub(super) fn of_pam(&mut self, line: &mut Line<'_>, said: &pam::Said<'_>) {
        match pam::read(said) {
            pam::Message::Failed { user, rhost } => self.pam_failed(line, said.module, user, rhost),
            pam::Message::MoreFailed { times, user } => self.more_failed(line, times, user),
            pam::Message::Opened { user, .. } => self.opened(line, user),
            pam::Message::Closed { user } if said.module == "pam_unix" => {
                self.with_sessions.insert(line.host);
                let id = self.id(line);
                let connection = self.connections.of(id, line.harvest);
                if std::mem::replace(&mut connection.ended, true) {
                    return line.pass(ELSEWHERE);
                }
                let party = Party {
                    user: Some(user),
                    ..Party::default()
                };
                let facts = about(line, "user.logout", &connection.complete(&party));
                line.record(facts);
            }
            pam::Message::Locked { user } => {
                let facts = about(
                    line,
                    "user.locked",
                    &Party {
                        user: Some(user),
                        ..Party::default()
                    },
                );
                line.record(facts);
            }
            pam::Message::Closed { .. } => line.pass("sessions as further modules of PAM tell of them"),
            pam::Message::Step => line.pass("steps of a log-in"),
            _ => line.pass("other messages of PAM"),
        }
    }

    /// PAM counted so many failures beside the first.
    fn more_failed(&mut self, line: &mut Line<'_>, times: u32, user: Option<&str>) {
        let id = self.id(line);
        if !self.connections.knows(id) || times > MOST_REPEATED {
            return line.pass(ELSEWHERE);
        }
        let connection = self.connections.of(id, line.harvest);
        connection.settle_attempt(line.harvest);
        let missing = (times + 1).saturating_sub(connection.failures);
        if missing == 0 {
            return line.pass(ELSEWHERE);
        }
        connection.failures += missing;
        let party = Party {
            user: user.filter(|user| !user.is_empty()),
            ..Party::default()
        };
        let facts = failure(
            about(line, "user.login_failed", &connection.complete(&party)),
            Reason::WrongPassword,
            "pam",
        );
        for _ in 0..missing {
            line.record(facts.clone());
        }
    }

    fn pam_failed(&mut self, line: &mut Line<'_>, module: &str, user: Option<&str>, rhost: Option<&str>) {
        let address = rhost.filter(|host| !host.is_empty());
        let party = Party {
            user: user.filter(|user| !user.is_empty()),
            address: None,
            port: None,
        };
        let id = self.begun(line);
        let known = self.connections.of(id, line.harvest).complete(&party);
        let reason = if known.user.is_none() {
            Reason::UnknownUser
        } else {
            Reason::WrongPassword
        };
        let place = Party {
            address: known.address.or(address),
            ..known
        };
        let facts = failure(about(line, "user.login_failed", &place), reason, "pam");
        let party = Party { address, ..party };
        self.attempt(line, &party, facts, Some(module));
    }

    fn opened(&mut self, line: &mut Line<'_>, user: &str) {
        self.with_sessions.insert(line.host);
        let id = self.begun(line);
        let connection = self.connections.of(id, line.harvest);
        if std::mem::replace(&mut connection.logged_in, true) {
            return line.pass(ELSEWHERE);
        }
        connection.told(line.harvest);
        let party = Party {
            user: Some(user),
            ..Party::default()
        };
        connection.heard(&party);
        let facts = about(line, "user.login", &connection.complete(&party));
        line.record(facts);
    }
}
