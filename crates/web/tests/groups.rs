//! The pages of groups over HTTP, as browsers without a script use them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::{COOKIE, LOCATION};
use reqwest::{Response, StatusCode};
use support::{As, PASSWORD, TestApp};
use web::Scope;

/// Somebody signed in, in a browser.
struct Browser<'a> {
    test: &'a TestApp,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn of(test: &'a TestApp, username: &str) -> Self {
        let cookie = test.cookie(username).await;
        Self { test, cookie }
    }

    /// Somebody who has not signed in.
    fn visitor(test: &'a TestApp) -> Self {
        let cookie = String::new();
        Self { test, cookie }
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.test.client.get(self.test.url(path));
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    async fn text(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status().as_u16()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.test.client.post(self.test.url(path)).header(COOKIE, &self.cookie);
        let request = request.header("sec-fetch-site", "same-origin").form(fields);
        request.send().await.unwrap()
    }

    /// Sends a form that leads on, and says where to.
    async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        answer.headers().get(LOCATION).unwrap().to_str().unwrap().to_owned()
    }

    /// Creates a group and returns the path of its page.
    async fn create(&self, name: &str) -> String {
        let to = self.done("/groups/new", &[("name", name)]).await;
        to.strip_suffix("/invitations").unwrap().to_owned()
    }
}

/// The link of the newest mail to this address.
async fn link(test: &TestApp, to: &str) -> String {
    let body = test.mail(|mail| mail.recipient == to).await;
    let start = body.find("/invitation?token=").unwrap();
    body[start..].split_whitespace().next().unwrap().to_owned()
}

async fn id_of(test: &TestApp, username: &str) -> String {
    test.caller(username).await.person.id
}

/// Puts somebody into a group by an invitation.
async fn join(test: &TestApp, owner: &Browser<'_>, group: &str, username: &str, role: &str) {
    let email = format!("{username}@example.com");
    let fields = [("addresses", email.as_str()), ("role", role)];
    let answer = owner.post(&format!("{group}/invitations"), &fields).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let link = link(test, &email).await;
    let token = link.split_once("token=").unwrap().1;
    let browser = Browser::of(test, username).await;
    assert_eq!(
        browser
            .done("/invitation", &[("token", token), ("answer", "accept")])
            .await,
        group
    );
}

#[tokio::test]
async fn whoever_creates_a_group_owns_it_and_its_name_can_be_corrected() {
    let test = TestApp::start().await;
    let mia = Browser::of(&test, "mia").await;
    assert!(mia.text("/groups").await.contains("You are in no group yet"));
    let empty = mia.post("/groups/new", &[("name", "  ")]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text().await.unwrap().contains("Give the group a name."));
    let group = mia.create("Dezign & Co").await;
    let page = mia.text(&group).await;
    assert!(
        page.contains("Dezign &amp; Co") || page.contains("Dezign &#38; Co"),
        "{page}"
    );
    assert!(page.contains("you are an owner") && page.contains("Invitations") && page.contains("Settings"));
    let settings = format!("{group}/settings");
    assert!(mia.text(&settings).await.contains("name=\"version\" value=\"1\""));
    let fields = [
        ("name", "Design"),
        ("version", "1"),
        ("owner", "1"),
        ("requires_second_factor", "1"),
    ];
    assert_eq!(mia.done(&settings, &fields).await, settings);
    assert!(mia.text("/groups").await.contains("Requires 2FA"));
    let stale = [("name", "Later"), ("version", "1"), ("owner", "1")];
    mia.done(&settings, &stale).await;
    assert!(
        mia.text(&settings).await.contains("value=\"Design\""),
        "an edit of an old page changes nothing"
    );
    let log = mia.text("/settings/activity-logs").await;
    assert!(
        log.contains("group.created") && log.contains("group.renamed"),
        "both are in the log"
    );
}

