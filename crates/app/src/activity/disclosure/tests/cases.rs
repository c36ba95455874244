//! Cases that once escaped, and what a disclosure costs the log.

use activity::Time;
use futures::StreamExt as _;

use super::{World, log_in};
use crate::activity::{FollowRequest, LogScope, ViewError, ViewRequest, follow, get, view};
use crate::exports::Format;
use crate::exports::tests::{asked, exported as made};
use crate::privacy::{Form, Through, export_my_data, readers};
use crate::{Caller, PageRequest};

fn asking(q: &str) -> ViewRequest {
    ViewRequest {
        q: q.to_owned(),
        ..ViewRequest::default()
    }
}

async fn exported(world: &World, reader: &Caller, q: &str) -> usize {
    let request = asked(q, Format::Jsonl);
    let file = made(&world.setup.app, reader, &LogScope::Everything, &request).await;
    file.iter().filter(|byte| **byte == b'\n').count()
}

#[tokio::test]
async fn no_wording_hides_whose_rows_are_read() {
    let world = World::new().await;
    let his = world.setup.all(&format!("user:={}", world.bob.person.id)).await;
    let his = his.last().unwrap().seq;
    let ways = [
        format!("user:bo* OR id:{his}"),
        format!("\"bob@example.com\" OR id:{his}"),
        "-(-user:bob)".to_owned(),
        format!("id:{his}"),
        "bob*".to_owned(),
        String::new(),
    ];
    for (at, q) in ways.iter().enumerate() {
        let shown = view(&world.setup.app, &world.otto, &LogScope::Everything, &asking(q)).await;
        let bobs = |row: &&activity::Activity| {
            let is_bob = |person: &activity::Person| person.id == world.bob.person.id;
            row.user.as_ref().is_some_and(is_bob) || row.by.person().is_some_and(is_bob)
        };
        let rows = shown.unwrap().rows.iter().filter(bobs).count() as u64;
        let told = world.told(&world.bob).await;
        assert_eq!(told.len(), at + 1, "{q}");
        let asked = activity::query::parse(q, &jiff::tz::TimeZone::UTC).unwrap().to_string();
        let told = told.iter().find(|one| one.query == asked).unwrap();
        assert!(rows > 0 && told.rows == rows, "{q}: {told:?}");
        assert_eq!(told.reader.id, world.otto.person.id);
        assert_eq!(told.ip.as_deref(), Some("203.0.113.7"));
    }
    assert!(world.told(&world.otto).await.is_empty(), "nobody is told of themself");
}

#[tokio::test]
async fn an_export_tells_everybody_in_it_however_far_down_they_are() {
    let world = World::new().await;
    let app = &world.setup.app;
    // Fifty newer rows of one, so that no first page shows the other.
    world.setup.clock.advance(Time::SECOND);
    let newer = (0..60).map(|_| activity::Facts {
        occurred_at: world.setup.now(),
        ..log_in(&world.bob.person)
    });
    world.setup.append(newer).await;
    let lines = exported(&world, &world.otto, "user:bob OR user:cara").await;
    let (bob, cara) = (world.told(&world.bob).await, world.told(&world.cara).await);
    assert_eq!((bob.len(), cara.len()), (1, 1));
    assert_eq!(bob[0].form, Form::File);
    assert!(bob[0].rows + cara[0].rows >= lines as u64 && cara[0].rows < 5);
    let size = app.log().head().await.unwrap().through.size;
    assert_eq!(exported(&world, &world.otto, "").await as u64, size);
    assert_eq!(world.told(&world.cara).await.len(), 2, "each file is one of its own");
}

#[tokio::test]
async fn an_export_of_very_many_people_tells_each_of_them() {
    let world = World::new().await;
    let people: Vec<Caller> = (0..700)
        .map(|n| {
            let mut one = world.bob.clone();
            one.person.id = format!("usr_{n}");
            one
        })
        .collect();
    for chunk in 0..4 {
        let rows = people.iter().map(|one| log_in(&one.person));
        world.setup.append(rows.skip(chunk % 2)).await;
    }
    exported(&world, &world.ada, "").await;
    for one in [&people[0], &people[1], &people[699]] {
        let told = world.told(one).await;
        let rows = if one.person.id == "usr_0" { 2 } else { 4 };
        assert_eq!((told.len(), told[0].rows), (1, rows));
    }
}

#[tokio::test]
async fn a_key_that_somebody_made_for_me_is_not_me_and_is_named() {
    let world = World::new().await;
    let app = &world.setup.app;
    let foreign = world.key(&world.bob, &world.ada).await;
    view(app, &foreign, &LogScope::Me, &asking("")).await.unwrap();
    let told = world.told(&world.bob).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].through, Through::ApiKey("Nightly".to_owned()));
    let mut data = export_my_data(app, &foreign).await.unwrap();
    while let Some(chunk) = data.chunks.next().await {
        chunk.unwrap();
    }
    assert_eq!(world.told(&world.bob).await.len(), 2);

    let own = world.key(&world.bob, &world.bob).await;
    view(app, &own, &LogScope::Me, &asking("")).await.unwrap();
    view(app, &world.bob, &LogScope::Me, &asking("")).await.unwrap();
    get(app, &world.bob, world.setup.all("user:bob").await[0].seq)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.told(&world.bob).await.len(), 2, "one's own log, read by oneself");
}

