//! The part of a line before its message: when, which machine, which program and process. Every form that syslog
//! daemons, BusyBox, the BSDs, macOS, illumos and the journal write.

use super::stamp::{self, Stamp, is_tag, word};

/// A line taken apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Head<'a> {
    pub(super) stamp: Stamp<'a>,
    /// Empty where the form names no machine.
    pub(super) host: &'a str,
    /// Empty where the line tells of the line before.
    pub(super) program: &'a str,
    pub(super) pid: Option<u32>,
    pub(super) text: &'a str,
}

/// What a line is.
#[derive(Debug, PartialEq)]
pub(super) enum Split<'a> {
    /// A message.
    Head(Head<'a>),
    /// A mark that `journalctl` puts between messages.
    Mark,
}

const WANTED: &str = "begins with no time such as `Dec 10 06:55:46` or `2025-12-10T06:55:46.000+01:00`";
const NO_PROGRAM: &str = "names no program after its machine";

/// The time of a line, and what follows it.
pub(super) fn stamp(line: &str) -> Option<(Stamp<'_>, &str)> {
    let line = without_priority(line);
    stamp::split(line.strip_prefix("1 ").unwrap_or(line)).or_else(|| {
        // Windows' own begins with the process.
        let (pid, rest) = word(line);
        pid.parse::<u32>().ok()?;
        stamp::split(rest)
    })
}

/// Splits a line; an error says what it lacks.
pub(super) fn split(line: &str) -> Result<Split<'_>, String> {
    if is_mark(line) {
        return Ok(Split::Mark);
    }
    let line = without_priority(line);
    if let Some(rest) = line.strip_prefix("1 ")
        && rest.as_bytes().get(4) == Some(&b'-')
    {
        return versioned(rest).map(Split::Head);
    }
    match stamp::split(line) {
        Some((stamp, rest)) => traditional(stamp, rest).map(Split::Head),
        None => windows(line).map(Split::Head).ok_or_else(|| WANTED.to_owned()),
    }
}

/// `-- Journal begins at …`, `-- Boot … --`, `-- Reboot --`, `-- No entries --`
fn is_mark(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("-- ") else {
        return false;
    };
    line.ends_with(" --") || rest.starts_with("Boot ") || rest.starts_with("Cursor") || rest.starts_with("cursor")
}

fn without_priority(line: &str) -> &str {
    let inside = line.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    match inside {
        Some((digits, rest)) if (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => line,
    }
}

/// RFC 5424: `TIME HOST PROGRAM PROCESS MESSAGE-ID DATA MESSAGE`.
fn versioned(rest: &str) -> Result<Head<'_>, String> {
    let (stamp, rest) = stamp::split(rest).ok_or(WANTED)?;
    let (host, rest) = word(rest);
    let (program, rest) = word(rest);
    let (pid, rest) = word(rest);
    let (_message_id, rest) = word(rest);
    if program.is_empty() || program == "-" {
        return Err(NO_PROGRAM.to_owned());
    }
    let text = after_data(rest).ok_or("has structured data without its end")?;
    let nil = |text: &'static str| move |given: &&str| *given != text;
    Ok(Head {
        stamp,
        host: Some(host).filter(nil("-")).unwrap_or_default(),
        program: base_name(program),
        pid: pid.parse().ok(),
        text: text.strip_prefix('\u{feff}').unwrap_or(text),
    })
}

