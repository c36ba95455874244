//! Saved searches.

use app::saved_searches::{self, EditSavedSearch, LogKind, NewSavedSearch, SavedSearch};
use jiff::tz::TimeZone;

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("saved_searches/check", Is::Machinery),
    ("saved_searches/copy", Is::Mutating(&["saved_search.created"])),
    ("saved_searches/create", Is::Mutating(&["saved_search.created"])),
    ("saved_searches/create@default", Is::Mutating(&["saved_search.created"])),
    ("saved_searches/delete", Is::Mutating(&["saved_search.deleted"])),
    ("saved_searches/edit", Is::Mutating(&["saved_search.changed"])),
    ("saved_searches/list", Is::Reading),
    ("saved_searches/mod", Is::Machinery),
    ("saved_searches/model", Is::Machinery),
    ("saved_searches/search_facts", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, member) = (stage.app(), &stage.member);
    match row {
        "saved_searches/copy" => {
            let id = saved(stage).await.id;
            action(async move { saved_searches::copy(app, member, &id, None).await })
        }
        "saved_searches/create" => action(saved_searches::create(app, member, new("Failures", false))),
        "saved_searches/create@default" => {
            saved(stage).await;
            action(saved_searches::create(app, member, new("Others", true)))
        }
        "saved_searches/delete" => {
            let id = saved(stage).await.id;
            action(async move { saved_searches::delete(app, member, &id).await })
        }
        "saved_searches/edit" => {
            let id = saved(stage).await.id;
            let edit = EditSavedSearch {
                name: Some("Others".to_owned()),
                ..EditSavedSearch::default()
            };
            action(async move { saved_searches::edit(app, member, &id, None, edit).await })
        }
        other => no_action(other),
    }
}

fn new(name: &str, is_default: bool) -> NewSavedSearch {
    NewSavedSearch {
        kind: LogKind::Me,
        name: name.to_owned(),
        query: "outcome:failure".to_owned(),
        zone: TimeZone::UTC,
        from: String::new(),
        to: String::new(),
        columns: String::new(),
        density: String::new(),
        shows_reads: false,
        shared_with: None,
        is_default,
    }
}

async fn saved(stage: &Stage<'_>) -> SavedSearch {
    let new = new("Failures", true);
    saved_searches::create(stage.app(), &stage.member, new).await.unwrap()
}
