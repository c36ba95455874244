//! The ways to prove the second factor, and what is given as proof.

/// A way to prove the second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// A passkey.
    Passkey,
    /// A code of the authenticator app.
    Totp,
    /// A code that is sent by SMS.
    Sms {
        /// The end of the number, such as `••• 42`.
        hint: String,
    },
    /// One of the recovery codes.
    Recovery,
}

impl Method {
    /// Its name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::Sms { .. } => "sms",
            Self::Recovery => "recovery",
        }
    }
}

/// A code that was typed.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Of the authenticator app.
    Totp(String),
    /// Sent by SMS.
    Sms(String),
    /// A recovery code.
    Recovery(String),
}

impl Answer {
    /// The names of the methods that take a code.
    pub const METHODS: &'static [&'static str] = &["totp", "sms", "recovery"];

    /// The answer with a method's name for programs; `None` for a name that takes no code.
    #[must_use]
    pub fn of(method: &str, code: &str) -> Option<Self> {
        match method {
            "totp" => Some(Self::Totp(code.to_owned())),
            "sms" => Some(Self::Sms(code.to_owned())),
            "recovery" => Some(Self::Recovery(code.to_owned())),
            _ => None,
        }
    }

    /// The factor in words, as the log gives it.
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Totp(_) => "authenticator app",
            Self::Sms(_) => "SMS",
            Self::Recovery(_) => "recovery code",
        }
    }
}

/// The end of a telephone number, by which its owner knows it.
pub(super) fn hint(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let end: String = digits.iter().skip(digits.len().saturating_sub(2)).collect();
    format!("••• {end}")
}
