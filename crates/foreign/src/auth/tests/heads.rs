use super::{gists, read, read_in};

const TEXT: &str = "Failed password for root from 192.0.2.1 port 4 ssh2";

#[test]
fn every_form_of_a_head_is_read() {
    for (head, at) in [
        (
            "Nov 20 10:00:00 c01.example-host.net sshd[101]:",
            "2026-11-20T10:00:00.000000Z",
        ),
        ("Nov  5 10:00:00 g sshd[1]:", "2026-11-05T10:00:00.000000Z"),
        ("Nov 05 10:00:00 g sshd[1]:", "2026-11-05T10:00:00.000000Z"),
        ("Nov 20 10:00:00 g sshd-session[1]:", "2026-11-20T10:00:00.000000Z"),
        ("Nov 20 10:00:00.123456 g sshd[1]:", "2026-11-20T10:00:00.123456Z"),
        ("Nov 20 2026 10:00:00 g sshd[1]:", "2026-11-20T10:00:00.000000Z"),
        ("2026 Nov 20 10:00:00 g sshd[1]:", "2026-11-20T10:00:00.000000Z"),
        (
            "2026-07-09T15:39:31.205662+02:00 g sshd[1]:",
            "2026-07-09T13:39:31.205662Z",
        ),
        ("2026-09-08T17:20:30+0200 g sshd[1]:", "2026-09-08T15:20:30.000000Z"),
        ("2026-09-08T17:20:30Z g sshd[1]:", "2026-09-08T17:20:30.000000Z"),
        ("2026-09-08 17:20:30,655 g sshd[1]:", "2026-09-08T17:20:30.655000Z"),
        (
            "2026-09-08 17:20:30.5+0200  localhost sshd[1]:",
            "2026-09-08T15:20:30.500000Z",
        ),
        ("Tue 2026-09-08 17:20:30 UTC g sshd[1]:", "2026-09-08T17:20:30.000000Z"),
        ("1795082400.123456 g sshd[1]:", "2026-11-19T10:00:00.123456Z"),
        ("Nov 20 10:00:00 g auth.info sshd[1]:", "2026-11-20T10:00:00.000000Z"),
        (
            "Fri Nov 20 10:00:00 2026 auth.info sshd[1]:",
            "2026-11-20T10:00:00.000000Z",
        ),
        ("Nov 20 10:00:00 sshd[1]:", "2026-11-20T10:00:00.000000Z"),
        ("[20/Nov/2026:10:00:00 +0100] g sshd[1]:", "2026-11-20T09:00:00.000000Z"),
        ("<38>Nov 20 10:00:00 g sshd[1]:", "2026-11-20T10:00:00.000000Z"),
        (
            "<38>1 2026-11-20T06:55:46.1Z g sshd 1 - -",
            "2026-11-20T06:55:46.100000Z",
        ),
        (
            "1 2026-11-20T06:55:46.1Z g sshd 1 ID1 [a b=\"]\\\"\"][c d=\"e\"]",
            "2026-11-20T06:55:46.100000Z",
        ),
        (
            "Nov 20 10:00:00 g sshd[1]: [ID 800047 auth.info]",
            "2026-11-20T10:00:00.000000Z",
        ),
        ("Nov 20 10:00:00 g /usr/sbin/sshd[1]:", "2026-11-20T10:00:00.000000Z"),
        ("3988 2026-11-20 10:00:00.234", "2026-11-20T10:00:00.234000Z"),
    ] {
        let given = read(&format!("{head} {TEXT}"));
        assert_eq!(
            gists(&given),
            ["user.login_failed root 192.0.2.1 ! wrong_password"],
            "{head}"
        );
        assert_eq!(given.facts[0].occurred_at.to_string(), at, "{head}");
    }
}

#[test]
fn a_journal_is_read_as_json_with_its_marks_and_texts_that_are_bytes() {
    let bytes: Vec<String> = TEXT.bytes().map(|byte| byte.to_string()).collect();
    let given = read(&format!(
        "-- Journal begins at Mon 2026-01-05 10:00:00 UTC, ends at Fri 2026-11-20 10:00:00 UTC. --\n-- Boot 0f5f --\n\
         {{\"__REALTIME_TIMESTAMP\":\"1795082400000000\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"_PID\":\"1\",\"_HOSTNAME\":\"g\",\
         \"MESSAGE\":\"{TEXT}\"}}\n\
         {{\"__REALTIME_TIMESTAMP\":\"1795082400000001\",\"_COMM\":\"sshd\",\"MESSAGE\":[{}]}}\n\
         {{\"__REALTIME_TIMESTAMP\":\"1795082400000002\",\"SYSLOG_IDENTIFIER\":\"kernel\",\"MESSAGE\":null}}",
        bytes.join(",")
    ));
    assert_eq!(gists(&given), ["user.login_failed root 192.0.2.1 ! wrong_password"; 2]);
    assert_eq!(given.harvest.passed["marks of the journal"], 2);
    assert_eq!(given.harvest.passed["other programs: kernel"], 1);
}

#[test]
fn ordinary_lines_of_syslog_itself_and_of_others_are_passed_over_by_name() {
    let given = read(
        "Jun 19 04:09:11 g syslogd 1.4.1: restart.\n\
         Jun 19 04:09:12 g syslogd: restart\n\
         Jun 19 04:09:13 g CRON[1]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)\n\
         Jun 19 04:09:14 g kernel: something: else\n\
         Jun 19 04:09:15 g gdm-password][12]: gkr-pam: unlocked login keyring\n",
    );
    assert!(given.facts.is_empty() && given.harvest.unknown.is_empty());
    let names: Vec<&str> = given.harvest.passed.keys().map(|name| &**name).collect();
    assert_eq!(
        names,
        [
            "about the log itself",
            "other programs: CRON",
            "other programs: gdm-password",
            "other programs: kernel"
        ]
    );
}

