//! A text that is looked for: what was typed, how much of a field it must be, and whether its accents are demanded.
//! The one decision of what matches, on which every index's answer rests.

use super::fold::without_accents;
use super::pieces::{Lookup, Piece, Pieces, behind_marks, pieces};
use super::{ascii, exact, fold};

/// How much of a text is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Extent {
    /// All of it: `sam`.
    #[default]
    Whole,
    /// Its beginning: `sam*`.
    Beginning,
    /// Any part: `*sam*`.
    Part,
}

/// A text that is looked for, regardless of case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    typed: String,
    extent: Extent,
    folded: String,
    words: Vec<Wanted>,
    /// The same with accents, where they are demanded.
    exact: Option<Exact>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Exact {
    folded: String,
    words: Vec<Wanted>,
}

/// A piece that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) text: String,
    is_run: bool,
    /// Whether it must have the accents it was typed with.
    has_accents: bool,
}

/// Where a wanted piece stands among the others.
#[derive(Clone, Copy)]
struct At {
    is_first: bool,
    is_last: bool,
    /// Whether the text it is looked for in has its accents.
    in_exact: bool,
}

impl Phrase {
    /// As it was typed without quotes: no accent must be there.
    #[must_use]
    pub fn new(typed: impl Into<String>, extent: Extent) -> Self {
        let typed = typed.into();
        let folded = fold(&typed);
        Self {
            extent,
            words: wanted(&folded),
            folded,
            exact: None,
            typed,
        }
    }

    /// The same in quotes: a word that was typed with accents must have just these.
    #[must_use]
    pub fn quoted(mut self) -> Self {
        let folded = exact(&self.typed);
        self.exact = (folded != self.folded).then(|| Exact {
            words: wanted(&folded),
            folded,
        });
        self
    }

