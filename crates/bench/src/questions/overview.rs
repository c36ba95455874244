//! Counts: the calls of the engine that count, all in one place.

use std::collections::BTreeMap;

use activity::Time;
use activity::query::Expr;
use anyhow::Result;
use engine::{Facet, Look};

/// Values of a facet that are shown.
const SHOWN: usize = 10;
/// The facets beside the outcome.
const FACETS: [Facet; 7] = [
    Facet::Kind,
    Facet::User,
    Facet::Group,
    Facet::Application,
    Facet::Ip,
    Facet::Device,
    Facet::Country,
];

/// Counts by type; how many in all.
pub async fn by_kind(look: &Look, expr: &Expr) -> Result<u64> {
    Ok(look.count_by(expr, Facet::Kind).await?.values().sum())
}

/// The ten users with the most; how many these have.
pub async fn top_users(look: &Look, expr: &Expr) -> Result<u64> {
    Ok(top(look.count_by(expr, Facet::User).await?)
        .into_iter()
        .map(|(_, n)| n)
        .sum())
}

/// The histogram and eight facets, the values with the most; how many match in all.
pub async fn overview(look: &Look, expr: &Expr, edges: &[Time]) -> Result<u64> {
    let outcomes = look.count_by(expr, Facet::Outcome).await?;
    for facet in FACETS {
        top(look.count_by(expr, facet).await?);
    }
    look.histogram(expr, edges).await?;
    Ok(outcomes.values().sum())
}

fn top(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|(_, a), (_, b)| b.cmp(a));
    counts.truncate(SHOWN);
    counts
}
