//! sshd's messages, of versions 3 to 10 and of every system that it runs on. A message that begins like one we know and
//! goes on otherwise is an error, never passed over.

use activity::Reason;

use super::party::{self, Party};

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Message<'a> {
    /// Somebody logged in.
    Accepted { method: &'a str, party: Party<'a> },
    /// Somebody failed to.
    Failed {
        method: &'a str,
        invalid: bool,
        party: Party<'a>,
    },
    /// Somebody names a user that does not exist.
    InvalidUser(Party<'a>),
    /// A user that exists is refused, for this reason.
    NotAllowed {
        party: Party<'a>,
        reason: Reason,
        why: &'a str,
    },
    /// PAM says that an attempt failed.
    PamFailed(Party<'a>),
    /// sshd ends the connection because of too many failures.
    TooManyFailures(Party<'a>),
    /// The connection ended, this way, before somebody had logged in or after.
    Ended {
        party: Party<'a>,
        why: &'a str,
        early: bool,
    },
    /// A message says so many times what another says.
    Repeated { times: u32, inner: &'a str },
    /// The connection that this process serves ends without more being said.
    Dropped { pid: Option<u32> },
    /// No activity, for this reason.
    Nothing(&'static str),
    /// Nothing that is known here.
    Unknown,
}

const STEP: &str = "steps of a log-in";
const LOOKUP: &str = "address look-ups";
const SERVER: &str = "about the server itself";
const TROUBLE: &str = "connection trouble";
const LIMITED: &str = "connections that were limited";
const CHANNEL: &str = "what was done in a session";

/// Beginnings of messages that are no activities, and why.
const NOTHING: &[(&str, &str)] = &[
    ("Postponed ", STEP),
    ("Partial ", STEP),
    ("User child is on pid", STEP),
    ("Found matching ", STEP),
    ("Setting tty modes", STEP),
    ("Starting session", CHANNEL),
    ("Close session", CHANNEL),
    ("subsystem request for ", CHANNEL),
    ("Changed root directory to ", CHANNEL),
    ("Transferred: ", CHANNEL),
    ("Closing connection to ", CHANNEL),
    ("Server listening on", SERVER),
    ("Server terminating", SERVER),
    ("Received signal", SERVER),
    ("Received SIGHUP", SERVER),
    ("Exiting on signal", SERVER),
    ("Generating new ", SERVER),
    ("RSA key generation complete", SERVER),
    ("error: Bind to port", SERVER),
    ("error: bind: ", SERVER),
    ("error: Could not load host key", SERVER),
    ("error: Unable to load host key", SERVER),
    ("error: key_load_public", SERVER),
    ("fatal: Cannot bind any address", SERVER),
    ("error: Could not get shadow", SERVER),
    ("Authentication refused: bad ownership or modes", SERVER),
    ("rexec line", SERVER),
    ("reprocess config line", SERVER),
    ("Deprecated ", SERVER),
    ("sshd: no hostkeys available", SERVER),
    ("reverse mapping checking getaddrinfo", LOOKUP),
    ("Address ", LOOKUP),
    ("Nasty PTR record", LOOKUP),
    ("warning: /etc/hosts.", LOOKUP),
    ("warning: can't get client address", LOOKUP),
    ("Could not reverse map address", LOOKUP),
    ("srclimit_penalise", LIMITED),
    ("drop connection", LIMITED),
    ("error: beginning MaxStartups", LIMITED),
    ("beginning MaxStartups", LIMITED),
    ("exited MaxStartups", LIMITED),
    ("past MaxStartups", LIMITED),
    ("refused connect from", LIMITED),
    ("Connection from", TROUBLE),
    ("Bad protocol version", TROUBLE),
    ("Bad packet length", TROUBLE),
    ("Bad remote protocol", TROUBLE),
    ("Protocol major versions differ", TROUBLE),
    ("banner exchange", TROUBLE),
    ("error: kex_", TROUBLE),
    ("kex_exchange_identification", TROUBLE),
    ("error: Protocol major", TROUBLE),
    ("Unable to negotiate", TROUBLE),
    ("scanned from ", TROUBLE),
    ("Read error from remote host", TROUBLE),
    ("Read from socket failed", TROUBLE),
    ("Write failed", TROUBLE),
    ("Timeout, client not responding", TROUBLE),
    ("ssh_dispatch_run_fatal", TROUBLE),
    ("dispatch_protocol_error", TROUBLE),
    ("packet_write_wait", TROUBLE),
    ("padding error", TROUBLE),
    ("Corrupted MAC", TROUBLE),
    ("error: Hm, kex protocol error", TROUBLE),
    ("error: connect_to", TROUBLE),
    ("error: channel", TROUBLE),
    ("syslogin_perform_logout", TROUBLE),
];

/// Reads a message; an error says why it cannot be read.
pub(super) fn read(text: &str) -> Result<Message<'_>, String> {
    let early = text.strip_suffix(" [preauth]");
    let told = early.unwrap_or(text).trim_end_matches(' ');
    let told = told.strip_suffix(" [postauth]").unwrap_or(told);
    if let Some(rest) = told.strip_prefix("Accepted ") {
        let (method, _, party) = attempt(rest, "Accepted")?;
        return Ok(Message::Accepted { method, party });
    }
    if let Some(rest) = told.strip_prefix("Failed ") {
        let (method, invalid, party) = attempt(rest, "Failed")?;
        return Ok(Message::Failed { method, invalid, party });
    }
    if let Some(rest) = told
        .strip_prefix("Invalid user ")
        .or_else(|| told.strip_prefix("Illegal user "))
    {
        let party = party::at_the_end(rest).ok_or(NO_ADDRESS)?;
        return Ok(Message::InvalidUser(party));
    }
    if let Some(rest) = told.strip_prefix("input_userauth_request: ") {
        let user = invalid(rest).1;
        return Ok(Message::InvalidUser(Party {
            user: Some(user),
            ..Party::default()
        }));
    }
    if let Some(rest) = told.strip_prefix("message repeated ") {
        return repeated(rest);
    }
    if let Some(message) = too_many(told)? {
        return Ok(message);
    }
    if let Some(message) = refused(told) {
        return Ok(message);
    }
    if let Some(message) = ended(told, early.is_some()) {
        return Ok(message);
    }
    let nothing = NOTHING.iter().find(|(start, _)| told.starts_with(start));
    Ok(match nothing {
        Some((_, reason)) => Message::Nothing(reason),
        None if told.starts_with("fatal: ") || told.starts_with("error: ") => Message::Nothing(TROUBLE),
        None => Message::Unknown,
    })
}

const NO_ADDRESS: &str = "names no address after the user";

/// `METHOD for [invalid user ]USER from ADDRESS port PORT ssh2[: KEY]`
fn attempt<'a>(text: &'a str, word: &str) -> Result<(&'a str, bool, Party<'a>), String> {
    let (method, rest) = text
        .split_once(" for ")
        .ok_or_else(|| format!("`{word}` names no method and user"))?;
    let (invalid, rest) = invalid(rest);
    // Where nothing follows the address, the end of the line is sshd's own. A key follows it only for a user that
    // exists, whose name nobody chose in this attempt; what of the key was chosen stands behind the address then.
    let party = if rest.contains(" ssh2: ") && !ends_with_a_place(rest) {
        let key = |key: &str| !invalid && party::is_key_of(method, key);
        party::before_a_key(rest, key)
    } else {
        party::at_the_end(rest)
    };
    let party = party.ok_or(NO_ADDRESS)?;
    if party.port.is_none() && rest.ends_with(" ssh2") {
        return Err("has no number for a port".to_owned());
    }
    Ok((method, invalid, party))
}

fn ends_with_a_place(text: &str) -> bool {
    text.ends_with(" ssh2") && party::at_the_end(text).is_some_and(|party| party.port.is_some())
}

fn invalid(text: &str) -> (bool, &str) {
    let rest = text
        .strip_prefix("invalid user ")
        .or_else(|| text.strip_prefix("illegal user "));
    rest.map_or((false, text), |rest| (true, rest))
}

fn too_many(text: &str) -> Result<Option<Message<'_>>, String> {
    if let Some(rest) = text.strip_prefix("error: maximum authentication attempts exceeded for ") {
        let party = party::at_the_end(invalid(rest).1).ok_or(NO_ADDRESS)?;
        return Ok(Some(Message::TooManyFailures(party)));
    }
    const SAID: &str = "Too many authentication failures";
    let Some(rest) = text.strip_prefix("Disconnecting") else {
        return Ok(None);
    };
    if let Some(before) = rest.strip_suffix(SAID).and_then(|before| before.strip_suffix(": ")) {
        let party = match before.trim_start() {
            "" => Party::default(),
            before => party::closing(before).ok_or(NO_ADDRESS)?,
        };
        return Ok(Some(Message::TooManyFailures(party)));
    }
    let user = rest.strip_prefix(": Too many authentication failures for ");
    Ok(user.map(|user| {
        Message::TooManyFailures(Party {
            user: Some(invalid(user).1),
            ..Party::default()
        })
    }))
}

/// Refusals of users that exist.
fn refused(text: &str) -> Option<Message<'_>> {
    if let Some(rest) = text.strip_prefix("User ")
        && let Some((before, why)) = rest.rsplit_once(" not allowed because ")
    {
        let party = party::at_the_end(before).unwrap_or(Party {
            user: Some(before),
            ..Party::default()
        });
        let reason = match why {
            "account is locked" => Reason::AccountLocked,
            _ => Reason::Refused,
        };
        return Some(Message::NotAllowed { party, reason, why });
    }
    if let Some(rest) = text.strip_prefix("ROOT LOGIN REFUSED FROM ") {
        let (mut party, _) = party::leading(rest)?;
        party.user = Some("root");
        return Some(Message::NotAllowed {
            party,
            reason: Reason::Refused,
            why: "root may not log in",
        });
    }
    if let Some(rest) = text.strip_prefix("fatal: Access denied for user ") {
        let (user, why) = rest.rsplit_once(" by ")?;
        return Some(Message::NotAllowed {
            party: Party {
                user: Some(user),
                ..Party::default()
            },
            reason: Reason::Refused,
            why,
        });
    }
    if let Some(rest) = text.strip_prefix("Account ")
        && let Some(user) = rest.strip_suffix(" has expired")
    {
        return Some(Message::NotAllowed {
            party: Party {
                user: Some(user),
                ..Party::default()
            },
            reason: Reason::Refused,
            why: "account has expired",
        });
    }
    // `error: PAM: Authentication failure for [illegal user ]USER from ADDRESS`
    let rest = text.strip_prefix("error: PAM: ")?;
    let (_, rest) = rest.split_once(" for ")?;
    Some(Message::PamFailed(party::at_the_end(invalid(rest).1)?))
}