#[test]
fn a_repeated_message_is_as_many_activities_with_keys_of_their_own() {
    let given = read(&format!(
        "Nov 20 10:00:00 g sshd[1]: {TEXT}\nNov 20 10:00:01 other CRON[1]: x\n\
         Nov 20 10:00:09 g last message repeated 3 times\n\
         Nov 20 10:00:10 g sshd[1]: message repeated 2 times: [ {TEXT}]\n"
    ));
    assert_eq!(given.facts.len(), 6);
    let keys: std::collections::BTreeSet<_> = given.facts.iter().map(|facts| &facts.external_id).collect();
    assert_eq!(keys.len(), 6);
    let far = read_in(
        "Nov 20 10:00:10 g sshd[1]: message repeated 4000000000 times: [ x]",
        None,
        "UTC",
    );
    assert!(far.unreadable[0].contains("4000000000"), "{:?}", far.unreadable);
}

#[test]
fn a_head_that_lacks_something_says_what() {
    for line in [
        "no time at all",
        "Nov 20 10:00",
        "Nov 20 10:00:00 g",
        "Nov 41 10:00:00 g sshd[1]: Invalid user x from 192.0.2.1",
        "Feb 29 10:00:00 g sshd[1]: Invalid user x from 192.0.2.1",
        "Nov 20 10:00:00 g sshd[x]: Invalid user x from 192.0.2.1",
        "Nov 20 10:00:00 g sshd[1]: Failed password for root",
        "Nov 20 10:00:00 g sshd[1]: Failed password for root from 192.0.2.1 port none ssh2",
        "Nov 20 10:00:00 g sshd[1]: message repeated some times: [ x]",
        "Tue 2026-09-08 17:20:30 CEST g sshd[1]: Invalid user x from 192.0.2.1",
        "{\"a\":1}",
        "{",
        "é",
    ] {
        let given = read_in(line, Some(2026), "UTC");
        assert_eq!((given.unreadable.len(), given.facts.len()), (1, 0), "{line}");
    }
}

fn times(log: &[&str], year: Option<i16>, zone: &str) -> Vec<String> {
    let line = |(pid, at): (usize, &&str)| format!("{at} g sshd[{pid}]: {TEXT}\n");
    let log: String = log.iter().enumerate().map(line).collect();
    let given = read_in(&log, year, zone);
    given
        .facts
        .iter()
        .map(|facts| facts.occurred_at.to_string()[..19].to_owned())
        .collect()
}

#[test]
fn a_log_runs_forward_through_new_year_with_the_year_told_and_without() {
    let quiet = [
        "Oct 30 09:00:00",
        "Nov 28 09:00:00",
        "Jan  5 09:00:00",
        "Feb  2 09:00:00",
    ];
    let expected = [
        "2025-10-30T09:00:00",
        "2025-11-28T09:00:00",
        "2026-01-05T09:00:00",
        "2026-02-02T09:00:00",
    ];
    assert_eq!(times(&quiet, Some(2025), "UTC"), expected);
    assert_eq!(times(&quiet, None, "UTC"), expected);
    // A line that comes a little late belongs to the year that went.
    assert_eq!(
        times(
            &[
                "Dec 31 23:59:59",
                "Jan  1 00:00:01",
                "Dec 31 23:59:59",
                "Jan  1 00:00:02"
            ],
            Some(2019),
            "UTC"
        ),
        [
            "2019-12-31T23:59:59",
            "2020-01-01T00:00:01",
            "2019-12-31T23:59:59",
            "2020-01-01T00:00:02"
        ]
    );
    assert_eq!(times(&["Nov 28 11:00:00"], None, "UTC"), ["2026-11-28T11:00:00"]);
    assert_eq!(times(&["Dec 10 06:55:46"], None, "UTC"), ["2025-12-10T06:55:46"]);
    assert_eq!(times(&["Feb 29 06:55:46"], None, "UTC"), ["2024-02-29T06:55:46"]);
    let years = [
        "Mar  1 00:00:00",
        "Jan  1 00:00:00",
        "Dec  1 00:00:00",
        "Jan  1 00:00:00",
    ];
    assert_eq!(times(&years, None, "UTC")[0], "2024-03-01T00:00:00");
}

#[test]
fn the_hour_told_twice_runs_forward_and_the_one_left_out_is_read() {
    assert_eq!(
        times(
            &[
                "Oct 25 01:59:50",
                "Oct 25 02:30:00",
                "Oct 25 02:59:50",
                "Oct 25 02:00:10",
                "Oct 25 02:30:00",
                "Oct 25 03:00:10"
            ],
            Some(2026),
            "Europe/Berlin"
        ),
        [
            "2026-10-24T23:59:50",
            "2026-10-25T00:30:00",
            "2026-10-25T00:59:50",
            "2026-10-25T01:00:10",
            "2026-10-25T01:30:00",
            "2026-10-25T02:00:10"
        ]
    );
    assert_eq!(
        times(&["Mar 29 02:30:00"], Some(2026), "Europe/Berlin"),
        ["2026-03-29T01:30:00"]
    );
    // The abbreviation says which of the two it is.
    assert_eq!(
        times(
            &["Sun 2026-10-25 02:30:00 CET", "Sun 2026-10-25 02:30:00 CEST"],
            None,
            "Europe/Berlin"
        ),
        ["2026-10-25T01:30:00", "2026-10-25T00:30:00"]
    );
}
