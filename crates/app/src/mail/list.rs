//! The outbox, newest first, for administrators: everything but the texts.

use activity::Time;
use store::PageFrom;
use store::accounts::mail::{self, MailRow};

use crate::paging::Cursors;
use crate::{App, Caller, ChangeError, Page};

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// `mail_…`
    pub id: String,
    /// The account it is about.
    pub user_id: Option<String>,
    /// The address it goes to.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// Whether its text is still kept and can be shown.
    pub has_text: bool,
    /// Where it stands.
    pub state: MailState,
    /// Tries so far.
    pub attempts: u64,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Time,
    /// When it was sent or given up.
    pub finished_at: Option<Time>,
    /// When it is tried next, while it waits.
    pub next_attempt_at: Option<Time>,
}

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// Waits to be sent.
    Queued,
    /// The mail server took it.
    Sent,
    /// Given up.
    Failed,
    /// Kept here, because no mail server is set.
    Outbox,
}

impl Mail {
    pub(super) fn of(row: MailRow, now: Time) -> Self {
        let state = match row.state.as_str() {
            "queued" => MailState::Queued,
            "sent" => MailState::Sent,
            "failed" => MailState::Failed,
            _ => MailState::Outbox,
        };
        Self {
            has_text: super::text::is_kept(&row, now),
            id: row.id,
            user_id: row.account_id,
            recipient: row.recipient,
            subject: row.subject,
            state,
            attempts: row.attempts,
            last_error: row.last_error,
            created_at: row.created_at,
            finished_at: row.finished_at,
            next_attempt_at: Some(row.next_attempt_at).filter(|_| state == MailState::Queued),
        }
    }
}

const PAGE: u32 = 50;

/// The page of the outbox that has this cursor, newest first.
pub async fn list(app: &App, caller: &Caller, after: Option<&str>) -> Result<Page<Mail>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let pages = Cursors::of(app, "outbox");
    let from: PageFrom<(i64, String)> = pages.from(after)?;
    let mut read = app.store().read().await?;
    let place = from.map(|(at, id)| (Time(*at), id.as_str()));
    let rows = mail::newest(&mut read, &place, PAGE + 1).await?;
    Ok(pages.page(
        &from,
        rows,
        PAGE,
        |row| (row.created_at.0, row.id.clone()),
        |row| Mail::of(row, app.now()),
    ))
}
