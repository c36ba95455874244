//! Saved searches and the display of a view over HTTP: the forms, the default, and the API.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::{CONTENT_TYPE, COOKIE, ETAG, IF_MATCH, LOCATION};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::TestApp;
use web::Scope;

async fn get(test: &TestApp, path: &str, cookie: &str) -> Response {
    test.client
        .get(test.url(path))
        .header(COOKIE, cookie)
        .send()
        .await
        .unwrap()
}

async fn post(test: &TestApp, path: &str, cookie: &str, form: &str) -> Response {
    let request = test.client.post(test.url(path)).header(COOKIE, cookie);
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(form.to_owned()).send().await.unwrap()
}

fn location(response: &Response) -> String {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_is_saved_opened_changed_copied_and_deleted_by_forms_alone() {
    let test = TestApp::start().await;
    let cookie = test.cookie("ada").await;
    let page = get(&test, "/activity?q=outcome:success&from=-7d", &cookie)
        .await
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("Save search") && page.contains("action=\"/saved-searches\""),
        "{page}"
    );
    let form = "log=everything&base=%2Factivity&q=outcome%3Asuccess&from=-7d&cols=what%2Cid&density=compact&name=Failures+%3Cb%3E";
    let to = location(&post(&test, "/saved-searches", &cookie, form).await);
    assert!(
        to.starts_with("/activity?q=outcome:success&from=-7d&cols=time,what,id&density=compact&saved=srch_"),
        "{to}"
    );
    let id = to.rsplit_once("saved=").unwrap().1.to_owned();
    let page = get(&test, &to, &cookie).await.text().await.unwrap();
    assert!(
        page.contains("Failures &lt;b&gt;") && !page.contains("Failures <b>"),
        "{page}"
    );
    assert!(page.contains("data-column=\"id\"") && !page.contains("data-column=\"where\""));
    assert!(page.contains(" own compact"));

    let again = post(&test, "/saved-searches", &cookie, form).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = again.text().await.unwrap();
    assert!(
        text.contains("already; choose another name") && text.contains("value=\"outcome:success\""),
        "{text}"
    );

    let edit = format!("/saved-searches/{id}");
    let page = get(&test, &edit, &cookie).await.text().await.unwrap();
    assert!(page.contains("name=\"version\" value=\"1\""), "{page}");
    let wrong = post(&test, &edit, &cookie, "version=1&name=Odd&q=outcom%3Afailure").await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().await.unwrap().contains("value=\"outcom:failure\""));
    let changed = post(
        &test,
        &edit,
        &cookie,
        "version=1&name=Odd&q=outcome%3Afailure&default=1",
    )
    .await;
    assert_eq!(location(&changed), "/saved-searches");
    let stale = post(&test, &edit, &cookie, "version=1&name=Odder").await;
    assert_eq!(stale.status(), StatusCode::CONFLICT);
    location(&post(&test, &format!("{edit}/copy"), &cookie, "").await);
    let page = get(&test, "/saved-searches", &cookie).await.text().await.unwrap();
    assert!(page.contains("Odd (copy)") && page.contains("Default"), "{page}");
    assert_eq!(
        location(&post(&test, &format!("{edit}/delete"), &cookie, "").await),
        "/saved-searches"
    );
    assert_eq!(get(&test, &edit, &cookie).await.status(), StatusCode::NOT_FOUND);
    for code in ["saved_search.created", "saved_search.changed", "saved_search.deleted"] {
        assert!(!test.of_type(code).await.is_empty(), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_begins_with_its_default_and_everything_is_still_a_click_away() {
    let test = TestApp::start().await;
    let cookie = test.cookie("mia").await;
    let mine = "/settings/activity-logs";
    assert_eq!(get(&test, mine, &cookie).await.status(), StatusCode::OK);
    let form = "log=me&base=%2Fsettings%2Factivity-logs&q=activity%3Auser.locked&name=Locked&default=1";
    let saved = location(&post(&test, "/saved-searches", &cookie, form).await);
    assert_eq!(location(&get(&test, mine, &cookie).await), saved);
    let page = get(&test, &saved, &cookie).await.text().await.unwrap();
    assert!(
        page.contains("/settings/activity-logs?saved="),
        "what is left without the query is not the default again"
    );
    let id = saved.rsplit_once("saved=").unwrap().1;
    assert_eq!(
        get(&test, &format!("{mine}?saved={id}"), &cookie).await.status(),
        StatusCode::OK
    );
    let others = test.cookie("ada").await;
    assert_eq!(
        get(&test, mine, &others).await.status(),
        StatusCode::OK,
        "a default is one's own"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_and_density_are_kept_and_stand_in_the_address() {
    let test = TestApp::start().await;
    let cookie = test.cookie("otto").await;
    let form = "base=%2Factivity&of=many&q=outcome%3Asuccess&column=time&column=who&column=what&column=group&up=group&density=compact";
    let to = location(&post(&test, "/activity/display", &cookie, form).await);
    assert_eq!(
        to,
        "/activity?q=outcome:success&cols=time,who,group,what&density=compact"
    );
    let page = get(&test, "/activity", &cookie).await.text().await.unwrap();
    let order: Vec<&str> = page
        .split("data-column=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(order, ["time", "who", "group", "what"]);
    let page = get(&test, "/activity?cols=who,shoe%3Cb%3E", &cookie).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(
        page.contains("There is no column `shoe&lt;b&gt;`; it was left out."),
        "{page}"
    );
    let usual = post(&test, "/activity/display", &cookie, "base=%2Factivity&of=many&usual=1").await;
    assert_eq!(location(&usual), "/activity");
    let page = get(&test, "/activity", &cookie).await.text().await.unwrap();
    assert!(page.contains("data-column=\"where\"") && !page.contains(" own compact"));
    let elsewhere = post(
        &test,
        "/activity/display",
        &cookie,
        "base=https%3A%2F%2Fevil.example&of=many",
    )
    .await;
    assert!(location(&elsewhere).starts_with('/'));
}

async fn call(test: &TestApp, method: Method, path: &str, body: Option<Value>) -> Response {
    let request = test
        .client
        .request(method, test.url(path))
        .bearer_auth(test.key(Scope::Admin));
    let request = request.header(IF_MATCH, "*");
    match body {
        Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
        None => request,
    }
    .send()
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_does_what_the_pages_do() {
    let test = TestApp::start().await;
    let new =
        json!({ "log": "me", "name": "Failures", "q": "outcome:failure", "columns": ["who"], "is_default": true });
    let made = call(&test, Method::POST, "/v1/saved-searches", Some(new.clone())).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    assert_eq!(made.headers()[ETAG], "\"v1\"");
    let at = made.headers()[LOCATION].to_str().unwrap().to_owned();
    let made: Value = serde_json::from_str(&made.text().await.unwrap()).unwrap();
    assert_eq!(made["columns"], json!(["time", "what", "who"]));
    assert_eq!((&made["is_mine"], &made["shared_with"]), (&json!(true), &Value::Null));
    let twice = call(&test, Method::POST, "/v1/saved-searches", Some(new)).await;
    assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let odd = json!({ "log": "me", "name": "Odd", "columns": ["shoe"] });
    let odd = call(&test, Method::POST, "/v1/saved-searches", Some(odd)).await;
    assert_eq!(odd.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(odd.text().await.unwrap().contains("There is no column `shoe`"));
    let edited = call(
        &test,
        Method::PATCH,
        &at,
        Some(json!({ "name": "Others", "density": "compact" })),
    )
    .await;
    assert_eq!(edited.headers()[ETAG], "\"v2\"");
    let copied = call(&test, Method::POST, &format!("{at}/copy"), None).await;
    assert_eq!(copied.status(), StatusCode::CREATED);
    let list = call(&test, Method::GET, "/v1/saved-searches", None).await;
    let list: Value = serde_json::from_str(&list.text().await.unwrap()).unwrap();
    let names: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Others", "Others (copy)"]);
    assert_eq!(
        call(&test, Method::DELETE, &at, None).await.status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        call(&test, Method::GET, &at, None).await.status(),
        StatusCode::NOT_FOUND
    );
}
