//! Messages of PAM's modules, which stand in the name of the program that asked them.

use super::stamp::word;

/// A message taken apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Said<'a> {
    pub(super) module: &'a str,
    /// The service as PAM knows it, such as `sshd` or `gdm-password`.
    pub(super) service: &'a str,
    pub(super) text: &'a str,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Message<'a> {
    /// An attempt failed.
    Failed {
        user: Option<&'a str>,
        rhost: Option<&'a str>,
    },
    /// So many attempts failed beside one that was told.
    MoreFailed { times: u32, user: Option<&'a str> },
    /// A session of somebody began, opened by this account.
    Opened { user: &'a str, by: &'a str },
    /// It ended.
    Closed { user: &'a str },
    /// Somebody's password was changed.
    PasswordChanged { user: &'a str },
    /// Somebody is locked for too many failures.
    Locked { user: &'a str },
    /// A step of what other lines tell.
    Step,
    /// Something else.
    Other,
}

/// `pam_unix(sshd:auth): TEXT`, `PAM TEXT`, or the text of a program that is called `sshd(pam_unix)`.
pub(super) fn split<'a>(program: &'a str, text: &'a str) -> Option<Said<'a>> {
    if let Some((service, module)) = program.split_once('(') {
        let module = module.strip_suffix(')')?;
        return module.starts_with("pam_").then_some(Said { module, service, text });
    }
    let text = text.strip_prefix("error: ").unwrap_or(text);
    if text.starts_with("pam_") {
        let (module, rest) = text.split_once('(')?;
        let (place, rest) = rest.split_once(')')?;
        let right = module.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let service = place.split(':').next().unwrap_or(place);
        let text = rest.strip_prefix(':')?.trim_start();
        return right.then_some(Said { module, service, text });
    }
    let text = text.strip_prefix("PAM ")?;
    Some(Said {
        module: "PAM",
        service: program,
        text,
    })
}

/// Reads what a module said.
pub(super) fn read<'a>(said: &Said<'a>) -> Message<'a> {
    let text = said.text;
    if let Some(rest) = text.strip_prefix("authentication failure; ") {
        return Message::Failed {
            user: value(rest, " user="),
            rhost: value(rest, " rhost="),
        };
    }
    if let Some((times, rest)) = text.split_once(" more authentication failure")
        && let Ok(times) = times.parse()
    {
        return Message::MoreFailed {
            times,
            user: value(rest, " user="),
        };
    }
    if let Some(rest) = text.strip_prefix("session opened for user ") {
        let (user, by) = rest.rsplit_once(" by ").unwrap_or((rest, ""));
        return Message::Opened {
            user: account(user),
            by: account(by),
        };
    }
    if let Some(rest) = text.strip_prefix("session closed for user ") {
        return Message::Closed { user: account(rest) };
    }
    if let Some(user) = text.strip_prefix("password changed for ") {
        return Message::PasswordChanged { user: user.trim_end() };
    }
    if let Some(rest) = text.strip_prefix("Consecutive login failures for user ") {
        let user = rest.split(" account temporarily locked").next();
        return Message::Locked {
            user: user.unwrap_or(rest),
        };
    }
    match text {
        "check pass; user unknown" | "User unknown" | "bad username []" => Message::Step,
        _ if text.starts_with("requirement ") || text.starts_with("service(") => Message::Step,
        _ => Message::Other,
    }
}

/// `sam(uid=1000)` or `sam`.
fn account(text: &str) -> &str {
    let text = text.trim_end();
    text.rsplit_once("(uid=").map_or(text, |(name, _)| name)
}

/// The value behind the first such mark. The values before it are the system's own and hold no blank.
fn value<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(mark)?;
    // A value may be empty, and what follows then is the next mark.
    if rest.starts_with(' ') {
        return Some("");
    }
    Some(word(rest).0)
}
