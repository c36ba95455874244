//! What the tables of the log promise.

use activity::Time;
use store::Tx;
use store::log::external_id::Kept;
use store::log::idempotency::Remembered;
use store::log::numbering::{self, LateRow, NumberingRow};
use store::log::{
    HotBatch, NumberingId, NumberingTotal, SourceOf, VolumeRow, activity_type, erasure, external_id, head, hot_batch,
    idempotency, person_key, volume,
};

use super::place::Place;

async fn begin(place: &Place) -> Tx {
    place.store.begin().await.unwrap()
}

async fn with_head(place: &Place) -> Tx {
    let mut tx = begin(place).await;
    head::ensure(&mut tx, b"empty", &[1; 32]).await.unwrap();
    tx
}

fn batch(first_seq: u64, count: u64) -> HotBatch {
    let recorded_at = Time(i64::try_from(first_seq).unwrap());
    HotBatch {
        first_seq,
        count,
        recorded_at,
        root: [7; 32],
        facts: vec![9; 3],
        leaves: None,
    }
}

fn to(size: u64, frontier: &[u8]) -> head::Advance<'_> {
    head::Advance {
        size,
        frontier,
        root: &[5; 32],
        recorded_at: Time(50),
        bytes: size * 100,
    }
}

/// A stretch of a hundred bytes an activity.
fn stretch(from: u64, to: u64, frontier: &[u8]) -> head::Sealed<'_> {
    head::Sealed {
        from,
        to,
        frontier,
        bytes: (to - from) * 100,
    }
}

pub(crate) async fn the_head_is_made_once_and_moves(place: Place) {
    let mut tx = begin(&place).await;
    assert_eq!(head::read(&mut tx).await.unwrap(), None);
    assert_eq!(head::position(&mut tx).await.unwrap(), head::Position::default());
    drop(tx);
    let mut tx = with_head(&place).await;
    head::advance(&mut tx, to(5, b"five")).await.unwrap();
    head::ensure(&mut tx, b"other", &[9; 32]).await.unwrap();
    let head = head::lock(&mut tx).await.unwrap();
    assert_eq!(
        (head.size, head.frontier.as_slice(), head.root),
        (5, &b"five"[..], [5; 32])
    );
    assert_eq!((head.last_recorded_at, head.sealed, head.generation), (Time(50), 0, 0));
    assert_eq!(head.sealed_frontier, b"empty");
    tx.commit().await.unwrap();
    let position = head::position(&mut place.store.glance().await.unwrap()).await.unwrap();
    assert_eq!(
        position,
        head::Position {
            size: 5,
            last_recorded_at: Time(50),
            sealed: 0,
            generation: 0,
            hot_bytes: 500,
        }
    );
}

pub(crate) async fn only_one_sealer_gets_past_the_fence(place: Place) {
    let mut tx = with_head(&place).await;
    head::advance(&mut tx, to(10, b"ten")).await.unwrap();
    assert!(
        !head::seal(&mut tx, stretch(0, 11, b"x")).await.unwrap(),
        "no more is sealed than there is"
    );
    assert!(head::seal(&mut tx, stretch(0, 6, b"six")).await.unwrap());
    assert!(!head::seal(&mut tx, stretch(0, 6, b"six")).await.unwrap());
    assert_eq!(head::position(&mut tx).await.unwrap().hot_bytes, 400);
    assert!(head::seal(&mut tx, stretch(6, 10, b"ten")).await.unwrap());
    head::bump_generation(&mut tx).await.unwrap();
    let head = head::read(&mut tx).await.unwrap().unwrap();
    assert_eq!(
        (head.sealed, head.sealed_frontier.as_slice(), head.generation),
        (10, &b"ten"[..], 3)
    );
}

