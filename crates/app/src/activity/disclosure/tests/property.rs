//! *Rows of somebody were given ⇔ they are told so*, with their number, over random queries, readers and ways.

use std::collections::BTreeMap;

use activity::Time;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::{World, is_of, value};
use crate::Caller;
use crate::activity::{FollowRequest, LogScope, ViewRequest, follow, get, take, view};
use crate::exports::tests::{asked, exported};
use crate::exports::{self, Format, State};
use crate::zone::ZoneChoice;

/// How somebody reads.
#[derive(Clone, Copy, Debug)]
enum Way {
    Page,
    PagesToTheEnd,
    OneByOne,
    Following,
    Export,
    CommandLineExport,
    Download,
}

const WAYS: [Way; 7] = [
    Way::Page,
    Way::PagesToTheEnd,
    Way::OneByOne,
    Way::Following,
    Way::Export,
    Way::CommandLineExport,
    Way::Download,
];

/// Who reads.
#[derive(Clone, Copy, Debug)]
enum Who {
    Administrator,
    Auditor,
    CommandLine,
    /// A key of the administrator's own.
    OwnKey,
    /// A key that the administrator made for Bob.
    KeyForBob,
    /// Bob himself.
    Bob,
}

const WHO: [Who; 6] = [
    Who::Administrator,
    Who::Auditor,
    Who::CommandLine,
    Who::OwnKey,
    Who::KeyForBob,
    Who::Bob,
];

/// Texts of queries, nested and negated.
fn query() -> impl Strategy<Value = String> {
    let terms = [
        "user:bo*",
        "user:bob",
        "user:cara",
        "user:me",
        "by:administrator",
        "by:bob",
        "by:self",
        "id:4..9",
        "id:5,7,11",
        "id:>=6",
        "outcome:failure",
        "activity:user.*",
        "activity:log.*,export.*",
        "bob@example.com",
        "logged",
        "has:user",
        "ip:198.51.100.0/24",
        "application:web*",
        "nobody-at-all",
    ];
    let term = prop::sample::select(terms.map(str::to_owned).to_vec());
    let nested = term.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} OR {other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} {other})")),
            inner.prop_map(|inner| format!("-({inner})")),
        ]
    });
    prop_oneof![1 => Just(String::new()), 9 => nested]
}

impl World {
    async fn reader(&self, who: Who) -> Caller {
        match who {
            Who::Administrator => self.ada.clone(),
            Who::Auditor => self.otto.clone(),
            Who::CommandLine => Caller::command_line(),
            Who::OwnKey => self.key(&self.ada, &self.ada).await,
            Who::KeyForBob => self.key(&self.bob, &self.ada).await,
            Who::Bob => self.bob.clone(),
        }
    }

    /// What the reader is given, row by row.
    async fn read(&self, reader: &Caller, way: Way, scope: &LogScope, q: &str) -> Vec<Value> {
        let app = &self.setup.app;
        let mut request = ViewRequest {
            q: q.to_owned(),
            limit: 3,
            ..ViewRequest::default()
        };
        let mut given = Vec::new();
        match way {
            Way::Page => given.extend(view(app, reader, scope, &request).await.unwrap().rows.iter().map(value)),
            Way::PagesToTheEnd => loop {
                let page = view(app, reader, scope, &request).await.unwrap();
                given.extend(page.rows.iter().map(value));
                request.after = page.older;
                if request.after.is_none() {
                    break;
                }
            },
            Way::OneByOne => {
                for seq in [2, 6, 9, 12, 14] {
                    given.extend(get(app, reader, seq).await.unwrap().iter().map(value));
                }
            }
            Way::Following => given = self.followed(reader, scope, q).await,
            Way::Export => {
                let text = exported(app, reader, scope, &asked(q, Format::Jsonl)).await;
                let lines = std::str::from_utf8(&text).unwrap().lines();
                given.extend(lines.map(|line| serde_json::from_str::<Value>(line).unwrap()));
            }
            Way::CommandLineExport => {
                let mut taken = take(app, reader, scope, &request).await.unwrap();
                while let Some(rows) = taken.next().await.unwrap() {
                    given.extend(rows.iter().map(value));
                }
            }
            Way::Download => given = self.downloaded(reader).await,
        }
        given
    }

