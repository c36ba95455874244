//! Who is at the other end, read from where sshd itself wrote it. A name, the id in a certificate, even the name of a
//! method are what somebody sent: whatever they hold, an address is only taken from the place of sshd's own.

/// The other end, as far as a line names it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Party<'a> {
    pub(crate) user: Option<&'a str>,
    pub(crate) address: Option<&'a str>,
    pub(crate) port: Option<u16>,
}

/// `USER from ADDRESS[ port PORT][ ssh2]` at the end of a text: nothing of what somebody sent stands behind it.
pub(super) fn at_the_end(text: &str) -> Option<Party<'_>> {
    let text = text
        .strip_suffix(" ssh2")
        .or_else(|| text.strip_suffix(" ssh1"))
        .unwrap_or(text);
    let (before, port) = a_port(text);
    let (user, address) = match before.rsplit_once(" from ") {
        Some(parts) => parts,
        // An empty name leaves only the address.
        None => ("", before.strip_prefix("from ")?),
    };
    let party = Party {
        user: Some(user),
        address: Some(address),
        port,
    };
    is_address(address).then_some(party)
}

/// `USER from ADDRESS port PORT ssh2: KEY` at the beginning of a text, for a user that exists: the text behind it may be
/// what somebody sent.
pub(super) fn before_a_key<'a>(text: &'a str, is_key: impl Fn(&str) -> bool) -> Option<Party<'a>> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find(" from ") {
        let at = from + found;
        from = at + 1;
        let rest = text.get(at + " from ".len()..)?;
        let (place, key) = rest.split_once(" ssh2: ")?;
        let (address, Some(port)) = a_port(place) else { continue };
        if is_address(address) && is_key(key) {
            return Some(Party {
                user: text.get(..at),
                address: Some(address),
                port: Some(port),
            });
        }
    }
    None
}

/// `USER ADDRESS port PORT`, or only the address and port, at the end of a text.
pub(super) fn closing(text: &str) -> Option<Party<'_>> {
    let (before, port) = a_port(text);
    let (rest, invalid) = match before.strip_prefix("invalid user ") {
        Some(rest) => (Some(rest), true),
        None => (
            before
                .strip_prefix("authenticating user ")
                .or_else(|| before.strip_prefix("user ")),
            false,
        ),
    };
    let Some(rest) = rest else {
        let address = before.strip_suffix(':').unwrap_or(before);
        return is_address(address).then_some(Party {
            user: None,
            address: Some(address),
            port,
        });
    };
    let (user, address) = rest.rsplit_once(' ').unwrap_or(("", rest));
    let user = if invalid || !user.is_empty() { Some(user) } else { None };
    is_address(address).then_some(Party {
        user,
        address: Some(address),
        port,
    })
}

/// `ADDRESS port PORT:…` or `ADDRESS: …` at the beginning of a text, and what follows.
pub(super) fn leading(text: &str) -> Option<(Party<'_>, &str)> {
    let (address, rest) = text.split_once(' ').unwrap_or((text, ""));
    if let Some(rest) = rest.strip_prefix("port ") {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (port, rest) = rest.split_at(end);
        let party = Party {
            user: None,
            address: Some(address),
            port: port.parse().ok(),
        };
        return is_address(address).then_some((party, rest.strip_prefix(':').unwrap_or(rest)));
    }
    let address = address.strip_suffix(':').unwrap_or(address);
    let party = Party {
        user: None,
        address: Some(address),
        port: None,
    };
    is_address(address).then_some((party, rest))
}

/// A text without the ` port PORT` at its end, and that port.
fn a_port(text: &str) -> (&str, Option<u16>) {
    let parts = text.rsplit_once(" port ");
    let parts = parts.and_then(|(before, port)| Some((before, Some(port.parse().ok()?))));
    parts.unwrap_or((text, None))
}

/// Whether this may be an address or a name of a machine as sshd writes it.
fn is_address(text: &str) -> bool {
    let letter =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'-' | b'_' | b'%' | b'?' | b'@');
    !text.is_empty() && text.bytes().all(letter)
}

/// Whether a text is what sshd writes of the key that a method used.
pub(super) fn is_key_of(method: &str, key: &str) -> bool {
    if method.starts_with("hostbased") {
        return key.contains(", client user \"") && key.ends_with('"');
    }
    if method.starts_with("gssapi") || method.starts_with("kerberos") {
        return !key.is_empty();
    }
    let mut words = key.split(' ');
    let (Some(sort), Some(_print)) = (words.next(), words.next()) else {
        return false;
    };
    let Some(next) = words.next() else { return true };
    if next == "ID" && sort.ends_with("-CERT") {
        // What follows the id is sshd's: a serial number and the authority's key.
        let Some((_, authority)) = key.rsplit_once(" CA ") else {
            return false;
        };
        let serial = key
            .rsplit_once(" (serial ")
            .is_some_and(|(_, rest)| rest.contains(") CA "));
        return serial && authority.split(' ').count() == 2;
    }
    false
}
