//! Which names this server answers to, read from `Host`. A page of another site whose name was made to lead here
//! (DNS rebinding) gets nothing. Owns no address of a link: those begin with the setting `public_url`.

use axum::http::{HeaderMap, Uri, Version, header, uri};
use ipnet::IpNet;

use crate::host::{AllowedHost, Host};

/// What answers whatever it is called: probes know a machine by its address, and they are told nothing.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];
/// The one host of `Host`, if there is one and it is well formed.
pub(crate) fn named(headers: &HeaderMap) -> Option<Host> {
    let mut lines = headers.get_all(header::HOST).iter();
    let line = lines.next()?.to_str().ok()?;
    lines.next().is_none().then(|| Host::with_port(line)).flatten()
}

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misdirected {
    /// It says no host, several, or none that can be.
    Malformed,
    /// It is meant for a host that this is not.
    Elsewhere(Host),
}

/// The names this server answers to besides those of the machine itself.
pub(crate) struct Hosts {
    names: Vec<String>,
    networks: Vec<IpNet>,
}

impl Hosts {
    /// The host of `public_url` and the listed ones.
    pub(crate) fn new(public_url: &str, listed: &[AllowedHost]) -> Self {
        let mut hosts = Self {
            names: Vec::new(),
            networks: Vec::new(),
        };
        let public = public_url.parse::<Uri>().ok();
        match public.as_ref().and_then(Uri::host).and_then(Host::parse) {
            Some(Host::Name(name)) => hosts.names.push(name),
            Some(Host::Ip(ip)) => hosts.networks.push(ip.into()),
            None => {}
        }
        for listed in listed {
            match listed {
                AllowedHost::Name(name) => hosts.names.push(name.clone()),
                AllowedHost::Network(network) => hosts.networks.push(*network),
            }
        }
        hosts
    }

    /// Whether a request is meant for this server.
    pub(crate) fn check(&self, version: Version, uri: &Uri, headers: &HeaderMap) -> Result<(), Misdirected> {
        let is_health = HEALTH.contains(&uri.path());
        // Only HTTP/1.0 knew requests that name no host.
        if is_health && version < Version::HTTP_11 && !headers.contains_key(header::HOST) {
            return Ok(());
        }
        let host = named(headers).ok_or(Misdirected::Malformed)?;
        // A request to a proxy carries the whole address, which then counts as well.
        let target = match uri.authority().map(uri::Authority::as_str) {
            Some(authority) => Some(Host::with_port(authority).ok_or(Misdirected::Malformed)?),
            None => None,
        };
        let elsewhere = [Some(host), target]
            .into_iter()
            .flatten()
            .find(|host| !self.knows(host));
        match elsewhere {
            Some(host) if !is_health => Err(Misdirected::Elsewhere(host)),
            _ => Ok(()),
        }
    }

    fn knows(&self, host: &Host) -> bool {
        host.is_loopback()
            || match host {
                Host::Name(name) => self.names.contains(name),
                Host::Ip(ip) => self.networks.iter().any(|network| network.contains(ip)),
            }
    }
}
