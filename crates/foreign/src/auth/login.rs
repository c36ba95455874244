//! Log-ins at the machine itself, on consoles, desktops and by whatever else asks PAM, and what systemd-logind tells.

use activity::{Facts, Outcome, Reason, shorten};

use super::line::{ELSEWHERE, Line, put_address};
use super::moments::{self, Moments};
use super::pam;

/// Services of PAM through which people log in.
const PEOPLE: &[&str] = &[
    "login",
    "remote",
    "gdm",
    "gdm-password",
    "gdm-autologin",
    "gdm-fingerprint",
    "gdm-smartcard",
    "lightdm",
    "lightdm-autologin",
    "sddm",
    "sddm-autologin",
    "kde",
    "kdm",
    "lxdm",
    "xdm",
    "greetd",
    "slim",
    "xrdp-sesman",
    "cockpit",
    "vsftpd",
    "proftpd",
    "ftp",
    "dovecot",
    "smtp",
    "imap",
    "samba",
    "ppp",
    "rlogin",
    "rsh",
    "vmtoolsd",
    "screen",
    "xscreensaver",
    "i3lock",
    "swaylock",
    "kscreensaver",
    "cinnamon-screensaver",
    "mate-screensaver",
];

/// Accounts that display managers themselves have.
const GREETERS: &[&str] = &["gdm", "sddm", "lightdm", "greeter", "Debian-gdm", "gdm-greeter"];

/// Reads what PAM says in the name of any other program.
pub(super) fn of_pam(line: &mut Line<'_>, moments: &mut Moments, said: &pam::Said<'_>) {
    let program = line.head.program;
    let people = PEOPLE.contains(&said.service);
    match pam::read(said) {
        pam::Message::Opened { user, .. } => {
            let opened = moments::key(line, &["session", user]);
            moments.tell(line, opened);
            if !people || GREETERS.contains(&user) {
                return line.harvest.pass_program(program);
            }
            entered(line, moments, said.service, user);
        }
        pam::Message::Closed { user } if people && !GREETERS.contains(&user) => {
            let facts = about(line, "user.logout", said.service, user);
            line.record(facts);
        }
        pam::Message::Failed { user, rhost } if people || said.service == "polkit-1" => {
            let user = user.unwrap_or_default();
            let mut facts = failed(about(line, "user.login_failed", said.service, user));
            if let Some(host) = rhost.filter(|host| !host.is_empty()) {
                put_address(&mut facts, host);
            }
            let key = moments::key(line, &["login", program]);
            let found = line.keyed(facts);
            moments.wait(line, key, found);
        }
        pam::Message::MoreFailed { .. } if people => line.pass("steps of a log-in"),
        pam::Message::PasswordChanged { user } => super::accounts::password_changed(line, moments, user, None),
        pam::Message::Locked { user } => {
            let facts = about(line, "user.locked", said.service, user);
            line.record(facts);
        }
        _ => line.harvest.pass_program(program),
    }
}

/// Reads a message of `login`, of shadow, util-linux, BusyBox and the BSDs.
pub(super) fn login(line: &mut Line<'_>, moments: &mut Moments) {
    let text = line.head.text;
    if let Some(said) = pam::split(line.head.program, text) {
        return of_pam(line, moments, &said);
    }
    let Some((user, failures, terminal)) = said(text) else {
        return line.unknown();
    };
    if failures > 0 {
        let key = moments::key(line, &["login", line.head.program]);
        moments.said(line, key);
        let mut facts = failed(about(line, "user.login_failed", "login", user));
        facts.metadata.insert("terminal".to_owned(), shorten::value(terminal));
        for _ in 0..failures {
            line.record(facts.clone());
        }
        return;
    }
    entered(line, moments, "login", user);
}

