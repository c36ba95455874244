use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::{gists, read_in, sshd};

const REAL: &str = "203.0.113.23";

#[test]
fn an_address_is_taken_only_from_where_sshd_wrote_it() {
    for (message, user) in [
        (
            "Failed publickey for root from 203.0.113.23 port 40000 ssh2: RSA-CERT SHA256:0aBcDeFg ID pwn from \
             198.51.100.9 port 22 (serial 0) CA RSA SHA256:0hIjKlMn",
            "root",
        ),
        (
            "Accepted publickey for ann from 203.0.113.23 port 4 ssh2: ED25519-CERT SHA256:x ID a from 198.51.100.9 \
             port 22 ssh2: ED25519 SHA256:y (serial 1) CA ED25519 SHA256:z",
            "ann",
        ),
        (
            "Failed password for invalid user x from 198.51.100.9 port 22 ssh2: RSA SHA256:a from 203.0.113.23 port 4 \
             ssh2",
            "x from 198.51.100.9 port 22 ssh2: RSA SHA256:a",
        ),
        (
            "Failed publickey for root from 198.51.100.9 port 22 ssh2: RSA a for ann from 203.0.113.23 port 4 ssh2",
            "root from 198.51.100.9 port 22 ssh2: RSA a for ann",
        ),
        (
            "Failed hostbased for dan from 203.0.113.23 port 45785 ssh2: RSA SHA256:0aBc, client user \"d from \
             198.51.100.9 port 1 ssh2\", client host \"gate.example.com\"",
            "dan",
        ),
        (
            "Connection closed by authenticating user a 198.51.100.9 port 5 203.0.113.23 port 4 [preauth]",
            "a 198.51.100.9 port 5",
        ),
        (
            "Invalid user x from 198.51.100.9 port 4 from 203.0.113.23 port 4",
            "x from 198.51.100.9 port 4",
        ),
        (
            "User a from 198.51.100.9 from 203.0.113.23 not allowed because listed in DenyUsers",
            "a from 198.51.100.9",
        ),
        (
            "Disconnecting authenticating user ann 203.0.113.23 port 4: Change of username or service not allowed: \
             (ann,ssh-connection) -> (x 198.51.100.9 port 1: y,ssh-connection) [preauth]",
            "ann",
        ),
    ] {
        let given = sshd(&[message]);
        let gists = gists(&given);
        assert_eq!(gists.len(), 1, "{message}: {gists:?}");
        assert_eq!(given.facts[0].ip.unwrap().to_string(), REAL, "{message}");
        assert_eq!(given.facts[0].user.as_ref().unwrap().username, user, "{message}");
    }
}

#[test]
fn a_name_that_may_hold_another_address_gives_none() {
    let given = sshd(&[
        "Disconnecting invalid user x 198.51.100.9 port 1: Change of username or service not allowed: \
                        (x, 203.0.113.23 port 4: Change of username or service not allowed: (x,s) -> (y,s) [preauth]",
    ]);
    assert!(
        given.facts.iter().all(|facts| facts.ip.is_none()),
        "{:?}",
        gists(&given)
    );
}

proptest! {
    #[test]
    fn whatever_somebody_calls_themself_the_address_is_theirs(
        name in "[ -~]{0,40}|([a-z]{1,4}|from|port|ssh2|: | for |198\\.51\\.100\\.9|22| |invalid user ){0,12}",
        address in any::<u32>(),
        port in 1_u16..,
    ) {
        // sshd writes what it was sent without blanks at its ends being lost.
        let place = Ipv4Addr::from(address);
        for message in [
            format!("Failed password for invalid user {name} from {place} port {port} ssh2"),
            format!("Invalid user {name} from {place} port {port}"),
            format!("Connection closed by invalid user {name} {place} port {port} [preauth]"),
            format!("error: maximum authentication attempts exceeded for invalid user {name} from {place} port {port} ssh2 [preauth]"),
        ] {
            let log = format!("Nov 20 10:00:00 g sshd[1]: {message}");
            let given = read_in(&log, Some(2026), "UTC");
            prop_assert_eq!(&given.unreadable, &Vec::<String>::new());
            for facts in &given.facts {
                prop_assert_eq!(facts.ip.map(|ip| ip.to_string()), Some(place.to_string()), "{}", message);
                prop_assert_eq!(&facts.metadata["port"], &port.to_string());
            }
        }
    }

    #[test]
    fn no_line_is_too_strange(line in "\\PC{0,80}|(<3>|1 |Nov|20|10:00:00|2026-11-20T|host|sshd|\\[|\\]|:|sudo| |pam_unix\\(|\\)|'|=| : |from|\\{\"){0,20}") {
        let given = read_in(&line, None, "Europe/Berlin");
        let told = given.facts.len() + given.unreadable.len() + given.harvest.unknown.len();
        prop_assert!(told > 0 || !given.harvest.passed.is_empty() || line.is_empty());
        for facts in &given.facts {
            prop_assert!(activity::limits::check(facts, activity::Time::MAX).is_ok(), "{:?}", facts);
        }
    }

    #[test]
    fn programs_with_quotes_and_brackets_are_read_without_a_panic(
        program in "(sudo|su|useradd|usermod|groupmod|gpasswd|passwd|login|dropbear|doas|systemd-logind|chsh)",
        text in "([a-z]{1,5}|'| |:|=|COMMAND=| ; |user|group|\\(|\\)|to|from|by|on| : |New session |FAILED ){0,15}",
    ) {
        let given = read_in(&format!("Nov 20 10:00:00 g {program}[1]: {text}"), Some(2026), "UTC");
        for facts in &given.facts {
            prop_assert!(activity::limits::check(facts, activity::Time::MAX).is_ok(), "{:?}", facts);
        }
    }
}
