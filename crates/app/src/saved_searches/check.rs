//! What a saved search may say, and whom it may be shared with. The only place where that is decided.

use activity::query::parse;
use activity::{Named, Person};
use jiff::tz::TimeZone;
use store::groups;
use store::saved_searches::{Content, SavedSearchRow, Seen};

use super::LogKind;
use crate::activity::{Columns, Density};
use crate::{Caller, ChangeError, FieldError, Tx, limits, names};

/// Whether the caller can open a log of this kind at all. Groups are opened one by one.
pub(super) fn opens(caller: &Caller, kind: LogKind) -> bool {
    match kind {
        LogKind::Me | LogKind::Group => true,
        LogKind::User | LogKind::Everything => caller.reads_everything(),
    }
}

/// The content as it is kept: its name without odd blanks, its query in canonical form. Dates in the query are read in
/// this zone.
pub(super) fn checked(mut content: Content, zone: &TimeZone) -> Result<Content, ChangeError> {
    let mut errors = Vec::new();
    content.name = names::tidy(&content.name);
    names::check_text("name", "name", &content.name, limits::SAVED_SEARCH_NAME, &mut errors);
    if names::key(&content.name).is_empty() {
        errors.push(FieldError::new(
            "name",
            "Give the search a name, such as `Failures this week`.",
        ));
    }
    match parse(&content.query, zone) {
        Ok(query) => content.query = query.to_string(),
        Err(error) => errors.push(FieldError::new(
            "query",
            format!("{}.", error.message.trim_end_matches('.')),
        )),
    }
    for (field, end) in [("from", &mut content.from), ("to", &mut content.to)] {
        *end = names::tidy(end);
        names::check_text(field, "end of the range", end, limits::RANGE_END, &mut errors);
    }
    let (columns, unknown) = Columns::read(&content.columns);
    if let Some(name) = unknown.first() {
        let name: String = name.chars().take(40).collect();
        errors.push(FieldError::new("columns", format!("There is no column `{name}`.")));
    } else if !content.columns.is_empty() {
        content.columns = columns.names();
    }
    if !content.density.is_empty() && Density::named(&content.density).is_none() {
        errors.push(FieldError::new("density", "Rows stand `usual` or `compact`."));
    }
    match errors.is_empty() {
        true => Ok(content),
        false => Err(ChangeError::Invalid(errors)),
    }
}

/// The group of this id, if the caller may share with it: its members may.
pub(super) async fn shared_with(tx: &mut Tx, caller: &Caller, id: Option<&str>) -> Result<Option<Named>, ChangeError> {
    let Some(id) = id else { return Ok(None) };
    // What others see is not one's own account alone.
    caller.check_change()?;
    let is_member = groups::role_of(tx, id, &caller.person.id).await?.is_some();
    let group = match is_member {
        true => named(tx, Some(id)).await?,
        false => None,
    };
    let none = || {
        let text = "A search is shared with a group that you are a member of; choose one of yours.";
        ChangeError::invalid("shared_with", text)
    };
    group.ok_or_else(none).map(Some)
}

/// The group of this id as it is named now.
pub(super) async fn named(tx: &mut Tx, id: Option<&str>) -> Result<Option<Named>, ChangeError> {
    let Some(id) = id else { return Ok(None) };
    let group = groups::get(tx, id).await?;
    Ok(group.map(|group| Named {
        id: group.id,
        name: group.name,
    }))
}

pub(super) fn taken(name: &str) -> ChangeError {
    ChangeError::invalid(
        "name",
        format!("You have a saved search called `{name}` already; choose another name."),
    )
}

/// A row of the caller's, with the names that are shown beside it.
pub(super) fn seen(row: SavedSearchRow, owner: &Person, group: Option<Named>) -> Seen {
    Seen {
        row,
        owner: owner.name.clone(),
        group: group.map(|group| group.name),
    }
}
