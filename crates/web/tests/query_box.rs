//! The box of an activity view over HTTP: one state in the address, chips, offers for what cannot be read, completion,
//! and the advanced search, all of it without a script.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use app::Caller;
use app::accounts::{self, Activation, EditUser, NewUser};
use reqwest::header::{COOKIE, LOCATION};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use support::{As, TestApp};

struct Reader {
    test: TestApp,
    cookie: String,
}

impl Reader {
    async fn new(username: &str) -> Self {
        let test = TestApp::start().await;
        let cookie = test.cookie(username).await;
        Self { test, cookie }
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.test.client.get(self.test.url(path)).header(COOKIE, &self.cookie);
        request.send().await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    /// The wrong page, which says what would put it right.
    async fn wrong(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        answer.text().await.unwrap()
    }

    async fn leads(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        answer.headers()[LOCATION].to_str().unwrap().to_owned()
    }
}

/// Addresses as they stand in a page.
fn in_page(href: &str) -> String {
    href.replace('&', "&#38;")
}

/// The texts of the chips, as the script reads them.
fn chips(html: &str) -> Vec<&str> {
    let parts = html.split("data-text=\"").skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

/// What the chip of the range says.
fn range(html: &str) -> String {
    let summary = html
        .split("chip range")
        .nth(1)
        .unwrap()
        .split("</summary>")
        .next()
        .unwrap();
    let words = summary.split("<bdi>").nth(1).unwrap().split("</bdi>").next().unwrap();
    words.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_and_the_range_are_one_state_in_every_scope() {
    let reader = Reader::new("ada").await;
    let id = reader.test.caller("mia").await.person.id;
    for base in [
        "/activity".to_owned(),
        "/settings/activity-logs".to_owned(),
        format!("/users/{id}/activity"),
    ] {
        let to = reader
            .leads(&format!("{base}?q=outcome:success&from=-30d&add=at:yesterday+login"))
            .await;
        assert_eq!(
            to,
            format!("{base}?q=outcome:success%20login&from=yesterday&to=yesterday")
        );
        let html = reader.page(&to).await;
        assert_eq!(
            (range(&html).as_str(), chips(&html)),
            ("Yesterday", vec!["outcome:success", "login"])
        );
    }
    let html = reader.page("/activity").await;
    assert_eq!(range(&html), "All time");
    let chip = html
        .split("chip range")
        .nth(1)
        .unwrap()
        .split("</details>")
        .next()
        .unwrap();
    assert!(!chip.contains("class=\"x\""), "the range is never removed");
    let html = reader
        .page("/activity?from=2026-11-26T17:36&to=2026-11-26T17:46&tz=EST")
        .await;
    assert_eq!(range(&html), "Thu 26 Nov 2026, 17:36–17:46");
    let html = reader
        .page("/activity?from=2026-11-26T22:36:00.000000Z&to=2026-11-26T22:46:00.000000Z&tz=EST")
        .await;
    assert_eq!(range(&html), "Thu 26 Nov 2026, 17:36–17:46");
    assert!(html.contains("value=\"2026-11-26 17:36:00\"") && html.contains("EST (UTC−05:00 all year)"));
    assert!(
        chips(&reader.page("/activity?q=-at:today").await) == ["-at:today"],
        "what excludes stays a chip"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_window_says_what_is_looked_for_and_when() {
    let reader = Reader::new("ada").await;
    for (address, title) in [
        ("/activity", "Activity"),
        ("/activity?q=outcome:failure", "outcome:failure: Activity"),
        ("/activity?from=-30d", "Last 30 days: Activity"),
        (
            "/activity?q=%22a%20%3Cb%3E%E2%80%AE%22&from=yesterday&to=yesterday",
            "&#34;a &#60;b&#62;U+202E&#34;, Yesterday: Activity",
        ),
    ] {
        let html = reader.page(address).await;
        let said = html.split("<title>").nth(1).unwrap().split(" · ").next().unwrap();
        assert_eq!(said, title, "{address}");
    }
    let html = reader.page("/activity/export?q=ada&from=-30d").await;
    assert!(html.contains("<span class=\"bit\">Last 30 days<small"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chip_is_edited_and_removed_without_a_script() {
    let reader = Reader::new("ada").await;
    let html = reader.page("/activity?q=outcome:success+-login&from=-7d").await;
    assert!(html.contains("<li class=\"chip not\""));
    assert!(html.contains("name=\"edit\" value=\"1\"") && html.contains("name=\"remove\" value=\"0\""));
    let to = reader
        .leads("/activity?q=outcome:success+-login&from=-7d&remove=0")
        .await;
    assert_eq!(to, "/activity?q=-login&from=-7d");
    let html = reader.page("/activity?q=outcome:success+-login&edit=1").await;
    assert!(html.contains("name=\"add\" value=\"-login\"") && chips(&html) == ["outcome:success"]);
    assert!(html.contains("<input type=\"hidden\" name=\"q\" value=\"outcome:success\">"));

    let many: Vec<String> = (0..50).map(|nth| format!("metadata.key{nth}:value")).collect();
    let html = reader.page(&format!("/activity?q={}", many.join("+"))).await;
    assert_eq!(chips(&html).len(), 50);
    let query = many.join(" ");
    assert!(
        html.matches(&query).count() < 8,
        "a page of many chips does not say all of them at each"
    );

    let mia = reader.test.caller("mia").await.person.id;
    let html = reader
        .page(&format!("/activity?q=user:%3D{mia}+activity:user.login"))
        .await;
    assert!(html.contains("<b><bdi>Mia Silva</bdi></b>") && html.contains("<b><bdi>Logged in</bdi></b>"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_typed_is_a_dead_end() {
    let reader = Reader::new("ada").await;
    let html = reader.wrong("/activity?q=login+outcom:failure").await;
    assert!(html.contains("<li class=\"chip wrong\"") && html.contains("<b><bdi>outcom</bdi></b><bdi>:failure</bdi>"));
    assert!(
        html.contains("href=\"/activity?q=login%20outcome:failure\"") && html.contains("href=\"/activity?q=login\"")
    );
    assert!(html.contains("href=\"/activity?q=login%20%22outcom:failure%22\""));

    let html = reader.wrong("/activity?q=login&add=outcom:failure").await;
    assert!(html.contains("value=\"outcom:failure\"") && html.contains("<mark><bdi>outcom</bdi></mark>"));
    assert!(html.contains(&in_page("href=\"/activity?q=login&add=outcome:failure\"")));
    assert_eq!(
        reader.leads("/activity?q=login&add=outcome:failure").await,
        "/activity?q=login%20outcome:failure"
    );

    for (typed, offer) in [
        ("%F0%9F%8E%89", "add=user:*%22%F0%9F%8E%89%22*"),
        ("%22locked+from", "add=%22locked%20from%22"),
        ("(login", "add=%28login%29"),
        ("user:", "add=%22user:%22"),
        ("fa*led", "add=%22fa*led%22"),
    ] {
        let html = reader.wrong(&format!("/activity?add={typed}")).await;
        assert!(html.contains(offer), "{typed}");
        let mistake = html
            .split("id=\"mistake\" role")
            .nth(1)
            .unwrap()
            .split("</div>")
            .next()
            .unwrap();
        assert!(!mistake.contains('`'), "{mistake}");
    }
    assert_eq!(
        reader.leads("/activity?add=https://app.example/a/b?c=d").await,
        "/activity?q=app.example/a/b"
    );
    let own = reader.test.url("/activities/1");
    assert_eq!(reader.leads(&format!("/activity?add={own}")).await, "/activities/1");
    let html = reader.page("/activity?q=mia+or+otto").await;
    assert!(html.contains("Did you mean <b><bdi>mia OR otto</bdi></b>") && html.contains("q=mia%20OR%20otto"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_in_vain_is_said() {
    let reader = Reader::new("ada").await;
    let html = reader.page("/activity?tz=Mars/Base").await;
    assert!(html.contains("There is no time zone <b><bdi>Mars/Base</bdi></b>: times are in UTC."));
    let html = reader.page("/activity?after=o-62135596800000000.0").await;
    assert!(html.contains("No more rows here"));
    let html = reader.wrong("/activity?from=noon").await;
    assert!(html.contains("<b><bdi>noon</bdi></b>") && html.contains("Show it at any time"));
    let html = reader.wrong("/activity?from=2026-11-02&to=2026-11-01&tz=EST").await;
    assert!(html.contains("lies before its beginning"));
    let html = reader.page("/activity?q=silv").await;
    assert!(html.contains("Nothing matches") && html.contains("Did you mean this person?"));
    let found = html
        .split("<ul class=\"found\">")
        .nth(1)
        .unwrap()
        .split("</ul>")
        .next()
        .unwrap();
    assert!(found.contains("Mia Silva") && found.contains("q=user:%3Dusr_"));
    assert!(html.contains("beginning with <b><bdi>silv*</bdi></b>"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_name_is_said_beside_the_rows() {
    let reader = Reader::new("ada").await;
    let new = NewUser {
        given_name: "Bob".to_owned(),
        family_name: "Tables".to_owned(),
        username: "bob".to_owned(),
        email: "bob@example.com".to_owned(),
        activation: Activation::Later,
        ..NewUser::default()
    };
    let bob = accounts::create_user(&reader.test.app, &Caller::command_line(), new)
        .await
        .unwrap();
    let edit = EditUser {
        given_name: "Robert".to_owned(),
        family_name: "Tables".to_owned(),
        username: "robert".to_owned(),
        email: "bob@example.com".to_owned(),
    };
    accounts::edit_user(&reader.test.app, &Caller::command_line(), &bob.person.id, edit)
        .await
        .unwrap();
    let html = reader.page("/activity?q=user:robert").await;
    assert!(
        html.contains("from when the account was called <b><bdi>Bob Tables</bdi></b>"),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_completed_within_the_scope_and_for_whom_may_read_it() {
    let reader = Reader::new("ada").await;
    let answer = reader.get("/activity/complete?text=user:mi").await;
    let found: Value = answer.json().await.unwrap();
    let first = &found["groups"][0]["choices"][0];
    assert_eq!(
        (first["label"].as_str(), first["note"].as_str()),
        (Some("Mia Silva"), Some("mia"))
    );
    assert!(first["insert"].as_str().unwrap().starts_with("user:=usr_") && first["count"].as_u64() > Some(0));

    let member = reader.test.get("/activity/complete?text=user:mi", As::Member).await;
    assert_eq!(member.status(), StatusCode::FORBIDDEN);
    let own = reader
        .test
        .get("/settings/activity-logs/complete?text=user:ad", As::Member)
        .await;
    assert_eq!(own.status(), StatusCode::OK);
    assert!(!own.text().await.unwrap().contains("Ada"));
    let none = reader
        .test
        .get("/groups/grp_none/activity/complete?text=x", As::Member)
        .await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_advanced_search_writes_the_query_and_reads_it_back() {
    let reader = Reader::new("ada").await;
    let html = reader.page("/activity?q=user:zoe&from=-7d").await;
    assert!(html.contains(&in_page("href=\"/activity/advanced?q=user:zoe&from=-7d\"")));
    let to = reader
        .leads("/activity/advanced?search=1&user=Zo%C3%AB+Hargreaves&outcome=failure&activity=user.login&from=yesterday&to=&text=&rest=")
        .await;
    assert_eq!(
        to,
        "/activity?q=activity:user.login%20outcome:failure%20user:%22Zo%C3%AB%20Hargreaves%22&from=yesterday"
    );
    let html = reader.page(&to.replace("/activity?", "/activity/advanced?")).await;
    assert!(html.contains("<option value=\"user.login\" selected>") && html.contains("value=\"failure\" checked"));
    assert!(html.contains("value=\"&#34;Zoë Hargreaves&#34;\"") && html.contains("value=\"yesterday\""));
    let html = reader.page("/activity/advanced?q=(a+OR+b)").await;
    assert!(html.contains("value=\"a OR b\"") && html.contains("No field above can say this part"));
    let answer = reader.get("/activity/advanced?search=1&ip=nowhere").await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("id=\"ip-error\""));
    assert_eq!(
        reader.test.get("/activity/advanced", As::Member).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        reader
            .test
            .get("/settings/activity-logs/advanced", As::Member)
            .await
            .status(),
        StatusCode::OK
    );
}