fn ended(text: &str, early: bool) -> Option<Message<'_>> {
    let told = text.strip_prefix("error: ").unwrap_or(text);
    if let Some(rest) = told.strip_prefix("Received disconnect from ") {
        // `ADDRESS: CODE: WHY` or `ADDRESS port PORT:CODE: WHY`: what stands before the code is sshd's.
        let (party, rest) = party::leading(rest)?;
        let why = rest
            .trim_start()
            .trim_start_matches(|letter: char| letter.is_ascii_digit());
        let why = why.trim_start_matches(':').trim();
        return Some(Message::Ended { party, why, early });
    }
    if let Some(rest) = told.strip_prefix("Did not receive identification string from ") {
        let (party, _) = party::leading(rest)?;
        let why = "no identification";
        return Some(Message::Ended {
            party,
            why,
            early: true,
        });
    }
    for (start, why) in [
        ("Connection closed by ", ""),
        ("Connection reset by ", "connection reset"),
        ("Disconnected from ", ""),
    ] {
        if let Some(rest) = told.strip_prefix(start) {
            let party = party::closing(rest)?;
            return Some(match party.address {
                Some("UNKNOWN") => Message::Dropped { pid: None },
                _ => Message::Ended { party, why, early },
            });
        }
    }
    if let Some(rest) = told.strip_prefix("Disconnecting ") {
        // The reason may hold names that somebody sent, and so may what stands before it.
        let (before, why) = rest.split_once(": ")?;
        let sure = !before.starts_with("invalid user ");
        let party = if sure {
            party::closing(before).unwrap_or_default()
        } else {
            Party::default()
        };
        let why = if why.starts_with("Change of username") {
            "another user name"
        } else {
            why
        };
        return Some(Message::Ended { party, why, early });
    }
    if told.starts_with("Disconnecting: ") {
        return Some(Message::Dropped { pid: None });
    }
    let rest = text.strip_prefix("fatal: ").unwrap_or(text);
    let rest = rest.strip_prefix("Timeout before authentication for ")?;
    let pid = rest.rsplit_once(", pid = ").and_then(|(_, pid)| pid.parse().ok());
    Some(Message::Dropped { pid })
}

/// `5 times: [ MESSAGE]`
fn repeated(text: &str) -> Result<Message<'_>, String> {
    let (times, rest) = text
        .split_once(" times: [")
        .ok_or("says `message repeated` and not how often")?;
    let times = times
        .parse()
        .map_err(|_| format!("has `{times}` for a number of repetitions"))?;
    let inner = rest
        .trim_start()
        .strip_suffix(']')
        .ok_or("lacks the bracket after a repeated message")?;
    let inner = inner.trim_end();
    Ok(Message::Repeated { times, inner })
}
