//! What the activities of sshd begin with.

use activity::{Facts, Outcome, Reason, shorten};

use super::MOST_REPEATED;
use super::party::Party;
use crate::auth::line::{Line, put_address};

/// Why a line that stands for too many is refused.
pub(in crate::auth) fn too_often(times: u32) -> String {
    format!("says it was repeated {times} times; at most {MOST_REPEATED} are taken")
}

pub(super) fn about(line: &Line<'_>, code: &str, party: &Party<'_>) -> Facts {
    let mut facts = line.about(code, "ssh", party.user);
    put_place(&mut facts, party);
    facts
}

/// Says where somebody came from.
pub(super) fn put_place(facts: &mut Facts, party: &Party<'_>) {
    let Some(address) = party.address.filter(|address| *address != "UNKNOWN") else {
        return;
    };
    put_address(facts, address);
    if let Some(port) = party.port {
        facts.metadata.insert("port".to_owned(), port.to_string());
    }
}

pub(super) fn failure(mut facts: Facts, reason: Reason, method: &str) -> Facts {
    facts.outcome = Outcome::Failure;
    if !method.is_empty() {
        facts.metadata.insert("method".to_owned(), shorten::value(method));
    }
    facts.because(reason)
}

pub(super) fn reason_of(method: &str, invalid: bool) -> Reason {
    match method {
        _ if invalid => Reason::UnknownUser,
        "password" => Reason::WrongPassword,
        "publickey" => Reason::KeyRefused,
        "none" => Reason::NoCredentials,
        other if other.starts_with("keyboard-interactive") => Reason::WrongPassword,
        _ => Reason::Refused,
    }
}
