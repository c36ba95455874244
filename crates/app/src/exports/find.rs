//! Finding exports among those that a caller may see: by how far they are, by text, by who asked for them. What is
//! looked through for one page is bounded; the next page goes on from there.

use activity::text::fold;

use super::list::{page, placed};
use super::rows::export;
use super::{Export, ExportError, State, Whose};
use crate::paging::Page;
use crate::{App, Caller};

/// How many exports are read at once.
const CHUNK: usize = 200;
/// How many are looked through for one page.
const MOST_LOOKED: usize = 1_000;

/// How far an export is, and whether there is still anything to be had of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting or being written.
    Unfinished,
    /// Its file is there.
    Kept,
    /// Its file is not there any more.
    Gone,
    /// Given up.
    Failed,
    /// Called off.
    Cancelled,
}

impl Stage {
    /// Every one, in the order of an export's life.
    pub const ALL: [Self; 5] = [Self::Unfinished, Self::Kept, Self::Gone, Self::Failed, Self::Cancelled];

    /// Its name in an address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Kept => "ready",
            Self::Gone => "gone",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Unfinished => "Not ready yet",
            Self::Kept => "Ready",
            Self::Gone => "File gone",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Where an export is.
    #[must_use]
    pub fn of(export: &Export) -> Self {
        match export.state {
            State::Queued | State::Running => Self::Unfinished,
            State::Done if export.is_kept => Self::Kept,
            State::Done => Self::Gone,
            State::Failed => Self::Failed,
            State::Cancelled => Self::Cancelled,
        }
    }
}

/// Which exports are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportSearch {
    /// Words that all stand in the names, the query, the id or the digest of an export, regardless of case and accents.
    pub find: String,
    /// Only those at this stage.
    pub stage: Option<Stage>,
    /// Only what the caller asked for.
    pub mine: bool,
    /// The page after this cursor.
    pub after: Option<String>,
    /// Rows of a page.
    pub limit: usize,
}

/// One page of the exports that are looked for, newest first.
pub async fn find(app: &App, caller: &Caller, search: &ExportSearch) -> Result<Page<Export>, ExportError> {
    let folded = fold(&search.find);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let is_sought = |export: &Export| {
        let is_theirs = !search.mine || export.requested_by.id == caller.person.id;
        is_theirs && search.stage.is_none_or(|stage| Stage::of(export) == stage) && has_words(export, &words)
    };
    let mut read = app.store().glance().await?;
    let mut rows: Vec<Export> = Vec::new();
    let mut looked = 0;
    let mut after = search.after.clone();
    loop {
        let chunk = page(&mut read, caller, after.as_deref(), CHUNK).await?;
        let is_last = chunk.len() < CHUNK;
        looked += chunk.len();
        after = chunk.last().map(|row| row.id.clone()).or(after);
        for row in chunk {
            let export = export(row)?;
            if !is_sought(&export) {
                continue;
            }
            // One more than the page has says that there is a next one.
            if rows.len() == search.limit {
                let next = rows.last().map(|last| last.id.clone());
                return Ok(Page { rows, next });
            }
            rows.push(placed(&mut read, export).await?);
        }
        if is_last || looked >= MOST_LOOKED {
            let next = after.filter(|_| !is_last);
            return Ok(Page { rows, next });
        }
    }
}

/// Whether all words stand somewhere in what an export says of itself.
fn has_words(export: &Export, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let mut texts: Vec<String> = export
        .subject
        .iter()
        .chain([&export.requested_by])
        .map(ToString::to_string)
        .collect();
    texts.extend(
        export
            .group
            .iter()
            .flat_map(|group| [group.name.clone(), group.id.clone()]),
    );
    if let Some(asked) = &export.asked {
        texts.push(asked.q.clone());
        texts.extend((asked.whose == Whose::Everybody).then(|| "everyone".to_owned()));
    }
    texts.extend([
        export.query.clone(),
        export.id.clone(),
        export.format.title().to_owned(),
    ]);
    texts.extend(export.sha256.clone());
    let text = fold(&texts.join("\n"));
    words.iter().all(|word| text.contains(word))
}
