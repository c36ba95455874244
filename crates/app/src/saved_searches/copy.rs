//! Making a search that somebody sees one of their own.

use store::saved_searches::Content;

use super::create::{Asked, add};
use super::{SavedSearch, get};
use crate::{App, Caller, ChangeError, limits};

/// Copies one that the caller sees, private and under this name, or one that says of what it is a copy.
pub async fn copy(app: &App, caller: &Caller, id: &str, name: Option<&str>) -> Result<SavedSearch, ChangeError> {
    let of = get(app, caller, id).await?.ok_or(ChangeError::NotFound)?;
    let asked = Asked {
        use_case: "saved_searches/copy",
        what: format!("{id} {name:?}"),
    };
    let name = match name {
        Some(name) => name.to_owned(),
        None => {
            let taken: Vec<String> = super::list(app, caller)
                .await?
                .into_iter()
                .map(|search| search.name)
                .collect();
            copied(&of.name, &taken)
        }
    };
    let content = Content {
        name,
        query: of.query,
        from: of.from,
        to: of.to,
        columns: of.columns.map(|columns| columns.names()).unwrap_or_default(),
        density: of.density.map(|density| density.name().to_owned()).unwrap_or_default(),
        shows_reads: of.shows_reads,
        shared_with: None,
        is_default: false,
    };
    let content = super::check::checked(content, &jiff::tz::TimeZone::UTC)?;
    add(app, caller, of.kind, content, asked).await
}

/// `Failures (copy)`, or with a number where there is one already; cut where it would be too long.
fn copied(name: &str, taken: &[String]) -> String {
    let with = |ending: &str| {
        let room = limits::SAVED_SEARCH_NAME.saturating_sub(ending.chars().count());
        let head: String = name.chars().take(room).collect();
        format!("{}{ending}", head.trim_end())
    };
    let endings = (2..).map(|n| format!(" (copy {n})"));
    let mut names = std::iter::once(" (copy)".to_owned())
        .chain(endings)
        .map(|ending| with(&ending));
    names.find(|name| !taken.contains(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_of_its_own_that_fits() {
        assert_eq!(copied("Failures", &[]), "Failures (copy)");
        let taken = ["Failures (copy)".to_owned(), "Failures (copy 2)".to_owned()];
        assert_eq!(copied("Failures", &taken), "Failures (copy 3)");
        let long = copied(&"ä".repeat(100), &[]);
        assert_eq!((long.chars().count(), long.ends_with("ä (copy)")), (100, true));
    }
}
