//! Who was given rows of the caller's log, whatever they had asked for.

use activity::{Person, Time};
use store::PageFrom;
use store::disclosures::{self, Disclosed as Row, Kind, Via};

use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, PageRequest, Unavailable};

/// The query of the looks that are in the caller's own activity log.
pub const READERS_QUERY: &str = "activity:log.viewed,export.generated,export.downloaded -by:self";

/// Rows of the caller's log that were given to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosed {
    /// `dsc_…`
    pub id: String,
    /// Who read, as they were named then.
    pub reader: Person,
    /// What they used.
    pub through: Through,
    /// How the rows were given.
    pub form: Form,
    /// The address it came from.
    pub ip: Option<String>,
    /// What was asked for, in canonical form; empty for everything.
    pub query: String,
    /// How many rows of the caller's log were among those given. The same answer again soon after counts once.
    pub rows: u64,
    /// When the first of them was given.
    pub first_at: Time,
    /// When the last of them was given.
    pub last_at: Time,
}

/// What a reader used, in words; empty where nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Through {
    /// A browser, on this device.
    Browser(String),
    /// A registered application, by its name.
    Application(String),
    /// An API key, by its name.
    ApiKey(String),
    /// The `whodid` command on the machine itself, as this user of the system.
    CommandLine(String),
}

/// How rows were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// On pages, or as answers to single questions.
    Pages,
    /// To a program that follows the log.
    Stream,
    /// As a file.
    File,
}

/// Who was given rows of the caller's log, newest first.
pub async fn readers(app: &App, caller: &Caller, request: &PageRequest) -> Result<Page<Disclosed>, ChangeError> {
    if !caller.may_read() {
        return Err(ChangeError::Forbidden);
    }
    let pages = Cursors::of(app, "readers");
    let from: PageFrom<String> = pages.from(request.after.as_deref())?;
    let limit = paging::limit(request.limit);
    let mut read = app.store().glance().await?;
    let rows = disclosures::to_others(&mut read, &caller.person.id, &from.map(String::as_str), limit + 1).await?;
    let page = pages.page(&from, rows, limit, |row| row.id.clone(), disclosed);
    let rows = page
        .rows
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(Unavailable::new)?;
    Ok(Page {
        rows,
        turns: page.turns,
    })
}

fn disclosed(row: Row) -> Result<Disclosed, serde_json::Error> {
    Ok(Disclosed {
        reader: serde_json::from_str(&row.reader)?,
        through: match row.via {
            Via::Device => Through::Browser(row.via_name),
            Via::Application => Through::Application(row.via_name),
            Via::ApiKey => Through::ApiKey(row.via_name),
            Via::CommandLine => Through::CommandLine(row.via_name),
        },
        form: match row.kind {
            Kind::Page | Kind::Answer | Kind::Command => Form::Pages,
            Kind::Stream => Form::Stream,
            Kind::Export => Form::File,
        },
        id: row.id,
        ip: row.ip,
        query: row.query,
        rows: row.rows,
        first_at: row.first_at,
        last_at: row.last_at,
    })
}