#[tokio::test]
async fn reads_do_not_drown_the_log_and_a_reload_counts_once() {
    let world = World::new().await;
    let app = &world.setup.app;
    let scope = LogScope::User(world.bob.person.id.clone());
    let before = app.log().head().await.unwrap().through.size;
    // Forty minutes of clicking about, a question a minute, each answer loaded twice.
    for minute in 0..40 {
        for _ in 0..2 {
            let q = format!("-id:{}", 1_000 + minute);
            view(app, &world.ada, &scope, &asking(&q)).await.unwrap();
        }
        world.setup.clock.advance(60 * Time::SECOND);
    }
    let size = app.log().head().await.unwrap().through.size;
    assert_eq!(size - before, 3, "an activity in a quarter of an hour");
    let told = world.told(&world.bob).await;
    assert_eq!(told.len(), 40, "and every question is listed");
    let first = told.iter().find(|one| one.query.ends_with("-id:1000")).unwrap();
    let held = world
        .setup
        .all(&format!("user:={} -activity:log.viewed", world.bob.person.id))
        .await;
    assert_eq!(first.rows, held.len() as u64 + 1, "loaded anew, the look itself is new");
}

#[tokio::test]
async fn what_cannot_be_told_is_not_given_and_counts_for_nobody() {
    let world = World::new().await;
    let app = &world.setup.app;
    world.setup.store().refuse("INSERT", "disclosure").await.unwrap();
    let size = app.log().head().await.unwrap().through.size;
    for _ in 0..2 {
        let refused = view(app, &world.ada, &LogScope::Everything, &asking("user:bob")).await;
        assert!(matches!(refused, Err(ViewError::Unavailable(_))), "{refused:?}");
        assert!(get(app, &world.ada, 7).await.is_err());
    }
    assert_eq!(app.log().head().await.unwrap().through.size, size);
    world.setup.store().allow("INSERT", "disclosure").await.unwrap();
    let shown = view(app, &world.ada, &LogScope::Everything, &asking("user:bob"))
        .await
        .unwrap();
    let told = world.told(&world.bob).await;
    assert_eq!((told.len(), told[0].rows), (1, shown.rows.len() as u64));
    assert_eq!(world.setup.all("activity:log.viewed").await.len(), 1);
}

#[tokio::test]
async fn single_activities_are_one_line_that_lists_them() {
    let world = World::new().await;
    let his = world.setup.all(&format!("user:={}", world.bob.person.id)).await;
    for row in &his {
        get(&world.setup.app, &world.otto, row.seq).await.unwrap().unwrap();
    }
    let told = world.told(&world.bob).await;
    assert_eq!((told.len(), told[0].rows), (1, his.len() as u64));
    let ids: Vec<String> = his.iter().map(|row| row.seq.to_string()).collect();
    assert_eq!(told[0].query, format!("id:{}", ids.join(",")));
}

#[tokio::test]
async fn following_ends_although_it_leaves_activities_of_its_own() {
    let world = World::new().await;
    let app = &world.setup.app;
    for q in ["", "user:bob", "activity:log.*"] {
        let mut request = FollowRequest {
            q: q.to_owned(),
            from: None,
            to: None,
            zone: jiff::tz::TimeZone::UTC,
            after: None,
            limit: 100,
            hides_reads: false,
        };
        let mut empty = 0;
        for _ in 0..20 {
            // Slower than any window: each poll could leave an activity for the next one.
            world.setup.clock.advance(3 * 3_600 * Time::SECOND);
            let page = follow(app, &world.ada, &LogScope::Everything, &request).await.unwrap();
            request.after = Some(page.next);
            empty = if page.rows.is_empty() { empty + 1 } else { 0 };
        }
        assert!(empty >= 15, "{q}: it still meets its own reads");
    }
}

#[tokio::test]
async fn the_list_goes_on_over_pages_without_loss() {
    let world = World::new().await;
    let app = &world.setup.app;
    for n in 0..7 {
        world.setup.clock.advance(Time::SECOND);
        view(
            app,
            &world.ada,
            &LogScope::Everything,
            &asking(&format!("user:bob -id:{}", 500 + n)),
        )
        .await
        .unwrap();
    }
    let mut request = PageRequest { after: None, limit: 3 };
    let mut listed = Vec::new();
    loop {
        let page = readers(app, &world.bob, &request).await.unwrap();
        assert!(page.rows.len() <= 3);
        listed.extend(page.rows);
        request.after = page.turns.next;
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!(listed, world.told(&world.bob).await);
    assert!(listed.is_sorted_by(|newer, older| newer.first_at >= older.first_at));
    assert_eq!(listed.len(), 7);
    let wrong = PageRequest {
        after: Some("!".to_owned()),
        limit: 3,
    };
    assert!(readers(app, &world.bob, &wrong).await.is_err());
}
