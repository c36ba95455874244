//! The hot tail's indexes: which there are, and that they are sealed as they are.

use std::ops::Range;

use activity::query::Expr;

use super::{Bed, many, parse, seqs};
use crate::Order;
use crate::reader::freeze::Load;

impl Bed {
    /// The chunks of the tail that have an index, and those that have none.
    async fn chunks(&self) -> (Vec<Range<u64>>, Vec<Range<u64>>) {
        let head = self.log.head().await.unwrap();
        let chunks = self.log.reader().hot(head.sealed, head.through.size).unwrap();
        let (frozen, fresh): (Vec<_>, Vec<_>) = chunks.iter().partition(|chunk| chunk.index().is_some());
        let seqs = |chunks: Vec<&std::sync::Arc<crate::reader::tail::Chunk>>| {
            let seqs = chunks.into_iter().map(|chunk| chunk.first_seq()..chunk.end_seq());
            seqs.collect()
        };
        (seqs(frozen), seqs(fresh))
    }
}

#[tokio::test]
async fn all_but_the_newest_few_have_an_index_in_whole_blocks() {
    let bed = Bed::new(1_000).await;
    bed.append(many(0..45)).await;
    bed.freeze(Load::Heavy).await;
    assert_eq!(bed.chunks().await.0, [0..32]);
    bed.freeze(Load::Usual).await;
    // A middle block of 32, and three small ones of 4.
    assert_eq!(bed.chunks().await, (vec![0..32, 32..36, 36..40, 40..44], vec![44..45]));
    bed.append(many(45..70)).await;
    bed.freeze(Load::Usual).await;
    assert_eq!(bed.chunks().await, (vec![0..32, 32..64, 64..68], vec![68..70]));
    bed.append(many(70..257)).await;
    bed.freeze(Load::Usual).await;
    assert_eq!(bed.chunks().await.0.len(), 8);
    // When there is nothing else to do.
    bed.freeze(Load::None).await;
    assert_eq!(bed.chunks().await, (vec![0..256], vec![256..257]));
}

#[tokio::test]
async fn what_is_frozen_is_sealed_as_it_is_and_what_is_left_over_is_frozen_anew() {
    let bed = Bed::new(50).await;
    bed.append(many(0..45)).await;
    bed.freeze(Load::Usual).await;
    bed.append(many(45..77)).await;
    bed.freeze(Load::Usual).await;
    let before = bed.all(&parse("user:usr_1"), Order::Newest, 7).await;
    bed.log.settle(false).await.unwrap();
    let head = bed.log.head().await.unwrap();
    assert_eq!(head.sealed, 50);
    assert_eq!(bed.all(&parse("user:usr_1"), Order::Newest, 7).await, before);
    let (frozen, fresh) = bed.chunks().await;
    assert_eq!(
        (frozen, fresh.len()),
        (vec![64..68, 68..72, 72..76], 5),
        "what is left of a block is as if it had just come"
    );
    bed.freeze(Load::None).await;
    assert_eq!(bed.chunks().await, (vec![50..64, 64..68, 68..72, 72..76], vec![76..77]));
    assert_eq!(
        seqs(&bed.all(&Expr::All, Order::Recorded, 9).await),
        (0..77).collect::<Vec<_>>()
    );
    bed.assert_root().await;
}
