//! Finding exports among those that a caller may see: by how far they are, by text, by who asked for them. What is
//! looked through for one page is bounded; the next page goes on from there.

use activity::text::fold;

use store::PageFrom;

use super::get::placed;
use super::rows::export;
use super::{Export, ExportError, State, Whose};
use crate::activity::ViewError;
use crate::paging::{self, Cursors};
use crate::{App, Caller, Page, PageRequest};

/// Most exports of one page; fewer than of other lists, for each is looked up with its progress.
const MOST: u32 = 200;
/// How many exports are read at once.
const CHUNK: u32 = 200;
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
    /// Which page of them, of at most 200.
    pub page: PageRequest,
}

/// One page of the exports that are looked for, newest first. It may have fewer rows than were asked for, and yet another
/// page beside it, where so many were looked through.
pub async fn find(app: &App, caller: &Caller, search: &ExportSearch) -> Result<Page<Export>, ExportError> {
    if !caller.may_read() {
        return Err(ExportError::Forbidden);
    }
    let requester = (search.mine || !caller.reads_everything()).then_some(caller.person.id.as_str());
    let folded = fold(&search.find);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let asked = (&words, search.stage.map(Stage::name), search.mine);
    let pages = Cursors::asked(app, "exports", &asked);
    let from: PageFrom<String> = pages
        .from(search.page.after.as_deref())
        .map_err(|_| ExportError::View(ViewError::Cursor))?;
    let limit = paging::limit(search.page.limit).min(MOST);
    let mut read = app.store().glance().await?;
    let (mut rows, mut looked, mut place, mut is_end) = (Vec::new(), 0, from.clone(), false);
    // One more than the page has says that there is a next one.
    while rows.len() <= limit as usize && looked < MOST_LOOKED && !is_end {
        let chunk = store::exports::list(&mut read, requester, &place.map(String::as_str), CHUNK).await?;
        is_end = chunk.len() < CHUNK as usize;
        looked += chunk.len();
        if let Some(last) = chunk.last() {
            place = match place.is_back() {
                true => PageFrom::Before(last.id.clone()),
                false => PageFrom::After(last.id.clone()),
            };
        }
        for row in chunk {
            let export = export(row)?;
            if search.stage.is_none_or(|stage| Stage::of(&export) == stage) && has_words(&export, &words) {
                rows.push(export);
            }
        }
    }
    let is_cut = rows.len() <= limit as usize && !is_end;
    rows.truncate(limit as usize + 1);
    let mut page = pages.page(&from, rows, limit, |export| export.id.clone(), |export| export);
    if is_cut {
        match &place {
            PageFrom::Before(id) => page.turns.prev = Some(pages.before(id)),
            PageFrom::First | PageFrom::After(_) => page.turns.next = place.key().map(|id| pages.after(id)),
        }
    }
    let mut placed_rows = Vec::with_capacity(page.rows.len());
    for export in page.rows {
        placed_rows.push(placed(&mut read, export).await?);
    }
    Ok(Page {
        rows: placed_rows,
        turns: page.turns,
    })
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
