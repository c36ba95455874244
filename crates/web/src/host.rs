//! A host as requests and settings name it: a name or an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Most characters of a name, as DNS has it.
const LONGEST: usize = 253;

/// A host as a request or a setting names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// In lower case, without the dot at the end.
    Name(String),
    /// An address, an IPv4 one inside IPv6 as the IPv4 one.
    Ip(IpAddr),
}

impl Host {
    /// A host without a port; `None` for what can be no name and no address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix('[') {
            let inside: Ipv6Addr = rest.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Ip(IpAddr::V6(inside).to_canonical()));
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Some(Self::Ip(ip.into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_letter);
        (name.len() <= LONGEST && name.split('.').all(is_label)).then_some(Self::Name(name))
    }

    /// A host with or without a port, as in `Host`.
    pub(crate) fn with_port(text: &str) -> Option<Self> {
        let end_of_address = text.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match text[end_of_address..].find(':') {
            Some(at) => text.split_at(end_of_address + at),
            None => (text, ""),
        };
        let port = port.strip_prefix(':').unwrap_or_default();
        // `example.com:` names the usual port.
        let is_port = port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
        is_port.then(|| Self::parse(host)).flatten()
    }

    /// Whether it can only be this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Ip(ip) => ip.is_loopback(),
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A host this server answers to, whatever the port: `whodid.lan`, `192.0.2.7`, `10.0.0.0/8`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AllowedHost {
    /// A name, in lower case.
    Name(String),
    /// An address, or all of a network.
    Network(IpNet),
}

impl TryFrom<String> for AllowedHost {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Network(ip.to_canonical().into()));
        }
        match Host::parse(&text) {
            Some(Host::Name(name)) => Ok(Self::Name(name)),
            Some(Host::Ip(ip)) => Ok(Self::Network(ip.into())),
            None => Err(format!(
                "`{text}` is no host; write a name such as whodid.lan, an address or a network, without http:// and port"
            )),
        }
    }
}

impl From<AllowedHost> for String {
    fn from(host: AllowedHost) -> Self {
        match host {
            AllowedHost::Name(name) => name,
            AllowedHost::Network(network) => network.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_else() {
        let name = |name: &str| Some(Host::Name(name.to_owned()));
        let ip = |ip: &str| Some(Host::Ip(ip.parse().unwrap()));
        let cases = [
            ("log.example.com", name("log.example.com")),
            ("LOG.Example.com.:8443", name("log.example.com")),
            ("localhost:", name("localhost")),
            ("127.0.0.1:8080", ip("127.0.0.1")),
            ("[::1]:8080", ip("::1")),
            ("[::ffff:127.0.0.1]", ip("127.0.0.1")),
            ("", None),
            (":8080", None),
            (".", None),
            ("a..b", None),
            ("a b", None),
            ("user@log.example.com", None),
            ("log.example.com:65536", None),
            ("log.example.com:80:80", None),
            ("log.example.com:8a", None),
            ("::1", None),
            ("[::1", None),
            ("[log]", None),
            ("log.example.com/", None),
            ("l\u{f6}g.example.com", None),
        ];
        for (text, host) in cases {
            assert_eq!(Host::with_port(text), host, "{text:?}");
        }
        assert_eq!(Host::with_port(&"a".repeat(254)), None);
    }

    #[test]
    fn a_listed_host_is_a_name_an_address_or_a_network() {
        let read = |text: &str| AllowedHost::try_from(text.to_owned());
        assert_eq!(read("Log.LAN"), Ok(AllowedHost::Name("log.lan".to_owned())));
        for text in ["192.0.2.7", "10.0.0.0/8", "2001:db8::1", "[2001:db8::1]"] {
            assert!(matches!(read(text), Ok(AllowedHost::Network(_))), "{text}");
        }
        for text in ["http://log.lan", "log.lan:8080", "*.lan", ""] {
            assert!(read(text).unwrap_err().contains("is no host"), "{text}");
        }
    }
}
