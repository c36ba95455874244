use super::{gists, read, sshd};

#[test]
fn a_log_in_names_the_user_the_machine_the_method_and_the_address() {
    let given = sshd(&["Accepted publickey for deploy from 192.0.2.7 port 52001 ssh2: ED25519 SHA256:abc"]);
    assert_eq!(gists(&given), ["user.login deploy 192.0.2.7 -"]);
    let facts = &given.facts[0];
    assert_eq!(facts.user.as_ref().unwrap().id, "ssh:deploy@gate");
    assert_eq!(facts.application.as_ref().unwrap().name, "OpenSSH on gate");
    assert_eq!(
        (&*facts.metadata["method"], &*facts.metadata["port"]),
        ("publickey", "52001")
    );
    assert_eq!(facts.occurred_at.to_string(), "2026-11-20T10:00:00.000000Z");
}

#[test]
fn one_attempt_is_one_failure_however_many_lines_say_so() {
    for (lines, expected) in [
        (
            &[
                "Invalid user lko from 192.0.2.8 port 4",
                "pam_unix(sshd:auth): check pass; user unknown",
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8",
                "Failed password for invalid user lko from 192.0.2.8 port 4 ssh2",
                "Connection closed by invalid user lko 192.0.2.8 port 4 [preauth]",
            ][..],
            &["user.login_failed lko 192.0.2.8 ! unknown_user"][..],
        ),
        (
            &[
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8  user=ann",
                "pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8 user=ann",
                "Failed password for ann from 192.0.2.8 port 4 ssh2",
                "message repeated 2 times: [ Failed password for ann from 192.0.2.8 port 4 ssh2]",
                "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8  user=ann",
            ],
            &["user.login_failed ann 192.0.2.8 ! wrong_password"; 3],
        ),
        (
            &[
                "error: PAM: Authentication failure for ann from 192.0.2.8",
                "Postponed keyboard-interactive for ann from 192.0.2.8 port 4 ssh2 [preauth]",
                "error: PAM: Authentication error for ann from 192.0.2.8",
                "Connection closed by authenticating user ann 192.0.2.8 port 4 [preauth]",
            ],
            &["user.login_failed ann 192.0.2.8 ! wrong_password"; 2],
        ),
        (
            &[
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8  user=ann",
                "Accepted password for ann from 192.0.2.8 port 4 ssh2",
            ],
            &["user.login ann 192.0.2.8 -"],
        ),
        (
            &[
                "Failed none for invalid user x from 192.0.2.8 port 4 ssh2",
                "Failed password for invalid user x from 192.0.2.8 port 4 ssh2",
            ],
            &["user.login_failed x 192.0.2.8 ! unknown_user"],
        ),
    ] {
        let given = sshd(lines);
        assert_eq!(gists(&given), expected, "{lines:?}");
        let accounted = given.facts.len() as u64 + given.harvest.passed.values().sum::<u64>();
        assert!(
            accounted >= lines.len() as u64 && given.harvest.unknown.is_empty(),
            "{lines:?}"
        );
    }
}

#[test]
fn whoever_is_refused_leaves_a_failure_that_says_why() {
    for (lines, expected) in [
        (
            &[
                "User root from 192.0.2.9 not allowed because not listed in AllowUsers",
                "Connection closed by invalid user root 192.0.2.9 port 55 [preauth]",
            ][..],
            "user.login_failed root 192.0.2.9 ! refused",
        ),
        (
            &[
                "User erin not allowed because account is locked",
                "input_userauth_request: invalid user erin [preauth]",
                "Received disconnect from 192.0.2.9 port 58846:11: Bye Bye [preauth]",
            ],
            "user.login_failed erin 192.0.2.9 ! account_locked",
        ),
        (
            &[
                "User frank from 192.0.2.9 not allowed because listed in DenyUsers",
                "Failed password for invalid user frank from 192.0.2.9 port 4 ssh2",
            ],
            "user.login_failed frank 192.0.2.9 ! refused",
        ),
        (
            &["fatal: Access denied for user gil by PAM account configuration [preauth]"],
            "user.login_failed gil - ! refused",
        ),
        (
            &["ROOT LOGIN REFUSED FROM 192.0.2.9 port 4"],
            "user.login_failed root 192.0.2.9 ! refused",
        ),
        // All that a server for keys only writes.
        (
            &["Connection closed by authenticating user root 192.0.2.9 port 4 [preauth]"],
            "ssh.disconnected root 192.0.2.9 ! refused",
        ),
        (
            &[
                "Received disconnect from 192.0.2.9 port 4:11: bye [preauth]",
                "Disconnected from authenticating user root 192.0.2.9 port 4 [preauth]",
            ],
            "ssh.disconnected root 192.0.2.9 ! refused",
        ),
        (
            &[
                "Invalid user web from 192.0.2.9",
                "Connection closed by 192.0.2.9 [preauth]",
            ],
            "ssh.invalid_user web 192.0.2.9 ! unknown_user",
        ),
        (
            &[
                "error: maximum authentication attempts exceeded for invalid user x from 192.0.2.9 port 4 ssh2 [preauth]",
                "Disconnecting: Too many authentication failures [preauth]",
            ],
            "ssh.too_many_failures x 192.0.2.9 ! too_many_failures",
        ),
    ] {
        assert_eq!(gists(&sshd(lines)), [expected], "{lines:?}");
    }
}

