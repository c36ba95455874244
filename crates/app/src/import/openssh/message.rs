//! sshd's messages, of versions 5 to 10. A message that begins like one we know and goes on otherwise is an error, never
//! passed over.

/// What a message says.
#[derive(Debug, PartialEq)]
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
    /// sshd ends the connection because of too many failures.
    TooManyFailures(Party<'a>),
    /// The connection ended.
    Disconnected { party: Party<'a>, why: &'a str },
    /// A logged-in person's session ended.
    SessionClosed { user: &'a str },
    /// The same message came so many times.
    Repeated { times: u32, inner: &'a str },
    /// No activity, for this reason.
    Nothing(&'static str),
}

/// The other end, as far as a line names it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Party<'a> {
    pub(super) user: Option<&'a str>,
    pub(super) address: Option<&'a str>,
    pub(super) port: Option<u16>,
}

const ELSEWHERE: &str = "told by another line";
const LOOKUP: &str = "address look-ups";
const SERVER: &str = "about the server itself";
const TROUBLE: &str = "connection trouble";
const OTHER: &str = "other messages of sshd";

/// Beginnings of messages that are no activities, and why.
const NOTHING: &[(&str, &str)] = &[
    ("pam_unix(sshd:auth): ", ELSEWHERE),
    ("pam_unix(sshd:session): session opened", ELSEWHERE),
    ("input_userauth_request: invalid user", ELSEWHERE),
    ("Postponed ", ELSEWHERE),
    ("Partial ", ELSEWHERE),
    ("PAM ", ELSEWHERE),
    ("error: PAM: ", ELSEWHERE),
    ("User child is on pid", ELSEWHERE),
    ("Starting session", ELSEWHERE),
    ("Close session", ELSEWHERE),
    ("reverse mapping checking getaddrinfo", LOOKUP),
    ("Address ", LOOKUP),
    ("Nasty PTR record", LOOKUP),
    ("Server listening on", SERVER),
    ("Received signal", SERVER),
    ("Received SIGHUP", SERVER),
    ("Exiting on signal", SERVER),
    ("error: Bind to port", SERVER),
    ("error: Could not load host key", SERVER),
    ("fatal: ", TROUBLE),
    ("ssh_dispatch_run_fatal", TROUBLE),
    ("error: kex_", TROUBLE),
    ("error: Could not get shadow", TROUBLE),
    ("Bad protocol version", TROUBLE),
    ("banner exchange", TROUBLE),
    ("Unable to negotiate", TROUBLE),
    ("Timeout before authentication", TROUBLE),
    ("Connection from", TROUBLE),
];

/// Reads a message; an error says why it cannot be read.
pub(super) fn read(text: &str) -> Result<Message<'_>, String> {
    let told = text.strip_suffix(" [preauth]").unwrap_or(text);
    if let Some(rest) = told.strip_prefix("Accepted ") {
        let (method, rest) = method(rest, "Accepted")?;
        return Ok(Message::Accepted {
            method,
            party: party(rest)?,
        });
    }
    if let Some(rest) = told.strip_prefix("Failed ") {
        let (method, rest) = method(rest, "Failed")?;
        let (invalid, rest) = invalid(rest);
        return Ok(Message::Failed {
            method,
            invalid,
            party: party(rest)?,
        });
    }
    if let Some(rest) = told
        .strip_prefix("Invalid user ")
        .or_else(|| told.strip_prefix("Illegal user "))
    {
        return Ok(Message::InvalidUser(party(rest)?));
    }
    if let Some(message) = too_many(told)? {
        return Ok(message);
    }
    if let Some(message) = disconnected(told)? {
        return Ok(message);
    }
    if let Some(rest) = told.strip_prefix("pam_unix(sshd:session): session closed for user ") {
        return Ok(Message::SessionClosed { user: rest.trim_end() });
    }
    if let Some(rest) = told.strip_prefix("message repeated ") {
        return repeated(rest);
    }
    let nothing = NOTHING.iter().find(|(start, _)| told.starts_with(start));
    Ok(Message::Nothing(nothing.map_or(OTHER, |(_, reason)| reason)))
}

/// `password for …`
fn method<'a>(text: &'a str, word: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once(" for ")
        .ok_or_else(|| format!("`{word}` names no method and user"))
}

fn invalid(text: &str) -> (bool, &str) {
    let rest = text
        .strip_prefix("invalid user ")
        .or_else(|| text.strip_prefix("illegal user "));
    rest.map_or((false, text), |rest| (true, rest))
}

