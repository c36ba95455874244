//! Counting matches, in all and by value.

use std::collections::BTreeMap;

use activity::Activity;

use crate::bitmap::Bitmap;
use crate::candidates::Windows;
use crate::error::Result;
use crate::eval::{Bounds, Node};
use crate::index::column::{Column, Part};
use crate::indexed::{Indexed, Opened};
use crate::query::{Query, Step};

/// Documents evaluated at once.
const WINDOW: u32 = if cfg!(test) { 7 } else { 1 << 20 };
/// Bytes of rows checked at once.
const CHECKED_BYTES: usize = 512 << 10;
/// The most rows checked at once.
const CHECKED: usize = if cfg!(test) { 3 } else { 512 };

/// How many match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// This many, or at least this many.
    pub n: u64,
    /// Whether there are no more than `n`.
    pub exact: bool,
}

/// By what to count. Rows without a value are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// The activity type's code.
    Kind,
    /// `success` or `failure`.
    Outcome,
    /// The user's id.
    User,
    /// The group's id.
    Group,
    /// The application's id.
    Application,
    /// The address.
    Ip,
    /// The device in words.
    Device,
    /// The country's code.
    Country,
}

impl Facet {
    /// The value of one activity, as [`Indexed::count_by`] names it.
    #[must_use]
    pub fn of(self, activity: &Activity) -> Option<String> {
        match self {
            Self::Kind => Some(activity.kind.to_string()),
            Self::Outcome => Some(activity.outcome.word().to_owned()),
            Self::User => activity.user.as_ref().map(|it| it.id.clone()),
            Self::Group => activity.group.as_ref().map(|it| it.id.clone()),
            Self::Application => activity.application.as_ref().map(|it| it.id.clone()),
            Self::Ip => activity.ip.map(|it| it.to_string()),
            Self::Device => activity.device.clone(),
            Self::Country => activity.country.clone(),
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Kind => Column::Kind,
            Self::Outcome => Column::Outcome,
            Self::User => Column::User,
            Self::Group => Column::Group,
            Self::Application => Column::Application,
            Self::Ip => Column::Ip,
            Self::Device => Column::Device,
            Self::Country => Column::Country,
        }
    }
}

impl Indexed {
    /// How many match. Rows that must be checked one by one are checked until `cap` are found; a
    /// number the index knows is given whole.
    pub fn count(&self, query: &mut Query, cap: u64) -> Result<Count> {
        let of = &*self.0;
        let node = of.compile(query)?;
        if let Some(n) = of.known(&node) {
            return Ok(Count { n, exact: true });
        }
        let mut n = 0;
        let mut checked = Step::new(CHECKED_BYTES, CHECKED);
        let mut windows = Windows::new(0..of.docs());
        while let Some(window) = windows.next(WINDOW) {
            let bounds = of.searched(&node, &query.deadline).evaluate(window.clone())?;
            n += bounds.sure.count();
            let unsure = unsure(&bounds);
            let mut left = unsure.as_slice();
            while !left.is_empty() {
                if n >= cap {
                    return Ok(Count { n, exact: false });
                }
                let docs;
                (docs, left) = left.split_at(checked.rows().min(left.len()));
                matching(of, docs, (query, &mut checked), |_| n += 1)?;
            }
            if n >= cap && window.end < of.docs() && !node.is_exact() {
                return Ok(Count { n, exact: false });
            }
        }
        Ok(Count { n, exact: true })
    }

    /// How many match, for each value of the facet.
    pub fn count_by(&self, query: &mut Query, facet: Facet) -> Result<BTreeMap<String, u64>> {
        let of = &*self.0;
        let node = of.compile(query)?;
        let mut checked = Step::new(CHECKED_BYTES, CHECKED);
        let column = of.index.column(facet.column());
        let mut counts = vec![0u64; column.terms()];
        let mut windows = Windows::new(0..of.docs());
        while let Some(window) = windows.next(WINDOW) {
            let bounds = of.searched(&node, &query.deadline).evaluate(window)?;
            let mut sure = bounds.sure.clone();
            let unsure = unsure(&bounds);
            let mut left = unsure.as_slice();
            while !left.is_empty() {
                let docs;
                (docs, left) = left.split_at(checked.rows().min(left.len()));
                matching(of, docs, (query, &mut checked), |doc| sure.insert(doc))?;
            }
            tally(of, facet, &sure, &mut counts);
        }
        let ords: Vec<u64> = (0..)
            .zip(&counts)
            .filter(|(_, count)| **count > 0)
            .map(|(ord, _)| ord)
            .collect();
        let mut named = BTreeMap::new();
        let found = column.parts(&ords, |ord, part| {
            if let Some(name) = name(part) {
                // One id may have had several names.
                *named.entry(name).or_default() += counts[ord as usize];
            }
        });
        if found.map_err(of.index.io())? {
            Ok(named)
        } else {
            Err(of.index.damaged("a facet cannot be read"))
        }
    }
}

impl Opened {
    /// How many documents match, if the dictionaries say it.
    fn known(&self, node: &Node) -> Option<u64> {
        let docs = u64::from(self.docs());
        match node {
            Node::All => Some(docs),
            Node::Nothing => Some(0),
            Node::Not(inner) => self.known(inner).map(|n| docs - n),
            // A document has one value of a column, so that it is in one list only.
            Node::Lists { index, infos } if infos.len() == 1 || self.index.is_column(index) => {
                let mut lists: Vec<_> = infos.iter().map(|it| (it.postings_range.start, it.doc_freq)).collect();
                lists.sort_unstable();
                lists.dedup();
                Some(lists.iter().map(|(_, documents)| u64::from(*documents)).sum())
            }
            _ => None,
        }
    }
}

/// Reads the rows of these documents, which are one step, and calls `each` with those that match.
fn matching(
    of: &Opened,
    docs: &[u32],
    (query, step): (&mut Query, &mut Step),
    mut each: impl FnMut(u32),
) -> Result<()> {
    query.check()?;
    let rows = of.rows(docs)?;
    step.held(&rows);
    for (row, doc) in rows.iter().zip(docs) {
        if query.matches(row)? {
            each(*doc);
        }
    }
    Ok(())
}

/// What must be checked row by row.
fn unsure(bounds: &Bounds) -> Vec<u32> {
    let Some(possible) = &bounds.possible else {
        return Vec::new();
    };
    let mut unsure = possible.clone();
    unsure.and_not(&bounds.sure);
    unsure.iter().collect()
}

fn tally(of: &Opened, facet: Facet, docs: &Bitmap, counts: &mut [u64]) {
    let column = of.index.column(facet.column()).ords();
    let (mut block, mut ords) = (Vec::with_capacity(1024), [0; 1024]);
    let mut docs = docs.iter();
    loop {
        block.clear();
        block.extend(docs.by_ref().take(1024));
        if block.is_empty() {
            return;
        }
        let ords = &mut ords[..block.len()];
        column.get_vals(&block, ords);
        for ord in ords {
            if let Some(count) = counts.get_mut(*ord as usize) {
                *count += 1;
            }
        }
    }
}

fn name(part: Part) -> Option<String> {
    match part {
        Part::Kind(code) => Some(code.to_string()),
        Part::Outcome(it) => Some(it.word().to_owned()),
        Part::Text(text) => Some(text),
        Part::Person(person) => Some(person.id),
        Part::Named(named) => Some(named.id),
        Part::Ip(ip) => Some(ip.to_string()),
        Part::Severity(severity) => Some(severity.word().to_owned()),
        Part::Absent | Part::By(_) | Part::Target(_) | Part::Targets(_) | Part::Recorder(_) => None,
    }
}
