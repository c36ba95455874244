//! Values that are words of a closed set: how it ended, how grave it is. The word is the same in JSON, in queries, in
//! the record and in files.

use serde::{Deserialize, Serialize};

/// Gives a set its words, one a value.
macro_rules! words {
    ($of:ident: $($variant:ident = $word:literal),+ $(,)?) => {
        impl $of {
            /// Every value, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their words, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word for it everywhere.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The value of this word.
            #[must_use]
            pub fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use words;

/// How what was tried ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    #[default]
    Success,
    /// It was tried and not done.
    Failure,
    /// It was refused by a rule.
    Denied,
    /// More was asked for, such as a second factor.
    Challenged,
    /// The reporter does not say.
    Unknown,
}

/// How grave a reporter says something is: the severities of syslog (RFC 5424).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For those who look for faults.
    Debug,
    /// Nothing to do.
    Info,
    /// Usual, but worth knowing.
    Notice,
    /// May become a fault.
    Warning,
    /// Something failed.
    Error,
    /// A part does not work.
    Critical,
    /// Somebody must act at once.
    Alert,
    /// Nothing works.
    Emergency,
}

words!(Outcome: Success = "success", Failure = "failure", Denied = "denied", Challenged = "challenged",
    Unknown = "unknown");
words!(Severity: Debug = "debug", Info = "info", Notice = "notice", Warning = "warning", Error = "error",
    Critical = "critical", Alert = "alert", Emergency = "emergency");
impl Outcome {
    /// Whether what was tried was not done.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failure | Self::Denied)
    }
}
