//! What the examples ask the log while something is taken out of it.

use std::time::Instant;

use activity::query::Expr;
use engine::{Breakdown, Facet, Log, Order, Search};

/// What one page of the log asks.
pub(crate) async fn answer(log: &Log, when: &str) {
    for _ in 0..2 {
        let look = log.look().await.unwrap();
        let begun = Instant::now();
        let search = Search {
            expr: Expr::All,
            order: Order::Newest,
            after: None,
            limit: 50,
        };
        let rows = look.search(&search).await.unwrap().rows.len();
        let page = begun.elapsed();
        let by = Breakdown {
            facets: vec![Facet::Kind, Facet::User],
            edges: Vec::new(),
            most_checked: u64::MAX,
        };
        let n = look.summary(&Expr::All, &by, 10).await.unwrap().count.n;
        println!(
            "{when}: {rows} newest in {page:?}, with the summary of {n} {:?}",
            begun.elapsed()
        );
    }
}
