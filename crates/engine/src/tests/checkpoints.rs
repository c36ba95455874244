//! Signed checkpoints, the keys that sign them, and the guard against data that are older than one.

use std::path::Path;
use std::time::Duration;

use activity::Time;
use activity::query::Expr;
use proof::{Origin, SignedCheckpoint, SigningKey, VerifyingKey, verify_consistency};

use super::{Bed, many};
use crate::{LogError, OVERLAP, Order, Signer};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("log.example/whodid".parse().unwrap(), &[seed; 32])
}

pub(super) fn signer(seeds: &[u8], anchor: Option<&Path>) -> Signer {
    Signer {
        origin: "log.example/whodid".parse().unwrap(),
        keys: seeds.iter().map(|seed| key(*seed)).collect(),
        anchor: anchor.map(Path::to_owned),
    }
}

fn public(seeds: &[u8]) -> Vec<VerifyingKey> {
    seeds.iter().map(|seed| key(*seed).public().clone()).collect()
}

fn origin() -> Origin {
    "log.example/whodid".parse().unwrap()
}

/// Waits until the anchor holds a checkpoint of so many.
async fn anchored(path: &Path, size: u64) -> SignedCheckpoint {
    for _ in 0..500 {
        if let Ok(bytes) = std::fs::read(path)
            && let Ok(found) = SignedCheckpoint::parse(&bytes)
            && found.unverified().size() == size
        {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no checkpoint of {size} activities was put into {}", path.display());
}

async fn kinds(bed: &Bed) -> Vec<String> {
    let rows = bed.all(&Expr::All, Order::Recorded, 1000).await;
    rows.into_iter().map(|row| row.kind.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_follow_the_log_and_each_extends_the_one_before() {
    let bed = Bed::new(300).await;
    assert!(matches!(bed.log.checkpoint().await, Err(LogError::Unsigned)));
    let anchor = bed.dir.path().join("anchor");
    bed.log.sign_with(signer(&[1], Some(&anchor)), false).await.unwrap();
    let mut before = bed.log.checkpoint().await.unwrap();
    assert_eq!(before.unverified().size(), 0);
    for (from, to) in [(0, 1), (1, 400), (400, 401), (401, 1000)] {
        bed.append(many(from..to)).await;
        bed.log.settle(false).await.unwrap();
        let now = anchored(&anchor, to).await;
        let (old, new) = (before.unverified(), now.verify(&origin(), &public(&[1])).unwrap());
        let tree = bed.log.tree().await.unwrap();
        assert_eq!((new.size(), *new.root()), (tree.size(), tree.root()));
        let path = tree.consistency(old.size(), new.size()).await.unwrap();
        assert!(verify_consistency(
            old.size(),
            old.root(),
            new.size(),
            new.root(),
            &path
        ));
        let newest = bed.log.checkpoint().await.unwrap();
        assert_eq!(newest.to_string(), now.to_string(), "nothing came since");
        before = newest;
    }
    let kept = bed.log.checkpoints(u64::MAX, 10).await.unwrap();
    assert_eq!(
        kept.iter().map(|kept| kept.size).collect::<Vec<_>>(),
        [1000],
        "the last one of an hour is kept"
    );
    bed.clock.advance(3_600 * Time::SECOND);
    bed.append(many(1000..1001)).await;
    anchored(&anchor, 1001).await;
    let kept = bed.log.checkpoints(u64::MAX, 10).await.unwrap();
    assert_eq!(kept.iter().map(|kept| kept.size).collect::<Vec<_>>(), [1001, 1000]);
    assert_eq!(bed.log.checkpoints(1001, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_recorded_and_the_one_before_signs_beside_it_for_a_while() {
    let bed = Bed::new(300).await;
    bed.append(many(0..5)).await;
    bed.log.sign_with(signer(&[1], None), false).await.unwrap();
    assert_eq!(kinds(&bed).await.len(), 5, "the first key takes the place of none");
    let bed = bed.reopen(300).await;
    bed.log.sign_with(signer(&[2, 1], None), false).await.unwrap();
    assert_eq!(kinds(&bed).await.last().map(String::as_str), Some("log.key_rotated"));
    let both = bed.log.checkpoint().await.unwrap();
    for seeds in [&[1], &[2]] {
        assert!(both.verify(&origin(), &public(seeds)).is_ok(), "{seeds:?}");
    }
    assert_eq!(bed.log.keys().await.unwrap().len(), 2);
    bed.clock.advance(OVERLAP);
    bed.append(many(5..6)).await;
    let later = bed.log.checkpoint().await.unwrap();
    assert!(later.verify(&origin(), &public(&[2])).is_ok());
    assert!(later.verify(&origin(), &public(&[1])).is_err(), "its time is over");
    let bed = bed.reopen(300).await;
    bed.log.sign_with(signer(&[2, 1], None), false).await.unwrap();
    assert_eq!(kinds(&bed).await.len(), 7, "a key is recorded once");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_key_is_lost_a_new_one_goes_on_from_the_checkpoint_of_the_one_before() {
    let place = tempfile::tempdir().unwrap();
    let anchor = place.path().join("anchor");
    let bed = Bed::new(300).await;
    bed.append(many(0..50)).await;
    bed.log.sign_with(signer(&[1], Some(&anchor)), false).await.unwrap();
    anchored(&anchor, 50).await;
    let bed = bed.reopen(300).await;
    bed.log.sign_with(signer(&[2], Some(&anchor)), false).await.unwrap();
    assert_eq!(kinds(&bed).await.last().map(String::as_str), Some("log.key_rotated"));
    let newest = anchored(&anchor, 51).await;
    assert!(newest.verify(&origin(), &public(&[2])).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn data_older_than_a_checkpoint_are_refused_unless_that_is_accepted_and_recorded() {
    let place = tempfile::tempdir().unwrap();
    let anchor = place.path().join("anchor");
    let newer = Bed::new(300).await;
    newer.append(many(0..50)).await;
    newer.log.sign_with(signer(&[1], Some(&anchor)), false).await.unwrap();
    anchored(&anchor, 50).await;
    let kept = std::fs::read(&anchor).unwrap();
    // A shorter log, and one that is as long and another.
    for facts in [many(0..40), many(10..60)] {
        let older = Bed::new(300).await;
        older.append(facts).await;
        let size = older.log.tree().await.unwrap().size();
        let refused = older.log.sign_with(signer(&[1], Some(&anchor)), false).await;
        assert!(
            matches!(refused, Err(LogError::RolledBack { known: 50, size: of, .. }) if of == size),
            "{refused:?}"
        );
        assert_eq!(kinds(&older).await.len() as u64, size, "nothing is recorded");
        assert_eq!(std::fs::read(&anchor).unwrap(), kept, "nor is the anchor changed");
        older.log.sign_with(signer(&[1], Some(&anchor)), true).await.unwrap();
        assert_eq!(
            kinds(&older).await.last().map(String::as_str),
            Some("log.rollback_accepted")
        );
        anchored(&anchor, size + 1).await;
        older.log.close().await;
        std::fs::write(&anchor, &kept).unwrap();
    }
    for wrong in [&b"nonsense"[..], b"", &kept[..kept.len() - 20]] {
        std::fs::write(&anchor, wrong).unwrap();
        let bed = Bed::new(300).await;
        let refused = bed.log.sign_with(signer(&[1], Some(&anchor)), false).await;
        assert!(matches!(refused, Err(LogError::Anchor { .. })), "{refused:?}");
    }
    std::fs::write(&anchor, &kept).unwrap();
    let bed = Bed::new(300).await;
    let other = bed.log.sign_with(signer(&[9], Some(&anchor)), false).await;
    assert!(
        matches!(other, Err(LogError::Anchor { .. })),
        "it is of another key: {other:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_out_can_be_checked_with_the_key_alone() {
    let bed = Bed::new(300).await;
    bed.append(many(0..700)).await;
    bed.log.settle(false).await.unwrap();
    bed.log.sign_with(signer(&[1], None), false).await.unwrap();
    for seq in [0, 255, 256, 650, 699] {
        let proof = bed.log.prove(seq).await.unwrap().unwrap();
        let file = proof::TlogProof::parse(proof.file.as_bytes()).unwrap();
        assert_eq!(file.verify(&proof.leaf, &origin(), &public(&[1])).unwrap().size(), 700);
        assert!(file.verify(&[0; 32], &origin(), &public(&[1])).is_err());
    }
    assert!(bed.log.prove(700).await.unwrap().is_none());
    let whole = bed.log.tile("tile/0/001").await.unwrap();
    assert_eq!(whole.len(), 256 * 32);
    let part = bed.log.tile("tile/0/002.p/188").await.unwrap();
    let tree = bed.log.tree().await.unwrap();
    assert_eq!(part, tree.nodes(0, 512..700).await.unwrap().concat());
    assert_eq!(
        bed.log.tile("tile/1/000.p/2").await.unwrap(),
        tree.nodes(8, 0..2).await.unwrap().concat()
    );
    for none in [
        "tile/0/002",
        "tile/0/003",
        "tile/0/002.p/189",
        "tile/1/000",
        "tile/64/000",
        "tile/0/0",
        "",
        "tile/entries/000",
    ] {
        let refused = bed.log.tile(none).await;
        assert!(matches!(refused, Err(LogError::NoTile(_))), "{none}: {refused:?}");
    }
}
