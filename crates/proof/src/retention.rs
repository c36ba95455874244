//! Notes of retention (ours): what a run removed from the log, of which size that was, and who decided it, signed as
//! checkpoints are. Lines in a fixed order and of one spelling.

use std::fmt::Write;

use crate::checkpoint::Origin;
use crate::hash::Hash;
use crate::manifest::{Moment, value};
use crate::note::{Note, NoteError, SigningKey, VerifyingKey};
use crate::text::{decimal, hash, hash_text};

const HEADER: &str = "whodid-retention/v1";

/// What a run of retention removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionNote {
    /// Its number.
    pub run: u64,
    /// When it was decided.
    pub decided: Moment,
    /// Who decided it.
    pub by: String,
    /// The log that it was removed from.
    pub origin: Origin,
    /// How many activities the log had.
    pub size: u64,
    /// The root of its tree, which removing does not change.
    pub root: Hash,
    /// What went.
    pub cuts: Vec<RetentionCut>,
}

/// What went of one kind of activities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionCut {
    /// Which kind, in words.
    pub of: String,
    /// What was recorded before went.
    pub before: Moment,
    /// How many went.
    pub removed: u64,
    /// How many stayed because they are on hold.
    pub held: u64,
}

/// Why a text is no note of retention, or one is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetentionNoteError {
    /// The text.
    #[error("it is not what `{HEADER}` says: at line {0}")]
    Line(usize),
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl RetentionNote {
    /// The text that is signed, the last line break with it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        let mut line = |key: &str, value: &str| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{key}: {}", value::print(value));
        };
        line("run", &self.run.to_string());
        line("decided", self.decided.as_ref());
        line("by", &self.by);
        line("origin", self.origin.as_ref());
        line("size", &self.size.to_string());
        line("root", &hash_text(&self.root));
        for cut in &self.cuts {
            line("of", &cut.of);
            line("before", cut.before.as_ref());
            line("removed", &cut.removed.to_string());
            line("held", &cut.held.to_string());
        }
        text
    }

    /// Reads the text of such a note.
    ///
    /// # Errors
    /// At which line it is not one.
    pub fn parse(text: &str) -> Result<Self, RetentionNoteError> {
        let mut at = 1;
        let mut lines = text.split_inclusive('\n').map(|line| line.strip_suffix('\n'));
        if lines.next() != Some(Some(HEADER)) {
            return Err(RetentionNoteError::Line(at));
        }
        let mut lines = lines.peekable();
        let head = read_head(&mut lines, &mut at);
        let Some(mut note) = head else {
            return Err(RetentionNoteError::Line(at));
        };
        while lines.peek().is_some() {
            let cut = read_cut(&mut lines, &mut at);
            note.cuts.push(cut.ok_or(RetentionNoteError::Line(at))?);
        }
        Ok(note)
    }

    /// Signs it with each of these keys; there must be one.
    ///
    /// # Errors
    /// If there is none.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<Note, RetentionNoteError> {
        Ok(Note::sign(self.text(), keys)?)
    }

    /// What this note says, if one of these keys signed it.
    ///
    /// # Errors
    /// If none did, or it says something else.
    pub fn verify(note: &Note, keys: &[VerifyingKey]) -> Result<Self, RetentionNoteError> {
        Self::parse(note.verify(keys)?.text)
    }
}

fn read_head<'a>(lines: &mut impl Iterator<Item = Option<&'a str>>, at: &mut usize) -> Option<RetentionNote> {
    Some(RetentionNote {
        run: decimal(&next(lines, at, "run")?)?,
        decided: next(lines, at, "decided")?.parse().ok()?,
        by: next(lines, at, "by")?,
        origin: next(lines, at, "origin")?.parse().ok()?,
        size: decimal(&next(lines, at, "size")?)?,
        root: hash(&next(lines, at, "root")?)?,
        cuts: Vec::new(),
    })
}

fn read_cut<'a>(lines: &mut impl Iterator<Item = Option<&'a str>>, at: &mut usize) -> Option<RetentionCut> {
    Some(RetentionCut {
        of: next(lines, at, "of")?,
        before: next(lines, at, "before")?.parse().ok()?,
        removed: decimal(&next(lines, at, "removed")?)?,
        held: decimal(&next(lines, at, "held")?)?,
    })
}

/// The value of the next line, which must be of this key.
fn next<'a>(lines: &mut impl Iterator<Item = Option<&'a str>>, at: &mut usize, key: &str) -> Option<String> {
    *at += 1;
    value::parse(lines.next()??.strip_prefix(key)?.strip_prefix(": ")?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_note() -> impl Strategy<Value = RetentionNote> {
        let cut = ("[ -~]{0,12}", any::<u64>(), any::<u64>()).prop_map(|(of, removed, held)| RetentionCut {
            of,
            before: "2025-11-28T00:00:00Z".parse().unwrap(),
            removed,
            held,
        });
        let cuts = prop::collection::vec(cut, 0..4);
        (any::<u64>(), any::<String>(), any::<u64>(), any::<Hash>(), cuts).prop_map(|(run, by, size, root, cuts)| {
            RetentionNote {
                run,
                decided: "2026-11-28T09:30:00Z".parse().unwrap(),
                by,
                origin: "whodid.example".parse().unwrap(),
                size,
                root,
                cuts,
            }
        })
    }

    proptest! {
        #[test]
        fn a_note_comes_back_from_its_text_and_no_part_of_it_passes_for_one(note in any_note(), cut in 1_usize..40) {
            let text = note.text();
            prop_assert_eq!(RetentionNote::parse(&text), Ok(note.clone()));
            let shorter: String = text.chars().take(text.chars().count().saturating_sub(cut)).collect();
            prop_assert_ne!(RetentionNote::parse(&shorter), Ok(note));
            let longer = text + "more: 1\n";
            prop_assert!(RetentionNote::parse(&longer).is_err());
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Ok(note) = RetentionNote::parse(&text) {
                prop_assert_eq!(note.text(), text);
            }
        }
    }
}
