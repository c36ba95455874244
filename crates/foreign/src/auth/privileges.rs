//! Becoming somebody else: `sudo`, `doas` and `su`. What was run is the target.

use activity::{Facts, Outcome, Reason, Target, shorten};

use super::line::{ELSEWHERE, Line, text};
use super::moments::{self, Moments};
use super::pam;
use crate::id::bounded;

/// What somebody asked to run.
struct Run<'a> {
    user: &'a str,
    command: Option<&'a str>,
    run_as: Option<&'a str>,
    /// Why they may not.
    refused: Option<&'a str>,
}

/// Reads a message of `sudo`.
pub(super) fn sudo(line: &mut Line<'_>, moments: &mut Moments) {
    if let Some(said) = pam::split(line.head.program, line.head.text) {
        return of_pam(line, moments, "sudo", &said);
    }
    // `USER : [WHY ; ]TTY=… ; PWD=… ; USER=… ; COMMAND=…`
    let Some((user, rest)) = line.head.text.trim_start().split_once(" : ") else {
        return line.unknown();
    };
    if rest.starts_with("(command continued)") {
        return line.pass("the rest of long commands");
    }
    let (fields, command) = match rest.split_once("COMMAND=") {
        Some((fields, command)) => (fields, Some(command)),
        None => (rest, None),
    };
    let mut run = Run {
        user,
        command,
        run_as: None,
        refused: None,
    };
    let mut facts_of = Vec::new();
    for (place, field) in fields.split(" ; ").map(str::trim).enumerate() {
        match field.trim_end_matches(" ;").split_once('=') {
            Some((key, value)) if !key.contains(' ') && !key.is_empty() => match key {
                "USER" => run.run_as = Some(value),
                "TTY" => facts_of.push(("terminal", value)),
                "PWD" => facts_of.push(("directory", value)),
                "GROUP" => facts_of.push(("as_group", value)),
                "ENV" => facts_of.push(("environment", value)),
                "CHROOT" => facts_of.push(("root", value)),
                "TSID" => facts_of.push(("session", value)),
                _ => {}
            },
            _ if place == 0 && !field.is_empty() => run.refused = Some(field),
            _ => {}
        }
    }
    if run.command.is_none() && run.refused.is_none() {
        return line.unknown();
    }
    moments.said(line, moments::key(line, &["sudo", user]));
    let mut facts = ran(line, "sudo", &run);
    for (key, value) in facts_of {
        facts.metadata.insert(key.to_owned(), shorten::value(value));
    }
    line.record(facts);
}

/// Reads a message of `doas`.
pub(super) fn doas(line: &mut Line<'_>, moments: &mut Moments) {
    let said = line.head.text;
    if let Some(said) = pam::split(line.head.program, said) {
        return of_pam(line, moments, "doas", &said);
    }
    if let Some((user, rest)) = said.split_once(" ran command ") {
        let (rest, directory) = rest.rsplit_once(" from ").unwrap_or((rest, ""));
        let (command, run_as) = rest.rsplit_once(" as ").unwrap_or((rest, "root"));
        let mut facts = ran(
            line,
            "doas",
            &Run {
                user,
                command: Some(command),
                run_as: Some(run_as),
                refused: None,
            },
        );
        facts.metadata.insert("directory".to_owned(), shorten::value(directory));
        return line.record(facts);
    }
    let (user, command, refused) = if let Some(rest) = said.strip_prefix("command not permitted for ") {
        let (user, command) = rest.split_once(": ").unwrap_or((rest, ""));
        (user, Some(command), "command not permitted")
    } else if let Some(user) = said
        .strip_prefix("failed auth for ")
        .or_else(|| said.strip_prefix("failed password for "))
    {
        (user, None, "wrong password")
    } else {
        return line.unknown();
    };
    let facts = ran(
        line,
        "doas",
        &Run {
            user,
            command,
            run_as: None,
            refused: Some(refused),
        },
    );
    line.record(facts);
}

fn ran(line: &Line<'_>, program: &str, run: &Run<'_>) -> Facts {
    let code = if program == "sudo" {
        "sudo.command"
    } else {
        "doas.command"
    };
    let mut facts = line.about(code, program, Some(run.user));
    let run_as = run.run_as.unwrap_or("root");
    if let Some(command) = run.command.filter(|command| !command.is_empty()) {
        let mut id = command.to_owned();
        if id.len() > 200 {
            id = bounded(id + &" ".repeat(60));
        }
        facts.targets.push(Target {
            kind: "command".to_owned(),
            id,
            name: text(command),
            ..Target::default()
        });
    }
    facts.targets.push(line.account_target(run_as));
    let said = run.command.unwrap_or("a command");
    match run.refused {
        None => facts.description = Some(text(&format!("Ran {said} as {run_as} with {program}"))),
        Some(why) => {
            facts.description = Some(text(&format!("Tried to run {said} as {run_as} with {program}")));
            facts.outcome = Outcome::Failure;
            facts.metadata.insert("why".to_owned(), shorten::value(why));
            facts = facts.because(match why {
                why if why.contains("password") => Reason::WrongPassword,
                _ => Reason::Refused,
            });
        }
    }
    facts
}

