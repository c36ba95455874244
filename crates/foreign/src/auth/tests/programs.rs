use super::{gists, read};

/// Messages of programs, ten seconds apart, on one machine.
fn lines(of: &[&str]) -> String {
    let line = |(at, text): (usize, &&str)| format!("Nov 20 10:{:02}:{:02} g {text}\n", at / 6, at % 6 * 10);
    of.iter().enumerate().map(line).collect()
}

#[test]
fn sudo_says_who_ran_what_as_whom_and_who_may_not() {
    let given = read(&lines(&[
        "sudo:      sam : TTY=pts/0 ; PWD=/home/sam ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow",
        "sudo: pam_unix(sudo:session): session opened for user root(uid=0) by sam(uid=1000)",
        "sudo[9]:  eve : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c a : b ; USER=x",
        "sudo[10]: pam_unix(sudo:auth): authentication failure; logname=ann uid=1 euid=0 tty=/dev/pts/0 ruser=ann rhost=  user=ann",
        "sudo[10]: ann : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=bob ; COMMAND=/bin/ls",
        "sudo[11]: pam_unix(sudo:auth): authentication failure; logname=kim uid=1 euid=0 tty=/dev/pts/0 ruser=kim rhost=  user=kim",
    ]));
    assert_eq!(
        gists(&given),
        [
            "sudo.command sam - -",
            "sudo.command eve - ! refused",
            "sudo.command ann - ! wrong_password",
            "sudo.login_failed kim - ! wrong_password"
        ]
    );
    let facts = &given.facts[0];
    assert_eq!(
        (&*facts.targets[0].kind, &*facts.targets[0].name),
        ("command", "/usr/bin/cat /etc/shadow")
    );
    assert_eq!((&*facts.targets[1].kind, &*facts.targets[1].id), ("user", "ssh:root@g"));
    assert_eq!(facts.metadata["directory"], "/home/sam");
    assert_eq!(given.facts[1].targets[0].name, "/bin/sh -c a : b ; USER=x");
    assert_eq!(given.facts[2].targets[1].username, "bob");
}

#[test]
fn su_and_doas_are_told_once_in_every_systems_words() {
    let given = read(&lines(&[
        "su: pam_unix(su:session): session opened for user root by sam(uid=1000)",
        "su[2]: (to root) ann on pts/0",
        "su[2]: pam_unix(su-l:session): session opened for user root(uid=0) by ann(uid=1000)",
        "su[2]: pam_unix(su-l:session): session closed for user root",
        "su[3]: pam_unix(su:auth): authentication failure; logname=bo uid=1 euid=0 tty=pts/0 ruser=bo rhost=  user=root",
        "su[3]: FAILED SU (to root) bo on pts/0",
        "su[4]: Successful su for root by cy",
        "su: - /dev/pts/1 di:root",
        "su: 'su root' failed for ed on /dev/pts/1",
        "su: BAD SU fay to root on /dev/ttyp0",
        "doas: gus ran command ls -l as root from /home/gus",
        "doas: command not permitted for hal: rm",
    ]));
    assert_eq!(
        gists(&given),
        [
            "su.switched sam - -",
            "su.switched ann - -",
            "su.switched bo - ! wrong_password",
            "su.switched cy - -",
            "su.switched di - ! wrong_password",
            "su.switched ed - ! wrong_password",
            "su.switched fay - ! wrong_password",
            "doas.command gus - -",
            "doas.command hal - ! refused"
        ]
    );
    assert!(
        given
            .facts
            .iter()
            .take(7)
            .all(|facts| facts.targets[0].username == "root")
    );
}

#[test]
fn log_ins_at_the_machine_are_told_once() {
    let given = read(&lines(&[
        "login[1]: pam_unix(login:session): session opened for user ann(uid=1000) by LOGIN(uid=0)",
        "login[1]: LOGIN ON tty1 BY ann",
        "systemd-logind[7]: New session 4 of user ann.",
        "systemd-logind[7]: Session 4 logged out. Waiting for processes to exit.",
        "login[1]: pam_unix(login:session): session closed for user ann",
        "-- root[2421]: ROOT LOGIN ON tty2",
        "login[2]: FAILED LOGIN (1) on '/dev/tty1' FOR 'bo', Authentication failure",
        "login[3]: invalid password for 'cy' on 'tty1'",
        "login: 2 LOGIN FAILURES ON ttyv0",
        "gdm-password][8]: pam_unix(gdm-password:session): session opened for user di(uid=1) by (uid=0)",
        "systemd-logind[7]: New session 'c1' of user 'gdm' with class 'greeter' and type 'wayland'.",
        "systemd-logind[7]: New session 9 of user ed.",
    ]));
    assert_eq!(
        gists(&given),
        [
            "user.login ann - -",
            "user.logout ann - -",
            "user.login root - -",
            "user.login_failed bo - ! wrong_password",
            "user.login_failed cy - ! wrong_password",
            "user.login_failed - - ! wrong_password",
            "user.login_failed - - ! wrong_password",
            "user.login di - -",
            "logind.session_opened ed - -"
        ]
    );
}

