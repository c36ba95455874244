//! What lets somebody in is on pages and in mails, and nowhere else: not in the server's log, not in its data.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;
use std::time::SystemTime;

use data_encoding::BASE32_NOPAD;
use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use totp_rs::{Builder, Secret};

use crate::support::{Home, Server};

const ANNS: &str = "seven green kettles sing";
const BOBS: &str = "nine grey herons wait here";
const BOBS_NEXT: &str = "four tall ladders lean on it";
/// A server that says all it can.
const TALKATIVE: [&str; 8] = [
    "--set",
    "diagnostics.filter=trace",
    "--set",
    "sms.outbox=true",
    "--set",
    "password.argon2_memory_kib=64",
    "--set",
    "password.argon2_passes=1",
];

/// A browser that keeps whatever it is given or gives that nobody else may know.
struct Browser<'a> {
    client: reqwest::Client,
    server: &'a Server,
    secrets: Vec<String>,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Self {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .build()
            .unwrap();
        Self {
            client,
            server,
            secrets: Vec::new(),
        }
    }

    async fn get(&mut self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.server.url));
        self.keep(request.send().await.unwrap()).await.1
    }

    /// Status and way to go, and the page.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        for (name, value) in fields {
            if ["password", "new_password", "repeat", "token", "key"].contains(name) {
                self.secrets.push((*value).to_owned());
            }
        }
        let request = self.client.post(format!("{}{path}", self.server.url));
        let answer = request.header("origin", &self.server.url).form(fields).send().await;
        let (head, page) = self.keep(answer.unwrap()).await;
        assert!(
            !head.starts_with('4') && !head.starts_with('5'),
            "{path} {fields:?}: {head}"
        );
        (head, page)
    }

    async fn keep(&mut self, answer: Response) -> (String, String) {
        let lines = answer.headers().get_all(SET_COOKIE).iter();
        let lines: Vec<_> = lines.map(|line| line.to_str().unwrap().to_owned()).collect();
        for line in lines
            .iter()
            .filter(|line| !line.starts_with("flash") && !line.starts_with("__Host-flash"))
        {
            let value = line.split(';').next().unwrap().split_once('=').unwrap().1;
            self.secrets
                .extend(Some(value.to_owned()).filter(|value| value.len() >= 20));
        }
        let way = answer
            .headers()
            .get(LOCATION)
            .map(|way| way.to_str().unwrap().to_owned());
        let status = answer.status();
        let page = answer.text().await.unwrap();
        for part in page.split("token=").skip(1) {
            let token: String = part
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                .collect();
            self.secrets.extend(Some(token).filter(|token| token.len() >= 20));
        }
        for part in page.split("class=\"once").skip(1) {
            let inside = part.split_once('>').unwrap().1.split('<').next().unwrap();
            self.secrets.extend(inside.split_whitespace().map(str::to_owned));
        }
        (format!("{} {}", status.as_u16(), way.unwrap_or_default()), page)
    }

    async fn log_in(&mut self, login: &str, password: &str) {
        let (head, _) = self.post("/login", &[("login", login), ("password", password)]).await;
        assert!(head.starts_with("303"), "{login}: {head}");
    }

    /// Has the newest mail with this subject shown; its text as the page has it.
    async fn shown(&mut self, subject: &str) -> String {
        let outbox = self.get("/admin/outbox").await;
        let (_, rest) = outbox.split_once(&format!("Show {subject} to")).map_or_else(
            || panic!("no mail with the subject {subject}: {outbox}"),
            |(before, _)| before.rsplit_once("action=\"").unwrap(),
        );
        let path = rest.split('"').next().unwrap().to_owned();
        self.post(&path, &[]).await.1
    }

    async fn token(&mut self, subject: &str) -> String {
        let page = self.shown(subject).await;
        let (_, rest) = page.split_once("token=").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

#[allow(clippy::disallowed_methods, reason = "the server runs on the clock of the machine")]
fn code_of(key: &str) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    totp.generate(now.as_secs()).to_string()
}

fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap()
}

/// Account, activation and reset; what the people concerned had in their hands.
async fn accounts(ann: &mut Browser<'_>, bob: &mut Browser<'_>) {
    ann.log_in("ann", ANNS).await;
    let fields = [
        ("given_name", "Bob"),
        ("family_name", "Lee"),
        ("username", "bob"),
        ("email", "bob@example.com"),
        ("send_activation", "1"),
    ];
    ann.post("/users/new", &fields).await;
    let token = ann.token("Activate your account").await;
    let fields = [("token", token.as_str()), ("password", BOBS), ("repeat", BOBS)];
    bob.get(&format!("/activate?token={token}")).await;
    bob.post("/activate", &fields).await;
    bob.post("/forgot", &[("login", "bob")]).await;
    let token = ann.token("Reset your password").await;
    bob.get(&format!("/reset?token={token}")).await;
    let fields = [
        ("token", token.as_str()),
        ("password", BOBS_NEXT),
        ("repeat", BOBS_NEXT),
    ];
    bob.post("/reset", &fields).await;
    bob.log_in("bob", BOBS_NEXT).await;
}

