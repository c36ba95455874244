//! Rows rebuilt from the index: columns first, then the row of each document.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use activity::{Activity, Facts, Seq, Time};

use crate::error::Result;
use crate::index::column::{Column, Part};
use crate::index::details;
use crate::index::open::OpenIndex;
use crate::spread::Spread;

/// Decoded dictionary values by number, bounded in memory: those that were used last, and those used before them.
pub(crate) struct Decoded {
    young: [Numbered; Column::ALL.len()],
    old: [Numbered; Column::ALL.len()],
    /// Of the young ones.
    weight: usize,
    budget: usize,
}

type Numbered = HashMap<u64, Part, BuildHasherDefault<Spread>>;

impl Decoded {
    /// Holds about `budget` bytes of values used last, and no more of those before them, between two uses.
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            young: Default::default(),
            old: Default::default(),
            weight: 0,
            budget,
        }
    }

    /// The rows of these documents, in their order.
    pub(crate) fn rows(&mut self, index: &OpenIndex, first_seq: Seq, docs: &[u32]) -> Result<Vec<Activity>> {
        let mut occurred = vec![0; docs.len()];
        index.occurred.get_vals(docs, &mut occurred);
        let mut recorded = vec![0; docs.len()];
        index.recorded.get_vals(docs, &mut recorded);
        let ords = self.load(index, docs)?;
        let kinds = &ords[Column::Kind as usize];
        let mut rows = Vec::with_capacity(docs.len());
        for (at, doc) in docs.iter().enumerate() {
            let Some(Part::Kind(kind)) = self.young[Column::Kind as usize].get(&kinds[at]) else {
                return Err(index.damaged("an activity has no type"));
            };
            let mut facts = Facts::new(Arc::clone(kind), Time(occurred[at]));
            for column in Column::ALL.into_iter().skip(1) {
                if let Some(part) = self.young[column as usize].get(&ords[column as usize][at]) {
                    column.put(part, &mut facts);
                }
            }
            rows.push(Activity {
                seq: first_seq + u64::from(*doc),
                recorded_at: Time(recorded[at]),
                facts,
            });
        }
        fill_details(index, docs, &mut rows)?;
        Ok(rows)
    }

    /// Decodes the values of documents whose rows come soon: the more at once, the fewer blocks of a dictionary are read for
    /// each.
    pub(crate) fn prepare(&mut self, index: &OpenIndex, docs: &[u32]) -> Result<()> {
        self.load(index, docs).map(drop)
    }

    /// Reads the value numbers of these documents, decoding what is not known yet. All of their values are young then.
    fn load(&mut self, index: &OpenIndex, docs: &[u32]) -> Result<Vec<Vec<u64>>> {
        if self.weight > self.budget {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        let mut all = Vec::with_capacity(Column::ALL.len());
        for column in Column::ALL {
            let open = index.column(column);
            let (known, old) = (&mut self.young[column as usize], &mut self.old[column as usize]);
            let mut ords = vec![0; docs.len()];
            open.ords().get_vals(docs, &mut ords);
            let mut missing: Vec<u64> = ords.iter().copied().filter(|ord| !known.contains_key(ord)).collect();
            missing.sort_unstable();
            missing.dedup();
            let weight = &mut self.weight;
            let mut keep = |ord, part: Part| {
                *weight += part.weight();
                known.insert(ord, part);
            };
            missing.retain(|ord| old.remove(ord).map(|part| keep(*ord, part)).is_none());
            let found = open.parts(&missing, keep);
            if !found.map_err(index.io())? {
                return Err(index.damaged(&format!("its column {} has values it cannot read", column.name())));
            }
            all.push(ords);
        }
        Ok(all)
    }
}

fn fill_details(index: &OpenIndex, docs: &[u32], rows: &mut [Activity]) -> Result<()> {
    let mut sound = true;
    let mut fill = |row: &mut Activity, bytes: &[u8]| sound &= details::decode(bytes, &mut row.facts).is_some();
    if docs.is_sorted() {
        index.details(docs, |at, bytes| fill(&mut rows[at], bytes))?;
    } else {
        let mut order: Vec<usize> = (0..docs.len()).collect();
        order.sort_unstable_by_key(|at| docs[*at]);
        let sorted: Vec<u32> = order.iter().map(|at| docs[*at]).collect();
        index.details(&sorted, |at, bytes| fill(&mut rows[order[at]], bytes))?;
    }
    if sound {
        Ok(())
    } else {
        Err(index.damaged("free-form parts cannot be read"))
    }
}
