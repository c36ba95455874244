//! Reads the values of `ip:`.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::raw::Raw;
use super::{IpPattern, ParseError};

/// Reads an address, a network, or the whole parts that addresses begin with.
pub(super) fn ip(piece: &Raw<'_>) -> Result<IpPattern, ParseError> {
    let text = piece.plain()?;
    let wrong = || {
        piece.error(format!(
            "`{text}` is not an address; write `ip:10.0.0.1`, `ip:10.0.0.0/8`, `ip:10.1.*` or `ip:2001:db8::/32`"
        ))
    };
    if let Some(head) = text.strip_suffix('*') {
        return beginning(head).map(IpPattern::Net).ok_or_else(wrong);
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(IpPattern::Exact(ip.to_canonical()));
    }
    let net = text.parse::<IpNet>().map_err(|_| wrong())?;
    let net = match (net, net.addr().to_canonical()) {
        // Addresses of an IPv4-mapped network are kept as IPv4.
        (IpNet::V6(_), IpAddr::V4(addr)) if net.prefix_len() >= 96 => {
            Ipv4Net::new(addr, net.prefix_len() - 96).map_or(net, IpNet::V4)
        }
        _ => net.trunc(),
    };
    let whole = net.prefix_len() == net.max_prefix_len();
    Ok(if whole {
        IpPattern::Exact(net.addr())
    } else {
        IpPattern::Net(net.trunc())
    })
}

/// The network of all addresses that begin with these whole parts: `10.1.` or `2001:db8:`.
fn beginning(head: &str) -> Option<IpNet> {
    if let Some(parts) = head.strip_suffix('.') {
        let mut octets = [0; 4];
        let mut count = 0;
        for part in parts.split('.') {
            let plain = part.len() == 1 || !part.starts_with('0');
            *octets.get_mut(count)? = part.parse().ok().filter(|_| plain && !part.starts_with('+'))?;
            count += 1;
        }
        let length = u8::try_from(count).ok().filter(|count| *count < 4)? * 8;
        return Ipv4Net::new(octets.into(), length).ok().map(IpNet::V4);
    }
    let parts = head
        .strip_suffix(':')
        .filter(|parts| !parts.is_empty() && !parts.contains("::"))?;
    let length = u8::try_from(parts.split(':').count()).ok().filter(|count| *count < 8)? * 16;
    Ipv6Net::new(format!("{parts}::").parse().ok()?, length)
        .ok()
        .map(IpNet::V6)
}
