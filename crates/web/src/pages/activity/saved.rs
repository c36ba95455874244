//! Saved searches beside a view: the menu that opens them, the form that saves the present view, and the one that a log
//! begins with. Their own page is `saved_searches`.

use app::Caller;
use app::activity::LogScope;
use app::saved_searches::{self, LogKind, SavedSearch};

use super::state::UrlState;
use crate::AppState;
use crate::shell::{Href, PageError, Shell, refused};

/// The saved searches that a view offers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Saved {
    /// The reader's own, with where each leads.
    pub(crate) mine: Vec<Offered>,
    /// Those of others, by the group that shares them.
    pub(crate) shared: Vec<(String, Vec<Offered>)>,
    /// The first groups that the reader may share with: id and name.
    pub(crate) groups: Vec<(String, String)>,
    /// Whether there are more, which the form of a saved search offers.
    pub(crate) more_groups: bool,
    /// In what log they are looked at, as the form says it.
    pub(crate) kind: &'static str,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) name: String,
    pub(crate) href: Href,
    pub(crate) is_current: bool,
    pub(crate) is_default: bool,
}

/// Groups offered to share with where a search is changed.
const GROUPS: u32 = 100;
/// Groups offered beside a view: every page carries them.
const BESIDE: usize = 8;

impl Saved {
    /// What this view offers.
    pub(super) async fn load(
        state: &AppState,
        caller: &Caller,
        base: &Href,
        scope: &LogScope,
        url: &UrlState,
    ) -> Result<Self, PageError> {
        let kind = LogKind::from(scope);
        let all = saved_searches::list(state.app(), caller).await.map_err(refused)?;
        let mut groups = groups(state, caller).await?;
        let more_groups = groups.len() > BESIDE;
        groups.truncate(BESIDE);
        let mut saved = Self {
            more_groups,
            groups,
            kind: kind.code(),
            ..Self::default()
        };
        for search in all.into_iter().filter(|search| search.kind == kind) {
            let offered = Offered {
                href: address(&search, base, url),
                is_current: url.saved == search.id,
                is_default: search.is_default,
                name: search.name,
            };
            match search.shared_with.filter(|_| !search.is_mine) {
                None => saved.mine.push(offered),
                Some(group) => match saved.shared.iter_mut().find(|(name, _)| *name == group.name) {
                    Some((_, searches)) => searches.push(offered),
                    None => saved.shared.push((group.name, vec![offered])),
                },
            }
        }
        Ok(saved)
    }
}

/// Where a log begins for who comes without saying what they look for: with their default search, if they have one.
pub(super) async fn beginning(
    state: &AppState,
    caller: &Caller,
    shell: &Shell,
    scope: &LogScope,
    url: &UrlState,
) -> Result<Option<Href>, PageError> {
    if *url != UrlState::default() {
        return Ok(None);
    }
    let found = saved_searches::default(state.app(), caller, LogKind::from(scope)).await;
    Ok(found.map_err(refused)?.map(|search| address(&search, &shell.path, url)))
}

/// The groups that somebody may share a search with: id and name.
pub(crate) async fn groups(state: &AppState, caller: &Caller) -> Result<Vec<(String, String)>, PageError> {
    if !caller.may_change() {
        return Ok(Vec::new());
    }
    let search = app::groups::GroupSearch {
        limit: GROUPS,
        ..app::groups::GroupSearch::default()
    };
    let page = app::groups::list(state.app(), caller, &search).await.map_err(refused)?;
    Ok(page.rows.into_iter().map(|group| (group.id, group.name)).collect())
}

/// The address of a saved search in the log at `base`, in the zone that is looked at.
pub(crate) fn address(search: &SavedSearch, base: &Href, url: &UrlState) -> Href {
    let state = UrlState {
        q: search.query.clone(),
        from: search.from.clone(),
        to: search.to.clone(),
        tz: url.tz.clone(),
        cols: search
            .columns
            .as_ref()
            .map(|columns| columns.names())
            .unwrap_or_default(),
        density: search
            .density
            .map(|density| density.name().to_owned())
            .unwrap_or_default(),
        reads: if search.shows_reads { "1" } else { "" }.to_owned(),
        saved: search.id.clone(),
        ..UrlState::default()
    };
    state.href(base)
}
