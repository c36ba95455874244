//! What the generated activities leave behind: the accounts, memberships, sessions and connections there are by the
//! end of them. Owns no activity and writes nothing.

use std::collections::{BTreeMap, HashMap, VecDeque};

use activity::{Facts, Named, Person, Target, Time};
use app::backdate::{Past, PastConnection, PastDisclosure, PastMember, PastSession};

/// How long a session goes on after the last who left.
const LINGER: i64 = 60 * Time::SECOND;
/// Rows of one page of a log.
const PAGE: u64 = 50;
/// Looks that are kept, the latest ones.
const MOST_LOOKS: usize = 5_000;

/// What is left, as far as the activities have been seen.
#[derive(Default)]
pub(super) struct Aftermath {
    accounts: HashMap<String, Past>,
    /// By group and person: since when.
    members: BTreeMap<(String, String), Time>,
    /// The default group of a person.
    defaults: HashMap<String, String>,
    sessions: BTreeMap<String, PastSession>,
    /// By who asked and who was asked.
    connections: BTreeMap<(String, String), PastConnection>,
    /// How many rows each log has, and who looked at one last.
    rows: HashMap<String, u64>,
    looks: VecDeque<PastDisclosure>,
}

impl Aftermath {
    /// An account that was made.
    pub(super) fn account(&mut self, past: Past) {
        self.accounts.insert(past.id.clone(), past);
    }

    /// Keeps what these facts leave.
    pub(super) fn remember(&mut self, facts: &Facts) {
        let Some(user) = &facts.user else { return };
        self.look(facts, user);
        if let Some(past) = self.accounts.get_mut(&user.id) {
            past.email.clone_from(&user.email);
            account(past, facts);
        }
        match (facts.kind.split('.').next(), &facts.group, facts.target()) {
            (Some("group" | "user"), Some(group), _) => self.group(facts, user, group),
            (Some("session"), Some(group), Some(session)) => self.session(facts, (user, group, session)),
            (Some("connection"), _, Some(other)) => self.connection(facts, user, other),
            _ => {}
        }
    }

    fn look(&mut self, facts: &Facts, user: &Person) {
        let rows = self.rows.entry(user.id.clone()).or_default();
        if let ("log.viewed", Some(reader)) = (&*facts.kind, facts.by.person()) {
            self.looks.push_back(PastDisclosure {
                user_id: user.id.clone(),
                reader: reader.clone(),
                rows: (*rows).min(PAGE),
                ip: facts.ip,
                device: facts.device.clone(),
                at: facts.occurred_at,
            });
            if self.looks.len() > MOST_LOOKS {
                self.looks.pop_front();
            }
        }
        *rows += 1;
    }

    fn group(&mut self, facts: &Facts, user: &Person, group: &Named) {
        let key = (group.id.clone(), user.id.clone());
        match &*facts.kind {
            "group.joined" => drop(self.members.insert(key, facts.occurred_at)),
            "group.left" => {
                self.members.remove(&key);
                self.defaults.retain(|person, of| *person != user.id || *of != group.id);
            }
            "user.default_group_set" => drop(self.defaults.insert(user.id.clone(), group.id.clone())),
            _ => {}
        }
    }

    fn session(&mut self, facts: &Facts, (user, group, session): (&Person, &Named, &Target)) {
        let past = self.sessions.entry(session.id.clone()).or_insert_with(|| PastSession {
            named: Named {
                id: session.id.clone(),
                name: session.name.clone(),
            },
            group: group.clone(),
            host: user.clone(),
            started_at: facts.occurred_at,
            ended_at: facts.occurred_at,
        });
        past.ended_at = facts.occurred_at.plus(LINGER);
    }

    fn connection(&mut self, facts: &Facts, user: &Person, other: &Target) {
        let (asked, asking) = ((user.id.clone(), other.id.clone()), (other.id.clone(), user.id.clone()));
        let known = [&asked, &asking]
            .into_iter()
            .any(|key| self.connections.contains_key(key));
        let past = |(asking, other): (String, String), accepted_at| PastConnection {
            asking,
            other,
            requested_at: facts.occurred_at,
            accepted_at,
        };
        match &*facts.kind {
            "connection.requested" if !known => drop(self.connections.insert(asked.clone(), past(asked, None))),
            "connection.accepted" => {
                self.connections.remove(&asked);
                let accepted = past(asking.clone(), Some(facts.occurred_at));
                self.connections.insert(asking, accepted);
            }
            "connection.rejected" | "connection.removed" => {
                self.connections.remove(&asked);
                self.connections.remove(&asking);
            }
            _ => {}
        }
    }

    pub(super) fn accounts(&self) -> Vec<Past> {
        self.accounts.values().cloned().collect()
    }

    pub(super) fn members(&self) -> Vec<PastMember> {
        let members = self.members.iter().map(|((group, person), since)| PastMember {
            group_id: group.clone(),
            user_id: person.clone(),
            joined_at: *since,
            is_default: self.defaults.get(person) == Some(group),
        });
        members.collect()
    }

    pub(super) fn has_member(&self, group: &str, person: &str) -> bool {
        self.members.contains_key(&(group.to_owned(), person.to_owned()))
    }

    pub(super) fn sessions(&self) -> Vec<PastSession> {
        self.sessions.values().cloned().collect()
    }

    pub(super) fn looks(&self) -> Vec<PastDisclosure> {
        self.looks.iter().cloned().collect()
    }

    pub(super) fn connections(&self) -> Vec<PastConnection> {
        self.connections.values().cloned().collect()
    }
}

fn account(past: &mut Past, facts: &Facts) {
    match &*facts.kind {
        "account.activation_link_used" => past.activated_at = Some(facts.occurred_at),
        "user.login" => {
            past.last_login_at = Some(facts.occurred_at);
            past.last_attempt_failed = false;
        }
        "user.login_failed" => past.last_attempt_failed = true,
        "account.login_disabled" => past.login_enabled = false,
        "account.login_enabled" => past.login_enabled = true,
        _ => {}
    }
}
