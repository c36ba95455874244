//! The hot tail's indexes: which there are, and that they are sealed as they are.

use activity::query::Expr;

use super::{Bed, many, parse, seqs};
use crate::Order;
use crate::reader::freeze::Load;

impl Bed {
    /// The chunks of the tail: those that have an index, `+`, those that have none.
    async fn layout(&self) -> String {
        let head = self.log.head().await.unwrap();
        let chunks = self.log.reader().hot(head.sealed, head.through.size).unwrap();
        let seqs = |frozen: bool| {
            let chunks = chunks.iter().filter(|chunk| chunk.index().is_some() == frozen);
            let seqs = chunks.map(|chunk| format!("{}..{}", chunk.first_seq(), chunk.end_seq()));
            seqs.collect::<Vec<_>>().join(" ")
        };
        format!("{} + {}", seqs(true), seqs(false))
    }
}

#[tokio::test]
async fn all_but_the_newest_few_have_an_index_in_whole_blocks() {
    let bed = Bed::new(1_000).await;
    bed.append(many(0..45)).await;
    bed.freeze(Load::Heavy).await;
    assert_eq!(bed.layout().await, "0..32 + 32..36 36..40 40..44 44..45");
    bed.freeze(Load::Usual).await;
    // A middle block of 32, and three small ones of 4.
    assert_eq!(bed.layout().await, "0..32 32..36 36..40 40..44 + 44..45");
    bed.append(many(45..70)).await;
    bed.freeze(Load::Usual).await;
    assert_eq!(bed.layout().await, "0..32 32..64 64..68 + 68..70");
    bed.append(many(70..257)).await;
    bed.freeze(Load::Usual).await;
    assert!(bed.layout().await.ends_with("192..224 224..256 + 256..257"));
    // When there is nothing else to do.
    bed.freeze(Load::None).await;
    assert_eq!(bed.layout().await, "0..256 256..257 + ");
    // The block that was begun is frozen anew with what came.
    bed.append(many(257..259)).await;
    assert_eq!(bed.layout().await, "0..256 256..257 + 257..259");
    bed.freeze(Load::None).await;
    assert_eq!(bed.layout().await, "0..256 256..259 + ");
    bed.append(many(259..266)).await;
    bed.freeze(Load::Usual).await;
    assert_eq!(bed.layout().await, "0..256 256..260 260..264 + 264..266");
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
    // What is left of a block is as if it had just come.
    assert_eq!(
        bed.layout().await,
        "64..68 68..72 72..76 + 50..52 52..56 56..60 60..64 76..77"
    );
    bed.freeze(Load::None).await;
    assert_eq!(bed.layout().await, "50..64 64..72 72..76 76..77 + ");
    let rows = bed.all(&Expr::All, Order::Recorded, 9).await;
    assert_eq!(seqs(&rows), (0..77).collect::<Vec<_>>());
    bed.assert_root().await;
}