/// `USER from ADDRESS[ port PORT][ ssh2…]`. The user's name is whatever somebody typed, even with ` from ` in it, so the
/// last ` from ` counts.
fn party(text: &str) -> Result<Party<'_>, String> {
    // An empty name leaves only the address.
    let (user, rest) = match text.rsplit_once(" from ") {
        Some((user, rest)) => (user, rest),
        None => ("", text.strip_prefix("from ").ok_or("names no address after the user")?),
    };
    let mut party = place(rest)?;
    party.user = Some(user);
    Ok(party)
}

/// `ADDRESS[ port PORT][ …]`
fn place(text: &str) -> Result<Party<'_>, String> {
    let mut words = text.split(' ');
    let address = words
        .next()
        .map(|address| address.trim_end_matches(':'))
        .filter(|address| !address.is_empty());
    let address = address.ok_or("names no address")?;
    let mut party = Party {
        user: None,
        address: Some(address),
        port: None,
    };
    if words.next() == Some("port") {
        let port = words.next().unwrap_or_default();
        let digits = port.split(':').next().unwrap_or_default();
        party.port = Some(digits.parse().map_err(|_| format!("has `{port}` for a port"))?);
    }
    Ok(party)
}

fn too_many(text: &str) -> Result<Option<Message<'_>>, String> {
    if let Some(rest) = text.strip_prefix("error: maximum authentication attempts exceeded for ") {
        return Ok(Some(Message::TooManyFailures(party(invalid(rest).1)?)));
    }
    let Some(rest) = text.strip_prefix("Disconnecting") else {
        return Ok(None);
    };
    if !rest.contains("Too many authentication failures") {
        return Ok(None);
    }
    if let Some((_, user)) = rest.split_once("failures for ") {
        return Ok(Some(Message::TooManyFailures(Party {
            user: Some(invalid(user).1),
            ..Party::default()
        })));
    }
    // ` authenticating user NAME ADDRESS port PORT: Too many authentication failures`
    let before = rest.rsplit_once(": Too many").map_or(rest, |(before, _)| before);
    Ok(Some(Message::TooManyFailures(named(before.trim_start())?)))
}

fn disconnected(text: &str) -> Result<Option<Message<'_>>, String> {
    let told = text.strip_prefix("error: ").unwrap_or(text);
    if let Some(rest) = told.strip_prefix("Received disconnect from ") {
        // `ADDRESS: CODE: WHY` or `ADDRESS port PORT:CODE: WHY`
        let party = place(rest)?;
        let why = rest.split_once(": ").map_or("", |(_, why)| why);
        let why = why
            .trim_start_matches(|letter: char| letter.is_ascii_digit())
            .trim_start_matches(": ");
        return Ok(Some(Message::Disconnected { party, why: why.trim() }));
    }
    if let Some(rest) = told.strip_prefix("Did not receive identification string from ") {
        return Ok(Some(Message::Disconnected {
            party: place(rest)?,
            why: "no identification",
        }));
    }
    for (start, why) in [
        ("Connection closed by ", ""),
        ("Connection reset by ", "connection reset"),
        ("Disconnected from ", ""),
        ("Disconnecting ", ""),
    ] {
        if let Some(rest) = told.strip_prefix(start) {
            let (rest, said) = if start == "Disconnecting " {
                rest.rsplit_once(": ").unwrap_or((rest, ""))
            } else {
                (rest, "")
            };
            let why = if said.is_empty() { why } else { said };
            return Ok(Some(Message::Disconnected {
                party: named(rest)?,
                why,
            }));
        }
    }
    Ok(told
        .starts_with("Disconnecting: ")
        .then_some(Message::Nothing(ELSEWHERE)))
}

/// `[authenticating |invalid ]user NAME ADDRESS port PORT`, or only the place.
fn named(text: &str) -> Result<Party<'_>, String> {
    let rest = text
        .strip_prefix("authenticating ")
        .or_else(|| text.strip_prefix("invalid "))
        .unwrap_or(text);
    let Some(rest) = rest.strip_prefix("user ") else {
        return place(text);
    };
    // The name is whatever somebody typed: the address is the word before the last ` port `.
    let at = rest.rfind(" port ").unwrap_or(rest.len());
    let (user, _) = rest[..at].rsplit_once(' ').unwrap_or(("", rest));
    let place_text = rest.get(user.len()..).unwrap_or_default().trim_start();
    let mut party = place(place_text)?;
    party.user = Some(user);
    Ok(party)
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
    Ok(Message::Repeated {
        times,
        inner: inner.trim_end(),
    })
}