#[tokio::test]
async fn a_pasted_list_is_answered_line_by_line_and_a_wrong_line_can_be_corrected() {
    let test = TestApp::of_members().await;
    let mia = Browser::of(&test, "mia").await;
    let group = mia.create("Design").await;
    let invitations = format!("{group}/invitations");
    let pasted = "otto@example.com; New Person <new@example.com>\nnot an address\nmia@example.com, otto@example.com";
    let answer = mia
        .post(&invitations, &[("addresses", pasted), ("role", "member")])
        .await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("2 invited"), "{page}");
    assert!(page.contains("already in the group") && page.contains("not understood"));
    assert!(
        page.contains("not an address</textarea>"),
        "what is wrong stays to be corrected"
    );
    let none = mia.post(&invitations, &[("addresses", " "), ("role", "member")]).await;
    assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let id = page
        .split("/invitations/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let again = format!("{invitations}/{id}/resend");
    assert_eq!(mia.done(&again, &[]).await, invitations);
    assert_eq!(Browser::of(&test, "otto").await.post(&again, &[]).await.status(), 404);
    mia.done(&format!("{invitations}/{id}/delete"), &[]).await;
    assert!(!mia.text(&invitations).await.contains(&id));
}

#[tokio::test]
async fn an_invitation_is_accepted_or_declined_in_settings() {
    let test = TestApp::of_members().await;
    let (mia, otto) = (Browser::of(&test, "mia").await, Browser::of(&test, "otto").await);
    let here = "/settings/invitations";
    assert!(otto.text(here).await.contains("No invitation waits for you"));
    let (design, finance) = (mia.create("Design").await, mia.create("Finance").await);
    let fields = [("addresses", "otto@example.com"), ("role", "administrator")];
    for group in [&design, &finance] {
        mia.post(&format!("{group}/invitations"), &fields).await;
    }
    let page = otto.text(here).await;
    let ids: Vec<&str> = page
        .split("/settings/invitations/")
        .filter_map(|part| part.split_once("/accept"))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(ids.len(), 2, "{page}");
    assert_eq!(mia.post(&format!("{here}/{}/accept", ids[0]), &[]).await.status(), 404);
    otto.done(&format!("{here}/{}/accept", ids[0]), &[]).await;
    assert_eq!(otto.post(&format!("{here}/{}/accept", ids[0]), &[]).await.status(), 404);
    otto.done(&format!("{here}/{}/decline", ids[1]), &[]).await;
    let joined = otto.text("/settings/memberships").await;
    assert_eq!(joined.matches("Your role\">Administrator").count(), 1, "{joined}");
    let log = otto.text("/settings/activity-logs").await;
    assert!(log.contains("Accepted invitation to join") && log.contains("Declined invitation to join"));
}

#[tokio::test]
async fn a_mailed_link_is_for_whoever_logs_in_or_makes_an_account_and_works_once() {
    let test = TestApp::of_members().await;
    let mia = Browser::of(&test, "mia").await;
    let group = mia.create("Design").await;
    let pasted = "otto@example.com, new@example.com";
    let fields = [("addresses", pasted), ("role", "member")];
    mia.post(&format!("{group}/invitations"), &fields).await;
    let visitor = Browser::visitor(&test);
    let otto = link(&test, "otto@example.com").await;
    let page = visitor.text(&otto).await;
    assert!(page.contains("/login?next=/invitation") && !page.contains("/invitation/join"));
    assert!(
        Browser::of(&test, "mia")
            .await
            .text(&otto)
            .await
            .contains("It was sent to another address")
    );
    mia.post(
        &format!("{}/invitations", mia.create("Lab").await),
        &[("addresses", "Otto@Example.com"), ("role", "member")],
    )
    .await;
    let in_capitals = link(&test, "Otto@Example.com").await;
    let page = Browser::of(&test, "otto").await.text(&in_capitals).await;
    assert!(page.contains("Accept") && !page.contains("another address"), "{page}");
    let new = link(&test, "new@example.com").await;
    let page = visitor.text(&new).await;
    assert!(page.contains("/invitation/join") && page.contains("Mia Silva"));
    let token = new.split_once("token=").unwrap().1;
    let differs = [
        ("token", token),
        ("username", "newby"),
        ("password", PASSWORD),
        ("repeat", "x"),
    ];
    let answer = visitor.post("/invitation/join", &differs).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text().await.unwrap().contains("value=\"newby\""),
        "what was typed stays"
    );
    let whole = [
        ("token", token),
        ("given_name", "New"),
        ("username", "newby"),
        ("password", PASSWORD),
        ("repeat", PASSWORD),
    ];
    assert_eq!(visitor.done("/invitation/join", &whole).await, "/login");
    assert_eq!(visitor.get(&new).await.status(), StatusCode::GONE);
    let again = visitor.post("/invitation/join", &whole).await;
    assert_eq!(again.status(), StatusCode::GONE);
    let newby = Browser::of(&test, "newby").await;
    assert!(newby.text(&group).await.contains("Mia Silva"));
    assert_eq!(visitor.get("/invitation?token=none").await.status(), StatusCode::GONE);
}

