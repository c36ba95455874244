//! A compiled query and its evaluation.

use std::ops::Range;
use std::sync::Arc;

use tantivy::columnar::ColumnValues;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, TERMINATED};

use crate::bitmap::Bitmap;
use crate::query::Deadline;

/// Values read at once; a multiple of 64.
const VALUES: u32 = 1_024;
/// Of a block of values, fewer than this part are read one by one.
const FEW: u32 = 8;

/// Lists read between two looks at the clock.
const LISTS: usize = 64;

/// A compiled query.
pub(crate) enum Node {
    All,
    Nothing,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// The documents of any of these lists.
    Lists {
        index: Arc<InvertedIndexReader>,
        infos: Vec<TermInfo>,
    },
    /// The documents whose value number is in the set.
    Values {
        ords: Arc<dyn ColumnValues<u64>>,
        set: OrdSet,
    },
    /// The documents with a time in any of these half-open ranges.
    Times {
        times: Arc<dyn ColumnValues<i64>>,
        ranges: Vec<Range<i64>>,
    },
    /// These documents of the whole volume.
    Set(Bitmap),
    /// The documents in any of these ranges.
    Docs(Vec<Range<u32>>),
    /// What may match of these; nothing surely does.
    Maybe(Box<Node>),
}

/// Value numbers, one bit each.
pub(crate) struct OrdSet(Vec<u64>);

impl OrdSet {
    pub(crate) fn new(terms: usize, ords: &[u64]) -> Self {
        let mut bits = vec![0u64; terms.div_ceil(64)];
        for ord in ords {
            if let Some(word) = bits.get_mut((ord / 64) as usize) {
                *word |= 1 << (ord % 64);
            }
        }
        Self(bits)
    }

    fn contains(&self, ord: u64) -> bool {
        self.0
            .get((ord / 64) as usize)
            .is_some_and(|word| word & (1 << (ord % 64)) != 0)
    }
}

/// What is known of a window: every document of `sure` matches, and none outside `possible`.
pub(crate) struct Bounds {
    pub(crate) sure: Bitmap,
    /// `None` if `sure` is all that match.
    pub(crate) possible: Option<Bitmap>,
}

impl Bounds {
    fn exact(sure: Bitmap) -> Self {
        Self { sure, possible: None }
    }

    /// Every document that may match.
    pub(crate) fn possible(&self) -> &Bitmap {
        self.possible.as_ref().unwrap_or(&self.sure)
    }
}

impl Node {
    /// No more than so many of `docs` documents match.
    pub(crate) fn most(&self, docs: u32) -> u64 {
        let all = u64::from(docs);
        let most = match self {
            Self::Nothing => 0,
            Self::And(nodes) => nodes.iter().map(|node| node.most(docs)).min().unwrap_or(all),
            Self::Or(nodes) => nodes.iter().map(|node| node.most(docs)).sum(),
            Self::Lists { infos, .. } => infos.iter().map(|info| u64::from(info.doc_freq)).sum(),
            Self::Set(set) => set.count(),
            Self::Docs(ranges) => ranges.iter().map(|range| range.len() as u64).sum(),
            Self::Maybe(inner) => inner.most(docs),
            Self::All | Self::Not(_) | Self::Values { .. } | Self::Times { .. } => all,
        };
        most.min(all)
    }

    /// The same as what may match, to be checked row by row.
    pub(crate) fn unsure(self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            node => Self::Maybe(Box::new(node)),
        }
    }

    /// Evaluates on the documents of `within`; bits outside of it are never set.
    pub(crate) fn evaluate(&self, within: &Bitmap, deadline: &Deadline) -> std::io::Result<Bounds> {
        deadline.check()?;
        let window = within.window();
        match self {
            Self::All => Ok(Bounds::exact(within.clone())),
            Self::Nothing => Ok(Bounds::exact(Bitmap::empty(window))),
            Self::And(all) => intersect(all, within, deadline),
            Self::Or(any) => unite(any, within, deadline),
            Self::Not(inner) => Ok(complement(inner.evaluate(within, deadline)?, within)),
            Self::Maybe(inner) => {
                let inner = inner.evaluate(within, deadline)?;
                let possible = inner.possible.unwrap_or(inner.sure);
                Ok(Bounds {
                    sure: Bitmap::empty(window),
                    possible: Some(possible),
                })
            }
            Self::Docs(ranges) => {
                let mut found = Bitmap::empty(window);
                ranges.iter().for_each(|range| found.insert_range(range.clone()));
                found.and(within);
                Ok(Bounds::exact(found))
            }
            Self::Set(set) => {
                let mut found = Bitmap::empty(window);
                within
                    .iter()
                    .filter(|doc| set.contains(*doc))
                    .for_each(|doc| found.insert(doc));
                Ok(Bounds::exact(found))
            }
            Self::Lists { index, infos } => {
                let mut found = Bitmap::empty(window);
                fill(index, infos, &mut found, deadline)?;
                found.and(within);
                Ok(Bounds::exact(found))
            }
            Self::Values { ords, set } => Ok(Bounds::exact(filter(ords.as_ref(), within, |ord| set.contains(ord)))),
            Self::Times { times, ranges } => {
                let inside = |at| ranges.iter().any(|range| range.contains(&at));
                Ok(Bounds::exact(filter(times.as_ref(), within, inside)))
            }
        }
    }
}

