//! Sources that number their events: sent with activities, shown at `/v1/integrity/sources` and on the page Integrity.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

/// Sends activities with these numbers, and what else each says.
async fn send(test: &TestApp, numbers: &[u64], more: Value) -> (u16, Value) {
    let item = |number: &u64| {
        let mut item = json!({ "activity": "invoice.paid", "user": { "id": "24" }, "sequence": number });
        let more = more.as_object().unwrap().clone();
        item.as_object_mut().unwrap().extend(more);
        item
    };
    let items: Vec<Value> = numbers.iter().map(item).collect();
    let request = test
        .client
        .post(test.url("/v1/activities"))
        .bearer_auth(test.key(Scope::Write));
    let answer = request.json(&items).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn sources(test: &TestApp, query: &str) -> Value {
    let answer = test.get(&format!("/v1/integrity/sources{query}"), As::Auditor).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_source_numbered_and_never_came_is_shown_until_it_comes() {
    let test = TestApp::start().await;
    assert_eq!(sources(&test, "").await["data"], json!([]));
    let web = json!({ "source": "web-1 <b>", "epoch": "boot 1" });
    let (status, recorded) = send(&test, &[41, 42, 45], web.clone()).await;
    assert_eq!(status, 202, "{recorded}");
    let id = recorded["items"][0]["id"].as_u64().unwrap();
    let row: Value = test
        .get(&format!("/v1/activities/{id}"), As::Administrator)
        .await
        .json()
        .await
        .unwrap();
    assert!(row.get("sequence").is_none() && row.get("source").is_none(), "{row}");

    let listed = sources(&test, "").await;
    let one = &listed["data"][0];
    assert_eq!(
        (&one["source"], &one["epoch"]),
        (&json!("web-1 <b>"), &json!("boot 1")),
        "{listed}"
    );
    assert_eq!(
        (&one["lowest"], &one["highest"], &one["missing"]),
        (&json!(41), &json!(45), &json!(2))
    );
    assert_eq!(one["of"]["kind"], "reporter");
    let gap = &one["gaps"][0];
    assert_eq!(
        (&gap["first"], &gap["last"], &gap["since"]),
        (&json!(43), &json!(44), &one["heard_at"])
    );
    assert_eq!(
        (&one["late"], &one["folded"], &one["repeated"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let page = test.get("/admin/integrity", As::Auditor).await.text().await.unwrap();
    assert!(
        page.contains("2: 43 to 44") && page.contains("web-1 &lt;b&gt;"),
        "{page}"
    );

    send(&test, &[43, 44, 44], web).await;
    let listed = sources(&test, "").await;
    let one = &listed["data"][0];
    assert_eq!(
        (&one["missing"], &one["late"]["count"], &one["repeated"]["count"]),
        (&json!(0), &json!(2), &json!(1))
    );
    assert!(
        one["late"]["last_by_ms"].as_u64() <= one["late"]["most_by_ms"].as_u64(),
        "{one}"
    );

    // Begun anew, and another source: each is its own, and lists go on.
    send(&test, &[1], json!({ "source": "web-1 <b>", "epoch": "boot 2" })).await;
    send(&test, &[1], json!({})).await;
    let first = sources(&test, "?limit=2").await;
    let next = first["page"]["next"].as_str().unwrap();
    let second = sources(&test, &format!("?limit=2&after={next}")).await;
    let all = [&first, &second]
        .into_iter()
        .flat_map(|page| page["data"].as_array().unwrap());
    let all: Vec<(&str, &str, bool)> = all
        .map(|one| {
            (
                one["source"].as_str().unwrap(),
                one["epoch"].as_str().unwrap(),
                one["is_over"] == true,
            )
        })
        .collect();
    assert_eq!(
        all,
        [
            ("", "", false),
            ("web-1 <b>", "boot 1", true),
            ("web-1 <b>", "boot 2", false)
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_is_none_refuses_its_item_and_leaves_a_gap() {
    let test = TestApp::start().await;
    let (status, wrong) = send(&test, &[7], json!({ "sequence": "seven" })).await;
    assert_eq!(
        (status, &wrong["errors"][0]["pointer"]),
        (400, &json!("/sequence")),
        "{wrong}"
    );
    let items = json!([
        { "activity": "a.b", "sequence": 1 },
        { "activity": "not a type", "sequence": 2 },
        { "activity": "a.b", "sequence": 3 },
    ]);
    let request = test
        .client
        .post(test.url("/v1/activities"))
        .bearer_auth(test.key(Scope::Write));
    assert_eq!(request.json(&items).send().await.unwrap().status(), 202);
    let listed = sources(&test, "").await;
    assert_eq!(listed["data"][0]["gaps"][0]["first"], 2, "{listed}");
}
