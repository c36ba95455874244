//! Whether an index says of its documents what rows say: told by what the rows' parts are kept as, so that no row is made of the
//! index. Each value of a dictionary is read once for many documents, and proven to come back as it was kept.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use activity::{Activity, Facts, Time};

use super::column::Column;
use super::details;
use super::open::OpenIndex;
use crate::error::Result;
use crate::spread::Spread;

/// Documents whose values are read at once: the more, the fewer blocks of a dictionary are read for each.
const WINDOW: u32 = if cfg!(test) { 7 } else { 32_768 };
/// Documents of a window where the values of so many as usual are too heavy.
const FEW: u32 = if cfg!(test) { 2 } else { 512 };
/// Values kept between two windows, in bytes; as much again of those used before them.
const KEPT_BYTES: usize = 8 << 20;
/// What a window's may take together with those kept; with more it is one of few documents.
const MOST_BYTES: usize = if cfg!(test) { 2_000 } else { 4 * KEPT_BYTES };

type Texts = HashMap<u64, Box<str>, BuildHasherDefault<Spread>>;

/// Documents of an index, compared in their order.
pub(crate) struct Comparison<'a> {
    index: &'a OpenIndex,
    /// The documents whose values are at hand, and the numbers of these.
    window: Range<u32>,
    ords: [Vec<u64>; Column::ALL.len()],
    young: [Texts; Column::ALL.len()],
    old: [Texts; Column::ALL.len()],
    /// Of the young ones.
    weight: usize,
    encoded: String,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(index: &'a OpenIndex) -> Self {
        Self {
            index,
            window: 0..0,
            ords: Default::default(),
            young: Default::default(),
            old: Default::default(),
            weight: 0,
            encoded: String::new(),
        }
    }

    /// The documents from `first` on that are not kept as these rows would be. What is kept otherwise may still be the same.
    pub(crate) fn differing(&mut self, first: u32, rows: &[&Activity]) -> Result<Vec<u32>> {
        let docs: Vec<u32> = (first..).take(rows.len()).collect();
        let (mut occurred, mut recorded) = (vec![0; docs.len()], vec![0; docs.len()]);
        self.index.occurred.get_range(u64::from(first), &mut occurred);
        self.index.recorded.get_range(u64::from(first), &mut recorded);
        let mut sound = vec![true; docs.len()];
        for (at, (doc, row)) in docs.iter().zip(rows).enumerate() {
            if !self.window.contains(doc) {
                self.read(*doc)?;
            }
            let times = (Time(occurred[at]), Time(recorded[at])) == (row.occurred_at, row.recorded_at);
            sound[at] = times && self.has_columns(*doc, &row.facts);
        }
        // Details are compared as they are read: a later build may compress them otherwise.
        let mut with = vec![false; docs.len()];
        self.index.details(&docs, |at, bytes| {
            let mut facts = Facts::new(std::sync::Arc::clone(&rows[at].facts.kind), rows[at].occurred_at);
            with[at] = true;
            sound[at] &= details::decode(bytes, &mut facts).is_some() && details::are_same(&facts, &rows[at].facts);
        })?;
        let none = |at: usize| with[at] || details::are_none(&rows[at].facts);
        let differing = docs.iter().enumerate().filter(|(at, _)| !sound[*at] || !none(*at));
        Ok(differing.map(|(_, doc)| *doc).collect())
    }

    fn has_columns(&mut self, doc: u32, facts: &Facts) -> bool {
        let at = (doc - self.window.start) as usize;
        Column::ALL.into_iter().all(|column| {
            column.encode(facts, &mut self.encoded);
            let ord = self.ords[column as usize].get(at);
            let text = ord.and_then(|ord| self.young[column as usize].get(ord));
            text.is_some_and(|text| **text == *self.encoded)
        })
    }

    /// Reads the values of the documents from `first` on.
    fn read(&mut self, first: u32) -> Result<()> {
        if self.weight > KEPT_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        if !self.read_window(first, WINDOW, MOST_BYTES)? {
            (self.young, self.old, self.weight) = (Default::default(), Default::default(), 0);
            self.read_window(first, FEW, usize::MAX)?;
        }
        Ok(())
    }

    /// The same of so many documents; `false` if their values take more than `most` bytes.
    fn read_window(&mut self, first: u32, documents: u32, most: usize) -> Result<bool> {
        self.window = first..first.saturating_add(documents).min(self.index.docs);
        for column in Column::ALL {
            let open = self.index.column(column);
            let ords = &mut self.ords[column as usize];
            ords.clear();
            ords.resize(self.window.len(), 0);
            open.ords().get_range(u64::from(first), ords);
            let (young, old) = (&mut self.young[column as usize], &mut self.old[column as usize]);
            let mut missing: Vec<u64> = ords.iter().copied().filter(|ord| !young.contains_key(ord)).collect();
            missing.sort_unstable();
            missing.dedup();
            let weight = &mut self.weight;
            let mut keep = |weight: &mut usize, ord, text: Box<str>| {
                *weight += text.len() + 64;
                young.insert(ord, text);
            };
            missing.retain(|ord| old.remove(ord).map(|text| keep(weight, *ord, text)).is_none());
            let encoded = &mut self.encoded;
            let found = open.texts(&missing, |ord, text| {
                let comes_back = comes_back(column, text, encoded);
                if comes_back {
                    keep(weight, ord, text.into());
                }
                comes_back && *weight <= most
            });
            if *weight > most {
                return Ok(false);
            }
            if !found.map_err(self.index.io())? {
                return Err(self
                    .index
                    .damaged(&format!("its column {} has values it cannot read", column.name())));
            }
        }
        Ok(true)
    }
}

/// Whether a value that is kept as this text is read, and kept as the same text then.
fn comes_back(column: Column, text: &str, encoded: &mut String) -> bool {
    let mut facts = Facts::new("", Time(0));
    column.decode(text).is_some_and(|part| {
        if column == Column::MoreTargets {
            // They stand behind the chief one.
            facts.targets.push(activity::Target::default());
        }
        column.put(&part, &mut facts);
        column.encode(&facts, encoded);
        encoded == text
    })
}
