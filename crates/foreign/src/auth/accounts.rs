//! Accounts and groups of a machine as they are made, changed and removed: `useradd` and its relatives, `passwd`,
//! `gpasswd`, `chage`, `chsh`, `chfn`, and those of the BSDs.

use activity::{By, Change, Facts, Outcome, shorten};

use super::line::{ELSEWHERE, Line, text};
use super::moments::{self, Moments};
use super::pam;

/// Programs whose messages are read here.
pub(super) const PROGRAMS: &[&str] = &[
    "useradd", "adduser", "usermod", "userdel", "deluser", "groupadd", "addgroup", "groupmod", "groupdel", "delgroup",
    "gpasswd", "passwd", "chpasswd", "newusers", "chage", "chsh", "chfn", "user", "group", "shadow", "pw",
];

/// What a message says.
#[derive(Debug, Default, PartialEq)]
struct Done<'a> {
    code: &'static str,
    user: Option<&'a str>,
    group: Option<&'a str>,
    by: Option<&'a str>,
    change: Option<(&'a str, &'a str, &'a str)>,
    /// Whatever else it says of what was made.
    details: &'a str,
    failed: bool,
    /// A second line about the same.
    shadow: bool,
}

/// Reads a message.
pub(super) fn read(line: &mut Line<'_>, moments: &mut Moments) {
    if let Some(said) = pam::split(line.head.program, line.head.text) {
        return match pam::read(&said) {
            pam::Message::PasswordChanged { user } => password_changed(line, moments, user, None),
            _ => line.pass("other messages of PAM"),
        };
    }
    let Some(done) = said(line.head.text) else {
        return line.unknown();
    };
    if done.code == "unix.password_changed"
        && let Some(user) = done.user
    {
        return password_changed(line, moments, user, done.by);
    }
    let (user, group) = (done.user.unwrap_or_default(), done.group.unwrap_or_default());
    let key = moments::key(
        line,
        &[done.code, user, group, done.change.map_or("", |(field, ..)| field)],
    );
    // The file of groups and its shadow are told of apart.
    if moments.tell(line, key) || done.shadow {
        return line.pass(ELSEWHERE);
    }
    let facts = facts_of(line, &done);
    line.record(facts);
}

/// Somebody's password was changed, which PAM and the program both tell.
pub(super) fn password_changed(line: &mut Line<'_>, moments: &mut Moments, user: &str, by: Option<&str>) {
    let key = moments::key(line, &["unix.password_changed", user]);
    if moments.tell(line, key) {
        return line.pass(ELSEWHERE);
    }
    let done = Done {
        code: "unix.password_changed",
        user: Some(user),
        by,
        ..Done::default()
    };
    let facts = facts_of(line, &done);
    line.record(facts);
}

fn facts_of(line: &Line<'_>, done: &Done<'_>) -> Facts {
    let mut facts = line.about(done.code, line.head.program, done.user);
    facts.by = match done.by.filter(|by| !by.is_empty()) {
        Some(by) if Some(by) == done.user => By::Themself,
        Some(by) => By::Person(line.account(by)),
        // The line does not say who ran it.
        None => By::System,
    };
    if let Some(group) = done.group.filter(|group| !group.is_empty()) {
        facts.targets.push(line.group_target(group));
    }
    if let Some((field, before, after)) = done.change {
        let value = |value: &str| (!value.is_empty()).then(|| text(value));
        facts.changes.push(Change {
            field: field.to_owned(),
            before: value(before),
            after: value(after),
        });
    }
    for part in done.details.split(", ") {
        if let Some((key, value)) = part.split_once('=')
            && !matches!(key, "name" | "")
            && key.len() < 40
        {
            facts.metadata.insert(key.to_lowercase(), shorten::value(value));
        }
    }
    if done.failed {
        facts.outcome = Outcome::Failure;
    }
    let (user, group) = (done.user.unwrap_or("an account"), done.group.unwrap_or("a group"));
    facts.description = Some(text(&match done.code {
        "unix.user_created" => format!("Account {user} was made"),
        "unix.user_deleted" => format!("Account {user} was removed"),
        "unix.user_changed" => format!("Account {user} was changed"),
        "unix.user_locked" => format!("Account {user} was locked"),
        "unix.user_unlocked" => format!("Account {user} was unlocked"),
        "unix.group_created" => format!("Group {group} was made"),
        "unix.group_deleted" => format!("Group {group} was removed"),
        "unix.group_changed" => format!("Group {group} was changed"),
        "unix.group_member_added" => format!("{user} was added to group {group}"),
        "unix.group_member_removed" => format!("{user} was removed from group {group}"),
        _ => format!("The password of {user} was changed"),
    }));
    facts
}

fn said(text: &str) -> Option<Done<'_>> {
    made(text)
        .or_else(|| removed(text))
        .or_else(|| membership(text))
        .or_else(|| changed(text))
}

fn of_user<'a>(code: &'static str, user: &'a str, details: &'a str) -> Done<'a> {
    Done {
        code,
        user: Some(user),
        details,
        ..Done::default()
    }
}

fn of_group<'a>(code: &'static str, group: &'a str, details: &'a str) -> Done<'a> {
    Done {
        code,
        group: Some(group),
        details,
        ..Done::default()
    }
}

/// `name=eve, UID=1002, …`
fn name(details: &str) -> Option<&str> {
    let rest = details.strip_prefix("name=")?;
    Some(rest.split(", ").next().unwrap_or(rest))
}

