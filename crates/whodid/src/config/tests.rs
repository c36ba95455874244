use std::path::PathBuf;

use super::{ConfigError, Sources, load};

fn with_file(text: &str) -> (tempfile::TempDir, Sources) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("whodid.toml"), text).unwrap();
    let sources = Sources {
        data_dir: Some(directory.path().to_owned()),
        ..Sources::default()
    };
    (directory, sources)
}

fn refused(text: &str) -> String {
    let (_directory, sources) = with_file(text);
    load(&sources).unwrap_err().to_string()
}

#[test]
fn flags_win_over_variables_over_the_file_over_the_default() {
    let (_directory, mut sources) = with_file(
        "public_url = \"https://log.example.com\"\n[web]\nlisten = \"127.0.0.1:1\"\n[password]\nmin_length = 20\nlock_after = 7\n",
    );
    sources.environment = vec![
        ("WHODID_WEB__LISTEN".into(), "127.0.0.1:2".into()),
        ("WHODID_PASSWORD__LOCK_AFTER".into(), "8".into()),
        ("WHODID_WEB__TRUSTED_PROXIES".into(), "10.0.0.0/8, 192.0.2.1/32".into()),
        ("WHODID_PORT_8080_TCP".into(), "tcp://10.0.0.1:8080".into()),
        ("PATH".into(), "/bin".into()),
    ];
    sources.flags = vec![("--listen", "web.listen".into(), "127.0.0.1:3".into())];
    let config = load(&sources).unwrap();
    assert_eq!(config.web.listen.port(), 3);
    assert_eq!(
        (config.app.password.min_length, config.app.password.lock_after),
        (20, 8)
    );
    assert_eq!(config.app.password.lock_minutes, 30);
    assert_eq!(config.web.trusted_proxies.len(), 2);
    assert_eq!(config.app.public_url, "https://log.example.com");
    assert!(config.log.volumes_dir.starts_with(sources.data_dir.unwrap()));
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
    let why = refused("# settings\n\n[mail]\nsmtp_ulr = \"smtp://x\"\n");
    assert!(
        why.contains("`mail.smtp_ulr`")
            && why.contains("whodid.toml line 4")
            && why.contains("did you mean `mail.smtp_url`?"),
        "{why}"
    );
    let why = refused("lisen = \"127.0.0.1:1\"\n");
    assert!(
        why.contains("line 1") && why.contains("did you mean `web.listen`?"),
        "{why}"
    );
    let why = refused("[wbe]\nlisten = \"127.0.0.1:1\"\n");
    assert!(why.contains("did you mean `web.listen`?"), "{why}");
    assert!(refused("[passwords]\n").contains("unknown setting `passwords`"));
    let why = refused("quantum = 1\n");
    assert!(
        why.contains("unknown setting `quantum`") && !why.contains("did you mean"),
        "{why}"
    );
}

#[test]
fn an_unknown_variable_is_refused_by_its_name() {
    let (_directory, mut sources) = with_file("");
    sources.environment = vec![("WHODID_MAIL__FORM".into(), "x".into())];
    let why = load(&sources).unwrap_err().to_string();
    assert!(
        why.contains("WHODID_MAIL__FORM") && why.contains("`mail.from`"),
        "{why}"
    );
}

#[test]
fn a_wrong_value_is_refused_with_its_place_and_what_is_wanted() {
    let why = refused("[web]\nlisten = \"nowhere\"\n");
    assert!(why.starts_with("`web.listen` in ") && why.contains("line 2"), "{why}");
    let why = refused("[password]\nmin_length = \"long\"\n");
    assert!(why.contains("a number is wanted here"), "{why}");
    let why = refused("[diagnostics]\nformat = \"xml\"\n");
    assert!(why.contains("`human` or `json`"), "{why}");
    let why = refused("web = 3\n");
    assert!(why.contains("a table ([web]) is wanted"), "{why}");
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    let why = refused("[web\n");
    assert!(why.contains("is not valid TOML") && why.contains("line 1"), "{why}");
}

#[test]
fn what_stands_in_a_broken_or_misplaced_line_is_never_repeated() {
    let secret = "hunter2hunter2";
    let broken = [
        ("[mail]\nsmtp_url = \"smtps://me:hunter2hunter2@mail.example.com\n", 2),
        ("[mail]\n\nsmtp_url = smtps://me:hunter2hunter2@mail.example.com\n", 3),
        ("[mail]\nsmtp_url = \"smtps://me:hunter2hunter2@x\" hunter2hunter2\n", 2),
        ("[sms]\nauthorization = 'Basic hunter2hunter2\n'\n", 3),
        ("[sms]\nauthorization = \"\\q hunter2hunter2\"\n", 2),
        ("hunter2hunter2\n", 1),
        ("[mail]\nsmtp_url = { hunter2hunter2\n", 2),
        ("mail = \"smtps://me:hunter2hunter2@mail.example.com\"\n", 1),
        ("[password]\nmin_length = \"hunter2hunter2\"\n", 2),
        ("[web]\nlimits = \"hunter2hunter2\"\n", 2),
        ("[log]\nbackground = \"hunter2hunter2\"\n", 2),
        ("[web]\ntrusted_proxies = \"hunter2hunter2\"\n", 2),
    ];
    for (text, line) in broken {
        let why = refused(text);
        assert!(!why.contains(secret), "{why}");
        assert!(why.contains(&format!("line {line}")), "{text}: {why}");
    }
    let why = refused("[mail]\nfrom = \"\u{e4}\" x\n");
    assert!(why.contains("line 2, column 12") && why.contains("expected"), "{why}");
}

#[test]
fn every_address_may_be_listened_on_only_with_one_to_tell_people() {
    for (listen, refused) in [("0.0.0.0:8080", true), ("[::]:8080", true), ("192.0.2.7:8080", false)] {
        let (_directory, mut sources) = with_file("");
        sources.flags = vec![("--listen", "web.listen".into(), listen.into())];
        let found = load(&sources).unwrap().check_public_url();
        assert_eq!(found.is_err(), refused, "{listen}");
        sources
            .flags
            .push(("--set", "public_url".into(), "https://log.example.com".into()));
        assert!(load(&sources).unwrap().check_public_url().is_ok());
    }
}

#[test]
fn the_key_is_kept_beside_the_data_unless_another_place_is_named() {
    let (directory, mut sources) = with_file("");
    let data = directory.path().join("data");
    std::fs::create_dir(&data).unwrap();
    for given in [data.clone(), data.join("."), data.join("../data/")] {
        sources.data_dir = Some(given);
        let found = load(&sources).unwrap().secret_key_file;
        assert_eq!(found, std::fs::canonicalize(&data).unwrap().with_file_name("data.key"));
    }
    let (directory, sources) = with_file("secret_key_file = \"keys/whodid.key\"\n");
    assert_eq!(
        load(&sources).unwrap().secret_key_file,
        directory.path().join("keys/whodid.key")
    );
}

#[test]
fn the_data_directory_may_stand_in_the_file_and_has_to_stand_somewhere() {
    assert!(matches!(load(&Sources::default()), Err(ConfigError::NoDataDir)));
    let (directory, _) = with_file("data_dir = \"data\"\n");
    let sources = Sources {
        file: Some(directory.path().join("whodid.toml")),
        ..Sources::default()
    };
    assert_eq!(load(&sources).unwrap().data_dir, directory.path().join("data"));
    let sources = Sources {
        file: Some(PathBuf::from("/nowhere/whodid.toml")),
        ..Sources::default()
    };
    assert!(load(&sources).unwrap_err().to_string().contains("/nowhere/whodid.toml"));
}
