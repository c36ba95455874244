//! Pages, counts and single rows across hot and sealed.

use std::collections::BTreeMap;

use activity::query::Expr;
use activity::{Activity, Seq};
use volume::{Count, Deadline, Facet, Filling, Query, Room};

use crate::hole::Hole;
use crate::source::{Rank, Source, cursor};
use crate::view::View;
use crate::{Inquiry, LogError, Page, Search};

impl Inquiry {
    /// A page of what matches.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the deadline is over.
    pub async fn search(&self, search: &Search) -> Result<Page, LogError> {
        let (asked, deadline) = (search.clone(), self.deadline());
        let room = Room {
            rows: search.limit,
            bytes: self.page_bytes(),
        };
        let page = move |view: &View| {
            let Search { expr, order, after, .. } = &asked;
            let unreadable: Vec<Hole> = view.holes_of(expr, *order, *after).cloned().collect();
            Ok((page(view, &asked, room, deadline.clone())?, unreadable))
        };
        let ((mut rows, unreadable), complete_through) = self.reading(page).await?;
        let fitting = room.fitting(&rows);
        let more = rows.len() > fitting;
        rows.truncate(fitting);
        Ok(Page {
            next: if more { rows.last().map(cursor) } else { None },
            is_cut: more && fitting < search.limit,
            rows,
            complete_through,
            unreadable,
        })
    }

    /// How many match, counting no further than `cap` where counting costs something.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the deadline is over.
    pub async fn count(&self, expr: &Expr, cap: u64) -> Result<Count, LogError> {
        let (expr, deadline) = (expr.clone(), self.deadline());
        let count = move |view: &View| count(view, &mut Query::new(&expr, deadline.clone()), cap);
        Ok(self.reading(count).await?.0)
    }

    /// How many match for each value of the facet.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the deadline is over.
    pub async fn count_by(&self, expr: &Expr, facet: Facet) -> Result<BTreeMap<String, u64>, LogError> {
        let (expr, deadline) = (expr.clone(), self.deadline());
        let counts = move |view: &View| {
            let mut counts = BTreeMap::new();
            let mut query = Query::new(&expr, deadline.clone());
            for source in view
                .sources()
                .filter(|source| source.may_match(&expr, volume::Order::Recorded, None))
            {
                source.count_by(&mut query, facet, &mut counts)?;
            }
            Ok(counts)
        };
        Ok(self.reading(counts).await?.0)
    }

    /// The activity at this place.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn get(&self, seq: Seq) -> Result<Option<Activity>, LogError> {
        let get = move |view: &View| {
            if seq >= view.position.size {
                return Ok(None);
            }
            if seq >= view.position.sealed {
                return Ok(view.hot_at(seq).and_then(|chunk| chunk.get(seq)).cloned());
            }
            let at = view.volumes.partition_point(|volume| volume.meta().end_seq() <= seq);
            match view.volumes.get(at).filter(|volume| volume.meta().holds(seq)) {
                Some(volume) => Ok(volume.get(seq)?),
                None => match view.holes.iter().find(|hole| hole.seqs.contains(&seq)) {
                    Some(hole) => Err(LogError::Unreadable(hole.clone())),
                    None => Ok(None),
                },
            }
        };
        Ok(self.reading(get).await?.0)
    }
}

/// The rows of a page, and one beyond it if there is one.
fn page(view: &View, search: &Search, room: Room, deadline: Deadline) -> Result<Vec<Activity>, LogError> {
    let Search { expr, order, after, .. } = search;
    let mut query = Query::new(expr, deadline);
    let mut sources: Vec<Source> = view
        .sources()
        .filter(|source| source.may_match(expr, *order, *after))
        .collect();
    sources.sort_by_key(|source| source.bound(*order));
    let mut rows: Vec<Activity> = Vec::new();
    let mut more = false;
    for source in sources {
        // Guarantee: no row is missed, because every remaining source begins behind the page's last row.
        if more
            && rows
                .last()
                .is_some_and(|last| source.bound(*order) > Rank::row(*order, last))
        {
            break;
        }
        query.check()?;
        let found = source.search(&mut query, *order, *after, Filling::and_one_beyond(room))?;
        if found.is_empty() {
            continue;
        }
        rows.extend(found);
        rows.sort_by_key(|row| Rank::row(*order, row));
        // Guarantee: what a full source held back lies behind this, because its own rows alone fill the page.
        let fitting = room.fitting(&rows);
        more = rows.len() > fitting;
        rows.truncate(fitting + 1);
    }
    Ok(rows)
}

fn count(view: &View, query: &mut Query, cap: u64) -> Result<Count, LogError> {
    if *query.expr() == Expr::All {
        let lacking: u64 = view.holes.iter().map(|hole| hole.seqs.end - hole.seqs.start).sum();
        return Ok(Count {
            n: view.position.size - lacking,
            exact: lacking == 0,
        });
    }
    let is_whole = view
        .holes_of(query.expr(), volume::Order::Recorded, None)
        .next()
        .is_none();
    let mut n = 0;
    // Newest first: an inexact count is then at least that of what was looked for most often.
    let sources = view.sources().rev();
    let expr = query.expr().clone();
    for source in sources.filter(|source| source.may_match(&expr, volume::Order::Recorded, None)) {
        if n >= cap {
            return Ok(Count { n, exact: false });
        }
        query.check()?;
        let (more, exact) = source.count(query, cap - n)?;
        n += more;
        if !exact {
            return Ok(Count { n, exact: false });
        }
    }
    Ok(Count { n, exact: is_whole })
}
