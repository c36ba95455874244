//! Sending SMS: through the HTTP interface of a service, or, in development, into the outbox. Owns no text and no
//! number.

mod http_form;
mod outbox;

use std::pin::Pin;
use std::sync::Arc;

use activity::Facts;
use store::accounts::account::AccountRow;

use crate::factors::SendRefused;
use crate::settings::SmsSettings;
use crate::{App, Tx, Unavailable};

/// What an SMS is sent with.
pub(crate) trait SmsSender: Send + Sync {
    /// Sends a text to a number in the form of E.164; an error says what the service answered.
    fn send<'a>(
        &'a self,
        to: &'a str,
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<(), Unavailable>> + Send + 'a>>;
}

/// The way this installation sends SMS, if it has any.
pub(crate) enum Sms {
    /// Through a service.
    Service(Arc<dyn SmsSender>),
    /// Kept in the outbox and written to the server's own log.
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

/// Commits that it was asked for, and sends: what the text is about stands before it reaches anybody.
pub(crate) async fn send(
    app: &App,
    mut tx: Tx,
    asked: Facts,
    account: &AccountRow,
    (to, text): (&str, &str),
) -> Result<(), SendRefused> {
    match app.sms() {
        Sms::Off => Err(SendRefused::NotSent),
        Sms::Outbox => {
            outbox::keep(app, &mut tx, account, to, text).await?;
            Ok(tx.commit(asked).await?)
        }
        Sms::Service(sender) => {
            tx.commit(asked).await?;
            sender.send(to, text).await.map_err(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "an SMS was not sent");
                SendRefused::NotSent
            })
        }
    }
}