#[tokio::test]
async fn members_are_found_given_roles_and_removed() {
    let test = TestApp::of_members().await;
    let mia = Browser::of(&test, "mia").await;
    let group = mia.create("Design").await;
    join(&test, &mia, &group, "otto", "member").await;
    let otto = id_of(&test, "otto").await;
    assert!(
        mia.text(&format!("{group}?find=web"))
            .await
            .contains("otto@example.com")
    );
    assert!(
        mia.text(&format!("{group}?find=zzz"))
            .await
            .contains("No member matches")
    );
    assert!(mia.text(&format!("{group}?role=owner")).await.contains("Mia Silva"));
    let role = format!("{group}/members/{otto}/role");
    assert_eq!(
        mia.done(&role, &[("role", "administrator"), ("version", "1")]).await,
        group
    );
    let page = mia.text(&group).await;
    assert!(page.contains("<option value=\"administrator\" selected>"));
    mia.done(&role, &[("role", "member"), ("version", "1")]).await;
    assert!(
        mia.text(&group)
            .await
            .contains("<option value=\"administrator\" selected>"),
        "an old page"
    );
    assert_eq!(mia.post(&role, &[("role", "emperor")]).await.status(), 400);
    let own = format!("{group}/members/{}/role", id_of(&test, "mia").await);
    mia.done(&own, &[("role", "member")]).await;
    assert!(
        mia.text(&group).await.contains("you are an owner"),
        "the only owner stays one"
    );
    mia.done(&format!("{group}/members/{otto}/remove"), &[]).await;
    assert!(!mia.text(&group).await.contains("otto@example.com"));
}

#[tokio::test]
async fn an_administrator_of_the_installation_adds_somebody_by_name() {
    let test = TestApp::start().await;
    let (mia, ada) = (Browser::of(&test, "mia").await, Browser::of(&test, "ada").await);
    let group = mia.create("Design").await;
    let members = format!("{group}/members");
    let fields = [("login", "OTTO@example.com"), ("role", "member")];
    assert!(!mia.text(&group).await.contains("without an invitation"));
    assert_eq!(mia.post(&members, &fields).await.status(), StatusCode::FORBIDDEN);
    ada.done(&members, &fields).await;
    assert!(ada.text(&group).await.contains("otto@example.com"));
    ada.done(&members, &[("login", "ott"), ("role", "member")]).await;
    assert!(
        ada.text("/groups").await.contains("Design"),
        "administrators see every group"
    );
    assert!(
        Browser::of(&test, "otto")
            .await
            .text("/settings/activity-logs")
            .await
            .contains("Design")
    );
}

