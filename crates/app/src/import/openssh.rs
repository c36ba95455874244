//! The log of OpenSSH's server: what each message means as an activity. Knows of a connection what its earlier lines
//! said, because some lines name neither person nor address.

mod header;
mod message;
mod peers;

use activity::{Facts, Named, Person, Reason, Time, limits};
use jiff::tz::TimeZone;

use super::Reading;
use crate::facts::failed;
use header::{Calendar, Header};
use message::{Message, Party};
use peers::Peers;

/// Most repetitions one line may stand for.
const MOST_REPEATED: u32 = 100_000;

/// A reader of one log.
pub(super) struct OpenSsh {
    calendar: Calendar,
    peers: Peers,
}

impl OpenSsh {
    pub(super) fn new(year: Option<i16>, zone: TimeZone, now: Time) -> Self {
        Self {
            calendar: Calendar::new(year, zone, now),
            peers: Peers::default(),
        }
    }

    /// Reads one line.
    pub(super) fn read(&mut self, line: &str) -> Reading {
        let header = match header::split(line) {
            Ok(header) => header,
            Err(why) => return Reading::unreadable(why),
        };
        if header.program != "sshd" && header.program != "sshd-session" && header.program != "sshd-auth" {
            return Reading::Ignored("lines of other programs");
        }
        let at = match self.calendar.at(&header.stamp) {
            Ok(at) => at,
            Err(why) => return Reading::unreadable(why),
        };
        match message::read(header.text) {
            Ok(Message::Repeated { times, .. }) if times > MOST_REPEATED => Reading::unreadable(format!(
                "says it was repeated {times} times; at most {MOST_REPEATED} are taken"
            )),
            Ok(Message::Repeated { times, inner }) => match message::read(inner) {
                Ok(message) => self.activities(&header, at, &message, times as usize),
                Err(why) => Reading::unreadable(why),
            },
            Ok(message) => self.activities(&header, at, &message, 1),
            Err(why) => Reading::unreadable(why),
        }
    }

    fn activities(&mut self, header: &Header<'_>, at: Time, message: &Message<'_>, times: usize) -> Reading {
        let facts = match message {
            Message::Accepted { method, party } => {
                self.peers.heard(header, party);
                let mut facts = about(header, at, "user.login", party);
                facts.metadata.insert("method".to_owned(), (*method).to_owned());
                facts
            }
            Message::Failed { method, invalid, party } => {
                self.peers.heard(header, party);
                let mut facts = failed(
                    about(header, at, "user.login_failed", party),
                    reason_of(method, *invalid),
                );
                facts.metadata.insert("method".to_owned(), (*method).to_owned());
                facts
            }
            Message::InvalidUser(party) => {
                self.peers.heard(header, party);
                let facts = failed(about(header, at, "ssh.invalid_user", party), Reason::UnknownUser);
                described(
                    facts,
                    format!("Log in tried with unknown user name {}", party.user.unwrap_or_default()),
                )
            }
            Message::TooManyFailures(party) => {
                if self.peers.gave_up(header) {
                    return Reading::Ignored("told by another line");
                }
                let party = self.peers.complete(header, party);
                let facts = failed(
                    about(header, at, "ssh.too_many_failures", &party),
                    Reason::TooManyFailures,
                );
                described(facts, "Disconnected after too many failed log-ins".to_owned())
            }
            Message::Disconnected { party, why } => {
                if self.peers.left(header, at) {
                    return Reading::Ignored("told by another line");
                }
                let party = self.peers.complete(header, party);
                let mut facts = about(header, at, "ssh.disconnected", &party);
                facts.reason = (!why.is_empty()).then(|| (*why).to_owned());
                described(facts, "Disconnected".to_owned())
            }
            Message::SessionClosed { user } => {
                let party = self.peers.complete(
                    header,
                    &Party {
                        user: Some(user),
                        ..Party::default()
                    },
                );
                about(header, at, "user.logout", &party)
            }
            Message::Nothing(reason) => return Reading::Ignored(reason),
            Message::Repeated { .. } => return Reading::unreadable("a repetition of a repetition"),
        };
        Reading::Activities(vec![facts.into(); times])
    }
}

fn about(header: &Header<'_>, at: Time, code: &str, party: &Party<'_>) -> Facts {
    let mut facts = Facts::new(activity::catalogue::shared(code), at);
    facts.user = party.user.filter(|user| !user.is_empty()).map(|user| Person {
        id: limits::id_of(&format!("ssh:{user}@{}", header.host)),
        username: user.to_owned(),
        ..Person::default()
    });
    facts.application = Some(Named {
        id: limits::id_of(&format!("ssh:{}", header.host)),
        name: format!("OpenSSH on {}", header.host),
    });
    facts.ip = party
        .address
        .and_then(|address| address.split('%').next()?.parse().ok());
    facts.ip = facts.ip.map(|ip: std::net::IpAddr| ip.to_canonical());
    if let (None, Some(address)) = (facts.ip, party.address) {
        facts.metadata.insert("address".to_owned(), address.to_owned());
    }
    if let Some(port) = party.port {
        facts.metadata.insert("port".to_owned(), port.to_string());
    }
    facts
}

fn described(mut facts: Facts, text: String) -> Facts {
    facts.description = Some(text);
    facts
}

fn reason_of(method: &str, invalid: bool) -> Reason {
    match method {
        _ if invalid => Reason::UnknownUser,
        "password" | "keyboard-interactive/pam" => Reason::WrongPassword,
        "publickey" => Reason::KeyRefused,
        "none" => Reason::NoCredentials,
        _ => Reason::Refused,
    }
}
