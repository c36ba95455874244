//! What is wrong with a query, where, and what would fix it.

use std::ops::Range;

/// Why a text is not a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// The wrong part, in bytes of the text.
    pub span: Range<usize>,
    /// What is wrong, for the person who typed it.
    pub message: String,
    /// What would fix it, if that can be guessed.
    pub suggestion: Option<Suggestion>,
}

/// A repair of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to put in place of the span.
    pub replacement: String,
    /// The offer in words, such as ``Did you mean `user:`?``.
    pub text: String,
}

impl ParseError {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            suggestion: None,
        }
    }

    pub(crate) fn suggest(mut self, replacement: impl Into<String>, text: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion {
            replacement: replacement.into(),
            text: text.into(),
        });
        self
    }

    /// The error with the replacement itself as the offer.
    pub(crate) fn did_you_mean(self, replacement: impl Into<String>) -> Self {
        let replacement = replacement.into();
        let text = format!("Did you mean `{replacement}`?");
        self.suggest(replacement, text)
    }
}
