use super::*;
use crate::{By, Change, Facts, Named, Person, Target, Time, sentence};

/// Facts with every name that the examples of the catalogue use.
fn example_of(entry: &ActivityType) -> Facts {
    let mut facts = Facts::new(entry.code, Time(0));
    let named = |id: &str, name: &str| Named {
        id: id.into(),
        name: name.into(),
    };
    facts.group = Some(named("group_id", "Example Group"));
    let (kind, id, name) = match entry.category {
        _ if entry.code.contains("passkey") => ("passkey", "pky_1", "YubiKey"),
        _ if entry.code.starts_with("saved_search") => ("saved_search", "srch_1", "Failures this week"),
        Category::Session => ("session", "session_id", "Example session"),
        Category::ApiKey => ("api_key", "key_id", "Importer"),
        Category::Application => ("application", "app_1", "Headset"),
        Category::Device => ("device", "dev_1", "Firefox on Linux"),
        _ => ("user", "usr_2", "Sam Jones"),
    };
    facts.targets = vec![Target {
        kind: kind.into(),
        id: id.into(),
        name: name.into(),
        ..Target::default()
    }];
    facts.by = By::Administrator(Person {
        name: "Ann Lee".into(),
        username: "ann".into(),
        ..Person::default()
    });
    let after = |field: &str, value: &str| Change {
        field: field.into(),
        before: None,
        after: Some(value.into()),
    };
    facts.changes = vec![
        after("roles", "administrator, member"),
        after("login_addresses", "10.0.0.0/8"),
        after("single_device", "yes"),
        after("role", "administrator"),
    ];
    for (key, value) in [
        ("method", "authenticator app` or `SMS"),
        ("phone", "••• 42"),
        ("subject", "Activate your account"),
        ("count", "2000"),
        ("source", "openssh_2k.log"),
        ("first", "500"),
        ("last", "999"),
        ("from", "2026-11-27T12:00:00Z"),
        ("to", "2026-11-28T13:00:00Z"),
        ("key", "whodid.example+c74f20a3"),
        ("known", "1000"),
        ("size", "900"),
        ("sound", "900"),
        ("removed", "1204551"),
        ("held", "312"),
        ("reason", "Case 12/2026"),
        ("erasure", "3"),
        ("activities", "12"),
    ] {
        facts.metadata.insert(key.into(), value.into());
    }
    facts
}

#[test]
fn every_example_is_what_its_template_says() {
    for entry in all() {
        let said: String = sentence::pieces(&example_of(entry))
            .into_iter()
            .map(|piece| match piece {
                sentence::Piece::Text(text) => text.into_owned(),
                piece => format!("`{}`", piece.as_str()),
            })
            .collect();
        assert_eq!(said, entry.example, "{}", entry.code);
    }
}

#[test]
fn every_code_is_there_once_and_found() {
    let mut codes: Vec<_> = all().map(|entry| entry.code).collect();
    assert!(
        codes
            .iter()
            .all(|code| find(code).is_some_and(|entry| entry.code == *code))
    );
    assert!(codes.iter().all(|code| crate::limits::is_code(code)));
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count);
    assert!(find("user.nothing").is_none());
}

#[test]
fn the_23_sentences_of_the_product_are_exact() {
    let sentences = [
        ("user.login", "Logged in"),
        ("user.logout", "Logged out"),
        ("user.login_failed", "Log in failed"),
        ("user.locked", "Account locked from failed log-ins"),
        ("user.password_reset_requested", "Requested password reset"),
        ("user.password_reset_completed", "Completed password reset"),
        ("group.joined", "Joined group: `Example Group` (`group_id`)"),
        ("group.left", "Left group: `Example Group` (`group_id`)"),
        ("user.forced_logout", "Forced log out"),
        ("session.joined", "Joined session: `Example session` (`session_id`)"),
        ("session.left", "Left session: `Example session` (`session_id`)"),
        ("session.started", "Started session: `Example session` (`session_id`)"),
        (
            "group.invitation_accepted",
            "Accepted invitation to join `Example Group` (`group_id`)",
        ),
        (
            "group.invitation_declined",
            "Declined invitation to join `Example Group` (`group_id`)",
        ),
        (
            "user.default_group_set",
            "Set default group: `Example Group` (`group_id`)",
        ),
        ("connection.requested", "Requested to connect with `Sam Jones`"),
        ("connection.accepted", "Accepted a request to connect from `Sam Jones`"),
        ("connection.rejected", "Rejected a request to connect from `Sam Jones`"),
        ("connection.removed", "Removed connection with `Sam Jones`"),
        ("user.two_factor_enabled", "Set up 2FA: `authenticator app` or `SMS`"),
        ("user.two_factor_disabled", "Turned off 2FA"),
        ("user.password_changed", "Changed password"),
        ("user.email_changed", "Changed email address"),
    ];
    for (code, sentence) in sentences {
        assert_eq!(find(code).map(|entry| entry.example), Some(sentence), "{code}");
    }
}

#[test]
fn codes_of_the_catalogue_are_shared_and_others_kept() {
    assert!(Arc::ptr_eq(&shared("user.login"), &shared("user.login")));
    assert_eq!(&*shared("invoice.paid"), "invoice.paid");
}

#[test]
fn the_23_everyday_types_of_the_product_may_be_reported_and_what_only_happens_here_may_not() {
    for code in [
        "user.login",
        "user.logout",
        "user.login_failed",
        "group.joined",
        "session.left",
        "invoice.paid",
    ] {
        assert!(!is_only_here(code), "{code}");
    }
    for code in [
        "log.viewed",
        "log.of_a_later_version",
        "log",
        "export.generated",
        "account.roles_changed",
        "account.anything.at.all",
        "api_key.created",
        "mail.sent",
        "device.revoked",
        "user.passkey_added",
    ] {
        assert!(is_only_here(code), "{code}");
    }
    // A family is reserved by its whole name, not by how it begins.
    assert!(!is_only_here("logistics.sent") && !is_only_here("accounts.closed"));
}

#[test]
fn a_heading_that_is_only_this_installations_has_a_reserved_family_of_codes() {
    for entry in all() {
        let family = entry.code.split('.').next().unwrap();
        assert_eq!(entry.category.only_here(), RESERVED.contains(&family), "{}", entry.code);
        assert_eq!(entry.only_here, is_only_here(entry.code), "{}", entry.code);
    }
}

#[test]
fn looking_at_a_log_is_a_read_and_taking_it_away_is_more() {
    let codes: Vec<&str> = reads().map(|entry| entry.code).collect();
    assert_eq!(codes, ["log.viewed", "log.searched"]);
    assert!(reads().all(|entry| entry.only_here), "nobody can report what is hidden");
}