#[test]
fn what_becomes_of_accounts_and_groups_is_told_once_with_what_changed() {
    let given = read(&lines(&[
        "useradd[1]: new group: name=eve, GID=1002",
        "useradd[1]: new user: name=eve, UID=1002, GID=1002, home=/home/eve, shell=/bin/bash, from=/dev/pts/1",
        "usermod[2]: add 'eve' to group 'sudo'",
        "usermod[2]: add 'eve' to shadow group 'sudo'",
        "usermod[3]: change user 'eve' shell from '/bin/sh' to '/bin/bash'",
        "usermod[4]: lock user 'eve' password",
        "passwd[5]: pam_unix(passwd:chauthtok): password changed for eve",
        "passwd[5]: password for 'eve' changed by 'root'",
        "gpasswd[6]: user eve removed by root from group sudo",
        "groupadd[7]: group added to /etc/group: name=ops, GID=1003",
        "groupadd[7]: group added to /etc/gshadow: name=ops",
        "groupadd[7]: new group: name=ops, GID=1003",
        "groupmod[8]: group changed in /etc/group (group ops/1003, new name: dev)",
        "groupdel[9]: group 'dev' removed from /etc/group",
        "userdel[9]: delete user 'eve'",
        "useradd[9]: failed adding user 'bo', exit code: 9",
    ]));
    assert_eq!(
        gists(&given),
        [
            "unix.group_created - - -",
            "unix.user_created eve - -",
            "unix.group_member_added eve - -",
            "unix.user_changed eve - -",
            "unix.user_locked eve - -",
            "unix.password_changed eve - -",
            "unix.group_member_removed eve - -",
            "unix.group_created - - -",
            "unix.group_changed - - -",
            "unix.group_deleted - - -",
            "unix.user_deleted eve - -",
            "unix.user_created bo - ! -"
        ]
    );
    assert_eq!(given.facts[1].metadata["uid"], "1002");
    let change = &given.facts[3].changes[0];
    assert_eq!(
        (&*change.field, change.before.as_deref(), change.after.as_deref()),
        ("shell", Some("/bin/sh"), Some("/bin/bash"))
    );
    assert_eq!(given.facts[6].by.person().unwrap().username, "root");
    assert!(given.harvest.unknown.is_empty());
}

#[test]
fn dropbear_is_read_as_openwrt_writes_it() {
    let given = read(
        "Fri Nov 20 10:00:00 2026 authpriv.notice dropbear[1]: Password auth succeeded for 'root' from 192.0.2.1:5000\n\
         Fri Nov 20 10:00:01 2026 authpriv.warn dropbear[2]: Bad password attempt for 'root' from 192.0.2.2:5001\n\
         Fri Nov 20 10:00:02 2026 authpriv.info dropbear[2]: Exit before auth from <192.0.2.2:5001>: (user 'root', 1 fails): Exited normally\n\
         Fri Nov 20 10:00:03 2026 authpriv.warn dropbear[3]: Login attempt for nonexistent user from 192.0.2.3:5002\n\
         Fri Nov 20 10:00:04 2026 authpriv.info dropbear[1]: Exit (root) from <192.0.2.1:5000>: Disconnect received\n",
    );
    assert_eq!(
        gists(&given),
        [
            "user.login root 192.0.2.1 -",
            "user.login_failed root 192.0.2.2 ! wrong_password",
            "user.login_failed - 192.0.2.3 ! unknown_user",
            "user.logout root 192.0.2.1 -"
        ]
    );
}

#[test]
fn older_linux_writes_pams_module_beside_the_program() {
    let given = read(
        "Jun 14 15:16:01 g sshd(pam_unix)[1]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.4  user=root\n\
         Jun 14 15:16:05 g sshd(pam_unix)[1]: 2 more authentication failures; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.4  user=root\n\
         Jun 14 15:17:01 g sshd(pam_unix)[2]: session opened for user ann by (uid=0)\n\
         Jun 14 15:18:01 g sshd(pam_unix)[2]: session closed for user ann\n\
         Jun 14 15:19:01 g su(pam_unix)[3]: session opened for user root by ann(uid=500)\n",
    );
    assert_eq!(
        gists(&given),
        [
            "user.login_failed root 192.0.2.4 ! wrong_password",
            "user.login_failed root 192.0.2.4 ! wrong_password",
            "user.login_failed root 192.0.2.4 ! wrong_password",
            "user.login ann - -",
            "user.logout ann - -",
            "su.switched ann - -"
        ]
    );
}

#[test]
fn an_address_is_written_in_one_way_whoever_told_it() {
    let given = read(
        "Nov 20 10:00:00 g login[1]: pam_unix(login:auth): authentication failure; logname= uid=0 euid=0 tty=tty1 ruser= rhost=::ffff:192.0.2.1  user=ann\n\
         Fri Nov 20 10:09:00 2026 authpriv.notice dropbear[1]: Password auth succeeded for 'root' from ::ffff:192.0.2.2:5000\n",
    );
    let addresses: Vec<String> = given
        .facts
        .iter()
        .filter_map(|facts| Some(facts.ip?.to_string()))
        .collect();
    assert_eq!(addresses, ["192.0.2.1", "192.0.2.2"]);
}
