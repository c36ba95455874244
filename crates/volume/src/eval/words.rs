//! Full text: which values and which documents hold words.

use std::sync::Arc;

use activity::query::{IpPattern, Words};
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, TERMINATED};

use super::node::{Node, fill};
use super::plan::{Compiler, MANY_LISTS, any_of};
use crate::bitmap::Bitmap;
use crate::index::column::{Column, Part};
use crate::query::Deadline;

/// The longest run of digits and letters in an address: a group of IPv6.
const ADDRESS_WORD: usize = 4;

/// Terms of a dictionary read between two looks at the clock.
const TERMS: usize = 4096;

/// So many candidates are checked rather than narrowed further.
const FEW: usize = if cfg!(test) { 2 } else { 256 };

/// The documents listed under exactly this term.
pub(super) fn list(index: &Arc<InvertedIndexReader>, term: &str) -> std::io::Result<Node> {
    let infos: Vec<TermInfo> = index.terms().get(term.as_bytes())?.into_iter().collect();
    Ok(lists(index, infos))
}

/// The documents listed under any term that begins with this.
pub(super) fn lists_from(
    index: &Arc<InvertedIndexReader>,
    prefix: &str,
    docs: u32,
    deadline: &Deadline,
) -> std::io::Result<Node> {
    let infos = infos_from(index, prefix, deadline)?;
    if infos.len() <= MANY_LISTS {
        return Ok(lists(index, infos));
    }
    // So many lists are read once, not once a window.
    let mut found = Bitmap::empty(0..docs);
    fill(index, &infos, &mut found, deadline)?;
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

fn infos_from(index: &InvertedIndexReader, prefix: &str, deadline: &Deadline) -> std::io::Result<Vec<TermInfo>> {
    let mut end = prefix.as_bytes().to_vec();
    // No text has this byte.
    end.push(0xff);
    let mut stream = index.terms().range().ge(prefix.as_bytes()).lt(end).into_stream()?;
    let mut infos = Vec::new();
    while stream.advance() {
        if infos.len() % TERMS == TERMS - 1 {
            deadline.check()?;
        }
        infos.push(stream.value().clone());
    }
    Ok(infos)
}

impl Compiler<'_> {
    /// Full text over everything.
    pub(super) fn text(&self, words: &Words) -> std::io::Result<Node> {
        let mut nodes = vec![self.free_text(words)?];
        for column in Column::ALL {
            if column.letter().is_some() || (column == Column::Ip && can_be_in_address(words)) {
                nodes.push(self.values(column, &self.holding(column, words)?)?);
            }
        }
        if let Some(ip) = words.ip() {
            nodes.push(self.ip(IpPattern::Exact(ip))?);
        }
        Ok(any_of(nodes))
    }

    /// Full text over the sentence and the free-form parts: one word is decided by its list, several must be checked
    /// for standing in one text in this order.
    fn free_text(&self, words: &Words) -> std::io::Result<Node> {
        let text = &self.index.text;
        let Some((last, before)) = words.tokens().split_last() else {
            return Ok(Node::Nothing);
        };
        let mut nodes = before
            .iter()
            .map(|token| list(text, token))
            .collect::<std::io::Result<Vec<_>>>()?;
        nodes.push(if words.is_prefix() {
            lists_from(text, last, self.index.docs, self.deadline)?
        } else {
            list(text, last)?
        });
        if nodes.iter().any(|node| matches!(node, Node::Nothing)) {
            return Ok(Node::Nothing);
        }
        Ok(if before.is_empty() {
            any_of(nodes)
        } else {
            Node::Maybe(Box::new(Node::And(nodes)))
        })
    }

    /// The values of `column` that hold these words in one of their texts.
    pub(super) fn holding(&self, column: Column, words: &Words) -> std::io::Result<Vec<u64>> {
        let holds = |part: &Part| part.any_text(|text| words.matches_text(text));
        let Some(letter) = column.letter() else {
            return self.index.column(column).ords_where(self.deadline, holds);
        };
        let mentioned = self.mentioned(column, letter, words.tokens(), words.is_prefix())?;
        match words.tokens() {
            [_] => Ok(mentioned),
            _ => self.accepted(column, &mentioned, holds),
        }
    }

    /// The values of `column` that may hold all these tokens in whatever texts and order, ascending. One token is
    /// held by all of them.
    pub(super) fn mentioned(
        &self,
        column: Column,
        letter: char,
        tokens: &[String],
        prefix: bool,
    ) -> std::io::Result<Vec<u64>> {
        let word = &self.index.word;
        let mut lists = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            let term = format!("{letter}{token}");
            let infos = if prefix && at + 1 == tokens.len() {
                infos_from(word, &term, self.deadline)?
            } else {
                word.terms().get(term.as_bytes())?.into_iter().collect()
            };
            lists.push((infos.iter().map(|info| u64::from(info.doc_freq)).sum::<u64>(), infos));
        }
        lists.sort_by_key(|(mentions, _)| *mentions);
        let mut docs: Option<Vec<u32>> = None;
        for (_, infos) in lists {
            // Several words are checked afterwards on the values themselves, so few candidates need no further list.
            if docs.as_ref().is_some_and(|docs| docs.len() <= FEW) {
                break;
            }
            let mut next = Vec::new();
            for (nth, info) in infos.iter().enumerate() {
                if nth % TERMS == TERMS - 1 {
                    self.deadline.check()?;
                }
                extend(word, info, &mut next)?;
            }
            if infos.len() > 1 {
                next.sort_unstable();
                next.dedup();
            }
            if let Some(docs) = &docs {
                next.retain(|doc| docs.binary_search(doc).is_ok());
            }
            docs = Some(next);
        }
        let docs = docs.unwrap_or_default();
        let mut ords = vec![0; docs.len()];
        self.index.column(column).ords().get_vals(&docs, &mut ords);
        ords.sort_unstable();
        ords.dedup();
        Ok(ords)
    }
}

fn extend(index: &InvertedIndexReader, info: &TermInfo, docs: &mut Vec<u32>) -> std::io::Result<()> {
    let mut list = index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    while list.block_len() > 0 {
        docs.extend(list.docs().iter().filter(|doc| **doc != TERMINATED));
        list.advance();
    }
    Ok(())
}

fn can_be_in_address(words: &Words) -> bool {
    words
        .tokens()
        .iter()
        .all(|token| token.len() <= ADDRESS_WORD && token.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
