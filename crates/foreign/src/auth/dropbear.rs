//! Dropbear, the server of SSH that OpenWrt and Alpine have.

use activity::{Outcome, Reason, shorten};

use super::line::{ELSEWHERE, Line, put_address};
use super::moments::{self, Moments};

const TROUBLE: &str = "connection trouble";

/// Reads a message of Dropbear.
pub(super) fn read(line: &mut Line<'_>, moments: &mut Moments) {
    let said = line.head.text;
    let pid = line.head.pid.map(|pid| pid.to_string()).unwrap_or_default();
    let in_it = moments::key(line, &["dropbear", &pid]);
    for (start, method) in [
        ("Password auth succeeded for ", "password"),
        ("PAM password auth succeeded for ", "password"),
        ("Pubkey auth succeeded for ", "publickey"),
        ("Auth succeeded with blank password for ", "none"),
    ] {
        if let Some((user, place)) = said.strip_prefix(start).and_then(user_and_place) {
            moments.tell(line, in_it);
            let facts = about(line, "user.login", user, place, method);
            return line.record(facts);
        }
    }
    for (start, reason) in [
        ("Bad password attempt for ", Reason::WrongPassword),
        ("Bad PAM password attempt for ", Reason::WrongPassword),
        ("Login attempt for nonexistent user", Reason::UnknownUser),
        ("Login attempt with wrong user ", Reason::UnknownUser),
        ("User account ", Reason::AccountLocked),
        ("root login rejected", Reason::Refused),
    ] {
        if let Some(rest) = said.strip_prefix(start) {
            let (user, place) = user_and_place(rest).unwrap_or(("", rest));
            moments.tell(line, in_it);
            let mut facts = about(line, "user.login_failed", user, place, "");
            facts.outcome = Outcome::Failure;
            return line.record(facts.because(reason));
        }
    }
    if let Some(rest) = said.strip_prefix("Exit (") {
        let (user, _) = rest.split_once(')').unwrap_or((rest, ""));
        let place = rest
            .split_once("from <")
            .map_or("", |(_, place)| place.split('>').next().unwrap_or_default());
        let facts = about(line, "user.logout", user, place, "");
        return line.record(facts);
    }
    if said.starts_with("Exit before auth") {
        let told = moments.was_told(line, in_it);
        return line.pass(if told { ELSEWHERE } else { TROUBLE });
    }
    let nothing = [
        "Child connection from ",
        "Running in background",
        "Not backgrounding",
        "Early exit",
        "Failed ",
    ];
    if nothing.iter().any(|start| said.starts_with(start)) {
        return line.pass(TROUBLE);
    }
    line.unknown();
}

/// `'root'[ with key …] from ADDRESS:PORT`: the address is at the end.
fn user_and_place(rest: &str) -> Option<(&str, &str)> {
    let (before, place) = rest.rsplit_once(" from ")?;
    let user = match before.strip_prefix('\'') {
        Some(quoted) => quoted
            .split_once("' with ")
            .map_or(quoted.trim_end_matches('\''), |(user, _)| user),
        None => "",
    };
    Some((user, place))
}

fn about(line: &Line<'_>, code: &str, user: &str, place: &str, method: &str) -> activity::Facts {
    let mut facts = line.about(code, "dropbear", Some(user));
    let (address, port) = place.rsplit_once(':').unwrap_or((place, ""));
    let address = address.trim_matches(['[', ']']);
    if !address.is_empty() {
        put_address(&mut facts, address);
    }
    for (key, value) in [("port", port), ("method", method)] {
        if !value.is_empty() {
            facts.metadata.insert(key.to_owned(), shorten::value(value));
        }
    }
    facts
}
