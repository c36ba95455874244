//! How many there are of each value, and which are the most.

use std::collections::HashMap;
use std::sync::Arc;

use activity::RecorderKind;

use crate::bitmap::{Bitmap, SOME};
use crate::error::Result;
use crate::facet::Facet;
use crate::index::column::ABSENT;
use crate::index::known::Known;
use crate::index::open::OpenColumn;
use crate::indexed::{Indexed, Opened};

/// Up to this many values, all of them are named; beyond, only those that may be among the most.
const SMALL: usize = if cfg!(test) { 2 } else { 256 };
/// How many of the largest values of a column are kept.
const LARGEST: usize = if cfg!(test) { 3 } else { 256 };

/// How many there are of each value of a facet. Rows without a value are not counted.
#[derive(Debug)]
pub struct Values(Of);

#[derive(Debug)]
enum Of {
    Named(HashMap<String, u64>),
    Numbered { of: Indexed, facet: Facet, counts: Counts },
}

#[derive(Debug)]
enum Counts {
    /// As many as there are documents with the value.
    All(Arc<Known>),
    /// By number.
    These(Vec<u32>),
}

/// The largest values of a part of the log.
pub struct Largest {
    /// Some values and how many there are of each, among them the largest.
    pub values: Vec<(String, u64)>,
    /// No other value has more than so many.
    pub others: u64,
}

impl Values {
    pub(super) fn named(counts: HashMap<String, u64>) -> Self {
        Self(Of::Named(counts))
    }

    pub(super) fn counted(of: &Indexed, facet: Facet, counts: Vec<u32>) -> Self {
        Self(Of::Numbered {
            of: of.clone(),
            facet,
            counts: Counts::These(counts),
        })
    }

    /// Of all documents.
    pub(super) fn all(of: &Indexed, facet: Facet) -> Result<Self> {
        let counts = match of.0.known_of(facet)? {
            Some(known) => Counts::All(known),
            None => Counts::These(of_all(&of.0, facet)?),
        };
        Ok(Self(Of::Numbered {
            of: of.clone(),
            facet,
            counts,
        }))
    }

    /// How many rows have a value.
    pub fn total(&self) -> Result<u64> {
        match &self.0 {
            Of::Named(counts) => Ok(counts.values().sum()),
            Of::Numbered { of, facet, counts } => match counts {
                Counts::All(known) => Ok(known.with_value),
                Counts::These(counts) => {
                    let absent = of.0.index.column(facet.column()).ord(ABSENT).map_err(of.0.index.io())?;
                    let counts = (0..).zip(counts).filter(|(ord, _)| Some(*ord) != absent);
                    Ok(counts.map(|(_, count)| u64::from(*count)).sum())
                }
            },
        }
    }

    /// All values, if they are few enough to be named.
    pub fn few(&self) -> Result<Option<HashMap<String, u64>>> {
        let (of, facet, counts) = match &self.0 {
            Of::Named(counts) => return Ok(Some(counts.clone())),
            Of::Numbered { of, facet, counts } => (of, *facet, counts),
        };
        let counts: Vec<(u64, u64)> = match counts {
            Counts::All(_) if of.0.index.column(facet.column()).terms() > SMALL => return Ok(None),
            Counts::All(_) => of.0.documents_by_value(facet)?.collect(),
            Counts::These(counts) => {
                let counts = (0..).zip(counts).map(|(ord, count)| (ord, u64::from(*count)));
                counts.filter(|(_, count)| *count > 0).collect()
            }
        };
        if counts.len() > SMALL {
            return Ok(None);
        }
        let mut named: HashMap<String, u64> = HashMap::new();
        of.0.names(facet, &counts, |name, count| *named.entry(name).or_default() += count)?;
        Ok(Some(named))
    }

