//! Where people act from: addresses and devices. A common word stands in the devices of three rows of ten.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::random::{Draw, Zipf};

/// The word that three rows of ten hold.
pub const COMMON_WORD: &str = "firefox";
/// The network of interest, one site's of thirty-two.
pub const NETWORK: &str = "10.7.0.0/16";
/// How the addresses of it begin.
pub const NETWORK_BEGINS: &str = "10.7.";
/// The gateway that is asked for: one row of a hundred or so comes through it.
pub const GATEWAY: &str = "198.51.100.8";

const SITES: u64 = 32;
const GATEWAYS: usize = 40;

/// An application and what it is used with, with the share in a hundred of each.
struct Device {
    share: u64,
    application: usize,
    words: &'static str,
    agent: &'static str,
}

const fn device(share: u64, application: usize, words: &'static str, agent: &'static str) -> Device {
    Device {
        share,
        application,
        words,
        agent,
    }
}

pub static APPLICATIONS: [&str; 3] = ["Acme Portal", "Acme Studio", "Acme Headset"];

static DEVICES: &[Device] = &[
    device(
        18,
        0,
        "Firefox on Windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0",
    ),
    device(
        8,
        0,
        "Firefox on Linux",
        "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    ),
    device(
        4,
        0,
        "Firefox on Mac",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:146.0) Gecko/20100101 Firefox/146.0",
    ),
    device(
        22,
        0,
        "Chrome on Windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
    ),
    device(
        9,
        0,
        "Chrome on Android",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Mobile Safari/537.36",
    ),
    device(
        8,
        0,
        "Safari on iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ),
    device(
        12,
        1,
        "Studio on Windows",
        "AcmeStudio/4.12.1 (Windows NT 10.0; Win64; x64)",
    ),
    device(6, 1, "Studio on Mac", "AcmeStudio/4.12.1 (Macintosh; arm64)"),
    device(
        8,
        2,
        "Headset client on Quest 3",
        "AcmeHeadset/2.9.0 (Quest 3; Android 14)",
    ),
    device(
        5,
        2,
        "Headset client on Pico 4",
        "AcmeHeadset/2.8.4 (Pico 4; Android 14)",
    ),
];

/// What somebody acts with.
pub struct Used {
    pub words: &'static str,
    pub agent: &'static str,
    pub application: usize,
}

/// A device, by its share.
pub fn used(draw: &mut Draw) -> Used {
    let mut left = draw.below(DEVICES.iter().map(|device| device.share).sum());
    let mut devices = DEVICES.iter();
    let found = devices.find(|device| match left.checked_sub(device.share) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    let Device {
        words,
        agent,
        application,
        ..
    } = *found.unwrap_or(&DEVICES[0]);
    Used {
        words,
        agent,
        application,
    }
}

/// The addresses one person has.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    site: Ipv4Addr,
    home: IpAddr,
    mobile: u16,
}

impl Addresses {
    pub fn draw(draw: &mut Draw) -> Self {
        let home = match draw.chance(3_000) {
            true => v6(0x10, small(draw), small(draw)),
            false => Ipv4Addr::new(100, 64 + byte(draw, 64), byte(draw, 256), byte(draw, 256)).into(),
        };
        Self {
            site: Ipv4Addr::new(10, byte(draw, SITES), byte(draw, 256), byte(draw, 256)),
            home,
            mobile: small(draw),
        }
    }

    /// One of them, or that of a gateway many share.
    pub fn one(&self, gateways: &Gateways, draw: &mut Draw) -> IpAddr {
        match draw.below(100) {
            0..35 => gateways.one(draw),
            35..60 => self.site.into(),
            60..90 => self.home,
            _ => v6(0xcafe, self.mobile, small(draw)),
        }
    }
}

/// Addresses that many share.
#[derive(Debug)]
pub struct Gateways(Zipf);

impl Gateways {
    pub fn new() -> Self {
        Self(Zipf::new(GATEWAYS))
    }

    fn one(&self, draw: &mut Draw) -> IpAddr {
        let last = self.0.at(draw.unit()) + 1;
        Ipv4Addr::new(198, 51, 100, u8::try_from(last).unwrap_or(u8::MAX)).into()
    }
}

fn v6(net: u16, part: u16, last: u16) -> IpAddr {
    Ipv6Addr::new(0x2001, 0xdb8, net, part, 0, 0, 0, last).into()
}

fn small(draw: &mut Draw) -> u16 {
    u16::try_from(draw.below(0x1_0000)).unwrap_or(0)
}

fn byte(draw: &mut Draw, bound: u64) -> u8 {
    u8::try_from(draw.below(bound)).unwrap_or(u8::MAX)
}