/// What follows `-` or `[id name="value"]…`.
fn after_data(text: &str) -> Option<&str> {
    let mut rest = text;
    if let Some(after) = rest.strip_prefix('-') {
        return Some(after.strip_prefix(' ').unwrap_or(after));
    }
    while let Some(element) = rest.strip_prefix('[') {
        let (mut quoted, mut escaped) = (false, false);
        let end = element.bytes().position(|byte| {
            let ends = byte == b']' && !quoted;
            if byte == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        rest = element.get(end + 1..)?;
    }
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

/// `PROCESS TIME MESSAGE`, as OpenSSH on Windows writes its own file.
fn windows(line: &str) -> Option<Head<'_>> {
    let (pid, rest) = word(line);
    let pid = pid.parse().ok()?;
    let (stamp, text) = stamp::split(rest)?;
    Some(Head {
        stamp,
        host: "",
        program: "sshd",
        pid: Some(pid),
        text,
    })
}

/// `[HOST] [FACILITY.LEVEL] PROGRAM[PROCESS]: MESSAGE`
fn traditional<'a>(stamp: Stamp<'a>, rest: &'a str) -> Result<Head<'a>, String> {
    let (first, after) = word(rest);
    let (host, mut rest) = if is_tag(first) || is_priority(first) {
        ("", rest)
    } else if after.is_empty() {
        return Err("names no machine after its time".to_owned());
    } else {
        (first, after)
    };
    let (next, after) = word(rest);
    if is_priority(next) {
        rest = after;
    }
    if rest.starts_with("last message repeated ") {
        return Ok(Head {
            stamp,
            host,
            program: "",
            pid: None,
            text: rest,
        });
    }
    let (tag, text) = tag(rest).ok_or(NO_PROGRAM)?;
    let (program, pid) = program(tag)?;
    Ok(Head {
        stamp,
        host,
        program,
        pid,
        text: message(text),
    })
}

/// `auth.info`, as BusyBox writes before the program.
fn is_priority(word: &str) -> bool {
    let Some((facility, level)) = word.split_once('.') else {
        return false;
    };
    let known = matches!(
        facility,
        "auth" | "authpriv" | "daemon" | "user" | "kern" | "cron" | "syslog" | "security" | "mail" | "lpr" | "news"
    );
    let local = facility.strip_prefix("local").is_some_and(|number| number.len() == 1);
    let level = matches!(
        level,
        "emerg" | "alert" | "crit" | "err" | "warn" | "warning" | "notice" | "info" | "debug" | "error"
    );
    (known || local) && level
}

/// Up to the first colon with a blank behind it, or at the end.
fn tag(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start();
    let found = rest.match_indices(':').map(|(at, _)| at).find(|at| {
        let after = rest.as_bytes().get(at + 1);
        after.is_none_or(|byte| matches!(byte, b' ' | b'\t'))
    });
    // Some write no blank: the first colon then.
    let at = found.or_else(|| rest.find(':'))?;
    Some((&rest[..at], rest.get(at + 1..)?))
}

fn program(tag: &str) -> Result<(&str, Option<u32>), String> {
    let tag = tag.strip_prefix("-- ").unwrap_or(tag);
    let (name, pid) = match tag.split_once('[') {
        // Display managers of GNOME have a bracket in their names.
        Some((name, rest)) => {
            let digits = rest.split(']').next().unwrap_or_default();
            let pid = digits.parse().ok();
            if pid.is_none() && name == "sshd" {
                return Err(format!("has `{digits}` for a process id"));
            }
            if pid.is_some() && !rest.contains(']') {
                return Err("has a process id without its closing bracket".to_owned());
            }
            (name, pid)
        }
        None => (tag, None),
    };
    // `syslogd 1.4.1`, and what is no program at all.
    let (first, more) = word(name);
    if first.is_empty() || more.split(' ').count() > 2 {
        return Err(NO_PROGRAM.to_owned());
    }
    Ok((base_name(first.trim_end_matches(']')), pid))
}

fn base_name(program: &str) -> &str {
    match program.strip_prefix('/') {
        Some(path) => path.rsplit('/').next().unwrap_or(path),
        None => program,
    }
}

/// The message without what Solaris and macOS put before it.
fn message(text: &str) -> &str {
    let text = text.strip_prefix(' ').unwrap_or(text);
    if let Some(rest) = text.strip_prefix("[ID ")
        && let Some((_, message)) = rest.split_once("] ")
    {
        return message;
    }
    if text.starts_with("(lib")
        && let Some((_, rest)) = text.split_once(") ")
    {
        let after = rest.strip_prefix("[com.apple.").and_then(|rest| rest.split_once("] "));
        return after.map_or(rest, |(_, message)| message);
    }
    text
}
