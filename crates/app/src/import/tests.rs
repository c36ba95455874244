use activity::{Facts, Outcome, Time};
use jiff::tz::TimeZone;

use super::Reading;
use super::openssh::OpenSsh;

fn reader(year: Option<i16>) -> OpenSsh {
    let now = Time::parse("2026-11-22T12:00:00Z").unwrap();
    OpenSsh::new(year, TimeZone::UTC, now)
}

fn read(line: &str) -> Reading {
    reader(Some(2025)).read(&format!("Dec 10 06:55:46 gate sshd[24200]: {line}"))
}

fn one(line: &str) -> Facts {
    match read(line) {
        Reading::Activities(mut facts) if facts.len() == 1 => facts.remove(0).facts,
        other => panic!("{line}: {other:?}"),
    }
}

/// Code, user, address, reason.
fn gist(facts: &Facts) -> (&str, &str, String, &str) {
    let user = facts.user.as_ref().map_or("-", |user| &user.username);
    let ip = facts.ip.map_or("-".to_owned(), |ip| ip.to_string());
    (&facts.kind, user, ip, facts.reason.as_deref().unwrap_or("-"))
}

#[test]
fn a_log_in_names_the_user_the_machine_and_the_address() {
    let facts = one("Accepted publickey for deploy from 192.0.2.7 port 52001 ssh2: ED25519 SHA256:abc");
    assert_eq!(gist(&facts), ("user.login", "deploy", "192.0.2.7".to_owned(), "-"));
    assert_eq!(facts.occurred_at, Time::parse("2025-12-10T06:55:46Z").unwrap());
    assert_eq!(facts.outcome, Outcome::Success);
    assert_eq!(facts.user.as_ref().unwrap().id, "ssh:deploy@gate");
    assert_eq!(facts.application.as_ref().unwrap().name, "OpenSSH on gate");
    assert_eq!(
        (facts.metadata["method"].as_str(), facts.metadata["port"].as_str()),
        ("publickey", "52001")
    );
}

#[test]
fn failures_say_why() {
    for (line, user, reason) in [
        (
            "Failed password for root from 192.0.2.8 port 4 ssh2",
            "root",
            "wrong_password",
        ),
        (
            "Failed password for invalid user oracle from 192.0.2.8 port 4 ssh2",
            "oracle",
            "unknown_user",
        ),
        (
            "Failed none for invalid user  0101 from 192.0.2.8 port 4 ssh2",
            " 0101",
            "unknown_user",
        ),
        (
            "Failed password for a from 10.0.0.1 port 22 from 192.0.2.8 port 4 ssh2",
            "a from 10.0.0.1 port 22",
            "wrong_password",
        ),
    ] {
        let facts = one(line);
        assert_eq!(
            gist(&facts),
            ("user.login_failed", user, "192.0.2.8".to_owned(), reason),
            "{line}"
        );
        assert_eq!(facts.outcome, Outcome::Failure);
    }
}

#[test]
fn a_repeated_message_is_as_many_activities() {
    let reading = read("message repeated 5 times: [ Failed password for root from 2001:db8::9 port 2266 ssh2]");
    let Reading::Activities(facts) = reading else {
        panic!("{reading:?}")
    };
    assert_eq!(facts.len(), 5);
    assert_eq!(
        gist(&facts[4].facts),
        ("user.login_failed", "root", "2001:db8::9".to_owned(), "wrong_password")
    );
    assert!(
        matches!(read("message repeated 4000000000 times: [ Failed password for r from ::1 port 1 ssh2]"),
        Reading::Unreadable(why) if why.contains("4000000000"))
    );
}

#[test]
fn unknown_users_and_disconnects_are_activities() {
    for (line, expected) in [
        (
            "Invalid user webmaster from 192.0.2.9",
            ("ssh.invalid_user", "webmaster", "unknown_user"),
        ),
        (
            "Invalid user  from 192.0.2.9 port 40",
            ("ssh.invalid_user", "-", "unknown_user"),
        ),
        (
            "Received disconnect from 192.0.2.9: 11: Bye Bye [preauth]",
            ("ssh.disconnected", "-", "Bye Bye"),
        ),
        (
            "Received disconnect from 192.0.2.9 port 40:11: disconnected by user",
            ("ssh.disconnected", "-", "disconnected by user"),
        ),
        (
            "error: Received disconnect from 192.0.2.9: 3: com.example.Failure: Auth fail [preauth]",
            ("ssh.disconnected", "-", "com.example.Failure: Auth fail"),
        ),
        (
            "Connection closed by 192.0.2.9 [preauth]",
            ("ssh.disconnected", "-", "-"),
        ),
        (
            "Connection closed by authenticating user root 192.0.2.9 port 40 [preauth]",
            ("ssh.disconnected", "root", "-"),
        ),
        (
            "Disconnected from invalid user a b 192.0.2.9 port 40 [preauth]",
            ("ssh.disconnected", "a b", "-"),
        ),
        (
            "Did not receive identification string from 192.0.2.9",
            ("ssh.disconnected", "-", "no identification"),
        ),
        (
            "error: maximum authentication attempts exceeded for invalid user x from 192.0.2.9 port 40 ssh2 [preauth]",
            ("ssh.too_many_failures", "x", "too_many_failures"),
        ),
        (
            "Disconnecting authenticating user root 192.0.2.9 port 40: Too many authentication failures [preauth]",
            ("ssh.too_many_failures", "root", "too_many_failures"),
        ),
    ] {
        let facts = one(line);
        let (code, user, ip, reason) = gist(&facts);
        assert_eq!((code, user, reason), expected, "{line}");
        assert_eq!(ip, "192.0.2.9", "{line}");
    }
}

