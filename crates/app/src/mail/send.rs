//! The one task that hands mails to the mail server: what is due, oldest first, with growing pauses after a failure. Of
//! several processes that send one at a time does.

use std::time::Duration;

use activity::{Facts, Reason, Target, Time};
use engine::Fence;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use store::accounts::account;
use store::accounts::mail::{self, MailRow};
use thiserror::Error;

use super::text;
use crate::facts::{self, shortened};
use crate::{App, Caller, Quiet, Tx, Unavailable, names};

/// A mail that could not be sent for so long is given up.
const GIVE_UP: i64 = Time::DAY;
/// How long mails that wait for nothing are kept.
const KEEP: i64 = 30 * Time::DAY;
const FIRST_PAUSE: i64 = 30 * Time::SECOND;
const LONGEST_PAUSE: i64 = 3_600 * Time::SECOND;
const TICK: Duration = Duration::from_secs(15);
const AT_ONCE: u32 = 20;
/// The job of sending; each mail's own attempts are kept with the mail.
const JOB: &str = "mail";

/// What is wrong with the settings of mail.
#[derive(Debug, Error)]
pub enum MailSetupError {
    /// The URL is none.
    #[error("mail.smtp_url cannot be used: {0}; write smtps://user:password@mail.example.com:465")]
    Url(#[source] lettre::transport::smtp::Error),
    /// The sender is none.
    #[error("mail.from `{given}` is no sender ({cause}); write Whodid <whodid@example.com>")]
    From {
        /// What was given.
        given: String,
        /// Why it is none.
        #[source]
        cause: lettre::address::AddressError,
    },
}

type Transport = AsyncSmtpTransport<Tokio1Executor>;
type Way = (Transport, Mailbox);

/// Sends mails and forgets what has expired, in the background until the process ends; whether there is a mail server to
/// send them through. Ending loses nothing: an unsent mail stays queued, and one that was sent but not marked is sent twice
/// at worst.
pub fn start(app: &App) -> Result<bool, MailSetupError> {
    let way = way_out(app)?;
    let sends = way.is_some();
    let of = app.clone();
    app.tasks().keep("mail", move || work(of.clone(), way.clone()));
    Ok(sends)
}

/// The mail server and the sender that are set; `None` without a server.
fn way_out(app: &App) -> Result<Option<Way>, MailSetupError> {
    let settings = &app.settings().mail;
    let Some(url) = &settings.smtp_url else { return Ok(None) };
    let transport = Transport::from_url(url)
        .map_err(MailSetupError::Url)?
        .timeout(Some(Duration::from_secs(20)))
        .build();
    let given = settings
        .from
        .clone()
        .unwrap_or_else(|| "Whodid <whodid@localhost>".to_owned());
    let sender = given.parse().map_err(|cause| MailSetupError::From { given, cause })?;
    Ok(Some((transport, sender)))
}

async fn work(app: App, way: Option<Way>) {
    loop {
        let worked = match &way {
            Some(way) => Box::pin(send_due(&app, way)).await,
            None => clean(&app).await,
        };
        if let Err(error) = worked {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the mail queue could not be worked on"
            );
        }
        let _ = tokio::time::timeout(TICK, app.mail_written().notified()).await;
    }
}

/// Sends what is due now, unless another process does.
async fn send_due(app: &App, way: &Way) -> Result<(), Unavailable> {
    if !due(app).await?.is_empty()
        && let Some(lease) = app.jobs().claim(JOB).await?
    {
        let fence = lease.fence().clone();
        Box::pin(lease.work(send_all(app, way, &fence))).await?;
    }
    clean(app).await
}

async fn due(app: &App) -> Result<Vec<MailRow>, Unavailable> {
    Ok(mail::due(&mut app.store().read().await?, app.now(), AT_ONCE).await?)
}

/// Sends until nothing is due, or another process does.
async fn send_all(app: &App, way: &Way, fence: &Fence) -> Result<(), Unavailable> {
    loop {
        let due = due(app).await?;
        if due.is_empty() {
            return Ok(());
        }
        for row in due {
            let outcome = attempt(app, way, &row).await;
            if !settle(app, &row, outcome, fence).await? {
                return Ok(());
            }
        }
    }
}