/// Reads a message of `su`, of shadow, util-linux, BusyBox, the BSDs and illumos.
pub(super) fn su(line: &mut Line<'_>, moments: &mut Moments) {
    let said = line.head.text;
    if let Some(said) = pam::split(line.head.program, said) {
        return of_pam(line, moments, "su", &said);
    }
    let Some((from, to, failed)) = switch(said) else {
        return line.unknown();
    };
    switched(line, moments, from, to, failed);
}

/// Who became whom, and whether it failed.
fn switch(said: &str) -> Option<(&str, &str, bool)> {
    // `[FAILED SU ](to root) sam on pts/0`
    let (rest, failed) = match said.strip_prefix("FAILED SU ") {
        Some(rest) => (rest, true),
        None => (said, false),
    };
    if let Some(rest) = rest.strip_prefix("(to ") {
        let (to, rest) = rest.split_once(") ")?;
        return Some((rest.rsplit_once(" on ").map_or(rest, |(from, _)| from), to, failed));
    }
    // `Successful su for root by sam`, `FAILED su for root by sam`
    for (start, failed) in [("Successful su for ", false), ("FAILED su for ", true)] {
        if let Some(rest) = said.strip_prefix(start) {
            let (to, from) = rest.rsplit_once(" by ")?;
            return Some((from, to, failed));
        }
    }
    // `+ /dev/pts/1 sam:root`, `- /dev/pts/1 sam:root`
    if let Some(rest) = said.strip_prefix("+ ").or_else(|| said.strip_prefix("- ")) {
        let (_, names) = rest.split_once(' ')?;
        let (from, to) = names.rsplit_once([':', '-'])?;
        return Some((from, to, said.starts_with('-')));
    }
    // `'su root' succeeded for sam on /dev/pts/1`
    if let Some(rest) = said.strip_prefix("'su ") {
        let (to, rest) = rest.split_once("' ")?;
        let (failed, rest) = match rest.strip_prefix("succeeded for ") {
            Some(rest) => (false, rest),
            None => (true, rest.strip_prefix("failed for ")?),
        };
        let from = rest.split_once(" on ").map_or(rest, |(from, _)| from);
        return Some((from, to.trim_start_matches("- "), failed));
    }
    // `[BAD SU ]sam to root on /dev/pts/0`
    let (rest, failed) = match said.strip_prefix("BAD SU ") {
        Some(rest) => (rest, true),
        None => (said, false),
    };
    let (names, _terminal) = rest.rsplit_once(" on ")?;
    let (from, to) = names.rsplit_once(" to ")?;
    (!from.contains(' ')).then_some((from, to, failed))
}

fn switched(line: &mut Line<'_>, moments: &mut Moments, from: &str, to: &str, failed: bool) {
    let outcome = if failed { "failed" } else { "done" };
    let pid = line.head.pid.map(|pid| pid.to_string()).unwrap_or_default();
    moments.said(line, moments::key(line, &["su", from]));
    // PAM and the program itself tell of the same one.
    let key = moments::key(line, &["su", outcome, from, to, &pid]);
    if moments.tell(line, key) {
        return line.pass(ELSEWHERE);
    }
    let mut facts = line.about("su.switched", "su", Some(from));
    facts.targets.push(line.account_target(to));
    facts.description = Some(text(&format!("Became {to} with su")));
    if failed {
        facts.description = Some(text(&format!("Tried to become {to} with su")));
        facts.outcome = Outcome::Failure;
        facts = facts.because(Reason::WrongPassword);
    }
    line.record(facts);
}

/// What PAM says in the name of these programs.
fn of_pam(line: &mut Line<'_>, moments: &mut Moments, program: &'static str, said: &pam::Said<'_>) {
    match pam::read(said) {
        pam::Message::Failed { user, .. } => {
            let by = said
                .text
                .split_once("ruser=")
                .map(|(_, rest)| rest.split(' ').next().unwrap_or_default());
            let by = by.filter(|name| !name.is_empty()).or(user).unwrap_or_default();
            let code = if program == "su" {
                "su.switched"
            } else {
                "sudo.login_failed"
            };
            let mut facts = line.about(code, program, Some(by));
            facts.description = Some(format!("Gave a wrong password to {program}"));
            if let Some(to) = user.filter(|to| *to != by && !to.is_empty()) {
                facts.targets.push(line.account_target(to));
            }
            facts.outcome = Outcome::Failure;
            let facts = facts.because(Reason::WrongPassword);
            let key = moments::key(line, &[program, by]);
            let found = line.keyed(facts);
            moments.wait(line, key, found);
        }
        // That it is the end of several attempts is said by the program itself.
        pam::Message::MoreFailed { .. } => line.pass("steps of a log-in"),
        pam::Message::Opened { user, by } if program == "su" => {
            let opened = moments::key(line, &["session", user]);
            moments.tell(line, opened);
            let by = if by.is_empty() { "unknown" } else { by };
            switched(line, moments, by, user, false);
        }
        pam::Message::Opened { user, .. } => {
            let opened = moments::key(line, &["session", user]);
            moments.tell(line, opened);
            line.pass("sessions of sudo");
        }
        pam::Message::Closed { .. } => line.pass("ends of sessions of sudo and su"),
        pam::Message::Step => line.pass("steps of a log-in"),
        _ => line.pass("other messages of PAM"),
    }
}
