//! Whether a merged index says of every document what the index that it came from says: told by the numbers of values, so
//! that a value is looked at once and not for every row that has it.

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

/// Checks that the documents of `merged` are those of `parts`, one after the other: all that rows are rebuilt from.
pub(crate) fn check_merged(merged: &OpenIndex, parts: &[&OpenIndex], halt: &Deadline) -> Result<()> {
    let damaged = |what: &str| merged.damaged(&format!("merging it changed {what}"));
    if u64::from(merged.docs) != parts.iter().map(|part| u64::from(part.docs)).sum::<u64>() {
        return Err(damaged("how many activities it holds"));
    }
    let times = |of: fn(&OpenIndex) -> &dyn ColumnValues<i64>| {
        each_run(merged, parts, halt, |_, part, (docs, at)| {
            let (mut old, mut new) = ([0; SOME], [0; SOME]);
            of(part).get_range(u64::from(docs.0), &mut old[..docs.1]);
            of(merged).get_range(at, &mut new[..docs.1]);
            old == new
        })
    };
    if !times(|index| &*index.occurred)? || !times(|index| &*index.recorded)? {
        return Err(damaged("when something happened"));
    }
    for column in Column::ALL {
        let values = |index: &OpenIndex| index.column(column).values.clone().into();
        let numbers = numbers(&values(merged), parts.iter().map(|part| values(part)).collect(), halt);
        let is_same = match numbers.map_err(merged.io())? {
            None => false,
            Some(numbers) => each_run(merged, parts, halt, |at, part, (docs, to)| {
                let (mut old, mut new) = ([0; SOME], [0; SOME]);
                part.column(column)
                    .ords()
                    .get_range(u64::from(docs.0), &mut old[..docs.1]);
                merged.column(column).ords().get_range(to, &mut new[..docs.1]);
                let (old, new) = (&old[..docs.1], &new[..docs.1]);
                old.iter()
                    .zip(new)
                    .all(|(old, new)| numbers[at].get(*old as usize) == Some(new))
            })?,
        };
        if !is_same {
            return Err(damaged(&format!("its column {}", column.name())));
        }
    }
    if details(merged, parts, halt)? {
        Ok(())
    } else {
        Err(damaged("free-form parts"))
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

/// For each part, the numbers in the merged dictionary of its values, by their own numbers; `None` if one is not in it.
fn numbers(merged: &BytesColumn, parts: Vec<BytesColumn>, halt: &Deadline) -> std::io::Result<Option<Vec<Vec<u64>>>> {
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
            if own.key() != values.key() {
                return true;
            }
            numbers[*at].push(values.term_ord());
            own.advance()
        });
    }
    Ok(left.is_empty().then_some(numbers))
}

/// Whether every document has the free-form parts that it had.
fn details(merged: &OpenIndex, parts: &[&OpenIndex], halt: &Deadline) -> Result<bool> {
    let Some(column) = &merged.details else {
        return Ok(parts.iter().all(|part| part.details.is_none()));
    };
    let with: Vec<BytesColumn> = parts.iter().filter_map(|part| part.details.clone()).collect();
    let Some(numbers) = numbers(column, with, halt).map_err(merged.io())? else {
        return Ok(false);
    };
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
        old.iter().zip(new).all(|(old, new)| match old {
            None => new.is_none(),
            Some(old) => new.is_some() && numbers[at].and_then(|numbers| numbers.get(*old as usize)) == new.as_ref(),
        })
    })
}
