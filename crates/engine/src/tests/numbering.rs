//! Sources that number their events: kept with what they number, through restarts, repeats and late ones.

use activity::Time;

use super::{Bed, facts, keyed, many, reporter, with_id};
use crate::{Batch, BatchNumber, IngestError, NUMBERINGS, NamedNumbering, Numbering, NumberingId, SourceOf};

fn id(source: &str, epoch: &str) -> NumberingId {
    NumberingId {
        of: SourceOf::Application("crm".to_owned()),
        source: source.to_owned(),
        epoch: epoch.to_owned(),
    }
}

/// The batch with these numbers of a numbering, in its order.
fn numbered(batch: Batch, id: &NumberingId, numbers: impl IntoIterator<Item = u64>) -> Batch {
    let number = |(place, number)| BatchNumber {
        place,
        id: id.clone(),
        number,
    };
    Batch {
        numbers: numbers.into_iter().enumerate().map(number).collect(),
        ..batch
    }
}

async fn send(bed: &Bed, id: &NumberingId, numbers: &[u64]) {
    let batch = reporter(many(0..numbers.len() as u64));
    bed.log
        .ingest(numbered(batch, id, numbers.iter().copied()))
        .await
        .unwrap();
}

async fn known(bed: &Bed, of: &NumberingId) -> NamedNumbering {
    let all = bed.log.numberings(None, 100).await.unwrap();
    all.into_iter().find(|one| one.id == *of).unwrap()
}

fn spans(numbering: &Numbering) -> Vec<(u64, u64)> {
    numbering.gaps.iter().map(|gap| (gap.first, gap.last)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_there_from_when_it_is_seen_until_it_is_filled_and_how_late_is_kept() {
    let bed = Bed::new(1000).await;
    let web = id("web", "");
    send(&bed, &web, &[7, 8, 9]).await;
    assert_eq!(
        known(&bed, &web).await.numbering.missing(),
        0,
        "what was before 7 was never promised"
    );
    bed.clock.advance(Time::SECOND);
    send(&bed, &web, &[15, 12]).await;
    let then = known(&bed, &web).await.numbering;
    assert_eq!(spans(&then), [(10, 11), (13, 14)]);
    assert!(then.gaps.iter().all(|gap| gap.since == then.heard_at) && then.late.is_none());

    let bed = bed.reopen(1000).await;
    bed.clock.advance(90 * Time::SECOND);
    send(&bed, &web, &[13]).await;
    bed.clock.advance(Time::SECOND);
    send(&bed, &web, &[11, 10]).await;
    let now = known(&bed, &web).await.numbering;
    assert_eq!(spans(&now), [(14, 14)]);
    assert_eq!(
        now.gaps[0].since, then.heard_at,
        "a part of a gap is missing since then"
    );
    let late = now.late.unwrap();
    assert_eq!((late.count, late.at), (3, now.heard_at));
    assert_eq!(late.by, now.heard_at.0 - then.heard_at.0);
    assert!(late.most == late.by && late.by >= 91 * Time::SECOND, "{late:?}");
    assert_eq!((now.lowest, now.highest, now.repeated), (7, 15, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_numbering_that_begins_anew_is_no_repeat_and_late_ones_of_the_old_are_its_own() {
    let bed = Bed::new(1000).await;
    let (old, new) = (id("web", "boot 1"), id("web", "boot 2"));
    send(&bed, &old, &[1, 2, 4]).await;
    bed.clock.advance(Time::SECOND);
    send(&bed, &new, &[1, 2]).await;
    let (before, after) = (known(&bed, &old).await, known(&bed, &new).await);
    assert!(before.is_over && !after.is_over);
    assert_eq!((before.numbering.highest, after.numbering.highest), (4, 2));
    assert!(after.numbering.repeated.is_none());
    send(&bed, &old, &[3]).await;
    assert_eq!(known(&bed, &old).await.numbering.missing(), 0);
    // Without an epoch it cannot be told from a repeat, and is not hidden either.
    send(&bed, &new, &[1]).await;
    assert_eq!(
        known(&bed, &new).await.numbering.repeated.map(|(times, _)| times),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_come_with_their_activities_or_not_at_all() {
    let bed = Bed::new(1000).await;
    let web = id("web", "");
    let batch = |n| numbered(keyed(many(0..2), "a", n), &web, [1, 3]);
    bed.log.ingest(batch(1)).await.unwrap();
    assert!(bed.log.ingest(batch(1)).await.unwrap().replayed);
    let conflict = bed.log.ingest(numbered(keyed(many(0..1), "a", 2), &web, [9])).await;
    assert!(matches!(conflict, Err(IngestError::Conflict)));
    let after = known(&bed, &web).await.numbering;
    assert_eq!((after.highest, after.missing(), after.repeated), (3, 1, None));

    // The same event under another number fills what that leaves, and under the same is no repeat.
    let same = |number| numbered(reporter(vec![with_id(facts(5), "x")]), &web, [number]);
    for number in [4, 4, 5] {
        bed.log.ingest(same(number)).await.unwrap();
    }
    let after = known(&bed, &web).await.numbering;
    assert_eq!((after.highest, after.missing(), after.repeated), (5, 1, None));
    assert_eq!(bed.log.head().await.unwrap().through.size, 3);
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_miss_something_come_first_and_names_that_are_made_up_fill_nothing() {
    let bed = Bed::new(1000).await;
    send(&bed, &id("broken", ""), &[1, 3]).await;
    for n in 0..3 {
        bed.clock.advance(Time::SECOND);
        send(&bed, &id(&format!("good {n}"), ""), &[1]).await;
    }
    let (worst, total) = bed.log.worst_numberings(3).await.unwrap();
    let sources: Vec<&str> = worst.iter().map(|one| &*one.id.source).collect();
    assert_eq!(sources, ["broken", "good 2", "good 1"]);
    assert_eq!((total.numberings, total.with_missing), (4, 1));

    bed.clock.advance(Time::SECOND);
    let made_up = u64::from(NUMBERINGS) + 5;
    let number = |place: u64| BatchNumber {
        place: place as usize,
        id: id(&format!("made up {place}"), ""),
        number: 1,
    };
    let mut batch = reporter(many(0..made_up));
    batch.numbers = (0..made_up).map(number).collect();
    let other = NumberingId {
        of: SourceOf::Reporter("key_1".to_owned()),
        ..id("other", "")
    };
    send(&bed, &other, &[1]).await;
    bed.log.ingest(batch).await.unwrap();
    let (_, total) = bed.log.worst_numberings(1).await.unwrap();
    assert_eq!(total.numberings, u64::from(NUMBERINGS) + 1, "and none of another's");
    let mut all = bed.log.numberings(None, 700).await.unwrap();
    all.extend(bed.log.numberings(all.last().map(|one| &one.id), 700).await.unwrap());
    assert_eq!(all.len() as u64, total.numberings);
    assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id) && all.iter().any(|one| one.id == other));
}