#[tokio::test]
async fn the_default_group_is_chosen_and_a_group_is_left_but_not_by_its_only_owner() {
    let test = TestApp::of_members().await;
    let mia = Browser::of(&test, "mia").await;
    let group = mia.create("Design").await;
    join(&test, &mia, &group, "otto", "member").await;
    let id = group.strip_prefix("/groups/").unwrap();
    let otto = Browser::of(&test, "otto").await;
    let here = "/settings/memberships";
    otto.done(&format!("{here}/{id}/default"), &[]).await;
    assert!(otto.text(here).await.contains("Default group"));
    otto.done(&format!("{here}/{id}/leave"), &[]).await;
    assert!(otto.text(here).await.contains("You are in no group"));
    let log = otto.text("/settings/activity-logs").await;
    assert!(log.contains("Set default group:") && log.contains("Left group:"));
    mia.done(&format!("{here}/{id}/leave"), &[]).await;
    assert!(mia.text(here).await.contains("Design"), "the only owner cannot leave");
}

#[tokio::test]
async fn a_subgroup_is_managed_from_above_and_its_members_see_nothing_of_the_group_above() {
    let test = TestApp::start().await;
    let (mia, ada) = (Browser::of(&test, "mia").await, Browser::of(&test, "ada").await);
    let group = ada.create("Design").await;
    ada.done(&format!("{group}/subgroups"), &[("name", "Sketches")]).await;
    let page = ada.text(&format!("{group}/subgroups")).await;
    let below = page.split("class=\"name\" href=\"").nth(1).unwrap();
    let below = below.split('"').next().unwrap().to_owned();
    assert!(ada.text(&below).await.contains(&format!("href=\"{group}\"")));
    ada.done(&format!("{below}/members"), &[("login", "mia"), ("role", "owner")])
        .await;
    let page = mia.text(&below).await;
    assert!(page.contains("Design") && !page.contains(&format!("href=\"{group}\"")));
    assert_eq!(mia.status(&group).await, 404);
    let created = mia
        .post(&format!("{below}/subgroups"), &[("name", "Third level")])
        .await;
    assert_eq!(created.status(), StatusCode::CONFLICT);
    let empty = ada.post(&format!("{group}/subgroups"), &[("name", "")]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_group_ends_when_its_name_is_typed_and_its_log_stays() {
    let test = TestApp::start().await;
    let mia = Browser::of(&test, "mia").await;
    let group = mia.create("Design").await;
    let delete = format!("{group}/delete");
    let slip = mia.post(&delete, &[("confirm", "design")]).await;
    assert_eq!(slip.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        slip.headers()["location"],
        format!("{group}/settings"),
        "where the form stands"
    );
    assert_eq!(mia.status(&group).await, 200);
    assert_eq!(mia.done(&delete, &[("confirm", "Design")]).await, "/groups");
    assert_eq!(mia.status(&group).await, 404);
    assert_eq!(mia.status(&format!("{group}/activity")).await, 404);
    let page = Browser::of(&test, "otto")
        .await
        .text(&format!("{group}/activity"))
        .await;
    assert!(page.contains("Deleted") && page.contains("Design") && page.contains("group.deleted"));
}

#[tokio::test]
async fn a_groups_log_is_its_managers_on_every_way_to_it() {
    let test = TestApp::start().await;
    let mia = Browser::of(&test, "mia").await;
    let design = mia.create("Design").await;
    let ada = Browser::of(&test, "ada").await;
    let finance = ada.create("Finance").await;
    let log = format!("{design}/activity");
    let page = mia
        .text(&format!("{log}?q=group:Finance+OR+activity:group.created"))
        .await;
    assert!(page.contains("Design") && !page.contains("Finance</code>"));
    assert!(page.contains("<b>1</b> activity"), "{page}");
    let other = format!("{finance}/activity");
    assert_eq!(mia.status(&other).await, 404);
    assert_eq!(
        mia.post(&format!("{other}/export"), &[("format", "csv")])
            .await
            .status(),
        404
    );
    let asked = mia
        .post(
            &format!("{log}/export"),
            &[("format", "csv"), ("q", "-group:Design OR by:ada")],
        )
        .await;
    let page = asked.headers()["location"].to_str().unwrap().to_owned();
    let csv = loop {
        let csv = mia.get(&format!("{page}/download")).await;
        if csv.status() == StatusCode::OK {
            break csv;
        }
        assert!(mia.text(&page).await.contains("every=\"1\""), "it is being made");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let disposition = csv.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(disposition.contains("activity-log-Design-"), "{disposition}");
    assert!(!csv.text().await.unwrap().contains("Finance"));
    assert!(
        mia.text("/exports").await.contains("CSV"),
        "the export is on their page of exports"
    );

    let otto = Browser::of(&test, "otto").await;
    assert_eq!(otto.status(&log).await, 200, "an auditor reads every log");
    let id = design.strip_prefix("/groups/").unwrap();
    let key = test.key_of("mia", Scope::Read).await;
    let ask = |group: &str| {
        let url = test.url(&format!("/v1/activities?group={group}"));
        test.client.get(url).bearer_auth(&key).send()
    };
    let answer: serde_json::Value = ask(id).await.unwrap().json().await.unwrap();
    let rows = answer["data"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["group"]["id"] == id));
    let refused = ask(finance.strip_prefix("/groups/").unwrap()).await.unwrap();
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    let both = test
        .get(&format!("/v1/activities?group={id}&user=me"), As::Key(Scope::Read))
        .await;
    assert_eq!(both.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_permalink_opens_for_a_manager_of_its_group_only() {
    let test = TestApp::start().await;
    let mia = Browser::of(&test, "mia").await;
    let group = mia.create("Design").await;
    let ada = Browser::of(&test, "ada").await;
    ada.done(&format!("{group}/members"), &[("login", "otto"), ("role", "member")])
        .await;
    let page = mia
        .text(&format!("{group}/activity?q=activity:group.member_added"))
        .await;
    let link = page.split("href=\"/activities/").nth(1).unwrap();
    let link = format!("/activities/{}", link.split(['"', '.']).next().unwrap());
    assert!(
        mia.text(&link).await.contains(&format!("{group}/activity?")),
        "its actions lead to the group's log"
    );
    assert_eq!(mia.status(&format!("{link}.json")).await, 200);
    let owner = id_of(&test, "mia").await;
    ada.done(&format!("{group}/members"), &[("login", "ada"), ("role", "owner")])
        .await;
    ada.done(&format!("{group}/members/{owner}/role"), &[("role", "member")])
        .await;
    assert_eq!(mia.status(&link).await, 404, "who manages it no more sees it no more");
    assert_eq!(mia.status(&format!("{group}/activity")).await, 403);
}

#[tokio::test]
async fn strangers_and_members_are_refused_what_is_not_theirs() {
    let test = TestApp::start().await;
    let ada = Browser::of(&test, "ada").await;
    let group = ada.create("Finance").await;
    let mia = Browser::of(&test, "mia").await;
    let paths = ["", "/invitations", "/subgroups", "/activity", "/settings", "/live"];
    for path in paths {
        assert_eq!(mia.status(&format!("{group}{path}")).await, 404, "{path}");
    }
    ada.done(&format!("{group}/members"), &[("login", "mia"), ("role", "member")])
        .await;
    for path in ["/invitations", "/activity", "/settings"] {
        assert_eq!(mia.status(&format!("{group}{path}")).await, 403, "{path}");
    }
    let page = mia.text(&group).await;
    assert!(
        !page.contains("ada@example.com") && !page.contains("Remove"),
        "members see names only"
    );
    let ada_id = id_of(&test, "ada").await;
    for (path, fields) in [
        ("/settings".to_owned(), vec![("name", "Mine")]),
        ("/delete".to_owned(), vec![("confirm", "Finance")]),
        ("/subgroups".to_owned(), vec![("name", "Below")]),
        (
            "/invitations".to_owned(),
            vec![("addresses", "a@example.com"), ("role", "member")],
        ),
        (format!("/members/{ada_id}/role"), vec![("role", "member")]),
        (format!("/members/{ada_id}/remove"), Vec::new()),
    ] {
        let answer = mia.post(&format!("{group}{path}"), &fields).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert!(ada.text(&group).await.contains("Finance"));
}
