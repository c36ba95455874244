//! What ends something asks first, also without a script; and what auditors see of the pages of users.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::StatusCode;
use support::{As, TestApp};

/// The addresses of all forms that carry a question, with what stands for a path's parameters.
fn asking_forms(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            asking_forms(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for form in text.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if !form.contains("name=\"ask\"") {
                continue;
            }
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            let action = action.replace("{{ group.path()|href }}", "/groups/999");
            let mut filled = String::new();
            for (i, part) in action.split("{{").enumerate() {
                filled.push_str(if i == 0 { part } else { part.split("}}").nth(1).unwrap() });
                if i + 1 < action.split("{{").count() {
                    filled.push_str("999");
                }
            }
            found.insert(filled);
        }
    }
}

#[tokio::test]
async fn a_form_that_carries_a_question_comes_back_as_the_question_and_does_nothing() {
    let test = TestApp::start().await;
    let mut forms = BTreeSet::new();
    asking_forms(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut forms);
    assert!(forms.len() > 12, "{forms:?}");
    for action in forms {
        let request = test.client.post(test.url(&action));
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("referer", test.url("/users?find=x"))
            .form(&[("ask", "Really <do> it?"), ("back", "/groups")]);
        let answer = test.authorized(request, As::Administrator).await.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{action}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("Really &lt;do&gt; it?"), "{action}");
        assert!(page.contains(&format!("action=\"{action}\"")), "{action}");
        assert!(
            page.contains("name=\"back\" value=\"/groups\"") && !page.contains("name=\"ask\""),
            "{action}"
        );
        assert!(page.contains("href=\"/users?find=x\""), "{action}: the way back");
    }
}

/// The addresses that the links of a page lead to.
fn links(page: &str) -> BTreeSet<String> {
    let found = page
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    let here = found.filter(|href| href.starts_with('/') && !href.starts_with("/assets"));
    here.map(|href| href.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

#[tokio::test]
async fn auditors_read_users_and_no_link_of_theirs_is_refused() {
    let test = TestApp::start().await;
    let list = test.get("/users", As::Auditor).await;
    assert_eq!(list.status(), StatusCode::OK);
    let mut waiting = vec![
        "/users".to_owned(),
        "/activity".to_owned(),
        "/groups".to_owned(),
        "/".to_owned(),
    ];
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        let plain = path.split(['?', '#']).next().unwrap().to_owned();
        if seen.len() > 60 || !seen.insert(plain) {
            continue;
        }
        let answer = test.get(&path, As::Auditor).await;
        assert_ne!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        let kind = answer
            .headers()
            .get("content-type")
            .map(|kind| kind.to_str().unwrap().to_owned());
        if kind.is_some_and(|kind| kind.starts_with("text/html")) {
            let page = answer.text().await.unwrap();
            if path.starts_with("/users") {
                let acts = [
                    "/login-enabled\"",
                    "/roles\"",
                    "/unlock\"",
                    "/reset-mfa\"",
                    "/users/new",
                    "pencil",
                ];
                assert!(
                    !acts.iter().any(|act| page.contains(act)),
                    "{path} offers what auditors may not do"
                );
            }
            waiting.extend(links(&page));
        }
    }
    assert!(seen.iter().any(|path| path.ends_with("/login-settings")), "{seen:?}");
}

#[tokio::test]
async fn nobody_shuts_themself_out() {
    let test = TestApp::start().await;
    let ada = test.caller("ada").await.person.id;
    let settings = format!("/users/{ada}/login-settings");
    let post = async |below: &str, fields: &[(&str, &str)]| {
        let request = test.client.post(test.url(&format!("/users/{ada}/{below}")));
        let request = request.header("sec-fetch-site", "same-origin").form(fields);
        test.authorized(request, As::Administrator).await.send().await.unwrap()
    };
    let page = test.get(&settings, As::Administrator).await.text().await.unwrap();
    assert!(page.contains("You cannot disable your own login") && !page.contains("/login-enabled\""));
    let asked = post("roles", &[("auditor", "1")]).await;
    assert_eq!(asked.status(), StatusCode::OK);
    assert!(asked.text().await.unwrap().contains("Give up your own role"));
    let elsewhere = post("login-settings", &[("add", "203.0.113.7")]).await;
    assert_eq!(elsewhere.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = elsewhere.text().await.unwrap();
    assert!(
        text.contains("lock yourself out") && text.contains("value=\"203.0.113.7\""),
        "what was typed stays"
    );
    assert!(
        text.contains("aria-current=\"page\">Login Settings"),
        "and so does the tab"
    );
}

#[tokio::test]
async fn where_somebody_may_log_in_from_is_put_back_by_what_the_answer_says() {
    let test = TestApp::start().await;
    let mia = test.caller("mia").await.person.id;
    let path = format!("/users/{mia}/login-settings");
    let post = async |fields: &[(String, String)]| {
        let request = test.client.post(test.url(&path)).form(fields);
        let request = request.header("sec-fetch-site", "same-origin");
        let request = request.header("x-requested-with", "acting-form");
        test.authorized(request, As::Administrator).await.send().await.unwrap()
    };
    let said = async |fields: &[(String, String)]| -> serde_json::Value { post(fields).await.json().await.unwrap() };
    let undo =
        |said: &serde_json::Value| -> Vec<(String, String)> { serde_json::from_value(said["undo"].clone()).unwrap() };
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    said(&[field("add", "127.0.0.0/8 192.0.2.7")]).await;
    let taken = said(&[field("remove", "192.0.2.7/32"), field("add", "10.0.0.0/8")]).await;
    assert!(taken["text"].as_str().unwrap().contains("may log in from 2 addresses"));
    let back = said(&undo(&taken)).await;
    let page = test.get(&path, As::Administrator).await.text().await.unwrap();
    assert!(page.contains("Remove 192.0.2.7/32") && page.contains("Remove 127.0.0.0/8"));
    assert!(!page.contains("Remove 10.0.0.0/8"));
    assert_eq!(undo(&back).len(), 2, "which can be put back in its turn");
    let wrong = post(&[field("add", "nowhere")]).await;
    assert_eq!(wrong.status(), StatusCode::CONFLICT);
    assert!(wrong.text().await.unwrap().contains("is no address or network"));
}

#[tokio::test]
async fn an_address_of_a_form_opened_as_a_page_leads_to_the_page_it_belongs_to() {
    let test = TestApp::start().await;
    for (address, page) in [
        ("/settings/two-factor/turn-off", "/settings/two-factor"),
        ("/settings/two-factor/sms/confirm", "/settings/two-factor"),
        ("/users/usr_1/login-enabled", "/users/usr_1"),
        ("/admin/outbox/mail_1/show", "/admin/outbox"),
        ("/logout", "/"),
    ] {
        let answer = test.get(address, As::Administrator).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{address}");
        assert_eq!(answer.headers()["location"], page, "{address}");
    }
    let program = test.get("/v1/users/usr_1/unlock", As::Administrator).await;
    assert_eq!(program.status(), StatusCode::METHOD_NOT_ALLOWED);
}
