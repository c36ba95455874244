//! What the activities about saved searches say.

use activity::{Change, Facts, Named, Target};
use store::saved_searches::{Content, SavedSearchRow};

use crate::facts::{self, shortened};
use crate::{App, Caller};

/// Facts of something the caller did to this search of theirs, which is shared with this group.
pub(super) fn of(app: &App, caller: &Caller, code: &str, row: &SavedSearchRow, group: Option<&Named>) -> Facts {
    let mut facts = facts::about(app, caller, code, &caller.person);
    facts.targets = vec![Target {
        kind: "saved_search".to_owned(),
        id: row.id.clone(),
        name: row.content.name.clone(),
        ..Target::default()
    }];
    facts.group = group.cloned();
    facts.metadata.insert("log".to_owned(), row.kind.code().to_owned());
    if !row.content.query.is_empty() {
        facts.metadata.insert("query".to_owned(), shortened(&row.content.query));
    }
    facts
}

/// What differs, each as it was and as it is.
pub(super) fn changes(before: &Content, after: &Content) -> Vec<Change> {
    let said = |text: &str| Some(shortened(text)).filter(|text| !text.is_empty());
    let yes = |yes: bool| said(if yes { "yes" } else { "no" });
    let group = |group: &Option<String>| group.as_deref().and_then(said);
    let all = [
        ("name", said(&before.name), said(&after.name)),
        ("query", said(&before.query), said(&after.query)),
        ("from", said(&before.from), said(&after.from)),
        ("to", said(&before.to), said(&after.to)),
        ("columns", said(&before.columns), said(&after.columns)),
        ("density", said(&before.density), said(&after.density)),
        ("shows_reads", yes(before.shows_reads), yes(after.shows_reads)),
        ("shared_with", group(&before.shared_with), group(&after.shared_with)),
        ("default", yes(before.is_default), yes(after.is_default)),
    ];
    let changed = all.into_iter().filter(|(_, before, after)| before != after);
    changed
        .map(|(field, before, after)| Change {
            field: field.to_owned(),
            before,
            after,
        })
        .collect()
}