async fn attempt(app: &App, (transport, sender): &Way, row: &MailRow) -> Result<(), Refusal> {
    let refused = |permanent, text| Refusal { permanent, text };
    let body = text::of(app, row).ok_or_else(|| refused(true, "its text is not kept any more".to_owned()))?;
    let message = message(row, &body, sender).map_err(|text| refused(true, text))?;
    let sent = transport.send(message).await.map(drop);
    sent.map_err(|error| refused(error.is_permanent(), text::without_secrets(&error.to_string(), &body)))
}

struct Refusal {
    permanent: bool,
    text: String,
}

/// Writes what became of a mail; `false`, and nothing is written, if another process sends by now.
async fn settle(app: &App, row: &MailRow, outcome: Result<(), Refusal>, fence: &Fence) -> Result<bool, Unavailable> {
    let now = app.now();
    let mut tx = app.begin().await?;
    if !fence.holds(&mut tx).await? {
        tx.rollback().await;
        return Ok(false);
    }
    match outcome {
        Ok(()) => {
            mail::sent(&mut tx, &row.id, now).await?;
            let sent = facts_of(app, &mut tx, None, "mail.sent", row).await?;
            tx.commit(sent).await?;
        }
        Err(refusal) if refusal.permanent || row.created_at.plus(GIVE_UP) <= now => {
            tracing::warn!(mail = row.id, error = refusal.text, "a mail was given up");
            mail::give_up(&mut tx, &row.id, &refusal.text, now).await?;
            let mut failed = facts_of(app, &mut tx, None, "mail.failed", row).await?;
            failed.metadata.insert("answer".to_owned(), shortened(&refusal.text));
            tx.commit(facts::failed(failed, Reason::MailRefused)).await?;
        }
        Err(refusal) => {
            let pause = FIRST_PAUSE.saturating_mul(1 << row.attempts.min(10)).min(LONGEST_PAUSE);
            tracing::warn!(
                mail = row.id,
                error = refusal.text,
                "a mail could not be sent and will be tried again"
            );
            mail::retry(&mut tx, &row.id, &refusal.text, now.plus(pause)).await?;
            tx.commit_quietly(Quiet::MailQueue).await?;
        }
    }
    Ok(true)
}

/// The activity of what happened to a mail: in the log of the account it is about.
pub(super) async fn facts_of(
    app: &App,
    tx: &mut Tx,
    caller: Option<&Caller>,
    code: &str,
    row: &MailRow,
) -> Result<Facts, Unavailable> {
    let account = match &row.account_id {
        Some(id) => account::get(tx, id).await?,
        // A mail to an address, such as an invitation: whoever has the address is told.
        None => account::by_login(tx, &names::key(&row.recipient)).await?,
    };
    let mut facts = match (account.map(|account| account.person()), caller) {
        (Some(person), Some(caller)) => facts::about(app, caller, code, &person),
        (Some(person), None) => facts::by_system(app, code, &person),
        (None, Some(caller)) => facts::of_installation(app, caller, code),
        (None, None) => Facts {
            by: activity::By::System,
            ..Facts::new(code, app.now())
        },
    };
    facts.targets = vec![Target {
        kind: "mail".to_owned(),
        id: row.id.clone(),
        ..Target::default()
    }];
    facts.metadata.insert("subject".to_owned(), row.subject.clone());
    facts.metadata.insert("to".to_owned(), row.recipient.clone());
    Ok(facts)
}

fn message(row: &MailRow, body: &str, sender: &Mailbox) -> Result<Message, String> {
    let address = row
        .recipient
        .parse::<lettre::Address>()
        .map_err(|error| error.to_string())?;
    Message::builder()
        .from(sender.clone())
        .to(Mailbox::new(None, address))
        .subject(row.subject.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(body.to_owned())
        .map_err(|error| error.to_string())
}

async fn clean(app: &App) -> Result<(), Unavailable> {
    let mut tx = app.begin().await?;
    mail::forget_expired(&mut tx, app.now()).await?;
    mail::delete_old(&mut tx, app.now().plus(-KEEP)).await?;
    tx.commit_quietly(Quiet::MailQueue).await
}
