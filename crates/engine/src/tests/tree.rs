//! Proofs from the log's tree, wherever its leaves are.

use proof::{Hash, root_of, verify_consistency, verify_inclusion};
use store::log::head;

use super::{Bed, many};
use crate::{Log, LogError};

/// Every leaf of the log, as the tree gives it.
async fn leaves(log: &Log) -> Vec<Hash> {
    let tree = log.tree().await.unwrap();
    tree.nodes(0, 0..tree.size()).await.unwrap()
}

/// Holds everything that can be proved of some places and sizes against the leaves.
async fn check(log: &Log, leaves: &[Hash]) {
    let tree = log.tree().await.unwrap();
    let size = leaves.len() as u64;
    assert_eq!((tree.size(), tree.root()), (size, root_of(leaves)));
    let sizes: Vec<u64> = [1, 2, 255, 256, 257, 300, 511, 512, 513, 700, size.max(2) - 1, size]
        .into_iter()
        .filter(|of| *of <= size)
        .collect();
    for of in sizes.clone() {
        let root = root_of(&leaves[..of as usize]);
        assert_eq!(tree.root_at(of).await.unwrap(), root, "{of}");
        for seq in [0, 1, 254, 255, 256, of / 2, of - 1]
            .into_iter()
            .filter(|seq| *seq < of)
        {
            let found = tree.inclusion(seq, of).await.unwrap();
            assert_eq!(found.leaf, leaves[seq as usize], "{seq}");
            assert!(
                verify_inclusion(&found.leaf, seq, of, &found.path, &root),
                "{seq} of {of}"
            );
        }
        for old in sizes.iter().copied().filter(|old| *old <= of) {
            let path = tree.consistency(old, of).await.unwrap();
            let old_root = root_of(&leaves[..old as usize]);
            assert!(verify_consistency(old, &old_root, of, &root, &path), "{old} to {of}");
        }
    }
    for height in [1, 7, 8, 9] {
        let nodes = tree.nodes(height, 0..size >> height).await.unwrap();
        let whole = leaves.chunks_exact(1 << height);
        assert!(nodes.into_iter().eq(whole.map(root_of)), "height {height}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_are_the_same_whether_leaves_are_hot_sealed_or_merged() {
    // Volumes of 300 lie across the borders of subtrees.
    let bed = Bed::with(|settings| {
        settings.seal_at = 300;
        settings.merge_factor = 2;
    })
    .await;
    bed.append(many(0..1)).await;
    let mut all = leaves(&bed.log).await;
    check(&bed.log, &all).await;
    for (from, to) in [(1, 299), (299, 301), (301, 650), (650, 1300), (1300, 1333)] {
        bed.append(many(from..to)).await;
        let hot = leaves(&bed.log).await;
        assert_eq!(hot[..all.len()], all[..], "what was recorded keeps its leaf");
        all = hot;
        check(&bed.log, &all).await;
        bed.log.settle(false).await.unwrap();
        assert_eq!(leaves(&bed.log).await, all, "sealing changes no leaf");
        check(&bed.log, &all).await;
    }
    let head = head::read(&mut bed.store.glance().await.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert!(
        head.sealed > 1000 && head.sealed < head.size,
        "some are sealed, and some are hot"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_the_tree_is_refused_and_an_older_tree_stays_what_it_was() {
    let bed = Bed::new(300).await;
    bed.append(many(0..400)).await;
    let tree = bed.log.tree().await.unwrap();
    bed.append(many(400..500)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(tree.size(), 400);
    assert!(
        tree.inclusion(399, 400).await.is_ok(),
        "also once what was hot is sealed"
    );
    let outside = |error| matches!(error, Err(LogError::OutsideTree { .. }));
    assert!(outside(tree.inclusion(400, 400).await.map(drop)));
    assert!(outside(tree.inclusion(0, 401).await.map(drop)));
    assert!(outside(tree.consistency(3, 401).await.map(drop)));
    assert!(outside(tree.consistency(300, 200).await.map(drop)));
    assert!(outside(tree.root_at(401).await.map(drop)));
    for (height, index) in [
        (0, 400),
        (8, 1),
        (9, 0),
        (63, 1),
        (64, 0),
        (200, 0),
        (1, u64::MAX),
        (63, u64::MAX),
    ] {
        let end = index.saturating_add(1).max(index);
        let nodes = tree.nodes(height, index..end).await;
        assert!(index == u64::MAX || outside(nodes.map(drop)), "{height} {index}");
    }
}