pub(crate) async fn hot_batches_are_found_by_any_seq_inside_them(place: Place) {
    let mut tx = begin(&place).await;
    for (first, count) in [(10, 5), (15, 1), (16, 100)] {
        hot_batch::insert(&mut tx, batch(first, count)).await.unwrap();
    }
    type Case = ((u64, u64, u32), &'static [u64]);
    let cases: [Case; 8] = [
        ((10, 116, 10), &[10, 15, 16]),
        ((0, 116, 10), &[10, 15, 16]),
        ((12, 116, 10), &[10, 15, 16]),
        ((15, 16, 10), &[15]),
        ((17, 116, 10), &[16]),
        ((10, 15, 10), &[10]),
        ((10, 116, 2), &[10, 15]),
        ((116, 200, 10), &[]),
    ];
    for ((from, to, limit), expected) in cases {
        let found = hot_batch::load(&mut tx, from, to, limit).await.unwrap();
        let firsts: Vec<u64> = found.iter().map(|batch| batch.first_seq).collect();
        assert_eq!(firsts, expected, "{from}..{to}");
        assert!(
            found
                .iter()
                .all(|found| found.is_sound && found.batch == batch(found.first_seq, found.count))
        );
    }
    assert_eq!(hot_batch::oldest(&mut tx, 0).await.unwrap(), Some(Time(10)));
    assert_eq!(hot_batch::oldest(&mut tx, 14).await.unwrap(), Some(Time(10)));
    assert_eq!(hot_batch::oldest(&mut tx, 20).await.unwrap(), Some(Time(16)));
    assert_eq!(hot_batch::oldest(&mut tx, 116).await.unwrap(), None);
}

pub(crate) async fn sealed_hot_batches_go_and_half_sealed_ones_stay(place: Place) {
    let mut tx = begin(&place).await;
    for (first, count) in [(0, 5), (5, 5), (10, 5)] {
        hot_batch::insert(&mut tx, batch(first, count)).await.unwrap();
    }
    hot_batch::delete_sealed(&mut tx, 7).await.unwrap();
    let left = hot_batch::load(&mut tx, 0, 100, 10).await.unwrap();
    assert_eq!(left.iter().map(|batch| batch.first_seq).collect::<Vec<_>>(), [5, 10]);
}

async fn made(tx: &mut Tx, id: &str, first_seq: u64) -> VolumeRow {
    let (count, until) = (10, Time(100));
    let pending = volume::Pending {
        id,
        first_seq,
        count,
        until,
    };
    volume::begin(tx, pending).await.unwrap();
    VolumeRow {
        first_seq,
        count,
        id: id.to_owned(),
        meta: "{}".to_owned(),
    }
}

pub(crate) async fn live_volumes_are_listed_in_order(place: Place) {
    let mut tx = begin(&place).await;
    for first in [20, 0, 10] {
        let row = made(&mut tx, &format!("v{first}"), first).await;
        assert!(volume::publish(&mut tx, &row).await.unwrap());
        assert!(!volume::publish(&mut tx, &row).await.unwrap(), "once");
    }
    made(&mut tx, "w0", 0).await;
    let live: Vec<_> = volume::list(&mut tx).await.unwrap();
    assert_eq!(
        live.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["v0", "v10", "v20"]
    );
    assert_eq!(volume::known(&mut tx).await.unwrap(), ["v0", "v10", "v20", "w0"]);
    assert!(volume::doom(&mut tx, "v10", Time(7)).await.unwrap());
    assert!(!volume::doom(&mut tx, "v10", Time(9)).await.unwrap(), "once");
    assert!(!volume::doom(&mut tx, "w0", Time(9)).await.unwrap(), "it is not live");
    assert_eq!(volume::list(&mut tx).await.unwrap().len(), 2);
    volume::forget(&mut tx, "v0").await.unwrap();
    assert_eq!(
        volume::list(&mut tx).await.unwrap().len(),
        2,
        "a live one is not forgotten"
    );
}

pub(crate) async fn a_stretch_is_in_one_live_volume(place: Place) {
    let mut tx = begin(&place).await;
    let (one, other) = (made(&mut tx, "a", 0).await, made(&mut tx, "b", 0).await);
    assert!(volume::publish(&mut tx, &one).await.unwrap());
    assert!(volume::publish(&mut tx, &other).await.is_err());
}

pub(crate) async fn what_is_given_up_is_due_and_cannot_be_published(place: Place) {
    let mut tx = begin(&place).await;
    let (one, other) = (made(&mut tx, "a", 0).await, made(&mut tx, "b", 10).await);
    assert_eq!(
        volume::give_up(&mut tx, Time(99), false).await.unwrap(),
        0,
        "its maker has it"
    );
    assert!(volume::publish(&mut tx, &one).await.unwrap());
    assert_eq!(volume::give_up(&mut tx, Time(100), false).await.unwrap(), 1);
    assert!(!volume::publish(&mut tx, &other).await.unwrap());
    assert!(volume::doom(&mut tx, "a", Time(200)).await.unwrap());
    assert_eq!(volume::due(&mut tx, Time(199)).await.unwrap(), ["b"]);
    assert_eq!(volume::due(&mut tx, Time(200)).await.unwrap(), ["a", "b"]);
    volume::forget(&mut tx, "b").await.unwrap();
    assert_eq!(volume::known(&mut tx).await.unwrap(), ["a"]);
    made(&mut tx, "c", 20).await;
    assert_eq!(
        volume::give_up(&mut tx, Time(0), true).await.unwrap(),
        1,
        "at a start, whatever was begun"
    );
}

pub(crate) async fn a_person_keeps_the_first_key(place: Place) {
    let people: Vec<String> = (0..150).map(|n| format!("usr_{n}")).collect();
    let asked: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut tx = begin(&place).await;
    assert!(person_key::load(&mut tx, &asked).await.unwrap().is_empty());
    for key in [1, 2] {
        let proposed: Vec<(&str, [u8; 32])> = asked.iter().map(|person| (*person, [key; 32])).collect();
        let part = if key == 1 { &proposed[..100] } else { &proposed[..] };
        person_key::ensure(&mut tx, part, 0).await.unwrap();
    }
    let keys = person_key::load(&mut tx, &asked).await.unwrap();
    assert_eq!(keys.len(), 150);
    for (n, person) in people.iter().enumerate() {
        assert_eq!(keys[person].secret, [if n < 100 { 1 } else { 2 }; 32], "{person}");
    }
    person_key::ensure(&mut tx, &[], 0).await.unwrap();
    assert_eq!(person_key::load(&mut tx, &["usr_7"]).await.unwrap().len(), 1);
}

pub(crate) async fn of_who_was_erased_only_a_tombstone_is_left(place: Place) {
    let mut tx = with_head(&place).await;
    person_key::ensure(&mut tx, &[("usr_7", [1; 32]), ("usr_8", [2; 32])], 5)
        .await
        .unwrap();
    let key = person_key::take(&mut tx, "usr_7").await.unwrap();
    assert_eq!(key.map(|key| (key.secret, key.since)), Some(([1; 32], 5)));
    assert_eq!(person_key::take(&mut tx, "usr_7").await.unwrap(), None);
    let (at, salt) = (Time(1), [3; 32]);
    let requested = |person, key| erasure::Requested {
        person,
        key,
        seq: 10,
        at,
        salt,
    };
    assert_eq!(erasure::begin(&mut tx, requested("usr_7", key)).await.unwrap(), 1);
    assert_eq!(erasure::begin(&mut tx, requested("usr_9", None)).await.unwrap(), 2);
    assert_eq!(head::erasures(&mut tx).await.unwrap(), 2);
    let tombstones = erasure::tombstones(&mut tx, 0).await.unwrap();
    let second = requested("usr_9", None).tombstone(2);
    assert_eq!(tombstones, [requested("usr_7", key).tombstone(1), second]);
    assert_eq!(erasure::tombstones(&mut tx, 1).await.unwrap(), [second]);
    assert!(second.is_of("usr_9") && !second.is_of("usr_7"));
    assert_eq!(person_key::persons(&mut tx, "", 9).await.unwrap(), ["usr_8"]);
    assert!(person_key::persons(&mut tx, "usr_8", 9).await.unwrap().is_empty());
    let step = erasure::Progress {
        looked_at: 99,
        rewritten: 3,
    };
    for _ in 0..2 {
        erasure::note(&mut tx, erasure::Stage::Hot, 1, step).await.unwrap();
    }
    erasure::note(&mut tx, erasure::Stage::Sealed, 1, step).await.unwrap();
    // What is noted late, of a volume before, takes nothing back.
    let before = erasure::Progress {
        looked_at: 5,
        rewritten: 0,
    };
    erasure::note(&mut tx, erasure::Stage::Hot, 1, before).await.unwrap();
    let first = erasure::pending(&mut tx).await.unwrap().remove(0);
    assert_eq!(
        (first.person.as_deref(), first.key, first.seq),
        (Some("usr_7"), key, 10)
    );
    assert_eq!(
        (first.looked_at, first.rewritten),
        (10, 6),
        "as far as there is something, and at its stage"
    );
    // A stage is left once, and only by who is at it.
    erasure::advance(&mut tx, &[1], erasure::Stage::Sealed, at)
        .await
        .unwrap();
    assert_eq!(erasure::pending(&mut tx).await.unwrap()[0], first);
    for stage in [erasure::Stage::Hot, erasure::Stage::Sealed, erasure::Stage::Traces] {
        erasure::advance(&mut tx, &[1], stage, Time(9)).await.unwrap();
        let all = erasure::list(&mut tx).await.unwrap();
        let is_known = stage == erasure::Stage::Hot;
        assert_eq!(
            (all[0].person.is_some(), all[0].key.is_some()),
            (is_known, is_known),
            "{stage:?}"
        );
    }
    let left: Vec<u64> = erasure::pending(&mut tx)
        .await
        .unwrap()
        .iter()
        .map(|of| of.id)
        .collect();
    assert_eq!(left, [2]);
    assert_eq!(erasure::list(&mut tx).await.unwrap()[0].finished_at, Some(Time(9)));
    for (person, was) in [("usr_7", true), ("usr_9", true), ("usr_8", false)] {
        assert_eq!(erasure::is_of(&mut tx, person).await.unwrap(), was, "{person}");
    }
}

pub(crate) async fn a_type_keeps_its_first_date(place: Place) {
    let mut tx = begin(&place).await;
    activity_type::ensure(&mut tx, "user.login", Time(5)).await.unwrap();
    activity_type::ensure(&mut tx, "user.login", Time(6)).await.unwrap();
    let types = activity_type::list(&mut tx).await.unwrap();
    assert_eq!(
        types.into_iter().collect::<Vec<_>>(),
        [("user.login".to_owned(), Time(5))]
    );
}

pub(crate) async fn an_answer_is_replaced_only_when_it_has_expired(place: Place) {
    let given = |n: u8| Remembered {
        fingerprint: [n; 32],
        result: vec![n],
    };
    let mut tx = begin(&place).await;
    let tx = &mut tx;
    assert!(
        idempotency::remember(tx, "key_1", "a", &given(1), &(Time(0)..Time(10)))
            .await
            .unwrap()
    );
    assert!(
        !idempotency::remember(tx, "key_1", "a", &given(2), &(Time(9)..Time(20)))
            .await
            .unwrap()
    );
    assert_eq!(
        idempotency::find(tx, "key_1", "a", Time(9)).await.unwrap(),
        Some(given(1))
    );
    assert_eq!(idempotency::find(tx, "key_2", "a", Time(9)).await.unwrap(), None);
    assert_eq!(idempotency::find(tx, "key_1", "a", Time(10)).await.unwrap(), None);
    assert!(
        idempotency::remember(tx, "key_1", "a", &given(3), &(Time(10)..Time(20)))
            .await
            .unwrap()
    );
    assert_eq!(
        idempotency::find(tx, "key_1", "a", Time(11)).await.unwrap(),
        Some(given(3))
    );
    assert_eq!(idempotency::forget_expired(tx, Time(19)).await.unwrap(), 0);
    assert_eq!(idempotency::forget_expired(tx, Time(20)).await.unwrap(), 1);
}

pub(crate) async fn an_external_id_is_remembered_until_its_time(place: Place) {
    let digest = |n: u8| [n; 16];
    let mut tx = begin(&place).await;
    let tx = &mut tx;
    let ids: Vec<_> = (0..100)
        .map(|n| {
            let kept = if n % 2 == 0 {
                Kept::Until(Time(10))
            } else {
                Kept::ForGood(None)
            };
            (digest(n), u64::from(n), kept)
        })
        .collect();
    assert_eq!(external_id::remember(tx, &ids, Time(0)).await.unwrap(), 100);
    assert_eq!(
        external_id::remember(tx, &ids, Time(9)).await.unwrap(),
        0,
        "all are remembered already"
    );
    let all: Vec<_> = (0..120).map(digest).collect();
    let found = external_id::find(tx, &all, Time(9)).await.unwrap();
    assert_eq!((found.len(), found[&digest(7)]), (100, 7));
    assert_eq!(
        external_id::find(tx, &all, Time(10)).await.unwrap().len(),
        50,
        "a ledger does not expire"
    );
    assert_eq!(
        external_id::remember(tx, &ids[..1], Time(10)).await.unwrap(),
        1,
        "an expired one is replaced"
    );
    assert_eq!(external_id::forget_expired(tx, Time(10)).await.unwrap(), 50);
    assert!(external_id::find(tx, &[], Time(10)).await.unwrap().is_empty());
    assert_eq!(external_id::remember(tx, &[], Time(10)).await.unwrap(), 0);
}

pub(crate) async fn a_numbering_is_what_was_kept_last_and_those_heard_last_are_kept(place: Place) {
    let mut tx = begin(&place).await;
    let id = |of: SourceOf, source: &str, epoch: &str| NumberingId {
        of,
        source: source.to_owned(),
        epoch: epoch.to_owned(),
    };
    let crm = || SourceOf::Application("crm".to_owned());
    let key = || SourceOf::Reporter("crm".to_owned());
    let row = |at: i64, missing: u64| NumberingRow {
        begun_at: Time(at),
        heard_at: Time(at),
        lowest: 1,
        highest: 9,
        missing,
        gaps: "[]".to_owned(),
        folded: 0,
        folded_through: None,
        late: 0,
        last_late: None,
        repeated: 0,
        repeated_at: None,
    };
    let full = NumberingRow {
        folded: 2,
        folded_through: Some((4, Time(1))),
        late: 3,
        last_late: Some(LateRow {
            at: Time(5),
            by: 7,
            most: 8,
        }),
        repeated: 1,
        repeated_at: Some(Time(6)),
        ..row(3, 2)
    };
    let all = [
        (id(crm(), "a", ""), row(1, 0)),
        (id(crm(), "a", "2"), full.clone()),
        (id(crm(), "b", ""), row(2, 5)),
        (id(key(), "a", ""), row(4, 0)),
    ];
    for (id, row) in &all {
        numbering::put(
            &mut tx,
            id,
            &NumberingRow {
                missing: 9,
                ..row.clone()
            },
        )
        .await
        .unwrap();
        numbering::put(&mut tx, id, row).await.unwrap();
        assert_eq!(numbering::get(&mut tx, id).await.unwrap().as_ref(), Some(row));
    }
    assert_eq!(numbering::get(&mut tx, &id(key(), "a", "2")).await.unwrap(), None);
    let two = numbering::list(&mut tx, None, 2).await.unwrap();
    let rest = numbering::list(&mut tx, Some(&two[1].id), 9).await.unwrap();
    let listed: Vec<_> = two
        .iter()
        .chain(&rest)
        .map(|one| (one.id.clone(), one.row.clone()))
        .collect();
    assert_eq!(listed, all);
    let over: Vec<bool> = two.iter().chain(&rest).map(|one| one.is_over).collect();
    assert_eq!(
        over,
        [true, false, false, false],
        "another numbering of the same source began later"
    );
    let worst = numbering::worst(&mut tx, 3).await.unwrap();
    let worst: Vec<_> = worst.iter().map(|one| &one.id).collect();
    assert_eq!(
        worst,
        [&all[1].0, &all[2].0, &all[3].0],
        "what misses something, then what was heard last"
    );
    let total = NumberingTotal {
        numberings: 4,
        with_missing: 2,
    };
    assert_eq!(numbering::total(&mut tx).await.unwrap(), total);
    assert_eq!(numbering::keep(&mut tx, &crm(), 2).await.unwrap(), 1);
    let left = numbering::list(&mut tx, None, 9).await.unwrap();
    assert_eq!(
        left.iter().map(|one| &one.id).collect::<Vec<_>>(),
        [&all[1].0, &all[2].0, &all[3].0]
    );
}
