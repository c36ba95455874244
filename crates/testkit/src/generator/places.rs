//! Where people act from: devices in words with their user agents, applications, and documentation addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use activity::Named;

use super::random::Random;

/// A device: the application it is used with, its words, and the user agent it sends.
pub(super) struct Device {
    pub(super) words: &'static str,
    pub(super) user_agent: &'static str,
}

/// An application people log in to: id, name, and its devices in [`DEVICES`].
pub(super) struct Application {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) devices: std::ops::Range<usize>,
}

impl Application {
    pub(super) fn named(&self) -> Named {
        Named {
            id: self.id.to_owned(),
            name: self.name.to_owned(),
        }
    }
}

pub(super) static APPLICATIONS: [Application; 3] = [
    Application {
        id: "app_web",
        name: "Web manager",
        devices: 0..9,
    },
    Application {
        id: "app_studio",
        name: "Studio",
        devices: 9..12,
    },
    Application {
        id: "app_headset",
        name: "Headset client",
        devices: 12..15,
    },
];
pub(super) const WEB: u8 = 0;
pub(super) const STUDIO: u8 = 1;
pub(super) const HEADSET: u8 = 2;

pub(super) static DEVICES: &[Device] = &[
    device(
        "Firefox on Linux",
        "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    ),
    device(
        "Firefox on Windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0",
    ),
    device(
        "Chrome on Windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
    ),
    device(
        "Chrome on Mac",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
    ),
    device(
        "Safari on Mac",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    ),
    device(
        "Edge on Windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0",
    ),
    device(
        "Safari on iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ),
    device(
        "Chrome on Android",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Mobile Safari/537.36",
    ),
    device(
        "Safari on iPad",
        "Mozilla/5.0 (iPad; CPU OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ),
    device("Studio on Windows", "WhodidStudio/4.12.1 (Windows NT 10.0; Win64; x64)"),
    device("Studio on Mac", "WhodidStudio/4.12.1 (Macintosh; arm64)"),
    device("Studio on Linux", "WhodidStudio/4.11.0 (X11; Linux x86_64)"),
    device("Headset client on Quest 3", "WhodidHeadset/2.9.0 (Quest 3; Android 14)"),
    device(
        "Headset client on Vive Focus",
        "WhodidHeadset/2.9.0 (Vive Focus Vision; Android 14)",
    ),
    device("Headset client on Pico 4", "WhodidHeadset/2.8.4 (Pico 4; Android 14)"),
];
/// No device is known.
pub(super) const NO_DEVICE: u8 = u8::MAX;
/// What password guessing sends.
pub(super) const SCRIPT_AGENT: &str = "python-requests/2.32.5";

const fn device(words: &'static str, user_agent: &'static str) -> Device {
    Device { words, user_agent }
}

/// The devices and addresses one person uses.
#[derive(Clone, Debug)]
pub(super) struct Places {
    web: [u8; 3],
    other: [u8; 2],
    home: IpAddr,
    office: IpAddr,
    mobile: IpAddr,
}

impl Places {
    pub(super) fn draw(random: &mut Random) -> Self {
        let mut device = |application: u8| {
            let range = &APPLICATIONS[usize::from(application)].devices;
            small(range.start + random.below(range.len()))
        };
        let (web, other) = (
            [device(WEB), device(WEB), device(WEB)],
            [device(STUDIO), device(HEADSET)],
        );
        let home = if random.chance(300) {
            v6(random, 0x10)
        } else {
            v4([192, 0, 2], 1 + random.below(254))
        };
        let office = v4([198, 51, 100], 1 + random.below(40));
        Self {
            web,
            other,
            home,
            office,
            mobile: v6(random, 0xcafe),
        }
    }

    /// A device and an address for a visit with this application; the first device far more often than the others.
    pub(super) fn usual(&self, application: u8, random: &mut Random) -> (u8, IpAddr) {
        if application != WEB {
            let device = self.other[usize::from(application - STUDIO)];
            return (device, if random.chance(700) { self.office } else { self.home });
        }
        match random.below(100) {
            0..68 => (self.web[0], self.office),
            68..85 => (self.web[1], self.home),
            85..95 => (self.web[2], self.mobile),
            _ => (self.web[0], self.home),
        }
    }

    /// A device and an address they have not used before, as after losing the old one.
    pub(super) fn unusual(&self, random: &mut Random) -> (u8, IpAddr) {
        let fresh = (self.web[0] + 1 + small(random.below(7))) % 9;
        (fresh, v4([203, 0, 113], 1 + random.below(190)))
    }
}

/// An address password guessing comes from.
pub(super) fn attacker(random: &mut Random) -> IpAddr {
    v4([203, 0, 113], 200 + random.below(55))
}

fn v4([a, b, c]: [u8; 3], last: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, small(last)))
}

fn v6(random: &mut Random, net: u16) -> IpAddr {
    let mut part = || u16::try_from(random.below(0x10000)).unwrap_or(1);
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, net, part(), 0, 0, 0, part()))
}

fn small(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
