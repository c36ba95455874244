//! Erasing a person: nothing of them is left, nothing else is lost, and every leaf stands.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use activity::query::Expr;
use activity::{
    Activity, By, Change, ERASED, Facts, Field, Named, Person, Recorder, Reporter, Target, Time, canonical, erased,
};
use proptest::prelude::*;
use store::log::person_key;
use volume::{Alteration, Deadline, Part, RecordRow};

use super::{Bed, START, parse, reporter, seqs};
use crate::ledger::rewrite::{Step, Work};
use crate::reader::freeze::Load;
use crate::{Breakdown, Facet, LogError, Order, Search};

/// In everything that belongs to a person: their mark, and which of their values it is.
fn token(mark: &str, what: &str) -> String {
    format!("{mark}{what}{mark}")
}

fn person(mark: &str) -> Person {
    Person {
        id: token(mark, "id"),
        name: token(mark, "name"),
        username: token(mark, "username"),
        email: token(mark, "email"),
    }
}

fn target(person: Person) -> Target {
    Target {
        kind: Target::USER.into(),
        id: person.id,
        name: person.name,
        username: person.username,
        email: person.email,
    }
}

/// What belongs to who acted.
fn from(facts: &mut Facts, mark: &str) {
    facts.ip = Some(if mark == SAM { SAMS_IP } else { "10.9.9.9" }.parse().unwrap());
    for field in [Field::Device, Field::UserAgent, Field::Place] {
        *field.text_mut(facts).unwrap() = Some(token(mark, field.key()));
    }
    facts.country = Some(if mark == SAM { "SX" } else { "AQ" }.into());
}

/// What belongs to whose log it is.
fn about(facts: &mut Facts, mark: &str, n: u64) {
    for field in [Field::Reason, Field::Description] {
        *field.text_mut(facts).unwrap() = Some(token(mark, field.key()));
    }
    facts.external_id = Some(format!("{}{n}", token(mark, "external")));
    facts.metadata.insert(token(mark, "key"), token(mark, "value"));
    facts.changes.push(Change {
        field: token(mark, "field"),
        before: Some(token(mark, "before")),
        after: None,
    });
    facts.raw = Some(token(mark, "raw"));
}

const SAM: &str = "zqsam";
const ANN: &str = "zqann";
const BOB: &str = "zqbob";
const SAMS_IP: &str = "2001:db8::5a4d";

/// The `n`-th activity of a history in which three persons are named in every role, also two in one.
fn told(n: u64) -> Facts {
    let mut facts = Facts::new("invoice.paid", START.plus(i64::try_from(n).unwrap() * Time::SECOND));
    facts.recorder = Recorder::ApiKey(Reporter {
        id: "key_1".into(),
        ..Reporter::default()
    });
    facts.group = Some(Named {
        id: format!("grp_{}", n % 3),
        name: "Everybody".into(),
    });
    let thing = Target {
        kind: "invoice".into(),
        id: format!("inv_{n}"),
        ..Target::default()
    };
    match n % 6 {
        0 => {
            facts.user = Some(person(SAM));
            from(&mut facts, SAM);
            about(&mut facts, SAM, n);
        }
        1 => {
            (facts.user, facts.by) = (Some(person(ANN)), By::Administrator(person(SAM)));
            from(&mut facts, SAM);
            about(&mut facts, ANN, n);
        }
        2 => {
            facts.user = Some(person(ANN));
            facts.targets = vec![thing, target(person(BOB)), target(person(SAM))];
            from(&mut facts, ANN);
            about(&mut facts, ANN, n);
        }
        3 => {
            (facts.user, facts.by) = (Some(person(SAM)), By::Member(person(BOB)));
            from(&mut facts, BOB);
            about(&mut facts, SAM, n);
        }
        4 => {
            facts.targets = vec![target(person(SAM)), thing];
            facts.raw = Some(token(SAM, "raw"));
        }
        _ => {
            facts.user = Some(person(BOB));
            from(&mut facts, BOB);
            about(&mut facts, BOB, n);
        }
    }
    facts
}

fn history(range: std::ops::Range<u64>) -> Vec<Facts> {
    range.map(told).collect()
}

