//! The pages of accounts over HTTP, as a browser without a script uses them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use support::{As, PASSWORD, TestApp};

/// A browser: keeps its cookies, follows nothing by itself.
struct Browser<'a> {
    test: &'a TestApp,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    fn new(test: &'a TestApp) -> Self {
        Self {
            test,
            cookies: Vec::new(),
        }
    }

    async fn signed_in(test: &'a TestApp, username: &str) -> Self {
        let mut browser = Self::new(test);
        let answer = browser
            .post("/login", &[("login", username), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        browser
    }

    async fn get(&mut self, path: &str) -> Response {
        let request = self.test.client.get(self.test.url(path)).header(COOKIE, self.header());
        self.keep(request.send().await.unwrap())
    }

    async fn text(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.test.client.post(self.test.url(path)).header(COOKIE, self.header());
        self.keep(
            request
                .header("sec-fetch-site", "same-origin")
                .form(fields)
                .send()
                .await
                .unwrap(),
        )
    }

    fn header(&self) -> String {
        self.cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn keep(&mut self, answer: Response) -> Response {
        for line in answer.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !line.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}

fn target(answer: &Response) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers().get(LOCATION).unwrap().to_str().unwrap()
}

async fn id_of(test: &TestApp, username: &str) -> String {
    test.caller(username).await.person.id
}

#[tokio::test]
async fn the_cookies_of_a_log_in_are_for_this_host_and_no_script() {
    let test = TestApp::start().await;
    let mut browser = Browser::new(&test);
    let answer = browser
        .post(
            "/login",
            &[("login", "Mia"), ("password", PASSWORD), ("next", "/settings")],
        )
        .await;
    assert_eq!(target(&answer), "/settings");
    let lines: Vec<_> = answer
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    for name in ["__Host-device=", "__Host-known="] {
        let line = lines.iter().find(|line| line.starts_with(name)).unwrap();
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
    assert!(browser.text("/settings/devices").await.contains("This one"));
    let before = browser.header();
    assert_eq!(target(&browser.post("/logout", &[]).await), "/login");
    assert!(!browser.header().contains("__Host-device="), "{}", browser.header());
    let again = test
        .client
        .get(test.url("/settings/devices"))
        .header(COOKIE, before)
        .send()
        .await
        .unwrap();
    assert!(
        target(&again).starts_with("/login?next="),
        "the token is dead, not only the cookie gone"
    );
}

#[tokio::test]
async fn unknown_wrong_and_locked_are_the_same_page() {
    let test = TestApp::start().await;
    let mut pages = Vec::new();
    for (login, password) in [
        ("mia", "wrong wrong wrong"),
        ("xyz", PASSWORD),
        ("mia", "w"),
        ("mia", "w"),
        ("mia", "w"),
        ("mia", "w"),
        ("mia", PASSWORD),
    ] {
        let answer = Browser::new(&test)
            .post("/login", &[("login", login), ("password", password)])
            .await;
        let status = answer.status();
        pages.push((status, answer.text().await.unwrap().replace("xyz", "mia")));
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
    assert!(pages[0].1.contains("The username or password is not right"));
}

#[tokio::test]
async fn after_logging_in_nobody_is_sent_to_another_site() {
    let test = TestApp::start().await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aX: y\r\nX: y",
    ] {
        let fields = [("login", "mia"), ("password", PASSWORD), ("next", next)];
        let answer = Browser::new(&test).post("/login", &fields).await;
        assert_eq!(target(&answer), "/", "{next}");
    }
}

#[tokio::test]
async fn a_name_that_mixes_scripts_in_a_word_is_marked_and_no_other() {
    let test = TestApp::start().await;
    let mut admin = Browser::signed_in(&test, "ada").await;
    let mark = "Mixed scripts</span>";
    assert!(!admin.text("/users").await.contains(mark));
    for (given_name, username, marks) in [("Анна 陽子 Noa ❤\u{fe0f}", "noa", 0), ("Ивaн", "ivan", 1)] {
        let email = format!("{username}@example.com");
        let fields = [
            ("given_name", given_name),
            ("family_name", "Smith"),
            ("username", username),
            ("email", &email),
        ];
        let created = admin.post("/users/new", &fields).await;
        let settings = target(&created).to_owned();
        assert_eq!(admin.text(&settings).await.matches(mark).count(), marks, "{given_name}");
        assert_eq!(admin.text("/users").await.matches(mark).count(), marks, "{given_name}");
    }
}

#[tokio::test]
async fn an_administrator_creates_a_user_who_activates_and_logs_in() {
    let test = TestApp::start().await;
    let mut admin = Browser::signed_in(&test, "ada").await;
    let fields = [
        ("given_name", "<script>alert(1)</script>"),
        ("family_name", "\u{5d0}\u{5d1} O'Neil"),
        ("username", "noa"),
        ("email", "noa@example.com"),
        ("send_activation", "1"),
    ];
    let created = admin.post("/users/new", &fields).await;
    let settings = target(&created).to_owned();
    assert!(settings.ends_with("/login-settings"));
    let page = admin.text(&settings).await;
    assert!(page.contains("Not activated yet") && page.contains("View Activity Log"));
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>alert"));
    let again = admin.post("/users/new", &fields).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again
            .text()
            .await
            .unwrap()
            .contains("This username, or one that looks like it, is taken")
    );

    let shown = shown(&mut admin, "Activate your account").await;
    let link = shown.split("href=\"").find_map(|rest| {
        let address = rest.split('"').next()?;
        address
            .starts_with(&test.url("/activate?token="))
            .then(|| address.to_owned())
    });
    let path = link.unwrap().replace(&test.url(""), "");
    let token = path.split_once("token=").unwrap().1.to_owned();
    let mut noa = Browser::new(&test);
    assert!(noa.text(&path).await.contains("Activate your account"));
    let password = "seven green kettles sing";
    for (first, second, status) in [
        (password, "something else", StatusCode::UNPROCESSABLE_ENTITY),
        ("short", "short", StatusCode::UNPROCESSABLE_ENTITY),
        ("passwordpassword", "passwordpassword", StatusCode::UNPROCESSABLE_ENTITY),
        (password, password, StatusCode::SEE_OTHER),
        (password, password, StatusCode::GONE),
    ] {
        let answer = noa
            .post(
                "/activate",
                &[("token", &token), ("password", first), ("repeat", second)],
            )
            .await;
        assert_eq!(answer.status(), status, "{first} {second}");
    }
    assert!(admin.text("/users").await.contains(">Active</span>"));
    noa.post("/login", &[("login", "noa@example.com"), ("password", password)])
        .await;
    assert!(noa.text("/settings/profile").await.contains("Save profile"));
}

/// The page with the text of the newest mail with this subject. The list of mails has no text.
async fn shown(admin: &mut Browser<'_>, subject: &str) -> String {
    let outbox = admin.text("/admin/outbox").await;
    assert!(!outbox.contains("token="), "{outbox}");
    let (_, rest) = outbox.split_once(subject).unwrap();
    let path = rest
        .split("action=\"")
        .find_map(|rest| rest.split('"').next().filter(|path| path.ends_with("/show")));
    let answer = admin.post(path.unwrap(), &[]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_reset_from_the_log_in_page_changes_the_password_once() {
    let test = TestApp::start().await;
    let mut browser = Browser::new(&test);
    let texts: Vec<String> = {
        let mut texts = Vec::new();
        for login in ["mia", "xyz"] {
            let answer = browser.post("/forgot", &[("login", login)]).await;
            assert_eq!(answer.status(), StatusCode::OK);
            texts.push(answer.text().await.unwrap().replace("xyz", "mia"));
        }
        texts
    };
    assert_eq!(texts[0], texts[1], "whether there is an account is not said");
    let mut admin = Browser::signed_in(&test, "ada").await;
    let token = shown(&mut admin, "Reset your password")
        .await
        .split("/reset?token=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let password = "nine grey herons wait here";
    let fields = [("token", token.as_str()), ("password", password), ("repeat", password)];
    assert_eq!(target(&browser.post("/reset", &fields).await), "/login");
    assert_eq!(browser.post("/reset", &fields).await.status(), StatusCode::GONE);
    assert_eq!(
        target(
            &browser
                .post("/login", &[("login", "mia"), ("password", password)])
                .await
        ),
        "/"
    );
}

#[tokio::test]
async fn filters_stay_until_they_are_cleared_each_administrator_their_own() {
    let test = TestApp::start().await;
    let mut admin = Browser::signed_in(&test, "ada").await;
    let page = admin.text("/users?find=WEBER&role=auditor&status=&enabled=").await;
    assert!(page.contains("Otto Weber") && !page.contains("Mia Silva"));
    let page = admin.text("/users").await;
    assert!(page.contains("Otto Weber") && !page.contains("Mia Silva"), "they stay");
    assert!(page.contains("value=\"WEBER\""), "and are shown");
    let mut other_window = Browser::signed_in(&test, "ada").await;
    assert!(
        !other_window.text("/users").await.contains("Mia Silva"),
        "for the person, not for the browser"
    );
    assert_eq!(target(&admin.get("/users?clear=1").await), "/users");
    assert!(admin.text("/users").await.contains("Mia Silva"));
    let page = admin.text("/users?find=zzz").await;
    assert!(page.contains("No user matches") && page.contains("/users?clear=1"));
    assert_eq!(
        admin.get("/users?after=nonsense").await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn columns_are_chosen_and_ordered() {
    let test = TestApp::start().await;
    let mut admin = Browser::signed_in(&test, "ada").await;
    let heads = |page: &str| {
        let head = page
            .split("<thead>")
            .nth(1)
            .unwrap()
            .split("</thead>")
            .next()
            .unwrap()
            .to_owned();
        ["User<", "Username", "Last Login", "Email", "Roles", "Login Enabled"]
            .into_iter()
            .filter_map(|title| head.find(&format!(">{title}")).map(|at| (at, title)))
            .collect::<std::collections::BTreeMap<_, _>>()
            .into_values()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        heads(&admin.text("/users").await),
        ["User<", "Last Login", "Email", "Login Enabled"]
    );
    let chosen = [
        ("column", "last_login"),
        ("column", "email"),
        ("column", "roles"),
        ("up", "roles"),
    ];
    assert_eq!(
        target(&admin.post("/users/columns", &chosen).await),
        "/users?columns=open"
    );
    assert_eq!(
        heads(&admin.text("/users").await),
        ["User<", "Last Login", "Roles", "Email"]
    );
    admin.post("/users/columns", &[("usual", "1")]).await;
    assert_eq!(
        heads(&admin.text("/users").await),
        ["User<", "Last Login", "Email", "Login Enabled"]
    );
}

#[tokio::test]
async fn the_checkbox_acts_as_a_form_and_for_a_script() {
    let test = TestApp::start().await;
    let (mia, ada) = (id_of(&test, "mia").await, id_of(&test, "ada").await);
    let mut member = Browser::signed_in(&test, "mia").await;
    let mut admin = Browser::signed_in(&test, "ada").await;
    let path = format!("/users/{mia}/login-enabled");
    let asked = admin
        .post(&path, &[("back", "/users?sort=email")])
        .await
        .text()
        .await
        .unwrap();
    assert!(
        asked.contains("Disable the login of Mia Silva (mia)? 2 devices are logged out at once."),
        "{asked}"
    );
    assert_eq!(
        member.get("/settings/profile").await.status(),
        StatusCode::OK,
        "nothing is done yet"
    );
    let answer = admin.post(&path, &[("back", "/users?sort=email"), ("sure", "1")]).await;
    assert_eq!(target(&answer), "/users?sort=email");
    assert_eq!(
        member.get("/settings/profile").await.status(),
        StatusCode::SEE_OTHER,
        "logged out at once"
    );
    admin.post(&path, &[("enabled", "1")]).await;
    assert_eq!(
        target(&member.post("/login", &[("login", "mia"), ("password", PASSWORD)]).await),
        "/"
    );

    let script = |path: String, fields: &'static [(&'static str, &'static str)], cookie: String| {
        let request = test.client.post(test.url(&path)).header(COOKIE, cookie).form(fields);
        request.header("x-requested-with", "acting-form").send()
    };
    let done = script(path, &[("enabled", "1")], admin.header()).await.unwrap();
    assert_eq!(done.status(), StatusCode::OK);
    let said: serde_json::Value = done.json().await.unwrap();
    assert_eq!(said["text"], "Login enabled for \u{2068}Mia Silva\u{2069}.");
    assert_eq!(
        said["undo"],
        serde_json::json!([["enabled", "1"]]),
        "it was enabled before"
    );
    let last = script(format!("/users/{ada}/login-enabled"), &[], admin.header())
        .await
        .unwrap();
    assert_eq!(last.status(), StatusCode::CONFLICT);
    assert!(last.text().await.unwrap().contains("last administrator"));
}

#[tokio::test]
async fn login_settings_do_what_they_say() {
    let test = TestApp::start().await;
    let mia = id_of(&test, "mia").await;
    let mut admin = Browser::signed_in(&test, "ada").await;
    let settings = format!("/users/{mia}/login-settings");
    for _ in 0..5 {
        Browser::new(&test)
            .post("/login", &[("login", "mia"), ("password", "w")])
            .await;
    }
    let locked = admin.text(&settings).await;
    assert!(
        locked.contains("Locked until") && locked.contains("Unlock now"),
        "{locked}"
    );
    for (path, fields) in [
        ("unlock", &[][..]),
        ("roles", &[("auditor", "1")][..]),
        ("login-settings", &[("add", "127.0.0.0/8")][..]),
        ("login-settings", &[("add", "2001:db8::/32, 10.0.0.0/8")][..]),
        ("login-settings", &[("remove", "10.0.0.0/8")][..]),
        ("devices/end", &[][..]),
    ] {
        let answer = admin.post(&format!("/users/{mia}/{path}"), fields).await;
        assert_eq!(target(&answer), settings, "{path}");
    }
    let page = admin.text(&settings).await;
    assert!(
        page.contains("Remove 127.0.0.0/8")
            && page.contains("Remove 2001:db8::/32")
            && !page.contains("Remove 10.0.0.0/8"),
        "{page}"
    );
    assert!(!page.contains("Unlock"), "only where somebody is locked");
    let wrong = admin.post(&settings, &[("add", "10.0.0.999 <b>")]).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = wrong.text().await.unwrap();
    assert!(
        page.contains("10.0.0.999 &#60;b&#62;") || page.contains("10.0.0.999 &lt;b&gt;"),
        "what was typed stays"
    );
    let nobody = admin.get("/users/usr_nobody/login-settings").await;
    assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_member_changes_name_zone_and_password_and_ends_devices() {
    let test = TestApp::start().await;
    let mut mia = Browser::signed_in(&test, "mia").await;
    let fields = [("given_name", "Mia"), ("family_name", "da Silva"), ("time_zone", "EST")];
    assert_eq!(
        target(&mia.post("/settings/profile", &fields).await),
        "/settings/profile"
    );
    assert!(mia.text("/settings/devices").await.contains(" EST</time>"));
    let wrong = mia
        .post(
            "/settings/profile",
            &[("given_name", ""), ("family_name", ""), ("time_zone", "Mars")],
        )
        .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let new = "nine grey herons wait here";
    let change =
        |current: &'static str, repeat: &'static str| [("current", current), ("password", new), ("repeat", repeat)];
    for (current, repeat, status) in [
        ("not it at all, no", new, StatusCode::UNPROCESSABLE_ENTITY),
        (PASSWORD, "another", StatusCode::UNPROCESSABLE_ENTITY),
        (PASSWORD, new, StatusCode::SEE_OTHER),
    ] {
        assert_eq!(
            mia.post("/settings/password", &change(current, repeat)).await.status(),
            status
        );
    }
    assert_eq!(
        target(&mia.post("/settings/devices/end", &[]).await),
        "/settings/devices"
    );
}

#[tokio::test]
async fn a_key_is_shown_once_and_nowhere_else() {
    let test = TestApp::start().await;
    let mut admin = Browser::signed_in(&test, "ada").await;
    let answer = admin
        .post("/admin/api-keys", &[("name", "Nightly <i>import</i>"), ("write", "1")])
        .await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let page = answer.text().await.unwrap();
    let token = page
        .split("id=\"key\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert!(token.starts_with("whodid_"));
    assert!(!admin.text("/admin/api-keys").await.contains(&token));
    let send = || {
        test.client
            .post(test.url("/v1/activities"))
            .bearer_auth(&token)
            .json(&serde_json::json!({"activity": "user.login"}))
    };
    assert!(send().send().await.unwrap().status().is_success());
    let path = admin.text("/admin/api-keys").await;
    let path = path
        .split("action=\"")
        .find(|rest| rest.contains("/revoke\""))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(target(&admin.post(&path, &[]).await), "/admin/api-keys");
    assert_eq!(send().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let none = admin.post("/admin/api-keys", &[("name", "")]).await;
    assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn pages_of_administrators_are_not_for_others() {
    let test = TestApp::start().await;
    for path in ["/users/new", "/admin/outbox", "/admin/api-keys"] {
        assert_eq!(
            test.get(path, As::Member).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        assert_eq!(
            test.get(path, As::Auditor).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}
