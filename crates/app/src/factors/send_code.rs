//! Sending a code by SMS: how often, to which numbers, and for what. Owns no use case; each says who may ask.

use activity::{Facts, Time};
use store::accounts::account::AccountRow;
use store::factors::sms_code::{self, Pace, Purpose, SmsCodeRow};
use thiserror::Error;

use super::answer::hint;
use super::check::sms_hash;
use crate::error::unavailable;
use crate::{App, Tx, Unavailable, sms};

/// How long a code can be used.
const VALID: i64 = 5 * 60 * Time::SECOND;
/// The least time between two.
const BETWEEN: i64 = 30 * Time::SECOND;

/// Why no code was sent.
#[derive(Debug, Error)]
pub enum SendRefused {
    /// There is no such half-finished log-in any more, or nowhere to send a code.
    #[error("This log-in took too long or was finished already. Log in again.")]
    Expired,
    /// It is not a number codes can be sent to.
    #[error("Give the number with the code of its country, such as +49 151 23456789.")]
    Number,
    /// One was sent a moment ago, or many today.
    #[error("A code was sent a moment ago, or too many today. Wait half a minute, or use another way.")]
    TooOften,
    /// The service that sends SMS did not take it, or none is set up.
    #[error("The code could not be sent. Try again in half a minute, or use another way.")]
    NotSent,
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(SendRefused);

impl From<sms::NotSent> for SendRefused {
    fn from(cause: sms::NotSent) -> Self {
        match cause {
            sms::NotSent::Refused => Self::NotSent,
            sms::NotSent::Unavailable(cause) => Self::Unavailable(cause),
        }
    }
}

impl From<SendRefused> for crate::ChangeError {
    fn from(refused: SendRefused) -> Self {
        match refused {
            SendRefused::Number => Self::invalid("phone", refused.to_string()),
            SendRefused::Unavailable(cause) => Self::Unavailable(cause),
            SendRefused::Expired | SendRefused::TooOften | SendRefused::NotSent => Self::conflict(refused.to_string()),
        }
    }
}

/// Keeps a new code, commits it with `asked`, and sends it.
pub(crate) async fn send_code(
    app: &App,
    mut tx: Tx,
    account: &AccountRow,
    phone: &str,
    (purpose, mut asked): (Purpose, Facts),
) -> Result<(), SendRefused> {
    if !app.sms().is_set_up() {
        return Err(SendRefused::NotSent);
    }
    let now = app.now();
    let pace = Pace {
        now,
        last_before: now.plus(-BETWEEN),
        day: now.0.div_euclid(Time::DAY),
        per_day: app.settings().sms.per_day,
    };
    if !sms_code::count(&mut tx, &account.id, pace).await? {
        return Err(SendRefused::TooOften);
    }
    let code = new_code(app);
    let row = SmsCodeRow {
        account_id: account.id.clone(),
        purpose,
        phone: phone.to_owned(),
        created_at: now,
        expires_at: now.plus(VALID),
    };
    sms_code::replace(&mut tx, &row, &sms_hash(&account.id, &code)).await?;
    asked.metadata.insert("phone".to_owned(), hint(phone));
    let text = format!("{code} is your Whodid code. It is good for 5 minutes. Nobody of Whodid will ask you for it.");
    let sms = sms::Text {
        to: phone,
        text: &text,
        expires_at: row.expires_at,
    };
    Ok(sms::send(app, tx, asked, account, sms).await?)
}

/// A telephone number in the form of E.164, however it was typed.
pub(crate) fn number(typed: &str) -> Result<String, SendRefused> {
    let plain: String = typed
        .trim()
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}'))
        .collect();
    let digits = plain.strip_prefix('+').ok_or(SendRefused::Number)?;
    let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    match fits && !digits.starts_with('0') {
        true => Ok(plain),
        false => Err(SendRefused::Number),
    }
}

/// Six digits, each of the million as likely.
fn new_code(app: &App) -> String {
    const MILLION: u32 = 1_000_000;
    loop {
        let mut bytes = [0; 4];
        app.rng().fill(&mut bytes);
        let number = u32::from_le_bytes(bytes);
        // The rest above the last whole million would make small codes likelier.
        if number < u32::MAX - u32::MAX % MILLION {
            return format!("{:06}", number % MILLION);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_with_the_code_of_their_country_only() {
        for (typed, number_is) in [
            ("+49 151 23456789", "+4915123456789"),
            (" +1 (555) 010-9999 ", "+15550109999"),
            ("+44.20.7946.0958", "+442079460958"),
        ] {
            assert_eq!(number(typed).ok().as_deref(), Some(number_is));
        }
        for typed in [
            "",
            "+",
            "0151 23456789",
            "0049151234567",
            "+0123456789",
            "+12345",
            "+1234567890123456",
            "+49 151 abc",
            "+49\u{661}51234567",
        ] {
            assert!(number(typed).is_err(), "{typed}");
        }
    }
}
