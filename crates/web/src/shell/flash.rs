//! One message that survives one redirect.

use serde::{Deserialize, Serialize};

/// A message shown once, on the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub kind: FlashKind,
    /// What it says, as plain text.
    pub text: String,
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashKind {
    /// It was done.
    Good,
    /// It was not done.
    Bad,
}

impl Flash {
    /// It was done.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Good,
            text: text.into(),
        }
    }

    /// It was not done.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Bad,
            text: text.into(),
        }
    }

    /// The class of its part in the layout.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.kind {
            FlashKind::Good => "good",
            FlashKind::Bad => "bad",
        }
    }
}
