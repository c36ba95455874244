//! The text of a mail that is kept: whether it is still there, and how it reads. Owns no decision who may see it.

use activity::Time;
use store::accounts::mail::MailRow;

use crate::{App, Cell};

/// Whether there is a text to send or show: it goes once it was sent or given up, or the secret in it has expired.
pub(super) fn is_kept(row: &MailRow, now: Time) -> bool {
    row.sealed_body.is_some() && !has_expired(row, now)
}

/// Whether the link or code in it is worth nothing any more.
pub(super) fn has_expired(row: &MailRow, now: Time) -> bool {
    row.expires_at.is_some_and(|at| at <= now)
}

/// The text; `None` where it is not kept, or its key is another one than this installation's now.
pub(super) fn of(app: &App, row: &MailRow) -> Option<String> {
    let sealed = row.sealed_body.as_deref().filter(|_| is_kept(row, app.now()))?;
    match app.open(Cell::mail_body(&row.id), sealed) {
        Ok(text) => String::from_utf8(text).ok(),
        Err(error) => {
            tracing::warn!(mail = row.id, %error, "the text of a mail cannot be unwrapped");
            None
        }
    }
}

/// What a mail server answered, without what it repeats of the mail: it may have quoted the link it did not like.
pub(super) fn without_secrets(answer: &str, body: &str) -> String {
    const SHORTEST: usize = 16;
    let secrets = body
        .split(|c: char| c.is_whitespace() || matches!(c, '?' | '=' | '&'))
        .filter(|word| word.len() >= SHORTEST);
    secrets.fold(answer.to_owned(), |text, secret| text.replace(secret, "…"))
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn an_answer_that_quotes_a_link_is_kept_without_it() {
        let body =
            "Open this:\n\nhttps://log.example.com/reset?token=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde\n\nWhodid\n";
        for answer in [
            "550 spam: https://log.example.com/reset?token=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde",
            "550 bad url (token=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde)",
        ] {
            let kept = without_secrets(answer, body);
            assert!(kept.starts_with("550 ") && !kept.contains("AbCdEf"), "{kept}");
        }
        assert_eq!(without_secrets("451 try later", body), "451 try later");
    }
}
