//! The auth log of a machine: log-ins and log-outs, failures and refusals, `su` and `sudo`, and what becomes of
//! accounts and groups, as the programs of Linux, the BSDs, macOS and illumos write them.

mod accounts;
mod calendar;
mod dropbear;
mod head;
mod journal;
mod line;
mod login;
mod moments;
mod pam;
mod privileges;
mod sshd;
mod stamp;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use activity::Time;
use jiff::tz::TimeZone;

pub use calendar::Years;

use crate::{Harvest, Keys, Origin};
use calendar::Calendar;
use head::{Head, Split};
use line::Line;
use moments::Moments;
use sshd::Sshd;

/// Most machines that are told apart in one log.
const HOSTS: usize = 100_000;

/// A reader of one log, whose lines come in the order they were written.
pub struct AuthLog {
    calendar: Calendar,
    hosts: HashMap<Box<str>, u32>,
    /// The line before, of each machine, for one that says how often it was repeated.
    before: HashMap<u32, Before>,
    programs: Programs,
    keys: Keys,
}

/// The program, the process and the message of a line.
struct Before {
    program: String,
    pid: Option<u32>,
    text: String,
}

#[derive(Debug, Default)]
struct Programs {
    sshd: Sshd,
    moments: Moments,
}

/// The instant that a text says, in any of the forms lines begin with; of UTC where it says no zone.
pub(crate) fn instant(text: &str) -> Option<Time> {
    match stamp::split(text)? {
        (stamp::Stamp::Instant(at), "") => Some(at),
        (stamp::Stamp::Civil(civil), "") => civil.as_utc(),
        _ => None,
    }
}

impl AuthLog {
    /// For a log whose first line is of this year, where it does not say so, and of this zone; read now.
    #[must_use]
    pub fn new(year: i16, zone: TimeZone, now: Time) -> Self {
        Self {
            calendar: Calendar::new(year, zone, now.plus(Time::DAY)),
            hosts: HashMap::new(),
            before: HashMap::new(),
            programs: Programs::default(),
            keys: Keys::default(),
        }
    }

    /// Reads a line; an error says why it cannot be read. What it gives may come with a later one.
    pub fn read(&mut self, origin: Origin, raw: &[u8], harvest: &mut Harvest) -> Result<(), String> {
        let text = crate::text::of_line(raw);
        let text = text.trim_end();
        if text.is_empty() {
            harvest.pass("empty lines");
            return Ok(());
        }
        if text.starts_with('{') {
            let told = journal::read(text)?;
            return self.message(origin, raw, &told.head()?, harvest);
        }
        match head::split(text)? {
            Split::Head(head) => self.message(origin, raw, &head, harvest),
            Split::Mark => {
                harvest.pass("marks of the journal");
                Ok(())
            }
        }
    }

    /// The log is at its end: what waited for another line is certain now.
    pub fn finish(&mut self, harvest: &mut Harvest) {
        let before = harvest.found.len();
        self.programs.sshd.finish(harvest);
        self.programs.moments.finish(harvest);
        if let Some(last) = harvest.found.get_mut(before..) {
            last.sort_by_key(|found| found.origin);
        }
    }

    fn message(&mut self, origin: Origin, raw: &[u8], head: &Head<'_>, harvest: &mut Harvest) -> Result<(), String> {
        let at = self.calendar.at(&head.stamp)?;
        let mut line = Line {
            head: *head,
            at,
            host: self.host(head.host),
            raw,
            origin,
            keys: &mut self.keys,
            harvest,
        };
        if head.program.is_empty() {
            return repeat(&mut self.programs, &self.before, &mut line);
        }
        let before = self.before.entry(line.host).or_insert_with(|| Before {
            program: String::new(),
            pid: None,
            text: String::new(),
        });
        before.pid = head.pid;
        for (kept, given) in [(&mut before.program, head.program), (&mut before.text, head.text)] {
            kept.clear();
            kept.push_str(given);
        }
        self.programs.read(&mut line)
    }

    fn host(&mut self, host: &str) -> u32 {
        if let Some(number) = self.hosts.get(host) {
            return *number;
        }
        if self.hosts.len() >= HOSTS {
            return u32::MAX;
        }
        let number = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        self.hosts.insert(host.into(), number);
        number
    }
}

/// `last message repeated 3 times`: what the line before of this machine said, so often again.
fn repeat(programs: &mut Programs, before: &HashMap<u32, Before>, line: &mut Line<'_>) -> Result<(), String> {
    let rest = line
        .head
        .text
        .strip_prefix("last message repeated ")
        .unwrap_or_default();
    let times = rest.split(' ').next().and_then(|times| times.parse::<u32>().ok());
    let times = times.ok_or("says that a message was repeated and not how often")?;
    if times > sshd::MOST_REPEATED {
        return Err(sshd::too_often(times));
    }
    let Some(before) = before.get(&line.host) else {
        line.pass("repetitions of what stands in another file");
        return Ok(());
    };
    for _ in 0..times {
        let mut again = Line {
            head: Head {
                program: &before.program,
                pid: before.pid,
                text: &before.text,
                ..line.head
            },
            at: line.at,
            host: line.host,
            raw: line.raw,
            origin: line.origin,
            keys: &mut *line.keys,
            harvest: &mut *line.harvest,
        };
        programs.read(&mut again)?;
    }
    Ok(())
}

impl Programs {
    fn read(&mut self, line: &mut Line<'_>) -> Result<(), String> {
        self.moments.pass_time(line);
        let moments = &mut self.moments;
        let program = line.head.program;
        match program.split('(').next().unwrap_or(program) {
            "sshd" | "sshd-session" | "sshd-auth" => {
                let found = line.harvest.found.len();
                self.sshd.read(line)?;
                // Whoever logged in is not logged in once more by systemd-logind's word.
                for place in found..line.harvest.found.len() {
                    let facts = line.harvest.found.get(place).map(|found| &found.facts);
                    let Some(facts) = facts.filter(|facts| &*facts.kind == "user.login") else {
                        continue;
                    };
                    let user = facts.user.as_ref().map_or("", |user| &user.username);
                    let key = moments::key(line, &["session", user]);
                    moments.tell(line, key);
                }
            }
            "dropbear" => dropbear::read(line, moments),
            "sudo" => privileges::sudo(line, moments),
            "doas" => privileges::doas(line, moments),
            "su" | "su-l" => privileges::su(line, moments),
            "systemd-logind" | "elogind" => login::logind(line, moments),
            "login" | "rlogin" => login::login(line, moments),
            "syslogd" | "rsyslogd" | "syslog-ng" | "syslog" => line.pass("about the log itself"),
            known if accounts::PROGRAMS.contains(&known) => accounts::read(line, moments),
            _ if line.head.text.starts_with("ROOT LOGIN") || line.head.text.starts_with("LOGIN ON ") => {
                login::login(line, moments);
            }
            _ => match pam::split(program, line.head.text) {
                Some(said) => login::of_pam(line, moments, &said),
                None => line.harvest.pass_program(program),
            },
        }
        Ok(())
    }
}
