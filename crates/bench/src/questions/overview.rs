//! Counts: the calls of the engine that count, all in one place.

use activity::Time;
use activity::query::Expr;
use anyhow::Result;
use engine::{Breakdown, Facet, Look};

/// Values of a facet that are shown.
const SHOWN: usize = 10;
/// More types than there are.
const ALL_KINDS: usize = 1_000;
/// Rows that are looked at one by one where no index decides.
const CHECKED: u64 = 100_000;
/// Counts by type; how many in all.
pub async fn by_kind(look: &Look, expr: &Expr) -> Result<u64> {
    counted(look, expr, Facet::Kind, ALL_KINDS).await
}

/// The ten users with the most; how many these have.
pub async fn top_users(look: &Look, expr: &Expr) -> Result<u64> {
    counted(look, expr, Facet::User, SHOWN).await
}

/// The histogram and eight facets, the values with the most; how many match in all.
pub async fn overview(look: &Look, expr: &Expr, edges: &[Time]) -> Result<u64> {
    let by = Breakdown {
        // The peers have no reporter.
        facets: Facet::ALL
            .into_iter()
            .filter(|facet| *facet != Facet::Reporter)
            .collect(),
        edges: edges.to_vec(),
        most_checked: CHECKED,
    };
    Ok(look.summary(expr, &by, SHOWN).await?.count.n)
}

async fn counted(look: &Look, expr: &Expr, facet: Facet, top: usize) -> Result<u64> {
    let by = Breakdown {
        facets: vec![facet],
        edges: Vec::new(),
        most_checked: CHECKED,
    };
    let summary = look.summary(expr, &by, top).await?;
    Ok(summary.tops.iter().flat_map(|top| &top.values).map(|(_, n)| n).sum())
}