#[test]
fn a_log_out_is_told_once_with_pam_and_without() {
    let with = read(
        "Nov 20 10:00:00 g sshd[1490]: Accepted publickey for pia from 192.0.2.4 port 5 ssh2: ED25519 SHA256:0aBc\n\
         Nov 20 10:00:00 g sshd[1490]: pam_unix(sshd:session): session opened for user pia(uid=1000) by pia(uid=0)\n\
         Nov 20 10:30:00 g sshd[1495]: Received disconnect from 192.0.2.4 port 5:11: disconnected by user\n\
         Nov 20 10:30:00 g sshd[1495]: Disconnected from user pia 192.0.2.4 port 5\n\
         Nov 20 10:30:00 g sshd[1490]: pam_unix(sshd:session): session closed for user pia\n",
    );
    let without = read(
        "Nov 20 10:00:00 g sshd[1490]: Accepted publickey for pia from 192.0.2.4 port 5 ssh2: ED25519 SHA256:0aBc\n\
         Nov 20 10:30:00 g sshd[1495]: Received disconnect from 192.0.2.4 port 5:11: disconnected by user\n\
         Nov 20 10:30:00 g sshd[1495]: Disconnected from user pia 192.0.2.4 port 5\n",
    );
    for given in [with, without] {
        assert_eq!(
            gists(&given),
            ["user.login pia 192.0.2.4 -", "user.logout pia 192.0.2.4 -"]
        );
    }
}

#[test]
fn a_process_number_that_is_used_again_is_another_connection() {
    let given = sshd(&[
        "Failed password for ann from 192.0.2.1 port 4 ssh2",
        "Connection closed by authenticating user ann 192.0.2.1 port 4 [preauth]",
        "User bob not allowed because account is locked",
        "Connection closed by invalid user bob 192.0.2.2 port 5 [preauth]",
    ]);
    assert_eq!(
        gists(&given),
        [
            "user.login_failed ann 192.0.2.1 ! wrong_password",
            "user.login_failed bob 192.0.2.2 ! account_locked"
        ]
    );
}

#[test]
fn what_waits_is_let_go_by_the_clock_of_the_log() {
    let mut log = "Nov 20 10:00:00 g sshd[1]: Invalid user x from 192.0.2.1 port 4\n".to_owned();
    log += "Nov 20 11:00:00 g sshd[2]: Accepted password for ann from 192.0.2.1 port 5 ssh2\n";
    assert_eq!(
        gists(&read(&log)),
        [
            "ssh.invalid_user x 192.0.2.1 ! unknown_user",
            "user.login ann 192.0.2.1 -"
        ]
    );
}

#[test]
fn what_is_no_activity_is_passed_over_under_a_name_and_the_unknown_is_told() {
    let given = sshd(&[
        "reverse mapping checking getaddrinfo for x [192.0.2.1] failed - POSSIBLE BREAK-IN ATTEMPT!",
        "Server listening on 0.0.0.0 port 22.",
        "drop connection #0 from [192.0.2.1]:33552 on [192.0.2.2]:22 penalty: failed authentication",
        "fatal: Timeout before authentication for 192.0.2.1 port 34410",
        "something of next year's version",
    ]);
    assert!(given.facts.is_empty());
    assert_eq!(given.harvest.passed.len(), 4, "{:?}", given.harvest.passed);
    assert_eq!(given.harvest.unknown.len(), 1);
}