/// Another address, both second factors, the recovery codes. Returns the key of the authenticator app.
async fn credentials(ann: &mut Browser<'_>, bob: &mut Browser<'_>) -> String {
    let fields = [("email", "robert@example.com"), ("password", BOBS_NEXT)];
    bob.post("/settings/email", &fields).await;
    let token = ann.token("A new e-mail address for an account").await;
    bob.get(&format!("/confirm-email?token={token}")).await;
    bob.post("/confirm-email", &[("token", &token)]).await;

    let fields = [("phone", "+4915123456742"), ("password", BOBS_NEXT)];
    bob.post("/settings/two-factor/sms", &fields).await;
    let page = ann.shown("SMS").await;
    let (before, _) = page.split_once(" is your Whodid code").unwrap();
    let code = before[before.len() - 6..].to_owned();
    ann.secrets.push(format!("{code} is your"));
    ann.secrets.push(format!("code={code}"));
    let (_, page) = bob.post("/settings/two-factor/sms/confirm", &[("code", &code)]).await;
    assert!(page.contains("Recovery codes"));
    let (_, rest) = page.split_once("id=\"codes\">").unwrap();
    let recovery = rest.lines().next().unwrap().to_owned();

    let page = bob.get("/settings/two-factor/app").await;
    let key = field(&page, "key").to_owned();
    let code = code_of(&key);
    let fields = [("key", key.as_str()), ("code", &code), ("proof", &recovery)];
    bob.post("/settings/two-factor/app", &fields).await;
    key
}

/// An invitation, and the keys of programs.
async fn others(ann: &mut Browser<'_>) {
    let (head, _) = ann.post("/groups/new", &[("name", "Studio")]).await;
    let path = head.strip_prefix("303 ").unwrap().to_owned();
    let fields = [("addresses", "new@example.net"), ("role", "member")];
    ann.post(&path, &fields).await;
    ann.token("Invitation to a group").await;
    let count = ann.secrets.len();
    ann.post("/admin/api-keys", &[("name", "Nightly"), ("read", "1")]).await;
    assert!(ann.secrets.len() > count, "the key is on the page");
    let count = ann.secrets.len();
    let (_, page) = ann.post("/admin/applications", &[("name", "Headset")]).await;
    assert!(ann.secrets.len() > count, "the key is on the page: {page}");
}

/// Every file below with what is in it.
fn files(directory: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

#[tokio::test]
async fn no_link_code_key_or_password_is_in_the_servers_log_or_readable_in_its_data() {
    let home = Home::new();
    let create = [
        "user",
        "create",
        "--username",
        "ann",
        "--email",
        "ann@example.com",
        "--name",
        "Ann Lee",
    ];
    let create: Vec<_> = create
        .into_iter()
        .chain(["--admin", "--password-stdin"])
        .chain(TALKATIVE)
        .collect();
    let done = home.run_with(&create, &format!("{ANNS}\n"));
    let mut log = done.err.clone();
    done.ok();
    let create = [
        "user",
        "create",
        "--username",
        "cleo",
        "--email",
        "cleo@example.com",
        "--name",
        "Cleo Lee",
    ];
    let create: Vec<_> = create.into_iter().chain(TALKATIVE).collect();
    let linked = home.run(&create);
    log.push_str(&linked.err);
    let (_, link) = linked.out.split_once("token=").unwrap();

    let server = home.serve(&TALKATIVE);
    let (mut ann, mut bob) = (Browser::new(&server), Browser::new(&server));
    ann.secrets.push(link.trim().to_owned());
    accounts(&mut ann, &mut bob).await;
    let key = credentials(&mut ann, &mut bob).await;
    others(&mut ann).await;
    let mut secrets: Vec<_> = ann.secrets.into_iter().chain(bob.secrets).collect();
    assert_eq!(server.terminate(), Some(0));
    secrets.sort_unstable();
    secrets.dedup();
    assert!(secrets.len() > 25, "{secrets:?}");

    log.push_str(&std::fs::read_to_string(home.path().join("server.log")).unwrap());
    assert!(
        log.contains(" DEBUG ") && log.contains("answered") && log.contains("mail kept in the outbox"),
        "{log}"
    );
    for secret in &secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in the log");
    }
    let mut kept = Vec::new();
    files(&home.data(), &mut kept);
    let raw = BASE32_NOPAD.decode(key.as_bytes()).unwrap();
    for (name, bytes) in &kept {
        let has = |secret: &[u8]| bytes.windows(secret.len()).any(|part| part == secret);
        assert!(!has(&raw), "the secret of the authenticator app is in {name}");
        for secret in &secrets {
            assert!(!has(secret.as_bytes()), "{secret} is in {name}");
        }
    }
}