    /// The `n` largest values, or somewhat more.
    pub fn largest(&self, n: usize) -> Result<Largest> {
        match &self.0 {
            Of::Named(counts) => Ok(Largest {
                values: counts.iter().map(|(value, n)| (value.clone(), *n)).collect(),
                others: 0,
            }),
            Of::Numbered { of, facet, counts } => {
                let known = of.0.known_of(*facet)?;
                let entries = known.as_ref().map_or(1, |known| known.entries_per_id);
                // Without lists it is not known how many entries an id has: then all are looked at.
                let n = if known.is_none() && facet.is_by_id() {
                    usize::MAX
                } else {
                    n
                };
                let (largest, others) = match counts {
                    Counts::All(known) if n < LARGEST => largest_of(known.largest.iter().copied(), n),
                    Counts::All(_) => {
                        let all = of.0.documents_by_value(*facet)?;
                        largest_of(all.map(|(ord, n)| (ord, n as u32)), n)
                    }
                    Counts::These(counts) => largest_of((0..).zip(counts.iter().copied()), n),
                };
                let mut ords: Vec<(u64, u64)> = largest.iter().map(|(ord, n)| (*ord, u64::from(*n))).collect();
                ords.sort_unstable();
                let mut values: Vec<(String, u64)> = Vec::with_capacity(ords.len());
                of.0.names(*facet, &ords, |name, n| values.push((name, n)))?;
                if entries > 1 {
                    // One value may be several entries, of which only some are among the largest.
                    values.sort_unstable();
                    values.dedup_by(|one, other| one.0 == other.0);
                    for (value, n) in &mut values {
                        *n = self.of(value)?;
                    }
                }
                Ok(Largest {
                    values,
                    others: u64::from(others) * entries,
                })
            }
        }
    }

    /// How many there are of this value.
    pub fn of(&self, value: &str) -> Result<u64> {
        let (of, facet, counts) = match &self.0 {
            Of::Named(counts) => return Ok(counts.get(value).copied().unwrap_or_default()),
            Of::Numbered { of, facet, counts } => (of, *facet, counts),
        };
        let ords = of.0.entries(facet, value)?;
        let Counts::These(counts) = counts else {
            return of.0.documents(facet, ords);
        };
        let count = |ord: u64| usize::try_from(ord).ok().and_then(|ord| counts.get(ord));
        Ok(ords.into_iter().filter_map(count).map(|n| u64::from(*n)).sum())
    }
}

/// The `n` largest that are not 0, in their order, and the largest count of the others. Of many only those are held that
/// may be among them.
fn largest_of(counts: impl Iterator<Item = (u64, u32)>, n: usize) -> (Vec<(u64, u32)>, u32) {
    let most = n.saturating_mul(2).max(1);
    let (mut largest, mut least, mut others) = (Vec::new(), 0, 0);
    for (ord, count) in counts {
        if count <= least {
            others = others.max(count);
            continue;
        }
        largest.push((ord, count));
        if largest.len() >= most {
            others = others.max(keep_largest(&mut largest, n));
            least = largest.last().map_or(0, |(_, count)| *count);
        }
    }
    others = others.max(keep_largest(&mut largest, n));
    (largest, others)
}

/// Keeps the `n` largest, in their order; the largest count of the others.
fn keep_largest(counts: &mut Vec<(u64, u32)>, n: usize) -> u32 {
    let order = |count: &(u64, u32)| std::cmp::Reverse(count.1);
    let mut others = 0;
    if counts.len() > n {
        counts.select_nth_unstable_by_key(n, order);
        others = counts[n].1;
        counts.truncate(n);
    }
    counts.sort_unstable_by_key(order);
    others
}

/// Nothing counted yet.
pub(super) fn none(of: &Opened, facet: Facet) -> Vec<u32> {
    vec![0; of.index.column(facet.column()).terms()]
}

/// How many of all documents have each value, by its number: as the lists say, where the column has any.
pub(super) fn of_all(of: &Opened, facet: Facet) -> Result<Vec<u32>> {
    let mut counts = none(of, facet);
    if of.index.column(facet.column()).listed().is_none() {
        add(
            of,
            &[facet],
            &Bitmap::full(0..of.docs()),
            std::slice::from_mut(&mut counts),
        );
        return Ok(counts);
    }
    for (count, (_, documents)) in counts.iter_mut().zip(of.documents_by_value(facet)?) {
        // There are no more documents than numbers for them.
        *count = documents as u32;
    }
    Ok(counts)
}

