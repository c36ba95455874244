//! How a folded text is cut: into words, and, where a script has no blanks between words, into runs that are found by
//! any part. Owns the terms that an index lists for a text.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

use super::fold;

/// A run of letters and digits of a folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Its characters.
    pub text: &'a str,
    /// Whether it is of Chinese, Japanese, Korean, Thai, Lao, Khmer or Burmese, and so found by any part of it.
    pub is_run: bool,
}

/// The pieces of a folded text, in order.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a str,
}

/// Cuts a folded text.
#[must_use]
pub fn pieces(folded: &str) -> Pieces<'_> {
    Pieces { rest: folded }
}

/// The pieces of a folded text, each with where it begins.
pub fn placed_pieces(folded: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut all = pieces(folded);
    std::iter::from_fn(move || {
        let piece = all.next()?;
        Some((folded.len() - all.rest.len() - piece.text.len(), piece))
    })
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let start = self.rest.find(is_in_word)?;
        let from = &self.rest[start..];
        let is_run = from.chars().next().is_some_and(is_unspaced);
        // A mark belongs to the letter before it.
        let ends = |c: char| !is_in_word(c) || (is_unspaced(c) != is_run && !is_mark(c));
        let end = from.find(ends).unwrap_or(from.len());
        let (text, rest) = from.split_at(end);
        self.rest = rest;
        Some(Piece { text, is_run })
    }
}

impl<'a> Piece<'a> {
    /// Overlapping pairs of the characters of a run, and at its end the last one alone, so that every character begins
    /// a term. A mark of no script may stand in a run, but begins none: alone it would be a word.
    fn pairs(self) -> impl Iterator<Item = &'a str> {
        let starts = self.text.char_indices().map(|(at, _)| at);
        let ends = self.text.char_indices().map(|(at, _)| at).chain([self.text.len()]);
        let ends = ends.skip(2).chain([self.text.len()]);
        let pairs = starts.zip(ends).filter_map(|(start, end)| self.text.get(start..end));
        pairs.filter(|pair| pair.starts_with(is_unspaced))
    }

    /// What an index is asked for where this piece is wanted, whole or, if `is_beginning`, as a beginning.
    pub(super) fn lookups(self, is_beginning: bool, mut each: impl FnMut(Lookup<'a>)) {
        let mut characters = self.text.chars();
        let (_, second) = (characters.next(), characters.next());
        if !self.is_run || second.is_none() {
            // One character of a run begins the term of every pair that it begins, and the one at the end.
            return each(Lookup {
                term: self.text,
                is_beginning: is_beginning || self.is_run,
            });
        }
        for term in self.pairs().filter(|term| term.chars().nth(1).is_some()) {
            each(Lookup {
                term,
                is_beginning: false,
            });
        }
    }

    /// Everything an index is asked for where it is wanted.
    #[must_use]
    pub fn all_lookups(self) -> Vec<Lookup<'a>> {
        let mut all = Vec::new();
        self.lookups(false, |lookup| all.push(lookup));
        all
    }

    /// Whether a text holds this piece wherever all its lookups are answered.
    pub(super) fn is_one_term(self) -> bool {
        !self.is_run || self.text.chars().nth(2).is_none()
    }
}

/// What an index is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup<'a> {
    /// A term of [`terms`].
    pub term: &'a str,
    /// Whether every term that begins so is meant.
    pub is_beginning: bool,
}

/// Calls `each` with every term that an index lists for a text: its words, and the pairs of its runs.
pub fn terms(text: &str, mut each: impl FnMut(&str)) {
    let folded = fold(text);
    if folded.is_ascii() {
        // What pieces are there, at half the cost: nearly all texts are.
        let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
        return words.filter(|word| !word.is_empty()).for_each(each);
    }
    for piece in pieces(&folded) {
        match piece.is_run {
            true => piece.pairs().for_each(&mut each),
            false => each(piece.text),
        }
    }
}

/// The part of a folded text behind the marks it begins with, which would belong to the letter before them.
pub(super) fn behind_marks(folded: &str) -> &str {
    folded.trim_start_matches(is_mark)
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

fn is_mark(c: char) -> bool {
    c >= '\u{300}' && is_combining_mark(c)
}

fn is_unspaced(c: char) -> bool {
    // The mark that makes a vowel of kana long is of no script.
    c >= '\u{e00}'
        && (c == '\u{30fc}'
            || matches!(
                c.script(),
                Script::Han
                    | Script::Hiragana
                    | Script::Katakana
                    | Script::Bopomofo
                    | Script::Hangul
                    | Script::Thai
                    | Script::Lao
                    | Script::Khmer
                    | Script::Myanmar
            ))
}
