use crate::support::Home;

#[test]
fn an_unknown_key_is_refused_with_its_place_and_a_suggestion() {
    let home = Home::new();
    let file = home.file("other.toml", "[mail]\nsmtp_ulr = \"smtp://127.0.0.1\"\n");
    let done = home.run(&["serve", "--config", &file.to_string_lossy()]);
    assert_eq!(done.code, 2, "{done:?}");
    assert!(
        done.err.contains("unknown setting `mail.smtp_ulr`") && done.err.contains("other.toml line 2"),
        "{done:?}"
    );
    assert!(done.err.contains("did you mean `mail.smtp_url`?"), "{done:?}");
    assert!(!home.data().exists(), "nothing is made before the settings are right");
    let done = home.run(&["serve", "--set", "password.lock_aftr=3"]);
    assert!(done.code == 2 && done.err.contains("`password.lock_after`"), "{done:?}");
}

#[test]
fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let home = Home::new();
    let done = home.run(&["doctor"]);
    assert!(done.code == 1 && done.out.contains("WRONG   data: "), "{done:?}");
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(
        home.data().join("whodid.toml"),
        "[web]\nlisten = \"127.0.0.1:0\"\nlimit = 3\n",
    )
    .unwrap();
    let done = home.run(&["doctor"]);
    assert!(
        done.code == 1 && done.out.contains("unknown setting `web.limit`") && done.out.contains("line 3"),
        "{done:?}"
    );
    std::fs::remove_file(home.data().join("whodid.toml")).unwrap();
    home.run(&[
        "user",
        "create",
        "--admin",
        "--username",
        "ann",
        "--email",
        "ann@example.com",
        "--name",
        "Ann Lee",
    ])
    .ok();
    let done = home.run(&["doctor", "--set", "web.listen=127.0.0.1:0"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.contains("mail.smtp_url: not set") && done.out.contains("there is an administrator"),
        "{done:?}"
    );
    assert!(
        done.out.contains("all are there") && done.out.contains("lock: free"),
        "{done:?}"
    );
    let server = home.serve(&[]);
    let done = home.run(&["doctor", "--set", "web.listen=127.0.0.1:0"]);
    assert!(
        done.code == 0 && done.out.contains(&format!("held by process {}", server.pid())),
        "{done:?}"
    );
}
