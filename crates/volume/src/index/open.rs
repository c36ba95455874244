//! An open index: its columns, its lists and its dictionaries.

use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::columnar::{BytesColumn, ColumnValues, StrColumn};
use tantivy::directory::MmapDirectory;
use tantivy::postings::TermInfo;
use tantivy::{Index, InvertedIndexReader, ReloadPolicy, SegmentReader};

use super::column::{Column, Part};
use super::schema::{self, DETAILS, OCCURRED, RECORDED};
use super::starts::Starts;
use crate::error::{Result, VolumeError};
use crate::query::Deadline;

/// Values of a dictionary read between two looks at the clock.
const TERMS: u64 = 4096;
/// Values so near to each other are read together with those between them.
const NEAR: u64 = 32;

/// One dictionary column of an open index.
pub(crate) struct OpenColumn {
    pub(crate) column: Column,
    pub(super) values: StrColumn,
    ords: Arc<dyn ColumnValues<u64>>,
    /// Documents by value. Its terms are the dictionary's, so both count them alike.
    listed: Option<Arc<InvertedIndexReader>>,
    /// How its values begin, where that is at hand: of an index in memory, if full text looks at the column.
    starts: Option<Starts>,
}

/// An open index of one segment.
pub(crate) struct OpenIndex {
    pub(crate) path: PathBuf,
    pub(crate) docs: u32,
    columns: Vec<OpenColumn>,
    pub(crate) occurred: Arc<dyn ColumnValues<i64>>,
    pub(crate) recorded: Arc<dyn ColumnValues<i64>>,
    pub(super) details: Option<BytesColumn>,
    pub(crate) word: Arc<InvertedIndexReader>,
    /// How the words of `word` begin behind their letters, of an index in memory.
    words: Option<Starts>,
    pub(crate) text: Arc<InvertedIndexReader>,
    pub(crate) mark: Arc<InvertedIndexReader>,
    /// Kept for merging, and because its directory holds the files open.
    pub(crate) index: Index,
}