/// Who, how often they failed, and where.
fn said(text: &str) -> Option<(&str, u32, &str)> {
    if let Some(rest) = text.strip_prefix("ROOT LOGIN") {
        let terminal = rest.rsplit_once(" ON ").map_or("", |(_, terminal)| terminal);
        return Some(("root", 0, terminal.split(' ').next().unwrap_or_default()));
    }
    for start in ["LOGIN ON ", "DIALUP AT "] {
        if let Some(rest) = text.strip_prefix(start) {
            let (terminal, user) = rest.split_once(" BY ")?;
            return Some((user.split(" FROM ").next().unwrap_or(user), 0, terminal));
        }
    }
    if let Some(rest) = text.strip_prefix("FAILED LOGIN ") {
        // `(1) on '/dev/tty1' FOR 'root', Authentication failure`, `SESSION FROM tty1 FOR root, …`
        let (terminal, rest) = rest.split_once(" FOR ")?;
        let terminal = terminal.rsplit(' ').next().unwrap_or_default();
        let (user, _) = rest.rsplit_once(", ").unwrap_or((rest, ""));
        return Some((user.trim_matches(['\'', '(', ')']), 1, terminal.trim_matches('\'')));
    }
    if let Some(rest) = text.strip_prefix("invalid password for ") {
        // `'root' on 'tty1'`, of shadow and BusyBox
        let (user, terminal) = rest.split_once(" on ").unwrap_or((rest, ""));
        return Some((user.trim_matches('\''), 1, terminal.trim_matches('\'')));
    }
    if let Some((user, rest)) = text.split_once(" login on ") {
        return (!user.contains(' ')).then_some((user, 0, rest.trim_matches('\'')));
    }
    // `2 LOGIN FAILURES FROM host, root`, `1 LOGIN FAILURE ON ttyv0`
    let (times, rest) = text.split_once(" LOGIN FAILURE")?;
    let times = times.parse().ok().filter(|times| (1..1000).contains(times))?;
    let rest = rest.trim_start_matches('S').trim_start();
    let (terminal, user) = rest.split_once(", ").unwrap_or((rest, ""));
    Some((user, times, terminal.rsplit(' ').next().unwrap_or_default()))
}

fn entered(line: &mut Line<'_>, moments: &mut Moments, service: &str, user: &str) {
    moments.said(line, moments::key(line, &["login", line.head.program]));
    let opened = moments::key(line, &["session", user]);
    moments.tell(line, opened);
    let key = moments::key(line, &["entered", service, user]);
    if moments.tell(line, key) {
        return line.pass(ELSEWHERE);
    }
    let facts = about(line, "user.login", service, user);
    line.record(facts);
}

fn about(line: &Line<'_>, code: &str, service: &str, user: &str) -> Facts {
    let mut facts = line.about(code, service, Some(user));
    facts.metadata.insert("method".to_owned(), shorten::value(service));
    facts
}

fn failed(mut facts: Facts) -> Facts {
    facts.outcome = Outcome::Failure;
    facts.because(Reason::WrongPassword)
}

/// Reads a message of systemd-logind or elogind.
pub(super) fn logind(line: &mut Line<'_>, moments: &mut Moments) {
    let text = line.head.text;
    let session = text
        .strip_prefix("New session ")
        .and_then(|rest| rest.split_once(" of user "));
    if let Some((session, rest)) = session {
        // `4 of user sam.`, `'c1' of user 'gdm' with class 'greeter' and type 'wayland'.`
        let (user, class) = rest
            .split_once(" with class ")
            .unwrap_or((rest.trim_end_matches('.'), ""));
        let (session, user) = (session.trim_matches('\''), user.trim_matches('\''));
        if class.contains("greeter") || class.contains("manager") || GREETERS.contains(&user) {
            return line.harvest.pass_program(line.head.program);
        }
        let key = moments::key(line, &["session", user]);
        if moments.was_told(line, key) {
            return line.pass(ELSEWHERE);
        }
        let mut facts = line.about("logind.session_opened", "systemd-logind", Some(user));
        facts.metadata.insert("session".to_owned(), shorten::value(session));
        facts.description = Some("A session was opened".to_owned());
        return line.record(facts);
    }
    let ends = text.starts_with("Removed session ") || (text.starts_with("Session ") && text.contains(" logged out"));
    if ends {
        return line.pass("ends of sessions as systemd-logind tells of them");
    }
    line.harvest.pass_program(line.head.program);
}
