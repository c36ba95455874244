//! Full text: which values and which documents hold words.

use std::sync::Arc;

use activity::query::{IpPattern, Value, Words};
use activity::text::{Extent, Lookup, Phrase};
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, TERMINATED};

use super::combine::any_of;
use super::node::{Node, fill};
use super::plan::{Compiler, MANY_LISTS};
use crate::bitmap::Bitmap;
use crate::index::column::{Column, Part};
use crate::index::schema::mark;
use crate::query::Deadline;

/// Terms of a dictionary read between two looks at the clock.
const TERMS: usize = 4096;

/// So many candidates are checked rather than narrowed further.
const FEW: usize = if cfg!(test) { 2 } else { 256 };
/// Checking a candidate takes about as long as reading so many entries of a list.
const PER_VALUE: u64 = if cfg!(test) { 4 } else { 256 };

/// The documents listed under exactly this term.
pub(super) fn list(index: &Arc<InvertedIndexReader>, term: &str) -> std::io::Result<Node> {
    let infos: Vec<TermInfo> = index.terms().get(term.as_bytes())?.into_iter().collect();
    Ok(lists(index, infos))
}

/// The documents listed under any term that begins with this.
pub(super) fn lists_from(
    index: &Arc<InvertedIndexReader>,
    prefix: &str,
    compiler: &Compiler<'_>,
) -> std::io::Result<Node> {
    lists_that(index, prefix, compiler, |_| true)
}

/// The documents listed under any term that begins with this and whose rest is accepted.
pub(super) fn lists_that(
    index: &Arc<InvertedIndexReader>,
    prefix: &str,
    compiler: &Compiler<'_>,
    accept: impl Fn(&str) -> bool,
) -> std::io::Result<Node> {
    let infos = infos_that(index, prefix, compiler.deadline, accept)?;
    if infos.len() <= MANY_LISTS {
        return Ok(lists(index, infos));
    }
    // So many lists are read once, not once a window.
    let mut found = Bitmap::empty(0..compiler.index.docs);
    fill(index, &infos, &mut found, compiler.deadline)?;
    Ok(Node::Set(found))
}

fn lists(index: &Arc<InvertedIndexReader>, infos: Vec<TermInfo>) -> Node {
    if infos.is_empty() {
        Node::Nothing
    } else {
        Node::Lists {
            index: Arc::clone(index),
            infos,
        }
    }
}

fn infos_that(
    index: &InvertedIndexReader,
    prefix: &str,
    deadline: &Deadline,
    accept: impl Fn(&str) -> bool,
) -> std::io::Result<Vec<TermInfo>> {
    let mut end = prefix.as_bytes().to_vec();
    // No text has this byte.
    end.push(0xff);
    let mut stream = index.terms().range().ge(prefix.as_bytes()).lt(end).into_stream()?;
    let (mut infos, mut read) = (Vec::new(), 0);
    while stream.advance() {
        read += 1;
        if read % TERMS == 0 {
            deadline.check()?;
        }
        let rest = stream.key().get(prefix.len()..).unwrap_or_default();
        if std::str::from_utf8(rest).is_ok_and(&accept) {
            infos.push(stream.value().clone());
        }
    }
    Ok(infos)
}

/// Whether a value of this encoded text may hold a part. Escapes and separators are no letters, so that a text of ASCII
/// that has the part nowhere has it in no field.
pub(super) fn may_hold(encoded: &str, part: &Phrase) -> bool {
    let is_plain = encoded.is_ascii() && !part.folded().contains(char::is_control);
    !is_plain || part.is_in(encoded)
}

