use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use reqwest::StatusCode;

/// A line of the table of log-ins: role, username, password.
fn access(line: &str) -> Option<(String, String, String)> {
    let mut words = line.split_whitespace();
    let (role, username) = (words.next()?, words.next()?);
    let password: Vec<_> = words.collect();
    ["Administrator", "Auditor", "Member"]
        .contains(&role)
        .then(|| (role.to_owned(), username.to_owned(), password.join(" ")))
}

#[tokio::test]
async fn the_demo_has_people_with_a_past_and_leaves_nothing_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_whodid"))
        .args(["demo", "--activities", "1500", "--listen", "127.0.0.1:0"])
        .env("TMPDIR", temporary.path())
        .env_remove("WHODID_CONFIG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut url, mut accesses, mut recovery) = (String::new(), Vec::new(), String::new());
    for line in BufReader::new(demo.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
    {
        if let Some(found) = line.trim().strip_prefix("http://") {
            url = format!("http://{found}");
        }
        accesses.extend(access(&line));
        if let Some((_, codes)) = line.split_once("Recovery codes, each good once:") {
            recovery = codes.split_whitespace().next().unwrap_or_default().to_owned();
        }
        if line.contains("goes when this ends") {
            break;
        }
    }
    let roles: Vec<_> = accesses.iter().map(|(role, ..)| role.as_str()).collect();
    assert_eq!(roles, ["Administrator", "Auditor", "Member", "Member", "Member"]);
    let last = accesses.len() - 1;
    for (at, (role, username, password)) in accesses.iter().enumerate() {
        let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
        let form = [("login", username), ("password", password)];
        let mut login = client
            .post(format!("{url}/login"))
            .header("origin", &url)
            .form(&form)
            .send()
            .await
            .unwrap();
        if at == last {
            assert_eq!(login.url().path(), "/login/second-factor");
            let form = [("method", "recovery"), ("code", recovery.as_str())];
            let second = client.post(login.url().clone()).header("origin", &url).form(&form);
            login = second.send().await.unwrap();
        }
        assert!(
            login.status().is_success() && login.url().path() != "/login",
            "{role}: {login:?}"
        );
        let own = client
            .get(format!("{url}/settings/activity-logs"))
            .send()
            .await
            .unwrap();
        assert_eq!(own.status(), StatusCode::OK, "{role}");
        let own = own.text().await.unwrap();
        assert!(own.matches("Logged in").count() > 2, "{username} has a past");
        if role == "Member" && at == 2 {
            assert!(own.contains("Forced log out"), "their older headset was logged out");
            let of = async |path: &str| {
                let page = client.get(format!("{url}{path}")).send().await.unwrap();
                page.text().await.unwrap()
            };
            assert!(of("/settings/memberships").await.contains("Owner"));
            assert!(of("/settings/connections?show=received").await.contains("Accept"));
            assert!(of("/sessions").await.contains("Running"));
            assert!(of("/settings/devices").await.contains("Headset client"));
        }
        let everything = client.get(format!("{url}/activity")).send().await.unwrap();
        assert_eq!(everything.status().is_success(), role != "Member", "{role}");
    }
    let stopped = Command::new("kill")
        .args(["-INT", &demo.id().to_string()])
        .status()
        .unwrap();
    assert!(stopped.success());
    assert_eq!(demo.wait().unwrap().code(), Some(0));
    assert_eq!(
        std::fs::read_dir(temporary.path()).unwrap().count(),
        0,
        "the directory is gone"
    );
}

#[tokio::test]
async fn a_demo_that_others_reach_has_passwords_that_nobody_knows() {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_whodid"))
        .args(["demo", "--activities", "300", "--listen", "0.0.0.0:0"])
        .env_remove("WHODID_CONFIG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut url, mut accesses) = (String::new(), Vec::new());
    for line in BufReader::new(demo.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
    {
        assert!(!line.contains("http://0.0.0.0"), "{line}");
        if let Some(found) = line.trim().strip_prefix("http://") {
            url = format!("http://{found}");
        }
        accesses.extend(access(&line));
        if line.contains("goes when this ends") {
            break;
        }
    }
    let mut passwords: Vec<_> = accesses.iter().map(|(.., password)| password.as_str()).collect();
    passwords.sort_unstable();
    passwords.dedup();
    assert_eq!(passwords.len(), accesses.len(), "each has another");
    assert!(!passwords.contains(&"just looking around"));
    let (_, username, password) = &accesses[0];
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    // By the address of the machine, as from another one.
    let url = url.replace("localhost", "127.0.0.1");
    for (password, is_right) in [("just looking around", false), (password, true)] {
        let form = [("login", username.as_str()), ("password", password)];
        let request = client.post(format!("{url}/login")).header("origin", &url).form(&form);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status() == StatusCode::SEE_OTHER, is_right, "{answer:?}");
    }
    let by_address = client
        .get(format!("{url}/login"))
        .header("host", "192.0.2.7:8080")
        .send()
        .await
        .unwrap();
    assert_eq!(by_address.status(), StatusCode::OK);
    let by_name = client
        .get(format!("{url}/login"))
        .header("host", "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(by_name.status(), StatusCode::MISDIRECTED_REQUEST);
    demo.kill().unwrap();
    demo.wait().unwrap();
}