    async fn followed(&self, reader: &Caller, scope: &LogScope, q: &str) -> Vec<Value> {
        let mut request = FollowRequest {
            q: q.to_owned(),
            from: None,
            to: None,
            zone: jiff::tz::TimeZone::UTC,
            after: None,
            limit: 4,
            hides_reads: false,
        };
        let mut given = Vec::new();
        // To the end, and past what the reading itself leaves: that has an end too.
        for polled in 0.. {
            assert!(polled < 200, "following meets its own reads for ever");
            let page = follow(&self.setup.app, reader, scope, &request).await.unwrap();
            given.extend(page.rows.iter().map(value));
            if page.rows.is_empty() {
                break;
            }
            request.after = Some(page.next);
        }
        given
    }

    /// The file of Bob's log, made by the administrator: its rows by what the log held when it was made.
    async fn downloaded(&self, reader: &Caller) -> Vec<Value> {
        let (app, bob) = (&self.setup.app, self.bob.person.id.as_str());
        let made = exports::generate_user_csv(app, &self.ada, bob, &ZoneChoice::utc(), None).await;
        let mut export = made.unwrap();
        while export.state != State::Done {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            export = exports::get(app, &self.ada, &export.id).await.unwrap().unwrap();
        }
        let before = self.rows_told().await;
        let Some(_file) = exports::open_part(app, reader, &export.id, exports::Part::File)
            .await
            .unwrap()
        else {
            assert_eq!(self.rows_told().await, before, "a file that is not given tells nobody");
            return Vec::new();
        };
        let size = export.complete_through.unwrap().size;
        let all = self.setup.all(&format!("user:={bob}")).await;
        all.iter().filter(|row| row.seq < size).map(value).collect()
    }
}

/// What everybody has to be told of these rows.
fn expected(world: &World, reader: &Caller, (who, way): (Who, Way), given: &[Value]) -> BTreeMap<String, u64> {
    let me = reader.person.id.as_str();
    let owns = !matches!(who, Who::KeyForBob);
    let is_own = |row: &&Value| {
        // Who follows the log is not told of what they read of their own reading.
        let said_by_me = matches!(way, Way::Following) && row["activity"] == "log.viewed" && row["by"]["id"] == me;
        (owns && row["user"]["id"] == me) || said_by_me
    };
    let of_others: Vec<&Value> = given.iter().filter(|row| !is_own(row)).collect();
    let people = [&world.ada, &world.otto, &world.bob, &world.cara].map(|caller| caller.person.id.as_str());
    people
        .into_iter()
        .map(|person| {
            let is_told = !owns || person != me;
            let rows = of_others.iter().filter(|row| is_told && is_of(row, person)).count();
            (person.to_owned(), rows as u64)
        })
        .collect()
}

#[test]
fn rows_of_somebody_were_given_exactly_if_they_are_told_so() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::new());
    let everybody = any::<bool>();
    let cases = (
        query(),
        prop::sample::select(&WHO[..]),
        prop::sample::select(&WAYS[..]),
        everybody,
    );
    let config = Config {
        cases: 160,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&cases, |(q, who, way, everybody)| {
            runtime.block_on(async {
                // Not within the time in which the same answer is told of once.
                world.setup.clock.advance(2 * 3_600 * Time::SECOND);
                let reader = world.reader(who).await;
                let scope = match (reader.reads_everything(), everybody) {
                    (true, true) => LogScope::Everything,
                    (true, false) => LogScope::User(world.bob.person.id.clone()),
                    (false, _) => LogScope::Me,
                };
                let before = world.rows_told().await;
                let given = world.read(&reader, way, &scope, &q).await;
                let after = world.rows_told().await;
                let told: BTreeMap<_, _> = after
                    .into_iter()
                    .map(|(id, rows)| (id.clone(), rows - before[&id]))
                    .collect();
                let ids: Vec<_> = given.iter().map(|row| &row["id"]).collect();
                let right = expected(&world, &reader, (who, way), &given);
                assert_eq!(told, right, "{way:?} of {scope:?} by {who:?} gave {ids:?}");
            });
            Ok(())
        })
        .unwrap();
}
