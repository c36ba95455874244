//! Sending SMS: through the HTTP interface of a service, or, in development, into the outbox. Owns no text and no
//! number.

mod http_form;

use std::pin::Pin;
use std::sync::Arc;

use activity::{Facts, Time};
use store::accounts::account::AccountRow;
use thiserror::Error;

use crate::error::unavailable;
use crate::settings::SmsSettings;
use crate::{App, Tx, Unavailable, mail};

/// What an SMS is sent with.
pub(crate) trait SmsSender: Send + Sync {
    /// Sends a text to a number in the form of E.164; an error says what the service answered.
    fn send<'a>(
        &'a self,
        to: &'a str,
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<(), Unavailable>> + Send + 'a>>;
}

/// Why an SMS was not sent.
#[derive(Debug, Error)]
pub(crate) enum NotSent {
    /// The service did not take it, or none is set up.
    #[error("the service that sends SMS did not take it, or none is set up")]
    Refused,
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(NotSent);

/// The way this installation sends SMS, if it has any.
pub(crate) enum Sms {
    /// Through a service.
    Service(Arc<dyn SmsSender>),
    /// Kept in the outbox that administrators see, for development.
    Outbox,
    /// Not at all.
    Off,
}

impl Sms {
    pub(crate) fn new(settings: &SmsSettings) -> Self {
        match &settings.url {
            Some(url) => Self::Service(Arc::new(http_form::HttpForm::new(url, settings))),
            None if settings.outbox => Self::Outbox,
            None => Self::Off,
        }
    }

    /// Whether SMS can be sent.
    pub(crate) fn is_set_up(&self) -> bool {
        !matches!(self, Self::Off)
    }
}

/// An SMS with a code.
pub(crate) struct Text<'a> {
    /// The number it goes to, in the form of E.164.
    pub(crate) to: &'a str,
    pub(crate) text: &'a str,
    /// From when on the code is worth nothing.
    pub(crate) expires_at: Time,
}

/// Commits that it was asked for, and sends: what the text is about stands before it reaches anybody.
pub(crate) async fn send(
    app: &App,
    mut tx: Tx,
    asked: Facts,
    account: &AccountRow,
    sms: Text<'_>,
) -> Result<(), NotSent> {
    match app.sms() {
        Sms::Off => Err(NotSent::Refused),
        Sms::Outbox => {
            let letter = mail::letters::sms(account, sms.to, sms.text, sms.expires_at);
            mail::keep(app, &mut tx, letter).await?;
            Ok(tx.commit(asked).await?)
        }
        Sms::Service(sender) => {
            tx.commit(asked).await?;
            sender.send(sms.to, sms.text).await.map_err(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "an SMS was not sent");
                NotSent::Refused
            })
        }
    }
}