impl OpenIndex {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let directory = MmapDirectory::open(path).map_err(VolumeError::index(path))?;
        Self::of(path, Index::open(directory).map_err(VolumeError::index(path))?)
    }

    /// Opens an index that was just made, or that is in `path`.
    pub(crate) fn of(path: &Path, index: Index) -> Result<Self> {
        let failed = || VolumeError::index::<tantivy::TantivyError>(path);
        let reader = (index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()).map_err(failed())?;
        let reader: tantivy::IndexReader = reader;
        let searcher = reader.searcher();
        let [segment] = searcher.segment_readers() else {
            return Err(VolumeError::damaged(
                &path.to_string_lossy(),
                "its index is not of one segment",
            ));
        };
        Self::of_segment(path, index, segment).map_err(failed())
    }

    fn of_segment(path: &Path, index: Index, segment: &SegmentReader) -> tantivy::Result<Self> {
        let (_, fields) = schema::build();
        let columns = Column::ALL.into_iter().zip(fields.columns).map(|(column, field)| {
            let missing = || tantivy::TantivyError::SchemaError(format!("no column {}", column.name()));
            let values = segment.fast_fields().str(column.name())?.ok_or_else(missing)?;
            let listed = if column.is_listed() {
                Some(segment.inverted_index(field)?)
            } else {
                None
            };
            // A value too long to be listed would shift the numbers; then the column alone is used.
            let listed = listed.filter(|listed| listed.terms().num_terms() == values.num_terms());
            Ok(OpenColumn {
                column,
                ords: Arc::clone(&values.ords().values),
                values,
                listed,
                starts: None,
            })
        });
        let columns = columns.collect::<tantivy::Result<_>>()?;
        Ok(Self {
            path: path.to_owned(),
            docs: segment.max_doc(),
            columns,
            occurred: segment.fast_fields().i64(OCCURRED)?.values,
            recorded: segment.fast_fields().i64(RECORDED)?.values,
            details: segment.fast_fields().bytes(DETAILS)?,
            word: segment.inverted_index(fields.word)?,
            words: None,
            text: segment.inverted_index(fields.text)?,
            mark: segment.inverted_index(fields.mark)?,
            index,
        })
    }

    /// Takes how its words begin, and the values of each column.
    pub(super) fn know(&mut self, words: Starts, values: [Starts; Column::ALL.len()]) {
        self.words = Some(words);
        for (column, starts) in self.columns.iter_mut().zip(values) {
            column.starts = column.column.letter().map(|_| starts);
        }
    }

    /// Whether a word that begins with this may stand in `word`, under whatever letter. False only if none does.
    pub(crate) fn may_mention(&self, word: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.may_begin(word.as_bytes()))
    }

    pub(crate) fn column(&self, column: Column) -> &OpenColumn {
        // `Column::ALL` is in the order of the enum, and `columns` in the order of `ALL`.
        &self.columns[column as usize]
    }

    /// Whether these lists are of the values of a column.
    pub(crate) fn is_column(&self, lists: &Arc<InvertedIndexReader>) -> bool {
        let mut listed = self.columns.iter().filter_map(OpenColumn::listed);
        listed.any(|column| Arc::ptr_eq(column, lists))
    }

    pub(crate) fn io(&self) -> impl FnOnce(std::io::Error) -> VolumeError {
        VolumeError::io(&self.path)
    }

    pub(crate) fn damaged(&self, detail: &str) -> VolumeError {
        VolumeError::damaged(&self.path.to_string_lossy(), detail)
    }

    /// Calls `each` with the free-form parts of those of `docs` (ascending) that have any, by position in `docs`.
    pub(crate) fn details(&self, docs: &[u32], mut each: impl FnMut(usize, &[u8])) -> Result<()> {
        let Some(column) = &self.details else { return Ok(()) };
        let mut found = vec![None; docs.len()];
        column.ords().first_vals(docs, &mut found);
        let (places, ords): (Vec<usize>, Vec<u64>) = found
            .iter()
            .enumerate()
            .filter_map(|(at, ord)| ord.map(|ord| (at, ord)))
            .unzip();
        let mut places = places.into_iter();
        let all = column.dictionary().sorted_ords_to_term_cb(&ords, |keyed| {
            if let (Some(at), Some(bytes)) = (places.next(), keyed.get(8..)) {
                each(at, bytes);
            }
        });
        if all.map_err(self.io())? {
            Ok(())
        } else {
            Err(self.damaged("free-form parts are missing"))
        }
    }
}

impl OpenColumn {
    pub(crate) fn terms(&self) -> usize {
        self.values.num_terms()
    }

    /// The value numbers of documents, in their order.
    pub(crate) fn ords(&self) -> &dyn ColumnValues<u64> {
        self.ords.as_ref()
    }

    pub(crate) fn shared_ords(&self) -> Arc<dyn ColumnValues<u64>> {
        Arc::clone(&self.ords)
    }

    pub(crate) fn listed(&self) -> Option<&Arc<InvertedIndexReader>> {
        self.listed.as_ref()
    }

    /// The lists of the documents with these values, by their ascending numbers.
    pub(crate) fn infos(listed: &InvertedIndexReader, ords: &[u64]) -> std::io::Result<Vec<TermInfo>> {
        let terms = listed.terms();
        let (mut infos, mut term) = (Vec::with_capacity(ords.len()), Vec::new());
        // Numbers that lie near each other are read in one go.
        for near in ords.chunk_by(|one, next| next.saturating_sub(*one) <= NEAR) {
            if !terms.ord_to_term(near[0], &mut term)? {
                continue;
            }
            if near.len() == 1 {
                infos.extend(terms.get(&term)?);
                continue;
            }
            let mut stream = terms.range().ge(&term).into_stream()?;
            let mut next = near[0];
            for ord in near {
                let mut found = stream.advance();
                while found && next < *ord {
                    next += 1;
                    found = stream.advance();
                }
                next += 1;
                if found {
                    infos.push(stream.value().clone());
                }
            }
        }
        Ok(infos)
    }