impl Compiler<'_> {
    /// Full text over everything.
    pub(super) fn text(&self, words: &Words) -> std::io::Result<Node> {
        let mut nodes = vec![self.free_text(words.phrase())?];
        for column in Column::ALL {
            if column.letter().is_some() && (column != Column::Ip || words.are_like_address()) {
                nodes.push(self.values(column, &self.holding(column, words)?)?);
            }
        }
        if let Some(ip) = words.ip() {
            nodes.push(self.ip(IpPattern::Exact(ip))?);
        }
        Ok(any_of(nodes))
    }

    /// The documents with a value under this key of their metadata.
    pub(super) fn metadata(&self, key: &str, value: &Value) -> std::io::Result<Node> {
        let (mark, phrase) = (&self.index.mark, value.phrase());
        let head = format!("{}=", mark::value(key));
        let term = format!("{head}{}", phrase.folded());
        let node = match phrase.extent() {
            Extent::Whole => list(mark, &term),
            Extent::Beginning => lists_from(mark, &term, self),
            Extent::Part => lists_that(mark, &head, self, |rest| rest.contains(phrase.folded())),
        };
        // Accents are not in the terms.
        node.map(|node| if phrase.demands_accents() { node.unsure() } else { node })
    }

    /// Full text over the sentence and the free-form parts: what is one term is decided by its list; what is several
    /// must be checked for standing in one text in this order.
    fn free_text(&self, phrase: &Phrase) -> std::io::Result<Node> {
        if phrase.extent() == Extent::Part {
            return self.free_part(phrase);
        }
        let nodes = self.all_terms(phrase.lookups())?;
        Ok(if phrase.is_decided_by_lookups() {
            nodes
        } else {
            nodes.unsure()
        })
    }

    /// The documents with all of these terms in their free texts.
    fn all_terms(&self, lookups: Vec<Lookup<'_>>) -> std::io::Result<Node> {
        let text = &self.index.text;
        let mut nodes = Vec::with_capacity(lookups.len());
        for lookup in lookups {
            let node = match lookup.is_beginning {
                true => lists_from(text, lookup.term, self)?,
                false => list(text, lookup.term)?,
            };
            if matches!(node, Node::Nothing) {
                return Ok(Node::Nothing);
            }
            nodes.push(node);
        }
        Ok(match nodes.len() {
            0 => Node::Nothing,
            1 => nodes.remove(0),
            _ => Node::And(nodes),
        })
    }

    /// A part of the free texts: the terms that hold its longest word lead to the documents that may hold it.
    fn free_part(&self, part: &Phrase) -> std::io::Result<Node> {
        let Some(longest) = part.longest() else {
            return Ok(Node::All.unsure());
        };
        let node = match longest.is_run {
            true => self.all_terms(longest.all_lookups())?,
            false => lists_that(&self.index.text, "", self, |term| term.contains(longest.text))?,
        };
        Ok(if part.is_one_piece() { node } else { node.unsure() })
    }

    /// The values of `column` that hold these words in one of their texts.
    pub(super) fn holding(&self, column: Column, words: &Words) -> std::io::Result<Vec<u64>> {
        let holds = |part: &Part| part.any_text(|text| words.matches_text(text));
        let (open, phrase) = (self.index.column(column), words.phrase());
        if phrase.extent() == Extent::Part {
            return match column {
                // An address is not kept as it is read.
                Column::Ip => open.ords_where(self.deadline, holds),
                _ => open.ords_that(self.deadline, |encoded| may_hold(encoded, phrase), holds),
            };
        }
        let Some(letter) = column.letter() else {
            return open.ords_where(self.deadline, holds);
        };
        let mentioned = self.mentioned(column, letter, phrase)?;
        match phrase.is_decided_by_lookups() {
            true => Ok(mentioned),
            false => self.accepted(column, &mentioned, holds),
        }
    }

    /// The values of `column` that may hold this in whatever texts and order, ascending: those with all terms it
    /// asks for. One term is held by all of them.
    pub(super) fn mentioned(&self, column: Column, letter: char, phrase: &Phrase) -> std::io::Result<Vec<u64>> {
        let word = &self.index.word;
        let mut lists = Vec::new();
        for lookup in phrase.lookups() {
            if !self.index.may_mention(lookup.term) {
                return Ok(Vec::new());
            }
            let term = format!("{letter}{}", lookup.term);
            let infos: Vec<TermInfo> = match lookup.is_beginning {
                true => infos_that(word, &term, self.deadline, |_| true)?,
                false => word.terms().get(term.as_bytes())?.into_iter().collect(),
            };
            if infos.is_empty() {
                return Ok(Vec::new());
            }
            lists.push((infos.iter().map(|info| u64::from(info.doc_freq)).sum::<u64>(), infos));
        }
        lists.sort_by_key(|(mentions, _)| *mentions);
        let mut lists = lists.into_iter();
        let Some((_, rarest)) = lists.next() else {
            return Ok(Vec::new());
        };
        let mut docs = self.documents(&rarest)?;
        let mut ords = self.numbers(column, &docs);
        for (mentions, infos) in lists {
            // Several words are checked afterwards on the values themselves: a list that is longer than that is worth, as
            // that of what all ids begin with, is not read.
            if ords.len() <= FEW || mentions > (ords.len() as u64).saturating_mul(PER_VALUE) {
                break;
            }
            let next = self.documents(&infos)?;
            docs.retain(|doc| next.binary_search(doc).is_ok());
            ords = self.numbers(column, &docs);
        }
        Ok(ords)
    }

    /// The numbers of the values of these documents, ascending.
    fn numbers(&self, column: Column, docs: &[u32]) -> Vec<u64> {
        let mut ords = vec![0; docs.len()];
        self.index.column(column).ords().get_vals(docs, &mut ords);
        ords.sort_unstable();
        ords.dedup();
        ords
    }

    /// The documents of all these lists of words, ascending.
    fn documents(&self, infos: &[TermInfo]) -> std::io::Result<Vec<u32>> {
        let mut docs = Vec::new();
        for (nth, info) in infos.iter().enumerate() {
            if nth % TERMS == TERMS - 1 {
                self.deadline.check()?;
            }
            extend(&self.index.word, info, &mut docs)?;
        }
        if infos.len() > 1 {
            docs.sort_unstable();
            docs.dedup();
        }
        Ok(docs)
    }
}

#[cfg(test)]
thread_local! {
    /// Entries of lists of words that were read, for tests that count them.
    pub(crate) static MENTIONS_READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn extend(index: &InvertedIndexReader, info: &TermInfo, docs: &mut Vec<u32>) -> std::io::Result<()> {
    #[cfg(test)]
    MENTIONS_READ.set(MENTIONS_READ.get() + info.doc_freq as usize);
    let mut list = index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    while list.block_len() > 0 {
        docs.extend(list.docs().iter().filter(|doc| **doc != TERMINATED));
        list.advance();
    }
    Ok(())
}
