//! Why something ended as it did: the closed set of reasons that Whodid, its imports and its demo give. Each is a code
//! for programs and queries, and words for people. What other systems report may be any text.

use crate::Facts;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $code:literal $words:literal,)+) => {
        /// A reason of the closed set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $(#[doc = $words] $variant,)+
        }

        crate::words::words!(Reason: $($variant = $code,)+);

        impl Reason {
            /// What a person reads, such as `wrong password`.
            #[must_use]
            pub fn in_words(self) -> &'static str {
                match self {
                    $(Self::$variant => $words),+
                }
            }
        }
    };
}

reasons! {
    WrongPassword = "wrong_password" "wrong password",
    WrongCode = "wrong_code" "wrong code",
    WrongPasskey = "wrong_passkey" "wrong passkey",
    UnknownPasskey = "unknown_passkey" "unknown passkey",
    UnknownUser = "unknown_user" "unknown user",
    KeyRefused = "key_refused" "key refused",
    NoCredentials = "no_credentials" "no credentials",
    Refused = "refused" "refused",
    AccountLocked = "account_locked" "account locked",
    AccountNotActivated = "account_not_activated" "account not activated",
    AddressNotAllowed = "address_not_allowed" "address not allowed",
    TooManyFailures = "too_many_failures" "too many failed attempts",
    TooManyFailuresInDay = "too_many_failures_in_a_day" "too many failed attempts within a day",
    TooManyRequests = "too_many_requests" "too many requests",
    TooManyPasswords = "too_many_passwords" "too many wrong passwords",
    TooManySecrets = "too_many_secrets" "too many attempts at a password, code or link",
    TooManyCalls = "too_many_calls" "too many calls of the API",
    TooManyLookUps = "too_many_look_ups" "too many look-ups of other users",
    TooManyEmailChanges = "too_many_email_changes" "too many changes of the e-mail address",
    TooManyInvitations = "too_many_invitations" "too many invitations",
    LegalHold = "legal_hold" "legal hold",

    LoggedOut = "logged_out" "logged out",
    LoggedInAgain = "logged_in_again" "logged in anew in the same browser",
    AnotherDevice = "another_device" "logged in on another device",
    Revoked = "revoked" "device revoked",
    AllEnded = "all_ended" "all devices ended",
    PasswordChanged = "password_changed" "password changed",
    PasswordReset = "password_reset" "password reset",
    EmailChanged = "email_changed" "e-mail address changed",
    SecondFactorChanged = "second_factor_changed" "second factor set up",
    LoginDisabled = "login_disabled" "login disabled",
    ServiceAccount = "service_account" "service account",
    ApplicationDisabled = "application_disabled" "application disabled",
    ApplicationDeleted = "application_deleted" "application deleted",
    RefreshTokenReused = "refresh_token_reused" "refresh token used again",

    NotMember = "not_a_member" "not a member of the group",
    GroupDeleted = "group_deleted" "group deleted",
    InvitedToGroup = "invited_to_group" "invited to a group",
    SessionEnded = "session_ended" "session ended",
    SessionNotStarted = "session_not_started" "session not started",
    SessionLocked = "session_locked" "session locked",
    DeviceSilent = "device_silent" "device went silent",

    FileNotWritten = "file_not_written" "file could not be written",
    DiskFull = "disk_full" "the disk was full",
    NoRoom = "no_room_for_exports" "exports take up as much room as they may",
    LogNotRead = "log_not_read" "log could not be read",
    BrokenOff = "broken_off" "broken off",
    ReaderTooSlow = "reader_too_slow" "reader too slow",
    MailRefused = "mail_refused" "mail server refused it",
}

impl Facts {
    /// The same facts, for this reason.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason.word().to_owned());
        self
    }

    /// The reason as a person reads it: in words where it is one of the closed set, else as it was reported.
    #[must_use]
    pub fn reason_in_words(&self) -> Option<&str> {
        let reason = self.reason.as_deref()?;
        Some(Reason::of_word(reason).map_or(reason, |known| known.in_words()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_code_a_query_types_as_one_word_and_words_that_differ() {
        for (at, reason) in Reason::ALL.iter().enumerate() {
            let code = reason.word();
            assert!(
                code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{code}"
            );
            assert_eq!(Reason::of_word(code), Some(*reason));
            let others = Reason::ALL.iter().skip(at + 1);
            for other in others {
                assert_ne!((code, reason.in_words()), (other.word(), reason.in_words()));
                assert_ne!(reason.in_words(), other.in_words());
            }
        }
    }

    #[test]
    fn a_known_code_is_read_in_words_and_anything_else_as_it_came() {
        let mut facts = Facts::new("user.login_failed", crate::Time(0)).because(Reason::WrongPassword);
        assert_eq!(facts.reason.as_deref(), Some("wrong_password"));
        assert_eq!(facts.reason_in_words(), Some("wrong password"));
        facts.reason = Some("INVALID_CREDENTIALS".to_owned());
        assert_eq!(facts.reason_in_words(), Some("INVALID_CREDENTIALS"));
    }
}
