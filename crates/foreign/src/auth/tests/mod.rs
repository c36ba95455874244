//! What lines of auth logs become. Names and addresses are of documentation.

mod heads;
mod hostile;
mod programs;
mod sshd;

use activity::{Facts, Outcome, Time};
use jiff::tz::TimeZone;

use super::{AuthLog, Years};
use crate::{Harvest, Origin};

/// What a log gave.
struct Given {
    facts: Vec<Facts>,
    harvest: Harvest,
    unreadable: Vec<String>,
}

fn now() -> Time {
    Time::parse("2026-11-28T12:00:00Z").unwrap()
}

fn read_in(log: &str, year: Option<i16>, zone: &str) -> Given {
    let mut years = Years::new();
    log.lines().for_each(|line| years.look(line));
    let zone = TimeZone::get(zone).unwrap();
    let mut reader = AuthLog::new(year.unwrap_or_else(|| years.first(now())), zone, now());
    let mut harvest = Harvest::default();
    let mut unreadable = Vec::new();
    for (line, text) in (1..).zip(log.lines()) {
        let origin = Origin { file: 0, line };
        if let Err(why) = reader.read(origin, text.as_bytes(), &mut harvest) {
            unreadable.push(why);
        }
    }
    reader.finish(&mut harvest);
    harvest.found.sort_by_key(|found| found.origin);
    Given {
        facts: harvest.found.drain(..).map(|found| found.facts).collect(),
        harvest,
        unreadable,
    }
}

fn read(log: &str) -> Given {
    let given = read_in(log, Some(2026), "UTC");
    assert!(given.unreadable.is_empty(), "{log}: {:?}", given.unreadable);
    for facts in &given.facts {
        activity::limits::check(facts, now()).unwrap();
    }
    given
}

/// Messages of one process of sshd, a second apart.
fn sshd(messages: &[&str]) -> Given {
    let line = |(second, message): (usize, &&str)| format!("Nov 20 10:00:{second:02} gate sshd[7]: {message}\n");
    read(&messages.iter().enumerate().map(line).collect::<String>())
}

/// Code, user, address, outcome and reason.
fn gist(facts: &Facts) -> String {
    let user = facts.user.as_ref().map_or("-", |user| &user.username);
    let ip = facts.ip.map_or("-".to_owned(), |ip| ip.to_string());
    let outcome = if facts.outcome == Outcome::Success { "" } else { " !" };
    format!(
        "{} {user} {ip}{outcome} {}",
        facts.kind,
        facts.reason.as_deref().unwrap_or("-")
    )
}

fn gists(given: &Given) -> Vec<String> {
    given.facts.iter().map(gist).collect()
}