    /// The number of exactly this encoded value.
    pub(crate) fn ord(&self, encoded: &str) -> std::io::Result<Option<u64>> {
        self.values.dictionary().term_ord(encoded)
    }

    /// The numbers of the encoded values from `first` to `last`, both included; all of them less than
    /// [`OpenColumn::terms`].
    pub(crate) fn ords_between(&self, first: &[u8], last: &[u8]) -> std::io::Result<std::ops::Range<u64>> {
        if self
            .starts
            .as_ref()
            .is_some_and(|starts| !starts.may_lie_between(first, last))
        {
            return Ok(0..0);
        }
        let bounds = self
            .values
            .dictionary()
            .term_bounds_to_ord(Bound::Included(first), Bound::Included(last))?;
        let start = match bounds.0 {
            Bound::Included(ord) => ord,
            Bound::Excluded(ord) => ord.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match bounds.1 {
            Bound::Included(ord) => ord.saturating_add(1),
            Bound::Excluded(ord) => ord,
            Bound::Unbounded => self.terms() as u64,
        };
        // Past the last value of a dictionary of several blocks the bound is `u64::MAX`, not the number of values.
        let end = end.min(self.terms() as u64);
        Ok(start.min(end)..end)
    }

    /// The numbers of the encoded values that begin with `prefix`, which is not empty and ends in ASCII.
    pub(crate) fn ords_from(&self, prefix: &str) -> std::io::Result<std::ops::Range<u64>> {
        let mut last = prefix.as_bytes().to_vec();
        last.push(0xff);
        self.ords_between(prefix.as_bytes(), &last)
    }

    /// Decodes the values with these ascending numbers.
    pub(crate) fn parts(&self, ords: &[u64], mut each: impl FnMut(u64, Part)) -> std::io::Result<bool> {
        let mut numbers = ords.iter();
        let mut sound = true;
        let all = self.values.dictionary().sorted_ords_to_term_cb(ords, |bytes| {
            let part = std::str::from_utf8(bytes)
                .ok()
                .and_then(|text| self.column.decode(text));
            match (numbers.next(), part) {
                (Some(ord), Some(part)) => each(*ord, part),
                _ => sound = false,
            }
        })?;
        Ok(all && sound)
    }

    /// The texts of the values with these ascending numbers; whether all were found and `each` took them.
    pub(super) fn texts(&self, ords: &[u64], mut each: impl FnMut(u64, &str) -> bool) -> std::io::Result<bool> {
        let mut numbers = ords.iter();
        let mut sound = true;
        let all = self.values.dictionary().sorted_ords_to_term_cb(ords, |bytes| {
            sound &= match (numbers.next(), std::str::from_utf8(bytes)) {
                (Some(ord), Ok(text)) => each(*ord, text),
                _ => false,
            };
        })?;
        Ok(all && sound)
    }

    /// The numbers of all values that `accept` holds for, reading the whole dictionary.
    pub(crate) fn ords_where(
        &self,
        deadline: &Deadline,
        accept: impl FnMut(&Part) -> bool,
    ) -> std::io::Result<Vec<u64>> {
        self.ords_that(deadline, |_| true, accept)
    }

    /// The same, of those values whose encoded text may be accepted at all: the others are not decoded.
    pub(crate) fn ords_that(
        &self,
        deadline: &Deadline,
        may: impl Fn(&str) -> bool,
        mut accept: impl FnMut(&Part) -> bool,
    ) -> std::io::Result<Vec<u64>> {
        let mut ords = Vec::new();
        let mut stream = self.values.dictionary().stream()?;
        while stream.advance() {
            if stream.term_ord() % TERMS == TERMS - 1 {
                deadline.check()?;
            }
            let part = std::str::from_utf8(stream.key())
                .ok()
                .filter(|text| may(text))
                .and_then(|text| self.column.decode(text));
            if part.is_some_and(|part| accept(&part)) {
                ords.push(stream.term_ord());
            }
        }
        Ok(ords)
    }
}
