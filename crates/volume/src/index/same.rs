//! Whether a merged index says of every document what the index that it came from says: told by the numbers of values, so
//! that a value is looked at once and not for every row that has it.

use std::cell::RefCell;

use tantivy::columnar::{BytesColumn, ColumnValues};

use super::column::Column;
use super::open::OpenIndex;
use crate::bitmap::SOME;
use crate::error::Result;
use crate::query::Deadline;

/// Documents compared between two looks at the clock; a multiple of [`SOME`].
const DOCUMENTS: usize = 64 * SOME;
/// Values compared between two looks at the clock.
const VALUES: u64 = 4_096;

/// Stands for a value that no document has any more.
const GONE: u64 = u64::MAX;

/// Checks that the documents of `merged` are those of `parts`, one after the other, but for some that are `replaced`,
/// ascending: all that rows are rebuilt from.
pub(crate) fn check_merged(merged: &OpenIndex, parts: &[&OpenIndex], replaced: &[u32], halt: &Deadline) -> Result<()> {
    let others = Others(replaced);
    let damaged = |what: &str| merged.damaged(&format!("merging it changed {what}"));
    if u64::from(merged.docs) != parts.iter().map(|part| u64::from(part.docs)).sum::<u64>() {
        return Err(damaged("how many activities it holds"));
    }
    let times = |of: fn(&OpenIndex) -> &dyn ColumnValues<i64>| {
        each_run(merged, parts, halt, |_, part, (docs, at)| {
            let (mut old, mut new) = ([0; SOME], [0; SOME]);
            of(part).get_range(u64::from(docs.0), &mut old[..docs.1]);
            of(merged).get_range(at, &mut new[..docs.1]);
            old == new || others.allow(at, old.iter().zip(&new).map(|(old, new)| old == new))
        })
    };
    if !times(|index| &*index.occurred)? || !times(|index| &*index.recorded)? {
        return Err(damaged("when something happened"));
    }
    for column in Column::ALL {
        let values = |index: &OpenIndex| index.column(column).values.clone().into();
        let numbers = numbers(&values(merged), parts.iter().map(|part| values(part)).collect(), halt);
        let numbers = numbers.map_err(merged.io())?;
        // Only with a document that had it may a value be gone.
        let is_whole = !replaced.is_empty() || numbers.iter().all(|numbers| !numbers.contains(&GONE));
        // Nor may one be there that no document has: a value that was replaced is one that is gone.
        let had = RefCell::new(vec![
            false;
            if replaced.is_empty() {
                0
            } else {
                merged.column(column).terms()
            }
        ]);
        let is_same = is_whole
            && each_run(merged, parts, halt, |at, part, (docs, to)| {
                let (mut old, mut new) = ([0; SOME], [0; SOME]);
                part.column(column)
                    .ords()
                    .get_range(u64::from(docs.0), &mut old[..docs.1]);
                merged.column(column).ords().get_range(to, &mut new[..docs.1]);
                let (old, new) = (&old[..docs.1], &new[..docs.1]);
                let mut had = had.borrow_mut();
                for number in new {
                    if let Some(had) = had.get_mut(*number as usize) {
                        *had = true;
                    }
                }
                let is_same = |(old, new): (&u64, _)| numbers[at].get(*old as usize) == Some(new);
                others.allow(to, old.iter().zip(new).map(is_same))
            })?;
        if !is_same || !had.into_inner().into_iter().all(|had| had) {
            return Err(damaged(&format!("its column {}", column.name())));
        }
    }
    if details(merged, parts, others, halt)? {
        Ok(())
    } else {
        Err(damaged("free-form parts"))
    }
}

/// Documents that need not be what they were, ascending.
#[derive(Clone, Copy)]
struct Others<'a>(&'a [u32]);

impl Others<'_> {
    /// Whether all documents from `at` on are what they were, as far as they need be.
    fn allow(self, at: u64, is_same: impl Iterator<Item = bool>) -> bool {
        let mut documents = (at..).zip(is_same);
        documents.all(|(doc, is_same)| is_same || self.0.binary_search(&(doc as u32)).is_ok())
    }
}

/// Calls `test` with each part and runs of its documents: the first and how many, and the number of the first in the
/// merged index. Whether it holds for all of them.
fn each_run(
    merged: &OpenIndex,
    parts: &[&OpenIndex],
    halt: &Deadline,
    test: impl Fn(usize, &OpenIndex, ((u32, usize), u64)) -> bool,
) -> Result<bool> {
    let mut before = 0;
    for (at, part) in parts.iter().enumerate() {
        for first in (0..part.docs).step_by(SOME) {
            if (first as usize).is_multiple_of(DOCUMENTS) {
                halt.check().map_err(std::io::Error::from).map_err(merged.io())?;
            }
            let docs = (part.docs - first).min(SOME as u32) as usize;
            if !test(at, part, ((first, docs), before + u64::from(first))) {
                return Ok(false);
            }
        }
        before += u64::from(part.docs);
    }
    Ok(true)
}

/// For each part, the numbers in the merged dictionary of its values, by their own numbers; [`GONE`] if one is not in it.
fn numbers(merged: &BytesColumn, parts: Vec<BytesColumn>, halt: &Deadline) -> std::io::Result<Vec<Vec<u64>>> {
    let mut numbers: Vec<Vec<u64>> = parts.iter().map(|part| Vec::with_capacity(part.num_terms())).collect();
    let mut left = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let mut values = part.dictionary().stream()?;
        if values.advance() {
            left.push((at, values));
        }
    }
    let mut values = merged.dictionary().stream()?;
    while values.advance() {
        if values.term_ord() % VALUES == VALUES - 1 {
            halt.check()?;
        }
        left.retain_mut(|(at, own)| {
            while own.key() < values.key() {
                numbers[*at].push(GONE);
                if !own.advance() {
                    return false;
                }
            }
            if own.key() != values.key() {
                return true;
            }
            numbers[*at].push(values.term_ord());
            own.advance()
        });
    }
    for (at, part) in parts.iter().enumerate() {
        numbers[at].resize(part.num_terms(), GONE);
    }
    Ok(numbers)
}

/// Whether every document has the free-form parts that it had, where that is to hold.
fn details(merged: &OpenIndex, parts: &[&OpenIndex], others: Others<'_>, halt: &Deadline) -> Result<bool> {
    let Some(column) = &merged.details else {
        return Ok(parts.iter().all(|part| part.details.is_none()));
    };
    let with: Vec<BytesColumn> = parts.iter().filter_map(|part| part.details.clone()).collect();
    let numbers = numbers(column, with, halt).map_err(merged.io())?;
    let mut numbers = numbers.iter();
    let numbers: Vec<_> = parts
        .iter()
        .map(|part| part.details.as_ref().and_then(|_| numbers.next()))
        .collect();
    each_run(merged, parts, halt, |at, part, (docs, to)| {
        let (mut old, mut new) = ([None; SOME], [None; SOME]);
        let (old, new) = (&mut old[..docs.1], &mut new[..docs.1]);
        if let Some(column) = &part.details {
            column
                .ords()
                .first_vals(&(docs.0..).take(docs.1).collect::<Vec<_>>(), old);
        }
        column
            .ords()
            .first_vals(&(to as u32..).take(docs.1).collect::<Vec<_>>(), new);
        let is_same = old.iter().zip(new).map(|(old, new)| match old {
            None => new.is_none(),
            Some(old) => new.is_some() && numbers[at].and_then(|numbers| numbers.get(*old as usize)) == new.as_ref(),
        });
        others.allow(to, is_same)
    })
}
