//! Groups and invitations through the API: the whole story, versions, pages, and ids of other people's groups.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;

use app::accounts::{self, Activation, NewUser};
use app::{Caller, Roles};
use reqwest::header::{ETAG, IF_MATCH, LINK, LOCATION};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::{PASSWORD, TestApp};
use web::Scope;

/// A server and a key for each of its people.
struct Api {
    test: TestApp,
    keys: HashMap<&'static str, String>,
    ids: HashMap<&'static str, String>,
}

impl Api {
    async fn start() -> Self {
        let test = TestApp::start().await;
        let (mut keys, mut ids) = (HashMap::new(), HashMap::new());
        for username in ["sam", "ann"] {
            let new = NewUser {
                given_name: username.to_owned(),
                family_name: "Jones".to_owned(),
                username: username.to_owned(),
                email: format!("{username}@example.com"),
                roles: Roles::default(),
                service_account: false,
                activation: Activation::Password(PASSWORD.to_owned()),
            };
            let cli = Caller::command_line();
            accounts::create_user(&test.app, &cli, new).await.unwrap();
        }
        for username in ["ada", "otto", "mia", "sam", "ann"] {
            keys.insert(username, test.key_of(username, Scope::Admin).await);
            ids.insert(username, test.caller(username).await.person.id);
        }
        Self { test, keys, ids }
    }

