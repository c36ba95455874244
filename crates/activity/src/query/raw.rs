//! A value as it was typed: its place in the query, its quotes and its asterisks.

use std::ops::Range;

use super::ParseError;
use super::lex::{outside_quotes, quote_end};
use crate::text::{Extent, Phrase};

/// A part of the query and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

/// A value with its quotes and asterisks taken off.
pub(super) struct Cooked {
    pub(super) text: String,
    pub(super) quoted: bool,
    pub(super) extent: Extent,
}

impl Cooked {
    pub(super) fn phrase(self) -> Phrase {
        let phrase = Phrase::new(self.text, self.extent);
        if self.quoted { phrase.quoted() } else { phrase }
    }
}

impl<'a> Raw<'a> {
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    pub(super) fn part(&self, range: Range<usize>) -> Self {
        Raw {
            text: &self.text[range.clone()],
            start: self.start + range.start,
        }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        ParseError::new(self.span(), message)
    }

    /// The values between commas; `word` is the whole condition, for the error.
    pub(super) fn split_list(&self, word: &Raw<'_>) -> Result<Vec<Raw<'a>>, ParseError> {
        let mut ends = outside_quotes(self.text, b',', usize::MAX);
        ends.push(self.text.len());
        let mut from = 0;
        let mut pieces = Vec::with_capacity(ends.len());
        for end in ends {
            let piece = self.part(from..end);
            if piece.text.is_empty() {
                let message = format!("`{}` lacks a value", word.text);
                return Err(word.error(message));
            }
            pieces.push(piece);
            from = end + 1;
        }
        Ok(pieces)
    }

    /// The value without quotes and without `*` at its ends.
    pub(super) fn cook(&self) -> Result<Cooked, ParseError> {
        let inner = self.text.strip_prefix('*').unwrap_or(self.text);
        let Some(rest) = inner.strip_prefix('"') else {
            return self.cook_bare();
        };
        let end = quote_end(inner, 0)?;
        let has_end = match &inner[end..] {
            "" => false,
            "*" => true,
            _ => return Err(self.error("only `*` can follow the closing quotation mark")),
        };
        Ok(Cooked {
            text: unescape(&rest[..end - 2]),
            quoted: true,
            extent: self.extent(inner.len() < self.text.len(), has_end)?,
        })
    }

    fn cook_bare(&self) -> Result<Cooked, ParseError> {
        let (text, has_end) = match self.text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (self.text, false),
        };
        let (text, has_start) = match text.strip_prefix('*').filter(|part| !part.is_empty()) {
            Some(part) => (part, true),
            None => (text, false),
        };
        if text.contains('"') {
            return Err(self.error("quotation marks stand around a whole value"));
        }
        if text.contains('*') {
            let quoted = quote(self.text);
            return Err(self
                .error("`*` can stand only at the end of a value, or at both ends")
                .suggest(quoted.clone(), format!("Write `{quoted}` to look for `*` itself")));
        }
        Ok(Cooked {
            text: text.to_owned(),
            quoted: false,
            extent: self.extent(has_start, has_end)?,
        })
    }

    /// `part`, `part*` or `*part*`, but not `*part`.
    fn extent(&self, has_start: bool, has_end: bool) -> Result<Extent, ParseError> {
        match (has_start, has_end) {
            (false, false) => Ok(Extent::Whole),
            (false, true) => Ok(Extent::Beginning),
            (true, true) => Ok(Extent::Part),
            (true, false) => {
                let part = format!("{}*", self.text);
                let message = format!("`*` at the beginning goes with one at the end, as in `{part}`");
                Err(self
                    .error(message)
                    .suggest(part.clone(), format!("Write `{part}` to find any part")))
            }
        }
    }

    /// The value as text where `*` has no meaning.
    pub(super) fn plain(&self) -> Result<String, ParseError> {
        let cooked = self.cook()?;
        Ok(match cooked.extent {
            Extent::Whole => cooked.text,
            Extent::Beginning => cooked.text + "*",
            Extent::Part => format!("*{}*", cooked.text),
        })
    }
}

/// A text between quotation marks.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let escaped = letter == '\\' && matches!(letters.peek(), Some('"' | '\\'));
        plain.push(if escaped {
            letters.next().unwrap_or(letter)
        } else {
            letter
        });
    }
    plain
}