/// Adds these documents to the counts of each facet.
pub(super) fn add(of: &Opened, facets: &[Facet], docs: &Bitmap, counts: &mut [Vec<u32>]) {
    let columns = facets.iter().map(|facet| of.index.column(facet.column()).ords());
    let columns: Vec<_> = columns.collect();
    let mut ords = [0; SOME];
    docs.each_some(|docs| {
        let ords = &mut ords[..docs.len()];
        for (column, counts) in columns.iter().zip(&mut *counts) {
            column.get_vals(docs, ords);
            for ord in &*ords {
                if let Some(count) = counts.get_mut(*ord as usize) {
                    *count += 1;
                }
            }
        }
    });
}

impl Opened {
    /// What is known of the facet's column, read once; `None` if it has no lists.
    fn known_of(&self, facet: Facet) -> Result<Option<Arc<Known>>> {
        let column = self.index.column(facet.column());
        let Some(listed) = column.listed() else { return Ok(None) };
        let slot = &self.known[facet.column() as usize];
        if let Some(known) = slot.get() {
            return Ok(Some(Arc::clone(known)));
        }
        let mut stream = listed.terms().stream().map_err(self.index.io())?;
        let mut largest: Vec<(u64, u32)> = Vec::new();
        let (mut with_value, mut run, mut longest) = (0, 0, 1);
        let mut before: Vec<u8> = Vec::new();
        while stream.advance() {
            if stream.key() == ABSENT.as_bytes() {
                continue;
            }
            let documents = stream.value().doc_freq;
            with_value += u64::from(documents);
            largest.push((stream.term_ord(), documents));
            if largest.len() >= 2 * LARGEST {
                keep_largest(&mut largest, LARGEST);
            }
            if facet.is_by_id() {
                let id = stream.key().split(|byte| *byte == 0).next().unwrap_or_default();
                run = if id == before { run + 1 } else { 1 };
                longest = longest.max(run);
                before.clear();
                before.extend_from_slice(id);
            }
        }
        keep_largest(&mut largest, LARGEST);
        // A reporter's entries stand side by side for each way of reporting.
        let ways = if facet == Facet::Reporter {
            RecorderKind::ALL.len() as u64
        } else {
            1
        };
        let known = Arc::new(Known {
            largest,
            with_value,
            entries_per_id: longest * ways,
        });
        Ok(Some(Arc::clone(slot.get_or_init(|| known))))
    }

    /// How many documents have each value, by its number.
    fn documents_by_value(&self, facet: Facet) -> Result<impl Iterator<Item = (u64, u64)> + use<>> {
        let column = self.index.column(facet.column());
        let mut all = Vec::with_capacity(column.terms());
        if let Some(listed) = column.listed() {
            let mut stream = listed.terms().stream().map_err(self.index.io())?;
            while stream.advance() {
                all.push((stream.term_ord(), u64::from(stream.value().doc_freq)));
            }
        }
        Ok(all.into_iter())
    }

    /// Calls `each` with the value of each of these numbers, ascending, and what comes with it.
    fn names(&self, facet: Facet, ords: &[(u64, u64)], mut each: impl FnMut(String, u64)) -> Result<()> {
        let numbers: Vec<u64> = ords.iter().map(|(ord, _)| *ord).collect();
        let mut counts = ords.iter();
        let found = self.index.column(facet.column()).parts(&numbers, |_, part| {
            if let (Some(name), Some((_, count))) = (Facet::name(part), counts.next()) {
                each(name, *count);
            }
        });
        if found.map_err(self.index.io())? {
            Ok(())
        } else {
            Err(self.index.damaged("a facet cannot be read"))
        }
    }

    /// The numbers of the entries of this value.
    fn entries(&self, facet: Facet, value: &str) -> Result<Vec<u64>> {
        let column = self.index.column(facet.column());
        let mut ords = Vec::new();
        for (text, exact) in facet.entries(value) {
            if exact {
                ords.extend(column.ord(&text).map_err(self.index.io())?);
            } else {
                ords.extend(column.ords_from(&text).map_err(self.index.io())?);
            }
        }
        ords.sort_unstable();
        Ok(ords)
    }

    /// How many documents have one of these values.
    fn documents(&self, facet: Facet, ords: Vec<u64>) -> Result<u64> {
        let Some(listed) = self.index.column(facet.column()).listed() else {
            return Ok(0);
        };
        let infos = OpenColumn::infos(listed, &ords).map_err(self.index.io())?;
        Ok(infos.iter().map(|info| u64::from(info.doc_freq)).sum())
    }
}
