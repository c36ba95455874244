//! An import as one thing: who read what in, how far it is, and whether it was undone. Owns how it is shown and listed.

use activity::query::{Entity, Expr, RecorderPattern, Term};
use activity::{Named, RecorderKind, Time};
pub use store::log::import::Undone;
use store::log::import::{self as table, ImportRow};

use crate::paging::{Cursors, limit};
use crate::{App, Caller, ChangeError, Page, PageRequest, Unavailable};

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its number, from 1: the id of the recorder of its activities.
    pub id: u64,
    /// What the files are.
    pub format: String,
    /// Tells logs apart whose lines may be the same; empty for the usual one of the format.
    pub source: String,
    /// Names of the files, in the order they were read.
    pub files: Vec<String>,
    /// Who reads them in: somebody here, or the key that sends what they hold.
    pub by: Named,
    /// When it was begun.
    pub begun_at: Time,
    /// When it last went on.
    pub heard_at: Time,
    /// When all was read; `None` where it was broken off, or goes on.
    pub ended_at: Option<Time>,
    /// Activities recorded.
    pub recorded: u64,
    /// Activities that were there already.
    pub known: u64,
    /// Lines and activities refused.
    pub refused: u64,
    /// When the first and the last activity recorded happened.
    pub spans: Option<(Time, Time)>,
    /// How far whoever sends it has come, in their own words.
    pub mark: Option<String>,
    /// How it was undone, if it was.
    pub undone: Option<Undone>,
}

impl Imported {
    pub(super) fn of(row: ImportRow) -> Result<Self, Unavailable> {
        Ok(Self {
            id: row.id,
            format: row.format,
            source: row.source,
            files: serde_json::from_str(&row.files).map_err(Unavailable::new)?,
            by: Named {
                id: row.by_id,
                name: row.by_name,
            },
            begun_at: row.begun_at,
            heard_at: row.heard_at,
            ended_at: row.ended_at,
            recorded: row.grown.recorded,
            known: row.grown.known,
            refused: row.grown.refused,
            spans: row.grown.spans,
            mark: row.mark,
            undone: row.undone,
        })
    }

    /// The query that finds its activities, and nothing else.
    #[must_use]
    pub fn query(&self) -> String {
        let recorder = RecorderPattern::Named(RecorderKind::Import, Entity::Id(self.id.to_string()));
        Expr::from(Term::Reported(vec![recorder])).to_string()
    }

    /// What its files are called, together.
    #[must_use]
    pub fn files_text(&self) -> String {
        names(&self.files)
    }
}

/// What files are called, together.
pub(super) fn names<T: AsRef<str>>(files: &[T]) -> String {
    let name = |name: &T| name.as_ref().chars().take(200).collect::<String>();
    match files {
        [] => String::new(),
        [one] => name(one),
        [first, .., last] => format!("{} to {}", name(first), name(last)),
    }
}

/// One page of the imports, newest first.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything, [`ChangeError::Invalid`] for another list's cursor.
pub async fn list(app: &App, caller: &Caller, request: &PageRequest) -> Result<Page<Imported>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let pages = Cursors::of(app, "imports");
    let from = pages.from::<u64>(request.after.as_deref())?;
    let most = limit(request.limit);
    let rows = table::page(&mut app.store().glance().await?, from.key().copied(), most + 1).await?;
    let page = pages.onwards(rows, most, |row| row.id);
    let rows = page.rows.into_iter().map(Imported::of);
    Ok(Page {
        rows: rows.collect::<Result<_, _>>()?,
        turns: page.turns,
    })
}

/// The import of this number.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything; [`ChangeError::NotFound`] if there is none.
pub async fn get(app: &App, caller: &Caller, id: u64) -> Result<Imported, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let row = table::get(&mut app.store().glance().await?, id).await?;
    Ok(Imported::of(row.ok_or(ChangeError::NotFound)?)?)
}