#[test]
fn a_line_without_an_address_takes_it_from_the_same_connection() {
    let mut reader = reader(Some(2025));
    let mut read = |line: &str| reader.read(&format!("Dec 10 06:55:46 gate sshd[7]: {line}"));
    read("Failed password for root from 192.0.2.3 port 9 ssh2");
    let Reading::Activities(facts) = read("Disconnecting: Too many authentication failures for root [preauth]") else {
        panic!()
    };
    assert_eq!(
        gist(&facts[0].facts),
        (
            "ssh.too_many_failures",
            "root",
            "192.0.2.3".to_owned(),
            "too_many_failures"
        )
    );
    assert!(matches!(
        read("Received disconnect from 192.0.2.3 port 9:11: bye"),
        Reading::Activities(_)
    ));
    assert_eq!(
        read("Disconnected from user root 192.0.2.3 port 9"),
        Reading::Ignored("told by another line")
    );
    read("Accepted password for sam from 192.0.2.4 port 10 ssh2");
    let Reading::Activities(facts) = read("pam_unix(sshd:session): session closed for user sam") else {
        panic!()
    };
    assert_eq!(
        gist(&facts[0].facts),
        ("user.logout", "sam", "192.0.2.4".to_owned(), "-")
    );
}

#[test]
fn what_is_no_activity_is_ignored_for_a_named_reason() {
    assert_eq!(
        read("pam_unix(sshd:auth): check pass; user unknown"),
        Reading::Ignored("told by another line")
    );
    assert_eq!(
        read("reverse mapping checking getaddrinfo for x [192.0.2.1] failed - POSSIBLE BREAK-IN ATTEMPT!"),
        Reading::Ignored("address look-ups")
    );
    assert_eq!(
        read("Server listening on 0.0.0.0 port 22."),
        Reading::Ignored("about the server itself")
    );
    assert_eq!(
        read("something of next year's version"),
        Reading::Ignored("other messages of sshd")
    );
    assert_eq!(
        reader(None).read("Dec 10 06:55:46 gate CRON[1]: pam_unix(cron:session): session opened"),
        Reading::Ignored("lines of other programs")
    );
}

#[test]
fn what_should_be_readable_and_is_not_is_reported() {
    let mut reader = reader(Some(2025));
    for line in [
        "no time at all",
        "Dec 10 06:55",
        "Dec 10 06:55:46 gate",
        "Dec 41 06:55:46 gate sshd[1]: Invalid user x from 192.0.2.1",
        "Feb 29 06:55:46 gate sshd[1]: Invalid user x from 192.0.2.1",
        "Dec 10 06:55:46 gate sshd[x]: Invalid user x from 192.0.2.1",
        "Dec 10 06:55:46 gate sshd[1]: Failed password for root",
        "Dec 10 06:55:46 gate sshd[1]: Failed password for root from 192.0.2.1 port none ssh2",
        "Dec 10 06:55:46 gate sshd[1]: message repeated some times: [ Failed password for root from ::1 port 1 ssh2]",
        "é",
        "",
    ] {
        assert!(matches!(reader.read(line), Reading::Unreadable(_)), "{line}");
    }
}

#[test]
fn the_year_goes_on_at_new_year_and_is_the_latest_past_one_if_not_told() {
    let at = |reader: &mut OpenSsh, stamp: &str| match reader
        .read(&format!("{stamp} g sshd[1]: Invalid user x from 192.0.2.1"))
    {
        Reading::Activities(facts) => facts[0].facts.occurred_at.to_string(),
        other => format!("{other:?}"),
    };
    let mut told = reader(Some(2019));
    assert_eq!(at(&mut told, "Dec 31 23:59:59"), "2019-12-31T23:59:59.000000Z");
    assert_eq!(at(&mut told, "Jan  1 00:00:01"), "2020-01-01T00:00:01.000000Z");
    assert_eq!(at(&mut told, "Dec 31 23:59:59"), "2019-12-31T23:59:59.000000Z");
    assert_eq!(at(&mut told, "Jan  1 00:00:02"), "2020-01-01T00:00:02.000000Z");
    let mut untold = reader(None);
    assert_eq!(at(&mut untold, "Nov 22 11:00:00"), "2026-11-22T11:00:00.000000Z");
    assert_eq!(at(&mut untold, "Dec 10 06:55:46"), "2025-12-10T06:55:46.000000Z");
    assert_eq!(at(&mut untold, "Feb 29 06:55:46"), "2024-02-29T06:55:46.000000Z");
    assert_eq!(
        at(&mut untold, "2025-12-10T06:55:46.5+01:00"),
        "2025-12-10T05:55:46.500000Z"
    );
}