#[test]
fn the_key_is_made_at_the_first_start_outside_the_data_and_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    assert_eq!(home.serve(&[]).terminate(), Some(0));
    let file = home.path().join("data.key");
    let first = std::fs::read(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(home.serve(&[]).terminate(), Some(0));
    assert_eq!(std::fs::read(&file).unwrap(), first, "made once");
    let doctor = ["doctor", "--set", "web.listen=127.0.0.1:0"];
    let done = home.run(&doctor);
    assert!(done.out.contains("ok      key: "), "{done:?}");
    let log = std::fs::read_to_string(home.path().join("server.log")).unwrap();
    assert!(log.contains("keep a copy of it"), "{log}");

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    for words in [&["serve", "--listen", "127.0.0.1:0"][..], &doctor] {
        let done = home.run(words);
        assert!(
            done.code == 1 && format!("{}{}", done.out, done.err).contains("can be read by other users"),
            "{done:?}"
        );
    }
    let other = home.path().join("keys/of whodid");
    std::fs::create_dir(home.path().join("keys")).unwrap();
    std::fs::rename(&file, &other).unwrap();
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
    let setting = format!("secret_key_file={}", other.display());
    assert_eq!(home.serve(&["--set", &setting]).terminate(), Some(0));
}

#[test]
fn a_key_file_that_broke_off_before_its_first_byte_is_made_anew() {
    let home = Home::new();
    let file = home.path().join("data.key");
    std::fs::write(&file, "").unwrap();
    let unfinished = home.path().join("data.key.unfinished");
    std::fs::write(&unfinished, "half a").unwrap();
    assert_eq!(home.serve(&[]).terminate(), Some(0));
    assert!(std::fs::read_to_string(&file).unwrap().len() > 64 && !unfinished.exists());
    assert_eq!(home.serve(&[]).terminate(), Some(0));
}

#[tokio::test]
async fn a_missing_or_other_key_is_told_at_the_start_and_nothing_is_lost() {
    let home = Home::new();
    let create = [
        "user",
        "create",
        "--username",
        "ann",
        "--email",
        "ann@example.com",
        "--name",
        "Ann Lee",
    ];
    let create: Vec<_> = create
        .into_iter()
        .chain(["--admin", "--password-stdin"])
        .chain(TALKATIVE)
        .collect();
    home.run_with(&create, &format!("{ANNS}\n")).ok();
    let server = home.serve(&TALKATIVE);
    let mut ann = Browser::new(&server);
    ann.log_in("ann", ANNS).await;
    ann.post("/forgot", &[("login", "ann")]).await;
    assert_eq!(server.terminate(), Some(0));

    let (file, away) = (home.path().join("data.key"), home.path().join("away.key"));
    let whole = std::fs::read(&file).unwrap();
    std::fs::rename(&file, &away).unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let doctor = ["doctor", "--set", "web.listen=127.0.0.1:0"];
    let refused = |why: &str| {
        let done = home.run(&serve);
        assert!(
            done.code == 1 && done.err.contains(why) && done.err.contains("whodid key replace"),
            "{done:?}"
        );
        let done = home.run(&doctor);
        assert!(
            done.code == 1 && done.out.contains("WRONG   key: ") && done.out.contains(why),
            "{done:?}"
        );
    };
    refused("is not there");
    assert!(!file.exists(), "no other is made in its place");
    let other = Home::new();
    assert_eq!(other.serve(&[]).terminate(), Some(0));
    std::fs::copy(other.path().join("data.key"), &file).unwrap();
    refused("holds the key");
    std::fs::write(&file, "nonsense").unwrap();
    let done = home.run(&serve);
    assert!(done.code == 1 && done.err.contains("is no key file"), "{done:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"nonsense", "nothing is overwritten");

    // With its own key again all is as it was.
    std::fs::write(&file, whole).unwrap();
    let server = home.serve(&TALKATIVE);
    let mut ann = Browser::new(&server);
    ann.log_in("ann", ANNS).await;
    assert!(!ann.token("Reset your password").await.is_empty());
    assert_eq!(server.terminate(), Some(0));

    // Lost for good: it goes on with another, and what the lost one wrapped is told to be gone.
    std::fs::remove_file(&file).unwrap();
    let done = home.run(&["key", "replace"]).ok();
    assert!(done.contains("recovery code"), "{done}");
    let server = home.serve(&TALKATIVE);
    let mut ann = Browser::new(&server);
    ann.log_in("ann", ANNS).await;
    let outbox = ann.get("/admin/outbox").await;
    let (before, _) = outbox.split_once("Show Reset your password to").unwrap();
    let path = before.rsplit_once("action=\"").unwrap().1.split('"').next().unwrap();
    let path = format!("{}{path}", server.url);
    let gone = ann
        .client
        .post(path)
        .header("origin", &server.url)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::CONFLICT);
    assert_eq!(server.terminate(), Some(0));
    let done = home.run(&["key", "replace"]).ok();
    assert!(done.contains("Nothing to do"), "{done}");
}