    async fn ask(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> Response {
        self.ask_if(who, method, path, body, None).await
    }

    async fn ask_if(&self, who: &str, method: Method, path: &str, body: Option<Value>, tag: Option<&str>) -> Response {
        let mut request = self.test.client.request(method, self.test.url(path));
        request = request.bearer_auth(&self.keys[who]);
        if let Some(body) = body {
            request = request.json(&body);
        }
        if let Some(tag) = tag {
            request = request.header(IF_MATCH, tag);
        }
        request.send().await.unwrap()
    }

    /// The answer, which must have this status.
    async fn json(&self, who: &str, method: Method, path: &str, body: Option<Value>, status: u16) -> Value {
        let response = self.ask(who, method.clone(), path, body).await;
        let found = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(found.as_u16(), status, "{who} {method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    async fn get(&self, who: &str, path: &str) -> Value {
        self.json(who, Method::GET, path, None, 200).await
    }

    async fn post(&self, who: &str, path: &str, body: Value, status: u16) -> Value {
        self.json(who, Method::POST, path, Some(body), status).await
    }

    /// A group of this person; its id.
    async fn group(&self, who: &str, name: &str) -> String {
        let made = self.post(who, "/v1/groups", json!({ "name": name }), 201).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// Puts somebody into a group.
    async fn add(&self, group: &str, who: &str, role: &str) {
        let body = json!({ "user_id": self.ids[who], "role": role });
        self.post("ada", &format!("/v1/groups/{group}/members"), body, 201)
            .await;
    }

    /// The sentences of this person's own log, newest first.
    async fn sentences(&self, who: &str) -> Vec<String> {
        let path = format!("/v1/activities?q=user:{}", self.ids[who]);
        let key = self.test.key(Scope::Read);
        let request = self.test.client.get(self.test.url(&path)).bearer_auth(key);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        let rows = page["data"].as_array().unwrap_or_else(|| panic!("{page}"));
        rows.iter()
            .map(|row| row["sentence"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_created_filled_by_invitation_used_left_and_deleted() {
    let api = Api::start().await;
    let response = api
        .ask("mia", Method::POST, "/v1/groups", Some(json!({ "name": "Field team" })))
        .await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let location = response.headers()[LOCATION].to_str().unwrap().to_owned();
    let made: Value = response.json().await.unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(location, format!("/v1/groups/{id}"));
    assert_eq!((&made["role"], &made["members"]), (&json!("owner"), &json!(1)));

    let path = format!("/v1/groups/{id}/invitations");
    let list = json!({ "addresses": ["Sam <sam@example.com>", "ann@example.com", "nonsense"] });
    let answer = api.post("mia", &path, list, 200).await;
    let results: Vec<_> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["result"].clone())
        .collect();
    assert_eq!(results, ["invited", "invited", "invalid"]);
    assert_eq!(api.get("mia", &path).await["data"].as_array().unwrap().len(), 2);

    let mine = api.get("sam", "/v1/invitations").await;
    assert_eq!(mine["data"][0]["group"]["name"], "Field team");
    let invitation = mine["data"][0]["id"].as_str().unwrap();
    let joined = api
        .post("sam", &format!("/v1/invitations/{invitation}/accept"), json!({}), 200)
        .await;
    assert_eq!(joined["role"], "member");
    let mine = api.get("ann", "/v1/invitations").await;
    let declined = mine["data"][0]["id"].as_str().unwrap();
    let again = format!("/v1/invitations/{declined}/resend");
    api.json("mia", Method::POST, &again, None, 204).await;
    api.json(
        "ann",
        Method::POST,
        &format!("/v1/invitations/{declined}/decline"),
        None,
        204,
    )
    .await;

    let chosen = api
        .json(
            "sam",
            Method::PUT,
            "/v1/me/default-group",
            Some(json!({ "group_id": id })),
            200,
        )
        .await;
    assert_eq!(chosen["is_default"], true);
    api.json("sam", Method::POST, &format!("/v1/groups/{id}/leave"), None, 204)
        .await;
    api.json("mia", Method::POST, &format!("/v1/groups/{id}/leave"), None, 409)
        .await;
    api.json("mia", Method::DELETE, &format!("/v1/groups/{id}"), None, 204)
        .await;
    api.json("mia", Method::GET, &format!("/v1/groups/{id}"), None, 404)
        .await;

    let of_sam = api.sentences("sam").await;
    for sentence in [
        format!("Accepted invitation to join Field team ({id})"),
        format!("Joined group: Field team ({id})"),
        format!("Set default group: Field team ({id})"),
        format!("Left group: Field team ({id})"),
    ] {
        assert!(of_sam.contains(&sentence), "{sentence} is not in {of_sam:#?}");
    }
    let declined = format!("Declined invitation to join Field team ({id})");
    assert!(api.sentences("ann").await.contains(&declined));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_need_the_version_that_was_read() {
    let api = Api::start().await;
    let id = api.group("mia", "Field team").await;
    api.add(&id, "sam", "member").await;
    let group = format!("/v1/groups/{id}");
    let member = format!("{group}/members/{}", api.ids["sam"]);
    for (path, body) in [
        (&group, json!({ "name": "Coast team" })),
        (&member, json!({ "role": "administrator" })),
    ] {
        let read = api.ask("mia", Method::GET, path, None).await;
        let tag = read.headers()[ETAG].to_str().unwrap().to_owned();
        let patch = async |tag: Option<&str>| api.ask_if("mia", Method::PATCH, path, Some(body.clone()), tag).await;
        assert_eq!(patch(None).await.status(), StatusCode::PRECONDITION_REQUIRED, "{path}");
        let done = patch(Some(&tag)).await;
        assert_eq!(done.status(), StatusCode::OK, "{path}");
        assert_ne!(done.headers()[ETAG].to_str().unwrap(), tag);
        assert_eq!(
            patch(Some(&tag)).await.status(),
            StatusCode::PRECONDITION_FAILED,
            "{path}"
        );
        assert_eq!(patch(Some("*")).await.status(), StatusCode::OK, "{path}");
    }
    assert_eq!(api.get("mia", &group).await["name"], "Coast team");
    assert_eq!(api.get("mia", &member).await["role"], "administrator");
    let unknown = api
        .json("mia", Method::POST, "/v1/groups", Some(json!({ "nam": "x" })), 400)
        .await;
    assert_eq!(unknown["errors"][0]["pointer"], "/nam");
    let empty = api
        .json("mia", Method::POST, "/v1/groups", Some(json!({ "name": " " })), 422)
        .await;
    assert_eq!(empty["errors"][0]["pointer"], "/name");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_paged_without_a_gap_and_found_by_a_beginning() {
    let api = Api::start().await;
    let id = api.group("mia", "Field team").await;
    for who in ["sam", "ann", "otto"] {
        api.add(&id, who, "member").await;
    }
    let (mut path, mut names) = (format!("/v1/groups/{id}/members?limit=1"), Vec::new());
    loop {
        let response = api.ask("mia", Method::GET, &path, None).await;
        let link = response
            .headers()
            .get(LINK)
            .map(|link| link.to_str().unwrap().to_owned());
        let page: Value = response.json().await.unwrap();
        assert_eq!(page["page"]["has_more"], link.is_some());
        names.push(page["data"][0]["name"].as_str().unwrap().to_owned());
        let Some(link) = link else { break };
        path = link[1..link.find('>').unwrap()].to_owned();
    }
    assert_eq!(names, ["ann Jones", "Mia Silva", "Otto Weber", "sam Jones"]);
    let members = format!("/v1/groups/{id}/members");
    let found = api.get("mia", &format!("{members}?find=jones&role=member")).await;
    assert_eq!(found["data"].as_array().unwrap().len(), 2);
    assert_eq!(found["data"][0]["email"], "ann@example.com");
    assert_eq!(
        api.get("sam", &members).await["data"][0]["email"],
        Value::Null,
        "a member sees no addresses"
    );
    for wrong in ["?role=king", "?limit=0", "?limit=1001", "?find=a&find=b", "?x=1"] {
        api.json("mia", Method::GET, &format!("{members}{wrong}"), None, 400)
            .await;
    }
    api.json("mia", Method::GET, &format!("{members}?after=x"), None, 400)
        .await;
    api.json("mia", Method::GET, "/v1/groups?all=true", None, 403).await;
    assert_eq!(
        api.get("ada", "/v1/groups?all=true&find=fie").await["data"][0]["standing"],
        "owner"
    );
}

/// Every route of a group, with something to send.
fn routes_of(group: &str, user: &str, invitation: &str) -> Vec<(Method, String, Option<Value>)> {
    let of = |rest: &str| format!("/v1/groups/{group}{rest}");
    vec![
        (Method::GET, of(""), None),
        (Method::PATCH, of(""), Some(json!({ "name": "Mine now" }))),
        (Method::DELETE, of(""), None),
        (Method::POST, of("/leave"), None),
        (Method::GET, of("/subgroups"), None),
        (Method::POST, of("/subgroups"), Some(json!({ "name": "Below" }))),
        (Method::GET, of("/members"), None),
        (Method::POST, of("/members"), Some(json!({ "user_id": user }))),
        (Method::GET, of(&format!("/members/{user}")), None),
        (
            Method::PATCH,
            of(&format!("/members/{user}")),
            Some(json!({ "role": "owner" })),
        ),
        (Method::DELETE, of(&format!("/members/{user}")), None),
        (Method::GET, of("/invitations"), None),
        (
            Method::POST,
            of("/invitations"),
            Some(json!({ "addresses": ["x@example.com"] })),
        ),
        (Method::DELETE, format!("/v1/invitations/{invitation}"), None),
        (Method::POST, format!("/v1/invitations/{invitation}/resend"), None),
        (Method::POST, format!("/v1/invitations/{invitation}/accept"), None),
        (Method::POST, format!("/v1/invitations/{invitation}/decline"), None),
        (
            Method::PUT,
            "/v1/me/default-group".to_owned(),
            Some(json!({ "group_id": group })),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_group_does_not_exist_whatever_id_is_sent() {
    let api = Api::start().await;
    let theirs = api.group("mia", "Theirs").await;
    api.add(&theirs, "ann", "member").await;
    let own = api.group("sam", "Own").await;
    let invited = json!({ "addresses": ["x@example.com"] });
    let path = format!("/v1/groups/{theirs}/invitations");
    let answer = api.post("mia", &path, invited, 200).await;
    let invitation = answer["data"][0]["id"].as_str().unwrap().to_owned();

    for group in [theirs.as_str(), "grp_none", "x' OR '1'='1"] {
        let group = group.replace(' ', "%20").replace('\'', "%27");
        for (method, path, body) in routes_of(&group, &api.ids["ann"], &invitation) {
            let answer = api.ask_if("sam", method.clone(), &path, body, Some("*")).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{method} {path}");
        }
    }
    // Their member, asked for through one's own group.
    for (method, body) in [
        (Method::GET, None),
        (Method::PATCH, Some(json!({ "role": "owner" }))),
        (Method::DELETE, None),
    ] {
        let path = format!("/v1/groups/{own}/members/{}", api.ids["ann"]);
        let answer = api.ask_if("sam", method.clone(), &path, body, Some("*")).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{method} {path}");
    }
    let owner = json!({ "name": "Theirs too", "owner_id": api.ids["ann"] });
    api.post("sam", "/v1/groups", owner, 403).await;
    let seen = api.get("mia", &format!("/v1/groups/{theirs}")).await;
    assert_eq!((&seen["name"], &seen["members"]), (&json!("Theirs"), &json!(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_and_auditors_change_nothing() {
    let api = Api::start().await;
    let id = api.group("mia", "Field team").await;
    api.add(&id, "ann", "member").await;
    api.add(&id, "sam", "member").await;
    let answer = api
        .post(
            "mia",
            &format!("/v1/groups/{id}/invitations"),
            json!({ "addresses": ["x@example.com"] }),
            200,
        )
        .await;
    let invitation = answer["data"][0]["id"].as_str().unwrap().to_owned();
    for (method, path, body) in routes_of(&id, &api.ids["sam"], &invitation) {
        let own = path.ends_with("/leave") || path.ends_with("/default-group");
        if method == Method::GET || own {
            continue;
        }
        let expected = if path.starts_with("/v1/invitations") { 404 } else { 403 };
        for who in ["ann", "otto"] {
            let answer = api.ask_if(who, method.clone(), &path, body.clone(), Some("*")).await;
            let found = answer.status().as_u16();
            assert!(
                found == expected || (who == "otto" && (found == 404 || found == 403)),
                "{who} {method} {path}: {found}"
            );
        }
    }
    assert_eq!(api.get("mia", &format!("/v1/groups/{id}")).await["members"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_accepted_fifty_times_at_once_is_accepted_once() {
    let api = std::sync::Arc::new(Api::start().await);
    let id = api.group("mia", "Field team").await;
    let body = json!({ "addresses": ["sam@example.com"] });
    let answer = api
        .post("mia", &format!("/v1/groups/{id}/invitations"), body, 200)
        .await;
    let path = format!("/v1/invitations/{}/accept", answer["data"][0]["id"].as_str().unwrap());
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (api, path) = (api.clone(), path.clone());
        tries.spawn(async move { api.ask("sam", Method::POST, &path, None).await.status() });
    }
    let statuses = tries.join_all().await;
    let count = |wanted: StatusCode| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!(
        (count(StatusCode::OK), count(StatusCode::NOT_FOUND)),
        (1, 49),
        "{statuses:?}"
    );
    let joined = api.sentences("sam").await;
    assert_eq!(
        joined
            .iter()
            .filter(|sentence| sentence.starts_with("Joined group"))
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_of_groups_is_described() {
    let api = Api::start().await;
    let document: Value = api
        .test
        .client
        .get(api.test.url("/openapi.json"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    for (method, path, _) in routes_of("{id}", "{user_id}", "{id}") {
        let described = &document["paths"][&path][method.as_str().to_lowercase()];
        assert!(described["operationId"].is_string(), "{method} {path} is not described");
        assert!(described["responses"]["404"].is_object(), "{method} {path} has no 404");
    }
}