    /// As it was typed, without quotes and asterisks.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.typed
    }

    /// How much of a text it must be.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The form that is compared: [`fold`] of the text.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether it has accents that must be there.
    #[must_use]
    pub fn demands_accents(&self) -> bool {
        self.exact.is_some()
    }

    /// Whether it has a letter or a digit.
    #[must_use]
    pub fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// How many words it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether it has no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(crate) fn pieces(&self) -> impl ExactSizeIterator<Item = Piece<'_>> + Clone {
        self.words.iter().map(Wanted::piece)
    }

    /// Whether the whole of `field`, its beginning, or a part of it is this.
    #[must_use]
    pub fn is(&self, field: &str) -> bool {
        if field.is_ascii() {
            return self.exact.is_none() && ascii::is(field.as_bytes(), self.folded.as_bytes(), self.extent);
        }
        self.extent.holds(&fold(field), &self.folded)
            && (self.exact.as_ref()).is_none_or(|wanted| self.extent.holds(&exact(field), &wanted.folded))
    }

    /// Whether `field` holds these words one after the other, the last as a beginning if that is the extent; or, if
    /// the extent is a part, holds this anywhere.
    #[must_use]
    pub fn is_in(&self, field: &str) -> bool {
        if !field.is_ascii() {
            return self.is_in_folded(field, &fold(field));
        }
        match self.extent {
            _ if self.exact.is_some() => false,
            Extent::Part => self.is(field),
            extent => ascii::holds(field.as_bytes(), &self.words, extent),
        }
    }

    /// Like [`Phrase::is_in`], for a field whose folded form is known.
    pub(crate) fn is_in_folded(&self, field: &str, folded: &str) -> bool {
        let is_in = match self.extent {
            Extent::Part => folded.contains(&self.folded),
            _ => any_place(folded, &self.words, |pieces| self.follows(&self.words, false, pieces)),
        };
        is_in && (self.exact.as_ref()).is_none_or(|wanted| self.is_in_exact(&exact(field), wanted))
    }

    fn is_in_exact(&self, field: &str, wanted: &Exact) -> bool {
        match self.extent {
            Extent::Part => field.contains(&wanted.folded),
            _ => any_place(field, &wanted.words, |pieces| self.follows(&wanted.words, true, pieces)),
        }
    }

    fn follows(&self, words: &[Wanted], in_exact: bool, mut pieces: Pieces<'_>) -> bool {
        let last = words.len().saturating_sub(1);
        words.iter().enumerate().all(|(nth, wanted)| {
            let at = At {
                is_first: nth == 0,
                is_last: nth == last,
                in_exact,
            };
            pieces.next().is_some_and(|piece| self.accepts(wanted, at, piece))
        })
    }

    /// Whether the words after the first are found among the pieces, by their distance from the first. Not for what
    /// demands accents.
    pub(crate) fn follows_first<'a>(&self, piece: impl Fn(usize) -> Option<Piece<'a>>) -> bool {
        let last = self.words.len().saturating_sub(1);
        let accepts = |(nth, wanted): (usize, &Wanted)| {
            let at = At {
                is_first: nth == 0,
                is_last: nth == last,
                in_exact: false,
            };
            piece(nth).is_some_and(|piece| self.accepts(wanted, at, piece))
        };
        self.words.iter().enumerate().skip(1).all(accepts)
    }

    fn accepts(&self, wanted: &Wanted, at: At, piece: Piece<'_>) -> bool {
        if wanted.is_run != piece.is_run {
            return false;
        }
        let bare;
        let text = if at.in_exact && !wanted.has_accents {
            bare = without_accents(piece.text);
            &bare
        } else {
            piece.text
        };
        match (wanted.is_run, at.is_first, at.is_last) {
            (false, _, is_last) if is_last && self.extent == Extent::Beginning => text.starts_with(&wanted.text),
            (true, true, true) => text.contains(&wanted.text),
            (true, true, false) => text.ends_with(&wanted.text),
            (true, false, true) => text.starts_with(&wanted.text),
            _ => text == wanted.text,
        }
    }

    /// What an index is asked for: only a field that has all of these may be, or hold, what is looked for. Not for
    /// a part. The longest comes first: of the words of an id it is the one that others do not have, and where one is
    /// nowhere the rest need not be asked for.
    #[must_use]
    pub fn lookups(&self) -> Vec<Lookup<'_>> {
        let mut all = Vec::with_capacity(self.words.len());
        let last = self.words.len().saturating_sub(1);
        for (nth, wanted) in self.words.iter().enumerate() {
            let is_beginning = nth == last && self.extent == Extent::Beginning;
            wanted.piece().lookups(is_beginning, |lookup| all.push(lookup));
        }
        all.sort_by_key(|lookup: &Lookup<'_>| (lookup.is_beginning, std::cmp::Reverse(lookup.term.len())));
        all
    }

    /// Whether a field holds it wherever the lookups are answered.
    #[must_use]
    pub fn is_decided_by_lookups(&self) -> bool {
        let one = matches!(self.words.as_slice(), [only] if only.piece().is_one_term());
        one && self.exact.is_none() && self.extent != Extent::Part
    }

    /// The longest piece of a part: a field that holds the part has a term that holds this word, or all lookups of
    /// this run. `None` if it has neither letter nor digit of its own.
    #[must_use]
    pub fn longest(&self) -> Option<Piece<'_>> {
        let all = pieces(behind_marks(&self.folded));
        all.max_by_key(|piece| (!piece.is_run, piece.text.len()))
    }

    /// Whether a field holds it wherever a term holds [`Phrase::longest`].
    #[must_use]
    pub fn is_one_piece(&self) -> bool {
        let longest = self.longest();
        let decided = |piece: Piece<'_>| piece.text == self.folded && (!piece.is_run || piece.is_one_term());
        self.exact.is_none() && longest.is_some_and(decided)
    }
}

impl Extent {
    fn holds(self, field: &str, wanted: &str) -> bool {
        match self {
            Self::Whole => field == wanted,
            Self::Beginning => field.starts_with(wanted),
            Self::Part => field.contains(wanted),
        }
    }
}

impl Wanted {
    fn piece(&self) -> Piece<'_> {
        Piece {
            text: &self.text,
            is_run: self.is_run,
        }
    }
}

fn wanted(folded: &str) -> Vec<Wanted> {
    let wanted = |piece: Piece<'_>| Wanted {
        has_accents: without_accents(piece.text) != piece.text,
        text: piece.text.to_owned(),
        is_run: piece.is_run,
    };
    pieces(folded).map(wanted).collect()
}

/// Whether `follows` holds from any piece of a text on that could be the first of `words`.
fn any_place(text: &str, words: &[Wanted], follows: impl Fn(Pieces<'_>) -> bool) -> bool {
    let mut from = pieces(text);
    while !words.is_empty() {
        if follows(from.clone()) {
            return true;
        }
        if from.next().is_none() {
            break;
        }
    }
    false
}
