use reqwest::StatusCode;
use reqwest::redirect::Policy;

use crate::support::{Home, Server};

fn create<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec![
        "user",
        "create",
        "--username",
        "sam",
        "--email",
        "sam@example.com",
        "--name",
        "Sam Jones",
    ];
    words.extend(more);
    words
}

async fn log_in(server: &Server, password: &str) -> (reqwest::Client, reqwest::Response) {
    let client = reqwest::Client::builder()
        .cookie_store(true)
        .redirect(Policy::none())
        .build()
        .expect("a client of defaults can be built");
    let form = [("login", "sam"), ("password", password)];
    let request = client
        .post(format!("{}/login", server.url))
        .header("origin", &server.url)
        .form(&form);
    let answer = request.send().await.expect("the server answers");
    (client, answer)
}

#[tokio::test]
async fn an_administrator_is_created_and_logs_in() {
    let home = Home::new();
    let out = home
        .run_with(&create(&["--admin", "--password-stdin"]), "a long enough passphrase\n")
        .ok();
    assert_eq!(out, "Created Sam Jones (sam).\n");
    let server = home.serve(&["--set", "password.argon2_memory_kib=64"]);
    let (_, refused) = log_in(&server, "another long passphrase").await;
    assert_ne!(refused.status(), StatusCode::SEE_OTHER);
    let (client, welcome) = log_in(&server, "a long enough passphrase").await;
    assert_eq!(welcome.status(), StatusCode::SEE_OTHER);
    let users = client.get(format!("{}/users", server.url)).send().await.unwrap();
    assert_eq!(users.status(), StatusCode::OK);
    assert!(users.text().await.unwrap().contains("sam@example.com"));
    let out = home.run(&["log", "search", "user:sam", "--format", "jsonl"]).ok();
    let codes: Vec<_> = out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["activity"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(codes, ["user.login", "user.login_failed", "account.created"]);
}

#[test]
fn without_a_password_a_link_that_works_once_is_printed() {
    let home = Home::new();
    let out = home
        .run(&create(&["--auditor", "--set", "public_url=https://log.example.com"]))
        .ok();
    assert!(
        out.lines().last().unwrap().starts_with("https://log.example.com/"),
        "{out}"
    );
}

#[test]
fn what_is_wrong_with_an_account_is_said_by_field() {
    let home = Home::new();
    let done = home.run_with(&create(&["--password-stdin"]), "short\n");
    assert!(done.code == 2 && done.err.contains("password:"), "{done:?}");
    let done = home.run_with(&create(&["--password-stdin"]), "");
    assert!(
        done.code == 2 && done.err.contains("no password on the standard input"),
        "{done:?}"
    );
    home.run(&create(&[])).ok();
    let done = home.run(&create(&[]));
    assert!(
        done.code == 2
            && done
                .err
                .contains("username: This username, or one that looks like it, is taken"),
        "{done:?}"
    );
}