fn intersect(all: &[Node], within: &Bitmap, deadline: &Deadline) -> std::io::Result<Bounds> {
    let mut sum = Bounds::exact(within.clone());
    for node in all {
        let next = node.evaluate(sum.possible(), deadline)?;
        // Before `sure` shrinks: what may match is what may match on both sides.
        sum.possible = match (sum.possible.take(), next.possible) {
            (None, None) => None,
            (Some(possible), None) => Some(narrowed(possible, &next.sure)),
            (None, Some(possible)) => Some(narrowed(possible, &sum.sure)),
            (Some(one), Some(other)) => Some(narrowed(one, &other)),
        };
        sum.sure.and(&next.sure);
        if sum.possible().is_empty() {
            break;
        }
    }
    Ok(sum)
}

fn narrowed(mut bits: Bitmap, by: &Bitmap) -> Bitmap {
    bits.and(by);
    bits
}

fn unite(any: &[Node], within: &Bitmap, deadline: &Deadline) -> std::io::Result<Bounds> {
    let mut sum = Bounds::exact(Bitmap::empty(within.window()));
    for node in any {
        let next = node.evaluate(within, deadline)?;
        if sum.possible.is_some() || next.possible.is_some() {
            let mut possible = sum.possible.take().unwrap_or_else(|| sum.sure.clone());
            possible.or(next.possible());
            sum.possible = Some(possible);
        }
        sum.sure.or(&next.sure);
    }
    Ok(sum)
}

fn complement(inner: Bounds, within: &Bitmap) -> Bounds {
    let without = |bits: &Bitmap| {
        let mut rest = within.clone();
        rest.and_not(bits);
        rest
    };
    match inner.possible {
        None => Bounds::exact(without(&inner.sure)),
        Some(possible) => Bounds {
            sure: without(&possible),
            possible: Some(without(&inner.sure)),
        },
    }
}

/// Sets the documents of the lists that lie in the window.
pub(super) fn fill(
    index: &InvertedIndexReader,
    infos: &[TermInfo],
    found: &mut Bitmap,
    deadline: &Deadline,
) -> std::io::Result<()> {
    let window = found.window();
    let mut list: Option<BlockSegmentPostings> = None;
    for (nth, info) in infos.iter().enumerate() {
        if nth % LISTS == LISTS - 1 {
            deadline.check()?;
        }
        let list = match &mut list {
            Some(list) => {
                index.reset_block_postings_from_terminfo(info, list)?;
                list
            }
            none => none.insert(index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?),
        };
        let mut from = if window.start == 0 { 0 } else { list.seek(window.start) };
        'list: while list.block_len() > 0 {
            for doc in list.docs().iter().skip(from) {
                if *doc >= window.end || *doc == TERMINATED {
                    break 'list;
                }
                found.insert(*doc);
            }
            from = 0;
            list.advance();
        }
    }
    Ok(())
}

/// The documents of `within` whose value is accepted.
fn filter<T: Copy + Default + PartialOrd + 'static>(
    values: &dyn ColumnValues<T>,
    within: &Bitmap,
    accept: impl Fn(T) -> bool,
) -> Bitmap {
    let window = within.window();
    let mut found = Bitmap::empty(window.clone());
    let mut buffer = [T::default(); VALUES as usize];
    for start in window.clone().step_by(VALUES as usize) {
        let docs = (window.end - start).min(VALUES);
        let wanted = within.count_from(start, docs);
        if wanted == 0 {
            continue;
        }
        if wanted < docs / FEW {
            let few = within.iter_from(start, docs).filter(|doc| accept(values.get_val(*doc)));
            few.for_each(|doc| found.insert(doc));
            continue;
        }
        let block = &mut buffer[..docs as usize];
        values.get_range(u64::from(start), block);
        for (first, some) in (start..).step_by(64).zip(block.chunks(64)) {
            let bits = some
                .iter()
                .rev()
                .fold(0, |bits, value| bits << 1 | u64::from(accept(*value)));
            found.set_word(first, bits);
        }
    }
    found.and(within);
    found
}
