//! Pages, counts and single rows across hot and sealed.

use std::collections::BTreeMap;

use activity::query::Expr;
use activity::{Activity, Seq};
use volume::{Count, Facet};

use crate::core::Core;
use crate::source::{Rank, Source, cursor};
use crate::view::View;
use crate::{LogError, Page, Search};

impl Core {
    /// A page of what matches.
    pub(crate) async fn search(&self, search: &Search) -> Result<Page, LogError> {
        let asked = search.clone();
        let (mut rows, complete_through) = self.reading(move |view| page(view, &asked)).await?;
        let more = rows.len() > search.limit;
        rows.truncate(search.limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Ok(Page {
            rows,
            next,
            complete_through,
        })
    }

    /// How many match.
    pub(crate) async fn count(&self, expr: &Expr, cap: u64) -> Result<Count, LogError> {
        let expr = expr.clone();
        let (count, _) = self.reading(move |view| count(view, &expr, cap)).await?;
        Ok(count)
    }

    /// How many match for each value.
    pub(crate) async fn count_by(&self, expr: &Expr, facet: Facet) -> Result<BTreeMap<String, u64>, LogError> {
        let expr = expr.clone();
        let counts = move |view: &View| {
            let mut counts = BTreeMap::new();
            for source in view
                .sources()
                .filter(|source| source.may_match(&expr, volume::Order::Recorded, None))
            {
                source.count_by(&expr, facet, &mut counts)?;
            }
            Ok(counts)
        };
        Ok(self.reading(counts).await?.0)
    }

    /// The activity at this place.
    pub(crate) async fn get(&self, seq: Seq) -> Result<Option<Activity>, LogError> {
        let get = move |view: &View| {
            if seq >= view.position.size {
                return Ok(None);
            }
            if seq >= view.position.sealed {
                return Ok(view.hot_at(seq).and_then(|chunk| chunk.get(seq)).cloned());
            }
            let at = view.volumes.partition_point(|volume| volume.meta().end_seq() <= seq);
            match view.volumes.get(at) {
                Some(volume) => Ok(volume.get(seq)?),
                None => Ok(None),
            }
        };
        Ok(self.reading(get).await?.0)
    }
}

/// The first `limit + 1` rows: the last one only tells that there are more.
fn page(view: &View, search: &Search) -> Result<Vec<Activity>, LogError> {
    let Search {
        expr,
        order,
        after,
        limit,
    } = search;
    let wanted = limit.saturating_add(1);
    let mut sources: Vec<Source> = view
        .sources()
        .filter(|source| source.may_match(expr, *order, *after))
        .collect();
    sources.sort_by_key(|source| source.bound(*order));
    let mut rows: Vec<Activity> = Vec::new();
    for source in sources {
        // Guarantee: no row is missed, because every remaining source begins behind the page's last row.
        if rows.len() == wanted
            && rows
                .last()
                .is_some_and(|last| source.bound(*order) > Rank::row(*order, last))
        {
            break;
        }
        let found = source.search(expr, *order, *after, wanted)?;
        if found.is_empty() {
            continue;
        }
        rows.extend(found);
        rows.sort_by_key(|row| Rank::row(*order, row));
        rows.truncate(wanted);
    }
    Ok(rows)
}

fn count(view: &View, expr: &Expr, cap: u64) -> Result<Count, LogError> {
    if *expr == Expr::All {
        return Ok(Count {
            n: view.position.size,
            exact: true,
        });
    }
    let mut n = 0;
    // Newest first: an inexact count is then at least that of what was looked for most often.
    for source in view
        .sources()
        .rev()
        .filter(|source| source.may_match(expr, volume::Order::Recorded, None))
    {
        if n >= cap {
            return Ok(Count { n, exact: false });
        }
        let (more, exact) = source.count(expr, cap - n)?;
        n += more;
        if !exact {
            return Ok(Count { n, exact: false });
        }
    }
    Ok(Count { n, exact: true })
}