/// What stands between quotes, and what follows them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix('\'')?.split_once('\'')
}

fn made(text: &str) -> Option<Done<'_>> {
    for start in ["new user: ", "new user added: "] {
        if let Some(details) = text.strip_prefix(start) {
            return Some(of_user("unix.user_created", name(details)?, details));
        }
    }
    for start in ["new group: ", "new group added: ", "group added to /etc/group: "] {
        if let Some(details) = text.strip_prefix(start) {
            return Some(of_group("unix.group_created", name(details)?, details));
        }
    }
    if let Some(details) = text.strip_prefix("group added to /etc/gshadow: ") {
        let mut done = of_group("unix.group_created", name(details)?, "");
        done.shadow = true;
        return Some(done);
    }
    let rest = text.strip_prefix("failed adding user ")?;
    let (user, _) = quoted(rest)?;
    let mut done = of_user("unix.user_created", user, "");
    done.failed = true;
    Some(done)
}

fn removed(text: &str) -> Option<Done<'_>> {
    if let Some(rest) = text.strip_prefix("delete user ") {
        return Some(of_user("unix.user_deleted", quoted(rest)?.0, ""));
    }
    if let Some(details) = text.strip_prefix("user removed: ") {
        return Some(of_user("unix.user_deleted", name(details)?, details));
    }
    for (start, shadow) in [("removed group ", false), ("removed shadow group ", true)] {
        if let Some(rest) = text.strip_prefix(start) {
            let mut done = of_group("unix.group_deleted", quoted(rest)?.0, "");
            done.shadow = shadow;
            return Some(done);
        }
    }
    let (group, rest) = quoted(text.strip_prefix("group ")?)?;
    let rest = rest.strip_prefix(" removed")?;
    let mut done = of_group("unix.group_deleted", group, "");
    done.shadow = rest.contains("gshadow");
    Some(done)
}

fn membership(text: &str) -> Option<Done<'_>> {
    let done = |code, user, group, by, shadow| {
        Some(Done {
            code,
            user: Some(user),
            group: Some(group),
            by,
            shadow,
            ..Done::default()
        })
    };
    const ADDED: &str = "unix.group_member_added";
    const REMOVED: &str = "unix.group_member_removed";
    for (start, between, code) in [("add ", " to ", ADDED), ("delete ", " from ", REMOVED)] {
        if let Some(rest) = text.strip_prefix(start) {
            let (user, rest) = quoted(rest)?;
            let rest = rest.strip_prefix(between)?;
            let shadow = rest.starts_with("shadow ");
            let rest = rest.strip_prefix("shadow ").unwrap_or(rest).strip_prefix("group ")?;
            return done(code, user, quoted(rest)?.0, None, shadow);
        }
    }
    // `user eve added by root to group sudo`, `user eve removed by root from group sudo`
    let rest = text.strip_prefix("user ")?;
    for (word, between, code) in [
        (" added by ", " to group ", ADDED),
        (" removed by ", " from group ", REMOVED),
    ] {
        if let Some((user, rest)) = rest.split_once(word) {
            let (by, group) = rest.split_once(between)?;
            return done(code, user, group, Some(by), false);
        }
    }
    None
}

fn changed(text: &str) -> Option<Done<'_>> {
    for (start, code) in [
        ("lock user ", "unix.user_locked"),
        ("unlock user ", "unix.user_unlocked"),
    ] {
        if let Some(rest) = text.strip_prefix(start) {
            return Some(of_user(code, quoted(rest)?.0, ""));
        }
    }
    if let Some(rest) = text.strip_prefix("password for ") {
        let (user, rest) = quoted(rest)?;
        let (by, _) = quoted(rest.trim_start().strip_prefix("changed by ")?)?;
        let mut done = of_user("unix.password_changed", user, "");
        done.by = Some(by);
        return Some(done);
    }
    if let Some(user) = text.strip_prefix("changed password expiry for ") {
        let mut done = of_user("unix.user_changed", user.trim_end(), "");
        done.change = Some(("password_expiry", "", ""));
        return Some(done);
    }
    if let Some(user) = text.strip_prefix("password changed for ") {
        return Some(of_user("unix.password_changed", user.trim_end(), ""));
    }
    if let Some(rest) = text.strip_prefix("group changed in /etc/g") {
        let inside = rest.split_once("(group ")?.1;
        let group = inside.split(['/', ',', ')']).next()?;
        let mut done = of_group("unix.group_changed", group, "");
        done.shadow = rest.starts_with("shadow");
        done.change = inside
            .split_once("new name: ")
            .map(|(_, new)| ("name", group, new.trim_end_matches(')')));
        return Some(done);
    }
    // `change user 'eve' shell from '/bin/sh' to '/bin/bash'`, `changed user 'eve' shell to '/bin/zsh'`
    let rest = text
        .strip_prefix("change user ")
        .or_else(|| text.strip_prefix("changed user "))?;
    let (user, rest) = quoted(rest)?;
    let rest = rest.trim_start();
    let (field, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    if field == "password" {
        return Some(of_user("unix.password_changed", user, ""));
    }
    let (before, rest) = match rest.strip_prefix("from ") {
        Some(rest) => quoted(rest)?,
        None => ("", rest),
    };
    let after = rest
        .trim_start()
        .strip_prefix("to ")
        .and_then(quoted)
        .map_or("", |(after, _)| after);
    let mut done = of_user("unix.user_changed", user, "");
    done.change = Some((if field.is_empty() { "account" } else { field }, before, after));
    Some(done)
}