async fn erase(bed: &Bed, id: &str) -> u64 {
    let mut tx = bed.store.begin().await.unwrap();
    let erasure = bed.log.erase(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    erasure
}

/// In how many files below a directory these bytes are.
pub(super) fn files_with(dir: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if fs::read(&path)
            .unwrap()
            .windows(bytes.len())
            .any(|window| window == bytes)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn rows(bed: &Bed) -> Vec<Activity> {
    bed.all(&Expr::All, Order::Recorded, 1_000).await
}

/// Whether anything that is shown, in any way, is of this person.
async fn assert_hidden(bed: &Bed, mark: &str, ip: &str, model: &[Facts]) {
    let look = bed.log.look().await.unwrap();
    let shown = rows(bed).await;
    for order in [Order::Newest, Order::Oldest, Order::Recorded] {
        let mut found = bed.all(&Expr::All, order, 7).await;
        assert_eq!(found, bed.scanned(&Expr::All, order).await, "{order:?}");
        found.sort_by_key(|row| row.seq);
        assert_eq!(found, shown, "{order:?}");
    }
    for (row, facts) in shown.iter().zip(model) {
        let mut left = facts.clone();
        erased::erase(&mut left, |id| id.starts_with(mark));
        assert_eq!(row.facts, left, "{}", row.seq);
        assert_eq!(look.get(row.seq).await.unwrap().as_ref(), Some(row));
    }
    assert!(!serde_json::to_string(&shown).unwrap().contains(mark));
    let queries = [
        "",
        "group:grp_1",
        "user:erased",
        "by:erased",
        "has:ip",
        "not has:raw",
        "zqann*",
        "zqbobnamezqbob",
    ];
    let by = Breakdown {
        facets: vec![Facet::User, Facet::Ip, Facet::Kind],
        edges: vec![Time::MIN, START, Time::MAX],
        most_checked: u64::MAX,
    };
    for query in queries {
        let expr = parse(query);
        let matching: Vec<&Activity> = shown.iter().filter(|row| expr.matches(row)).collect();
        let found = bed.all(&expr, Order::Recorded, 5).await;
        assert!(found.iter().eq(matching.iter().copied()), "{query}");
        assert_eq!(
            look.count(&expr, u64::MAX).await.unwrap().n,
            matching.len() as u64,
            "{query}"
        );
        let summary = look.summary(&expr, &by, 10).await.unwrap();
        assert_eq!(summary.count.n, matching.len() as u64, "{query}");
        for (facet, top) in by.facets.iter().zip(&summary.tops) {
            let with_value = matching.iter().filter(|row| facet.of(row).is_some()).count() as u64;
            assert_eq!(
                top.values.iter().map(|(_, n)| n).sum::<u64>() + top.other,
                with_value,
                "{query}"
            );
            assert!(
                top.values.iter().all(|(value, _)| !value.contains(mark) && value != ip),
                "{query}"
            );
        }
    }
    for query in [
        mark,
        &format!("{mark}*"),
        &format!("user:{mark}id{mark}"),
        &format!("ip:\"{ip}\""),
    ] {
        assert_eq!(look.count(&parse(query), u64::MAX).await.unwrap().n, 0, "{query}");
    }
}

/// The four checks of an erasure that is done.
async fn assert_erased(bed: &Bed, mark: &str, ip: &str, model: &[Facts]) {
    assert_hidden(bed, mark, ip, model).await;
    assert_eq!(bed.log.look().await.unwrap().being_erased(), 0);
    for bytes in [mark.as_bytes(), ip.as_bytes()] {
        assert_eq!(files_with(bed.dir.path(), bytes), Vec::<String>::new());
    }
    let verified = bed.log.verify(|_| {}).await.unwrap();
    let size = model.len() as u64;
    assert_eq!(
        (verified.sound, verified.without_key, verified.faults),
        (size, 0, vec![])
    );
    let erasures = bed.log.erasures().await.unwrap();
    assert!(
        erasures
            .iter()
            .all(|of| of.finished_at.is_some() && of.looked_at == of.seq)
    );
}

async fn root(bed: &Bed) -> (u64, proof::Hash) {
    let head = bed.log.head().await.unwrap();
    (head.through.size, head.root)
}

/// A log with merged volumes, sealed ones and hot activities.
async fn mixed(n: u64) -> (Bed, Vec<Facts>) {
    mixed_in(Bed::new(50).await, n).await
}

async fn mixed_in(bed: Bed, n: u64) -> (Bed, Vec<Facts>) {
    for first in (0..n).step_by(30) {
        bed.append(history(first..(first + 30).min(n))).await;
        bed.log.settle(false).await.unwrap();
    }
    (bed, history(0..n))
}

/// Every key that is still in the database.
async fn keys(bed: &Bed) -> Vec<[u8; 32]> {
    let mut beside = bed.store.beside().await.unwrap();
    let keys: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT key FROM person_key UNION ALL SELECT key FROM erasure WHERE key IS NOT NULL")
            .fetch_all(&mut beside)
            .await
            .unwrap();
    keys.into_iter().map(|key| key.try_into().unwrap()).collect()
}

async fn key_of(bed: &Bed, id: &str) -> Option<[u8; 32]> {
    let mut read = bed.store.glance().await.unwrap();
    person_key::load(&mut read, &[id])
        .await
        .unwrap()
        .get(id)
        .map(|key| key.secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_person_is_left_and_everything_else_is() {
    let (bed, model) = mixed_in(Bed::embedded(50).await, 290).await;
    bed.freeze(Load::None).await;
    let id = token(SAM, "id");
    let key = key_of(&bed, &id).await.unwrap();
    let before = root(&bed).await;
    assert!(bed.volumes_on_disk().len() > 1 && bed.log.head().await.unwrap().sealed < 290);
    assert!(
        !files_with(bed.dir.path(), SAM.as_bytes()).is_empty(),
        "what is looked for can be found"
    );
    assert!(!files_with(bed.dir.path(), &key).is_empty());
    let mut beside = bed.store.beside().await.unwrap();
    sqlx::query("UPDATE log_head SET traces = 1")
        .execute(&mut beside)
        .await
        .unwrap();
    erase(&bed, &id).await;
    assert_hidden(&bed, SAM, SAMS_IP, &model).await;
    assert_eq!(bed.log.look().await.unwrap().being_erased(), 1);
    bed.freeze(Load::None).await;
    assert_hidden(&bed, SAM, SAMS_IP, &model).await;
    bed.log.settle(false).await.unwrap();
    assert_erased(&bed, SAM, SAMS_IP, &model).await;
    assert_eq!(
        files_with(bed.dir.path(), &key),
        Vec::<String>::new(),
        "the key is destroyed"
    );
    assert_eq!(root(&bed).await, before);
    let traces: i64 = sqlx::query_scalar("SELECT traces FROM log_head")
        .fetch_one(&mut beside)
        .await
        .unwrap();
    assert_eq!(traces, 0, "a database of an earlier version is written anew, once");
    drop(beside);
    let named = model
        .iter()
        .filter(|facts| canonical::persons(facts).contains(&id.as_str()))
        .count();
    assert_eq!(bed.log.erasures().await.unwrap()[0].rewritten, named as u64);
    assert!(bed.log.is_erased(&id).await.unwrap() && !bed.log.is_erased(&token(ANN, "id")).await.unwrap());
    // What was hot is sealed, merged and opened again.
    bed.log.settle(true).await.unwrap();
    let bed = bed.reopen(50).await;
    assert_erased(&bed, SAM, SAMS_IP, &model).await;
    for mark in [ANN, BOB] {
        let found = bed.all(&parse(&token(mark, "name")), Order::Newest, 50).await;
        let named = model
            .iter()
            .filter(|facts| canonical::persons(facts).contains(&&*token(mark, "id")))
            .count();
        assert_eq!(found.len(), named, "{mark} is found as ever");
    }
}

/// What is kept of those who are gone, with the impersonal bytes it was made with.
async fn kept(bed: &Bed) -> Vec<(Vec<u8>, [u8; 32])> {
    let mut kept = Vec::new();
    let live = bed.log.ledger().live().await.unwrap();
    for meta in live {
        let dir = bed.log.reader().shelf().place(&meta.id).unwrap();
        let into = bed.dir.path().join(format!("read-{}", meta.id));
        let mut read = |row: &mut RecordRow| {
            let impersonal = canonical::encode(&row.activity).impersonal;
            kept.extend(row.kept.iter().map(|kept| (impersonal.clone(), kept.digest)));
            false
        };
        let part: Part<'_, Activity> = Part::Record {
            dir: &dir,
            meta: &meta,
            alter: Some(Alteration {
                may: &|_| true,
                alter: &mut read,
            }),
        };
        volume::rewrite(
            &into,
            &meta.id,
            vec![part],
            &|_: &Activity, _: &[canonical::KeptDigest]| None,
            &Deadline::none(),
        )
        .unwrap();
        fs::remove_dir_all(into).unwrap();
    }
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn no_dictionary_finds_out_who_was_erased() {
    let (bed, model) = mixed(200).await;
    bed.log.settle(true).await.unwrap();
    let mut candidates: HashSet<Vec<u8>> = HashSet::new();
    for facts in &model {
        candidates.extend(
            canonical::encode(facts)
                .personal
                .into_iter()
                .map(|personal| personal.values),
        );
    }
    let own = key_of(&bed, &token(SAM, "id")).await.unwrap();
    erase(&bed, &token(SAM, "id")).await;
    bed.log.settle(false).await.unwrap();
    let (kept, keys) = (kept(&bed).await, keys(&bed).await);
    assert!(kept.len() > 100 && keys.len() == 2);
    let guesses = |keys: &[[u8; 32]]| {
        let digests = kept.iter().filter(|(impersonal, digest)| {
            let mut salts = keys.iter().map(|key| canonical::salt(key, impersonal));
            salts.any(|salt| {
                candidates
                    .iter()
                    .any(|values| canonical::digest(&salt, values) == *digest)
            })
        });
        digests.count()
    };
    assert!(kept.len() * candidates.len() * keys.len() > 20_000);
    assert_eq!(guesses(&keys), 0);
    assert_eq!(guesses(&[own]), kept.len(), "with the key that is destroyed it would");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_an_erased_row_is_held_against_the_tree() {
    let (bed, _) = mixed(100).await;
    erase(&bed, &token(SAM, "id")).await;
    bed.log.settle(true).await.unwrap();
    let meta = bed.log.ledger().live().await.unwrap().remove(0);
    let dir = bed.log.reader().shelf().place(&meta.id).unwrap();
    let all: Vec<(String, [u8; 32])> = {
        let mut read = bed.store.glance().await.unwrap();
        let ids = [ANN, BOB].map(|mark| token(mark, "id"));
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let keys = person_key::load(&mut read, &ids).await.unwrap();
        keys.into_iter().map(|(id, key)| (id, key.secret)).collect()
    };
    let key = |id: &str| all.iter().find(|(person, _)| person == id).map(|(_, key)| *key);
    let leaf_of = |row: &Activity, kept: &[canonical::KeptDigest]| erased::leaf_with(row, kept, key);
    type Changed = fn(&mut RecordRow);
    let changes: [(Changed, bool); 7] = [
        (|_| {}, true),
        (|row| row.activity.facts.kind = "invoice.burnt".into(), false),
        (|row| row.activity.facts.occurred_at = Time(7), false),
        (|row| row.activity.facts.group = None, false),
        (|row| row.kept[0].digest[3] ^= 1, false),
        (|row| row.kept.clear(), true),
        (
            |row| row.activity.facts.user.as_mut().unwrap().name = "Eve".into(),
            false,
        ),
    ];
    for (at, (change, passes)) in changes.into_iter().enumerate() {
        let mut alter = |row: &mut RecordRow| {
            assert_eq!(row.activity.user.as_ref().unwrap().id, ERASED);
            assert!(
                row.leaf.is_none() && row.kept.len() == 2,
                "the user's values and the raw event"
            );
            change(row);
            true
        };
        let into = bed.dir.path().join(format!("changed-{at}"));
        let part: Part<'_, Activity> = Part::Record {
            dir: &dir,
            meta: &meta,
            alter: Some(Alteration {
                may: &|glance| glance.seq == 6,
                alter: &mut alter,
            }),
        };
        let made = volume::rewrite(&into, "changed", vec![part], &leaf_of, &Deadline::none());
        // Without digests nothing is said of the row, and it is counted as such.
        assert_eq!(made.is_ok(), passes, "change {at}: {made:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_erasing_leaves_nothing_shown_and_the_rest_to_be_done() {
    use Step::{Advanced, Chosen, Made, Noted, Published, Rewritten, Scrubbed};
    for step in [Chosen, Rewritten, Advanced, Noted, Made, Published, Scrubbed] {
        let (bed, model) = mixed(130).await;
        let before = root(&bed).await;
        erase(&bed, &token(SAM, "id")).await;
        bed.crash_at(Work::Erase, step);
        assert!(bed.log.settle(false).await.is_err(), "{step:?}");
        assert_hidden(&bed, SAM, SAMS_IP, &model).await;
        let bed = bed.reopen(50).await;
        assert_hidden(&bed, SAM, SAMS_IP, &model).await;
        let verified = bed.log.verify(|_| {}).await.unwrap();
        assert_eq!((verified.sound, verified.faults), (130, vec![]), "{step:?}");
        bed.log.settle(false).await.unwrap();
        assert_erased(&bed, SAM, SAMS_IP, &model).await;
        assert_eq!(root(&bed).await, before, "{step:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn volumes_are_rewritten_beside_each_other_and_how_far_it_is_stays_true() {
    const SIZE: u64 = 210;
    for at_once in [1, 3] {
        let bed = Bed::with(|settings| {
            (settings.seal_at, settings.merge_factor, settings.erase_at_once) = (50, usize::MAX, at_once);
            settings.query_ms = 0;
        })
        .await;
        for first in (0..SIZE).step_by(30) {
            bed.append(history(first..first + 30)).await;
            bed.log.settle(false).await.unwrap();
        }
        let volumes = bed.volumes_on_disk().len();
        assert!(volumes >= 3, "{volumes}");
        let before = root(&bed).await;
        erase(&bed, &token(SAM, "id")).await;
        let log = bed.log.clone();
        let late = bed
            .late((Work::Erase, Step::Published), async move { log.settle(false).await })
            .await;
        let erasure = bed.log.erasures().await.unwrap().remove(0);
        assert_eq!(
            erasure.looked_at > 0,
            at_once == 1,
            "others may be published before the first: {erasure:?}"
        );
        let live = bed.log.ledger().live().await.unwrap();
        for meta in live.iter().filter(|meta| meta.end_seq() <= erasure.looked_at) {
            let of = bed.dir.path().join("volumes").join(&meta.id);
            assert_eq!(files_with(&of, SAM.as_bytes()), Vec::<String>::new(), "{}", meta.id);
        }
        late.goes_on().await.unwrap();
        assert_erased(&bed, SAM, SAMS_IP, &history(0..SIZE)).await;
        assert_eq!(root(&bed).await, before);
        assert_eq!(bed.volumes_on_disk().len(), volumes, "{at_once} at once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_nobody_and_two_at_once() {
    let (bed, model) = mixed(140).await;
    for nobody in ["", ERASED] {
        let mut tx = bed.store.begin().await.unwrap();
        assert!(matches!(bed.log.erase(&mut tx, nobody).await, Err(LogError::Nobody(_))));
    }
    erase(&bed, "usr_unknown").await;
    erase(&bed, &token(SAM, "id")).await;
    erase(&bed, &token(ANN, "id")).await;
    erase(&bed, &token(SAM, "id")).await;
    bed.log.settle(false).await.unwrap();
    let mut left = model.clone();
    for facts in &mut left {
        erased::erase(facts, |id| id.starts_with(ANN));
    }
    assert_erased(&bed, SAM, SAMS_IP, &left).await;
    let ids: Vec<(u64, bool)> = bed
        .log
        .erasures()
        .await
        .unwrap()
        .iter()
        .map(|of| (of.id, of.rewritten > 0))
        .collect();
    assert_eq!(ids, [(1, false), (2, true), (3, true), (4, false)]);
    let volumes = bed.volumes_on_disk();
    erase(&bed, &token(SAM, "id")).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.volumes_on_disk(), volumes, "what names nobody is not rewritten");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_again_has_another_key_and_only_that() {
    let (bed, mut model) = mixed(110).await;
    let id = token(SAM, "id");
    let old = key_of(&bed, &id).await.unwrap();
    // Their key is in memory, and a request is made with it.
    bed.log.ingest(reporter(vec![told(0)])).await.unwrap();
    model.push(told(0));
    let mut tx = bed.store.begin().await.unwrap();
    bed.log.erase(&mut tx, &id).await.unwrap();
    let log = bed.log.clone();
    let late = tokio::spawn(async move { log.ingest(reporter(vec![told(6)])).await.unwrap() });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    bed.log.append(&mut tx, vec![told(1)]).await.unwrap();
    tx.commit().await.unwrap();
    late.await.unwrap();
    let new = key_of(&bed, &id).await.unwrap();
    assert_ne!(new, old);
    for again in 0..2 {
        let rows = rows(&bed).await;
        let named = |row: &&Activity| canonical::persons(row).contains(&id.as_str());
        assert_eq!(
            seqs(&rows.iter().filter(named).cloned().collect::<Vec<_>>()),
            [111, 112],
            "{again}"
        );
        let verified = bed.log.verify(|_| {}).await.unwrap();
        assert_eq!((verified.sound, verified.faults), (113, vec![]));
        bed.log.settle(true).await.unwrap();
    }
    assert_eq!(files_with(bed.dir.path(), &old), Vec::<String>::new());
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!(
        (verified.sound, verified.without_key, verified.faults),
        (113, 0, vec![])
    );
    // And can be erased again.
    erase(&bed, &id).await;
    bed.log.settle(false).await.unwrap();
    model.extend([told(1), told(6)]);
    let again = bed.all(&Expr::All, Order::Recorded, 1_000).await;
    assert!(!serde_json::to_string(&again).unwrap().contains(SAM));
    assert_erased(&bed, SAM, SAMS_IP, &model).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_erased_while_volumes_are_made_is_in_none_of_them() {
    for (work, step) in [
        (Work::Seal, Step::Chosen),
        (Work::Seal, Step::Noted),
        (Work::Seal, Step::Made),
        (Work::Merge, Step::Noted),
        (Work::Merge, Step::Made),
    ] {
        let bed = Bed::embedded(50).await;
        bed.append(history(0..220)).await;
        let log = bed.log.clone();
        let late = bed
            .late((work, step), async move { log.settle(false).await.unwrap() })
            .await;
        erase(&bed, &token(SAM, "id")).await;
        assert_hidden(&bed, SAM, SAMS_IP, &history(0..220)).await;
        late.goes_on().await;
        bed.log.settle(false).await.unwrap();
        assert_erased(&bed, SAM, SAMS_IP, &history(0..220)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_is_held_goes_on_and_the_next_one_shows_nothing() {
    let (bed, model) = mixed(130).await;
    let look = bed.log.look().await.unwrap();
    erase(&bed, &token(SAM, "id")).await;
    let between = bed.log.look().await.unwrap();
    bed.log.settle(false).await.unwrap();
    let all = Search {
        expr: Expr::All,
        order: Order::Recorded,
        after: None,
        limit: 1_000,
    };
    for (look, is_shown) in [(look, true), (between, false), (bed.log.look().await.unwrap(), false)] {
        let rows = look.search(&all).await.unwrap().rows;
        assert_eq!(rows.len(), 130);
        assert_eq!(serde_json::to_string(&rows).unwrap().contains(SAM), is_shown);
    }
    assert_erased(&bed, SAM, SAMS_IP, &model).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keeper_erases_by_itself_also_after_a_restart() {
    let bed = Bed::with(|settings| (settings.background, settings.seal_at) = (true, 50)).await;
    bed.append(history(0..130)).await;
    erase(&bed, &token(SAM, "id")).await;
    for _ in 0..400 {
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        if bed
            .log
            .erasures()
            .await
            .unwrap()
            .iter()
            .all(|of| of.finished_at.is_some())
        {
            break;
        }
    }
    assert_erased(&bed, SAM, SAMS_IP, &history(0..130)).await;
    bed.log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_batches_in_which_the_person_can_be_seen_are_destroyed_and_the_leaves_stay() {
    let bed = Bed::new(1_000).await;
    for first in [0, 10] {
        bed.append(history(first..first + 10)).await;
    }
    let mut beside = bed.store.beside().await.unwrap();
    let damage = |first: u64| format!("UPDATE hot_batch SET recorded_at = recorded_at - 1 WHERE first_seq = {first}");
    // Readable, and not what was written: one is lost already when they are erased, the other is not due yet.
    sqlx::query(sqlx::AssertSqlSafe(damage(0)))
        .execute(&mut beside)
        .await
        .unwrap();
    let bed = bed.reopen(1_000).await;
    bed.log.settle(true).await.unwrap();
    bed.append(history(20..30)).await;
    sqlx::query(sqlx::AssertSqlSafe(damage(20)))
        .execute(&mut beside)
        .await
        .unwrap();
    let bed = bed.reopen(1_000).await;
    erase(&bed, &token(SAM, "id")).await;
    bed.log.settle(true).await.unwrap();
    assert_eq!(files_with(bed.dir.path(), SAM.as_bytes()), Vec::<String>::new());
    let mut beside = bed.store.beside().await.unwrap();
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT facts FROM lost_batch")
        .fetch_all(&mut beside)
        .await
        .unwrap();
    assert_eq!(kept, [Vec::<u8>::new(), Vec::new()]);
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert!(
        verified
            .faults
            .iter()
            .all(|fault| fault.what.contains("damaged before they were sealed")),
        "{verified:?}"
    );
    assert_eq!(verified.sound, 10);
}

#[derive(Clone, Debug)]
enum Move {
    Append(u64),
    Settle(bool),
    Freeze,
    Erase(usize),
    Reopen,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        5 => (1..40_u64).prop_map(Move::Append),
        2 => any::<bool>().prop_map(Move::Settle),
        1 => Just(Move::Freeze),
        2 => (0..3_usize).prop_map(Move::Erase),
        1 => Just(Move::Reopen),
    ];
    proptest::collection::vec(one, 1..20)
}

async fn play(moves: Vec<Move>) {
    let mut bed = Bed::new(30).await;
    let (mut model, mut n): (Vec<Facts>, u64) = (Vec::new(), 0);
    for each in moves {
        match each {
            Move::Append(more) => {
                bed.append(history(n..n + more)).await;
                model.extend(history(n..n + more));
                n += more;
            }
            Move::Settle(all) => bed.log.settle(all).await.unwrap(),
            Move::Freeze => bed.freeze(Load::None).await,
            Move::Reopen => bed = bed.reopen(30).await,
            Move::Erase(whom) => {
                let id = token([SAM, ANN, BOB][whom], "id");
                erase(&bed, &id).await;
                for facts in &mut model {
                    erased::erase(facts, |named| named == id);
                }
            }
        }
        let shown: Vec<Facts> = rows(&bed).await.into_iter().map(|row| row.facts).collect();
        assert_eq!(shown, model);
        for query in [
            "group:grp_1",
            "user:erased",
            "zqannname*",
            "by:zqsamidzqsam",
            "has:ip",
            "target:zqbobnamezqbob",
        ] {
            let (expr, count) = (parse(query), parse(query));
            let found = seqs(&bed.all(&expr, Order::Recorded, 9).await);
            let of = |(seq, facts): (u64, &Facts)| Activity {
                seq,
                recorded_at: START,
                facts: facts.clone(),
            };
            let expected = (0..).zip(&model).map(of).filter(|row| expr.matches(row));
            let expected: Vec<u64> = expected.map(|row| row.seq).collect();
            assert_eq!(found, expected, "{query}");
            assert_eq!(bed.log.count(&count, u64::MAX).await.unwrap().n, expected.len() as u64);
        }
    }
    bed.log
        .sign_with(super::checkpoints::signer(&[1], None), false)
        .await
        .unwrap();
    proved(&bed, false).await;
    bed.log.settle(true).await.unwrap();
    proved(&bed, true).await;
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!((verified.sound, verified.without_key, verified.faults), (n, 0, vec![]));
}

/// What is shown of an activity makes its leaf, whoever was erased from it; where `all`, of every activity.
async fn proved(bed: &Bed, all: bool) {
    let rows = rows(bed).await;
    let attested = bed.log.attested().await.unwrap().unwrap();
    let mut leaves = Vec::new();
    for (row, evidence) in rows.iter().zip(attested.evidence(&rows).await.unwrap()) {
        let leaf = attested.leaf(row.seq).await.unwrap();
        match evidence {
            Some(evidence) => assert_eq!(evidence.leaf(), leaf, "{row:?}"),
            None => assert!(!all, "{row:?}"),
        }
        leaves.push((row.seq, leaf));
    }
    leaves.retain(|(seq, _)| seq % 3 > 0);
    let seqs = leaves.iter().map(|(seq, _)| *seq).collect();
    let cover = Arc::new(attested.cover(Arc::new(seqs)).await.unwrap());
    assert!(attested.holds(leaves.clone(), Arc::clone(&cover)).await.unwrap());
    if let Some((_, leaf)) = leaves.last_mut() {
        leaf[0] ^= 1;
        assert!(!attested.holds(leaves, cover).await.unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_reads_as_if_the_erased_had_never_said_more(moves in moves()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(play(moves));
    }
}
